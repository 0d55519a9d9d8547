"""申请与受理: from the draft to 已受理, 待补正, 不予受理, 撤回, 终止 (reference §1.4 steps 1–3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel.cases.drafting import consents, drafts, members
from minzheng.kernel.cases.flow import CITIZEN, SYSTEM_ONLY, Act, guard
from minzheng.kernel.cases.lifecycle import changes as lifecycle_changes
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.objections import answering
from minzheng.kernel.cases.states import BEFORE_DECISION
from minzheng.kernel.parts.fields import Choice, LongText, Photo, Text, Tick, When, YesNo

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

PROMISE = "以上情况属实；我知道虚报、隐瞒要退回已领的钱并依法承担责任"
# What may be demanded: papers that no office can look up (57号第10条).
PAPERS = (
    ("consent", "成年家人签署的核对授权书（N16）"),
    ("property", "家庭财产情况的说明"),
    ("income", "部门查不到的收入证明"),
    ("support", "赡养、抚养、扶养协议或判决书"),
    ("account", "发放账户的卡面照片"),
    ("other", "其他（在下面写明）"),
)


def on_accept(ctx: Ctx) -> None:
    """受理: composition of this day is frozen, every member gets a file, relatives on the staff are put on record."""
    from minzheng.kernel.cases.errors import Refused
    from minzheng.kernel.subjects.errors import SubjectError

    case = ctx.case
    members.decide_composition(ctx)
    try:
        members.link_people(ctx)
    except SubjectError as error:
        raise Refused(str(error)) from error
    case.event_date, case.accepted_at, case.item_version = ctx.today, ctx.now, ctx.item.since
    consents.file_slips(ctx)
    declared = case.form.get("property") or {}
    if declared.get("near_relative"):
        lifecycle_changes.register_relative(ctx, declared.get("near_relative_detail") or "申请人申报")
    if ctx.data.get("near_relative"):
        lifecycle_changes.register_relative(ctx, ctx.text("relative_detail"), ctx.text("relative_username"))


def on_ask(ctx: Ctx) -> None:
    titles = dict(PAPERS)
    how = ctx.text("how") or "拍照从手机上传，或送到受理窗口"
    rows = [{"name": titles[code], "how": how} for code in ctx.data.get("papers") or [] if code != "other"]
    rows += [{"name": line.strip(), "how": how} for line in ctx.text("others").splitlines() if line.strip()]
    ctx.values["missing"] = rows
    ctx.note({"missing": rows})


def on_timeout(ctx: Ctx) -> None:
    ctx.values["facts"] = f"一次性告知补正后，到 {ctx.case.due_on:%Y-%m-%d} 仍未补齐材料。"
    ctx.values["reasons"] = [("", "超过补正期限未补齐材料，视为撤回；材料齐全后可以重新申请。")]


@guard("first_n02")
def first_n02(ctx: Ctx) -> str:
    if ctx.since_last(("submit",), "ask_supplement"):
        return "一次申请只能一次性告知补正一次，已经告知过；请受理，或说明理由不予受理、终止审核。"
    return ""


@guard("something_missing", needs_data=True)
def something_missing(ctx: Ctx) -> str:
    if "other" in (ctx.data.get("papers") or []) and not ctx.text("others").strip():
        return "选了“其他”，请在“其他材料”里逐行写明。"
    return "" if ctx.data.get("papers") or ctx.text("others").strip() else "请选出或写明缺少的材料，一次说全。"


@guard("overdue")
def supplement_overdue(ctx: Ctx) -> str:
    due = ctx.case.due_on
    return "" if due and ctx.today > due else f"补正期限到 {due} 才满。"


def acts(reasons: tuple[tuple[str, str], ...]) -> tuple[Act, ...]:
    """`reasons`: the item's reason codes."""
    facts = LongText("facts", "事实", required=True, help="写清查明的情况，会印在告知书上。")
    reason = Choice("reason_code", "理由", required=True, options=reasons, radio_up_to=0)
    opinion = LongText("opinion", "意见")
    return (
        Act(
            "submit",
            "提交申请",
            ("DRAFT",),
            ("SUBMITTED",),
            by=(CITIZEN, "case.create"),
            tone="primary",
            guards=(
                drafts.form_complete,
                drafts.applicant_is_self,
                guards.composition_complete,
                guards.consents_complete,
                drafts.mandate_given,
                drafts.one_open_case,
            ),
            fields=(Tick("promise", PROMISE, required=True), Photo("mandate", "委托书照片", kind="mandate")),
            effects=(drafts.enter,),
        ),
        Act(
            "resubmit",
            "补齐后重新提交",
            ("SUPPLEMENT",),
            ("SUBMITTED",),
            by=(CITIZEN, "case.create", "case.accept"),
            tone="primary",
            guards=(drafts.form_complete, guards.composition_complete),
        ),
        Act(
            "accept",
            "受理",
            ("SUBMITTED",),
            ("ACCEPTED",),
            by=("case.accept",),
            tone="primary",
            notice="N01",
            guards=(
                guards.composition_complete,
                guards.consents_complete,
                guards.this_authority,
                drafts.mandate_settled,
            ),
            fields=(
                YesNo(
                    "near_relative",
                    "申请人是否为经办人员或村（居）干部的近亲属",
                    help="家庭申报的会自动备案，这里登记窗口另外了解到的。",
                ),
                *(_only_if(f, "near_relative") for f in lifecycle_changes.RELATIVE),
                opinion,
            ),
            effects=(on_accept,),
        ),
        Act(
            "ask_supplement",
            "一次性告知补正",
            ("SUBMITTED",),
            ("SUPPLEMENT",),
            by=("case.accept",),
            notice="N02",
            guards=(first_n02, something_missing),
            fields=(
                Choice("papers", "缺少的材料", options=PAPERS, many=True),
                LongText("others", "其他材料（每行一项）"),
                LongText("how", "怎样补", help="不写的，按“拍照上传或送到窗口”告知。"),
            ),
            effects=(on_ask,),
        ),
        Act(
            "supplement_timeout",
            "补正逾期",
            ("SUPPLEMENT",),
            ("WITHDRAWN",),
            by=(SYSTEM_ONLY,),
            notice="N14",
            guards=(supplement_overdue,),
            effects=(on_timeout,),
        ),
        Act(
            "refuse",
            "不予受理",
            ("SUBMITTED",),
            ("NOT_ACCEPTED",),
            by=("case.accept",),
            notice="N03",
            fields=(reason, facts, opinion),
            tone="danger",
        ),
        Act(
            "abort",
            "终止审核（拒不配合）",
            ("SUBMITTED", "SUPPLEMENT", "ACCEPTED", "INVESTIGATING"),
            ("ABORTED",),
            by=("case.accept", "case.investigate"),
            notice="N14",
            guards=(guards.warned_or_told,),
            tone="danger",
            fields=(
                Choice("reason_code", "理由", required=True, options=tuple(r for r in reasons if r[0] == "R06")),
                facts,
                opinion,
            ),
        ),
        Act(
            "withdraw",
            "撤回申请",
            BEFORE_DECISION,
            ("WITHDRAWN",),
            by=(CITIZEN, "case.accept"),
            tone="danger",
            effects=(answering.tell_outcome,),
            fields=(
                LongText("opinion", "撤回的原因"),
                Photo("request", "申请人签字的撤回申请（窗口办理时）", kind="withdrawal"),
            ),
        ),
    )


def _only_if(field: Text, other: str) -> Text:
    from dataclasses import replace

    return replace(field, when=When(other, (True,)))
