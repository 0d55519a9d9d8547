"""Answering objectors: once the re-check is done, and again when the case is decided. Messages carry no case, so that
nothing of them hangs on the family's file; they name no one of the family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel.cases.objections.models import PublicObjection

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

METHODS = {"reinvestigation": "重新调查", "council": "民主评议", "held": "民主评议"}
#: What the answer adds once the case is settled; the decision itself is not handed to strangers.
OUTCOMES = {
    "approve": "这一户的申请经复查后已作出决定：同意，保障金额以长期公示为准。",
    "reject": "这一户的申请经复查后已作出决定：不予确认。",
    "withdraw": "这一户已撤回申请，不再办理。",
    "abort": "这一户的申请已终止审核。",
}


def answer(ctx: Ctx) -> None:
    """On 复查完毕: every objection of the case that waits is answered with the clerk's words, or with the method alone."""
    method = METHODS.get(ctx.text("method"), "复查")
    words = ctx.text("answer") or f"经{method}，您反映的情况已经查清并记录在案，乡镇（街道）将据此重新提出意见。"
    for row in ctx.case.public_objections.filter(state__in=("checking", "recorded")):
        row.state, row.answer, row.answered_at = "answered", words, ctx.now
        row.save(update_fields=["state", "answer", "answered_at"])
        _text(row, f"您{_day(row)}提出的公示异议（回执号{row.code}）已复查完毕：{words}")


def tell_outcome(ctx: Ctx) -> None:
    """On the decision: real-name objectors hear how it ended; anybody else reads it by receipt."""
    words = OUTCOMES.get(ctx.act.code, "")
    if not words:
        return
    for row in ctx.case.public_objections.filter(outcome=""):
        row.outcome = words
        row.save(update_fields=["outcome"])
        _text(row, f"您{_day(row)}提出的公示异议（回执号{row.code}）：{words}")


def _day(row: PublicObjection) -> str:
    from django.utils.timezone import localdate

    day = localdate(row.received_at)
    return f"{day.month}月{day.day}日"


def _text(row: PublicObjection, body: str) -> None:
    from minzheng.kernel.notices import services as notices

    if row.phone:
        notices.send(case=None, person=None, channel="sms", body=_cut(body), to=row.phone)


def _cut(body: str) -> str:
    """A text message holds so much; the whole answer is read by receipt."""
    from minzheng.kernel.notices.texts import LONGEST

    tail = "……全文请凭回执号查询。"
    most = LONGEST["sms"]
    return body if len(body) <= most else body[: most - len(tail)] + tail
