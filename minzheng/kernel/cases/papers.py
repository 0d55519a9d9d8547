"""文书与消息: what each act hands to the family. Numbers and contents are fixed in the act's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minzheng.kernel.cases.errors import Refused

if TYPE_CHECKING:
    from minzheng.kernel.cases.context import Ctx

# Notices whose form the document service does not print yet go out as messages only.


def issue(ctx: Ctx, code: str) -> None:
    """Issue the 文书 of an act and note its id in the act. A missing element refuses the whole act, by name."""
    from minzheng.kernel.documents import catalogue, services
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
    return {
        "rows": [{"applicant": row["applicant_name"], "persons": row["persons"], "amount_fen": row["amount_fen"]}],
        "place": posted.place,
        "posted_on": posted.posted_on,
        "ends_on": posted.ends_on,
        "phone": _phone(ctx),
    }


def _confirmed(ctx: Ctx) -> dict[str, Any]:
    award = ctx.values["award"]
    return {
        "facts": ctx.values["facts"],
        "calculation": _calculation(ctx),
        "phone": _phone(ctx),
        "persons": award.persons,
        "amount_fen": award.amount_fen,
        "first_month": award.first_month,
        "award_no": award.no,
        "payee": award.payee_name,
        "account": award.account_no,
        "next_review_on": award.next_review_on,
        "members": [
            {"name": m.name, "relation": m.relation, "id_no": m.person.id_no if m.person else ""}
            for m in award.members.select_related("person")
        ],
    }


def _rejected(ctx: Ctx) -> dict[str, Any]:
    proposals = [{"title": p.title, "why": p.sentence} for p in ctx.values.get("proposals", ()) if p.eligible]
    return {
        "facts": ctx.values["facts"],
        "reasons": _reasons(ctx),
        "calculation": _calculation(ctx),
        "next_benefits": proposals,
    }


def _aborted(ctx: Ctx) -> dict[str, Any]:
    return {"facts": ctx.text("facts") or ctx.values.get("facts") or ctx.act.title, "reasons": _reasons(ctx)}


FIELDS: dict[str, Callable[[Ctx], dict[str, Any]]] = {
    "N01": _accepted,
    "N02": _supplement,
    "N03": _not_accepted,
    "N04": _mismatch,
    "N05": _publicity,
    "N06": _confirmed,
    "N07": _rejected,
    "N14": _aborted,
}

# Act → the sentence the applicant receives. {no} {item} {due} {amount} {month} are filled in.
MESSAGES = {
    "submit": "您的{item}申请已提交，编号{no}。凭编号和身份证后四位可以查询进度。",
    "accept": "您的{item}申请（{no}）已受理，最迟{total}前办结，接下来会核对收入财产并入户调查。",
    "ask_supplement": "您的{item}申请（{no}）还需补充材料，请在{due}前补齐，具体见补正告知书。",
    "supplement_timeout": "您的{item}申请（{no}）超过补正期限，已终止审核；材料齐全后可以重新申请。",
    "refuse": "您的{item}申请（{no}）不予受理，原因和救济途径见告知书。",
    "notify_mismatch": "您的{item}申请（{no}）核对结果与申报不一致，请查看告知书；有异议请在{objection_due}前提出。",
    "post": "您的{item}申请（{no}）已开始公示，公示到{ends_on}。",
    "approve": "您的{item}申请（{no}）已确认同意，每月{amount}元，自{month}起发放。",
    "reject": "您的{item}申请（{no}）未通过，原因、计算和救济途径见告知书{next}。",
    "abort": "您的{item}申请（{no}）已终止审核，原因见告知书。",
    "start_payment": "您的{item}（{no}）本月起发放，每月{amount}元，请留意账户到账。",
    "adjust": "您的{item}（{no}）金额调整为每月{amount}元，自{month}起执行。",
    "stop": "您的{item}（{no}）自{month}起停止发放，原因见告知书。",
    "member_died_in_pay": "您家{item}（{no}）已登记成员死亡，将按现有人口重新核算。",
    "suspend": "您的{item}（{no}）已暂停发放，请联系乡镇（街道）民政窗口。",
}


def tell(ctx: Ctx) -> None:
    """Queue the message of this act to the applicant (SMS and in-app), in the same transaction."""
    template = MESSAGES.get(ctx.act.code)
    person = ctx.case.applicant
    if template is None or person is None:
        return
    from minzheng.kernel.notices import services as notices

    body = template.format(**_words(ctx))
    for channel in ("inapp", "sms"):
        if channel == "inapp" or person.phone:
            notices.send(case=ctx.case, person=person, channel=channel, body=body)


def _words(ctx: Ctx) -> dict[str, str]:
    from minzheng.kernel.parts.fields import yuan_text

    case, values = ctx.case, ctx.values
    award = values.get("award")
    month = values.get("month") or (award.first_month if award else None)
    proposed = any(p.eligible for p in values.get("proposals", ()))
    return {
        "no": case.no or "",
        "item": ctx.item.short,
        "due": _day(case.due_on),
        "total": _day(case.total_due_on),
        "objection_due": _day(values.get("objection_due_on")),
        "ends_on": _day(getattr(values.get("publicity"), "ends_on", None)),
        "amount": yuan_text(award.amount_fen) if award else "",
        "month": f"{month.year}年{month.month}月" if month else "",
        "next": "；您可能符合其他救助条件，可在“我的申请”里一键转办" if proposed else "",
    }


def _day(day: Any) -> str:
    return f"{day.month}月{day.day}日" if day else ""
