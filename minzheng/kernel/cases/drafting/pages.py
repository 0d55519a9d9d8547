"""代办委托 as staff see it: what waits to be looked at, one mandate with its paper, registering one at the window, ending
it on the principal's word; and throwing a draft away at the window."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.drafting import agent_drafts
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.documents.models import Attachment
from minzheng.kernel.items import registry
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Moment, Region, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, IdNumber, Phone, Photo
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import ByChoice
from minzheng.kernel.parts.page import ActionBody, Custom, Done, FormBody, ListBody, Menu, Page
from minzheng.kernel.subjects import mandate_services, mandates
from minzheng.kernel.subjects.mandate_models import Mandate
from minzheng.kernel.subjects.mandate_services import MandateRefused
from minzheng.kernel.subjects.search import person_by_id_no

TONES = {"waiting": "warn", "active": "good", "revoked": "plain", "refused": "bad"}
KINDS = (("entrust", "委托"), ("guardian", "法定监护"))

LIST = ListBody(
    mandates.visible,
    (
        Text("principal_name", "被代办人"),
        Text("agent_name", "代办人"),
        Text("words", "关系"),
        Badge("kind", "类别", names=dict(Mandate.KINDS)),
        Badge("state", "状态", names=dict(Mandate.STATES), tones=TONES),
        Badge("method", "依据", names=dict(Mandate.METHODS)),
        Region("region_code", "所在地"),
        Date("valid_to", "到期", sort="valid_to"),
        Moment("created_at", "登记时间", sort="created_at"),
    ),
    filters=(ByChoice("state", "状态", choices=Mandate.STATES), ByChoice("kind", "类别", choices=Mandate.KINDS)),
    sort="-created_at",
    link=("mandates.detail", {"pk": "pk"}),
    actions=(Action("登记委托", "mandates.new"),),
    empty="还没有代办委托。群众在手机上委托、带委托书替家人申请，或在窗口登记后，会列在这里。",
    lead="带着委托书来的，受理前先看委托书：谁委托谁、办什么、到哪天、有没有本人签名。",
)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mandate; POST confirms, refuses or ends it."""
    drawing = drawing_of(request)
    row = mandates.visible(drawing.actor).filter(pk=pk).first()
    if row is None:
        raise Http404("没有找到。")
    audit.record_read(actor=drawing.actor, obj=row, reason="核对代办委托")
    said, refusal = "", ""
    if request.method == "POST":
        try:
            said = _decided(drawing.actor, pk, request.POST.get("do", ""), request.POST.get("reason", ""))
        except MandateRefused as error:
            refusal = str(error)
        row = mandates.visible(drawing.actor).get(pk=pk)
    page = request.page  # type: ignore[attr-defined]
    return draw(
        request,
        "console/mandate.html",
        page,
        status=422 if refusal else 200,
        title=f"{row.agent_name}替{row.principal_name}代办",
        row=row,
        tone=TONES[row.state],
        live=mandates.usable(row),
        matters=_matters(row),
        said=said,
        refusal=refusal,
    )


def _decided(actor: Any, pk: int, do: str, reason: str) -> str:
    if do == "confirm":
        mandate_services.confirm(actor=actor, mandate_id=pk)
        return "已确认，这份委托有效。"
    if do == "refuse":
        mandate_services.refuse(actor=actor, mandate_id=pk, reason=reason)
        return "已记为不认可，代办人不再看得到这件申请。"
    if do == "revoke":
        mandate_services.revoke(actor=actor, mandate_id=pk, reason=reason or "窗口按本人要求解除")
        return "已解除，马上生效。"
    return ""


def _matters(row: Mandate) -> str:
    titles = {item.code: item.title for item in registry.all_items()}
    return "、".join(titles.get(code, code) for code in row.items) or "所有能在手机上办的事"


def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed paper of a mandate, logged."""
    actor = drawing_of(request).actor
    row = mandates.visible(actor).filter(pk=pk).first()
    one = Attachment.objects.filter(pk=row.proof_id, removed_at=None).first() if row and row.proof_id else None
    if row is None or one is None:
        raise Http404("没有找到。")
    audit.record_read(actor=actor, obj=row, reason="查看委托书")
    body, kind = documents.open_attachment(one)
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _fields(actor: Any, obj: Any) -> list[Any]:
    items = [(item.code, item.title) for item in registry.portal_items()]
    return [
        IdNumber("id_no", "被代办人身份证号码", required=True),
        TextField("agent_name", "代办人姓名", required=True, max_length=30),
        Phone("agent_phone", "代办人手机号", required=True, help="代办人用这个号码登录，接受后生效。"),
        TextField("relation", "代办人是被代办人的", required=True, max_length=20, help="例如女儿、邻居。"),
        Choice("kind", "类别", required=True, options=KINDS),
        Choice("items", "事项", many=True, options=items, help="不选的，所有能在手机上办的事都可以。"),
        DateField("valid_to", "到期日", help="委托应写明期限；监护可以不填。"),
        Photo("proof", "签好字的委托书或监护证明", required=True, kind="mandate", max_files=1),
    ]


def _register(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    person = person_by_id_no(actor, values["id_no"])
    if person is None:
        raise Refused("没有这个人的档案，或者不在您的范围内；首次申请的，请直接在申请里上传委托书。")
    if values["kind"] == "entrust" and not values.get("valid_to"):
        raise Refused([], {"valid_to": "委托要写明到期日（民法典第一百六十五条：委托书载明期间）。"})
    try:
        proof = documents.store_attachment(
            case=None, kind="mandate", label="委托书", upload=values["proof"][0], actor=actor
        )
        row = mandate_services.register(
            actor=actor,
            kind=values["kind"],
            principal=person,
            agent_name=values["agent_name"],
            agent_phone=values["agent_phone"],
            relation=values["relation"],
            items=values.get("items") or [],
            valid_to=values.get("valid_to") or None,
            proof_id=proof.pk,
        )
    except (MandateRefused, DocumentError) as error:
        raise Refused(str(error)) from None
    return Done("登记好了。请代办人用自己的手机登录，点“接受委托”。", reverse("mandates.detail", kwargs={"pk": row.pk}))


def _own_draft(actor: Any, pk: int) -> Any:
    try:
        case = selectors.get(actor, pk)
    except NotFound:
        return None
    mine = actor.id in (case.created_by_id, case.assignee_id)
    return case if case.state == "DRAFT" and case.submitted_at is None and mine else None


def _drop(actor: Any, case: Any, values: dict[str, Any]) -> Done:
    agent_drafts.drop(case_id=case.pk, actor=actor)
    return Done("草稿和照片都删掉了。", reverse("intake.start"))


_example = first_of(Mandate.objects.order_by("pk"))


_paper_example = first_of(Mandate.objects.exclude(proof_id=None).order_by("pk"))


def _draft_example() -> dict[str, Any] | None:
    from minzheng.kernel.cases.models import Case

    drafts = Case.objects.filter(state="DRAFT", created_by__kind="staff").order_by("pk")
    pk = drafts.values_list("pk", flat=True).first()
    return {"pk": pk} if pk else None


PAGES = [
    Page("mandates.list", "console/mandates/", "代办委托", mandates.CONFIRM, LIST, menu=Menu("办理", 8, "people")),
    Page(
        "mandates.new",
        "console/mandates/new/",
        "登记委托",
        mandates.CONFIRM,
        FormBody(
            _fields,
            _register,
            submit="登记",
            parent="mandates.list",
            lead="本人到窗口当面委托，或家人带来签好字的委托书时用。",
        ),
    ),
    Page(
        "mandates.detail",
        "console/mandates/<int:pk>/",
        "代办委托",
        mandates.CONFIRM,
        Custom(detail, kind="detail"),
        example=_example,
        reads="核对代办委托",
    ),
    Page(
        "mandates.paper",
        "console/mandates/<int:pk>/paper/",
        "委托书",
        mandates.CONFIRM,
        Custom(paper, methods=("GET",)),
        example=_paper_example,
        reads="查看委托书",
    ),
    Page(
        "intake.drop",
        "console/intake/<int:pk>/drop/",
        "删掉草稿",
        "case.create",
        ActionBody(
            _own_draft,
            _drop,
            question="删掉以后，填的内容、照片和签名都找不回来。确定删掉这份草稿？",
            submit="删掉草稿",
            danger=True,
            parent="intake.start",
        ),
        example=_draft_example,
    ),
]
