"""行政区划: level by level, with source and dates of use."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from minzheng.kernel.parts.columns import Badge, Date, Link, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.filters import ByChoice, Search
from minzheng.kernel.parts.page import STAFF, DetailBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.models import Region, RegionAlias

LEVELS = {str(code): name for code, name in Region.LEVELS}


def visible_to(actor: Any) -> QuerySet[Region]:
    """Division codes are public knowledge: every member of staff may look them up."""
    return Region.objects.all() if actor.is_staff else Region.objects.none()


def _named(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    if text.isdigit():
        return rows.filter(code__startswith=text[:12])
    aliases = RegionAlias.objects.filter(name__contains=text).values("region_code")
    return rows.filter(Q(name__contains=text) | Q(code__in=aliases))


def _in_force(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    over = Q(valid_to__isnull=False, valid_to__lt=drawing.today)
    return rows.filter(over) if value == "no" else rows.exclude(over)


def _one(actor: Any, code: str) -> Region | None:
    return visible_to(actor).filter(code=code).order_by("-valid_from").first()


def _above(region: Region, drawing: Drawing) -> list[Region]:
    """From the province down to the parent."""
    chain = []
    code = region.parent_code or codes.parent(region.code)
    while code and codes.level(code):
        chain.append(code)
        code = codes.parent(code)
    return list(Region.objects.filter(code__in=chain).order_by("level", "code"))


def _example() -> dict[str, str] | None:
    code = Region.objects.filter(level=3).order_by("-code").values_list("code", flat=True).first()
    return {"code": code} if code else None


_ROW = (
    Link("name", "名称", page="regions.detail", args={"code": "code"}),
    Text("code", "代码"),
    Badge("level", "级别", names=LEVELS),
    Date("valid_from", "启用日期"),
    Date("valid_to", "停用日期"),
)

PAGES = [
    Page(
        "regions.list",
        "console/regions/",
        "行政区划",
        STAFF,
        ListBody(
            visible_to,
            (
                Text("name", "名称", sort="name"),
                Text("code", "代码", sort="code", css="nowrap"),
                Badge("level", "级别", names=LEVELS, sort="level"),
                Text("full_name", "全称", narrow=False),
                Date("valid_from", "启用日期"),
                Date("valid_to", "停用日期"),
            ),
            filters=(
                Search("q", "名称、别名或代码", by=_named, placeholder="例如 示范县 或 990101"),
                ByChoice("level", "级别", choices=tuple(LEVELS.items())),
                ByChoice("in_force", "是否有效", choices=(("yes", "有效"), ("no", "已停用")), by=_in_force),
            ),
            sort="code",
            link=("regions.detail", {"code": "code"}),
            per_page=50,
            empty="没有这样的区划。可只输入名称的一部分或代码的前几位。",
        ),
        menu=Menu("系统", 30, "map"),
        impersonal="区划是公开信息",
    ),
    Page(
        "regions.detail",
        "console/regions/<str:code>/",
        "区划详情",
        STAFF,
        DetailBody(
            _one,
            (
                Facts(
                    "区划",
                    items=(
                        Text("name", "名称"),
                        Text("code", "代码"),
                        Badge("level", "级别", names=LEVELS),
                        Text("full_name", "全称"),
                        Date("valid_from", "启用日期"),
                        Date("valid_to", "停用日期"),
                        Text("source", "来源"),
                    ),
                ),
                Table(
                    "下级区划",
                    columns=_ROW,
                    empty="没有下级区划。",
                    rows=lambda region, drawing: Region.objects.filter(parent_code=region.code).order_by("code")[:400],
                ),
            ),
            side=(
                Table("上级区划", rows=_above, columns=(_ROW[0], _ROW[2]), empty="没有上级。"),
                Table(
                    "别名与别的代码",
                    rows=lambda region, drawing: RegionAlias.objects.filter(region_code=region.code),
                    columns=(Text("name", "名称"), Text("code", "代码"), Text("system", "来源体系")),
                    empty="没有登记别名。",
                ),
            ),
            title=lambda region: region.name,
            subtitle=lambda region: region.full_name,
            parent="regions.list",
        ),
        example=_example,
    ),
]
