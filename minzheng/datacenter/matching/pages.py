"""核对请求的页面: the list with its deadlines, one report, its print, requests from outside with their papers and reply."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef

from minzheng.datacenter.matching import counts, entering, selectors, showing
from minzheng.datacenter.matching.models import MatchInquiry, MatchRequest
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Deadline, Moment, Number, Region, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import Custom, ListBody, Menu, Page

STATES = [*MatchRequest.STATES, ("expired", "已过期")]
TONES = {
    "returned": "bad", "querying": "wait", "partial": "wait", "draft": "warn", "issued": "good", "disputed": "warn",
    "reissued": "good", "upheld": "good", "void": "plain", "expired": "plain",
}  # fmt: skip


def _rows(actor: Any) -> Any:
    late = MatchInquiry.objects.filter(request=OuterRef("pk"), state="waiting")
    return selectors.visible_to(actor).annotate(waits=Exists(late))


def _state(row: MatchRequest) -> str:
    return "expired" if selectors.is_over(row) else row.state


def _by_state(rows: Any, value: str, drawing: Any) -> Any:
    if value == "expired":
        return rows.filter(selectors.expired_q())
    if value in ("issued", "reissued", "upheld"):
        return rows.filter(state=value).exclude(selectors.expired_q())
    return rows.filter(state=value)


LIST = ListBody(
    _rows,
    (
        Text("no", "编号", css="nowrap"),
        Text(lambda row: row.case.no if row.case else row.client or "—", "办件或委托单位", css="nowrap"),
        Text("purpose", "用途", narrow=False),
        Region("region_code", "地区", css="nowrap"),
        Number("persons", "人数"),
        Moment("asked_at", "提请时间", sort="asked_at"),
        Text("asked_name", "提请人", css="nowrap", narrow=False),
        Badge(_state, "状态", names=dict(STATES), tones=TONES),
        Deadline(lambda row: row.due_on if row.state in ("querying", "partial") else None, "最迟答复", sort="due_on"),
        Number("version", "版本", narrow=False),
    ),
    filters=(
        ByChoice("state", "状态", choices=STATES, by=_by_state),
        ByChoice("origin", "来源", choices=MatchRequest.ORIGINS),
        ByRegion("region", "地区", permission=selectors.READ),
        counts.FILTER,
    ),
    sort="-asked_at",
    link=("matching.report", {"pk": "pk"}),
    actions=(Action("登记受托核对", "matching.new", icon="plus", primary=True),),
    lead="本地办件的核对在办件里发起，会列在这里；其他部门、上下级来函委托的，点“登记受托核对”。等答复的到期自动按缺项出报告。",
    empty="还没有核对请求。办件里办了“信息核对”，或登记了受托核对以后，会列在这里。",
)

_any = first_of(MatchRequest.objects.exclude(issued_at=None).order_by("-asked_at"))
_outside = first_of(MatchRequest.objects.filter(case=None).order_by("-asked_at"))


def _paper() -> dict[str, Any] | None:
    row = MatchRequest.objects.filter(case=None).order_by("-asked_at").first()
    papers = (row.known or {}).get("papers") if row is not None else None
    return {"pk": row.pk, "attachment": int(papers[0])} if row is not None and papers else None


PAGES = [
    Page("matching.list", "console/matching/", "信息核对", selectors.READ, LIST,
         menu=Menu("大数据中心", 20, "search"), impersonal="只列编号、事项和人数，没有姓名和核对结果"),
    Page("matching.new", "console/matching/new/", "登记受托核对", "match.run",
         Custom(entering.new, fields=entering.FIELDS, parent="matching.list")),
    Page("matching.report", "console/matching/<int:pk>/", "核对报告", selectors.READ,
         Custom(showing.report_page, kind="detail", methods=("GET",)), example=_any, reads="查看核对报告"),
    Page("matching.pdf", "console/matching/<int:pk>/pdf/", "打印核对报告", selectors.READ,
         Custom(showing.report_pdf, methods=("GET",)), example=_any, reads="打印核对报告"),
    Page("matching.json", "console/matching/<int:pk>/json/", "受托核对的答复（JSON）", selectors.READ,
         Custom(showing.reply_file, methods=("GET",)), example=_outside, reads="答复委托单位"),
    Page("matching.paper", "console/matching/<int:pk>/paper/<int:attachment>/", "来函和授权书", selectors.READ,
         Custom(showing.paper, methods=("GET",)), example=_paper, reads="查看来函和授权书"),
    Page("matching.void", "console/matching/<int:pk>/void/", "作废核对请求", "match.run", entering.VOID, example=_outside),
]  # fmt: skip
