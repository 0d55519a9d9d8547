"""核实: what a personal benefit rests on (age, grade, who the parents are) is looked up and put on record, fact by fact.

No incomes are matched here: the clerk confirms or corrects what was declared and says how it was found out. The corrected
facts are what the rules compute with; what was declared stays beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minzheng.kernel import clock
from minzheng.kernel.cases.drafting.members import claimants
from minzheng.kernel.cases.flow import STAY, Act, guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Choice, Date, Field, LongText, Photo

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import CaseMember
    from minzheng.kernel.cases.running.context import Ctx

VERIFYING = ("ACCEPTED", "INVESTIGATING", "OBJECTION", "RECHECK")
SOURCES = (
    ("data", "部门数据查询"),
    ("papers", "查看证件、材料原件"),
    ("visit", "上门或当面核实"),
    ("letter", "其他单位书面答复"),
)
#: In front of a fact's name in the act's form, so that it cannot be taken for a field of another act.
PREFIX = "fact_"


def beneficiary(ctx: Ctx) -> CaseMember | None:
    """The person for whom the benefit is asked."""
    return next(iter(claimants(ctx.case, ctx.members)), None)


def standing_facts(member: CaseMember) -> dict[str, Any]:
    """What counts now: what was found out, else what was declared."""
    return {**(member.declared or {}), **{k: v for k, v in (member.verified or {}).items() if v is not None}}


def fact_fields(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The questions of the application, asked of the clerk: none has to be answered, an answer replaces the declared one."""
    # without conditions: a correction may concern one fact alone
    return tuple(replace(one, name=PREFIX + one.name, required=False, when=None) for one in fields)


def found_facts(ctx: Ctx) -> list[dict[str, str]]:
    """The answers of an act's `fact_fields` become the member's verified facts; what changed, in words: fact, declared,
    found. The answers themselves do not stay in the act's own data."""
    member = beneficiary(ctx)
    if member is None:  # the guard has asked already
        return []
    known = standing_facts(member)
    found = {k[len(PREFIX) :]: v for k, v in ctx.data.items() if k.startswith(PREFIX) and v not in (None, "", [])}
    changed = {k: v for k, v in found.items() if known.get(k) != v}
    if changed:
        member.verified = {**(member.verified or {}), **changed}
        member.save(update_fields=["verified"])
    titles = {f.name[len(PREFIX) :]: f for f in ctx.act.fields if f.name.startswith(PREFIX)}
    lines = [
        {"fact": titles[k].label, "declared": titles[k].show(known.get(k)), "found": titles[k].show(v)}
        for k, v in changed.items()
    ]
    ctx.done.data = {k: v for k, v in ctx.done.data.items() if not k.startswith(PREFIX)}
    ctx.forget()
    return lines


def in_words(changes: list[dict[str, str]]) -> str:
    """What was corrected, as one sentence; "" where nothing was."""
    return "；".join(f"{x['fact']}由“{x['declared']}”改为“{x['found']}”" for x in changes)


def on_verify(ctx: Ctx) -> None:
    """The row of evidence says before, after, how and by whom."""
    lines = found_facts(ctx)
    data = {**ctx.pick("source", "checked_on", "findings", "proofs"), "changes": lines}
    evidence.add(ctx, "facts", {**data, "changed": in_words(lines)})


@guard("somebody")
def somebody_asks(ctx: Ctx) -> str:
    return "" if beneficiary(ctx) is not None else "申请里没有登记享受待遇的人，请先补充。"


@guard("facts_known")
def facts_verified(ctx: Ctx) -> str:
    """Looked at since the case was accepted, sent back or opened for a re-check."""
    start = ctx.last_act("accept", "return_case", "open_recheck")
    if any(start is None or e.at >= start.at for e in ctx.evidence("facts")):
        return ""
    return "还没有核实申报的情况：请先办理“登记核实情况”，写明怎样核实的。"


def acts(fields: tuple[Field, ...]) -> tuple[Act, ...]:
    """`fields`: the facts of the item's form."""
    return (
        Act(
            "verify_facts",
            "登记核实情况",
            VERIFYING,
            ("INVESTIGATING", STAY),
            by=("case.investigate",),
            choose=lambda ctx: "INVESTIGATING" if ctx.case.state == "ACCEPTED" else ctx.case.state,
            tone="primary",
            duty="investigate",
            guards=(somebody_asks, guards.clock_running),
            fields=(
                Choice("source", "怎样核实的", required=True, many=True, options=SOURCES),
                Date("checked_on", "核实日期", required=True, not_after=clock.today),
                *fact_fields(fields),
                LongText(
                    "findings", "核实的情况", required=True, help="与申报一致的写“与申报一致”；不一致的写明依据。"
                ),
                Photo("proofs", "材料照片", kind="proof"),
            ),
            effects=(on_verify,),
            help="与申报不一致的，在下面改成核实后的情况；没有改动的不用动。",
        ),
    )
