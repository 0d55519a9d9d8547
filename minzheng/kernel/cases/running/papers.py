"""文书与消息: what each act hands to the family. Numbers and contents are fixed in the act's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.running.telling import tell
from minzheng.kernel.items.publicity import COLUMNS

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

__all__ = ["FIELDS", "issue", "tell"]


def issue(ctx: Ctx, code: str) -> None:
    """Issue the 文书 of an act and note its id in the act. A missing element refuses the whole act, by name."""
    from minzheng.kernel.documents import services
    from minzheng.kernel.documents.catalogue import notices as catalogue
    from minzheng.kernel.documents.errors import DocumentError

    if code not in catalogue.NOTICES or ctx.case.no is None:
        return
    fields = {"basis": _basis(ctx, code), **FIELDS.get(code, _nothing)(ctx)}
    fields |= ctx.values.get("paper", {})
    try:
        document = services.issue(
            code=code,
            case=ctx.case,
            addressee_name=ctx.case.applicant_name,
            fields=fields,
            actor=ctx.actor,
            on=ctx.today,
        )
    except DocumentError as error:
        raise Refused(str(error)) from error
    ctx.note({"document": str(document.pk), "document_code": code})
    ctx.done.save(update_fields=["data"])


def _nothing(ctx: Ctx) -> dict[str, Any]:
    return {}


def _basis(ctx: Ctx, code: str) -> list[str]:
    notice = ctx.item.notices.get(code)
    return [part for part in (notice.basis if notice else ctx.item.law).split("；") if part]


def _phone(ctx: Ctx) -> str:
    return str(ctx.values.get("office_phone") or "12345")


def _reasons(ctx: Ctx) -> list[dict[str, str]]:
    code = ctx.done.reason_code
    rows = [{"code": c, "sentence": s} for c, s in ctx.values.get("reasons", ())]
    if code and not any(row["code"] == code for row in rows):
        rows.insert(0, {"code": code, "sentence": ctx.item.reason_title(code)})
    if ctx.done.opinion:
        rows.append({"code": "", "sentence": ctx.done.opinion})
    return rows


def _calculation(ctx: Ctx) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in ctx.values.get("sheet", ())]


def _accepted(ctx: Ctx) -> dict[str, Any]:
    materials = list(dict.fromkeys(ctx.case.attachments.filter(removed_at=None).values_list("label", flat=True)))
    return {
        "accepted_on": ctx.today,
        "due_on": ctx.case.total_due_on,
        "phone": _phone(ctx),
        "materials": [m for m in materials if m],
        **({"what_next": "本机关将核实您填的情况，能查询到的不用您提供。请您配合，"} if _personal(ctx) else {}),
    }


def _supplement(ctx: Ctx) -> dict[str, Any]:
    return {"missing": ctx.values["missing"], "due_on": ctx.case.due_on, "phone": _phone(ctx)}


def _not_accepted(ctx: Ctx) -> dict[str, Any]:
    return {"facts": ctx.text("facts"), "reasons": _reasons(ctx)}


def _mismatch(ctx: Ctx) -> dict[str, Any]:
    return {
        "findings": ctx.values["findings"],
        "objection_due_on": ctx.values["objection_due_on"],
        "phone": _phone(ctx),
    }


def _publicity(ctx: Ctx) -> dict[str, Any]:
    posted = ctx.values["publicity"]
    row = posted.public_row
    once = {"amount_title": COLUMNS["sum"]} if "sum" in ctx.item.publicity.columns else {}
    return {
        **once,
        "rows": [{"applicant": row["applicant_name"], "persons": row["persons"], "amount_fen": row["amount_fen"]}],
        "place": posted.place,
        "posted_on": posted.posted_on,
        "ends_on": posted.ends_on,
        "phone": _phone(ctx),
    }


#: How an award is given, on the decision: title of the amount, and what stands behind the first month.
GIVEN = {"once": ("一次性发给", "发给，一次付清"), "quota": ("每月服务额度", " 起，每月可用，不发现金")}


def _personal(ctx: Ctx) -> bool:
    """A benefit of one person rests on facts that were verified, not on a family's means."""
    return ctx.item.flow.act("verify_facts") is not None


def _given(ctx: Ctx, cycle: str) -> dict[str, str]:
    title, how = GIVEN.get(cycle, ("", ""))
    words = {"amount_title": title, "given_how": how} if title else {}
    if not _personal(ctx):
        return words
    words["found_by"] = "经核实有关情况"
    if cycle == "once":
        return {**words, "remember": "这笔钱一次发给，不用再办手续。"}
    change = "情况有变化（搬家、户口迁走、等级变化、住进机构、去世等）的，请及时告诉乡镇（街道）。"
    return {**words, "remember": change}


#: What a recognition without money says in the place of an amount.
RECOGNISED = "认定有效，凭此可以申请医疗、教育、住房等专项救助"


def _confirmed(ctx: Ctx) -> dict[str, Any]:
    award = ctx.values["award"]
    recognised = award.amount_fen == 0
    unpaid = recognised or award.cycle == "quota"
    return {
        **_given(ctx, award.cycle),
        **({"recognised": RECOGNISED, "found_by": "经家庭经济状况核对和入户调查"} if recognised else {}),
        "facts": ctx.values["facts"],
        "calculation": _calculation(ctx),
        "phone": _phone(ctx),
        "persons": award.persons,
        "amount_fen": award.amount_fen,
        "first_month": award.first_month,
        "award_no": award.no,
        **({} if unpaid else {"payee": award.payee_name, "account": award.account_no}),
        "next_review_on": award.next_review_on,
        "members": [
            {"name": m.name, "relation": m.relation, "id_no": m.person.id_no if m.person else ""}
            for m in award.members.select_related("person")
        ],
    }


def _rejected(ctx: Ctx) -> dict[str, Any]:
    proposals = [
        {"title": p.title, "why": p.sentence} for p in ctx.values.get("proposals", ()) if p.eligible or p.invite
    ]
    return {
        "facts": ctx.values["facts"],
        "reasons": _reasons(ctx),
        "calculation": _calculation(ctx),
        "next_benefits": proposals,
    }


def _aborted(ctx: Ctx) -> dict[str, Any]:
    return {"facts": ctx.text("facts") or ctx.values.get("facts") or ctx.act.title, "reasons": _reasons(ctx)}


def _month(day: Any) -> str:
    return f"{day.year}年{day.month}月"


def _before(ctx: Ctx) -> Any:
    """The award that the one just granted replaces (adjusted, tapered); the award itself where none was granted."""
    new = ctx.values["award"]
    return ctx.case.awards.exclude(pk=new.pk).order_by("-decided_on", "-pk").first() or new


def _adjusted(ctx: Ctx) -> dict[str, Any]:
    award = ctx.values["award"]
    return {
        "facts": ctx.values["facts"],
        "reasons": _plain_reasons(ctx),
        "calculation": _calculation(ctx),
        "old_amount_fen": _before(ctx).amount_fen,
        "amount_fen": award.amount_fen,
        "from_month": ctx.values["month"],
        "persons": award.persons,
        "next_review_on": award.next_review_on,
        "phone": _phone(ctx),
    }


def _plain_reasons(ctx: Ctx) -> list[dict[str, str]]:
    """Only what the clerk wrote: an answer's reasons speak of refusal, not of adjustment."""
    return [{"code": "", "sentence": ctx.done.opinion}] if ctx.done.opinion else []


def _stopped(ctx: Ctx) -> dict[str, Any]:
    award = ctx.case.awards.order_by("-decided_on", "-pk").first()
    if award is None:
        return {}
    month = ctx.values["month"]
    died = ctx.text("died_on")
    sheet: list[Any] = _calculation(ctx) or [
        {"label": "原月保障金额", "value_fen": award.amount_fen},
        {"label": "最后发放的月份", "value": _month(award.last_month or ctx.today)},
        {"label": "停发的月份", "value": _month(month)},
    ]
    facts = f"保障对象{ctx.text('member_name')}于{died}死亡，家中没有其他保障对象。" if died else ctx.done.opinion
    reasons = [{"code": "", "sentence": "保障对象死亡，自死亡的次月起停发。"}] if died else _reasons(ctx)
    return {
        "facts": facts,
        "reasons": reasons,
        "calculation": sheet,
        "old_amount_fen": award.amount_fen,
        "stop_month": month,
        "last_month": award.last_month or ctx.today,
        "phone": _phone(ctx),
    }


def _tapered(ctx: Ctx) -> dict[str, Any]:
    """From next month, for as many months as the county's rule says."""
    from minzheng.kernel.months import month_after

    award, taper = ctx.values["award"], ctx.answer.taper
    first = month_after(ctx.today, 1)
    months = taper.months if taper else 1
    return {
        "facts": ctx.values.get("facts") or ctx.done.opinion,
        "reasons": _reasons(ctx),
        "calculation": _calculation(ctx),
        "old_amount_fen": _before(ctx).amount_fen,
        "amount_fen": award.amount_fen,
        "from_month": first,
        "to_month": month_after(first, months - 1),
        "months": months,
        "phone": _phone(ctx),
    }


def _extended(ctx: Ctx) -> dict[str, Any]:
    """The new limit stands in the case by now; the old one is the last limit that an earlier act was given."""
    return {
        "reasons": _plain_reasons(ctx),
        "old_due_on": ctx.values.get("old_due_on") or ctx.case.total_due_on,
        "due_on": ctx.case.total_due_on,
        "phone": _phone(ctx),
    }


def _suspended(ctx: Ctx) -> dict[str, Any]:
    from minzheng.kernel.months import month_after

    award = ctx.values["award"]
    return {
        "facts": ctx.done.opinion,
        "reasons": _plain_reasons(ctx),
        "amount_fen": award.amount_fen,
        "from_month": ctx.values.get("month") or month_after(ctx.today, 1),
        "to_do": ctx.values.get("to_do") or ["请带身份证到乡镇（街道）民政窗口说明情况；行动不便的，打电话预约上门"],
        "phone": _phone(ctx),
    }


def _resumed(ctx: Ctx) -> dict[str, Any]:
    from minzheng.kernel.months import month_after

    award = ctx.values["award"]
    return {
        "reasons": _plain_reasons(ctx),
        "amount_fen": award.amount_fen,
        "from_month": ctx.values.get("month") or month_after(ctx.today, 1),
        "back_pay": ctx.values.get("back_pay") or "暂停期间仍符合条件的月份，核实后补发",
        "phone": _phone(ctx),
    }


FIELDS: dict[str, Callable[[Ctx], dict[str, Any]]] = {
    "N01": _accepted,
    "N02": _supplement,
    "N03": _not_accepted,
    "N04": _mismatch,
    "N05": _publicity,
    "N06": _confirmed,
    "N07": _rejected,
    "N08": _adjusted,
    "N09": _stopped,
    "N12": _tapered,
    "N14": _aborted,
    "G01": _extended,
    "G02": _suspended,
    "G03": _resumed,
}
