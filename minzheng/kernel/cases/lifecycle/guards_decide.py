"""审核确认的条件 (reference §1.5 APPROVED, REJECTED): who may decide, on what, and what must be settled first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel.cases.flow import guard
from minzheng.kernel.cases.lifecycle.guards import agreed, reason_holds, spared_publicity

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx


@guard("level")
def confirming_level(ctx: Ctx) -> str:
    """县级审核确认 by the county; 乡镇确认 only where and since it was delegated."""
    from minzheng.kernel.regions import codes

    if ctx.assignment is None:
        return ""
    level = codes.level(ctx.assignment.region_code)
    if ctx.case.state == "REVIEW" and level > 3:
        return "这里的审核确认权没有下放，应由县级民政部门审核确认。"
    if ctx.case.state == "TOWN_CONFIRM" and not ctx.params_today.delegated:
        return "这里的审核确认权已经收回，这个办件转由县级审核确认。"
    if ctx.case.state == "TOWN_CONFIRM" and level < 4:
        return "这里的审核确认权已下放，应由乡镇（街道）集体研究后确认。"
    return ""


@guard("once_returned")
def not_returned_yet(ctx: Ctx) -> str:
    return "这个办件已经退回过一次，不能再退回；请作出决定。" if ctx.last_act("return_case") else ""


@guard("county_visit")
def county_visited(ctx: Ctx) -> str:
    start = ctx.last_act("accept", "return_case", "late_objection")
    done = [e for e in ctx.evidence("county_visit") if start is None or e.at >= start.at]
    if ctx.case.needs_county_visit and not done:
        return "该户有近亲属备案或投诉，须先由县级两人以上入户，再作决定。"
    return ""


@guard("meeting")
def meeting_minuted(ctx: Ctx) -> str:
    if ctx.case.state == "TOWN_CONFIRM" and not ctx.evidence("meeting"):
        return "乡镇确认须集体研究：请先上传联审联批会议记录。"
    return ""


@guard("publicised")
def publicised(ctx: Ctx) -> str:
    if ctx.since_last(("opinion",), "publicity_end"):
        return ""
    if spared_publicity(ctx):
        return "" if agreed(ctx) else "初审意见是“拟不同意”，不能确认同意；如认为应当同意，请退回重新调查。"
    return "没有经过“拟同意”的公示，不能确认同意；如认为应当同意，请退回重新调查、公示。"


@guard("eligible")
def rules_say_eligible(ctx: Ctx) -> str:
    if ctx.answer.eligible:
        return ""
    return "按核定情况测算不符合条件：" + "；".join(s for _, s in ctx.answer.reasons) + "。"


@guard("single_person")
def single_person_proven(ctx: Ctx) -> str:
    """Whoever applies alone must belong to a family proven to be 低保边缘 (reference §1.5)."""
    if ctx.answer.covered is None or ctx.answer.proof:
        return ""
    names = "、".join(ctx.counted[place - 1].name for place in ctx.answer.covered)
    why = "；".join(s for _, s in ctx.answer.reasons)
    return f"{names}是单独申请（单人户），要先证明家庭是低保边缘家庭：{why}。"


@guard("facts_unchanged")
def facts_unchanged(ctx: Ctx) -> str:
    """What the village saw is what is decided; only a death since then may change it (reference §1.14 case 18)."""
    last = ctx.latest("assessment")
    if last is None:
        return "没有核算结果，请退回提出初审意见。"
    if ctx.since_last(("opinion",), "member_died") or last.data.get("facts_sha") == ctx.answer.evidence.get(
        "facts_sha"
    ):
        return ""
    return "公示以后核定情况有变化，公示的金额已不准确，请退回重新提出初审意见并公示。"


@guard("alive_and_free")
def death_and_custody_clean(ctx: Ctx) -> str:
    """The dead and the imprisoned do not count (57号第6条): a hit must be settled before the decision."""
    from minzheng.kernel.subjects.models import Person

    counted = {m.pk: m for m in ctx.counted}
    dead = set(
        Person.objects.filter(
            pk__in=[m.person_id for m in counted.values() if m.person_id], death_date__isnull=False
        ).values_list("pk", flat=True)
    )
    names = [m.name for m in counted.values() if m.person_id in dead]
    report = ctx.latest("match_report")
    hits = report.data.get("alarms", []) if report else []
    judged = {e.data.get("key") for e in ctx.evidence("judgement")}
    open_hits = [h["sentence"] for h in hits if int(h["member"]) in counted and h["key"] not in judged]
    if names:
        open_hits.append(f"{'、'.join(names)}已登记死亡，请先办理“登记成员死亡”")
    return "死亡、服刑等情况还没有核实：" + "；".join(open_hits) + "。" if open_hits else ""


@guard("payee_alive")
def payee_alive(ctx: Ctx) -> str:
    """The dead are not paid: after a death the account must be another one."""
    dead = {m.name for m in ctx.members if m.exclude_reason == "已死亡"}
    holder = (ctx.case.form.get("account") or {}).get("holder") or ""
    return f"发放账户的户名{holder}已死亡，请先办理“更换发放账户”。" if holder in dead else ""


@guard("not_tekun")
def not_in_tekun(ctx: Ctx) -> str:
    from minzheng.kernel.awards.models import AwardMember

    people = [m.person_id for m in ctx.counted if m.person_id]
    names = AwardMember.objects.filter(
        person_id__in=people, award__item_code="assistance.tekun", award__state="active"
    ).values_list("name", flat=True)
    return f"{'、'.join(names)}正在享受特困供养，不能同时享受，请先核实人口（理由代码 R07）。" if names else ""


@guard("reason_holds", needs_data=True)
def refusal_reasoned(ctx: Ctx) -> str:
    return reason_holds(ctx, ctx.text("reason_code"))
