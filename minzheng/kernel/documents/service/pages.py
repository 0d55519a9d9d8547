"""Pages of service: notices not served yet, one notice with its attempts, recording an attempt, the proof of service."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit import services as audit
from minzheng.kernel.calendar.selectors import add_working_days
from minzheng.kernel.documents import selectors, services, terms
from minzheng.kernel.documents.answers import file_response
from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.documents.models import IssuedDocument, ServiceRecord
from minzheng.kernel.documents.service import serving
from minzheng.kernel.documents.typesetting import easyread
from minzheng.kernel.documents.uploads.sniff import PDF
from minzheng.kernel.notices import choices
from minzheng.kernel.oversight.papers import stamped
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Column, Date, Deadline, Link, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import Choice, Photo, When
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import ByChoice, ByRegion, DateRange
from minzheng.kernel.parts.page import ActionBody, Custom, DetailBody, Done, ListBody, Page
from minzheng.kernel.parts.panels import Facts, Table

OUTCOMES = dict(ServiceRecord.OUTCOMES)
TONES = {"served": "good", "waiting": "wait", "failed": "bad"}
SENT, NOT_SENT = "ok", "no"


def serve_by(document: IssuedDocument) -> date:
    """The day by which a notice should have been served."""
    return add_working_days(document.issued_on, terms.number("unserved_days", document.issued_on)).date


def _late(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    cutoff = selectors.late_since(drawing.today)
    return rows.filter(issued_on__lt=cutoff) if value == "late" else rows.filter(issued_on__gte=cutoff)


def _serve(actor: Any, document: IssuedDocument, values: dict[str, Any]) -> Done:
    _may_serve(actor, document)
    row = services.serve_with_photos(
        document=document,
        method=values["method"],
        on=values["on"],
        actor=actor,
        failed=values["outcome"] == NOT_SENT,
        uploads=values.get("photos") or [],
        receiver=values.get("receiver") or "",
        relation=values.get("relation") or "",
        witnesses=values.get("witnesses") or "",
        post_no=values.get("post_no") or "",
        place=values.get("place") or "",
        note=values.get("note") or "",
    )
    said = {
        "served": f"已登记：{values['on']} {row.method}送达。",
        "waiting": f"已登记公告，到 {row.served_on} 期满视为送达。",
        "failed": f"已登记：{row.method}没有送到，请换一种方式。",
    }[row.outcome]
    return Done(said, reverse("documents.detail", kwargs={"pk": document.pk}))


def _may_serve(actor: Any, document: IssuedDocument) -> None:
    notice = catalogue.NOTICES[document.code]
    if not (actor.can(notice.permission, document.region_code) or actor.can("case.accept", document.region_code)):
        raise DocumentError("您的岗位不能登记这份文书的送达；请由制发机关或者当地的经办人登记。")


def _fields(actor: Any, document: IssuedDocument) -> tuple[Any, ...]:
    person = document.case.applicant if document.case else None
    agreed = choices.electronic_consent(person, clock.today())
    about = f"已同意电子送达：{agreed}。" if agreed else "当事人还没有同意电子送达，不能用电子方式。"
    return (
        Choice(
            "method",
            "送达方式",
            required=True,
            options=[(way, way) for way in serving.SERVICE_METHODS],
            help=f"先当面，再电子、邮寄；拒收的留置；都不行的公告 {terms.number('announce_days')} 日。{about}",
        ),
        Choice("outcome", "结果", required=True, options=[(SENT, "送到了（公告：已发出）"), (NOT_SENT, "没有送到")]),
        DateField("on", "办理日期", required=True, not_after=clock.today, help="救济期限从送达那一天起算。"),
        TextField(
            "receiver", "收件人", max_length=60, when=When("method", ("直接", "邮寄", "电子")), help="签收的人。"
        ),
        TextField(
            "relation",
            "与当事人的关系",
            max_length=20,
            when=When("method", ("直接", "邮寄")),
            help="本人签收的不用填。",
        ),
        TextField("post_no", "邮件号码", max_length=40, when=When("method", ("邮寄",))),
        TextField(
            "witnesses",
            "见证人",
            max_length=120,
            when=When("method", ("留置",)),
            help="姓名和身份，两人以上用空格隔开。",
        ),
        TextField(
            "place",
            "地点",
            max_length=120,
            when=When("method", ("留置", "公告")),
            help="当事人的住所，或者公告张贴处。",
        ),
        TextField("note", "说明", max_length=200, help="没有送到的原因，或者拒收的经过。"),
        Photo("photos", "送达照片、回执", kind="service"),
    )


def _attempts(document: IssuedDocument, drawing: Drawing) -> list[ServiceRecord]:
    return list(document.services.all())


def _remedy(document: IssuedDocument) -> str:
    found = serving.remedy_of(document)
    if found is None:
        return "送达以后显示" if document.fields.get("remedy") else ""
    state = "" if found.running else "（已过）"
    return f"复议到 {found.review_ends}，诉讼到 {found.court_ends}{state}"


def _who(row: ServiceRecord) -> str:
    """Receiver, witnesses, post number: whatever this method has."""
    said = (row.receiver, row.relation and f"（{row.relation}）", row.post_no, row.witnesses, row.consent, row.place)
    return "　".join(part for part in said if part)


def easy_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The large-print page of a notice."""
    actor = actor_in(request)
    document = selectors.document(actor, pk)
    if document is None or document.code not in easyread.RETOLD:
        raise Http404
    audit.record_read(actor=actor, obj=document, reason="查看文书")
    return file_response(stamped(easyread.pdf(document), actor_in(request)), PDF, f"大字说明（{document.number}）.pdf")


def receipt_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """送达回证: blank to take along before service, filled in afterwards."""
    actor = actor_in(request)
    document = selectors.document(actor, pk)
    if document is None or not catalogue.notice(document.code).served:
        raise Http404
    audit.record_read(actor=actor, obj=document, reason="打印送达回证")
    return file_response(
        stamped(services.receipt_pdf(document), actor_in(request)), PDF, f"送达回证（{document.number}）.pdf"
    )


def _example() -> dict[str, Any] | None:
    pk = (
        IssuedDocument.objects.filter(case__is_demo=True, code__in=easyread.RETOLD, destroyed_at=None)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    return {"pk": pk} if pk else None


_COLUMNS: tuple[Column, ...] = (
    Link("title", "文书", page="documents.detail", args={"pk": "pk"}),
    Text("addressee_name", "当事人"),
    Region("region_code", "村（社区）"),
    Text("number", "文号", narrow=False),
    Date("issued_on", "文书日期", sort="issued_on"),
    Deadline(serve_by, "应送达"),
)

PAGES = [
    Page(
        "documents.unserved",
        "console/documents/unserved/",
        "未送达文书",
        "document.read",
        ListBody(
            selectors.unserved,
            _COLUMNS,
            filters=(
                ByChoice("late", "时限", choices=(("late", "超过时限"), ("soon", "还在时限内")), by=_late),
                ByRegion("region", "地区", permission="document.read", field="region_code"),
                DateRange("issued_on", "文书日期"),
            ),
            sort="issued_on",
            link=("documents.detail", {"pk": "pk"}),
            empty="没有未送达的文书。作出决定、制发文书以后，送达前会列在这里。",
            lead="文书送达以后才发生效力，救济期限从送达那一天起算。",
        ),
    ),
    Page(
        "documents.detail",
        "console/documents/<int:pk>/",
        "文书送达",
        "document.read",
        DetailBody(
            selectors.document,
            (
                Facts(
                    "文书",
                    items=(
                        Text("number", "文号"),
                        Date("issued_on", "日期"),
                        Text("addressee_name", "当事人"),
                        Region("region_code", "村（社区）"),
                        Text(lambda one: f"{one.service_method}送达 {one.served_on}" if one.served_on else "未送达", "送达"),
                        Text(_remedy, "救济期限"),
                        Text("sha", "SM3", narrow=False),
                    ),
                ),
                Table(
                    "送达经过",
                    rows=_attempts,
                    columns=(
                        Date("acted_on", "日期"),
                        Text("method", "方式"),
                        Badge("outcome", "结果", names=OUTCOMES, tones=TONES),
                        Date("served_on", "送达日"),
                        Text(_who, "收件与证明"),
                        Text("note", "说明"),
                        Text(lambda row: f"{len(row.proofs)} 份" if row.proofs else "", "照片"),
                    ),
                    empty="还没有送达。点“登记送达”，写明方式、日期和证明。",
                ),
            ),
            title=lambda one: one.title,
            subtitle=lambda one: one.number,
            actions=(
                Action(
                    "登记送达", "documents.serve", args={"pk": "pk"}, primary=True,
                    when=lambda one: one.served_on is None and catalogue.notice(one.code).served,
                ),
                Action("打开文书", "documents.pdf", args={"pk": "pk"}, icon="doc"),
                Action(
                    "大字说明", "documents.easy", args={"pk": "pk"}, icon="doc",
                    when=lambda one: one.code in easyread.RETOLD,
                ),
                Action(
                    "送达回证", "documents.receipt", args={"pk": "pk"}, icon="print",
                    when=lambda one: catalogue.notice(one.code).served,
                ),
            ),
            parent="documents.unserved",
        ),
        example=_example,
        reads="查看文书",
    ),
    Page(
        "documents.serve",
        "console/documents/<int:pk>/serve",
        "登记送达",
        "document.read",
        ActionBody(
            selectors.document,
            _serve,
            fields=_fields,
            question="登记一次送达：方式、日期和证明。没有送到的也要登记，才能改用下一种方式。",
            submit="登记",
            parent="documents.unserved",
        ),
        example=_example,
    ),
    Page(
        "documents.easy",
        "console/documents/<int:pk>/easy",
        "大字说明",
        "document.read",
        Custom(easy_pdf, methods=("GET",)),
        example=_example,
        reads="查看文书",
    ),
    Page(
        "documents.receipt",
        "console/documents/<int:pk>/receipt",
        "送达回证",
        "document.read",
        Custom(receipt_pdf, methods=("GET",)),
        example=_example,
        reads="打印送达回证",
    ),
]  # fmt: skip
