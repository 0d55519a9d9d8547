"""The small acts on a report and on a correction slip, as pages call them: one service call, then a sentence and where to go."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.datacenter.statistics import corrections, reviewing, selectors, services
from minzheng.datacenter.statistics.models import StatCorrection, StatReport
from minzheng.datacenter.statistics.selectors import OPEN, REPORT, REVIEW, SEAL
from minzheng.kernel.parts.page import Done


def url_of(report: StatReport) -> str:
    return reverse("stats.show", kwargs={"pk": report.pk})


def own(actor: Any, pk: int) -> StatReport | None:
    """A report that this actor may fill."""
    return selectors.get(actor, pk, REPORT)


def to_collect(actor: Any, pk: int) -> StatReport | None:
    return selectors.get(actor, pk, REVIEW)


def to_judge(actor: Any, pk: int) -> StatReport | None:
    """A report that this actor judges: by the place above it."""
    report = selectors.get(actor, pk)
    return report if report is not None and judges(actor, report) else None


def judges(actor: Any, report: StatReport) -> bool:
    permission, place = reviewing.judge_over(report)
    return bool(actor.is_system or actor.can(permission, place))


def may(permission: str, *states: str) -> Any:
    """For a button: the actor holds the permission over the report's place, and the report is in one of these states."""
    return lambda actor, report: report.state in states and actor.can(permission, report.region_code) is not None


MAY_TAKE = may(REPORT, *OPEN)
MAY_SEND = may(REPORT, StatReport.FILLING, StatReport.RETURNED)
MAY_WITHDRAW = may(REPORT, StatReport.REPORTED)
MAY_COLLECT = may(REVIEW, *OPEN)
MAY_CORRECT = may(REPORT, StatReport.SEALED)


def may_accept(actor: Any, report: StatReport) -> bool:
    return report.parent_id is not None and report.state == StatReport.REPORTED and judges(actor, report)


def may_return(actor: Any, report: StatReport) -> bool:
    return report.state in (StatReport.REPORTED, StatReport.ACCEPTED) and judges(actor, report)


def may_seal(actor: Any, report: StatReport) -> bool:
    return report.parent_id is None and report.state == StatReport.REPORTED and judges(actor, report)


def take(actor: Any, report: StatReport, values: dict[str, Any]) -> Done:
    row = services.fill(actor=actor, pk=report.pk)
    missing = sum(1 for one in row.sources.values() if one.get("why"))
    return Done(
        f"已取数{f'，有 {missing} 格系统里没有，要手工填写' if missing else ''}。",
        reverse("stats.fill", kwargs={"pk": row.pk}),
    )


def send(actor: Any, report: StatReport, values: dict[str, Any]) -> Done:
    row = services.report(actor=actor, pk=report.pk)
    return Done("已上报，过了截止日期，记为迟报。" if row.late else "已上报。", url_of(row))


def withdraw(actor: Any, report: StatReport, values: dict[str, Any]) -> Done:
    return Done("已撤回，改好以后再上报。", url_of(services.withdraw(actor=actor, pk=report.pk)))


def accept(actor: Any, report: StatReport, values: dict[str, Any]) -> Done:
    row = reviewing.accept(actor=actor, pk=report.pk)
    return Done("审核通过。", url_of(row.parent or row))


def give_back(actor: Any, report: StatReport, values: dict[str, Any]) -> Done:
    return Done(
        "已退回，填报人会在工作台看到原因。",
        url_of(reviewing.give_back(actor=actor, pk=report.pk, reason=values["reason"])),
    )


def collect(actor: Any, report: StatReport, values: dict[str, Any]) -> Done:
    return Done("已汇总。", url_of(reviewing.collect(actor=actor, pk=report.pk)))


def seal(actor: Any, report: StatReport, values: dict[str, Any]) -> Done:
    return Done("已封存，以后只能用订正单更正。", url_of(reviewing.seal(actor=actor, pk=report.pk)))


def slip(actor: Any, pk: int) -> StatCorrection | None:
    return selectors.corrections(actor).filter(pk=pk).first()


def slip_to_decide(actor: Any, pk: int) -> StatCorrection | None:
    """A slip whose period this actor seals."""
    row = slip(actor, pk)
    return row if row is not None and decides(actor, row) else None


def decides(actor: Any, row: StatCorrection) -> bool:
    top = corrections.top_of(row.report)
    return row.state == "asked" and bool(actor.is_system or actor.can(SEAL, top.region_code))


def confirm(actor: Any, row: StatCorrection, values: dict[str, Any]) -> Done:
    done = corrections.confirm(actor=actor, pk=row.pk, opinion=values.get("opinion") or "")
    return Done("已订正，汇总数跟着改好了。", reverse("stats.correction", kwargs={"pk": done.pk}))


def refuse(actor: Any, row: StatCorrection, values: dict[str, Any]) -> Done:
    done = corrections.refuse(actor=actor, pk=row.pk, opinion=values["opinion"])
    return Done("没有同意，报表不变。", reverse("stats.correction", kwargs={"pk": done.pk}))


def open_period(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    made = services.open_period(
        actor=actor, shell=values["shell"], region_code=values["region"], period=values["period"]
    )
    return Done(f"已布置 {made} 张报表。" if made else "这个期间已经布置过，没有新的。", reverse("stats.board"))
