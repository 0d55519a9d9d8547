"""What a quantity counts: the noun phrase of its clause, found by place and by a few general sentence shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from minzheng.business.bureau.plans.parsing import units
from minzheng.business.bureau.plans.parsing import vocabulary as words
from minzheng.business.bureau.plans.parsing.characters import without_quotes
from minzheng.business.bureau.plans.parsing.quantities import Quantity

LONGEST = 44
_TAIL = re.compile(r"(?:等)?(?:工作|任务)$")
_DONE = re.compile(
    r"(?:均已|均|已经|已|全部|基本)(?:建成|完成|开工|投入|建设|竣工|投用|启动|开业|运营|到位|落实|通过|达到|实现).*$"
)
_ASIDE = re.compile(r"\([^()]*(?:其中|包括|含|:|,)[^()]*\)")
_RATIO = re.compile(
    r"(?:每)?(?P<low>\d+)(?P<unit>张|名|人|户|个|位|所)(?P<thing>[\u4e00-\u9fff]{0,8}?)(?:至少)?(?P<verb>配备|配置|配|拥有|设置|设立)(?:不少于|至少)?$"
)


@dataclass
class Memory:
    """What earlier clauses of the sentence were about."""

    topic: str = ""
    subject: str = ""
    verb: str = ""
    pair: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """A resolved subject: the phrase, how it was found, the verb that stood before it, whose share it is."""

    subject: str
    rule: str
    verb: str = ""
    base: str = ""
    per: str = ""
    place: str = ""


def trimmed(phrase: str, *, verbs: bool = True) -> str:
    """The phrase without leading times, areas, adverbs and (``verbs``) verbs without content."""
    pattern = words.LEAD if verbs else words.LEAD_NO_VERB
    rest = phrase.strip()
    while True:
        if words.CONTENT.match(rest) and not words.LIGHT_AT_START.match(rest):
            return rest
        match = pattern.match(rest)
        if not match or len(rest) - match.end() < 2 or _inside_noun(rest, match.end()):
            return rest
        rest = rest[match.end() :].strip()


def _inside_noun(phrase: str, cut: int) -> bool:
    """A cut that would leave 率, 标准 or the like is inside a noun (创建率, 建设标准)."""
    return bool(re.match(r"(?:率|面|时限|时间|标准(?!化)|量|数$|额|人才|对象|机构$|者)", phrase[cut:]))


def clean(phrase: str) -> str:
    phrase = _ASIDE.sub("", phrase)
    phrase = without_quotes(phrase).strip(" ,;:。、的·—-\t\u3000")
    if phrase.count("(") != phrase.count(")"):
        phrase = phrase.replace("(", "").replace(")", "") if phrase.count("(") + phrase.count(")") == 1 else phrase
    return re.sub(r"\s+", "", phrase)[:LONGEST]


def of_right(left: str, right: str, quantity: Quantity) -> Found:
    """``培育140家儿童服务类社会组织``, ``60%的县市区实现…``, ``为400户困难家庭开展适老化改造``."""
    thing = re.sub(r"^“[^“”]*”的", "", right.lstrip("的 "))
    ratio = _RATIO.search(left)
    if ratio:
        low = f"每{ratio['low']}{ratio['unit']}{ratio['thing']}"
        return Found(clean(low + ratio["verb"] + thing), "配备比例", per=f"{ratio['low']}{ratio['unit']}")
    each = re.search(
        r"每(?:个|所|家|名|位|张|村|社区|镇|乡镇|街道|县|百[名人张]?|千[名人张]?|万[名人张]?|户|人)(?:[^,;。]{0,24})$",
        left,
    )
    if each and not quantity.is_money:
        return Found(clean(each[0] + thing), "每…配备")
    standard = re.match(r"(?:的)?(标准|额度|补助标准|补贴标准|基数)", right)
    if quantity.is_money and standard:
        before = clean(trimmed(re.sub(r"(?:按照?|以|达到)$", "", words.PER_PREFIX.sub("", without_comparators(left)))))
        tail = re.search(r"标准(?:给予|予以|发放|进行)?(?P<what>[^,;。]{2,16})", right)
        kind = re.search(r"补贴|补助|救助|资助|奖补|奖励", tail["what"]) if tail else None
        if tail and len(before) < 2:
            before, kind = clean(trimmed(tail["what"])), None
        return Found(before + (kind[0] if kind and kind[0] not in before else "") + standard[1], "金额后的“标准”")
    if quantity.bare_unit in units.TIMES and not quantity.is_share:
        return Found(clean(trimmed(left)) + clean(thing), "时限：前后相接")
    whom = re.search(r"(?:为|给|对|向|让|使|帮助|组织|惠及)(?:全[国省市县区]|辖区|各类)?[^,;。]{0,4}$", left)
    if whom or quantity.is_share:
        predicate = words.PREDICATE.search(thing)
        if whom and predicate and predicate[0] in ("开展", "提供", "实施", "进行", "完成"):
            thing = thing[: predicate.start()] + thing[predicate.end() :]
        verb = "覆盖" if left.endswith("覆盖") else ""
        thing = re.sub(r"(?:中|当中)(?:仍|还|已)?有.*$", "", thing)
        return Found(clean(thing), "份额后的主语" if quantity.is_share else "为…办事", verb=verb)
    thing = re.sub(r"(?:中|当中)(?:仍|还|已)有.*$", "", thing)
    thing = _DONE.sub("", thing) if len(_DONE.sub("", thing)) >= 2 else thing
    content = words.CONTENT.match(trimmed(left)) if len(left) < 30 else None
    verb = content[0] if content and content[0] == trimmed(left) else ""
    return Found(clean(_TAIL.sub("", thing)), "数量后的名词", verb=verb)


def of_left(left: str, quantity: Quantity, memory: Memory) -> Found:
    """``新建养老床位4000张``, ``火化率达到98%``, ``占比22%`` (its subject stands before)."""
    phrase = without_comparators(left)
    growth = words.GROWTH.search(phrase)
    whom = words.FOR_WHOM.search(phrase)
    if whom and not quantity.is_share:
        who = "" if whom["whom"] in ("群众", "困难群众", "群众累计") else trimmed(whom["whom"])
        return Found(clean(who + trimmed(whom["what"])), "为…提供")
    rate = quantity.is_share or (not quantity.is_money and bool(words.RATE_HEAD.search(phrase)))
    core = trimmed(phrase, verbs=True)
    if not rate:
        core = _after_cut(core)
    core = clean(core)
    if growth and growth.group(0) == core:
        return Found(memory.topic + core if memory.topic else core, "承前：增长")
    if words.CONTENT.fullmatch(core) and memory.subject:
        return Found(memory.subject + core, "承前：只有动词")
    if not core or words.TIMES.fullmatch(core) or (words.VERB_ONLY.match(core) and (memory.subject or memory.topic)):
        return Found(words.GROWTH.sub("", memory.subject) or memory.subject or memory.topic, "承前主语")
    if words.AREAS.match(core) and (memory.topic or memory.subject):
        return Found(memory.topic or memory.subject, "承前主语，本句只有地区", place=core)
    if words.RELATIVE.match(core) or re.match(
        r"约?占|(?:每个?|平均每|各)?(?:城市|农村|城镇|乡镇)?(?:社区|村|街道|镇)?平均$", core
    ):
        whole = ((core.startswith("总") and core != "总价值") or core.endswith("平均")) and memory.topic
        head = words.GROWTH.sub("", memory.topic if whole else memory.subject or memory.topic)
        return Found(core if core in head else head + core, "承前：从属数")
    return Found(core, "数量前的名词")


def _after_cut(core: str) -> str:
    cuts = [match for match in words.CUT.finditer(core) if match.start() >= 2 and len(core) - match.end() >= 2]
    return trimmed(core[cuts[-1].end() :]) if cuts else core


def without_comparators(left: str) -> str:
    previous = None
    phrase = left.rstrip()
    while previous != phrase:
        previous = phrase
        match = words.COPULA.search(phrase)
        if match and match.start() >= 0 and match.end() > match.start():
            phrase = phrase[: match.start()]
        phrase = words.TRAILING.sub("", words.PER_PREFIX.sub("", phrase)) if len(phrase) > 4 else phrase
    return phrase


def topic_of(phrase: str) -> str:
    """The noun phrase that a clause (with or without a quantity) is about: for the clauses that follow."""
    core = clean(trimmed(phrase))
    return words.GROWTH.sub("", core) or core
