"""Numerals that are names, dates, numbers of laws, grades, ages of a class or slogans: they are no quantities.

Every rule has a name, so that a reader can be told why a numeral was passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CN = "零〇一二两三四五六七八九十百千"
_N = rf"(?:\d+(?:\.\d+)?|[{_CN}]+)"
_AGED = r"(?:周?岁)(?:\(?含\)?)?(?:\(.{0,10}?\))?"

#: (name of the rule, pattern); the whole match is passed over.
_RULES: tuple[tuple[str, str], ...] = (
    ("生活圈和冷静期", r"\d+(?:分钟|公里|小时)[\u4e00-\u9fff]{0,8}圈|\d+(?:天|日|个月)(?:之)?后"),
    ("书名号内", r"《[^《》\n]{0,120}》"),
    ("文号", r"[〔\[(](?:19|20)\d\d[〕\])](?:第)?\d+号|(?:第\d+号|\d+号)(?!(?:楼|线|院))|\d+-\d+号"),
    (
        "日期",
        r"(?:19|20)\d\d\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}(?!\d)(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?|\d{1,2}:\d\d(?::\d\d)?",
    ),
    (
        "年份",
        r"(?<!\d)(?:19|20)\d\d\s*年?(?:[-—–~至到]+|、|和)\s*(?:19|20)\d\d\s*(?:年(?:度|期间)?|(?=[)”]))|(?<!\d)(?:19|20)\d\d\s*年(?:度|底|末|初)?(?:\s*\d{1,2}月)?(?:\d{1,2}[日号])?",
    ),
    ("年份", r"[一二][〇零○oO九一二三四五六七八]{3}年(?:[一二三四五六七八九十]+月)?(?:[一二三四五六七八九十]+日)?"),
    (
        "日期",
        r"\d{1,2}月(?:\d{1,2}[日号])?(?:[-—–~至到]+(?:\d{1,2}月)?\d{1,2}[日号])?(?:[-—–~至到、]+\d{1,2}月)?(?:份|底|末|初|中旬|上旬|下旬)?",
    ),
    (
        "日期",
        r"[一二三四五六七八九十]+月(?:[一二三四五六七八九十]+日|份|底|末|初|中旬|上旬|下旬)|\d{1,2}[日号](?=前|起|止|至)",
    ),
    ("日期", r"\d{1,2}[·.]\d{1,2}(?=[国烈防惩”\"])"),
    (
        "次序",
        rf"第\s*{_N}(?:[、和及至—-]第?{_N})*(?:个|届|批|轮|次|期|季度|名|位|条|款|章|节|阶段|步|年|方|党)?|前{_N}(?:名|位|列|强)?(?![余多人户张])",
    ),
    ("次序", rf"[{_CN}](?:是|要)(?=[^一-龥]|[\u4e00-\u9fff])|其[一二三四五六七八九]"),
    ("五年规划", r"“?十[一二三四五六七]五”?(?=规划|时期|期间|末|以来|开局|收官|民政|立法|信息|发展|$|[,、;。”])"),
    (
        "级别",
        rf"\d+A级?(?:及以上|以上)?|(?:国家|省|市)?[{_CN}\d、和]+(?:星|级)(?:级|乙等|甲等|乙级|甲级)?(?:及以上|以上)?",
    ),
    ("版本和代号", r"[A-Za-z]+[-+]?\d+(?:\.\d+)?|\d+(?:\.\d+)?版本?|\d+(?:\.\d+)+(?:\.\d+)+|\d+[A-Za-z]+(?![a-z²])"),
    ("加号口号", r"[\dNXn一二三四五六七八九十]+(?:\s*\+\s*[\dNXn一二三四五六七八九十]+)+"),
    ("岗级方针", r"\d+岗\d+级|\d+个[一1](?!\d)|[一二三四五六七八九十]核[一二两]副[^,。]*区"),
    (
        "热线和编码",
        r"(?<![\d.])(?:1[012]\d{3}|9[56]\d{3,4}|\d{3,4}-\d{7,8}|1[3-9]\d{9})(?=[热专民政平电服政务救市])|(?<!\d)\d{11,}",
    ),
    (
        "每多少",
        rf"每\s*(?:{_N}|[{_CN}]+万?)?\s*(?:万|千|百)?\s*(?:个|名|人|户|张|所|家|村|镇|年|月|季度|周|天|位|床|次|半年)",
    ),
    (
        "配备比例的基数",
        rf"{_N}(?:张|名|人|户|个|位|所)[\u4e00-\u9fff]{{0,8}}?(?:至少)?(?=(?:配备|配置|配)(?:不少于|至少)?{_N}(?:名|人|个|位))",
    ),
    (
        "年龄段",
        rf"{_N}(?:[-—–~至到、]+{_N})?{_AGED}(?:及?以[上下内]|以内)|{_N}[-—–~至到]+{_N}{_AGED}|{_N}{_AGED}(?=[的老高儿未及、])|(?:不满|未满|年满|满){_N}{_AGED}",
    ),
    (
        "年头和期限",
        rf"(?:连续|近|过去|未来|今后|前|后|为期|满|每|五年|历时)?{_N}(?:个)?(?:年|周年|年级|个年度|年度|世纪)(?!次)",
    ),
    (
        "一类空话",
        r"一(?:批|些|系列|定|体|站|次性|门|窗|网|张网|盘棋|件事|老一小|残一困|对一|卡通|把手|线|般|致|方面|律|切|直|旦|起|道|时|流|贯|同|样|种|项|家一|户一|人一|村一|事一|社区一|支部一|岗双|步|手|天|年|月|日|季度|级|审|刀切|揽子|条龙|本账|张图|码|键|屏|端|中心)",
    ),
    (
        "级数",
        rf"[{_CN}][级类](?!别)|[\d]+级|[{_CN}]+(?:位一体|社联动|社|方联动|方面|大员|农|保|无|有|化|会一课|务|公|重|查|定|选|结合|统一|确立|自信|维护|意识|个代表|同步|脱钩)(?![名人里顷斤开])",
    ),
    (
        "两项补贴",
        r"(?:残疾人)?[“\"]?两项[”\"]?补贴|两补|两委|两不愁|三保障|两新|两病|两癌|两会|两线|两个(?:待遇|维护|确立|覆盖|责任|清单|平台|大局|一百年)|四个(?:意识|自信|全面|不摘)|八项规定|五保|六稳|六保|三留守|三留|三无|三农|三治|三社|五社|十件实事|十大",
    ),
    (
        "四字口号",
        rf"([{_CN}])[\u4e00-\u9fff]\1[\u4e00-\u9fff]|(?<![\d.{_CN}])(?:[百千万][家站业厅亭店]|万名)|十百千万?|千家万户|百姓|万众|千方百计|万无一失|百分比",
    ),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _RULES)
_QUOTED = re.compile(r"“([^“”\n]{1,40})[”’]|‘([^‘’\n]{1,40})’|\"([^\"\n]{1,30})\"")
_SENTENCE_IN_QUOTES = re.compile(r"[,;。]")
_LIST_NUMBER = re.compile(
    rf"(?:(?<=^)|(?<=[。;:\s]))(?:\(?[{_CN}]+\)|[{_CN}]+、|\(\d+\)|\d+(?:、|\)|\.(?!\d)|(?<=^\d)(?=\s+[\u4e00-\u9fff])|(?<=^\d\d)(?=\s+[\u4e00-\u9fff]))|[①-⑳])"
)


@dataclass(frozen=True)
class Name:
    """A stretch of text whose numerals are passed over, and the rule that says so."""

    start: int
    end: int
    rule: str


def names(text: str) -> Iterator[Name]:
    """All stretches (of the reading form of one paragraph) whose numerals are no quantities."""
    for match in _LIST_NUMBER.finditer(text):
        yield Name(match.start(), match.end(), "序号")
    for match in _QUOTED.finditer(text):
        # a quoted whole sentence is speech, a short quotation is a name or a slogan
        if not _SENTENCE_IN_QUOTES.search(match.group(0)) or len(match.group(0)) < 22:
            yield Name(match.start(), match.end(), "引号内的名称或口号")
    for rule, pattern in _COMPILED:
        for match in pattern.finditer(text):
            yield Name(match.start(), match.end(), rule)


def covered(text: str) -> list[str | None]:
    """For each character the rule that takes it out, or None."""
    taken: list[str | None] = [None] * len(text)
    for name in names(text):
        for position in range(name.start, name.end):
            taken[position] = taken[position] or name.rule
    return taken
