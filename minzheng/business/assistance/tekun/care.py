"""照料: N17 委托照料协议, who is paid by it, and its monthly check."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.business.assistance.tekun.benefit import facts_of
from minzheng.business.assistance.tekun.findings import person
from minzheng.kernel import clock
from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.lifecycle.words import lines_of
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.months import same_day_after
from minzheng.kernel.orgs.selectors import office_for
from minzheng.kernel.parts.fields import BankAccount, Choice, Date, LongText, Phone, Photo, Text
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Evidence
    from minzheng.kernel.cases.running.context import Ctx

IN_CARE = ("APPROVED", "IN_PAYMENT", "RECHECK", "ADJUSTED")
CARERS = (
    ("relative", "亲友"),
    ("neighbour", "邻居"),
    ("village", "村（居）干部、党员"),
    ("institution", "供养服务机构、社会组织"),
)
RESULTS = (("pay", "合格，照料护理费照付"), ("withhold", "不合格，暂缓支付照料护理费"))
SERVICES = ("每天查看，协助吃饭、喝水、吃药", "每周打扫卫生、换洗衣被", "生病时陪同就医、代办住院手续")


# ---- 委托照料协议


def current_agreement(ctx: Ctx) -> Evidence | None:
    """The agreement in force today."""
    rows = [e for e in ctx.evidence("care_agreement") if e.closed_at is None]
    return next((e for e in rows if e.valid_until is None or e.valid_until >= ctx.today), None)


@guard("at_home", hides=True)
def lives_at_home(ctx: Ctx) -> str:
    member = person(ctx)
    collective = member is not None and facts_of(member).get("care_mode") == "集中供养"
    return "集中供养的由供养服务机构照料，不签委托照料协议。" if collective else ""


@guard("no_agreement", needs_data=True)
def no_agreement_yet(ctx: Ctx) -> str:
    """A new one may be signed before the old one ends, to begin after it."""
    row = current_agreement(ctx)
    if row is None or ctx.text("valid_from") > str(row.data["valid_until"]):
        return ""
    until = row.data["valid_until"]
    return f"现在的协议到 {until} 才到期：续签的从次日起算，换人的先办理“解除委托照料协议”。"


@guard("care_term", needs_data=True)
def term_allowed(ctx: Ctx) -> str:
    """At most one year (reference §1.10), and somebody else than the carer looks in."""
    try:
        begins, ends = (datetime.date.fromisoformat(ctx.text(n)) for n in ("valid_from", "valid_until"))
    except ValueError:
        return ""
    if ends < begins or ends >= same_day_after(begins, 12):
        return "协议期限最长一年：结束日期要在开始日期之后、一年以内。"
    if ctx.text("visitor") == ctx.text("carer"):
        return "探视责任人不能是照料人自己，请另换一人。"
    member = person(ctx)
    return "照料人不能是本人。" if member is not None and ctx.text("carer") == member.name else ""


def care_fen(ctx: Ctx) -> int:
    """The care part of the award in force, a month."""
    award = ctx.case.awards.exclude(state="ended").order_by("-decided_on", "-id").first()
    return int((award.frozen.get("amounts") or {}).get("特困照料护理费") or 0) if award is not None else 0


def on_agree(ctx: Ctx) -> None:
    """N17. The carer's account stands in the sealed form; evidence keeps its last four digits."""
    member, fee = person(ctx), care_fen(ctx)
    assert member is not None
    services = lines_of(ctx.text("services")) or list(SERVICES)
    office = office_for(ctx.case.region_code, ("township",)) or office_for(ctx.case.region_code)
    level = next((e.data["grade"] for e in ctx.evidence("selfcare")), "")
    account = {name: ctx.text(name) for name in ("carer_holder", "carer_account", "carer_bank")}
    village = region_name(ctx.case.region_code)
    ctx.case.form = {**ctx.case.form, "care": account}
    ctx.done.data = {k: v for k, v in ctx.done.data.items() if k != "carer_account"}
    kept = dict(ctx.pick("carer", "carer_phone", "valid_from", "valid_until"))
    ctx.values["paper"] = {
        **kept,
        "id_no": member.id_no,
        "principal": office.name if office is not None else "所在乡镇人民政府（街道办事处）",
        "level": level,
        "address": str((ctx.case.form.get("applicant") or {}).get("address") or ""),
        "services": services,
        "fee_fen": fee,
        "pay_way": f"每月考核合格后打到{account['carer_holder']}尾号 {account['carer_account'][-4:]} 的账户",
        "village": ctx.text("witness") or f"{village}村（居）民委员会",
    }
    evidence.close(ctx, "care_agreement")
    evidence.add(
        ctx,
        "care_agreement",
        {
            **kept,
            **ctx.pick("visitor", "visitor_phone", "agreement"),
            "carer_relation": dict(CARERS)[ctx.text("carer_relation")],
            "account_tail": account["carer_account"][-4:],
            "services": services,
            "fee_fen": fee,
            "level": level,
            "witness": ctx.values["paper"]["village"],
        },
        valid_until=datetime.date.fromisoformat(ctx.text("valid_until")),
    )


@guard("agreement_open", hides=True)
def has_agreement(ctx: Ctx) -> str:
    return "" if evidence.is_open(ctx, "care_agreement") else "没有登记委托照料协议。"


def on_end_agreement(ctx: Ctx) -> None:
    evidence.close(ctx, "care_agreement")


@guard("month_checked_once", needs_data=True)
def month_checked_once(ctx: Ctx) -> str:
    month = ctx.text("checked_on")[:7]
    if any(e.data.get("month") == month for e in ctx.evidence("care_check")):
        return f"{month} 的照料服务已经考核过。"
    return ""


def on_check(ctx: Ctx) -> None:
    said = dict(RESULTS)[ctx.text("result")]
    found = ctx.pick("findings", "photos")
    evidence.add(ctx, "care_check", {**found, "result": said, "month": ctx.text("checked_on")[:7]})


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "sign_care",
            "签订委托照料协议（N17）",
            IN_CARE,
            by=("case.accept",),
            notice="N17",
            guards=(lives_at_home, no_agreement_yet, term_allowed),
            effects=(on_agree,),
            help="分散供养的由乡镇委托照料人；照料护理费按协议付给照料人。",
            fields=(
                Text("carer", "照料人（或机构）", required=True, max_length=40),
                Choice("carer_relation", "照料人是谁", required=True, options=CARERS),
                Phone("carer_phone", "照料人电话", required=True),
                LongText("services", "照料内容（一行一项）", help="不填的按通用条款：每天查看、每周打扫、陪同就医。"),
                Text("carer_holder", "收款户名", required=True, max_length=40),
                BankAccount("carer_account", "收款账号", required=True),
                Text("carer_bank", "收款开户银行", required=True, max_length=40),
                Text("visitor", "探视责任人", required=True, max_length=30, help="每月至少上门一次，不能是照料人。"),
                Phone("visitor_phone", "探视责任人电话", required=True),
                Date("valid_from", "协议开始日期", required=True),
                Date("valid_until", "协议结束日期", required=True, help="最长一年。"),
                Text("witness", "见证的村（居）委会", max_length=60, help="不填的按本人所在的村（居）。"),
                Photo("agreement", "签好的协议照片", required=True, kind="care_agreement"),
            ),
        ),
        Act(
            "end_care",
            "解除委托照料协议",
            (*IN_CARE, "SUSPENDED"),
            by=("case.accept",),
            guards=(has_agreement,),
            effects=(on_end_agreement,),
            quiet=True,
            fields=(LongText("opinion", "解除的事由", required=True),),
        ),
        Act(
            "check_care",
            "照料服务月度考核",
            ("IN_PAYMENT", "RECHECK", "ADJUSTED"),
            by=("case.investigate", "case.accept"),
            guards=(has_agreement, month_checked_once),
            effects=(on_check,),
            quiet=True,
            fields=(
                Date("checked_on", "考核日期", required=True, not_after=clock.today),
                Choice("result", "考核结果", required=True, options=RESULTS),
                LongText("findings", "情况", required=True),
                Photo("photos", "照片", kind="care_check"),
            ),
        ),
    )
