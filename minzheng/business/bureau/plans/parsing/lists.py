"""Subjects of several quantities side by side: 城乡 pairs, 分别 lists, labels inside a list, shared verbs and tails."""

from __future__ import annotations

import re

_PAIRS = (
    ("城乡", ("城市", "农村")),
    ("城镇和农村", ("城镇", "农村")),
    ("城市和农村", ("城市", "农村")),
    ("城市、农村", ("城市", "农村")),
    ("省市县", ("省", "市", "县")),
)
_CONTRAST = (
    "集中 分散 散居",
    "城市 农村 城镇 乡村",
    "市 县 区 省 乡",
    "一级 二级 三级 四级",
    "自理 半自理 半失能 全失能 失能 半护理 全护理",
    "轻度 中度 重度",
    "男 女",
    "结婚 离婚",
    "新建 改建 扩建",
    "机构 社会",
    "线上 线下",
    "省级 市级 县级 区级",
    "困难 重度",
)
_CONTRASTS = [set(group.split()) for group in _CONTRAST]
_HEAD = re.compile(
    r"(?:(?:月|年)?(?:基本生活|生活|护理|供养|养育|保障|救助|补贴|补助|津贴|平均|人均|集中|供给|服务|应急|抚养|照料|照护)*"
    r"(?:标准|水平|能力|率|费用?|金|数|数量|总量|额|比例|比重|人数|床位数?|总数|资金|收入|支出|面积|时间|时限|补贴|补助|津贴))$"
)
_OF = re.compile(
    r"(?P<subject>.+?)(?:分别)?(?:达到|不低于|不得低于|不少于|不超过|高于|(?<!下)达|为|按照?|按)(?P<base>[^,;。\d]{2,40}?)(?:的|(?<=标准)|(?<=水平)|(?<=支出))$"
)


def split_subject(phrase: str, count: int) -> list[str] | None:
    """``农村“五保”集中、分散供养标准`` and 2 → [农村“五保”集中供养标准, 农村“五保”分散供养标准]; None when it does not divide."""
    by_classes = re.search(r"^(?P<head>.*?)(?:按照|按|依照)(?P<list>[^,;。]+)$", phrase)
    if by_classes:
        parts = _parts(by_classes["list"], count)
        if parts:
            return [of_class(by_classes["head"], part) for part in parts]
    for words, expanded in _PAIRS:
        if words in phrase and len(expanded) == count:
            return [phrase.replace(words, word) for word in expanded]
    parts = _parts(phrase, count)
    return _shared(parts) if parts else None


def of_class(head: str, label: str) -> str:
    """``残疾人生活补贴保障标准`` and ``一级`` → 一级残疾人生活补贴保障标准 (behind the last 的 before it)."""
    if not _HEAD.search(head):
        return head + label
    cut = head.rfind("的") + 1
    return head[:cut] + label + head[cut:]


def _parts(phrase: str, count: int) -> list[str] | None:
    bare = re.sub(r"\([^()]*\)", "", phrase)
    for separators in (r"、", r"[、和及与]|以及"):
        parts = [part for part in re.split(separators, bare) if part]
        if len(parts) == count:
            return parts
    return None


def _shared(parts: list[str]) -> list[str]:
    """Give each part the words that only the first (prefix) or the last (suffix) carries."""
    first, last = parts[0], parts[-1]
    size = _element(first, last)
    if size:
        prefix, suffix = first[: len(first) - size[0]], last[size[1] :]
        own = [first[len(first) - size[0] :], *parts[1:-1], last[: size[1]]]
        return [prefix + part + suffix for part in own]
    head = _HEAD.search(last)
    if head and not _HEAD.search(first):
        return [*(part + head[0] for part in parts[:-1]), last]
    return parts


def _element(first: str, last: str) -> tuple[int, int] | None:
    """Lengths of the contrasting words at the end of the first part and the start of the last."""
    for group in _CONTRASTS:
        for one in sorted(group, key=len, reverse=True):
            for other in sorted(group, key=len, reverse=True):
                if one != other and first.endswith(one) and last.startswith(other) and len(last) > len(other):
                    return len(one), len(other)
    for size in range(min(len(first), len(last) - 2, 6), 1, -1):
        one, other = first[-size:], last[:size]
        if one != other and one[-1] == other[-1] and size <= 4:
            return size, size
    return None


def of_base(left: str) -> tuple[str, str] | None:
    """``城乡低保标准分别达到上年度城乡居民人均生活消费支出的`` → (城乡低保标准, 上年度城乡居民人均生活消费支出)."""
    match = _OF.search(left)
    return (match["subject"], match["base"]) if match else None


def shared_tail(last: str) -> str:
    """``24条县级界线的联检`` or ``县级线等界线联检``: the tail that the other members of the list share."""
    match = re.search(r"[\u4e00-\u9fff)](?:的|等)([\u4e00-\u9fff]{2,10})$", last)
    return match[1] if match else ""
