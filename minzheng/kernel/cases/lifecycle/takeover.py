"""存量接续: an award taken over from the bureau's rolls gets a case of its own, so that it can be re-checked like any
other. The case begins in payment; it has no application, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel.cases.drafting import drafts
from minzheng.kernel.cases.flow import SYSTEM_ONLY, Act, guard

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx


@guard("imported_award", hides=True)
def imported_award(ctx: Ctx) -> str:
    award = ctx.case.awards.order_by("-decided_on", "-id").first()
    taken_over = award is not None and award.state != "ended" and "imported" in (award.frozen or {})
    return "" if taken_over else "只有存量导入、正在享受的待遇可以接续。"


def on_take_over(ctx: Ctx) -> None:
    """The day of the decision stays the bureau's own; the next review is the award's."""
    award = ctx.case.awards.order_by("-decided_on", "-id").first()
    assert award is not None
    ctx.case.no = drafts._number(ctx)
    ctx.case.submitted_at = ctx.case.accepted_at = ctx.case.decided_at = ctx.now
    ctx.case.event_date = award.decided_on
    for member in ctx.case.members.all():
        member.frozen_at = ctx.now
        member.save(update_fields=["frozen_at"])
    source = award.frozen["imported"]
    ctx.note({"award": award.no, "file": source.get("file", ""), "batch": source.get("batch", "")})
    if award.next_review_on:
        ctx.note({"next_review_on": award.next_review_on})


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "take_over",
            "存量接续",
            ("DRAFT",),
            ("IN_PAYMENT",),
            by=("case.investigate", SYSTEM_ONLY),
            guards=(imported_award,),
            effects=(on_take_over,),
            quiet=True,
        ),
    )
