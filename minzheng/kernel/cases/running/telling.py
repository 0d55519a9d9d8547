"""消息: the sentence that each act sends to the applicant, in the act's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

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
    "reprice": "您的{item}（{no}）{told}",
    "stop": "您的{item}（{no}）自{month}起停止发放，原因见告知书。",
    "member_died_in_pay": "您家{item}（{no}）已登记成员死亡，将按现有人口重新核算。",
    "suspend": "您的{item}（{no}）已暂停发放，原因和恢复办法见告知书，请联系乡镇（街道）民政窗口。",
    "resume": "您的{item}（{no}）已恢复发放，暂停月份怎样处理见告知书。",
    "taper": "您的{item}（{no}）进入渐退期，期满后停发，每月金额和月份见告知书。",
    "confirm_clawback": "您家{item}（{no}）多发的款项需要退回{claim}元，怎样退、不服怎么办见通知书。",
    "settle_clawback": "您对{item}（{no}）追回款项提出的异议已复查：{settled}。",
    "notify_penalty": "关于{item}（{no}）的行政处罚事先告知书已制发，您有权陈述、申辩和要求听证，期限见告知书。",
    "penalise": "关于{item}（{no}）的行政处罚决定书已制发，缴款办法和救济途径见决定书。",
    "refer": "经您同意，{item}（{no}）的有关情况已转介{to_agency}，联系方式见转介告知单。",
    "advance": "您的{item}申请（{no}）已先行救助{amount}元，请尽快配合补办手续，其余的审批后再给。",
    "expire": "您的{item}（{no}）已到期。仍有困难的，可以重新申请。",
    "extend": "您的{item}申请（{no}）情况特殊，办理期限延长到{total}，原因见告知书。",
}
# The same where nothing is paid (低保边缘, 刚性支出困难): a recognition.
RECOGNISED = {
    "approve": "您的{item}申请（{no}）已认定，自{month}起有效，凭认定可以申请专项救助。",
    "start_payment": "您的{item}认定（{no}）本月起有效。",
    "adjust": "您的{item}认定（{no}）内容有调整，见告知书。",
    "stop": "您的{item}认定（{no}）自{month}起终止，原因见告知书。",
}
# The same for what is paid once, and for a monthly quota of services, which is paid to nobody.
OTHER_CYCLES = {
    "once": {
        "approve": "您的{item}申请（{no}）已确认同意，一次性发给{amount}元，{month}发放。",
        "start_payment": "您的{item}（{no}）已安排发放{amount}元，请留意账户到账。",
    },
    "quota": {
        "approve": "您的{item}申请（{no}）已确认同意，自{month}起每月有{amount}元的服务额度。",
        "start_payment": "您的{item}（{no}）本月起可以使用，每月服务额度{amount}元。",
        "adjust": "您的{item}（{no}）调整为每月{amount}元的服务额度，自{month}起执行。",
        "stop": "您的{item}（{no}）自{month}起停止，原因见告知书。",
        "suspend": "您的{item}（{no}）已暂停，原因和恢复办法见告知书，请联系乡镇（街道）民政窗口。",
        "resume": "您的{item}（{no}）已恢复。",
    },
}
# What is said about a person's benefit where no family's means are looked into.
PERSONAL = {"accept": "您的{item}申请（{no}）已受理，最迟{total}前办结，接下来会核实您填的情况，多半不用您跑。"}
# Acts without a paper whose message must arrive all the same: it is the only word about the family's money.
OF_MONEY = ("reprice",)


def tell(ctx: Ctx) -> None:
    """Queue the message of this act to the applicant (SMS and in-app), in the same transaction."""
    award = ctx.values.get("award")
    unpaid = award is not None and award.amount_fen == 0
    template = RECOGNISED.get(ctx.act.code) if unpaid else None
    if award is not None:
        template = template or OTHER_CYCLES.get(award.cycle, {}).get(ctx.act.code)
    if ctx.item.flow.act("verify_facts") is not None:
        template = template or PERSONAL.get(ctx.act.code)
    template = template or MESSAGES.get(ctx.act.code)
    person = ctx.case.applicant
    if template is None or person is None:
        return
    from minzheng.kernel.notices import services as notices

    notices.notify(
        case=ctx.case,
        person=person,
        body=template.format(**_words(ctx)),
        # a decision of the procedure must reach its addressee whatever was chosen about reminders
        statutory=bool(ctx.act.notice) or ctx.act.code in OF_MONEY,
        key=f"{ctx.case.pk}:{ctx.done.seq}",
    )


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
        "claim": yuan_text(values["claim"]["fen"]) if values.get("claim") else "",
        "settled": values.get("settled", ""),
        "told": values.get("told", ""),
        "to_agency": values.get("paper", {}).get("to_agency", ""),
        "next": "；您可能符合其他救助条件，可在“我的申请”里一键转办" if proposed else "",
    }


def _day(day: Any) -> str:
    return f"{day.month}月{day.day}日" if day else ""
