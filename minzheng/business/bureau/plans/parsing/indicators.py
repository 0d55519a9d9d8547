"""One quantified target, result or standard of a plan, with the words it was read from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from minzheng.business.bureau.plans.parsing import bodies, vocabulary
from minzheng.business.bureau.plans.parsing.characters import reading_form
from minzheng.business.bureau.plans.parsing.numerals import plain
from minzheng.business.bureau.plans.parsing.quantities import Quantity, quantities
from minzheng.business.bureau.plans.parsing.resolve import Resolved, resolve
from minzheng.business.bureau.plans.parsing.structure import Paragraph
from minzheng.business.bureau.plans.parsing.tables import Row
from minzheng.business.bureau.plans.parsing.units import normalise

_STANDARD_UNIT = re.compile(r"元?/|每人|小时|分钟|工作日")
_STANDARD_WORDS = re.compile(r"标准|限额|封顶|时限|补贴$|津贴$|每人每|人均")
_DONE = re.compile(r"累计|共计|五年来|已(?!经?纳入计划)|上半年|去年|全年共|达成|完成了")
_PLANNED = re.compile(r"投入|安排|计划|拟|预算|投资|新建|建设|改造|开展|举办|召开|组织|培训|购置|争取")
_GENERIC = re.compile(r"^(?:投资|总投资|资金|总额|总数|总量|数量|人数|面积|完成|建成|目标)$")


@dataclass(frozen=True)
class Indicator:
    """``span`` points at the number with its unit and comparator; ``text`` is the sentence around it, word by word."""

    text: str
    words: str
    item: str
    subject: str
    comparator: str
    value: Decimal
    value_max: Decimal | None
    unit: str
    value_norm: Decimal
    unit_norm: str
    strive: bool
    kind: str
    span: tuple[int, int]
    why: str
    scope: str = ""
    deadline: str = ""
    base: str = ""
    approximate: bool = False
    base_value: Decimal | None = None
    growth: Decimal | None = None
    column: str = ""
    columns: tuple[tuple[str, Decimal], ...] = ()
    reported: bool = False
    body: str = ""

    @property
    def aggregates(self) -> str:
        """How areas add up: a floor or ceiling holds in each area, a quota is summed, a share is weighed."""
        if self.unit_norm in ("%", "倍", "个百分点"):
            return "weighted"
        return "each" if self.kind == "standard" else "sum"

    def as_json(self) -> dict[str, Any]:
        def shown(value: Decimal | None) -> int | float | None:
            return None if value is None else plain(value)

        result: dict[str, Any] = {
            "text": self.text,
            "item": self.item,
            "subject": self.subject,
            "comparator": self.comparator,
            "value": plain(self.value),
            "value_max": shown(self.value_max),
            "unit": self.unit,
            "value_norm": plain(self.value_norm),
            "unit_norm": self.unit_norm,
            "strive": self.strive,
            "kind": self.kind,
            "words": self.words,
            "span": list(self.span),
            "why": self.why,
            "scope": self.scope,
            "deadline": self.deadline,
            "body": self.body,
            "aggregates": self.aggregates,
        }
        extra = {
            "base": self.base,
            "approximate": self.approximate or None,
            "base_value": shown(self.base_value),
            "growth": shown(self.growth),
            "column": self.column,
        }
        result |= {key: value for key, value in extra.items() if value not in ("", None)}
        if self.columns:
            result["columns"] = {name: plain(value) for name, value in self.columns}
        return result


def of_paragraph(paragraph: Paragraph, document: str, *, no: str, lead: str, actual: bool) -> list[Indicator]:
    """Indicators of one paragraph. ``lead``: the word that opens the list it stands in (——养老服务。)."""
    heading = paragraph.title_end if paragraph.rank is not None else 0
    # the number of the item is no part of its sentence
    plain = " " * paragraph.body + paragraph.plain[paragraph.body :]
    found = quantities(plain, heading_end=heading)
    return [_indicator(paragraph, resolved, no, lead, actual) for resolved in resolve(plain, found)]


def _indicator(paragraph: Paragraph, resolved: Resolved, no: str, lead: str, actual: bool) -> Indicator:
    quantity, found = resolved.quantity, resolved.found
    subject = found.subject
    if lead and (_GENERIC.match(subject) or not subject):
        subject = lead + subject
    value_norm, unit_norm = quantity.norm()
    words = paragraph.text[quantity.word_start : quantity.word_end]
    before = paragraph.plain[resolved.clause.start : quantity.start]
    unit_norm = _per_person(unit_norm, before, quantity)
    if found.per:
        low = re.match(r"(\d+)(\D+)", found.per)
        assert low is not None
        value_norm, unit_norm = (
            (quantity.value / Decimal(low[1])).quantize(Decimal("0.000001")),
            f"{quantity.bare_unit}/{low[2]}",
        )
    places = paragraph.places
    sentence = paragraph.text[resolved.sentence.start : resolved.sentence.end + 1].strip()
    return Indicator(
        text=sentence,
        words=words,
        item=no,
        subject=subject,
        comparator=quantity.comparator,
        value=quantity.value,
        value_max=quantity.value_max,
        unit=quantity.unit,
        value_norm=value_norm,
        unit_norm=unit_norm,
        strive=resolved.strive,
        kind=_kind(quantity, subject, before, actual),
        span=(places[quantity.word_start], places[quantity.word_end - 1] + 1),
        why="；".join((*quantity.reasons, f"主语：{found.rule}")),
        scope=resolved.scope,
        deadline=resolved.deadline,
        base=found.base,
        reported=actual,
        approximate=quantity.approximate,
        body=bodies.of(reading_form(sentence)).lead,
    )


def _per_person(unit: str, before: str, quantity: Quantity) -> str:
    """``每人每月不得低于70元`` is 70 元/人/月 in the basic form; the unit as written stays 元."""
    if not quantity.is_money or unit != "元":
        return unit
    match = re.search(r"每(?P<one>[人户])(?:每(?P<time>[年月日天次]))?|(?P<monthly>[年月])人均", before[-24:])
    if not match:
        return unit
    if match["monthly"]:
        return f"元/人/{match['monthly']}"
    return f"元/{match['one']}" + (f"/{match['time']}" if match["time"] else "")


def _kind(quantity: Quantity, subject: str, before: str, actual: bool) -> str:
    """actual: a result that is reported; standard: what holds for each; plan: work to be done; target: a level to reach."""
    if (
        _STANDARD_UNIT.search(quantity.unit)
        or re.match(r"^每\d", subject)
        or (quantity.is_money and _STANDARD_WORDS.search(subject + before[-12:]))
    ):
        return "standard"
    if actual:
        return "actual"
    if quantity.is_share or (quantity.word_start < quantity.start and not vocabulary.CONTENT.match(subject)):
        return "target"
    return "plan" if _PLANNED.search(before) or quantity.is_money else "target"


def of_row(row: Row, document: str, *, item: str) -> Indicator:
    """A table row as one indicator: its target (or latest) figure, with base year and growth beside it."""
    main = row.main
    assert main is not None
    scale = re.match(r"^(?:十万|百万|千万|[百千万亿])(?=.)", main.unit)
    head = scale[0] if scale else ""
    value_norm, unit_norm = normalise(main.value, head, main.unit[len(head) :])
    others = [value for value in row.values if value is not main]
    label = f"表{row.table_no}" if row.table_no else "表"
    return Indicator(
        text=document[row.start : row.end],
        words=main.cell.text,
        item=item,
        subject=row.name,
        comparator=main.comparator,
        value=main.value,
        value_max=None,
        unit=main.unit,
        value_norm=value_norm,
        unit_norm=unit_norm,
        strive=False,
        kind="table_row",
        span=(main.cell.start, main.cell.end),
        why=f"{label}第{row.number}行，“{main.column}”列",
        deadline=(re.search(r"(?:19|20)\d\d年?", main.column) or [""])[0],
        reported=bool(re.search(r"实际|完成", main.column)),
        base_value=others[0].value if others else None,
        growth=row.growth.value if row.growth else None,
        column=main.column,
        columns=tuple((value.column, value.value) for value in row.values),
        body=row.body,
    )
