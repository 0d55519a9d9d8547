"""不重复查询: what was answered about a person a short while ago is used again. Only new people, sources that did not answer
and what has become too old are asked; after a dispute, a return or with a re-check everything is (reference §2.5, §2.8-18).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minzheng.datacenter.matching import asking, terms
from minzheng.datacenter.matching.interface import Asked
from minzheng.datacenter.matching.models import MatchRequest
from minzheng.kernel.cases.errors import Refused

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Evidence
    from minzheng.kernel.cases.running.context import Ctx

#: Acts after which the family is looked at anew: what departments know may be another thing than then.
ANEW = (
    "open_recheck", "return_case", "objection", "add_objection", "late_objection", "match_objection", "complaint",
    "report_change", "member_died", "member_died_in_pay", "move_family",
)  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """A valid report that a new query completes. `request`: its own, None where it was carried over from another case."""

    report: Evidence
    request: MatchRequest | None


def standing(ctx: Ctx) -> Standing | None:
    """The newest report while it is valid and nothing has happened since that asks for a new look."""
    report = ctx.latest("match_report")
    if report is None or "queries" not in report.data or (report.valid_until and report.valid_until < ctx.today):
        return None
    if any(act.code in ANEW and act.at >= report.at for act in ctx.acts):
        return None
    return Standing(report, of_this_case(report, ctx))


def of_this_case(report: Evidence, ctx: Ctx) -> MatchRequest | None:
    pk = report.data.get("request")
    return MatchRequest.objects.select_for_update().filter(pk=int(pk), case_id=ctx.case.pk).first() if pk else None


def still_to_ask(ctx: Ctx, before: Standing | None, people: Sequence[Asked]) -> dict[str, set[int]] | None:
    """Source → member ids to be asked about; None: everything. Raises Refused where nothing is left to ask."""
    if before is None:
        return None
    days = terms.number("requery_days", ctx.today)
    fresh: dict[str, set[int]] = {}
    last = None
    for line in before.report.data["queries"]:
        if line["state"] != asking.ANSWERED:
            continue
        answered = datetime.datetime.fromisoformat(line["answered_at"]).date()
        if answered + datetime.timedelta(days=days) > ctx.today:
            fresh.setdefault(line["source"], set()).update(int(pk) for pk in line["people"])
            last = max(filter(None, (last, answered)))
    silent = {line["source"] for line in before.report.data["queries"] if line["state"] == asking.SILENT}
    everybody = {p.member_id for p in people}
    wanted = {source.code: everybody - fresh.get(source.code, set()) for source in asking.all_sources()}
    if not any(rows for code, rows in wanted.items() if code not in silent or _new(before, rows)):
        when = f"每个人的每一项都在 {days} 天内查过（最近 {last:%Y-%m-%d}）" if last else "各来源都还没有新的数据"
        raise Refused(
            f"{before.report.data['no']} 号核对报告还有效，{when}，不重复查询。"
            "对结果有疑问的，请办理核对异议复查；家庭有新成员或情况有变化的，先登记变化。"
        )
    return wanted


def _new(before: Standing, people: set[int]) -> bool:
    """Whether one of them was in no query yet."""
    asked = {int(pk) for line in before.report.data["queries"] for pk in line["people"]}
    return bool(people - asked)
