"""存量导入: upload → columns → trial → submit → approve → result, and the re-check of an imported award."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit import services as audit
from minzheng.kernel.awards.models import Award
from minzheng.kernel.awards.selectors import visible_to as visible_awards
from minzheng.kernel.cases.lifecycle.pay import WHY_RECHECK
from minzheng.kernel.exchange.caseload import batches, form, selectors, store, takeover, undo
from minzheng.kernel.exchange.caseload.errors import ImportRefused
from minzheng.kernel.exchange.models import ImportBatch, ImportLink
from minzheng.kernel.jobs import services as jobs
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Moment, Region, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, LongText, yuan_text
from minzheng.kernel.parts.filters import ByChoice, ByRegion, Search
from minzheng.kernel.parts.page import ActionBody, Custom, Done, ListBody, Menu, Page

TONES = {"checked": "info", "submitted": "wait", "loaded": "good", "returned": "warn", "failed": "bad", "checking": "wait",
         "loading": "wait"}  # fmt: skip
#: Smaller files are tried and loaded at once; larger ones by a job (about ten thousand rows).
AT_ONCE = 1_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _url(page: str, batch: ImportBatch) -> str:
    return reverse(page, kwargs={"pk": batch.pk})


def _page(request: HttpRequest) -> Page:
    return request.page  # type: ignore[attr-defined, no-any-return]


def _mine(request: HttpRequest, pk: int, permission: str = "caseload.import") -> ImportBatch:
    """A batch that this actor may work on; 404 for any other."""
    actor = actor_in(request)
    batch = selectors.get(actor, pk)
    if batch is None or not actor.can(permission, batch.region_code):
        raise Http404
    return batch


def upload(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    places = actor.scopes("caseload.import")
    refusals: list[str] = []
    if request.method == "POST":
        given = request.FILES.get("file")
        place = request.POST.get("region") or (places[0] if places else "")
        if given is None:
            refusals = ["请选择要导入的花名册文件。"]
        elif place not in places:
            refusals = ["请选择您负责的地区。"]
        else:
            try:
                batch = batches.upload(actor=actor, name=given.name or "", content=given.read(), region_code=place)
                return HttpResponseRedirect(_url("caseload.mapping", batch))
            except ImportRefused as error:
                refusals = error.sentences
    named = form.place_names(places)
    status = 422 if refusals else 200
    return draw(request, "caseload/upload.html", _page(request), status, places=named, refusals=refusals)


def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    batch = _mine(request, pk)
    refusals: list[str] = []
    try:
        sheet = form.MappingForm(batch, request.GET, request.POST if request.method == "POST" else None)
        if request.method == "POST":
            batches.set_mapping(
                actor=actor_in(request), pk=pk, told=sheet.told(), template=request.POST.get("template", "")
            )
            _try(request, pk)
            return HttpResponseRedirect(_url("caseload.detail", batch))
    except ImportRefused as error:
        refusals = error.sentences or list(error.fields.values())
        sheet = form.MappingForm(batch, request.GET, request.POST if request.method == "POST" else None, quiet=True)
    status = 422 if refusals else 200
    return draw(request, "caseload/mapping.html", _page(request), status, batch=batch, form=sheet, refusals=refusals)


def _try(request: HttpRequest, pk: int) -> None:
    """A small file at once, a large one in the background."""
    actor, batch = actor_in(request), ImportBatch.objects.get(pk=pk)
    if batch.file_size <= AT_ONCE:
        batches.check(actor=actor, pk=pk)
        return
    batches.begin_check(actor=actor, pk=pk)
    key = f"caseload.check:{pk}:{clock.now().timestamp()}"
    jobs.enqueue("caseload.check", args={"batch": str(pk), "user": str(actor.id)}, key=key, requested_by_id=actor.id)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_in(request)
    batch = selectors.get(actor, pk)
    if batch is None:
        raise Http404
    may = {code: bool(actor.can(f"caseload.{code}", batch.region_code)) for code in ("import", "approve")}
    own = actor.id is not None and actor.id == batch.made_by_id
    totals = [_in_yuan(line) for line in batch.report.get("totals", ())]
    response = draw(
        request, "caseload/detail.html", _page(request), batch=batch, report=batch.report, totals=totals, may=may, own=own,
        busy=batch.state in ("checking", "loading"), rejects=store.has(pk, "rejects"), tone=TONES.get(batch.state, "plain"),
    )  # fmt: skip
    if batch.state in ("checking", "loading"):
        response["Refresh"] = "3"
    return response


def _in_yuan(line: dict[str, Any]) -> dict[str, Any]:
    """Sums of a report line with their money in words of yuan."""
    parts = ("added", "after", "control")
    return line | {
        part: line[part] | ({"yuan": yuan_text(line[part]["fen"])} if "fen" in line[part] else {}) for part in parts
    }


def rejects(request: HttpRequest, pk: int) -> HttpResponse:
    batch = _mine(request, pk)
    try:
        content = store.get(pk, "rejects")
    except ImportRefused:
        raise Http404 from None
    audit.record_read(actor=actor_in(request), obj=batch, reason="下载退回文件")
    kind = "csv" if batch.file_name.lower().endswith(("csv", "txt")) else "xlsx"
    response = HttpResponse(content, content_type="text/csv; charset=utf-8" if kind == "csv" else XLSX)
    name = quote(f"{batch.file_name.rpartition('.')[0]}_退回.{kind}")
    response["Content-Disposition"] = f"attachment; filename=\"rejects.{kind}\"; filename*=UTF-8''{name}"
    return response


def _importable(actor: Any, pk: int) -> ImportBatch | None:
    batch = selectors.get(actor, pk)
    return batch if batch and actor.can("caseload.import", batch.region_code) else None


def _approvable(actor: Any, pk: int) -> ImportBatch | None:
    batch = selectors.get(actor, pk)
    return batch if batch and actor.can("caseload.approve", batch.region_code) else None


def _submit(actor: Any, batch: ImportBatch, values: dict[str, Any]) -> Done:
    batches.submit(actor=actor, pk=batch.pk, reason=values["reason"])
    return Done("已提交，等县级审核确认人员批准。", _url("caseload.detail", batch))


def _approve(actor: Any, batch: ImportBatch, values: dict[str, Any]) -> Done:
    batches.approve(actor=actor, pk=batch.pk)
    if batch.file_size <= AT_ONCE:
        try:
            batches.load(actor=actor, pk=batch.pk)
        except ImportRefused as error:
            batches.failed(pk=batch.pk, sentence=str(error))
            raise
        return Done("已批准并入库。", _url("caseload.detail", batch))
    jobs.enqueue(
        "caseload.load", args={"batch": str(batch.pk)}, key=f"caseload.load:{batch.pk}", requested_by_id=actor.id
    )
    return Done("已批准，正在入库。", _url("caseload.detail", batch))


def _send_back(actor: Any, batch: ImportBatch, values: dict[str, Any]) -> Done:
    batches.send_back(actor=actor, pk=batch.pk, reason=values["reason"])
    return Done("已退回经办人。", _url("caseload.detail", batch))


def _undo(actor: Any, batch: ImportBatch, values: dict[str, Any]) -> Done:
    undo.undo(actor=actor, pk=batch.pk, reason=values["reason"])
    return Done("整批已撤销。", _url("caseload.detail", batch))


def _award(actor: Any, pk: int) -> Award | None:
    award = visible_awards(actor).filter(pk=pk).first()
    if award is None or not actor.can("case.investigate", award.region_code):
        return None
    return award if takeover.waiting(award) else None


def _recheck(actor: Any, award: Award, values: dict[str, Any]) -> Done:
    case = takeover.open_recheck(actor=actor, award_id=award.pk, why=values["why"], opinion=values["opinion"])
    return Done(f"已启动复核，办件 {case.no}。", reverse("cases.detail", kwargs={"pk": case.pk}))


_example = first_of(ImportBatch.objects.order_by("pk"))


def _award_example() -> dict[str, int] | None:
    made = ImportLink.objects.filter(kind="A").values("object_id")
    pk = Award.objects.filter(pk__in=made, case=None).values_list("pk", flat=True).first()
    return {"pk": pk} if pk else None


_REASON = LongText("reason", "理由", required=True, max_length=200, rows=2)
PAGES = [
    Page(
        "caseload.list",
        "console/caseload/",
        "存量导入",
        "caseload.read",
        ListBody(
            selectors.visible_to,
            (
                Text("file_name", "文件"),
                Region("region_code", "地区"),
                Badge("state", "状态", names=dict(ImportBatch.STATES), tones=TONES, sort="state"),
                Text(lambda row: row.report.get("accepted", "—"), "合格行", css="num"),
                Text(lambda row: row.report.get("rejected", "—"), "退回行", css="num"),
                Text(lambda row: row.report.get("new_awards", "—"), "新增待遇", css="num"),
                Badge("tied", "对照", names={"True": "相符", "False": "未相符"}, tones={"True": "good", "False": "plain"}),
                Text(lambda row: row.made_by.name if row.made_by else "系统", "经办"),
                Text(lambda row: row.approved_by.name if row.approved_by else "", "批准", narrow=False),
                Moment("created_at", "上传", sort="created_at"),
                Moment("loaded_at", "入库", sort="loaded_at", narrow=False),
            ),
            filters=(
                Search("q", "文件名", by=lambda rows, text, drawing: rows.filter(file_name__contains=text)),
                ByRegion("region", "地区", permission="caseload.read"),
                ByChoice("state", "状态", choices=ImportBatch.STATES),
            ),
            sort="-created_at",
            link=("caseload.detail", {"pk": "pk"}),
            actions=(Action("导入一份花名册", "caseload.upload", icon="plus", primary=True),),
            empty="还没有导入过。数据管理员按“导入一份花名册”上传本局正在使用的 Excel。",
        ),
        menu=Menu("数据", 30, "inbox"),
    ),
    Page("caseload.upload", "console/caseload/upload/", "导入一份花名册", "caseload.import", Custom(upload)),
    Page("caseload.mapping", "console/caseload/<int:pk>/columns/", "指明各列", "caseload.import", Custom(mapping),
         example=_example),
    Page("caseload.detail", "console/caseload/<int:pk>/", "导入批次", "caseload.read", Custom(detail), example=_example),
    Page("caseload.rejects", "console/caseload/<int:pk>/rejects/", "退回文件", "caseload.import", Custom(rejects),
         example=_example),
    Page(
        "caseload.submit", "console/caseload/<int:pk>/submit/", "提交导入", "caseload.import",
        ActionBody(
            _importable, _submit, submit="提交", parent="caseload.list",
            fields=(LongText("reason", "合计不符或有退回行时的理由", max_length=200, rows=2),),
            question="提交后由另一名县级审核确认人员批准才入库。合计与对照数不符的，要写明理由。",
        ),
        example=_example,
    ),
    Page(
        "caseload.approve", "console/caseload/<int:pk>/approve/", "批准入库", "caseload.approve",
        ActionBody(_approvable, _approve, submit="批准入库", parent="caseload.list",
                   question="批准后整批写入档案和待遇；写到一半出错会全部退回。入库后在第一次发放或办理之前可以整批撤销。"),
        example=_example,
    ),
    Page(
        "caseload.return", "console/caseload/<int:pk>/return/", "退回导入", "caseload.approve",
        ActionBody(_approvable, _send_back, fields=(_REASON,), submit="退回", parent="caseload.list",
                   question="退回后经办人可以改正再试算。"),
        example=_example,
    ),
    Page(
        "caseload.undo", "console/caseload/<int:pk>/undo/", "整批撤销", "caseload.approve",
        ActionBody(_approvable, _undo, fields=(_REASON,), submit="整批撤销", danger=True, parent="caseload.list",
                   question="撤销会删去这一批建立的人员、家庭和待遇。已有发放、办件或别的登记引用它们的，不能撤销。"),
        example=_example,
    ),
    Page(
        "caseload.recheck", "console/awards/<int:pk>/recheck/", "启动复核（存量待遇）", "case.investigate",
        ActionBody(
            _award, _recheck, submit="启动复核", parent="awards.list",
            fields=(Choice("why", "原因", required=True, options=WHY_RECHECK, radio_up_to=0), LongText("opinion", "说明")),
            question="这项待遇是存量导入的，启动复核时为它建立办件；之后与本系统认定的待遇一样办理。",
        ),
        example=_award_example,
    ),
]  # fmt: skip
