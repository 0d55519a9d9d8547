"""参数确认: every parameter in force here, what nobody has confirmed yet, drafts and signatures, the export."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Moment, Region, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, Field, LongText, When
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import ByChoice, ByRegion, Search
from minzheng.kernel.parts.page import ActionBody, Custom, Done, FormBody, ListBody, Menu, Page
from minzheng.kernel.standards import selectors, services
from minzheng.kernel.standards.export import as_yaml
from minzheng.kernel.standards.models import ParameterValue
from minzheng.kernel.standards.selectors import Standing

SHOWN = (("todo", "待办"), ("all", "全部"), ("settled", "已定"))
STATES = {
    "open": ("待确认", "warn"),
    "missing": ("缺值", "bad"),
    "pending": ("待签发", "info"),
    "settled": ("已定", "good"),
}
TONES = {"draft": "info", "signed": "good", "withdrawn": "plain"}


def place_of(actor: Any) -> str:
    """The place whose values this actor reads: the widest of the posts, usually the county."""
    scopes = sorted(actor.scopes("policy.confirm") or actor.scopes("policy.read"), key=lambda code: code.rstrip("0"))
    return scopes[0] if scopes else ""


def listing(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    place, show = place_of(actor), request.GET.get("show", "todo")
    rows = selectors.in_force(place, clock.today()) if place else []
    wanted = {"all": tuple(STATES), "settled": ("settled",)}.get(show, ("missing", "open", "pending"))
    groups: dict[str, list[Standing]] = {}
    for row in rows:
        if row.state in wanted:
            groups.setdefault(f"{row.set_title} · {'、'.join(row.items) or '通用'}", []).append(row)
    return draw(
        request,
        "standards/list.html",
        request.page,  # type: ignore[attr-defined]
        groups=groups.items(),
        counts=selectors.counts(rows),
        shown=[(code, label, code == show) for code, label in SHOWN],
        show=show,
        levels=selectors.LEVELS,
        states=STATES,
        may=bool(place and actor.can(services.PERMISSION, place)),
        place=place,
        me=actor.id,
    )


def _standing(actor: Any, name: str) -> Standing | None:
    place = place_of(actor)
    if not place or not actor.can(services.PERMISSION, place):
        return None
    return selectors.one(place, name, clock.today())


def _fields(actor: Any, row: Standing) -> tuple[Field, ...]:
    declaration = row.declaration
    own = When("how", ("own",))
    hows = [("confirm", f"确认现在的值：{row.shown}")] if not row.missing else []
    value: Field = TextField(
        "value", f"本地的值（{row.unit}）" if row.unit else "本地的值", required=True, when=own, max_length=30
    )
    if declaration.type == "选项":
        value = Choice(
            "value", "本地的值", required=True, when=own, options=tuple(declaration.choices.items()), radio_up_to=0
        )
    elif declaration.type == "是否":
        value = Choice("value", "本地的值", required=True, when=own, options=(("是", "是"), ("否", "否")))
    units: tuple[Field, ...] = ()
    if len(declaration.units) > 1:
        units = (Choice("unit", "单位", required=True, when=own, options=tuple((u, u) for u in declaration.units)),)
    return (
        Choice("how", "怎么办", required=True, options=(*hows, ("own", "填写本地的值"))),
        value,
        *units,
        DateField("valid_from", "自哪天起", required=True),
        DateField("valid_until", "到哪天止", help="长期有效的空着。"),
        TextField("source", "依据（文件名称和文号）", required=True, max_length=200,
                  help="例如：某县民政局 某县财政局《关于公布2026年城乡低保标准的通知》（某民发〔2026〕5号）。"),
        DateField("source_date", "文件日期"),
        TextField("note", "说明", max_length=200),
    )  # fmt: skip


def _draft(actor: Any, values: dict[str, Any], row: Standing) -> Done:
    confirms = values["how"] == "confirm"
    services.draft(
        actor=actor, region_code=row.region_code, name=row.name, value=row.value if confirms else str(values["value"]),
        unit=row.unit if confirms else str(values.get("unit") or ""),
        valid_from=_confirmed_from(row, values["valid_from"]) if confirms else values["valid_from"],
        valid_until=values["valid_until"], source=values["source"], source_date=values["source_date"],
        confirms=confirms, note=values["note"],
    )  # fmt: skip
    return Done(f"“{row.title}”已起草，等另一人签发。", reverse("standards.list"))


def _confirmed_from(row: Standing, day: datetime.date) -> datetime.date:
    """A value cannot be confirmed for a time before it began: it would stay unconfirmed from its own start on."""
    return max(day, datetime.date.fromisoformat(row.since)) if row.since else day


def _open_rows(actor: Any) -> list[tuple[str, str]]:
    """(name, title and value) of everything that has a value nobody confirmed and no draft yet."""
    place = place_of(actor)
    rows = selectors.in_force(place, clock.today()) if place else []
    return [(row.name, f"{row.title}：{row.shown}") for row in rows if row.state == "open"]


def _many_fields(actor: Any, obj: Any) -> tuple[Field, ...]:
    return (
        Choice("names", "确认哪些", required=True, many=True, options=_open_rows(actor)),
        DateField("valid_from", "自哪天起", required=True, help="比这天晚开始的值，从它自己开始的那天起确认。"),
        TextField("source", "依据（文件名称和文号）", required=True, max_length=200),
        DateField("source_date", "文件日期"),
    )


def _confirm_many(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    """One document often settles a dozen values: one draft each, all or none."""
    place = place_of(actor)
    rows = {row.name: row for row in selectors.in_force(place, clock.today())}
    with transaction.atomic():
        for name in values["names"]:
            row = rows[name]
            services.draft(
                actor=actor, region_code=place, name=name, value=row.value, unit=row.unit, confirms=True,
                valid_from=_confirmed_from(row, values["valid_from"]), source=values["source"],
                source_date=values["source_date"],
            )  # fmt: skip
    return Done(f"已起草 {len(values['names'])} 项，等另一人签发。", reverse("standards.list"))


def _waiting(actor: Any) -> list[tuple[str, str]]:
    """Drafts of others that this person may sign."""
    rows = selectors.visible_to(actor).filter(state="draft", standard_set=None).exclude(drafted_by_id=actor.id)
    return [
        (str(row.pk), f"{row.name.replace('_', ' ')}：{row.value} {row.unit}，自 {row.valid_from}，{row.source}")
        for row in rows.order_by("name")
        if actor.can(services.PERMISSION, row.region_code)
    ]


def _sign_fields(actor: Any, obj: Any) -> tuple[Field, ...]:
    return (Choice("rows", "签发哪些", required=True, many=True, options=_waiting(actor)),)


def _sign_many(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    with transaction.atomic():
        for pk in values["rows"]:
            services.sign(actor=actor, pk=int(pk))
    return Done(f"已签发 {len(values['rows'])} 项。", reverse("standards.list"))


def _one(actor: Any, pk: int) -> ParameterValue | None:
    row = selectors.visible_to(actor).filter(pk=pk).first()
    return row if row and actor.can(services.PERMISSION, row.region_code) else None


def _sign(actor: Any, row: ParameterValue, values: dict[str, Any]) -> Done:
    services.sign(actor=actor, pk=row.pk)
    return Done(
        f"“{row.name}”已签发，自 {row.valid_from} 起按 {row.value} {row.unit} 计算。", reverse("standards.list")
    )


def _withdraw(actor: Any, row: ParameterValue, values: dict[str, Any]) -> Done:
    services.withdraw(actor=actor, pk=row.pk, reason=values["reason"])
    return Done(f"“{row.name}”已撤回；已经作出的决定不变。", reverse("standards.history"))


def export(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    place = place_of(actor)
    rows = selectors.visible_to(actor).filter(region_code=place, state="signed")
    response = HttpResponse(as_yaml(rows), content_type="application/yaml; charset=utf-8")
    name = quote(f"{place[:6]}.yaml")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def _example() -> dict[str, str]:
    return {"name": "补正工作日"}


_value_example = first_of(ParameterValue.objects.order_by("pk"))


PAGES = [
    Page("standards.list", "console/standards/", "参数确认", "policy.read", Custom(listing),
         menu=Menu("数据", 40, "check")),
    Page(
        "standards.draft",
        "console/standards/draft/<str:name>/",
        "起草参数",
        "policy.confirm",
        FormBody(
            _fields, _draft, get=_standing, submit="起草，交另一人签发", parent="standards.list",
            initial=lambda actor, row: {
                "how": "own" if row.missing else "confirm", "valid_from": clock.today().replace(month=1, day=1),
                "unit": row.unit,
            },
            lead="先对照本地文件。起草后由另一名政策科人员或局领导签发才算数；签发的值可随时撤回，已作出的决定不变。",
        ),
        example=_example,
    ),
    Page(
        "standards.confirm_many", "console/standards/confirm/", "成批确认", "policy.confirm",
        FormBody(
            _many_fields, _confirm_many, submit="起草，交另一人签发", parent="standards.list",
            initial=lambda actor, obj: {"valid_from": clock.today().replace(month=1, day=1)},
            lead="同一份文件写明、与现在的值相同的，在这里一次确认。值不同的，在清单里逐项填写。",
        ),
    ),
    Page(
        "standards.sign_many", "console/standards/sign/", "成批签发", "policy.confirm",
        FormBody(
            _sign_fields, _sign_many, submit="签发所选", parent="standards.list",
            lead="请对照文件原文逐项核对。自己起草的不在这里，由另一人签发。",
        ),
    ),
    Page(
        "standards.sign",
        "console/standards/<int:pk>/sign/",
        "签发参数",
        "policy.confirm",
        ActionBody(_one, _sign, question="请对照文件原文核对名称、数值、单位和日期。签发后按它计算。", submit="签发",
                   parent="standards.list"),
        example=_value_example,
    ),
    Page(
        "standards.withdraw",
        "console/standards/<int:pk>/withdraw/",
        "撤回参数",
        "policy.confirm",
        ActionBody(
            _one, _withdraw, fields=(LongText("reason", "撤回的原因", required=True, max_length=200),),
            question="撤回后按上级或平台的值计算。", submit="撤回", danger=True, parent="standards.history",
        ),
        example=_value_example,
    ),
    Page(
        "standards.history",
        "console/standards/history/",
        "本地参数记录",
        "policy.read",
        ListBody(
            selectors.visible_to,
            (
                Text("name", "参数", sort="name"),
                Text("value", "值"),
                Text("unit", "单位", narrow=False),
                Region("region_code", "地区"),
                Date("valid_from", "自", sort="valid_from"),
                Date("valid_until", "至"),
                Text("source", "依据", narrow=False),
                Badge("state", "状态", names=dict(ParameterValue.STATES), tones=TONES, sort="state"),
                Text(lambda row: row.drafted_by.name if row.drafted_by else "", "起草", narrow=False),
                Text(lambda row: row.signed_by.name if row.signed_by else "", "签发", narrow=False),
                Moment("signed_at", "签发时间", sort="signed_at", narrow=False),
            ),
            filters=(
                Search("q", "参数名", by=lambda rows, text, drawing: rows.filter(name__contains=text)),
                ByRegion("region", "地区", permission="policy.read"),
                ByChoice("state", "状态", choices=ParameterValue.STATES),
            ),
            link=("standards.withdraw", {"pk": "pk"}),
            actions=(Action("参数确认", "standards.list"), Action("导出地区参数文件", "standards.export", icon="download")),
            sort="-valid_from",
            empty="还没有本地的参数。在“参数确认”里逐项确认或填写。",
        ),
    ),
    Page("standards.export", "console/standards/export/", "导出地区参数文件", "policy.read", Custom(export)),
]  # fmt: skip
