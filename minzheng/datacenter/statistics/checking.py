"""Checks of a report. Each finding points at a cell and says in one sentence what is wrong and what to do.

An `error` keeps the report from being sent; a `note` lets it pass once the cell has an explanation; a `hint` only tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from minzheng.datacenter.statistics import expressions, terms
from minzheng.datacenter.statistics.declaring import CHECKS, FORMULA, INDICATOR, MANUAL, SUM, Cell, Check, Version
from minzheng.datacenter.statistics.reckoning import number, shown

ERROR, NOTE, HINT = "error", "note", "hint"
Values = Mapping[str, str | None]


@dataclass(frozen=True)
class Finding:
    """`difference`: what the other side has minus what the cell has. `settled`: a note is there."""

    kind: str
    level: str
    cell: str
    title: str
    sentence: str
    difference: Decimal | None = None
    settled: bool = False

    @property
    def kind_words(self) -> str:
        return CHECKS[self.kind]

    @property
    def stops(self) -> bool:
        """Whether the report cannot be sent as it is."""
        return self.level == ERROR or (self.level == NOTE and not self.settled)


@dataclass(frozen=True)
class Known:
    """What the numbers are checked against. None stands for what is not there: no report of that period, no sum from
    below. `tables`: {(form, cell): value}; `indicators`: {code: value}; `names`: titles of forms and indicators."""

    previous: Values | None = None
    year_ago: Values | None = None
    tables: Mapping[tuple[str, str], Decimal | None] = field(default_factory=dict)
    indicators: Mapping[str, Decimal | None] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    #: A report above: what those below add up to now, and what the indicators say for the whole place.
    below: Values | None = None
    direct: Values | None = None


@dataclass(frozen=True)
class Sheet:
    """A report as far as checks look at it. `sources` as in the model."""

    version: Version
    values: Values
    sources: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    top: bool = True

    def cells(self) -> list[Cell]:
        return self.version.filled(self.top)


def run(sheet: Sheet, known: Known) -> list[Finding]:
    """Everything that is to be said, in the order of the form: errors first within a cell."""
    found: list[Finding] = []
    for cell in sheet.cells():
        for one in (_empty, _negative, _places, _scale, _collected):
            finding = one(cell, sheet, known)
            if finding:
                found.append(finding)
    present = {cell.address for cell in sheet.cells()}
    for check in sheet.version.checks:
        if check.cell in present:
            finding = _DECLARED[check.kind](check, sheet, known)
            if finding:
                found.append(finding)
    order = {address: n for n, address in enumerate(sheet.version.cells)}
    return sorted(found, key=lambda one: (order[one.cell], (ERROR, NOTE, HINT).index(one.level)))


def _say(
    kind: str, level: str, cell: Cell, sheet: Sheet, sentence: str, difference: Decimal | None = None
) -> Finding:  # fmt: skip
    settled = level == NOTE and len(sheet.notes.get(cell.address, "").strip()) >= terms.number("note_least")
    return Finding(kind, level, cell.address, cell.title, sentence, difference, settled)


# ---- checks of every cell ----


def _empty(cell: Cell, sheet: Sheet, known: Known) -> Finding | None:
    """An empty cell is not 0: somebody must say which it is."""
    if sheet.values.get(cell.address) is not None:
        return None
    if cell.kind == FORMULA:
        return _say("empty", HINT, cell, sheet, f"{cell.title}由公式计算，算式里有空格或者除数为 0，先空着。")
    if known.below is not None and cell.gather == SUM and known.below.get(cell.address) is None:
        return _say("empty", ERROR, cell, sheet, f"{cell.title}下级都没有填：请退回让下级填报，没有发生的填 0。")
    if cell.kind == INDICATOR:
        why = str(sheet.sources.get(cell.address, {}).get("why") or "还没有取数")
        return _say(
            "empty",
            ERROR,
            cell,
            sheet,
            f"{cell.title}系统里没有数（{why}）：请按实际填写并写明数据从哪里来，没有发生的填 0。",
        )
    return _say("empty", ERROR, cell, sheet, f"{cell.title}还空着：没有发生的请填 0，不清楚的请核实后再填。")


def _negative(cell: Cell, sheet: Sheet, known: Known) -> Finding | None:
    value = number(sheet.values, cell.address)
    if value is None or value >= 0 or cell.kind == FORMULA:
        return None
    return _say(
        "range", ERROR, cell, sheet, f"{cell.title}是负数（{shown(value, cell)}）：数量和金额不能小于 0，请改正。"
    )


def _places(cell: Cell, sheet: Sheet, known: Known) -> Finding | None:
    value = number(sheet.values, cell.address)
    if value is None or value == value.quantize(Decimal(1).scaleb(-cell.decimals)):
        return None
    return _say(
        "unit", ERROR, cell, sheet, f"{cell.title}的单位是{cell.unit}，不能有这么多小数（{value}）：请核对单位。"
    )


def _scale(cell: Cell, sheet: Sheet, known: Known) -> Finding | None:
    """元 written as 万元 and the like: the same cell is a thousand times what it was."""
    now, before = number(sheet.values, cell.address), number(known.previous or {}, cell.address)
    times = terms.number("unit_times")
    if not now or not before or 1 / Decimal(times) < abs(now / before) < times:
        return None
    more = now > before
    ratio = abs(now / before) if more else abs(before / now)
    return _say(
        "unit", NOTE, cell, sheet,
        f"{cell.title}本期 {shown(now, cell)} {cell.unit}，上期 {shown(before, cell)} {cell.unit}，{'多' if more else '少'}了 {ratio:,.0f} 倍，"
        f"多半是单位填错（这一格的单位是{cell.unit}）：请改正；属实的请写明原因。",
    )  # fmt: skip


def _collected(cell: Cell, sheet: Sheet, known: Known) -> Finding | None:
    """The sum is that of the reports below as they are now, and what the platform itself counts for the place."""
    if known.below is None or cell.kind == FORMULA or cell.gather != SUM:
        return None
    now, below = number(sheet.values, cell.address), number(known.below, cell.address)
    if now is not None and now != below:
        return _say(
            "below", ERROR, cell, sheet,
            f"{cell.title}汇总数 {shown(now, cell)}，下级现在合计 {shown(below, cell)}：汇总以后下级改过数，请重新汇总。",
            None if below is None else below - now,
        )  # fmt: skip
    direct = number(known.direct or {}, cell.address)
    if now is None or direct is None or direct == now:
        return None
    return _say(
        "below", NOTE, cell, sheet,
        f"{cell.title}各地合计 {shown(now, cell)}，系统按全域取数是 {shown(direct, cell)}，相差 {_signed(direct - now, cell)} {cell.unit}："
        "请看哪个地方的数取数以后变了，让它重新取数；有记录没有落到乡镇的，请写明。", direct - now,
    )  # fmt: skip


# ---- declared checks ----


def _operand(sheet: Sheet, known: Known) -> Callable[..., Decimal | None]:
    def value(kind: str, *names: str) -> Decimal | None:
        if kind == expressions.TABLE:
            return known.tables.get((names[0], names[1]))
        if kind == expressions.INDICATOR:
            return known.indicators.get(names[0])
        texts = {
            expressions.CELL: sheet.values,
            expressions.PREVIOUS: known.previous,
            expressions.YEAR_AGO: known.year_ago,
        }
        return number(texts[kind] or {}, names[0])

    return value


def _weight(check: Check, sheet: Sheet) -> tuple[str, str]:
    """(level, what to add). Where every cell is the platform's own number nobody can put it right in the form: it is
    explained, or put right where the number comes from."""
    own = {check.cell} | {
        names[0]
        for text in check.formulas
        for kind, *names in expressions.operands(text)
        if kind in (expressions.CELL, expressions.PREVIOUS)
    }
    cells = [sheet.version.cells[address] for address in own]
    system = all(
        cell.kind == INDICATOR and sheet.sources.get(cell.address, {}).get("how") != MANUAL for cell in cells
    )  # fmt: skip
    return (
        (NOTE, "这几格都取自系统：请改正业务记录后重新取数，或者写明原因（如暂停、恢复、迁移）。")
        if system
        else (ERROR, "")
    )


def _equal(check: Check, sheet: Sheet, known: Known) -> Finding | None:
    """合计, 勾稽, 跨表: the cell equals a formula."""
    cell, now = sheet.version.cells[check.cell], number(sheet.values, check.cell)
    other = expressions.evaluate(check.equals, _operand(sheet, known))
    if now is None:
        return None
    titles = {**known.names, **sheet.version.titles}
    words = expressions.words(check.equals, titles)
    if other is None:
        missing = [
            expressions.name_of(one, titles) for one in expressions.operands(check.equals) if one[0] != expressions.CELL
        ]
        if not missing:
            return None  # an empty cell is told already
        return _say(
            check.kind, HINT, cell, sheet, f"{cell.title}没有核对：{'、'.join(missing)}还没有数，有了以后会自动核对。"
        )
    if abs(other - now) <= check.tolerance:
        return None
    gap = f"相差 {_signed(other - now, cell)} {cell.unit}"
    own = "填报 " if check.kind == "cross" else " "
    level, advice = _weight(check, sheet)
    return _say(
        check.kind, level, cell, sheet,
        f"{cell.title}{own}{shown(now, cell)}，应等于{words}，即 {shown(other, cell)}，{gap}。"
        f"{advice or check.advice or _ADVICE[check.kind]}", other - now,
    )  # fmt: skip


_ADVICE = {
    "sum": "请核对合计和各分项，改正后再上报。",
    "balance": "请核对期初、增加和减少的数，改正后再上报。",
    "cross": "请按来源的数据核实，错的一方改正后再上报。",
}


def _range(check: Check, sheet: Sheet, known: Known) -> Finding | None:
    cell, now = sheet.version.cells[check.cell], number(sheet.values, check.cell)
    if now is None:
        return None
    titles, operand = {**known.names, **sheet.version.titles}, _operand(sheet, known)
    low = expressions.evaluate(check.at_least, operand) if check.at_least else check.least
    high = expressions.evaluate(check.at_most, operand) if check.at_most else check.most
    for limit, formula, wrong, words in (
        (low, check.at_least, low is not None and now < low, "小于"),
        (high, check.at_most, high is not None and now > high, "大于"),
    ):
        if limit is not None and wrong:
            level, advice = _weight(check, sheet)
            told = f"{expressions.words(formula, titles)}（{shown(limit, cell)}）" if formula else shown(limit, cell)
            todo = advice or check.advice or "请核对这两个数，改正后再上报。"
            return _say(
                "range", level, cell, sheet, f"{cell.title} {shown(now, cell)} 不应{words}{told}。{todo}", limit - now
            )  # fmt: skip
    return None


def _year(check: Check, sheet: Sheet, known: Known) -> Finding | None:
    """More than ±30 % against the same period of the year before needs a note."""
    cell, now = sheet.version.cells[check.cell], number(sheet.values, check.cell)
    before = number(known.year_ago or {}, check.cell)
    if now is None or before is None or abs(now - before) < max(Decimal(terms.number("year_least")), Decimal("0.01")):
        return None
    percent = check.most if check.most is not None else Decimal(terms.number("year_percent"))
    rate = (now - before) / before * 100 if before else None
    if rate is not None and abs(rate) <= percent:
        return None
    change = (
        f"{'增长' if rate > 0 else '下降'} {abs(rate):.1f}%，超过 {percent:f}%"
        if rate is not None
        else "没有可比的增幅"
    )
    return _say(
        "year", NOTE, cell, sheet,
        f"{cell.title}本期 {shown(now, cell)}，去年同期 {shown(before, cell)}，{change}："
        "请核对有没有填错；属实的，请在这一格的说明里写明原因。", before - now,
    )  # fmt: skip


def _signed(value: Decimal, cell: Cell) -> str:
    return f"{'−' if value < 0 else '+'}{shown(abs(value), cell)}"


_DECLARED: dict[str, Callable[[Check, Sheet, Known], Finding | None]] = {
    "sum": _equal, "balance": _equal, "cross": _equal, "range": _range, "year": _year,
}  # fmt: skip
