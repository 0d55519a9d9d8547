"""What every act on a report shares: who may, locking, one line of history and one of the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minzheng.datacenter.statistics import reckoning, selectors
from minzheng.datacenter.statistics.errors import StatsNotAllowed, StatsRefused
from minzheng.datacenter.statistics.models import StatAct, StatEdition, StatReport
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

_WHO = {
    selectors.REPORT: "填报统计报表，请由本地的统计填报人员办理",
    selectors.REVIEW: "审核下级的统计报表，请由上级的统计人员办理",
    selectors.SEAL: "封存、订正统计报表，请由局领导办理",
}


def acting(actor: Actor, permission: str, region_code: str) -> Actor:
    """The actor under the one post that allows this over the place. Raises StatsNotAllowed."""
    if actor.is_system:
        return actor
    post = actor.can(permission, region_code)
    if post is None:
        raise StatsNotAllowed(f"您的岗位不能为{region_name(region_code)}{_WHO[permission]}。")
    return actor.acting_as(post).at_address(actor.address)


def locked(pk: int) -> StatReport:
    """The report, locked until the transaction ends; its whole tree waits, for totals hang together. Raises StatsRefused."""
    row = (
        StatReport.objects.filter(pk=pk)
        .values_list("parent_id", "parent__parent_id", "parent__parent__parent_id")
        .first()
    )
    if row is None:
        raise StatsRefused("没有这张报表，请回到清单刷新后再试。")
    top = next((one for one in reversed(row) if one is not None), pk)
    StatReport.objects.select_for_update().get(pk=top)
    return StatReport.objects.select_for_update().get(pk=pk)


def name_of(report: StatReport) -> str:
    """“青石镇 2026-10 《社会救助月报》”."""
    return f"{region_name(report.region_code)} {report.period}《{selectors.shell_of(report).title}》"


def expect(report: StatReport, states: tuple[str, ...], what: str) -> None:
    """Raises StatsRefused when the report is in none of these states."""
    if report.state not in states:
        words = dict(StatReport.STATES)
        raise StatsRefused(
            f"{name_of(report)}现在是“{words[report.state]}”，不能{what}；{'、'.join(words[one] for one in states)}的才可以。"
        )


def move(actor: Actor, report: StatReport, code: str, to: str, text: str = "", **detail: Any) -> None:
    """Set the state, add the line of history and of the audit log. The caller saves the report."""
    before, report.state = report.state, to
    report.lock += 1
    StatAct.objects.create(
        report=report, code=code, from_state=before, to_state=to, actor_id=actor.id, actor_name=actor.name[:60],
        at=clock.now(), text=text[:500],
    )  # fmt: skip
    audit.record(
        actor=actor, action=f"stats.{code}", obj=report, region_code=report.region_code, reason=text,
        detail={"shell": report.shell, "period": report.period, "from": before, "to": to, **detail},
    )  # fmt: skip


def edition(actor: Actor, report: StatReport, why: str = "") -> StatEdition:
    """Keep the report as it is now as its next sealed edition."""
    report.edition += 1
    report.sha = reckoning.digest(report.values, report.sources, report.notes)
    return StatEdition.objects.create(
        report=report, number=report.edition, values=report.values, sources=report.sources, notes=report.notes,
        sha=report.sha, at=clock.now(), by_name=actor.name[:60], why=why[:500],
    )  # fmt: skip
