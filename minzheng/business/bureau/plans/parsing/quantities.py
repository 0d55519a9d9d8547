"""Quantities of one paragraph: number, unit, comparator, range, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from minzheng.business.bureau.plans.parsing import numerals, units
from minzheng.business.bureau.plans.parsing.names import covered

_AR, _CH, _MU, _UNIT = numerals.ARABIC, numerals.CHINESE, numerals.MULTIPLIER, units.UNIT
_RANGE = r"\s*(?:[-—–~]{1,2}|至|到)\s*"
_CORE = re.compile(
    rf"(?P<percent_words>百分之(?P<percent>{_CH}(?:点{_CH})?|\d+(?:\.\d+)?))"
    rf"|(?P<fraction>(?P<low>[二三四五六七八九十百]+)分之(?P<high>[一二两三四五六七八九]+))"
    rf"|(?P<half>一半|半数|过半数?)(?=以上|以下|左右|的|达|$|[,;。、])"
    rf"|翻(?P<double>[一两二三四1-9])番"
    rf"|(?P<first>{_AR}|{_CH})(?P<scale1>{_MU})?(?P<unit1>{_UNIT}|[%‰])?{_RANGE}(?P<second>{_AR}|{_CH})(?P<scale2>{_MU})?(?P<more2>[余多])?(?P<unit2>{_UNIT}|[%‰])(?P<per2>{units.PER})?"
    rf"|(?P<number>{_AR})\s*(?P<more_a>[余多])?(?P<scale>{_MU})?(?P<more_b>[余多])?\s*(?P<unit>{_UNIT}|[%‰])?(?P<per>{units.PER})?(?P<more_c>[余多](?=以|[^\u4e00-\u9fff]|$))?"
    rf"|(?P<han>{_CH})(?P<more_h>[余多])?(?P<unit_h>{_UNIT}|[%‰])(?P<per_h>{units.PER})?"
)
_OPEN_UNIT = re.compile(r"(?P<unit>[\u4e00-\u9fff])(?=[,;。、)\s]|$|以上|以内|左右)")

#: Words before a number → comparator; the longest that ends at the number wins.
_BEFORE: tuple[tuple[str, str], ...] = (
    *(
        (word, ">=")
        for word in "不低于 不得低于 不少于 不得少于 不小于 不得小于 不下于 不应低于 不应少于 不能低于 不能少于 至少 最少 最低 起码 不低于每人 ≥ 大于等于 不差于 不弱于 保底".split()
    ),
    *(
        (word, "<=")
        for word in "不超过 不得超过 不超出 不高于 不得高于 不多于 不得多于 不大于 不得大于 不应超过 不能超过 至多 最多 最高 最长 最长不超过 控制在 压缩到 压缩至 压减到 压减至 缩短到 缩短至 缩减到 缩减至 ≤ 小于等于 低于或等于".split()
    ),
    *((word, ">") for word in "超过 超 突破 多于 高于 大于 逾 超出 >".split()),
    *((word, "<") for word in "低于 少于 小于 不足 不到 不满 未达 <".split()),
    *(
        (word, "=")
        for word in "约 大约 近 接近 将近 约为 达到 达 提高到 增加到 提升到 提高至 增加至 提升至 增至 保持在 稳定在 维持在 降至 降到 =".split()
    ),
)
_VERBS_BETWEEN = re.compile(
    r"(?:建有|建成|新建|新增|建设|配备|配置|培训|培育|打造|召开|举办|开展|组织|完成|设立|设有|有|建|为|达到|达|安排|发放|提供|覆盖|储备)$"
)
_APPROXIMATE = frozenset("约 大约 近 接近 将近 约为".split())
_BEFORE_AT_END = re.compile(
    "(" + "|".join(re.escape(word) for word, _ in sorted(_BEFORE, key=lambda pair: -len(pair[0]))) + r")(?:了)?\s*$"
)
_COMPARATOR = dict(_BEFORE)
_FAR = re.compile(r"(不低于|不得低于|不少于|不得少于|不超过|不得超过|不高于|高于|超过|低于)[^,;。、\d%]{2,30}的?$")
_AFTER = re.compile(
    r"\s*(?P<noun>床位|床)?\(?(?P<word>\(?含\)?以上|及以上|以上|以内|之内|内(?=[^\u4e00-\u9fff]|完|上|办|得|送|审|作|受|办结|答|到|赶|给|出|反|公|解|处|响|实|全|报|予|将|向|发|联|进|启|开|组|回|整)|及以下|以下|左右|上下)\)?"
)
_AFTER_COMPARATOR = {"以上": ">=", "以内": "<=", "之内": "<=", "内": "<=", "以下": "<=", "左右": "=", "上下": "="}
#: Nouns that a Chinese numeral with 个, 项 … may count; other nouns are taken for slogans.
_COUNTABLE = re.compile(
    r"[^,;。、]{0,16}?(?:社区|中心|服务站|站点|站|示范点|点|基地|公园|园|机构|项目|街道|村|县|乡镇|镇|组织|单位|窗口|岗位|协会|驿站|食堂|楼|公墓|陵园|敬老院|福利院|殡仪馆|学校|支部|队伍|团队|小组|品牌|案例|课题|活动|试点|标准|制度|办法|文件|规划|方案|课程|平台|系统|工程|专区|联盟|网点|床位|小区|家庭|儿童之家|工作室|议事厅|会客厅|书屋|广场|栏目|作品|奖项|赛事|典型|样板|即开票)"
)
_ABSTRACT = re.compile(
    r"(?:主要|重点|重大|关键|突出|基本|方面|目标|任务|创新|改革|原则|问题|关系|环节|维度|体系|机制|能力|作用|优势|抓手|工程|行动|提升|转变|结合|统筹|坚持|协同|标准要求|领域|群体|责任|清单)"
)
_DOING = re.compile(
    r"(?:新建|建成|建设|打造|培育|创建|推进|推动|完成|开展|举办|召开|组织|新增|制定|出台|申报|上市|孵化|引进|引入|选树|评选|设立|创成|争创|培养|推出|实施|改造|提升|命名|启动|扶持|推荐|发布|编制|承办|办好|建立)[^,;。]{0,24}$"
)
#: A measure word that is only the first character of another word (18部门, 三角洲, 5位一体).
_LONGER_WORD = re.compile(
    r"分别|分钟|分类|分管|分级|分层|分片|部门|部委|部分|部队|家庭成员|名录|位一体|位数|面向|面对|本级|本地|本土|条线|支部|口径|头部|单位|组织|队伍|节日|件套|角洲|场景|期间|期末|班子|层面|层级|类型|类别|道德|位列|位居|成员|成果|成效|日常|日照|周边|批准|批复|项目化|例行|例会|点对点|面貌|门类|人均|人民|人口|人才|人心|人大|套餐|起来|间接|间隔|块链|幅度|轮换|轮训|轮休"
)
_MINIMUM = re.compile(
    r"(?:至少|不少于|不低于|不得少于|不得低于|每(?:个|所|家|村|镇|街道|年|月|季度|半年|户|名|百|千|万)[^,;。]{0,24})[^,;。、]{0,8}$"
)


@dataclass(frozen=True)
class Quantity:
    """``start``–``end``: the number with its unit; ``word_start``–``word_end``: with its comparator words as well."""

    start: int
    end: int
    word_start: int
    word_end: int
    value: Decimal
    scale: str
    bare_unit: str
    comparator: str = "="
    value_max: Decimal | None = None
    approximate: bool = False
    reasons: tuple[str, ...] = field(default=())

    @property
    def unit(self) -> str:
        return self.scale + self.bare_unit

    @property
    def is_share(self) -> bool:
        return self.bare_unit in ("%", "‰", "成") or not self.unit

    @property
    def is_money(self) -> bool:
        return self.bare_unit.startswith(("元", "/"))

    def norm(self) -> tuple[Decimal, str]:
        if not self.unit:
            return (self.value * 100).quantize(Decimal("0.01")), "%"
        return units.normalise(self.value, self.scale, self.bare_unit)


def quantities(text: str, *, heading_end: int = 0) -> list[Quantity]:
    """All quantities of a paragraph (in its reading form), in the order of the text.

    ``heading_end``: Chinese numerals before it stand in a heading and count parts of the document (三项改革).
    """
    taken = covered(text)
    found = []
    for match in _CORE.finditer(text):
        quantity = _read(match, text, taken, heading_end)
        if quantity is not None:
            found.append(_compared(quantity, text))
    return _shared_comparators(_without_classes(found, text), text)


def _read(match: re.Match[str], text: str, taken: list[str | None], heading_end: int) -> Quantity | None:
    start, end = match.span()
    if any(taken[start:end]):
        return None
    if match["percent_words"]:
        percent = _percent(match["percent"])
        return None if percent is None else _plain(match, percent, "", "%", "百分之")
    if match["fraction"]:
        low, high = numerals.chinese(match["low"]), numerals.chinese(match["high"])
        value = (Decimal(high or 1) / Decimal(low or 1)).quantize(Decimal("0.0001"))
        return _plain(match, value, "", "", "几分之几") if low and high else None
    if match["half"]:
        return _plain(match, Decimal("0.5"), "", "", "一半")
    if match["double"]:
        return _plain(match, numerals.number(match["double"]) or Decimal(1), "", "番", "翻番")
    if match["second"]:
        return _range(match, text, heading_end)
    if match["han"]:
        return _chinese(match, text, heading_end)
    return _arabic(match, text)


def _percent(words: str) -> Decimal | None:
    """``三十点五`` → 30.5; ``百`` → 100."""
    whole, _, decimals = words.partition("点")
    value = Decimal(100) if whole == "百" else numerals.number(whole)
    digits = "".join(str(numerals.chinese(char)) for char in decimals)
    return value + Decimal(f"0.{digits}") if value is not None and digits.isdigit() else value


def _plain(match: re.Match[str], value: Decimal, scale: str, unit: str, why: str) -> Quantity:
    return Quantity(match.start(), match.end(), match.start(), match.end(), value, scale, unit, reasons=(why,))


def _range(match: re.Match[str], text: str, heading_end: int) -> Quantity | None:
    low, high = numerals.number(match["first"]), numerals.number(match["second"])
    if low is None or high is None or low >= high or (match.start() < heading_end and not match["first"][0].isdigit()):
        return None
    if match["unit1"] and match["unit1"] != match["unit2"]:
        return None
    scale, unit = match["scale2"] or "", match["unit2"] + (match["per2"] or "")
    quantity = _plain(match, low, scale, unit, "区间")
    return replace(quantity, comparator="range", value_max=high)


def _chinese(match: re.Match[str], text: str, heading_end: int) -> Quantity | None:
    """A Chinese numeral is a quantity when its measure word counts things, or the nouns and verbs around it do."""
    value = numerals.number(match["han"])
    unit = match["unit_h"]
    if value is None or match.start() < heading_end:
        return None
    before, after = text[: match.start()], text[match.end() :]
    scale = ""
    if unit in ("角", "分") or _LONGER_WORD.match(unit + after):
        return None
    if unit in units.RATES or unit in units.MONEY or unit in units.SIZES:
        accepted = unit not in ("成",) or value <= 10
    elif value < 2:
        accepted = bool(_MINIMUM.search(before)) and not _ABSTRACT.match(after)
    elif unit in units.STRONG:
        accepted = value > 10 or not _ABSTRACT.match(after)
    elif unit in units.TIMES:
        accepted = unit.startswith("个") or bool(re.match(r"内|以内|之内", after))
    else:
        accepted = not _ABSTRACT.match(after) and bool(_COUNTABLE.match(after)) and bool(_DOING.search(before))
    if not accepted:
        return None
    more = match["more_h"]
    quantity = _plain(match, value, scale, unit + (match["per_h"] or ""), "汉字数目")
    return replace(quantity, comparator=">") if more else quantity


def _arabic(match: re.Match[str], text: str) -> Quantity | None:
    value = numerals.number(match["number"])
    assert value is not None
    unit, per, end = match["unit"] or "", match["per"] or "", match.end()
    if not unit and not per:
        rest = text[end:]
        if (
            match["scale"]
            and re.match(r"[,;。、)]|$|以上|以内|左右|[\u4e00-\u9fff]{2}", rest)
            and not re.match(r"[零一二两三四五六七八九十百千万亿]", rest)
        ):
            return replace(
                _plain(match, value, match["scale"], "", "没有单位的大数"), comparator=">" if match["more_a"] else "="
            )
        opened = _OPEN_UNIT.match(rest)
        if (
            not opened
            or opened["unit"] in units.NEVER
            or opened["unit"] in "和及与或等的了是至到万千百亿"
            or text[match.start() - 1 : match.start()].isalpha()
        ):
            return None
        unit, end = opened["unit"], end + 1
    rest = text[end:]
    if (
        unit in ("天", "日", "周", "面", "口", "头", "位", "点")
        and re.match(r"[\u4e00-\u9fff]", rest)
        and unit in ("面", "口", "点")
    ):
        return None
    if _LONGER_WORD.match(unit + rest) or (unit == "个" and re.match(r"[一1](?!\d)", rest)):
        return None
    quantity = Quantity(
        match.start(), end, match.start(), end, value, match["scale"] or "", unit + per, reasons=("数目和单位",)
    )
    if match["more_a"] or match["more_b"] or match["more_c"]:
        return replace(quantity, comparator=">", reasons=(*quantity.reasons, "“余”“多”表示超过"))
    return quantity


def _compared(quantity: Quantity, text: str) -> Quantity:
    """The comparator from the words before and behind the number."""
    reasons = quantity.reasons
    comparator, start, end, approximate = quantity.comparator, quantity.start, quantity.end, False
    lead = text[: quantity.start]
    before = _BEFORE_AT_END.search(lead)
    if before is None:
        # 至少建有1家, 不少于新增5个: the verb stands between
        verb = _VERBS_BETWEEN.search(lead)
        before = _BEFORE_AT_END.search(lead[: verb.start()]) if verb else None
        if before and _COMPARATOR[before[1]] == "=":
            before = None
    far = None if before or not (quantity.is_share or quantity.bare_unit == "倍") else _FAR.search(lead)
    if far and comparator == "=":
        comparator, reasons = _COMPARATOR[far[1]], (*reasons, f"“{far[1]}…的”")
    if before:
        word = before[1]
        start = before.start(1)
        approximate = word in _APPROXIMATE
        if comparator == "=":
            comparator = _COMPARATOR[word]
        if _COMPARATOR[word] != "=" or approximate:
            reasons = (*reasons, f"“{word}”")
    after = _AFTER.match(text[quantity.end :])
    if after:
        word = after["word"].strip("()").replace("含)", "").replace("含", "").replace("及", "")
        end = quantity.end + after.end()
        approximate = approximate or word in ("左右", "上下")
        if comparator != "range":
            comparator = _AFTER_COMPARATOR.get(word, comparator)
        reasons = (*reasons, f"“{word}”")
    return replace(
        quantity, comparator=comparator, word_start=start, word_end=end, approximate=approximate, reasons=reasons
    )


def _without_classes(found: list[Quantity], text: str) -> list[Quantity]:
    """A size that only says which things are meant (面积达到1000平米以上的社区有47个) is no quantity of its own."""
    return [quantity for index, quantity in enumerate(found) if not _is_class(index, found, text)]


def _is_class(index: int, found: list[Quantity], text: str) -> bool:
    quantity = found[index]
    rest = text[quantity.word_end :]
    behind = re.match(r"[^,;。、的]{0,6}(?:以[上下]|不等)?的(?=[\u4e00-\u9fff“])", rest)
    if not behind or quantity.is_share:
        return False
    if re.match(r"[^,;。、的]{0,4}的(?:标准|目标|要求|规模|速度|比例|幅度|水平|额度)", rest):
        return False
    clause_end = re.search(r"[,;。]", rest)
    limit = quantity.word_end + (clause_end.start() if clause_end else len(rest))
    another = any(other.start < limit for other in found[index + 1 :])
    head = quantity.bare_unit.partition("/")[0]
    sized = re.search(r"(?:面积|收入|规模|年满|投资|年龄|余额|金额|人口)[^,;。]{0,6}$", text[: quantity.word_start])
    return another or (head in units.CLASSES and quantity.word_end > quantity.end and bool(sized))


_JOINED = re.compile(r"^(?:[、和及与或]|以及)?(?:每人每[年月日次]|每[人户床具]每?[年月]?)?$")


def _shared_comparators(found: list[Quantity], text: str) -> list[Quantity]:
    """Quantities written side by side share what stands before the first and, after 分别, behind the last."""
    result: list[Quantity] = []
    for run in adjacent(found, text):
        first, last = run[0], run[-1]
        lead = first.comparator if first.comparator not in ("range",) and first.word_start < first.start else None
        tail = (
            last.comparator
            if last.word_end > last.end and "分别" in text[max(0, first.start - 60) : first.start]
            else None
        )
        for position, quantity in enumerate(run):
            shared = lead if position else tail
            if len(run) > 1 and quantity.comparator == "=" and (shared or tail):
                word = shared or tail or "="
                quantity = replace(quantity, comparator=word, reasons=(*quantity.reasons, "并列，共用比较词"))
            result.append(quantity)
    return result


def adjacent(found: list[Quantity], text: str) -> Iterator[list[Quantity]]:
    """Runs of quantities with nothing but 、 or 和 between them."""
    run: list[Quantity] = []
    for quantity in found:
        if run and not _JOINED.match(text[run[-1].word_end : quantity.start]):
            yield run
            run = []
        run.append(quantity)
    if run:
        yield run
