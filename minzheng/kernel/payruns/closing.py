"""关账: a month of a county is closed once every line that was due in it is explained. Its report is locked; what comes later
is booked in a later month (reference §3.9).

Explained: paid, settled, come back and set aside (待重发), put aside with a reason, or suspended. Not explained: in no batch,
in a batch that is not finished, or without a result from the bank."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from minzheng.kernel import clock
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.items import registry
from minzheng.kernel.months import month_after
from minzheng.kernel.payruns import access, reports, terms
from minzheng.kernel.payruns.errors import PayRefused
from minzheng.kernel.payruns.models import PayBatch, PayMonth
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: A batch in one of these has nothing under way any more.
FINISHED = ("ALL_PAID", "PARTIAL_RETURN", "CLOSED", "VOIDED")

# Due in the month: by their pay day, or by their own month where they have none.
_DUE = """l.region_code BETWEEN %(low)s AND %(high)s AND coalesce(l.due_on, l.month) >= %(month)s
    AND coalesce(l.due_on, l.month) < %(next)s AND l.month <= %(month)s AND l.amount_fen > 0"""
_UNEXPLAINED = f"""
SELECT l.item_code, CASE
    WHEN p.id IS NULL THEN '没有进批次'
    WHEN b.state IN ('BUILDING', 'CHECKED', 'REVIEWED') THEN '批次' || b.no || '还没有审批'
    WHEN p.state = 'unknown' THEN '批次' || b.no || '结果不明，须向银行查询'
    WHEN p.state = 'sent' THEN '批次' || b.no || '没有银行结果'
    ELSE '批次' || b.no || '还没有报盘' END AS why, count(*), sum(l.amount_fen), b.id
FROM kernel_paymentline l
LEFT JOIN kernel_payline p ON p.line_id = l.id AND p.live
LEFT JOIN kernel_paybatch b ON b.id = p.batch_id
WHERE {_DUE} AND l.state IN ('planned', 'batched') AND NOT coalesce(p.state = 'excluded', false)
  AND NOT (p.id IS NULL AND l.line_type = 'regular' AND EXISTS (
      SELECT 1 FROM kernel_awardpause s WHERE s.award_id = l.award_id AND s.from_month <= l.month
      AND (s.to_month IS NULL OR s.to_month >= l.month)))
  AND NOT (p.id IS NULL AND -l.amount_fen = coalesce((
      SELECT sum(c.amount_fen) FROM kernel_paymentline c WHERE c.award_id = l.award_id AND c.month = l.month
      AND c.line_type = 'correction' AND c.amount_fen < 0 AND c.state = 'planned'), 0))
GROUP BY 1, 2, b.id ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Unexplained:
    """Lines of one benefit that nothing explains yet, and why; the batch they lie in, if any."""

    item_code: str
    why: str
    lines: int
    fen: int
    batch: int | None = None

    @property
    def sentence(self) -> str:
        return f"{registry.get(self.item_code).short} {self.lines} 笔 {self.fen / 100:.2f} 元：{self.why}"


def _range(region_code: str, month: datetime.date) -> dict[str, Any]:
    low, high = codes.bounds(access.county_of(region_code))
    return {"low": low, "high": high, "month": month, "next": month_after(month, 1)}


def unexplained(region_code: str, month: datetime.date) -> list[Unexplained]:
    """What keeps a month of a county from being closed."""
    with connection.cursor() as cursor:
        cursor.execute(_UNEXPLAINED, _range(region_code, month))
        return [
            Unexplained(item, why, int(lines), int(fen), batch) for item, why, lines, fen, batch in cursor.fetchall()
        ]


def may_close_from(region_code: str, month: datetime.date) -> datetime.date:
    """The first day on which the month may be closed: some working days after the latest pay day of its benefits."""
    from minzheng.kernel.calendar.selectors import add_working_days

    county = access.county_of(region_code)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT l.item_code FROM kernel_paymentline l WHERE {_DUE}", _range(region_code, month)
        )
        items = [row[0] for row in cursor.fetchall()]
    days = [registry.get(item).flow.params(county, month).pay_day for item in items] or [1]
    return add_working_days(month.replace(day=min(max(days), 28)), terms.number("close_after_days", month)).date


def _of(county: str) -> Any:
    return codes.scope_q([county])


@transaction.atomic
def close_month(*, actor: Actor, month: datetime.date | str, region_code: str) -> PayMonth:
    """关账. Raises PayRefused naming what is not explained; asked again, it is the same closed month."""
    first, county = access.month_of(month), access.county_of(access.place_of(region_code))
    access.require(actor, "pay.close", county)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"paymonth:{county}:{first}"])
    found = PayMonth.objects.filter(region_code=county, month=first).first()
    if found is not None:
        return found
    _ready(county, first)
    batches = list(PayBatch.objects.select_for_update().filter(_of(county), month=first).order_by("no"))
    report = reports.month_report(county, first)
    done = PayMonth.objects.create(
        region_code=county, month=first, report=report, sha=sm3(reports.canonical(report)), closed_by_id=actor.id,
        closed_name=actor.name, closed_at=clock.now(),
    )  # fmt: skip
    for batch in batches:
        if batch.state in ("ALL_PAID", "PARTIAL_RETURN"):
            before, batch.state, batch.closed_on = batch.state, "CLOSED", clock.today()
            access.save(batch, "state", "closed_on")
            access.event(batch, "close", actor, before=before, month=str(first))
    _record(actor, done)
    return done


def _ready(county: str, month: datetime.date) -> None:
    day = may_close_from(county, month)
    if clock.today() < day:
        raise PayRefused(f"{month:%Y年%m月}最早 {day} 可以关账（发放日后的对账期），现在还不能。")
    under_way = PayBatch.objects.filter(_of(county), month=month).exclude(state__in=FINISHED).order_by("no")
    if under_way:
        told = "、".join(f"{one.no}（{one.get_state_display()}）" for one in under_way[:5])
        raise PayRefused(f"{month:%Y年%m月}还有没办完的批次：{told}。请办完或作废后再关账。")
    left = unexplained(county, month)
    if left:
        told = "；".join(one.sentence for one in left[:5])
        raise PayRefused(f"{month:%Y年%m月}还有 {sum(one.lines for one in left)} 笔没有着落，不能关账：{told}。")
    problems = reports.untied(county, month)
    if problems:
        raise PayRefused(f"{month:%Y年%m月}的账与明细不平，不能关账：{'；'.join(problems[:3])}")


def _record(actor: Actor, done: PayMonth) -> None:
    from minzheng.kernel.audit.services import record

    detail = {"month": done.month.isoformat(), "sha": done.sha}
    record(actor=actor, action="pay.close_month", obj=done, region_code=done.region_code, detail=detail)
