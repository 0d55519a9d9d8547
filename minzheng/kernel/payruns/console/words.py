"""States, tones and sentences of pay runs as people read them."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from minzheng.kernel import clock
from minzheng.kernel.awards.models import PaymentLine
from minzheng.kernel.items import registry
from minzheng.kernel.payruns.models import PayBatch
from minzheng.kernel.payruns.words import ACTS, CHECKS, KINDS, LINE_STATES, NEXT, SEVERITIES, STATES

TONES = {
    "BUILDING": "wait", "CHECKED": "info", "REVIEWED": "info", "APPROVED": "info", "FIN_SUBMITTED": "wait",
    "FUNDED": "info", "SENT": "wait", "PARTIAL_RETURN": "bad", "ALL_PAID": "good", "CLOSED": "good", "VOIDED": "plain",
}  # fmt: skip
LINE_TONES = {
    "ready": "plain", "excluded": "warn", "settled": "plain", "sent": "wait", "paid": "good", "returned": "bad",
    "unknown": "warn", "reissued": "info", "cancelled": "plain",
}  # fmt: skip
LINE_TYPES = dict(PaymentLine.LINE_TYPES)
SEVERITY_TONES = {"block": "bad", "warn": "warn"}
#: States in which the bank has the money or has answered.
AFTER_FILE = ("SENT", "PARTIAL_RETURN", "ALL_PAID", "CLOSED")
#: States in which the lines are locked (the hash stands).
LOCKED = ("APPROVED", "FIN_SUBMITTED", "FUNDED", *AFTER_FILE)
OVER = ("CLOSED", "VOIDED")


@dataclass(frozen=True)
class Next:
    """What happens next with a batch: the post that does it ("" : nobody), what, and the permission that it needs."""

    permission: str
    who: str
    what: str

    @property
    def sentence(self) -> str:
        return f"{self.who}：{self.what}" if self.who else self.what


def next_of(batch: PayBatch, blocked: int = 0) -> Next:
    """Who is next. ``blocked``: lines that a check stops and nobody has dealt with."""
    if batch.state == "CHECKED" and blocked:
        return Next("pay.build", "发放经办员", f"处理 {blocked} 条必须处理的校验结果")
    if batch.state == "REVIEWED" and batch.approver_id:
        return Next("pay.approve", "局领导", "金额较大，等第二人审批")
    return Next(*NEXT[batch.state])


def item_short(code: str) -> str:
    """The short title of a benefit; the code itself where nobody declares it any more."""
    return {item.code: item.short for item in registry.all_items()}.get(code, code)


def cash_items() -> list[tuple[str, str]]:
    """(code, short title) of every item, for choices."""
    return [(item.code, item.short) for item in registry.all_items()]


def month_text(month: datetime.date) -> str:
    return f"{month.year}年{month.month}月"


def month_of(text: str) -> datetime.date:
    """“2026-11” → day 1 of that month; the current month for anything that cannot be read."""
    found = re.fullmatch(r"(\d{4})-(\d{1,2})", text.strip())
    if found and 1 <= int(found[2]) <= 12 and 2000 <= int(found[1]) <= 2100:
        return datetime.date(int(found[1]), int(found[2]), 1)
    return clock.today().replace(day=1)


__all__ = [
    "ACTS", "CHECKS", "KINDS", "LINE_STATES", "NEXT", "SEVERITIES", "STATES", "TONES", "Next", "item_short", "month_of",
    "next_of",
]  # fmt: skip
