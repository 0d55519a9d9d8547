"""标准一览: what each level has set, what holds here today and what comes next; one parameter with all its values."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.page import Custom, DetailBody, Menu, Page
from minzheng.kernel.parts.panels import Entry, Facts, Table, Timeline
from minzheng.kernel.standards import history, selectors
from minzheng.kernel.standards.export import region_files
from minzheng.kernel.standards.history import Line, Version
from minzheng.kernel.standards.pages import place_of
from minzheng.kernel.standards.sets import find
from minzheng.policy.regions import normalize_region, region_level

#: Columns of the table: the levels above a county; a township's or village's own place makes one more.
LEVELS = (("国", "国家"), ("省", "省级"), ("市", "市级"), ("县", "县级"))
NAMES = {code: label for code, (label, _) in history.STATES.items()}
TONES = {code: tone for code, (_, tone) in history.STATES.items()}


def table(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    place, asked = place_of(actor), request.GET.get("q", "").strip()
    groups = history.table(place, clock.today()) if place else {}
    chosen = request.GET.get("group", "")
    if chosen not in groups:
        chosen = next(iter(groups), "")
    shown = {name: lines for name, lines in groups.items() if name == chosen or asked}
    if asked:
        shown = {name: kept for name, lines in shown.items() if (kept := [one for one in lines if _named(one, asked)])}
    level = region_level(normalize_region(place)) if place else "县"
    levels = [*LEVELS, *([(level, selectors.LEVELS[level])] if level in ("乡", "村") else [])]
    return draw(
        request, "standards/table.html", request.page,  # type: ignore[attr-defined]
        place=place, groups=[(name, len(lines), name == chosen and not asked) for name, lines in groups.items()],
        shown=[(name, [(one, _cells(one, levels)) for one in lines]) for name, lines in shown.items()],
        heads=[label for _, label in levels], asked=asked, today=clock.today(),
        may=bool(place and actor.can("policy.confirm", place)),
    )  # fmt: skip


def _named(line: Line, asked: str) -> bool:
    return asked in line.standing.title or asked in line.standing.name


def _cells(line: Line, levels: list[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """(level, value, whether it is the one that holds) for each level's column."""
    return [(label, line.levels.get(code, ""), code == line.standing.level) for code, label in levels]


def export_files(request: HttpRequest) -> HttpResponse:
    """Everything of the actor's place as region files, packed."""
    actor = actor_in(request)
    place = place_of(actor)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for path, text in (region_files(place) if place else {}).items():
            book.writestr(zipfile.ZipInfo(path, clock.now().timetuple()[:6]), text)
    response = HttpResponse(packed.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{place[:6]}标准文件.zip')}"
    return response


class OneParameter:
    """A parameter in the place of whoever looks: the object of the history page."""

    def __init__(self, actor: Any, name: str, place: str) -> None:
        found = find(name)
        assert found is not None
        self.named, self.declaration = found
        self.name, self.region_code, self.pk = name, place, name
        self.title = self.declaration.title.replace("_", " ")
        self.versions = history.versions(place, name, clock.today(), actor)
        self.now = next((one for one in self.versions if one.state == "now"), None)

    @property
    def bounds(self) -> str:
        low, high = self.declaration.floor, self.declaration.ceiling
        told = [f"不低于 {low}" if low is not None else "", f"不高于 {high}" if high is not None else ""]
        return "，".join(part for part in told if part)

    @property
    def options(self) -> str:
        return "、".join(self.declaration.choices.values())


def _one(actor: Any, name: str) -> OneParameter | None:
    place = place_of(actor)
    return OneParameter(actor, name, place) if place and find(name) else None


def _entries(obj: OneParameter) -> list[Entry]:
    """Oldest first: from when which level said what."""
    told = []
    for one in sorted(obj.versions, key=lambda v: (v.since is not None, v.since or clock.today())):
        if one.state == "withdrawn":
            continue
        days = f"{one.since or '一直'}{'' if one.since is None else ' 起'}" + (f" 至 {one.until}" if one.until else "")
        who = f"{one.drafted} 起草，{one.signed} 签发" if one.signed else ""
        told.append(
            Entry(None, f"{days}　{one.shown}", f"{one.level} {one.place}".strip(), one.source, TONES[one.state],
                  f"{NAMES[one.state]}{f'；{who}' if who else ''}")
        )  # fmt: skip
    return told


def _rows(obj: OneParameter, drawing: Drawing) -> list[Version]:
    return obj.versions


PAGES = [
    Page(
        "standards.table", "console/standards/table/", "标准一览", "policy.read", Custom(table, methods=("GET",)),
        menu=Menu("数据", 38, "list"), impersonal="只有各级公布的标准，没有个人",
    ),
    Page(
        "standards.export_files", "console/standards/export/files/", "导出全部标准文件", "policy.read",
        Custom(export_files, methods=("GET",)),
    ),
    Page(
        "standards.value", "console/standards/value/<str:name>/", "标准的来历", "policy.read",
        DetailBody(
            _one,
            (
                Facts(
                    "这个参数", columns=3,
                    items=(
                        Text("declaration.basis", "规定"),
                        Text(lambda obj: "、".join(selectors.used_by(obj.declaration.benefit)) or "通用", "用在"),
                        Text(lambda obj: "、".join(obj.declaration.set_by), "由哪级定"),
                        Text(lambda obj: "、".join(obj.declaration.units), "单位"),
                        Text("bounds", "范围"),
                        Text("options", "可选"),
                        Text("name", "计算里的名字"),
                    ),
                ),
                Table(
                    "各段的值（新的在前）",
                    rows=_rows,
                    columns=(
                        Badge("state", "状态", names=NAMES, tones=TONES),
                        Text("shown", "值", css="nowrap"),
                        Text("also", "换算", css="nowrap", narrow=False),
                        Text(lambda one: f"{one.level} {one.place}".strip(), "谁定的", css="nowrap"),
                        Date("since", "自"),
                        Date("until", "至"),
                        Text("source", "依据"),
                        Text("evidence", "证据"),
                        Text("drafted", "起草", narrow=False),
                        Text("signed", "签发", narrow=False),
                        Link(lambda one: "查看" if one.value and one.value.standard_set_id else "", "标准调整",
                             page="standards.set", args={"pk": "value.standard_set_id"}, narrow=False),
                    ),
                    empty="还没有一个值：在“参数确认”或“标准调整”里填写。",
                ),
                Timeline("先后", entries=_entries, empty="还没有值。"),
            ),
            title=lambda obj: obj.title,
            subtitle=lambda obj: f"现在：{obj.now.shown}　{obj.now.also}" if obj.now else "现在没有值，用到它的算不出来",
            actions=(Action("起草新的值", "standards.draft", args={"name": "name"}),),
            parent="standards.table",
        ),
        example=lambda: {"name": "保障标准_农村"},
    ),
]  # fmt: skip
