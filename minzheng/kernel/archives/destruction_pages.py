"""Pages of destruction lists: made and proposed by the archivist, approved by the head of the bureau."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.kernel.archives import destruction, selectors
from minzheng.kernel.archives.errors import ArchiveError
from minzheng.kernel.archives.models import DestructionEntry, DestructionList
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Column, Link, Moment, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import ByChoice
from minzheng.kernel.parts.page import ActionBody, DetailBody, Done, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table

STATES = dict(DestructionList.STATES)
TONES = {"draft": "plain", "proposed": "wait", "approved": "warn", "done": "good", "refused": "bad"}
GO, STAY = "go", "stay"


def _make(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    made = destruction.make_list(region_code=values["region"], actor=actor)
    return Done(f"已拟制销毁清册 {made.no}，请逐卷鉴定以后报批。", _url(made))


def _make_fields(actor: Any, obj: Any) -> tuple[Any, ...]:
    from minzheng.kernel.regions.selectors import region_name

    places = [(code, region_name(code)) for code in actor.scopes("archive.manage")]
    return (Choice("region", "地区", required=True, options=places, radio_up_to=0),)


def _propose(actor: Any, made: DestructionList, values: dict[str, Any]) -> Done:
    destruction.propose(made=made, opinion=values["opinion"], actor=actor)
    return Done("已报批。批准以前不会销毁。", _url(made))


def _decide(actor: Any, made: DestructionList, values: dict[str, Any]) -> Done:
    approve = values["answer"] == GO
    destruction.decide(made=made, approve=approve, decision=values["decision"], actor=actor)
    said = "已批准，后台开始销毁。" if approve else "没有批准，案卷继续保管。"
    return Done(said, reverse("archives.approval", kwargs={"pk": made.pk}))


def _keep(actor: Any, entry: DestructionEntry, values: dict[str, Any]) -> Done:
    destruction.keep(entry=entry, keep=values["answer"] == STAY, why=values.get("why") or "", actor=actor)
    return Done("已登记鉴定意见。", _url(entry.listed_in))


def _url(made: DestructionList) -> str:
    return reverse("archives.list", kwargs={"pk": made.pk})


def _entries(made: DestructionList, drawing: Drawing) -> list[DestructionEntry]:
    return list(made.entries.select_related("volume").order_by("seq"))


def _proposed(made: DestructionList) -> bool:
    return made.state == "proposed"


def _draft(made: DestructionList) -> bool:
    return made.state == "draft"


def _new(actor: Any) -> Any:
    """Whoever manages no place's archive has no list to make."""
    if not actor.scopes("archive.manage"):
        raise ArchiveError("您没有管理档案的地区。")
    return actor


_example = first_of(DestructionList.objects.order_by("-pk"))


_entry_example = first_of(DestructionEntry.objects.order_by("-pk"))


_COLUMNS: tuple[Column, ...] = (
    Link("no", "清册号", page="archives.list", args={"pk": "pk"}),
    Region("region_code", "地区"),
    Number("year", "年度", sort="year"),
    Number("going", "拟销毁（卷）"),
    Number("total", "共（卷）"),
    Badge("state", "状态", names=STATES, tones=TONES),
    Moment("made_at", "拟制时间", sort="made_at"),
)
_ARGS = {"pk": "pk"}


def _appraisal(entry: DestructionEntry) -> str:
    return "续存" if entry.keep else "销毁"


#: Only those who make the list can change what happens to a volume.
_APPRAISED: dict[str, Column] = {
    "archive.manage": Link(_appraisal, "鉴定", page="archives.appraise", args=_ARGS),
    "archive.destroy": Text(_appraisal, "鉴定"),
}


def _list_pages(permission: str, prefix: str, path: str, menu: Menu) -> list[Page]:
    """The same list and detail for those who propose and those who approve: each behind their own permission."""
    return [
        Page(
            f"archives.{prefix}s",
            f"console/archives/{path}/",
            "销毁清册",
            permission,
            ListBody(
                selectors.lists,
                tuple(
                    Link("no", "清册号", page=f"archives.{prefix}", args=_ARGS) if one.key == "no" else one
                    for one in _COLUMNS
                ),
                filters=(ByChoice("state", "状态", choices=DestructionList.STATES),),
                sort="-made_at",
                link=(f"archives.{prefix}", _ARGS),
                actions=(Action("拟制清册", "archives.list_new", icon="plus", primary=True),),
                empty="没有销毁清册。保管期满的案卷由档案管理员拟制清册，报批以后才销毁。",
            ),
            menu=menu,
        ),
        Page(
            f"archives.{prefix}",
            f"console/archives/{path}/<int:pk>/",
            "销毁清册",
            permission,
            DetailBody(
                selectors.destruction_list,
                (
                    Facts(
                        "清册",
                        items=(
                            Text("no", "清册号"),
                            Badge("state", "状态", names=STATES, tones=TONES),
                            Region("region_code", "地区"),
                            Number("year", "年度"),
                            Text(lambda one: one.proposed_by.name if one.proposed_by else "", "提出人"),
                            Moment("proposed_at", "提出时间"),
                            Text("opinion", "鉴定意见"),
                            Text(lambda one: one.decided_by.name if one.decided_by else "", "批准人"),
                            Moment("decided_at", "批准时间"),
                            Text("decision", "批准意见"),
                            Moment("done_at", "销毁完成"),
                            Text("list_sha", "清册SM3", narrow=False),
                        ),
                    ),
                    Table(
                        "案卷",
                        rows=_entries,
                        columns=(
                            Number("seq", "序号"),
                            Link("volume.no", "档号", page="archives.volume", args={"pk": "volume_id"}),
                            Text("volume.title", "题名"),
                            Text("volume.retention", "保管期限"),
                            Text("volume.destroy_after", "保管到"),
                            _APPRAISED[permission],
                            Text("why", "说明"),
                            Moment("done_at", "办理时间"),
                        ),
                        empty="清册里没有案卷。",
                    ),
                ),
                title=lambda one: f"销毁清册 {one.no}",
                actions=(
                    Action("报批", "archives.propose", args=_ARGS, primary=True, when=_draft),
                    Action("批准或退回", "archives.decide", args=_ARGS, primary=True, when=_proposed),
                ),
                parent=f"archives.{prefix}s",
            ),
            example=_example,
        ),
    ]


PAGES = [
    *_list_pages("archive.manage", "list", "lists", Menu("档案", 61, "x")),
    *_list_pages("archive.destroy", "approval", "approvals", Menu("档案", 62, "check", "批准销毁档案")),
    Page(
        "archives.list_new",
        "console/archives/lists/new",
        "拟制销毁清册",
        "archive.manage",
        FormBody(
            _make_fields,
            _make,
            get=_new,
            submit="拟制",
            parent="archives.lists",
            lead="列出这个地区今天保管期满的全部案卷；永久保管的、暂缓的、还在办理的不会销毁。",
        ),
    ),
    Page(
        "archives.appraise",
        "console/archives/entries/<int:pk>/appraise",
        "逐卷鉴定",
        "archive.manage",
        ActionBody(
            selectors.entry,
            _keep,
            fields=(
                Choice("answer", "鉴定", required=True, options=[(GO, "可以销毁"), (STAY, "续存")]),
                TextField("why", "说明", max_length=200, help="续存的要写明原因。"),
            ),
            question="这一卷可以销毁，还是继续保管？",
            submit="登记",
            parent="archives.lists",
        ),
        example=_entry_example,
    ),
    Page(
        "archives.propose",
        "console/archives/lists/<int:pk>/propose",
        "报批销毁",
        "archive.manage",
        ActionBody(
            selectors.list_managed,
            _propose,
            fields=(TextField("opinion", "鉴定意见", required=True, max_length=200),),
            question="报批以后清册不能再改。批准以前不会销毁。",
            submit="报批",
            parent="archives.lists",
        ),
        example=_example,
    ),
    Page(
        "archives.decide",
        "console/archives/lists/<int:pk>/decide",
        "批准销毁",
        "archive.destroy",
        ActionBody(
            selectors.list_to_decide,
            _decide,
            fields=(
                Choice("answer", "意见", required=True, options=[(GO, "批准销毁"), (STAY, "不批准")]),
                TextField("decision", "批准意见", required=True, max_length=200),
            ),
            question="批准以后内容不能恢复：材料、文书和申报内容删除，目录、哈希和审计记录保留。",
            submit="签署",
            danger=True,
            parent="archives.approvals",
        ),
        example=_example,
        step_up=True,
    ),
]
