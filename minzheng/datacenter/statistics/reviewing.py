"""What the level above does: accept or return what came, add it up, seal the period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.datacenter.statistics import filling, reckoning, selectors
from minzheng.datacenter.statistics.declaring import INDICATOR
from minzheng.datacenter.statistics.errors import StatsRefused
from minzheng.datacenter.statistics.models import StatReport
from minzheng.datacenter.statistics.selectors import OPEN, REVIEW, SEAL
from minzheng.datacenter.statistics.steps import acting, edition, expect, locked, move, name_of
from minzheng.kernel import clock
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

NOT_ONESELF = "填报人不能自己审核，请由另一个人审核。"


def judge_over(report: StatReport) -> tuple[str, str]:
    """(permission, place) of whoever judges a report: the level above; at the top whoever seals."""
    if report.parent is None:
        return SEAL, report.region_code
    return REVIEW, report.parent.region_code


@transaction.atomic
def accept(*, actor: Actor, pk: int) -> StatReport:
    """审核通过 what a place below has sent. Not by whoever sent it."""
    row = locked(pk)
    if row.parent is None:
        raise StatsRefused(f"{name_of(row)}是最上一级的汇总表，不用审核，由局领导封存。")
    doer = acting(actor, *judge_over(row))
    expect(row, (StatReport.REPORTED,), "审核")
    if doer.id is not None and doer.id == row.reported_by_id:
        raise StatsRefused(NOT_ONESELF)
    stopping = [one.sentence for one in selectors.findings(row) if one.stops]
    if stopping:
        raise StatsRefused(["上报以后核对又发现问题，请退回：", *stopping[:20]])
    row.reviewed_by_id, row.reviewed_name, row.reviewed_at = doer.id, doer.name[:60], clock.now()
    move(doer, row, "accept", StatReport.ACCEPTED)
    row.save()
    return row


@transaction.atomic
def give_back(*, actor: Actor, pk: int, reason: str) -> StatReport:
    """退回 with the reason; also what was accepted, as long as the sum above has not been sent."""
    row = locked(pk)
    doer = acting(actor, *judge_over(row))
    expect(row, (StatReport.REPORTED, StatReport.ACCEPTED), "退回")
    if not reason.strip():
        raise StatsRefused("请写明退回的原因，让填报人知道改什么。", {"reason": "请写明哪一格、为什么。"})
    if row.parent is not None and row.parent.state not in OPEN:
        raise StatsRefused(f"上级的汇总表已经上报：要先撤回或退回{name_of(row.parent)}，再退回这一张。")
    move(doer, row, "return", StatReport.RETURNED, reason.strip())
    row.save()
    return row


@transaction.atomic
def collect(*, actor: Actor, pk: int) -> StatReport:
    """汇总: add up what was accepted below, take the place's own numbers, compute the formulas. May be done while places are
    missing, to see how it stands; it can be sent only when all are in."""
    row = locked(pk)
    doer = acting(actor, REVIEW, row.region_code)
    expect(row, OPEN, "汇总")
    children = selectors.below(row)
    if not children:
        raise StatsRefused(f"{name_of(row)}没有下级报表，请直接取数、填报。")
    behind = selectors.progress(children)
    version, top = selectors.version_of(row), row.parent_id is None
    numbers = reckoning.gathered(version, [one.values for one in behind.through])
    direct = filling.take(filling.summed(version), row.region_code, row.period)
    own = filling.take(filling.asked_for(version, leaf=False, top=top), row.region_code, row.period)
    # A number that a person entered for the place itself stays where the platform has none.
    kept = {
        a: text for a, text in own.texts.items() if text is not None or row.sources.get(a, {}).get("how") != "manual"
    }
    row.sources = (
        {a: s for a, s in row.sources.items() if s.get("how") == "manual" and a not in numbers}
        | {address: _summed(address, len(behind.through), direct) for address in numbers}
        | {address: own.sources[address] for address in kept}
    )
    row.values = reckoning.with_formulas(version, {**row.values, **numbers, **kept}, top=top)
    absent = [region_name(one.region_code) for one in (*behind.missing, *behind.returned, *behind.waiting)]
    text = f"{len(behind.through)}/{behind.whole} 个下级" + (f"，缺{'、'.join(absent)}" if absent else "")
    to = StatReport.RETURNED if row.state == StatReport.RETURNED else StatReport.FILLING
    move(doer, row, "collect", to, text)
    row.save()
    return row


def _summed(address: str, places: int, direct: filling.Taken) -> dict[str, Any]:
    source: dict[str, Any] = {"how": "sum", "places": places}
    if direct.texts.get(address) is not None:
        source |= {"direct": direct.texts[address], "code": direct.sources[address]["code"]}
    return source


@transaction.atomic
def seal(*, actor: Actor, pk: int) -> StatReport:
    """封存 the top report with everything below it: from now on only 订正单 change them. Numbers must rest on frozen months
    and be those of the freeze. Not by whoever sent the report."""
    row = locked(pk)
    doer = acting(actor, SEAL, row.region_code)
    if row.parent_id is not None:
        raise StatsRefused(f"请在最上一级的汇总表上封存，{name_of(row)}会跟着封存。")
    expect(row, (StatReport.REPORTED,), "封存")
    if doer.id is not None and doer.id == row.reported_by_id:
        raise StatsRefused("上报人不能自己封存，请由另一位局领导封存。")
    reports = _tree(row)
    stopping = [one.sentence for one in selectors.findings(row) if one.stops]
    if stopping:
        raise StatsRefused(["核对没有通过，请退回改正：", *stopping[:20]])
    for one in reports:
        _to_frozen(one)
    for one in reports:
        one.sealed_name, one.sealed_at = doer.name[:60], clock.now()
        edition(doer, one)
        move(doer, one, "seal", StatReport.SEALED, sha=one.sha)
        one.save()
    return next(one for one in reports if one.pk == row.pk)


def _tree(row: StatReport) -> list[StatReport]:
    """The report and all below it, the top first."""
    found, level = [row], [row]
    while level:
        level = list(StatReport.objects.select_for_update().filter(parent__in=level).order_by("region_code"))
        found += level
    open_ = [one for one in found[1:] if one.state != StatReport.ACCEPTED]
    if open_:
        raise StatsRefused(f"还有 {len(open_)} 个下级没有审核通过（{region_name(open_[0].region_code)}等），不能封存。")
    return found


def _to_frozen(report: StatReport) -> None:
    """Bind the numbers to the frozen versions they rest on. Raises StatsRefused when a month is not frozen or says other."""
    version = selectors.version_of(report)
    cells = [version.cells[a] for a, s in report.sources.items() if s.get("how") == INDICATOR and not s.get("why")]
    now = filling.take(cells, report.region_code, report.period)
    loose = [cell for cell in cells if not now.sources[cell.address].get("frozen")]
    if loose:
        raise StatsRefused(
            f"{report.period} 的指标还没有冻结（{loose[0].title}等 {len(loose)} 格）：请先在“指标—按期”里冻结这个期间的各月，再封存。"
        )
    moved = filling.moved(report, version, now)
    if moved:
        cell = version.cells[moved[0]]
        raise StatsRefused(
            f"{name_of(report)}的{cell.title}上报 {reckoning.shown(report.values[moved[0]], cell)}，冻结的指标是 "
            f"{reckoning.shown(now.texts[moved[0]], cell)}（共 {len(moved)} 格不同）：请退回，重新取数后再报。"
        )
    report.sources |= {cell.address: now.sources[cell.address] for cell in cells}
