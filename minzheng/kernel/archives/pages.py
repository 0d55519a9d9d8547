"""Pages of the archive: volumes, one volume with its papers, uses and holds, lending, export, requests to delete."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.archives import contents, deletion, exporting, selectors, services
from minzheng.kernel.archives.models import Hold, Volume, VolumeAccess
from minzheng.kernel.audit import services as audit
from minzheng.kernel.documents.answers import file_response
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Column, Date, Link, Moment, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import ByChoice, ByRegion, DateRange, Search
from minzheng.kernel.parts.page import ActionBody, Custom, DetailBody, Done, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table

STATES = dict(Volume.STATES)
TONES = {"kept": "good", "listed": "warn", "destroyed": "plain"}
_WHAT = dict(VolumeAccess.WHAT)


def _found(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    """By archive number, or by the applicant's name at the beginning of the title."""
    return rows.filter(no=text) if text[:1].isdigit() else rows.filter(title__startswith=text)


def _items(volume: Volume, drawing: Drawing) -> list[Any]:
    return list(volume.items.all())


def _editions(volume: Volume, drawing: Drawing) -> list[Any]:
    return list(volume.editions.all())


def _accesses(volume: Volume, drawing: Drawing) -> list[Any]:
    return list(volume.accesses.order_by("-at", "-pk")[:50])


def _holds(volume: Volume, drawing: Drawing) -> list[Any]:
    return list(volume.holds.order_by("-placed_at"))


def _use(actor: Any, volume: Volume, values: dict[str, Any]) -> Done:
    row = services.use(volume=volume, what=values["what"], purpose=values["purpose"], actor=actor)
    said = f"已登记借阅，请在 {row.until} 前归还。" if row.until else "已登记查阅，今天可以打开卷内文件。"
    return Done(said, _url(volume))


def _give_back(actor: Any, volume: Volume, values: dict[str, Any]) -> Done:
    services.give_back(volume=volume, actor=actor)
    return Done("已归还。", _url(volume))


def _hold(actor: Any, volume: Volume, values: dict[str, Any]) -> Done:
    services.place_hold(volume=volume, kind=values["kind"], reason=values["reason"], actor=actor)
    return Done("已登记暂缓销毁。", _url(volume))


def _lift(actor: Any, volume: Volume, values: dict[str, Any]) -> Done:
    services.lift_hold(hold=volume.holds.get(pk=int(values["hold"])), why=values["why"], actor=actor)
    return Done("已解除暂缓。", _url(volume))


def _lift_fields(actor: Any, volume: Volume) -> tuple[Any, ...]:
    found = volume.holds.filter(lifted_at=None).order_by("placed_at")
    return (
        Choice(
            "hold", "哪一项", required=True, radio_up_to=0,
            options=[(str(one.pk), f"{one.get_kind_display()}：{one.reason}") for one in found],
        ),
        TextField("why", "为什么解除", required=True, max_length=200, help="例如：判决已生效。"),
    )  # fmt: skip


def _deletion(actor: Any, volume: Volume, values: dict[str, Any]) -> Done:
    request = deletion.answer_deletion(
        volume=volume, person=volume.case.applicant, asked_on=values["asked_on"], asked=values["asked"], actor=actor
    )
    said = "依法不予删除，已制发答复书。" if request.answer == "refused" else "内容已经销毁，已登记答复。"
    return Done(said, _url(volume))


def _url(volume: Volume) -> str:
    return reverse("archives.volume", kwargs={"pk": volume.pk})


def item_file(request: HttpRequest, pk: int, seq: int) -> HttpResponse:
    """One paper. Whoever has not said what for is led to the page that asks."""
    actor = actor_in(request)
    found = selectors.item(actor, pk, seq)
    if found is None:
        raise Http404
    if not services.may_open(found.volume, actor):
        return HttpResponseRedirect(reverse("archives.use", kwargs={"pk": pk}) + "?" + urlencode({"seq": seq}))
    audit.record_read(actor=actor, obj=found.volume, reason=f"查阅案卷第 {seq} 件")
    data, content_type = contents.content(found)
    suffix = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}.get(content_type, "json")
    return file_response(data, content_type, f"{found.volume.no}-{seq:03d}.{suffix}")


def _export(actor: Any, volume: Volume, values: dict[str, Any]) -> Done:
    """The page says that it is ready; the file itself comes from ``archives.zip``, which needs today's purpose."""
    services.use(volume=volume, what="export", purpose=values["purpose"], actor=actor)
    return Done("已登记导出，下面可以下载。", _url(volume) + "#download")


def zip_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The exported volume. Asks for the purpose first."""
    actor = actor_in(request)
    volume = selectors.managed(actor, pk)
    if volume is None:
        raise Http404
    stated = (
        volume.accesses.filter(user=actor.user, what="export", at__date=clock.today()).order_by("-at").first()
        if volume.state != "destroyed"
        else None
    )
    if stated is None:
        return HttpResponseRedirect(reverse("archives.export", kwargs={"pk": pk}))
    data = exporting.bundle(volume)
    audit.record_read(actor=actor, obj=volume, reason=f"导出案卷：{stated.purpose}")
    return file_response(data, "application/zip", f"{volume.no}.zip", download=True)


_example = first_of(Volume.objects.filter(is_demo=True).order_by("-pk"))


def _item_example() -> dict[str, Any] | None:
    found = _example()
    return found | {"seq": 1} if found else None


_COLUMNS: tuple[Column, ...] = (
    Link("no", "档号", page="archives.volume", args={"pk": "pk"}),
    Text("title", "题名"),
    Region("region_code", "村（社区）"),
    Date("closed_on", "办结日期", sort="closed_on"),
    Text("retention", "保管期限"),
    Text(lambda one: one.destroy_after or "永久", "保管到"),
    Number("items_count", "件数"),
    Number("pages", "页数"),
    Badge("state", "状态", names=STATES, tones=TONES),
)
_ARGS = {"pk": "pk"}


def _is_held(volume: Volume) -> bool:
    return services.held(volume) is not None


def _there(volume: Volume) -> bool:
    return volume.state != "destroyed"


PAGES = [
    Page(
        "archives.volumes",
        "console/archives/",
        "电子档案",
        "archive.read",
        ListBody(
            selectors.volumes,
            _COLUMNS,
            filters=(
                Search("q", "档号、姓名", by=_found, placeholder="档号或者当事人姓名"),
                ByChoice("state", "状态", choices=Volume.STATES),
                ByRegion("region", "地区", permission="archive.read", field="region_code"),
                DateRange("closed_on", "办结日期"),
            ),
            sort="-closed_on",
            link=("archives.volume", _ARGS),
            empty="还没有案卷。办件办结满归档期限以后自动归档，一案一卷，列在这里。",
        ),
        menu=Menu("档案", 60, "book"),
    ),
    Page(
        "archives.volume",
        "console/archives/<int:pk>/",
        "案卷",
        "archive.read",
        DetailBody(
            selectors.volume,
            (
                Facts(
                    "案卷",
                    items=(
                        Text("title", "题名"),
                        Badge("state", "状态", names=STATES, tones=TONES),
                        Region("region_code", "村（社区）"),
                        Date("closed_on", "办结日期"),
                        Text("retention", "保管期限"),
                        Text(lambda one: one.destroy_after or "永久", "保管到"),
                        Text("retention_basis", "期限依据"),
                        Moment("archived_at", "归档时间"),
                        Text(lambda one: f"第 {one.edition} 版", "目录版次"),
                        Text("manifest_sha", "目录SM3", narrow=False),
                    ),
                ),
                Table(
                    "卷内文件",
                    rows=_items,
                    columns=(
                        Number("seq", "件号"),
                        Link("title", "题名", page="archives.item", args={"pk": "volume_id", "seq": "seq"}),
                        Text(lambda row: contents.KINDS.get(row.kind, row.kind), "类别"),
                        Date("made_on", "日期"),
                        Number("pages", "页数"),
                        Text(lambda row: row.sha[:16], "SM3（前 16 位）", narrow=False),
                        Text(lambda row: f"已销毁：{row.destroyed_why}" if row.destroyed_at else "", "备注"),
                    ),
                ),
            ),
            side=(
                Table(
                    "目录版次",
                    rows=_editions,
                    columns=(
                        Number("number", "版"),
                        Moment("made_at", "时间"),
                        Number("items_count", "件数"),
                        Text("reason", "说明"),
                        Text(lambda row: row.manifest_sha[:16], "SM3（前 16 位）", narrow=False),
                    ),
                    empty="归档时的目录列在这里；以后补入的材料另成一版，原来的不改。",
                ),
                Table(
                    "暂缓销毁",
                    rows=_holds,
                    columns=(
                        Text(lambda row: row.get_kind_display(), "原因"),
                        Text("reason", "说明"),
                        Text(lambda row: "已解除" if row.lifted_at else "有效", "状态"),
                    ),
                    empty="没有暂缓。有异议、复议、诉讼的，请登记暂缓销毁。",
                ),
                Table(
                    "利用登记",
                    rows=_accesses,
                    columns=(
                        Moment("at", "时间"),
                        Badge("what", "方式", names=_WHAT),
                        Text("user_name", "利用人"),
                        Text("purpose", "目的"),
                        Date("until", "应还"),
                    ),
                    empty="还没有人查阅、借阅过。",
                ),
            ),
            title=lambda one: f"案卷 {one.no}",
            subtitle=lambda one: one.title,
            actions=(
                Action("查阅、借阅", "archives.use", args=_ARGS, icon="eye", primary=True, when=_there),
                Action("归还", "archives.return", args=_ARGS, icon="back", when=_there),
                Action("暂缓销毁", "archives.hold", args=_ARGS, icon="shield", when=_there),
                Action("解除暂缓", "archives.lift", args=_ARGS, icon="shield", when=_is_held),
                Action("导出", "archives.export", args=_ARGS, icon="download", when=_there),
                Action("下载案卷", "archives.zip", args=_ARGS, icon="download", when=_there),
                Action("删除请求答复", "archives.deletion", args=_ARGS, icon="user"),
            ),
            parent="archives.volumes",
        ),
        example=_example,
        reads="查看案卷目录",
    ),
    Page(
        "archives.item",
        "console/archives/<int:pk>/items/<int:seq>",
        "卷内文件",
        "archive.read",
        Custom(item_file, methods=("GET",)),
        example=_item_example,
        reads="查阅案卷",
    ),
    Page(
        "archives.use",
        "console/archives/<int:pk>/use",
        "查阅、借阅",
        "archive.read",
        ActionBody(
            selectors.volume,
            _use,
            fields=(
                Choice(
                    "what",
                    "方式",
                    required=True,
                    options=[("read", "查阅（当天有效）"), ("borrow", "借阅（到期归还）")],
                ),
                TextField(
                    "purpose", "目的", required=True, max_length=200, help="例如：本人查询、行政复议答复、审计。"
                ),
            ),
            question="先写明目的，再打开卷内文件。目的会留在利用登记里。",
            submit="登记",
            parent="archives.volumes",
        ),
        example=_example,
    ),
    Page(
        "archives.return",
        "console/archives/<int:pk>/return",
        "归还",
        "archive.read",
        ActionBody(
            selectors.volume, _give_back, question="归还您借阅的这个案卷。", submit="归还", parent="archives.volumes"
        ),
        example=_example,
    ),
    Page(
        "archives.hold",
        "console/archives/<int:pk>/hold",
        "暂缓销毁",
        "archive.manage",
        ActionBody(
            selectors.managed,
            _hold,
            fields=(
                Choice("kind", "原因", required=True, options=Hold.KINDS),
                TextField("reason", "案号或者来文", required=True, max_length=200),
            ),
            question="有异议、复议、诉讼、审计的案卷，登记以后不会列入销毁。",
            submit="登记",
            parent="archives.volumes",
        ),
        example=_example,
    ),
    Page(
        "archives.lift",
        "console/archives/<int:pk>/lift",
        "解除暂缓",
        "archive.manage",
        ActionBody(
            selectors.managed,
            _lift,
            fields=_lift_fields,
            question="解除以后，保管期满的案卷可以列入销毁清册。",
            submit="解除",
            parent="archives.volumes",
        ),
        example=_example,
    ),
    Page(
        "archives.export",
        "console/archives/<int:pk>/export",
        "导出案卷",
        "archive.manage",
        ActionBody(
            selectors.managed,
            _export,
            fields=(TextField("purpose", "导出目的", required=True, max_length=200),),
            question="导出整卷：全部文件、目录（PDF、JSON、XML）和签名，导出前回读核对。目的会留在利用登记里。",
            submit="登记并准备下载",
            parent="archives.volumes",
        ),
        example=_example,
    ),
    Page(
        "archives.zip",
        "console/archives/<int:pk>/zip",
        "下载案卷",
        "archive.manage",
        Custom(zip_file, methods=("GET",)),
        example=_example,
        reads="导出案卷",
        step_up=True,
    ),
    Page(
        "archives.deletion",
        "console/archives/<int:pk>/deletion",
        "个人信息删除请求",
        "archive.manage",
        ActionBody(
            selectors.managed,
            _deletion,
            fields=(
                DateField("asked_on", "提出日期", required=True, not_after=clock.today),
                TextField("asked", "要求删除什么", required=True, max_length=200),
            ),
            question="法定档案在保管期满以前不能删除。登记后制发答复书，写明依据和保管到什么时候。",
            submit="答复",
            parent="archives.volumes",
        ),
        example=_example,
    ),
]
