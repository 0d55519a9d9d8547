"""What a place does with its report: the period is opened, numbers are taken, entered, sent, taken back.

Each act needs one post with the permission over the report's place, is one transaction and leaves one line of history and
one of the audit log. What the level above does is in reviewing.py, what happens after sealing in corrections.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from minzheng.datacenter.statistics import filling, periods, reading, reckoning, selectors, terms
from minzheng.datacenter.statistics.declaring import FORMULA, INDICATOR, MANUAL, OWN, Cell, Version
from minzheng.datacenter.statistics.errors import StatsRefused
from minzheng.datacenter.statistics.models import StatAct, StatReport
from minzheng.datacenter.statistics.selectors import OPEN, REPORT, REVIEW
from minzheng.datacenter.statistics.steps import acting, expect, locked, move, name_of
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases.errors import Stale
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import children

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

WHOLE = ""  # the key of the note on the whole form
MOST_NOTE = 500
_TOWN = 4


@transaction.atomic
def open_period(*, actor: Actor, shell: str, region_code: str, period: str) -> int:
    """Make the reports of a form for a place and every place below it, down to towns; returns how many are new. Places
    that have theirs are left alone. Raises StatsRefused, BadPeriod."""
    form, place = reading.shell(shell), codes.full(region_code)
    if form is None:
        raise StatsRefused(f"没有代码为“{shell[:40]}”的报表：请从报表清单里选。")
    doer = acting(actor, REVIEW, place)
    when = periods.parse(period, form.periodicity)
    if periods.after(when) > clock.today():
        raise StatsRefused(f"{when.title}还没有过完，{periods.after(when)} 起才能布置。")
    version = form.version_for(when)
    around = codes.scope_q([place]) | Q(region_code=codes.parent(place))
    known = {one.region_code: one for one in StatReport.objects.filter(around, shell=shell, period=when.text)}
    above = known.get(codes.parent(place))
    made = list(_branch(form.code, version.number, when, place, above, known))
    acts = [
        StatAct(
            report=one, code="open", to_state=one.state, actor_id=doer.id, actor_name=doer.name[:60], at=clock.now()
        )
        for one in made
    ]
    StatAct.objects.bulk_create(acts)
    if made:
        audit.record(
            actor=doer, action="stats.open", region_code=place,
            detail={"shell": shell, "period": when.text, "reports": len(made)},
        )  # fmt: skip
    return len(made)


def _branch(
    shell: str, version: int, when: Any, place: str, above: StatReport | None, known: dict[str, StatReport]
) -> Any:  # fmt: skip
    """New reports of a place and those below it, level by level."""
    mine = known.get(place)
    if mine is None:
        due = terms.due(when, top=above is None)
        mine = StatReport.objects.create(
            shell=shell, version=version, period=when.text, region_code=place, parent=above, due_on=due.date,
            due_provisional=due.provisional,
        )  # fmt: skip
        yield mine
    elif mine.parent_id is None and above is not None and mine.state != StatReport.SEALED:
        # The place began on its own; the level above joins it now.
        StatReport.objects.filter(pk=mine.pk).update(parent=above)
    if codes.level(place) < _TOWN:
        for one in children(place):
            yield from _branch(shell, version, when, one.code, mine, known)


def parts_of(report: StatReport) -> tuple[Version, bool, bool]:
    """(its form, has nothing below, has nothing above)."""
    leaf = not StatReport.objects.filter(parent=report).exists()
    return selectors.version_of(report), leaf, report.parent_id is None


def editable(report: StatReport, version: Version, *, leaf: bool, top: bool) -> list[Cell]:
    """Cells that a person fills: manual ones, and indicators for which the platform has no number; above the lowest level
    only what is not summed up."""
    found = []
    for cell in version.filled(top):
        own = leaf or cell.gather == OWN
        source = report.sources.get(cell.address, {})
        if own and (
            cell.kind == MANUAL or (cell.kind == INDICATOR and (source.get("why") or source.get("how") == MANUAL))
        ):
            found.append(cell)
    return found


@transaction.atomic
def fill(*, actor: Actor, pk: int) -> StatReport:
    """Take the numbers of the indicators anew; what people entered stays, unless the platform has the number now."""
    report = locked(pk)
    doer = acting(actor, REPORT, report.region_code)
    expect(report, OPEN, "取数")
    version, leaf, top = parts_of(report)
    _take(report, version, leaf=leaf, top=top)
    missing = sum(1 for one in report.sources.values() if one.get("why"))
    move(doer, report, "fill", _still(report), f"{missing} 格系统里没有数" if missing else "")
    report.save()
    return report


def _take(report: StatReport, version: Version, *, leaf: bool, top: bool) -> None:
    taken = filling.take(filling.asked_for(version, leaf=leaf, top=top), report.region_code, report.period)
    for address, text in taken.texts.items():
        entered = report.sources.get(address, {}).get("how") == MANUAL
        if text is None and entered:
            continue
        report.values[address], report.sources[address] = text, taken.sources[address]
    report.values = reckoning.with_formulas(version, report.values, top=top)


def _still(report: StatReport) -> str:
    """The state of a report that is worked on: one that was returned stays so until it is sent again."""
    return StatReport.RETURNED if report.state == StatReport.RETURNED else StatReport.FILLING


@transaction.atomic
def save(
    *, actor: Actor, pk: int, values: Mapping[str, str], notes: Mapping[str, str], lock: int | None = None
) -> StatReport:  # fmt: skip
    """Enter numbers ({cell: text}, "" empties a cell) and explanations ({cell: text, "" for the whole form}); cells that are
    not named stay. `lock`: the counter of the page it was typed on. Raises StatsRefused with the errors by cell, Stale."""
    report = locked(pk)
    doer = acting(actor, REPORT, report.region_code)
    expect(report, OPEN, "填报")
    if lock is not None and lock != report.lock:
        raise Stale("这张表刚才被别人改过：请刷新页面，看过新的数再填。")
    version, leaf, top = parts_of(report)
    may = {cell.address: cell for cell in editable(report, version, leaf=leaf, top=top)}
    errors: dict[str, str] = {}
    for address, text in values.items():
        if address not in may:
            errors[address] = _why_not(version, address)
            continue
        try:
            report.values[address] = reckoning.typed(text, may[address])
        except ValueError as error:
            errors[address] = str(error)
            continue
        _entered(report, may[address])
    errors |= _noted(report, version, notes)
    if errors:
        raise StatsRefused("有几格没有填对，改好以后再保存，这次都没有保存。", errors)
    report.values = reckoning.with_formulas(version, report.values, top=top)
    move(doer, report, "save", _still(report), cells=sorted(values))
    report.save()
    return report


def _entered(report: StatReport, cell: Cell) -> None:
    """Remember that a person gave the number; one that stands for an indicator keeps why the platform had none."""
    why = report.sources.get(cell.address, {}).get("why")
    if report.values[cell.address] is None and why:
        report.sources[cell.address] = {"how": INDICATOR, "code": cell.code, "why": why}
        return
    report.sources[cell.address] = {"how": MANUAL} | ({"code": cell.code, "why": why} if why else {})


def _why_not(version: Version, address: str) -> str:
    cell = version.cells.get(address)
    if cell is None:
        return f"表里没有“{address[:60]}”这一格。"
    if cell.kind == FORMULA:
        return f"{cell.title}由公式算出，不能手填。"
    return f"{cell.title}取自系统的数，不能手改：请改正业务记录后重新取数，汇总表里的请退回下级改。"


def _noted(report: StatReport, version: Version, notes: Mapping[str, str]) -> dict[str, str]:
    errors = {}
    for address, text in notes.items():
        words = " ".join(text.split())
        if address != WHOLE and address not in version.cells:
            errors[address] = _why_not(version, address)
        elif len(words) > MOST_NOTE:
            errors[address] = f"说明最多 {MOST_NOTE} 个字，现在是 {len(words)} 个。"
        elif words:
            report.notes[address] = words
        else:
            report.notes.pop(address, None)
    return errors


@transaction.atomic
def report(*, actor: Actor, pk: int) -> StatReport:
    """Send it to the level above (the top one to whoever seals it). Raises StatsRefused with every finding that stops it."""
    row = locked(pk)
    doer = acting(actor, REPORT, row.region_code)
    expect(row, (StatReport.FILLING, StatReport.RETURNED), "上报")
    behind = selectors.progress(selectors.below(row))
    if len(behind.through) < behind.whole:
        raise StatsRefused(
            f"{name_of(row)}还有 {behind.whole - len(behind.through)} 个下级没有审核通过，请先催报、审核，再汇总上报。"
        )
    stopping = [one.sentence for one in selectors.findings(row) if one.stops]
    if stopping:
        raise StatsRefused([f"还有 {len(stopping)} 处没有通过核对，不能上报：", *stopping[:20]])
    row.late = clock.today() > row.due_on
    row.reported_by_id, row.reported_name, row.reported_at = doer.id, doer.name[:60], clock.now()
    row.reviewed_by_id, row.reviewed_name, row.reviewed_at = None, "", None
    move(doer, row, "report", StatReport.REPORTED, "迟报" if row.late else "")
    row.save()
    return row


@transaction.atomic
def withdraw(*, actor: Actor, pk: int) -> StatReport:
    """Take back what was sent, as long as nobody has judged it."""
    row = locked(pk)
    doer = acting(actor, REPORT, row.region_code)
    expect(row, (StatReport.REPORTED,), "撤回")
    move(doer, row, "withdraw", StatReport.FILLING)
    row.save()
    return row
