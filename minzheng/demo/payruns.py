"""发放 of the demo county: the money of the last two months goes through real pay runs, made, checked, approved, paid and
answered by the (simulated) bank. The older month is closed; of the newer one some payments came back and wait."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minzheng.demo.clerks import Desk
from minzheng.demo.places import AREA
from minzheng.kernel import clock
from minzheng.kernel.models import PayBatch, PayLine, PaymentLine
from minzheng.kernel.months import month_after
from minzheng.kernel.payruns import checking, services, simulator
from minzheng.kernel.payruns.closing import may_close_from
from minzheng.kernel.payruns.errors import PayRefused
from minzheng.kernel.payruns.returns.services import book

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minzheng.demo.load import Loader
    from minzheng.kernel.accounts.actors import Actor

COUNTY = f"{AREA}000000"
MONTHS = 2
#: The benefit of whose newest payments one came back, and the one whose next batch lies on the reviewer's desk.
RETURNED, WAITING = "assistance.dibao", "elderly.old_age"
#: (act, working days after the first day of the month's preparation)
_MADE, _CHECKED, _APPROVED, _PAID, _ANSWERED = 0, 1, 2, 4, 6
_BEFORE = datetime.timedelta(days=8)  # the run begins this long before the pay day


def reopen(loader: Loader) -> int:
    """The lines of the last months are still to be paid; returns how many. Before that, the bureau paid in its old way."""
    months = _months(loader.as_of)
    return PaymentLine.objects.filter(region_code__startswith=AREA, state="paid", month__gte=months[0]).update(
        state="planned"
    )


def load_payruns(loader: Loader) -> int:
    """Run them; returns the number of batches."""
    desk, months = Desk(loader.as_of), _months(loader.as_of)
    for month in months:
        for item in _items(month):
            _run(desk, month, item, newest=month == months[-1])
        closing = may_close_from(COUNTY, month)
        if month != months[-1] and closing <= loader.as_of:
            with clock.at(desk.moment(closing, 0)):
                services.close_month(actor=_of(desk, "finance"), month=month, region_code=COUNTY)
    _next(desk, month_after(months[-1], 1))
    return PayBatch.objects.filter(region_code=COUNTY).count()


def _months(as_of: datetime.date) -> list[datetime.date]:
    """The last months whose pay day and bank's answer are past, oldest first."""
    last = as_of.replace(day=1)
    while last.replace(day=20) > as_of:
        last = month_after(last, -1)
    return [month_after(last, -back) for back in reversed(range(MONTHS))]


def _items(month: datetime.date) -> Iterator[str]:
    rows = PaymentLine.objects.filter(region_code__startswith=AREA, month=month, state="planned", amount_fen__gt=0)
    yield from sorted(set(rows.values_list("item_code", flat=True)))


def _of(desk: Desk, role: str) -> Actor:
    return desk.actor(role, COUNTY)


def _run(desk: Desk, month: datetime.date, item: str, *, newest: bool) -> None:
    start = month.replace(day=10) - _BEFORE
    maker, finance = _of(desk, "pay_clerk"), _of(desk, "finance")
    with clock.at(desk.moment(desk.day(start, _MADE), 0)):
        try:
            batch = services.build(actor=maker, month=month, item_code=item, region_code=COUNTY)
        except PayRefused:
            return
        _explain(maker, batch)
    given: dict[str, Any] = {"batch_id": batch.pk}
    with clock.at(desk.moment(desk.day(start, _CHECKED), 1)):
        services.review(actor=_of(desk, "pay_reviewer"), **given)
    with clock.at(desk.moment(desk.day(start, _APPROVED), 2)):
        batch = services.approve(actor=_of(desk, "bureau_head"), **given)
        if batch.state != "APPROVED":
            services.approve(actor=desk.actor("bureau_head", COUNTY, 1), **given)
    with clock.at(desk.moment(desk.day(start, _PAID), 3)):
        services.submit(actor=finance, **given)
        services.fund(actor=finance, voucher=f"示拨（虚构）{batch.no[-12:]}", **given)
        batch = services.send(actor=finance, **given)
    with clock.at(desk.moment(desk.day(start, _ANSWERED), 4)):
        _answer(finance, batch, returned=newest and item == RETURNED)


def _explain(maker: Actor, batch: PayBatch) -> None:
    """What blocks is taken out, what only warns is explained."""
    if PayLine.objects.filter(batch=batch, checks__severity="block", checks__cleared_at=None).exists():
        services.exclude_blocked(actor=maker, batch_id=batch.pk)
    for code in sorted({one.code for one in checking.standing(batch)}):
        services.clear_checks(actor=maker, batch_id=batch.pk, code=code, reason="已核实，情况属实（示范）")


def _answer(finance: Actor, batch: PayBatch, *, returned: bool) -> None:
    """The bank's file: everything arrived, or all but the first payment, whose account was closed."""
    habits = simulator.Habits(returned=0.0, unknown=0.0, results={1: "03"} if returned else {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "back"
        simulator.simulate(batch, path, seed=1, habits=habits)
        book(actor=finance, batch=batch, path=path, name=f"{batch.no}回盘")


def _next(desk: Desk, month: datetime.date) -> None:
    """The coming month's batch of one benefit waits for its review."""
    with clock.at(desk.moment(desk.as_of, 0)):
        try:
            services.build(actor=_of(desk, "pay_clerk"), month=month, item_code=WAITING, region_code=COUNTY)
        except PayRefused:
            return
