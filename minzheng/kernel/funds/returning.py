"""退回财政: money that came back (退票 that cannot be paid again, recovered overpayments, what is left) goes back to finance.

Booked as Dr 退回财政 / Cr 代发户 when a second person has confirmed it. Handed back within its own year it can be used
again; later it is the treasury's."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from minzheng.kernel import clock
from minzheng.kernel.funds import hands, pots
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.models import FundReturn
from minzheng.kernel.funds.sources import sources
from minzheng.kernel.items import registry
from minzheng.kernel.ledger.services import Entry, post
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

KIND = "fund.return"


@transaction.atomic
def give_back(
    *, actor: Actor, region_code: str, year: int, source: str, item_code: str, amount_fen: int, reason: str,
    voucher: str, returned_on: datetime.date, note: str = "", is_demo: bool = False,
) -> FundReturn:  # fmt: skip
    """Money on its way back to finance, waiting for a second person. Raises FundsRefused naming each wrong field."""
    code = codes.full(region_code)
    found = hands.acting(actor, hands.MANAGE, code)
    errors: dict[str, str] = {}
    if source not in sources():
        errors["source"] = f"没有“{source}”这种资金来源。"
    if item_code not in {one.code for one in registry.all_items()}:
        errors["item_code"] = "请选择原来发放的事项。"
    if reason not in dict(FundReturn.REASONS):
        errors["reason"] = "请选择原因。"
    if amount_fen <= 0:
        errors["amount"] = "金额应大于 0。"
    if not voucher.strip():
        errors["voucher"] = "请写明缴款书号。"
    if returned_on > clock.today():
        errors["returned_on"] = f"缴回日期不能晚于今天（{clock.today():%Y-%m-%d}）。"
    elif year > returned_on.year:
        errors["year"] = "原拨付年度不能晚于缴回日期的年度。"
    if errors:
        raise FundsRefused([], errors)
    try:
        with transaction.atomic():
            row = FundReturn.objects.create(
                region_code=code, year=year, source=source, item_code=item_code, amount_fen=amount_fen, reason=reason,
                voucher=voucher.strip(), returned_on=returned_on, note=note.strip(), is_demo=is_demo,
                **hands.entered(actor),
            )  # fmt: skip
    except IntegrityError:
        raise FundsRefused(
            [], {"voucher": f"缴款书 {voucher.strip()} 已经录过这一来源和事项，不要重复录入。"}
        ) from None
    hands.record(found, "fundreturn.enter", row, source=source, item=item_code, fen=amount_fen, voucher=row.voucher)
    return row


@transaction.atomic
def confirm(*, actor: Actor, pk: int) -> FundReturn:
    """Book it. No more goes back than was drawn for this benefit from this source in that year."""
    row = hands.locked(FundReturn, pk)
    found = hands.confirming(actor=actor, row=row)
    held = drawn(row.region_code, row.year, row.source, row.item_code)
    if row.amount_fen > held:
        raise FundsRefused(
            f"{row.year} 年这一事项从{sources()[row.source].title}拨入、还没有退回的只有 {yuan_text(max(held, 0))} 元，"
            f"不能退回 {yuan_text(row.amount_fen)} 元，请核对金额、来源和年度。"
        )
    month = row.returned_on.replace(day=1) if row.year == row.returned_on.year else datetime.date(row.year, 12, 1)
    common: dict[str, Any] = {"benefit": row.item_code, "source": row.source, "month": month}
    booked = post(
        kind=KIND, key=f"fundreturn:{row.pk}", reference=f"fundreturn:{row.pk}", occurred_on=row.returned_on,
        region_code=row.region_code, memo=f"{row.get_reason_display()}，缴款书 {row.voucher}"[:200], actor=found,
        entries=[Entry(pots.BACK, row.amount_fen, **common), Entry("bank", -row.amount_fen, **common)],
    )  # fmt: skip
    row.booked_id = booked.pk
    hands.confirmed(found, row, "booked")
    hands.record(found, "fundreturn.confirm", row, fen=row.amount_fen, transaction=booked.pk)
    return row


def drawn(region_code: str, year: int, source: str, item_code: str) -> int:
    """Fen drawn for a benefit from a source in a year and not handed back, whenever that was."""
    from django.db.models import F, Sum
    from django.db.models.functions import Coalesce

    from minzheng.kernel.ledger.models import LedgerTotal

    ours = codes.scope_q([hands.place_of(region_code)])
    told = (
        LedgerTotal.objects.filter(ours, account_id__in=(pots.DRAWN, pots.BACK), source=source, benefit=item_code)
        .annotate(of=Coalesce(F("month"), F("occurred_on")))
        .filter(of__year=year)
        .aggregate(c=Sum("credit"), d=Sum("debit"))
    )
    return (told["c"] or 0) - (told["d"] or 0)
