"""指标: what a document allots, its adjustments, and their confirmation by a second person."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from minzheng.kernel import clock
from minzheng.kernel.base import CONFIRMED
from minzheng.kernel.funds import affording, hands, pots
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.models import FundAllocation
from minzheng.kernel.funds.sources import LOTTERY, WELFARE, purposes, sources
from minzheng.kernel.items import registry
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

FIRST_YEAR = 2000
TWICE = "这份文件已经录过同样来源、用途、类型的一条：{no}。金额不同的，请用“调整”另录一条，写调整文件的文号。"


@transaction.atomic
def allot(
    *, actor: Actor, region_code: str, year: int, source: str, purpose: str, amount_fen: int, document_no: str,
    document_on: datetime.date, item_code: str = "", kind: str = "initial", note: str = "",
    adjusts: FundAllocation | None = None, is_demo: bool = False,
) -> FundAllocation:  # fmt: skip
    """An allocation waiting for a second person. Raises FundsRefused naming each wrong field."""
    code = codes.full(region_code)
    found = hands.acting(actor, hands.MANAGE, code)
    errors = problems(
        code, year=year, source=source, purpose=purpose, item_code=item_code, kind=kind, amount_fen=amount_fen,
        document_no=document_no, document_on=document_on,
    )  # fmt: skip
    if errors:
        raise FundsRefused([], errors)
    try:
        with transaction.atomic():
            row = FundAllocation.objects.create(
                region_code=code, year=year, source=source, purpose=purpose, item_code=item_code, kind=kind,
                amount_fen=amount_fen, document_no=document_no.strip(), document_on=document_on, adjusts=adjusts,
                note=note.strip(), is_demo=is_demo, **hands.entered(actor),
            )  # fmt: skip
    except IntegrityError:
        raise FundsRefused([], {"document_no": TWICE.format(no=document_no.strip())}) from None
    hands.record(
        found, "fundallocation.enter", row, source=source, purpose=purpose, fen=amount_fen, document=document_no
    )
    return row


def problems(
    region_code: str, *, year: int, source: str, purpose: str, item_code: str, kind: str, amount_fen: int,
    document_no: str, document_on: datetime.date,
) -> dict[str, str]:  # fmt: skip
    """{field: sentence} of what is wrong with an allocation; shared by the form and by files."""
    errors: dict[str, str] = {}
    if codes.level(region_code) > 3:
        errors["region"] = "指标下达到县（市、区），请选择县级地区。"
    if not FIRST_YEAR <= year <= clock.today().year + 1:
        errors["year"] = f"年度应在 {FIRST_YEAR} 到 {clock.today().year + 1} 之间，现在是 {year}。"
    if source not in sources():
        errors["source"] = f"没有“{source}”这种资金来源。"
    if purpose not in purposes():
        errors["purpose"] = f"没有“{purpose}”这种资金用途。"
    elif purpose == WELFARE and source != LOTTERY:
        errors["source"] = "公益金项目资金的来源只能是福彩公益金。"
    elif item_code and not purposes()[purpose].covers(item_code):
        errors["item_code"] = f"“{purposes()[purpose].title}”不能用于这个事项，请改选用途或事项。"
    if item_code and item_code not in {one.code for one in registry.all_items()}:
        errors["item_code"] = f"没有代码为“{item_code}”的事项。"
    if kind not in dict(FundAllocation.KINDS):
        errors["kind"] = f"没有“{kind}”这种类型。"
    if not amount_fen or (amount_fen < 0 and kind != "adjust"):
        errors["amount"] = "金额应大于 0；调减的请选“调整”，金额写负数。"
    if not document_no.strip():
        errors["document_no"] = "请写明指标文件的文号。"
    if document_on > clock.today():
        errors["document_on"] = f"文件日期不能晚于今天（{clock.today():%Y-%m-%d}）。"
    return errors


@transaction.atomic
def adjust(
    *, actor: Actor, pk: int, amount_fen: int, document_no: str, document_on: datetime.date, note: str = ""
) -> FundAllocation:
    """Add to (or, below 0, take from) a confirmed allocation by a further row of its own document."""
    row = hands.locked(FundAllocation, pk)
    hands.acting(actor, hands.MANAGE, row.region_code)
    if row.state != CONFIRMED:
        raise FundsRefused("只有已确认的指标可以调整；待确认的写错了，请撤回后重录。")
    return allot(
        actor=actor, region_code=row.region_code, year=row.year, source=row.source, purpose=row.purpose,
        item_code=row.item_code, kind="adjust", amount_fen=amount_fen, document_no=document_no, document_on=document_on,
        note=note, adjusts=row, is_demo=row.is_demo,
    )  # fmt: skip


@transaction.atomic
def confirm(*, actor: Actor, pk: int) -> FundAllocation:
    """Make it count. A reduction may not take away what is used or promised already. Raises FundsRefused."""
    row = hands.locked(FundAllocation, pk)
    found = hands.confirming(actor=actor, row=row)
    if row.amount_fen < 0:
        _refuse_taking_used(row)
    hands.confirmed(actor, row)
    hands.record(found, "fundallocation.confirm", row, fen=row.amount_fen, document=row.document_no)
    return row


def _refuse_taking_used(row: FundAllocation) -> None:
    with affording.counting(row.region_code):
        standing = pots.standing(row.region_code, row.year)
    if row.item_code or row.purpose == WELFARE:
        left = standing.remaining(row.item_code)[row.source]
    else:
        left = min(
            (standing.remaining(one.code)[row.source] for one in registry.all_items()
             if purposes()[row.purpose].covers(one.code)),
            default=0,
        )  # fmt: skip
    if left + row.amount_fen < 0:
        raise FundsRefused(
            f"不能调减 {yuan_text(-row.amount_fen)} 元：这项资金只剩 {yuan_text(max(left, 0))} 元没有用，"
            "其余已经拨付或已审批待拨。请先核对调整文件。"
        )


def confirm_many(*, actor: Actor, rows: Sequence[FundAllocation]) -> list[tuple[FundAllocation, str]]:
    """Each on its own: (row, "" or why not)."""
    told = []
    for row in rows:
        try:
            confirm(actor=actor, pk=row.pk)
        except FundsRefused as refused:
            told.append((row, str(refused)))
        else:
            told.append((row, ""))
    return told
