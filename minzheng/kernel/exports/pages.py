"""我的导出, 导出审批."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.exports import selectors, services
from minzheng.kernel.exports.errors import ExportRefused
from minzheng.kernel.exports.models import ExportRequest
from minzheng.kernel.pages.exporting.files import CONTENT_TYPES
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Column, Link, Moment, Number, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import Choice, LongText
from minzheng.kernel.parts.filters import ByChoice, DateRange
from minzheng.kernel.parts.page import STAFF, ActionBody, Custom, DetailBody, Done, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table

TONES = {"asked": "wait", "approved": "info", "made": "good", "refused": "bad", "failed": "bad", "expired": "plain"}


def _state(row: ExportRequest) -> str:
    """A small export was handed out on the spot and is not kept."""
    at_once = row.state == ExportRequest.MADE and not row.files
    return "已直接导出" if at_once else str(row.get_state_display())


def _one(actor: Any, pk: int) -> ExportRequest | None:
    return selectors.visible_to(actor).filter(pk=pk).first()


def _to_decide(actor: Any, pk: int) -> ExportRequest | None:
    return selectors.to_decide(actor).filter(pk=pk).first()


def _decide(actor: Any, obj: ExportRequest, values: dict[str, Any]) -> Done:
    approve = values["verdict"] == "yes"
    services.decide(actor=actor, pk=obj.pk, approve=approve, text=values["text"] or "")
    return Done("已同意，正在后台生成。" if approve else "已回复不同意。", reverse("exports.approvals"))


def download(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    """One part of an allowed export, for its asker only."""
    try:
        file, content = services.fetch(actor=actor_in(request), pk=pk, part=part)
    except ExportRefused as error:
        raise Http404(str(error)) from None
    response = HttpResponse(content, content_type=CONTENT_TYPES[file["name"].rpartition(".")[2]])
    response["Content-Disposition"] = disposition(file["name"])
    return response


def _files(request: ExportRequest, drawing: Drawing) -> list[dict[str, Any]]:
    """Parts as rows; only the asker gets links."""
    mine = request.user_id == drawing.actor.id and request.state == ExportRequest.MADE
    return [
        {**file, "request": request.pk if mine else None, "part": number, "kb": f"{file['bytes'] / 1024:,.0f} KB"}
        for number, file in enumerate(request.files)
    ]


def _progress(request: ExportRequest) -> str:
    """How far the job is, in words."""
    from minzheng.kernel.jobs.models import JobRun

    if request.state != ExportRequest.APPROVED:
        return ""
    run = JobRun.objects.filter(key=f"{services.MAKE}:{request.pk}").first()
    return f"{run.progress}%　{run.message}" if run else "排队中"


MINE: tuple[Column, ...] = (
    Text("no", "导出编号", css="nowrap"),
    Text("title", "内容"),
    Number("rows", "行数"),
    Badge("unmasked", "号码", names={"True": "完整", "False": "遮盖"}, tones={"True": "warn"}),
    Badge("state", "状态", names=lambda row: _state(row), tones=lambda row: TONES[row.state], sort="state"),
    Moment("asked_at", "申请时间", sort="asked_at"),
    Moment("expires_at", "保留至", narrow=False),
    Number("downloads", "下载次数", narrow=False),
)
OTHERS: tuple[Column, ...] = (
    MINE[0], Text("user_name", "申请人"), Text("post", "单位与岗位", narrow=False), *MINE[1:6], Text("purpose", "用途"),
)  # fmt: skip
_FILTERS = (
    ByChoice("state", "状态", choices=ExportRequest.STATES),
    DateRange("asked", "日期", field="asked_at", moment=True),
)

PAGES = [
    Page(
        "exports.mine",
        "console/exports/",
        "我的导出",
        STAFF,
        ListBody(
            selectors.own,
            MINE,
            sort="-asked_at",
            link=("exports.detail", {"pk": "pk"}),
            filters=_FILTERS,
            empty="您还没有导出过。在各个名单页按“导出”后，会列在这里。",
        ),
        menu=Menu("数据", 80, "download"),
        impersonal="只列本人的导出申请，没有名单里的人",
    ),
    Page(
        "exports.approvals",
        "console/exports/approvals/",
        "导出审批",
        "export.approve",
        ListBody(
            selectors.to_decide,
            OTHERS,
            sort="-asked_at",
            link=("exports.detail", {"pk": "pk"}),
            filters=_FILTERS,
            empty="没有要审批的导出。行数多、或含完整号码的导出申请会出现在这里。",
        ),
        menu=Menu("监督", 70, "check"),
        impersonal="只列导出申请，没有名单里的人",
    ),
    Page(
        "exports.detail",
        "console/exports/<int:pk>/",
        "导出申请",
        STAFF,
        DetailBody(
            _one,
            (
                Facts(
                    "申请",
                    items=(*OTHERS, Text("filters", "筛选条件"), Text(lambda row: "、".join(row.columns), "栏目")),
                ),
                Facts(
                    "生成进度", columns=1, items=(Text(_progress, "进度"),), when=lambda row: row.state == "approved"
                ),
                Facts("没有生成", columns=1, items=(Text("error", "原因"),), when=lambda row: row.state == "failed"),
                Table(
                    "文件",
                    rows=_files,
                    columns=(
                        Link("name", "文件", page="exports.download", args={"pk": "request", "part": "part"}),
                        Number("rows", "行数"),
                        Text("kb", "大小"),
                        Text(lambda row: row["sm3"][:16], "SM3（前 16 位）"),
                    ),
                    empty="现在没有文件。同意并生成后会列在这里，过期自动删除。",
                ),
            ),
            side=(
                Facts(
                    "审批",
                    columns=1,
                    items=(
                        Text("decided_name", "审批人"),
                        Moment("decided_at", "时间"),
                        Text("decision", "意见"),
                    ),
                    when=lambda row: row.decided_at is not None,
                ),
            ),
            actions=(
                Action(
                    "审批",
                    "exports.decide",
                    args={"pk": "pk"},
                    icon="check",
                    primary=True,
                    when=lambda row: row.state == "asked",
                ),
            ),
            title=lambda row: f"导出 {row.no}",
        ),
    ),
    Page(
        "exports.decide",
        "console/exports/<int:pk>/decide/",
        "审批导出",
        "export.approve",
        ActionBody(
            _to_decide,
            _decide,
            fields=(
                Choice("verdict", "决定", required=True, options=[("yes", "同意"), ("no", "不同意")]),
                LongText("text", "意见", max_length=200, help="不同意须写明理由。"),
            ),
            question="请看清内容、行数、是否含完整号码和用途，再作决定。",
            submit="提交",
            parent="exports.approvals",
        ),
    ),
    Page(
        "exports.download",
        "console/exports/<int:pk>/files/<int:part>/",
        "下载导出文件",
        STAFF,
        Custom(download, methods=("GET",)),
    ),
]
