"""福彩公益金: projects with their money and what came of them, and the yearly lists."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.base import CONFIRMED
from minzheng.kernel.funds import forms, hands, papers, projects, publishing, row_pages, selectors, showing
from minzheng.kernel.funds.models import FundRow, WelfareList, WelfareProject
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, Money, Number, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import ActionBody, DetailBody, Done, ExportBody, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table


def _one(actor: Any, pk: int) -> WelfareProject | None:
    return selectors.one(WelfareProject, actor, pk)


def _enter(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    row = projects.enter(
        actor=actor, region_code=values["region"], year=values["year"], name=values["name"], category=values["category"],
        executor=values["executor"], content=values["content"], goal=values["goal"], budget_fen=values["budget"],
        document_no=values["document_no"],
    )  # fmt: skip
    return Done("项目已录入，等另一人批准。", _address(row))


def _book(actor: Any, row: WelfareProject, values: dict[str, Any]) -> Done:
    projects.book(
        actor=actor, pk=row.pk, kind=values["kind"], amount_fen=values["amount"], occurred_on=values["occurred_on"],
        voucher=values["voucher"], note=values["note"],
    )  # fmt: skip
    return Done("已登记，等另一人确认后记账。", _address(row))


def _report(actor: Any, row: WelfareProject, values: dict[str, Any]) -> Done:
    projects.report(
        actor=actor, pk=row.pk, result=values["result"], performance=values["performance"], score=values["score"],
        finished_on=values["finished_on"],
    )  # fmt: skip
    return Done("执行结果已登记。", _address(row))


def _draft_list(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    row = publishing.draft(actor=actor, region_code=values["region"], year=values["year"])
    return Done("公告已编制，请核对后由另一人确认公布。", row_pages.address(row))


def _address(row: WelfareProject) -> str:
    return reverse("funds.project", kwargs={"pk": row.pk})


def _sums(row: WelfareProject) -> dict[str, int]:
    """Budget, spent and left of a project, asked once a page."""
    if not hasattr(row, "told"):
        budget, spent = projects.sums(row)
        row.told = {"budget": budget, "spent": spent}  # type: ignore[attr-defined]
    return row.told  # type: ignore[attr-defined, no-any-return]


def _approved(row: WelfareProject) -> bool:
    return row.state == CONFIRMED


def _reported(row: WelfareProject) -> dict[str, Any]:
    return {"result": row.result, "performance": row.performance, "score": row.score, "finished_on": row.finished_on}


COLUMNS = (
    Text("no", "编号", sort="no", css="nowrap"), Text("name", "项目"), Text("year", "年度", sort="year"),
    Badge("category", "类别", names=dict(WelfareProject.CATEGORIES)), Text("executor", "执行单位"),
    Money("budget_fen", "最初预算（元）", sort="budget_fen"), Number("score", "绩效得分", sort="score"),
    Date("finished_on", "完成日期", sort="finished_on"), showing.STATE,
)  # fmt: skip
LIST = ListBody(
    lambda actor: selectors.visible(WelfareProject, actor), COLUMNS, sort="-year", link=("funds.project", {"pk": "pk"}),
    filters=(*row_pages.FILTERS, ByChoice("category", "类别", choices=WelfareProject.CATEGORIES)),
    actions=(Action("录入项目", "funds.project_new", icon="plus", primary=True), Action("年度公告", "funds.lists", icon="doc")),
    export="funds.projects_export",
    lead="福彩公益金资助的项目：扶老、助残、救孤、济困。每笔支出由两人办理、记账；每年六月底前公告上一年度的使用情况。",
    empty="还没有公益金项目。财务人员按批准文件录入，由另一人批准。",
)  # fmt: skip
DETAIL = DetailBody(
    _one,
    (
        Facts(
            "资金",
            items=(
                Money(lambda row: _sums(row)["budget"], "预算（元）"),
                Money(lambda row: _sums(row)["spent"], "支出（元）"),
                Money(lambda row: _sums(row)["budget"] - _sums(row)["spent"], "余额（元）"),
                Text(lambda row: papers.rate(_sums(row)), "支出进度"),
            ),
        ),
        Facts("项目", items=(
            Text("no", "编号"), showing.STATE, Badge("category", "类别", names=dict(WelfareProject.CATEGORIES)), Text("year", "年度"),
            Text("executor", "执行单位"), Text("document_no", "文号"), Text("content", "资助内容"), Text("goal", "绩效目标"),
            Text("result", "执行结果"), Text("performance", "绩效评价"), Text("score", "绩效得分"), Date("finished_on", "完成日期"),
        )),
        Table("预算调整和支出", rows=lambda row, drawing: row.entries.select_related("project").order_by("occurred_on", "pk"),
              columns=(Date("occurred_on", "日期"), Text("get_kind_display", "种类"),
                       Link("voucher", "凭证或文号", page="funds.record", args={"kind": "word", "pk": "pk"}),
                       showing.AMOUNT, showing.STATE, Text("entered_name", "录入人"), Text("confirmed_name", "确认人"), Text("note", "说明")),
              empty="还没有支出。项目批准以后按凭证登记，由另一人确认后记账。"),
    ),
    side=(row_pages.SHARED,), title=lambda row: row.name, subtitle=lambda row: f"{row.no}　{row.executor}",
    actions=(
        *row_pages.acts(), Action("登记支出或调整预算", "funds.project_book", args={"pk": "pk"}, icon="plus", when=_approved),
        Action("登记执行结果", "funds.project_report", args={"pk": "pk"}, icon="check", when=_approved),
    ),
    parent="funds.projects",
)  # fmt: skip
LISTS = ListBody(
    lambda actor: selectors.visible(WelfareList, actor),
    (*showing.LIST[:2], Money(lambda row: row.figures["totals"]["used"], "使用合计（元）"), showing.STATE, *showing.HANDS[:4]),
    sort="-year", link=("funds.record", {"kind": "word", "pk": "pk"}),
    filters=(ByRegion("region", "地区", permission=hands.READ), ByChoice("state", "状态", choices=FundRow.STATES)),
    actions=(Action("编制公告", "funds.list_new", icon="plus", primary=True),),
    lead="年度使用情况公告。编制时与账目核对，分毫不差才能编制；由另一人确认后向社会公布，内容封存、带校验码。",
    empty="还没有编制过公告。项目都登记了执行结果以后，点“编制公告”。",
)  # fmt: skip
_project = first_of(WelfareProject.objects.order_by("entered_at", "pk"))

PAGES = [
    Page("funds.projects", "console/funds/projects/", "公益金项目", hands.READ, LIST, menu=Menu("待遇", 60, "book"),
         impersonal=showing.IMPERSONAL),
    Page("funds.projects_export", "console/funds/projects/export/", "导出公益金项目", hands.READ, ExportBody("funds.projects"),
         step_up=True),
    Page("funds.project", "console/funds/projects/<int:pk>/", "公益金项目", hands.READ, DETAIL, example=_project),
    Page("funds.project_new", "console/funds/projects/new/", "录入公益金项目", hands.MANAGE,
         FormBody(forms.project, _enter, initial=lambda actor, obj: forms.first_values(actor), submit="录入", parent="funds.projects",
                  lead="项目名称、内容和结果会随年度公告公布，不要写任何人的姓名和号码。")),
    Page("funds.project_book", "console/funds/projects/<int:pk>/book/", "登记项目收支", hands.MANAGE,
         ActionBody(_one, _book, fields=forms.entry, question="照凭证或文件登记，由另一人确认后记账。", submit="登记", parent="funds.projects"),
         example=_project),
    Page("funds.project_report", "console/funds/projects/<int:pk>/report/", "登记执行结果", hands.MANAGE,
         FormBody(forms.result, lambda actor, values, obj: _report(actor, obj, values), get=_one,
                  initial=lambda actor, obj: _reported(obj), submit="保存", parent="funds.projects"),
         example=_project),
    Page("funds.lists", "console/funds/lists/", "公益金使用公告", hands.READ, LISTS, impersonal=showing.IMPERSONAL),
    Page("funds.list_new", "console/funds/lists/new/", "编制公益金使用公告", hands.MANAGE,
         FormBody(forms.publishing, _draft_list, initial=lambda actor, obj: forms.first_values(actor) | {"year": clock.today().year - 1},
                  submit="编制", parent="funds.lists", lead="把这一年的项目、支出和从公益金发放的待遇汇总，与账目核对。")),
]  # fmt: skip
