"""代管存折 (《最低生活保障审核确认办法》第二十六条; reference §1.7.6): a written agreement, registered by the township and
reported to the county with N18."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.lifecycle.words import lines_of
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.orgs.selectors import office_for
from minzheng.kernel.parts.fields import Choice, Date, LongText, Phone, Photo, Text

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

WHERE = ("APPROVED", "IN_PAYMENT", "RECHECK", "ADJUSTED", "SUSPENDED", "TAPERING")
WHY = (
    ("incapable", "持有人没有或限制民事行为能力，没有能管钱的监护人"),
    ("disabled", "持有人重度残疾、卧床，不能自己取款"),
    ("remote", "持有人年老独居，取款确有困难"),
)
DUTIES = ("取款由两人办理，逐笔记账", "取款只用于持有人的生活和看病", "每季度向持有人和村（居）委会公布收支")


@guard("custody_holder", needs_data=True)
def holder_is_member(ctx: Ctx) -> str:
    name = ctx.text("holder")
    if name not in {m.name for m in ctx.members}:
        return f"“{name}”不是这个家庭的成员，请核对存折持有人的姓名。"
    account = (ctx.case.form.get("account") or {}).get("holder") or ""
    return f"发放账户的户名是{account}，不是{name}；先办理“更换发放账户”或改正持有人。" if account != name else ""


@guard("custody_open", hides=True)
def under_custody(ctx: Ctx) -> str:
    return "" if evidence.is_open(ctx, "custody") else "没有登记代管存折。"


@guard("custody_none")
def not_under_custody(ctx: Ctx) -> str:
    row = next((e for e in ctx.evidence("custody") if e.closed_at is None), None)
    if row is None or row.data["valid_until"] < ctx.today.isoformat():
        return ""
    return f"已经登记由{row.data['custodian']}代管，到 {row.data['valid_until']}；要更换的先办理“解除代管”。"


def on_entrust(ctx: Ctx) -> None:
    """N18 prints only the end of the account number; the agreement itself is kept as a photo."""
    holder = next(m for m in ctx.members if m.name == ctx.text("holder"))
    duties = lines_of(ctx.text("duties")) or list(DUTIES)
    bureau = office_for(ctx.case.region_code, ("bureau",))
    filed_with = bureau.name if bureau is not None else "县级民政部门"
    kept = dict(ctx.pick("holder", "custodian", "custodian_relation", "custodian_phone", "valid_from", "valid_until"))
    ctx.values["paper"] = {
        **kept,
        "id_no": holder.id_no,
        "account": (ctx.case.form.get("account") or {}).get("number") or "",
        "reason": dict(WHY)[ctx.text("why")],
        "duties": duties,
        "filed_with": filed_with,
    }
    evidence.close(ctx, "custody")
    evidence.add(
        ctx,
        "custody",
        {
            **kept,
            "why": ctx.text("why"),
            "duties": duties,
            "agreement": ctx.data.get("agreement"),
            "filed_with": filed_with,
        },
        valid_until=datetime.date.fromisoformat(ctx.text("valid_until")),
    )


def on_end(ctx: Ctx) -> None:
    evidence.close(ctx, "custody")


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "entrust_passbook",
            "登记代管存折（N18）",
            WHERE,
            by=("case.accept",),
            notice="N18",
            guards=(not_under_custody, holder_is_member),
            effects=(on_entrust,),
            step_up=True,
            help="须有书面协议；登记后报县级备案，到期自动失效。",
            fields=(
                Text("holder", "存折持有人", required=True, max_length=30),
                Text("custodian", "代管人", required=True, max_length=40),
                Text("custodian_relation", "代管人与持有人的关系", required=True, max_length=30),
                Phone("custodian_phone", "代管人电话", required=True),
                Choice("why", "为什么代管", required=True, options=WHY),
                LongText("duties", "代管人的义务（一行一项）", help="不填的按通用条款：两人取款、逐笔记账、定期公布。"),
                Date("valid_from", "代管开始日期", required=True),
                Date("valid_until", "代管结束日期", required=True),
                Photo("agreement", "签好的代管协议照片", required=True, kind="custody"),
            ),
        ),
        Act(
            "end_custody",
            "解除代管存折",
            WHERE,
            by=("case.accept",),
            guards=(under_custody,),
            effects=(on_end,),
            quiet=True,
            fields=(LongText("opinion", "解除的事由", required=True),),
        ),
    )
