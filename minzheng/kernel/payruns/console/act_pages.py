"""Every act on a pay run as a form of its own; whatever moves money asks again who is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, Date, Field, LongText, Money, Text, Upload, yuan_text
from minzheng.kernel.parts.page import ActionBody, BatchBody, FormBody, Page
from minzheng.kernel.payruns import formats, reading
from minzheng.kernel.payruns.console import doing
from minzheng.kernel.payruns.console.words import CHECKS, cash_items
from minzheng.kernel.payruns.formats import choosing
from minzheng.kernel.payruns.models import PayBatch, PayCheck, PayLine

_batch = first_of(PayBatch.objects.order_by("pk"))
REASON = LongText("reason", "理由", required=True, max_length=200)
WHY_OUT = LongText("reason", "剔除的理由", required=True, max_length=200, help="会留在这一笔上，也告诉查问的群众。")
MONTH = Text("month", "月份", required=True, max_length=7, pattern=r"\d{4}-\d{1,2}", hint="请写成 2026-12 这样的月份。")


def _places(permission: str) -> Any:
    options = doing.places(permission)

    def fields(actor: Any, obj: Any) -> list[Field]:
        found = options(actor, obj)
        month: list[Field] = [MONTH]
        if permission == "pay.build":
            month.append(Choice("item", "事项", required=True, options=cash_items))
        return [*month, Choice("region", "地区", required=True, options=found)]

    return fields


def _fund_fields(actor: Any, batch: PayBatch) -> Sequence[Field]:
    return (
        Text("voucher", "拨款凭证号", required=True, max_length=60),
        Money("voucher_fen", "凭证金额", required=True, help=f"应与批次金额一致：{yuan_text(batch.total_fen)} 元。"),
        Date("on", "拨付日期", required=True, not_after=clock.today),
    )


def _send_fields(actor: Any, batch: PayBatch) -> Sequence[Field]:
    usual = choosing.usual(batch.region_code)
    return (
        Choice("format", "文件格式", required=True, help="与代发银行约定的格式；第一项是本县的。", radio_up_to=8,
               options=sorted(((one.code, one.title) for one in formats.all().values()), key=lambda one: one[0] != usual)),
    )  # fmt: skip


def _clear_all_fields(actor: Any, batch: PayBatch) -> Sequence[Field]:
    found = [one for one in reading.found_by_code(batch) if one["to_explain"]]
    options = [(one["code"], f"{one['code']} {CHECKS[one['code']]}（{one['to_explain']} 条）") for one in found]
    return (Choice("code", "校验项", required=True, options=options), REASON)


def _month_example() -> dict[str, Any]:
    return {"month": f"{clock.today():%Y-%m}"}


def _build_example() -> dict[str, Any]:
    return {"month": f"{clock.today():%Y-%m}", "item": cash_items()[0][0]}


def _act(code: str, title: str, permission: str, body: ActionBody, **extra: Any) -> Page:
    path = f"console/payruns/<int:pk>/{code.replace('_', '-')}/"
    return Page(f"payruns.{code}", path, title, permission, body, example=_batch, **extra)


def _form(
    name: str, permission: str, said: Any, *, submit: str, question: str, danger: bool = False, fields: Any = ()
) -> ActionBody:
    return ActionBody(
        doing.mine(permission), doing.act(name, said), fields=fields, submit=submit, question=question, danger=danger,
        parent="payruns.detail", about=doing.told,
    )  # fmt: skip


PAGES = [
    Page(
        "payruns.build", "console/payruns/build/<str:month>/<str:item>/", "制作发放批次", "pay.build",
        FormBody(
            _places("pay.build"), doing.build, get=doing.wanted, initial=doing.begin("pay.build"), submit="生成批次",
            parent="payruns.board",
            lead="把到这个月为止还没有发的应发明细做成一个批次，逐笔校验。同样的批次再做一次，得到的是原来那一批，不会多发。",
        ),
        example=_build_example,
    ),
    Page(
        "payruns.close", "console/payruns/close/<str:month>/", "按月关账", "pay.close",
        FormBody(
            _places("pay.close"), doing.close, get=doing.wanted, initial=doing.begin("pay.close"), submit="关账",
            parent="payruns.board",
            lead="关账以后，这个月的报表封存，以后的更正记在后面的月份。还有批次没有办完、有明细说不清去向的，会逐条指出，不能关账。",
        ),
        example=_month_example, step_up=True,
    ),
    _act("recheck", "重新校验", "pay.build", _form(
        "recheck", "pay.build", "已重新校验。", submit="重新校验", question="按今天的情况逐笔重新做十二项校验。已经说明过理由的不再问。")),
    _act("review", "复核发放批次", "pay.review", _form(
        "review", "pay.review", "复核通过，等局领导审批。", submit="复核通过",
        question="复核前请看过合计、校验结果和金额变动大的明细。制单人不能复核自己做的批次。"), step_up=True),
    _act("approve", "审批发放批次", "pay.approve", _form(
        "approve", "pay.approve", doing.approved, submit="同意发放",
        question="审批后明细锁定，只能整批退回，不能再改。金额超过本县规定的，还要第二名局领导审批。"), step_up=True),
    _act("submit", "报财政", "pay.finance", _form(
        "submit", "pay.finance", "已登记报财政。", submit="已报财政", question="用款申请、汇总表已送财政以后登记。"), step_up=True),
    _act("fund", "登记拨款凭证", "pay.finance", _form(
        "fund", "pay.finance", "拨款已登记，可以报盘。", submit="登记", fields=_fund_fields,
        question="财政的钱到了代发户以后登记。金额与批次差一分也不能登记。"), step_up=True),
    _act("send", "报盘", "pay.finance", ActionBody(
        doing.mine("pay.finance"), doing.send, submit="生成报盘文件", fields=_send_fields, parent="payruns.detail", about=doing.told,
        question="报盘前再核对一次：明细没有改动，领款人当天没有死亡信息。文件加密保存，下载要再次验证身份。"), step_up=True),
    _act("book", "登记银行结果", "pay.finance", ActionBody(
        doing.mine("pay.finance"), doing.book, fields=(Upload("file", "银行回盘文件", required=True),), submit="登记",
        question="格式自动识别。同一个文件登记两次不会重复；不认识、重复、金额不符的记录不入账，逐条列出原因。", parent="payruns.detail", about=doing.told),
        step_up=True),
    _act("reissue", "重发退回的", "pay.build", ActionBody(
        doing.mine("pay.build"), doing.reissue, submit="生成重发批次", parent="payruns.detail", about=doing.told,
        fields=(LongText("reason", "核实情况", max_length=200, help="退回过两次的，必须写明上门核实的情况。"),),
        question="账户已经更正的退回明细，全部做成一个重发批次，每笔仍记原来的月份。账户没有更正的留着不动。"), step_up=True),
    _act("give_back", "长期未能重发的交回财政", "pay.finance", ActionBody(
        doing.mine("pay.finance"), doing.give_back, fields=(REASON,), submit="交回财政", danger=True, parent="payruns.detail", about=doing.told,
        question=doing.unclaimed_told), step_up=True),
    Page(
        "payruns.reissue_ticked", "console/payruns/lines/reissue/", "重发勾选的退回明细", "pay.build",
        BatchBody("payruns.lines", doing.reissue_ticked, left_out=doing.not_returned, submit="生成重发批次",
                  fields=(LongText("reason", "核实情况", required=True, max_length=200,
                                   help="账户没有换、由银行处理好的，写明是怎样处理好的；退回过两次的，写明上门核实的情况。"),),
                  question="勾选的退回明细做成一个重发批次。须是同一待遇、同一地区；有一笔不能重发，全部都不做，并逐笔说明原因。"),
        step_up=True,
    ),
    _act("exclude_blocked", "剔除全部必须处理的", "pay.build", ActionBody(
        doing.mine("pay.build"), doing.exclude_blocked, submit="全部剔除", parent="payruns.detail", about=doing.told,
        question="还没有处理的“必须处理”的明细全部剔除，每一笔记下是哪项校验。原因消除后可以恢复，或者进以后的批次。")),
    _act("queue", "资金不足，安排排队", "pay.build", _form(
        "queue_unaffordable", "pay.build", "已按资金安排，排不上的明细留待资金到位。", submit="安排排队",
        question="资金不够发整批时，按本县规定的先后次序，够发的先发，其余排队，不会丢。")),
    _act("clear_all", "同一理由一次说明", "pay.build", ActionBody(
        doing.mine("pay.build"), doing.clear_all, fields=_clear_all_fields, submit="全部说明", parent="payruns.detail", about=doing.told,
        question="同一项校验、同一个理由（例如提高标准，人人都变动）一次说明。不能说明理由放行的不在内。")),
    Page(
        "payruns.withhold", "console/payruns/lines/<int:pk>/withhold/", "止付一笔", "pay.finance",
        ActionBody(doing.my_line("pay.finance"), doing.on_line("withhold_line", "已止付，不进报盘文件。"), fields=(REASON,),
                   submit="止付", danger=True, parent="payruns.line", about=doing.told_line,
                   question="审批以后、报盘以前不能再发的（例如刚查到死亡），从报盘文件里拿出来；钱留在待重发，批次合计不变。"),
        example=first_of(PayLine.objects.order_by("pk")), reads="止付发放明细", step_up=True,
    ),
    Page(
        "payruns.release", "console/payruns/lines/<int:pk>/release/", "解除剔除", "pay.build",
        ActionBody(doing.my_line("pay.build"), doing.on_line("release_line", "已解除剔除，可以进这个月的补充批次。"),
                   fields=(REASON,), submit="解除", parent="payruns.line", about=doing.told_line,
                   question="批次审批以后，剔除的原因消除了的，从这一批放出来，进补充批次发放。"),
        example=first_of(PayLine.objects.order_by("pk")), reads="解除剔除发放明细",
    ),
    _act("void", "作废发放批次", "pay.build", _form(
        "void", "pay.build", "批次已作废，明细可以重新做批次。", submit="作废", danger=True, fields=(REASON,),
        question="只有还没有报盘的批次可以作废。已经记的账用冲正的凭证抵销。"), step_up=True),
    Page(
        "payruns.send_back", "console/payruns/<int:pk>/send-back/", "退回发放批次", "payment.read",
        ActionBody(doing.sender_back, doing.act("send_back", "已退回，明细可以修改，改好后重新复核、审批。"), fields=(REASON,),
                   question="退回后回到“已校验”，原来的复核、审批作废。", submit="退回", parent="payruns.detail", about=doing.told),
        example=_batch, step_up=True,
    ),
    Page(
        "payruns.exclude", "console/payruns/lines/<int:pk>/exclude/", "剔除一笔", "pay.build",
        ActionBody(doing.my_line("pay.build"), doing.on_line("exclude_line", "已剔除，本批次不发。"), fields=(WHY_OUT,), submit="剔除",
                   parent="payruns.line", about=doing.told_line, question="这一笔不进本批次。应发还在，原因消除后可以恢复，或者进下一个批次。"),
        example=first_of(PayLine.objects.order_by("pk")), reads="剔除发放明细",
    ),
    Page(
        "payruns.include", "console/payruns/lines/<int:pk>/include/", "恢复一笔", "pay.build",
        ActionBody(doing.my_line("pay.build"), doing.on_line("include_line", "已恢复，并重新校验了整批。"), submit="恢复", parent="payruns.line", about=doing.told_line,
                   question="放回本批次。校验没有通过的，先说明理由。"),
        example=first_of(PayLine.objects.order_by("pk")), reads="恢复发放明细",
    ),
    Page(
        "payruns.clear", "console/payruns/checks/<int:pk>/clear/", "说明理由后放行", "pay.build",
        ActionBody(doing.my_check, doing.clear, fields=(REASON,), submit="放行", parent="payruns.check", about=doing.told_check,
                   question="写清核实的经过和结果，例如“6月10日入户，本人健在，疑似重名”。复核、审批、审计都看得到。"),
        example=first_of(PayCheck.objects.order_by("pk")), reads="说明发放校验结果",
    ),
]  # fmt: skip
