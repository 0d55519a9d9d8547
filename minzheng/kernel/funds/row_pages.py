"""Lists, details and acts of the rows that two people make: declared screens, nothing but values."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.base import DRAFT
from minzheng.kernel.funds import allocations, forms, hands, projects, publishing, returning, rules, selectors, showing
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.models import FundAllocation, FundReturn, FundRow, FundRule, WelfareList, WelfareProject
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Column, Money, Text
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import (
    ActionBody,
    BatchBody,
    DetailBody,
    Done,
    ExportBody,
    FormBody,
    ListBody,
    Outcome,
    Page,
)
from minzheng.kernel.parts.panels import Facts, Table
from minzheng.kernel.parts.plain_fields import Text as ReasonText

CONFIRMS: dict[str, Any] = {
    "allocation": allocations.confirm, "rule": rules.confirm, "return": returning.confirm, "project": projects.approve,
    "entry": projects.confirm_entry, "list": publishing.publish,
}  # fmt: skip


def fetch(actor: Any, kind: str, pk: int) -> FundRow | None:
    model = showing.KINDS.get(kind)
    return None if model is None else selectors.one(model, actor, pk)


def address(row: Any) -> str:
    if isinstance(row, WelfareProject):
        return reverse("funds.project", kwargs={"pk": row.pk})
    return reverse("funds.record", kwargs={"kind": row.word, "pk": row.pk})


def _draft(row: Any) -> bool:
    return bool(row.state == DRAFT)


def _not_mine(actor: Any, row: Any) -> bool:
    return bool(actor.id != row.entered_by_id)


def acts() -> tuple[Action, ...]:
    """Confirm and withdraw, for whoever may."""
    args = {"kind": "word", "pk": "pk"}
    return (
        Action("确认", "funds.confirm", args=args, icon="check", primary=True, when=_draft, offered=_not_mine),
        Action("撤回", "funds.withdraw", args=args, icon="x", when=_draft),
    )


def _confirm(actor: Any, row: Any, values: dict[str, Any]) -> Done:
    CONFIRMS[row.word](actor=actor, pk=row.pk)
    return Done(f"{showing.WORDS[type(row)]}“{showing.name_of(row)}”已确认。", address(row))


def _withdraw(actor: Any, row: Any, values: dict[str, Any]) -> Done:
    if isinstance(row, WelfareProject):
        projects.withdraw(actor=actor, pk=row.pk, reason=values["reason"])
    else:
        hands.withdraw(actor=actor, model=type(row), pk=row.pk, reason=values["reason"])
    return Done(f"{showing.WORDS[type(row)]}“{showing.name_of(row)}”已撤回。", address(row))


def _confirm_many(actor: Any, rows: Any, values: dict[str, Any]) -> list[Outcome]:
    return [
        Outcome(showing.name_of(row), not why, why or "已确认。", address(row))
        for row, why in allocations.confirm_many(actor=actor, rows=rows)
    ]


def _left_out(actor: Any, row: FundAllocation) -> str:
    if row.state != DRAFT:
        return f"现为“{row.get_state_display()}”，不用确认。"
    return "" if _not_mine(actor, row) else hands.SAME


def _allocate(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    row = allocations.allot(
        actor=actor, region_code=values["region"], year=values["year"], source=values["source"], purpose=values["purpose"],
        item_code=values["item_code"], kind=values["kind"], amount_fen=values["amount"], document_no=values["document_no"],
        document_on=values["document_on"], note=values["note"],
    )  # fmt: skip
    return Done("指标已录入，等另一人确认后生效。", address(row))


def _adjust(actor: Any, row: FundAllocation, values: dict[str, Any]) -> Done:
    made = allocations.adjust(
        actor=actor, pk=row.pk, amount_fen=values["amount"], document_no=values["document_no"],
        document_on=values["document_on"], note=values["note"],
    )  # fmt: skip
    return Done("调整已录入，等另一人确认后生效。", address(made))


def _share(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    row = rules.draft_share(
        actor=actor, region_code=values["region"], item_code=values["item_code"], shares=forms.parts_of(values),
        covered_by=values["covered_by"], valid_from=values["valid_from"], document=values["document"],
    )  # fmt: skip
    return Done("分担比例已起草，等另一人确认后生效。", address(row))


def _order(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    found, unknown = forms.order_of(values["order"])
    if unknown:
        raise FundsRefused([], {"order": f"不认识“{'、'.join(unknown[:5])}”，请照下面列出的名称写，一行一个。"})
    row = rules.draft_order(
        actor=actor,
        region_code=values["region"],
        order=found,
        valid_from=values["valid_from"],
        document=values["document"],
    )
    return Done("保障顺序已起草，等另一人确认后生效。", address(row))


def _give_back(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    row = returning.give_back(
        actor=actor, region_code=values["region"], year=values["year"], source=values["source"],
        item_code=values["item_code"], amount_fen=values["amount"], reason=values["reason"], voucher=values["voucher"],
        returned_on=values["returned_on"], note=values["note"],
    )  # fmt: skip
    return Done("退回已录入，等另一人确认后记账。", address(row))


def _listed(model: Any) -> Any:
    return lambda actor: selectors.visible(model, actor)


def _order_text(actor: Any, obj: Any) -> dict[str, Any]:
    found = forms.first_values(actor)
    if found["region"]:
        found["order"] = "\n".join(map(showing.item_title, rules.order_of(found["region"], clock.today())))
    return found


def _example(kind: str) -> Any:
    def example() -> dict[str, Any] | None:
        pk = showing.KINDS[kind]._default_manager.order_by("entered_at", "pk").values_list("pk", flat=True).first()
        return {"kind": kind, "pk": pk} if pk else None

    return example


def _facts(model: type[FundRow], columns: tuple[Column, ...]) -> Facts:
    return Facts(showing.WORDS[model], items=columns, when=lambda row: isinstance(row, model))


ADJUSTMENTS = Table(
    "调整记录", when=lambda row: isinstance(row, FundAllocation),
    rows=lambda row, drawing: row.adjustments.order_by("entered_at"),
    columns=(Text("document_no", "文号"), showing.AMOUNT, showing.STATE, Text("note", "说明")),
    empty="没有调整。追加、调减用“调整”按钮另录一条，写调整文件的文号。",
)  # fmt: skip
SHARED = Facts("办理", columns=1, items=showing.HANDS)
FILTERS = (ByRegion("region", "地区", permission=hands.READ), ByChoice("state", "状态", choices=FundRow.STATES))
ALLOCATIONS = ListBody(
    _listed(FundAllocation), showing.ALLOCATION[:-1], sort="-year", link=("funds.record", {"kind": "word", "pk": "pk"}),
    filters=(*FILTERS, ByChoice("source", "资金来源", choices=lambda drawing: forms.source_options()),
             ByChoice("year", "年度", choices=lambda drawing: [(str(y), str(y)) for y in _years(drawing.actor)])),
    actions=(
        Action("录入指标", "funds.allocate", icon="plus", primary=True), Action("导入一年的指标", "funding.import", icon="doc"),
    ),
    batches=("funds.confirm_allocations",), export="funds.allocations_export",
    lead="上级和本级下达的资金指标，每条写明文号。录入以后由另一人确认才算数；已确认的不改，追加、调减另录一条。",
    empty="还没有资金指标。财务人员按指标文件录入，或从表格导入一年的指标。",
)  # fmt: skip


def _years(actor: Any) -> list[int]:
    rows = selectors.visible(FundAllocation, actor).order_by("-year")
    return list(rows.values_list("year", flat=True).distinct())


PAGES = [
    Page("funds.allocations", "console/funds/allocations/", "资金指标", hands.READ, ALLOCATIONS, impersonal=showing.IMPERSONAL),
    Page("funds.allocations_export", "console/funds/allocations/export/", "导出资金指标", hands.READ,
         ExportBody("funds.allocations"), step_up=True),
    Page("funds.allocate", "console/funds/allocations/new/", "录入资金指标", hands.MANAGE,
         FormBody(forms.allocation, _allocate, initial=lambda actor, obj: forms.first_values(actor, kind="initial"),
                  submit="录入", parent="funds.allocations", lead="照指标文件逐项录入，由另一人确认后生效。")),
    Page("funds.adjust", "console/funds/allocations/<int:pk>/adjust/", "调整资金指标", hands.MANAGE,
         ActionBody(lambda actor, pk: selectors.one(FundAllocation, actor, pk), _adjust, fields=forms.adjustment,
                    question="另录一条调整，由另一人确认后生效；原来的指标不改。", submit="录入调整", parent="funds.allocations", about=showing.allocation_line),
         example=lambda: _pk(FundAllocation)),
    Page("funds.confirm_allocations", "console/funds/allocations/confirm/", "确认所选的指标", hands.CONFIRM,
         BatchBody("funds.allocations", _confirm_many, question="核对文号、来源、用途和金额无误后确认；确认后计入余额。",
                   submit="确认", left_out=_left_out)),
    Page("funds.record", "console/funds/record/<slug:kind>/<int:pk>/", "资金记录", hands.READ,
         DetailBody(fetch, (_facts(FundAllocation, showing.ALLOCATION), _facts(FundRule, showing.RULE),
                            _facts(FundReturn, showing.RETURN), _facts(showing.KINDS["entry"], showing.ENTRY),
                            _facts(WelfareList, showing.LIST), _facts(WelfareProject, (Text("name", "项目名称"), Money("budget_fen", "预算（元）"), showing.STATE)),
                            ADJUSTMENTS),
                    side=(SHARED,), title=showing.name_of, subtitle=lambda row: showing.WORDS[type(row)],
                    actions=(*acts(), Action("调整", "funds.adjust", args={"pk": "pk"}, when=lambda row: isinstance(row, FundAllocation) and row.state == "confirmed"),
                             Action("项目", "funds.project", args={"pk": "project_id"}, icon="list"),
                             Action("打印公告", "funds.list_pdf", args={"pk": "pk"}, icon="print", when=lambda row: isinstance(row, WelfareList))),
                    parent="funds.board"),
         example=_example("allocation")),
    Page("funds.confirm", "console/funds/confirm/<slug:kind>/<int:pk>/", "确认资金记录", hands.CONFIRM,
         ActionBody(fetch, _confirm, question="核对依据和金额无误后确认。录入人不能自己确认；确认后不能再改，只能另录一条调整。",
                    submit="确认", parent="funds.board"),
         example=_example("allocation")),
    Page("funds.withdraw", "console/funds/withdraw/<slug:kind>/<int:pk>/", "撤回待确认的记录", hands.MANAGE,
         ActionBody(fetch, _withdraw, fields=(ReasonText("reason", "撤回的原因", required=True, max_length=200),),
                    question="撤回以后不再等确认，可以重新录入。", submit="撤回", danger=True, parent="funds.board"),
         example=_example("allocation")),
    Page("funds.rules", "console/funds/rules/", "资金规则", hands.READ,
         ListBody(_listed(FundRule), showing.RULE, sort="-valid_from", link=("funds.record", {"kind": "word", "pk": "pk"}),
                  filters=(*FILTERS, ByChoice("kind", "种类", choices=FundRule.KINDS)),
                  actions=(Action("定分担比例", "funds.share_new", icon="plus", primary=True), Action("定保障顺序", "funds.order_new", icon="list")),
                  lead="分担比例：一项待遇的钱各级各出多少，精确到分。保障顺序：资金不够时先发哪一项。都按日期生效，由近处的地方定的优先。",
                  empty="还没有定过规则：分担比例按全部由县级负担、任何来源可以补足计算，保障顺序用平台默认的（待本单位确认）。"),
         impersonal=showing.IMPERSONAL),
    Page("funds.share_new", "console/funds/rules/share/", "定分担比例", hands.MANAGE,
         FormBody(forms.share, _share, initial=lambda actor, obj: forms.first_values(actor), submit="起草", parent="funds.rules",
                  lead="各来源的百分比加起来是 100%。除不尽的一分钱给余数最大的来源，合计分毫不差。")),
    Page("funds.order_new", "console/funds/rules/order/", "定保障顺序", hands.MANAGE,
         FormBody(forms.order, _order, initial=_order_text, submit="起草", parent="funds.rules",
                  lead="资金不够时，排在前面的事项先发，其余排队，不会丢。")),
    Page("funds.returns", "console/funds/returns/", "退回财政", hands.READ,
         ListBody(_listed(FundReturn), showing.RETURN, sort="-returned_on", link=("funds.record", {"kind": "word", "pk": "pk"}),
                  filters=FILTERS, actions=(Action("录入退回", "funds.return_new", icon="plus", primary=True),),
                  lead="退票长期不能重发的、追回的、年终结余的钱缴回财政。当年缴回的又可以安排，跨年的归财政。",
                  empty="没有退回财政的记录。缴回以后按缴款书录入，由另一人确认后记账。"),
         impersonal=showing.IMPERSONAL),
    Page("funds.return_new", "console/funds/returns/new/", "录入退回财政", hands.MANAGE,
         FormBody(forms.give_back, _give_back, initial=lambda actor, obj: forms.first_values(actor), submit="录入",
                  parent="funds.returns", lead="照缴款书录入，由另一人确认后记账。")),
]  # fmt: skip


def _pk(model: Any) -> dict[str, Any] | None:
    pk = model.objects.order_by("entered_at", "pk").values_list("pk", flat=True).first()
    return {"pk": pk} if pk else None
