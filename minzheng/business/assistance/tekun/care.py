"""照料: the six items assessed, who owes support, where the person lives, N17 委托照料协议 and its monthly check."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.business.assistance.tekun.benefit import facts_of
from minzheng.business.assistance.tekun.form import CARE_MODES, COLLECTIVE, SIX
from minzheng.kernel import clock
from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.lifecycle.check import CHECKING
from minzheng.kernel.cases.lifecycle.words import lines_of
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.orgs.selectors import office_for
from minzheng.kernel.parts.fields import BankAccount, Choice, Date, LongText, Phone, Photo, Text, YesNo
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import CaseMember, Evidence
    from minzheng.kernel.cases.running.context import Ctx

IN_CARE = ("APPROVED", "IN_PAYMENT", "RECHECK", "ADJUSTED")
CONCLUSIONS = (
    ("none", "没有法定义务人"),
    ("unable", "有义务人，都没有履行能力"),
    ("able", "有义务人有履行能力"),
)
CARERS = (
    ("relative", "亲友"),
    ("neighbour", "邻居"),
    ("village", "村（居）干部、党员"),
    ("institution", "供养服务机构、社会组织"),
)
RESULTS = (("pay", "合格，照料护理费照付"), ("withhold", "不合格，暂缓支付照料护理费"))
SERVICES = ("每天查看，协助吃饭、喝水、吃药", "每周打扫卫生、换洗衣被", "生病时陪同就医、代办住院手续")


def person(ctx: Ctx) -> CaseMember | None:
    return next(iter(ctx.counted), None)


def _keep(ctx: Ctx, **found: object) -> None:
    """Facts found out by the township stand on the person's row; the rules compute with them."""
    member = person(ctx)
    if member is not None:  # the composition was complete at acceptance
        member.verified = {**(member.verified or {}), **found}
        member.save(update_fields=["verified"])
    ctx.forget()


# ---- 自理能力评估


def on_selfcare(ctx: Ctx) -> None:
    unable = [what for name, what in SIX if ctx.data.get(name) is False]
    _keep(ctx, unable_items=len(unable))
    found = ctx.pick("assessed_on", "assessors", "organisation", "findings", "photos")
    evidence.add(
        ctx, "selfcare", {**found, "unable": "、".join(unable) or "没有", "count": len(unable), "grade": grade(ctx)}
    )


def grade(ctx: Ctx) -> str:
    """The rules' grade of the person as known now; the thresholds are theirs."""
    from minzheng.business.assistance.tekun.benefit import BENEFIT
    from minzheng.kernel.items import reckoning

    family, _ = BENEFIT.family(ctx.case)
    if not family["成员"]:
        return ""
    words = ("完全丧失自理", "部分丧失自理")
    row = reckoning.run(reckoning.as_json(family), ctx.case.region_code, ctx.today, words, explain=False).rows["人"][0]
    return "全护理" if row["完全丧失自理"] else "半护理" if row["部分丧失自理"] else "全自理"


@guard("two_assessors", needs_data=True)
def two_assessors(ctx: Ctx) -> str:
    names = {
        n for n in ctx.text("assessors").replace(",", "、").replace("，", "、").replace(" ", "、").split("、") if n
    }
    return "" if len(names) >= 2 else "自理能力要两人以上评估：请写出每一位评估人的姓名，用顿号隔开。"


@guard("selfcare")
def selfcare_assessed(ctx: Ctx) -> str:
    """Assessed since the case was accepted or sent back; a change of abilities in care is told as a change."""
    start = ctx.last_act("accept", "return_case")
    if any(start is None or e.at >= start.at for e in ctx.evidence("selfcare")):
        return ""
    return "还没有评估生活自理能力：请先办理“登记自理能力评估”。"


# ---- 义务人


def on_support(ctx: Ctx) -> None:
    _keep(ctx, no_support=ctx.text("conclusion") != "able")
    people = "；".join(f"{m.name}（{m.relation}）" for m in ctx.obligors if not m.is_obligor_spouse) or "没有"
    said = dict(CONCLUSIONS)[ctx.text("conclusion")]
    evidence.add(ctx, "support", {**ctx.pick("findings", "proofs"), "conclusion": said, "people": people})


@guard("support_named", needs_data=True)
def support_named(ctx: Ctx) -> str:
    """The finding must fit who was named."""
    named = [m.name for m in ctx.obligors if not m.is_obligor_spouse]
    if ctx.text("conclusion") == "none" and named:
        return f"申请里列了{'、'.join(named)}：请认定他们有没有履行能力；不是义务人的，在依据里写明。"
    return ""


@guard("support")
def support_settled(ctx: Ctx) -> str:
    start = ctx.last_act("accept", "return_case")
    if any(start is None or e.at >= start.at for e in ctx.evidence("support")):
        return ""
    return "还没有认定法定义务人的履行能力：请先办理“认定义务人履行能力”。"


# ---- 供养方式


def on_mode(ctx: Ctx) -> None:
    _keep(ctx, care_mode=ctx.text("care_mode"), institution=ctx.text("institution"))


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
    from minzheng.kernel.cases.drafting.consents import months_later

    if ends < begins or ends >= months_later(begins, 12):
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
    return (*_finding_acts(), *_care_acts())


def _finding_acts() -> tuple[Act, ...]:
    return (
        Act(
            "assess_selfcare",
            "登记自理能力评估",
            CHECKING,
            by=("case.investigate",),
            tone="primary",
            duty="investigate",
            guards=(two_assessors,),
            fields=(
                Date("assessed_on", "评估日期", required=True, not_after=clock.today),
                Text("assessors", "评估人（两人以上，用顿号隔开）", required=True, max_length=80),
                Text("organisation", "评估单位", required=True, max_length=60),
                *(YesNo(name, f"能自主{what}", required=True) for name, what in SIX),
                LongText("findings", "情况"),
                Photo("photos", "评估表照片", kind="selfcare"),
            ),
            effects=(on_selfcare,),
            help="六项都能的是全自理，一至三项不能的是半护理，四项以上不能的是全护理。",
        ),
        Act(
            "settle_support",
            "认定义务人履行能力",
            CHECKING,
            by=("case.investigate",),
            tone="primary",
            duty="investigate",
            guards=(support_named,),
            fields=(
                Choice("conclusion", "认定", required=True, options=CONCLUSIONS),
                LongText("findings", "逐人写明依据", required=True, help="谁、是什么情况、怎样查明的。"),
                Photo("proofs", "材料照片", kind="proof"),
            ),
            effects=(on_support,),
        ),
        Act(
            "choose_care_mode",
            "登记供养方式",
            CHECKING,
            by=("case.investigate",),
            fields=(
                Choice("care_mode", "供养方式", required=True, options=CARE_MODES),
                Text("institution", "供养服务机构", required=True, max_length=60, when=COLLECTIVE),
                Photo("photos", "本人（监护人）签字的选择书", kind="care_mode"),
            ),
            effects=(on_mode,),
            help="由本人或监护人自愿选择；完全丧失自理能力的优先集中供养。",
        ),
    )


def _care_acts() -> tuple[Act, ...]:
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
