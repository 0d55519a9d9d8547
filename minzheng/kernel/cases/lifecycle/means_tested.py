"""通用办件流程 (reference §0.6, §1.4.1): put together for an item by one call; a benefit declares only what differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from minzheng.kernel.cases import moving
from minzheng.kernel.cases.flow import Clock, Flow
from minzheng.kernel.cases.lifecycle import apply as lifecycle_apply
from minzheng.kernel.cases.lifecycle import changes as lifecycle_changes
from minzheng.kernel.cases.lifecycle import check as lifecycle_check
from minzheng.kernel.cases.lifecycle import clawback as lifecycle_clawback
from minzheng.kernel.cases.lifecycle import confirm as lifecycle_confirm
from minzheng.kernel.cases.lifecycle import custody as lifecycle_custody
from minzheng.kernel.cases.lifecycle import decide as lifecycle_decide
from minzheng.kernel.cases.lifecycle import halts as lifecycle_halts
from minzheng.kernel.cases.lifecycle import mismatch as lifecycle_mismatch
from minzheng.kernel.cases.lifecycle import objections as lifecycle_objections
from minzheng.kernel.cases.lifecycle import opinion as lifecycle_opinion
from minzheng.kernel.cases.lifecycle import pay as lifecycle_pay
from minzheng.kernel.cases.lifecycle import penalty as lifecycle_penalty
from minzheng.kernel.cases.lifecycle import referrals as lifecycle_referrals
from minzheng.kernel.cases.lifecycle import takeover as lifecycle_takeover
from minzheng.kernel.cases.lifecycle import work as lifecycle_work
from minzheng.kernel.cases.states import STATES

if TYPE_CHECKING:
    import datetime

    from minzheng.kernel.cases.flow import Act, Guard, State
    from minzheng.kernel.cases.params import FlowParams

APART = (("investigate", "confirm", "您参加过这一户的调查核对，不能再审核确认，请交由其他人员办理。"),)


def _total_pauses(params: FlowParams) -> tuple[str, ...]:
    """Objections always stop the clock of the whole procedure; the publicity only where the county says so."""
    return ("OBJECTION", "PUBLICITY") if params.publicity_stops_clock else ("OBJECTION",)


CLOCKS = (
    Clock(
        "review",
        "受理审查",
        starts=("submit", "resubmit", "transfer_case"),
        states=("SUBMITTED",),
        days=lambda p: p.review_days,
    ),
    Clock(
        "supplement",
        "补正",
        starts=("ask_supplement",),
        states=("SUPPLEMENT",),
        days=lambda p: p.supplement_days,
        served=lambda p: p.limits_from_service,
    ),
    Clock("start", "启动调查", starts=("accept",), states=("ACCEPTED",), days=lambda p: p.start_days),
    Clock(
        "opinion",
        "初审",
        starts=("accept", "return_case"),
        states=("ACCEPTED", "INVESTIGATING", "INITIAL_OPINION"),
        days=lambda p: p.opinion_days,
    ),
    Clock(
        "forward",
        "公示期满上报",
        starts=("post",),
        states=("PUBLICITY",),
        days=lambda p: p.forward_days,
        anchor="ends_on",
    ),
    Clock(
        "objection",
        "异议复查",
        starts=("objection",),
        states=("OBJECTION", "INITIAL_OPINION"),
        days=lambda p: p.objection_days,
    ),
    Clock(
        "confirm",
        "审核确认",
        starts=("publicity_end", "forward", "recall_delegation"),
        states=("REVIEW", "TOWN_CONFIRM"),
        days=lambda p: p.confirm_days,
    ),
    Clock(
        "recheck",
        "下次复核",
        starts=("start_payment", "take_over", "keep", "apply_adjustment", "resume", "defer_recheck"),
        states=("IN_PAYMENT",),
        days=lambda p: 0,
        anchor="next_review_on",
        paid=True,
    ),
    Clock(
        "recheck_decision",
        "复核办理",
        starts=("open_recheck", "member_died_in_pay", "complaint"),
        states=("RECHECK",),
        days=lambda p: p.recheck_days,
        paid=True,
    ),
    Clock(
        "taper",
        "渐退期",
        starts=("taper",),
        states=("TAPERING",),
        days=lambda p: 0,
        anchor="next_review_on",
        paid=True,
    ),
    Clock(
        "total",
        "办结",
        starts=("accept",),
        states=("ACCEPTED", "INVESTIGATING", "INITIAL_OPINION", "PUBLICITY", "OBJECTION", "REVIEW", "TOWN_CONFIRM"),
        days=lambda p: p.total_days,
        pauses=_total_pauses,
        total=True,
        extended_by="extend",
        extended_days=lambda p: p.extended_days,
    ),
)


def means_tested(
    *,
    reasons: tuple[tuple[str, str], ...],
    params: Callable[[str, datetime.date], FlowParams],
    publicity: bool = True,
    states: tuple[State, ...] = STATES,
    extra: tuple[Act, ...] = (),
    known: tuple[Guard, ...] = (),
    clean: tuple[Guard, ...] = lifecycle_decide.MEANS_CLEAN,
) -> Flow:
    """The flow of a means-tested benefit: 15 steps from application to payment and re-check.

    `reasons`: reason codes with titles. `params`: the procedure of a place on a day. `publicity` False for a mere
    recognition without money (低保边缘): no 公示, the opinion goes straight to the decision. `states`: the common states,
    where the item puts them in other words. `extra`: acts of the item itself; `known`: what it must know besides the
    family's means before opinion, decision and re-check; `clean`: what must not stand against the decision."""
    acts = (
        *lifecycle_apply.acts(reasons),
        *lifecycle_changes.acts(),
        *lifecycle_check.acts(),
        *lifecycle_mismatch.acts(),
        *lifecycle_opinion.acts(reasons, publicity=publicity, known=(*lifecycle_opinion.MEANS_KNOWN, *known)),
        *lifecycle_decide.acts(
            reasons, publicity=publicity, known=(*lifecycle_decide.MEANS_KNOWN, *known), clean=clean
        ),
        *lifecycle_takeover.acts(),
        *lifecycle_pay.acts(reasons, known=(*lifecycle_decide.MEANS_KNOWN, *known)),
        *lifecycle_objections.acts(publicity=publicity),
        *lifecycle_halts.acts(),
        *lifecycle_confirm.acts(),
        *lifecycle_work.acts(),
        *lifecycle_clawback.acts(),
        *lifecycle_penalty.acts(),
        *lifecycle_referrals.acts(),
        *lifecycle_custody.acts(),
        *moving.acts(),
        *extra,
    )
    return Flow(states, acts, CLOCKS, params, apart=APART, halts=(*lifecycle_halts.HALTS, lifecycle_mismatch.HALT))
