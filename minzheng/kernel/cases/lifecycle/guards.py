"""办理条件 (reference §1.5): each says "" or one sentence with what is missing and what to do."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases.deadlines.served import mismatch_due
from minzheng.kernel.cases.drafting.members import adult, claimants, consenting
from minzheng.kernel.cases.flow import guard
from minzheng.kernel.cases.running import reports

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import CaseMember, Consent, Evidence
    from minzheng.kernel.cases.running.context import Ctx

# ---- family and consents ----


def valid_consent(ctx: Ctx, member: CaseMember) -> Consent | None:
    """The member's own signed N16 that is in force today."""
    for consent in ctx.consents:
        if consent.member_id == member.pk and consent.revoked_at is None and consent.valid_until >= ctx.today:
            return consent
    return None


def without_consent(ctx: Ctx, on: datetime.date) -> list[CaseMember]:
    """Members whose consent was needed on that day and who have no valid one today."""
    return [m for m in consenting(ctx.case, ctx.members, on) if valid_consent(ctx, m) is None]


def _consent_sentence(missing: list[CaseMember]) -> str:
    names = "、".join(m.name for m in missing)
    if missing and not adult(missing[0], clock.today()):
        return f"还缺{names}的监护人签署的核对授权（N16）：请监护人在纸上签好后拍照，选“监护人代签”。"
    return f"还缺成年家庭成员{names}的核对授权（N16），请本人签署，或由监护人代签、纸质签署后拍照。" if missing else ""


@guard("consents")
def consents_complete(ctx: Ctx) -> str:
    """Of those who were adults on the day of acceptance: a birthday since then does not hold the decision up."""
    return _consent_sentence(without_consent(ctx, ctx.case.event_date or ctx.today))


@guard("consents_today")
def consents_for_query(ctx: Ctx) -> str:
    """A new query needs the consent of everybody who is an adult today."""
    return _consent_sentence(without_consent(ctx, ctx.today))


@guard("composition")
def composition_complete(ctx: Ctx) -> str:
    if not ctx.counted:
        return "家庭成员还没有登记，或没有一人计入共同生活的家庭成员，请先补充。"
    if not claimants(ctx.case, ctx.members):
        return "单独申请的那一位不计入共同生活的家庭成员，不能从这个家庭单独申请；请改为全家申请，或由本人另行申请。"
    bare = [m.name or f"第 {m.seq} 位" for m in ctx.counted if not (m.name and m.birth_date and m.relation)]
    return f"{'、'.join(bare)}的姓名、身份证号码或关系不完整，请补全家庭成员信息。" if bare else ""


@guard("this_authority")
def this_authority(ctx: Ctx) -> str:
    """Reference 1.2.4: somebody's household registration, or a residence permit where opened."""
    place = (ctx.case.form.get("applicant") or {}).get("hukou")
    if place == "away":
        return "全家户口都不在本县（区），也没有居住证，不属于本地受理范围，请办理“不予受理”并告知户口所在地。"
    if place == "permit" and not ctx.params_today.permit_accepted:
        return "当地没有开放凭居住证申请，应由户口所在地受理：请办理“不予受理”，告知户口所在地的受理机关。"
    return ""


# ---- investigation ----


@guard("match_report")
def match_current(ctx: Ctx) -> str:
    report = _report_or_manual(ctx)
    waiting = next((e for e in ctx.evidence("match_request") if e.closed_at is None), None)
    if waiting is not None and (report is None or report.at < waiting.at):
        return str(waiting.data["sentence"])
    if report is None:
        return "还没有核对报告，请先发起信息核对。"
    if taken_back := _taken_back(ctx, report):
        return f"{'、'.join(taken_back)}撤回了核对授权，核对报告作废：本人重新签署以后再核对，不同意的办理终止审核。"
    silent = report.data.get("missing_sources") or []
    if silent:
        return f"{'、'.join(silent)}没有答复：请先“挂起”，恢复后重新核对，或登记人工取证；不能因此作不利决定。"
    if report.valid_until and report.valid_until < ctx.today:
        return f"核对报告已于 {report.valid_until:%Y-%m-%d} 过期，请重新核对。"
    covered = set(report.data.get("composition") or [])
    new = [m.name for m in ctx.counted if str(m.pk) not in covered]
    return f"核对报告没有包括{'、'.join(new)}，请重新核对。" if new else ""


def _taken_back(ctx: Ctx, report: Evidence) -> list[str]:
    """Whose consent the report rests on and who took it back without signing again (reference §2.4: VOID)."""
    rested = set(report.data.get("consents") or {})
    revoked = {c.member_id for c in ctx.consents if c.revoked_at is not None}
    return [
        m.name for m in ctx.counted if str(m.pk) in rested & {str(pk) for pk in revoked} and not valid_consent(ctx, m)
    ]


def _report_or_manual(ctx: Ctx) -> Evidence | None:
    """The newest report, or what was found by hand since, where a department could not answer (registries.md §10.11-9)."""
    report, manual = ctx.latest("match_report"), ctx.latest("manual_check")
    if manual is not None and (report is None or manual.at >= report.at):
        return manual
    return report


def open_differences(ctx: Ctx) -> list[str]:
    """Labels of differences of the newest report that must be explained and have no judgement yet, and of doubtful hits
    that nobody has decided about."""
    report = ctx.latest("match_report")
    if report is None:
        return []
    judged = reports.judged(report, ctx.evidence(reports.JUDGEMENT))
    found = report.data.get("differences", [])
    left = [d["label"] for d in found if d.get("needs_explanation") and d["key"] not in judged]
    return left + [h["label"] for h in reports.waiting_hits(report, ctx.evidence(reports.REVIEW))]


@guard("differences_judged")
def differences_judged(ctx: Ctx) -> str:
    left = open_differences(ctx)
    return f"核对差异还没有逐项认定：{'；'.join(left)}。请逐项选定采用的数额并写明理由。" if left else ""


def signed_visit(ctx: Ctx) -> bool:
    start = ctx.last_act("accept", "return_case", "open_recheck")
    for visit in ctx.evidence("visit"):
        if start and visit.at < start.at and not visit.data.get("from_case"):
            continue
        if len(signers(ctx, visit)) >= 2 and visit.data.get("member_present"):
            return True
    return False


def signers(ctx: Ctx, visit: object) -> set[str]:
    """Names of investigators who signed: in the system with their own account, or on paper with a photo of it."""
    data, pk = visit.data, str(visit.pk)  # type: ignore[attr-defined]
    signed = {i["name"] for i in data.get("investigators", []) if i.get("signed")}
    return signed | {a.actor_name for a in ctx.acts if a.code == "cosign_visit" and a.data.get("visit") == pk}


@guard("visit")
def visit_signed(ctx: Ctx) -> str:
    if not ctx.evidence("visit"):
        return "还没有入户调查记录，请先完成入户调查。"
    if not signed_visit(ctx):
        return "入户调查要由两名以上调查人签字、并有家庭成员在场；请第二名调查人签字，或上传其纸质签名照片。"
    return ""


@guard("warned")
def warned_or_told(ctx: Ctx) -> str:
    if ctx.case.state in ("SUBMITTED", "SUPPLEMENT"):
        told = ctx.since_last(("submit",), "ask_supplement")
        return "" if told else "终止审核前要先一次性告知补正（N02），家庭仍拒绝配合的才能终止。"
    if ctx.evidence("warning") or any(c.revoked_at for c in ctx.consents):
        return ""
    return "终止审核前要先书面警告并记录，家庭仍拒绝配合的才能终止。"


@guard("clock_running")
def clock_running(ctx: Ctx) -> str:
    """What an expert or a department is still asked about is not decided over their head."""
    from minzheng.kernel.cases.running.evidence import is_open

    if is_open(ctx, "assessment_sent"):
        return "鉴定、评估还没有结果，请先登记结果。"
    if is_open(ctx, "hang"):
        return "这个办件因部门数据暂不可得而挂起，请先恢复办理（接口已恢复，或登记人工取证）。"
    return ""


# ---- opinion and publicity ----


def opinion_current(ctx: Ctx) -> bool:
    """There is an opinion, and it is younger than the last return and the last finished objection."""
    return ctx.since_last(("accept", "return_case", "finish_objection"), "opinion")


def agreed(ctx: Ctx) -> bool:
    last = ctx.last_act("opinion")
    return bool(last and last.data.get("conclusion") == "agree")


@guard("opinion_due")
def opinion_due(ctx: Ctx) -> str:
    if ctx.case.state == "INITIAL_OPINION" and opinion_current(ctx):
        return "初审意见已经提出，请办理公示（拟同意）或上报（拟不同意）。"
    return ""


@guard("opinion_supported", needs_data=True)
def opinion_supported(ctx: Ctx) -> str:
    """The conclusion must follow from the computed sheet; a negative one needs its reason code."""
    if ctx.data.get("conclusion") == "agree":
        if ctx.answer.eligible:
            return ""
        return "按核定情况测算不符合条件（" + "；".join(s for _, s in ctx.answer.reasons) + "），不能提出“拟同意”。"
    code = ctx.text("reason_code")
    if not code:
        return "提出“拟不同意”要选择理由代码。"
    return reason_holds(ctx, code)


COMPUTED = ("R01", "R02", "R04", "R07")  # reasons that the sheet itself must show


def reason_holds(ctx: Ctx, code: str) -> str:
    """Income, property, residence and 特困 must be shown by the computed sheet; other reasons rest on their facts."""
    if code in COMPUTED and code not in {c for c, _ in ctx.answer.reasons}:
        return f"按核定情况测算，没有出现“{ctx.item.reason_title(code)}”，请核对核定数额或改选理由。"
    return ""


@guard("mismatch_period", needs_data=True)
def mismatch_period_over(ctx: Ctx) -> str:
    """A check that failed goes against the family only after N04 and its objection period (reference §1.4.1)."""
    report = ctx.latest("match_report")
    negative = ctx.data.get("conclusion") == "disagree" and ctx.text("reason_code") in ("R01", "R02", "R05")
    if not negative or report is None or not report.data.get("differences"):
        return ""
    told = ctx.latest("mismatch")
    if told is None or told.at < report.at:
        return "核对结果与申报不符，要先送达核对情况告知书（N04），异议期满才能提出“拟不同意”。"
    if any(e.closed_at is None for e in ctx.evidence("match_objection")):
        return "家庭对核对结果提出的异议还没有复查完，请先完成复查。"
    due = mismatch_due(ctx.case, told, ctx.params)
    return "" if ctx.today > due else f"核对异议期到 {due} 才满，期满后才能提出“拟不同意”。"


@guard("objection_settled")
def match_objections_settled(ctx: Ctx) -> str:
    """Time stops while the family's objection to a finding is open."""
    return (
        "家庭对核对结果提出的异议还没有复查完，请先完成复查。"
        if any(e.closed_at is None for e in ctx.evidence("match_objection"))
        else ""
    )


def spared_publicity(ctx: Ctx) -> bool:
    """Whether the item's rule keeps this case off the notice board: children are not shown (reference §0.8)."""
    if not ctx.item.publicity.spares_minors:
        return False
    asking = claimants(ctx.case, ctx.members)
    return bool(asking) and not any(adult(m, ctx.today) for m in asking)


@guard("positive")
def opinion_positive(ctx: Ctx) -> str:
    if not opinion_current(ctx):
        return "还没有（新的）初审意见，请乡镇负责人先签署意见。"
    if spared_publicity(ctx):
        return "享受待遇的人是未成年人，依规定不公示，请直接上报。"
    return "" if agreed(ctx) else "初审意见是“拟不同意”，不公示，请直接上报。"


@guard("negative")
def opinion_negative(ctx: Ctx) -> str:
    if not opinion_current(ctx):
        return "还没有（新的）初审意见，请乡镇负责人先签署意见。"
    return "初审意见是“拟同意”，请先公示。" if agreed(ctx) and not spared_publicity(ctx) else ""


@guard("in_time")
def objection_in_time(ctx: Ctx) -> str:
    """The seventh day counts to its last minute; afterwards it is a complaint, not an objection."""
    posted = ctx.case.publicities.order_by("-posted_on", "-id").first()
    if posted is None:
        return "这个办件没有在公示。"
    if ctx.today > posted.ends_on:
        return f"公示期已于 {posted.ends_on:%Y-%m-%d} 结束，不能再作为公示异议；请办理“登记公示期满后的异议”。"
    return ""


@guard("publicity_over")
def publicity_over(ctx: Ctx) -> str:
    posted = ctx.case.publicities.order_by("-posted_on", "-id").first()
    if posted is None:
        return "还没有张榜公示。"
    if ctx.today <= posted.ends_on:
        return f"公示到 {posted.ends_on:%Y-%m-%d} 当日结束才满，次日起可以结束公示。"
    return ""


@guard("publicity_photo")
def publicity_photo(ctx: Ctx) -> str:
    posted = ctx.case.publicities.order_by("-posted_on", "-id").first()
    return "" if posted is None or posted.evidence_attachment_id else "缺少张榜时的照片，请补传。"


@guard("no_open_objection")
def no_open_objection(ctx: Ctx) -> str:
    return "公示异议还没有复查完，不能结束公示。" if any(e.closed_at is None for e in ctx.evidence("objection")) else ""


@guard("council", needs_data=True)
def council_lawful(ctx: Ctx) -> str:
    """民主评议: enough people, an odd number, villagers and committee in proportion, more than half agree or not."""
    if ctx.data.get("method", "council") != "council":
        return ""
    people, villagers = int(ctx.data.get("people") or 0), int(ctx.data.get("villagers") or 0)
    committee, votes = int(ctx.data.get("committee") or 0), int(ctx.data.get("votes_for") or 0)
    p = ctx.params
    if people < p.council_min or people % 2 == 0:
        return f"民主评议到会人数应不少于 {p.council_min} 人且为单数，现在是 {people} 人。"
    (a, b), (c, d) = p.council_villager_share, p.council_committee_share
    if villagers * b < people * a:
        return f"居民代表应不少于到会人数的 {b} 分之 {a}，现在是 {villagers} 人。"
    if committee * d > people * c:
        return f"村（居）委会成员应不超过到会人数的 {d} 分之 {c}，现在是 {committee} 人。"
    return "赞成人数不能超过到会人数。" if votes > people else ""
