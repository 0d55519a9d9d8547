"""核定刚性支出: the township looks at the bills and writes down what counts; the rules compute with that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from minzheng.business.assistance.rigid_expense.form import AMOUNTS, EXPENSES
from minzheng.kernel import clock
from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.lifecycle.check import CHECKING
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Date, LongText, Money, Photo, yuan_text

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

MONEY = tuple(f for f in EXPENSES.fields if isinstance(f, Money))


def on_verify(ctx: Ctx) -> None:
    """Verified amounts of the household stand on the first member's row, as those of the matching do."""
    amounts = {f.name: int(ctx.data.get(f.name) or 0) for f in MONEY}
    member = ctx.members[0]
    # The sum asked for 低保 is taken apart here: it must not be counted again.
    household = {**(member.verified.get("household") or {}), **amounts, "rigid_annual": 0}
    member.verified = {**member.verified, "household": household}
    member.save(update_fields=["verified"])
    total = sum(fen for name, fen in amounts.items() if name in AMOUNTS) - amounts["aid_annual"]
    parts = "；".join(f"{f.label} {yuan_text(amounts[f.name])} 元" for f in MONEY if amounts[f.name])
    found = ctx.pick("checked_on", "findings", "proofs")
    evidence.add(ctx, "expenses", {**found, "parts": parts, "total_fen": max(total, 0)})
    ctx.forget()


@guard("expenses_verified")
def expenses_verified(ctx: Ctx) -> str:
    """Looked at since the case was accepted, sent back or opened for a re-check."""
    start = ctx.last_act("accept", "return_case", "open_recheck")
    if any(start is None or e.at >= start.at for e in ctx.evidence("expenses")):
        return ""
    return "还没有核定刚性支出：请看过票据或查询结算数据后，办理“核定刚性支出”。"


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "verify_expenses",
            "核定刚性支出",
            CHECKING,
            by=("case.investigate",),
            tone="primary",
            duty="investigate",
            guards=(guards.clock_running,),
            fields=(
                Date("checked_on", "核定日期", required=True, not_after=clock.today),
                *(
                    replace(f, required=f.name == "medical_annual", help="按票据或结算数据核定，没有填 0。")
                    for f in MONEY
                ),
                LongText(
                    "findings", "核定的依据", required=True, help="看了哪些票据、查了哪些结算数据，哪些没有计入。"
                ),
                Photo("proofs", "票据照片", kind="proof"),
            ),
            effects=(on_verify,),
            help="只计报销、救助以后个人负担的部分；平时的生活支出按低保标准测算，不用填。",
        ),
    )
