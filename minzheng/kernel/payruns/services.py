"""发放的写操作, gathered. Every act is asked with `actor`, holds the batch's lock, leaves one event and one audit line, and
raises PayRefused (PayNotAllowed, PayInput) with a Chinese sentence when it cannot be done. Return files and reissues: see
payruns/returns. All amounts in fen; months are day 1."""

from minzheng.kernel.payruns.building import build, recheck
from minzheng.kernel.payruns.claims import cash_back, consent_to_offset, write_off
from minzheng.kernel.payruns.closing import close_month
from minzheng.kernel.payruns.lines import (
    clear_check,
    clear_checks,
    exclude_blocked,
    exclude_line,
    include_line,
    queue_unaffordable,
    release_line,
    withhold_line,
)
from minzheng.kernel.payruns.steps import approve, fund, review, send, send_back, submit, void

__all__ = [
    "approve",
    "build",
    "cash_back",
    "clear_check",
    "clear_checks",
    "close_month",
    "consent_to_offset",
    "exclude_blocked",
    "exclude_line",
    "fund",
    "include_line",
    "queue_unaffordable",
    "recheck",
    "release_line",
    "review",
    "send",
    "send_back",
    "submit",
    "void",
    "withhold_line",
    "write_off",
]
