"""数据湖批次: the list, an upload with its trial, one batch with its quality, rejected rows, correcting and dropping."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.datacenter.lake import announcing, desk, ending, rejects, retention, selectors, showing
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.sources import registry
from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit import services as audit
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Moment, Number, Region, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Date, LongText
from minzheng.kernel.parts.filters import ByChoice, ByRegion, Search
from minzheng.kernel.parts.page import ActionBody, Custom, Done, ListBody, Menu, Page
from minzheng.kernel.regions.selectors import region_names

GROUP = "大数据中心"
NO_ONE = "只有批次和合计，没有任何人的信息"
TONES = {"checked": "info", "held": "good", "superseded": "plain", "dropped": "plain", "failed": "bad", "checking": "wait",
         "loading": "wait", "uploaded": "wait"}  # fmt: skip


def _page(request: HttpRequest) -> Page:
    return request.page  # type: ignore[attr-defined, no-any-return]


def _url(batch: LakeBatch) -> str:
    return reverse("lake.detail", kwargs={"pk": batch.pk})


def _titles(drawing: Any = None) -> list[tuple[str, str]]:
    return [(code, spec.title) for code, spec in registry.all().items()]


def upload(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    places = actor.scopes(announcing.INGEST)
    given = request.POST if request.method == "POST" else request.GET
    old = selectors.correctable(actor, given.get("supersedes", ""), announcing.INGEST)
    refusals: list[str] = []
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return HttpResponseRedirect(_url(_uploaded(request, old)))
        except LakeRefused as error:
            refusals, errors = error.sentences, error.fields
    values = {name: given.get(name, "") for name in ("source", "period", "region", "basis")}
    if old is not None:
        values |= {"source": old.source, "period": old.period, "region": old.region_code}
    values["period"] = values["period"] or showing.last_month(clock.today())
    return draw(
        request, "lake/upload.html", _page(request), 422 if refusals or errors else 200, values=values, wrong=errors,
        refusals=[*refusals, *errors.values()], sources=_titles(), old=old, places=sorted(region_names(places).items()),
    )  # fmt: skip


def _uploaded(request: HttpRequest, old: LakeBatch | None) -> LakeBatch:
    actor, told = actor_in(request), request.POST
    region = old.region_code if old is not None else told.get("region", "")
    places = actor.scopes(announcing.INGEST)
    if not region and len(places) == 1:
        region = places[0]
    if not told.get("source"):
        raise LakeRefused([], {"source": "请选择数据来源。"})
    if not actor.can(announcing.INGEST, region) if region else True:
        raise LakeRefused([], {"region": "请选择您负责的地区。"})
    return desk.upload(
        actor=actor, source=told["source"], period=told.get("period", "").strip(), region_code=region,
        file=request.FILES.get("file"), basis=told.get("basis", "").strip(), supersedes=old,
    )  # fmt: skip


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_in(request)
    batch = selectors.get(actor, pk)
    if batch is None:
        raise Http404
    busy = batch.state in selectors.BUSY
    may = {name: bool(actor.can(f"lake.{name}", batch.region_code)) for name in ("ingest", "drop")}
    response = draw(
        request, "lake/batch.html", _page(request), batch=batch, spec=registry.all().get(batch.source), may=may, busy=busy,
        tone=TONES[batch.state], report=showing.report(batch), place=region_names([batch.region_code]).get(batch.region_code),
        kept=retention.told(batch), never_held=batch.state in ending.NEVER_HELD,
        progress=selectors.progress(batch.job_id) if busy else {}, newer=batch.superseded_by.order_by("-pk").first(),
    )  # fmt: skip
    if busy:
        response["Refresh"] = "3"
    return response


def rejected(request: HttpRequest, pk: int) -> HttpResponse:
    """The reject file, for whoever brings data in, after a reason that is logged."""
    actor = actor_in(request)
    batch = selectors.get(actor, pk, announcing.INGEST)
    if batch is None or not batch.has_rejects:
        raise Http404
    reason = " ".join(request.POST.get("reason", "").split())
    refusals = ["请写明下载退回文件做什么（至少 4 个字）。"] if request.method == "POST" and len(reason) < 4 else []
    if request.method == "GET" or refusals:
        return draw(
            request, "lake/rejects.html", _page(request), 422 if refusals else 200, batch=batch, refusals=refusals
        )
    content = rejects.get(batch.pk)
    audit.record_read(actor=actor, obj=batch, reason=f"下载退回文件：{reason}"[:200])
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = quote(f"{batch.no}_退回.csv")
    response["Content-Disposition"] = f"attachment; filename=\"rejects.csv\"; filename*=UTF-8''{name}"
    return response


def _named(batch: LakeBatch) -> str:
    """Which batch a form is about."""
    return f"{registry.title(batch.source)} {batch.period}（{batch.no}，{batch.accepted:,} 行）。"


def _loadable(actor: Any, pk: int) -> LakeBatch | None:
    batch = selectors.get(actor, pk, announcing.INGEST)
    return batch if batch is not None and batch.state == LakeBatch.CHECKED and batch.accepted else None


def _load(actor: Any, batch: LakeBatch, values: dict[str, Any]) -> Done:
    done = desk.load(actor=actor, batch=batch)
    if done.state == LakeBatch.HELD:
        return Done(f"已入湖：{done.accepted:,} 行。", _url(done))
    return Done("已开始入湖，在这里看进度。", _url(batch))


def _resumable(actor: Any, pk: int) -> LakeBatch | None:
    batch = selectors.get(actor, pk, announcing.INGEST)
    return batch if batch is not None and batch.state == LakeBatch.UPLOADED and batch.raw_parts else None


def _resume(actor: Any, batch: LakeBatch, values: dict[str, Any]) -> Done:
    desk.resume(actor=actor, batch=batch)
    return Done("已接着试读，结果在下面。", _url(batch))


def _discardable(actor: Any, pk: int) -> LakeBatch | None:
    batch = selectors.get(actor, pk, announcing.INGEST)
    return batch if batch is not None and batch.state in ending.NEVER_HELD else None


def _discard(actor: Any, batch: LakeBatch, values: dict[str, Any]) -> Done:
    ending.discard(actor=actor, pk=batch.pk, reason=values.get("reason") or "")
    return Done(f"批次 {batch.no} 没有入湖，原件已清除。", _url(batch))


def _droppable(actor: Any, pk: int) -> LakeBatch | None:
    batch = selectors.get(actor, pk, ending.DROP)
    return batch if batch is not None and batch.state in ending.ENDABLE else None


def _drop(actor: Any, batch: LakeBatch, values: dict[str, Any]) -> Done:
    ending.drop(actor=actor, pk=batch.pk, reason=values["reason"])
    return Done(f"批次 {batch.no} 已删除，钥匙已销毁。", _url(batch))


def _keepable(actor: Any, pk: int) -> LakeBatch | None:
    batch = selectors.get(actor, pk, ending.DROP)
    return batch if batch is not None and batch.state in (LakeBatch.HELD, LakeBatch.SUPERSEDED) else None


def _keep(actor: Any, batch: LakeBatch, values: dict[str, Any]) -> Done:
    day = values.get("day")
    ending.keep_until(actor=actor, pk=batch.pk, day=day.isoformat() if day else "")
    return Done("保留期已登记。" if day else "保留期已取消。", _url(batch))


_example = first_of(LakeBatch.objects.order_by("pk"))
_with_rejects = first_of(LakeBatch.objects.filter(has_rejects=True).order_by("pk"))
_checked = first_of(LakeBatch.objects.filter(state=LakeBatch.CHECKED, accepted__gt=0).order_by("pk"))
_stored = first_of(LakeBatch.objects.filter(state=LakeBatch.UPLOADED, raw_parts__gt=0).order_by("pk"))
_never_held = first_of(LakeBatch.objects.filter(state__in=ending.NEVER_HELD).order_by("pk"))
_held = first_of(LakeBatch.objects.filter(state=LakeBatch.HELD).order_by("pk"))

PAGES = [
    Page(
        "lake.list", "console/lake/", "数据湖批次", selectors.READ,
        ListBody(
            selectors.visible_to,
            (
                Text(lambda row: registry.title(row.source), "来源"),
                Text("period", "所属月份", css="nowrap", sort="period"),
                Region("region_code", "地区", narrow=False),
                Badge("state", "状态", names=dict(LakeBatch.STATES), tones=TONES, sort="state"),
                Number(lambda row: f"{row.accepted:,}" if row.rows else "—", "合格行"),
                Number(lambda row: f"{row.rejected:,}" if row.rows else "—", "退回行"),
                Text(showing.quality, "质量", narrow=False),
                Text(lambda row: row.made_name, "经办", narrow=False),
                Moment("created_at", "交来", sort="created_at"),
                Text("no", "批次号", css="nowrap", narrow=False),
            ),
            filters=(
                Search("q", "批次号或文件名", by=showing.searched),
                ByChoice("source", "来源", choices=_titles),
                ByChoice("state", "状态", choices=LakeBatch.STATES),
                ByRegion("region", "地区", permission=selectors.READ),
            ),
            sort="-created_at",
            link=("lake.detail", {"pk": "pk"}),
            actions=(
                Action("收进一份数据", "lake.upload", icon="plus", primary=True),
                Action("数据库链接", "lake.links", icon="list"),
                Action("到期待销毁", "lake.due", icon="clock"),
                Action("数据目录", "sources.list", icon="book"),
            ),
            lead="部门交来的每一份数据是一批：检查过、去标识、按人排序后存放；更正是新的一批，旧的留痕。",
            empty="还没有数据。按“收进一份数据”上传部门交来的文件，或在“数据库链接”里登记只读链接。",
        ),
        menu=Menu(GROUP, 10, "inbox"), impersonal=NO_ONE,
    ),
    Page("lake.upload", "console/lake/upload/", "收进一份数据", announcing.INGEST, Custom(upload)),
    Page("lake.detail", "console/lake/<int:pk>/", "数据批次", selectors.READ, Custom(detail, kind="detail", methods=("GET",)),
         example=_example, impersonal=NO_ONE),
    Page("lake.rejects", "console/lake/<int:pk>/rejects/", "下载退回文件", announcing.INGEST, Custom(rejected),
         example=_with_rejects),
    Page(
        "lake.load", "console/lake/<int:pk>/load/", "入湖", announcing.INGEST,
        ActionBody(_loadable, _load, submit="入湖", parent="lake.detail",
                   question=lambda batch: f"{_named(batch)}合格的行收进数据湖，核对和监测随即可以用到；退回的行不收。更正另一批的，旧批同时停用。"),
        example=_checked,
    ),
    Page(
        "lake.resume", "console/lake/<int:pk>/resume/", "接着试读", announcing.INGEST,
        ActionBody(_resumable, _resume, submit="接着试读", parent="lake.detail",
                   question=lambda batch: f"{_named(batch)}文件已经完整收好，只是处理中断了。接着试读：检查每一行，一行也不入湖；看过结果再决定入湖。"),
        example=_stored,
    ),
    Page(
        "lake.discard", "console/lake/<int:pk>/discard/", "不要这一批", announcing.INGEST,
        ActionBody(_discardable, _discard, fields=(LongText("reason", "为什么不要（可以不写）", max_length=200, rows=2),),
                   submit="不要了", danger=True, parent="lake.detail",
                   question=lambda batch: f"{_named(batch)}这一批没有入湖，核对和监测都没有用过。封存的原件和退回文件当即清除，批次登记留痕；要用时请重新交来。"),
        example=_never_held,
    ),
    Page(
        "lake.drop", "console/lake/<int:pk>/drop/", "删除批次", ending.DROP,
        ActionBody(_droppable, _drop, fields=(LongText("reason", "删除的原因", required=True, max_length=200, rows=2),),
                   submit="删除", danger=True, parent="lake.detail",
                   question=lambda batch: f"{_named(batch)}删除后这一批不再参加核对和监测，钥匙当即销毁，封存的姓名和号码谁也打不开，不能恢复。"),
        example=_example,
    ),
    Page(
        "lake.keep", "console/lake/<int:pk>/keep/", "规定保留期", ending.DROP,
        ActionBody(_keepable, _keep, fields=(Date("day", "保留至（空着按来源的保留期）"),), submit="登记", parent="lake.detail",
                   question=lambda batch: f"{_named(batch)}到期后自动删除这一批，并记入审计；不写的按来源的保留期列入待销毁。"),
        example=_held,
    ),
]  # fmt: skip
