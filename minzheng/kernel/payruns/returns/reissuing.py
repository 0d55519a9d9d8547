"""重发: what came back is paid again, once, for its own month, in a batch of its own with a life of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.awards import accounts
from minzheng.kernel.payruns import access, building, totals
from minzheng.kernel.payruns.errors import PayRefused
from minzheng.kernel.payruns.formats import codes
from minzheng.kernel.payruns.models import PayBatch, PayLine

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Repairs after which the same account may be tried again, on the word of whoever reissues.
_SAME_ACCOUNT = ("bank", "identity", "retry")


@transaction.atomic
def reissue(
    *, actor: Actor, batch: PayBatch | None = None, lines: Sequence[PayLine] | None = None, reason: str = ""
) -> PayBatch:
    """A reissue batch of returned lines of one benefit and batch place; each keeps its month and what came back.

    `lines`: all of these, or none; `batch`: whatever of it can be sent again. Each needs a corrected account, or (frozen,
    dormant, not activated: `repair: bank`) the word that the bank has put it right: `reason`. A line that came back twice
    needs the finding of a visit as `reason` as well. Raises PayRefused naming the lines that cannot be sent again,
    PayNotAllowed without pay.build."""
    chosen = PayLine.objects.filter(pk__in=[line.pk for line in lines or ()])
    if batch is not None and lines is None:
        chosen = PayLine.objects.filter(batch=batch, state="returned", live=True)
    first = chosen.order_by("batch_id", "seq").select_related("batch").first()
    if first is None:
        raise PayRefused("没有可以重发的退回明细。")
    access.require(actor, "pay.build", first.batch.region_code)
    accounts.ensure(first.batch.region_code, item_code=first.batch.item_code)
    rows = list(
        chosen.select_for_update(of=("self",))
        .select_related("batch", "award__payee", "award__account", "account")
        .order_by("batch_id", "seq")
    )
    if len({(row.batch.item_code, row.batch.region_code) for row in rows}) > 1:
        raise PayRefused("一次只能重发同一待遇、同一地区的退回明细：请分开选择。")
    why = {row.pk: _why_not(row, reason) for row in rows}
    faults = [f"第 {row.seq} 笔（{row.award.payee_name}）：{why[row.pk]}" for row in rows if why[row.pk]]
    ready = [row for row in rows if not why[row.pk]]
    if (faults and lines is not None) or not ready:
        raise PayRefused(faults[:20])
    return _new_batch(actor, first.batch, ready, reason)


def _new_batch(actor: Actor, first: PayBatch, rows: list[PayLine], reason: str) -> PayBatch:
    month = max(clock.today().replace(day=1), first.month)
    batch = building.new_batch(
        actor=actor, month=month, item_code=first.item_code, region_code=first.region_code, kind="reissue"
    )
    for row in rows:
        row.live, row.state = False, "reissued"
    PayLine.objects.bulk_update(rows, ["live", "state"], batch_size=1000)
    PayLine.objects.bulk_create([_again(batch, seq, row) for seq, row in enumerate(rows, start=1)], batch_size=1000)
    for row in rows:
        if row.award.account_id == row.account_id and row.account is not None and row.account.flag:
            row.account.flag, row.account.checked_on = "", clock.today()
            row.account.save(update_fields=["flag", "checked_on"])
        access.event(row.batch, "reissue", actor, before=row.batch.state, line=row, reason=reason, to_batch=batch.no)
    totals.count(batch)
    access.event(batch, "build", actor, before="", reason=reason, lines=batch.lines, total_fen=batch.total_fen)
    return building.checked(batch, actor)


def _why_not(row: PayLine, reason: str) -> str:
    """ "" or why this line is not sent again."""
    if row.state != "returned" or not row.live:
        return f"现在是“{row.get_state_display()}”，只有退回、还没有重发的才能重发"
    if row.award.payee is not None and row.award.payee.death_date is not None:
        return "领款人已经死亡（C01），不能重发；请办理停发和追回，余款按规定交回财政"
    if row.award.account_id is None:
        return "还没有发放账户，请先更正账户"
    said = len(reason.strip()) >= 4
    if row.award.account_id == row.account_id and not (codes.get(row.return_code).repair in _SAME_ACCOUNT and said):
        title = codes.get(row.return_code).title
        return f"退回原因是“{title}”，账户还没有更正；确由银行处理好的，请写明情况"
    if row.attempt > 1 and not said:
        return "已经退回两次，须上门核实，请写明走访核实的情况；不得发放现金"
    return ""


def _again(batch: PayBatch, seq: int, row: PayLine) -> PayLine:
    """What is owed is what came back: what was netted from it then stays netted."""
    return PayLine(
        batch=batch, seq=seq, line_id=row.line_id, origin=row, attempt=row.attempt + 1, award_id=row.award_id,
        person_id=row.person_id, account_id=row.award.account_id, month=row.month, line_type=row.line_type,
        region_code=row.region_code, due_fen=row.amount_fen, amount_fen=row.amount_fen, persons=row.persons, category=row.category, snapshot=row.snapshot,
    )  # fmt: skip
