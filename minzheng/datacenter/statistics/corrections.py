"""订正单: what a sealed report said wrong is changed by two people; totals and the reports above follow, every change is a new
edition, and nothing of the former one is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.datacenter.statistics import reckoning, selectors
from minzheng.datacenter.statistics.declaring import FORMULA, OWN, Cell, Version
from minzheng.datacenter.statistics.errors import StatsRefused
from minzheng.datacenter.statistics.models import StatCorrection, StatReport
from minzheng.datacenter.statistics.selectors import REPORT, SEAL
from minzheng.datacenter.statistics.services import parts_of
from minzheng.datacenter.statistics.steps import acting, edition, expect, locked, move, name_of
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.registers.numbering import next_number

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

SAME = "提出人不能自己确认订正，请由另一位局领导确认。"


def correctable(version: Version, *, leaf: bool, top: bool) -> list[Cell]:
    """Cells that may be asked for: what the place itself reported. Totals follow by themselves."""
    return [cell for cell in version.filled(top) if cell.kind != FORMULA and (leaf or cell.gather == OWN)]


def top_of(report: StatReport) -> StatReport:
    while report.parent is not None:
        report = report.parent
    return report


@transaction.atomic
def ask(*, actor: Actor, pk: int, values: Mapping[str, str], reason: str) -> StatCorrection:
    """Ask for new numbers ({cell: text}) in a sealed report, with the reason. What follows from them is worked out and kept
    with the slip. Raises StatsRefused."""
    report = locked(pk)
    doer = acting(actor, REPORT, report.region_code)
    expect(report, (StatReport.SEALED,), "订正")
    if StatCorrection.objects.filter(report=report, state="asked").exists():
        raise StatsRefused("这张表已有一张订正单等确认，确认以后再提下一张。")
    if not reason.strip():
        raise StatsRefused("请写明订正的原因和依据。", {"reason": "请写明原数为什么不对、新数从哪里来。"})
    changes = _changes(report, values)
    plan = _worked_out(report, changes, reason)
    stopping = [one.sentence for one in _findings(plan[0]) if one.stops]
    if stopping:
        raise StatsRefused(["照这样订正通不过核对：", *stopping[:20]])
    year = clock.today().year
    number = next_number("statistics.correction", region_code=report.region_code, year=year)
    row = StatCorrection.objects.create(
        report=report, region_code=report.region_code, no=f"DZ{report.region_code[:9]}-{year}-{number:03}",
        changes=changes, moved=[line for one in plan for line in one.lines], reason=reason.strip()[:500],
        asked_by_id=doer.id, asked_name=doer.name[:60], asked_at=clock.now(),
    )  # fmt: skip
    audit.record(
        actor=doer, action="stats.correction_ask", obj=row, region_code=row.region_code, reason=row.reason,
        detail={"report": str(report.pk), "changes": changes},
    )  # fmt: skip
    return row


def _changes(report: StatReport, values: Mapping[str, str]) -> dict[str, list[str | None]]:
    version, leaf, top = parts_of(report)
    may = {cell.address: cell for cell in correctable(version, leaf=leaf, top=top)}
    found: dict[str, list[str | None]] = {}
    errors: dict[str, str] = {}
    for address, text in values.items():
        if address not in may:
            errors[address] = "只能订正本级填报的格；合计和汇总数会跟着变，汇总表里的请到下级的表上订正。"
            continue
        try:
            new = reckoning.typed(text, may[address])
        except ValueError as error:
            errors[address] = str(error)
            continue
        if new is None:
            errors[address] = f"{may[address].title}订正后不能空着：没有发生的填 0。"
        elif new != report.values.get(address):
            found[address] = [report.values.get(address), new]
    if errors:
        raise StatsRefused("有几格不能这样订正。", errors)
    if not found:
        raise StatsRefused("没有一格和原来不同：请填写要订正的数。")
    return found


class _Changed:
    """A report with the numbers it is to have. `lines`: [{"region", "cell", "old", "new"}]."""

    def __init__(self, report: StatReport, values: dict[str, str | None], notes: dict[str, str]) -> None:
        self.report, self.values, self.notes = report, values, notes
        self.lines: list[dict[str, Any]] = [
            {"region": report.region_code, "cell": cell, "old": report.values.get(cell), "new": new}
            for cell in selectors.version_of(report).cells
            if cell in values and (new := values[cell]) != report.values.get(cell)
        ]


def _worked_out(report: StatReport, changes: Mapping[str, list[str | None]], reason: str) -> list[_Changed]:
    """The report and those above it, with what they will say; the lowest first."""
    version = selectors.version_of(report)
    note = f"订正：{reason.strip()}"[:500]
    values = {**report.values, **{cell: pair[1] for cell, pair in changes.items()}}
    values = reckoning.with_formulas(version, values, top=report.parent_id is None)
    found = [_Changed(report, values, {**report.notes, **dict.fromkeys(changes, note)})]
    while found[-1].lines and found[-1].report.parent is not None:
        low, above = found[-1], found[-1].report.parent
        rows = [low.values if one.pk == low.report.pk else one.values for one in selectors.below(above)]
        joined = {**above.values, **reckoning.gathered(version, rows)}
        joined = reckoning.with_formulas(version, joined, top=above.parent_id is None)
        changed = _Changed(above, joined, dict(above.notes))
        changed.notes |= {line["cell"]: note for line in changed.lines}
        found.append(changed)
    return [one for one in found if one.lines]


def _findings(one: _Changed) -> list[Any]:
    kept, one.report.notes = one.report.notes, one.notes
    try:
        return selectors.findings(one.report, one.values)
    finally:
        one.report.notes = kept


@transaction.atomic
def confirm(*, actor: Actor, pk: int, opinion: str = "") -> StatCorrection:
    """Confirm a slip: the report and those above get their new edition. Not by whoever asked."""
    row = _asked(pk)
    report = locked(row.report_id)
    doer = _second(actor, row, report)
    plan = _worked_out(report, row.changes, row.reason)
    for one in plan:
        target = one.report
        target.values, target.notes = one.values, one.notes
        for line in one.lines:
            source = target.sources.get(line["cell"], {})
            target.sources[line["cell"]] = {**source, "correction": row.no}
        edition(doer, target, f"{row.no} {row.reason}")
        move(doer, target, "correct", StatReport.SEALED, f"{row.no} {row.reason}", lines=one.lines, sha=target.sha)
        target.save()
    # Another slip may have been confirmed since this one was asked: what counts is what was changed now.
    row.moved = [line for one in plan for line in one.lines]
    _decide(doer, row, "confirmed", opinion)
    return row


@transaction.atomic
def refuse(*, actor: Actor, pk: int, opinion: str) -> StatCorrection:
    """Turn a slip down, with the reason; the report stays as it is."""
    row = _asked(pk)
    doer = _second(actor, row, locked(row.report_id))
    if not opinion.strip():
        raise StatsRefused("请写明不同意的理由。", {"opinion": "请写明不同意的理由。"})
    _decide(doer, row, "refused", opinion)
    return row


def _asked(pk: int) -> StatCorrection:
    row = StatCorrection.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise StatsRefused("没有这张订正单，请回到清单刷新后再试。")
    return row


def _second(actor: Actor, row: StatCorrection, report: StatReport) -> Actor:
    doer = acting(actor, SEAL, top_of(report).region_code)
    if row.state != "asked":
        raise StatsRefused(f"这张订正单已经办过（{row.get_state_display()}），{name_of(report)}以现在的数为准。")
    if doer.id is not None and doer.id == row.asked_by_id:
        raise StatsRefused(SAME)
    return doer


def _decide(doer: Actor, row: StatCorrection, state: str, opinion: str) -> None:
    row.state, row.opinion = state, opinion.strip()[:500]
    row.decided_by_id, row.decided_name, row.decided_at = doer.id, doer.name[:60], clock.now()
    row.save()
    audit.record(
        actor=doer, action=f"stats.correction_{state}", obj=row, region_code=row.region_code, reason=row.opinion,
        detail={"no": row.no, "changes": row.changes},
    )  # fmt: skip
