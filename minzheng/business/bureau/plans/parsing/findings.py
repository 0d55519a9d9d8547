"""Conflicts and oddities inside one document: flagged with both places, never repaired."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any

from minzheng.business.bureau.plans.parsing.growth import NAMES, growth
from minzheng.business.bureau.plans.parsing.numerals import plain

if TYPE_CHECKING:
    from minzheng.business.bureau.plans.parsing.document import Document
    from minzheng.business.bureau.plans.parsing.indicators import Indicator


@dataclass(frozen=True)
class Finding:
    """``kind``: conflict, repeated, growth, unit, numbering, scope, year; ``spans``: the places concerned."""

    kind: str
    sentence: str
    spans: tuple[tuple[int, int], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "sentence": self.sentence, "spans": [list(span) for span in self.spans]}


def of(document: Document) -> list[Finding]:
    return [
        *_numbering(document),
        *_scopes(document),
        *_units(document.indicators),
        *_pairs(document.indicators),
        *_close_sums(document.indicators),
        *_growth(document.indicators),
        *_growth_in_words(document.indicators),
        *_years(document),
    ]


def _numbering(document: Document) -> Iterator[Finding]:
    """Running Arabic numbers that jump (5 → 8)."""
    before: tuple[tuple[str, ...], int, tuple[int, int]] | None = None
    for node in document.tree.nodes:
        if not node.own.isdigit() or node.rank != 4:
            continue
        own, places = int(node.own), node.paragraphs[0].places
        place = (places[0], places[min(len(places), 12) - 1] + 1)
        if before and own > before[1] + 1:
            yield Finding("numbering", f"序号由 {before[1]} 跳到 {own}，中间的条目缺失或编号有误。", (before[2], place))
        before = (node.path, own, place)


def _scopes(document: Document) -> Iterator[Finding]:
    """Targets of a wider area than the publisher's: a county's document with the province's quotas."""
    level = {"省": 3, "市": 2, "州": 2, "县": 1, "区": 1, "旗": 1}
    head = re.match(
        r"[\u4e00-\u9fff]+?(省|市|州|县|区|旗)(?=民政|人民政府|局|$|[\u4e00-\u9fff]{0,4}(?:局|厅|办))",
        document.publisher,
    )
    own = re.findall(r"[省市州县区旗]", document.publisher)
    if not own and not head:
        return
    publisher = min(level[char] for char in own)
    wider = [one for one in document.indicators if one.scope[-1:] in level and level[one.scope[-1:]] > publisher]
    if wider:
        scopes = "、".join(dict.fromkeys(one.scope for one in wider))
        yield Finding(
            "scope",
            f"发布单位是{document.publisher}，但有 {len(wider)} 个指标的口径是{scopes}，不能直接当作本地任务。",
            tuple(one.span for one in wider),
        )


def _units(indicators: Iterable[Indicator]) -> Iterator[Finding]:
    for one in indicators:
        if one.unit.lstrip("万亿千百").startswith("/"):
            yield Finding("unit", f"“{one.words}”缺少计量单位，原文如此。", (one.span,))


def _pairs(indicators: list[Indicator]) -> Iterator[Finding]:
    """The same subject and unit twice, with the same figure (one indicator, two mentions) or another (a conflict)."""
    for one, other in combinations([found for found in indicators if found.subject], 2):
        if (
            one.text == other.text
            or one.unit_norm != other.unit_norm
            or not _same_subject(one, other)
            or not _same_time(one, other)
            or one.base != other.base
        ):
            continue
        place = (one.span, other.span)
        if one.value_norm == other.value_norm and one.comparator == other.comparator:
            yield Finding("repeated", f"“{one.subject}”{_figure(one)}出现两次，是同一个指标。", place)
        elif one.value_norm != other.value_norm:
            yield Finding(
                "conflict",
                f"“{one.subject}”一处是{_figure(one)}，另一处（{other.subject}）是{_figure(other)}，请核实。",
                place,
            )


def _figure(one: Indicator) -> str:
    return f"{plain(one.value)}{one.unit}" if one.unit else f"{plain(one.value)}"


def _same_subject(one: Indicator, other: Indicator) -> bool:
    left, right = _essence(one.subject), _essence(other.subject)
    if left == right:
        return True
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) >= 3 and shorter.endswith("率") and longer.endswith(shorter):
        return True
    rest = iter(longer)
    return (
        len(shorter) >= 4
        and shorter[-2:] == longer[-2:]
        and len(shorter) / len(longer) > 0.6
        and all(char in rest for char in shorter)
    )


def _essence(subject: str) -> str:
    subject = re.sub(r"\([^()]*\)|(?:年均|月|年|保障|创建|建设|各类|总|的|数$)", "", subject)
    return subject.replace("老年人", "老人").replace("城镇", "城市").replace("累计", "").replace("完成", "")


def _same_time(one: Indicator, other: Indicator) -> bool:
    """Reported results and targets of other years are no conflict."""
    years = [re.search(r"20\d\d", found.deadline) for found in (one, other)]
    if all(years) and years[0] and years[1] and years[0][0] != years[1][0]:
        return False
    places = {re.sub(r"^(?:全[国省市县区]|[我本][省市县区])", "", found.scope) for found in (one, other)}
    return one.reported == other.reported and len(places) == 1


def _growth(indicators: Iterable[Indicator]) -> Iterator[Finding]:
    """Printed yearly growth against simple mean and compound rate; the method is named, a misfit is said."""
    for one in indicators:
        if one.growth is None or one.base_value in (None, Decimal(0)) or len(one.columns) < 2:
            continue
        years = [re.search(r"20\d\d", name) for name, _ in one.columns]
        if not years[0] or not years[-1] or int(years[-1][0]) <= int(years[0][0]):
            continue
        computed = growth(one.base_value, one.value, int(years[-1][0]) - int(years[0][0]))
        if computed.simple is None:
            continue
        method = computed.follows(one.growth)
        verdict = NAMES[method] if method == "neither" else f"印的是{NAMES[method]}"
        yield Finding(
            "growth",
            f"“{one.subject}”年均增长印作 {plain(one.growth)}%，简单平均 {computed.simple}%，复合 {computed.compound}%：{verdict}。",
            (one.span,),
        )


def _close_sums(indicators: list[Indicator]) -> Iterator[Finding]:
    """Two sums of money under like names that differ by less than a hundredth: one is perhaps the other, rounded."""
    sums = [one for one in indicators if one.unit_norm == "元" and one.value_norm >= 1_000_000]
    for one, other in combinations(sums, 2):
        close = (
            one.value_norm != other.value_norm
            and abs(one.value_norm - other.value_norm) < max(one.value_norm, other.value_norm) / 100
        )
        if close and one.subject[-2:] == other.subject[-2:] and not _same_subject(one, other):
            yield Finding(
                "conflict",
                f"“{one.subject}”{_figure(one)}与“{other.subject}”{_figure(other)}相近而不同，请核实是否同一笔。",
                (one.span, other.span),
            )


def _growth_in_words(indicators: list[Indicator]) -> Iterator[Finding]:
    """Yearly growth in the text against the growth column of a table."""
    rows = [one for one in indicators if one.growth is not None]
    for one in indicators:
        name = re.sub(r"(?:年均|每年)(?:增长|提高)率?$", "", one.subject)
        if name == one.subject or one.unit_norm != "%":
            continue
        for row in rows:
            if row.growth != one.value and row.reported == one.reported and _essence(row.subject) == _essence(name):
                yield Finding(
                    "conflict",
                    f"“{one.subject}”文中是{_figure(one)}，表中“{row.subject}”年均增长印作 {plain(row.growth or one.value)}%，请核实。",
                    (one.span, row.span),
                )


def _years(document: Document) -> Iterator[Finding]:
    """A yearly document whose figures name a past year as their own period."""
    if not document.year or not re.search(r"总结|要点", document.title):
        return
    for one in document.indicators:
        match = re.match(r"(20\d\d)年(?:上半年|全年)?$", one.deadline)
        if match and one.kind == "actual" and int(match[1]) != document.year:
            yield Finding("year", f"本文是 {document.year} 年的，这里写的是“{one.deadline}”，年份可疑。", (one.span,))
