"""Forms of a project's own facts and plan: fields, what stands in them at first, and the service each one calls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse

from minzheng.business.bureau.projects import selectors, services, sources
from minzheng.business.bureau.projects.models import Project, ProjectLibrary
from minzheng.business.bureau.projects.money import WanField
from minzheng.business.bureau.projects.selectors import CONFIRM, MANAGE
from minzheng.kernel.parts.field_base import Field
from minzheng.kernel.parts.fields import Choice, Count, LongText, Text
from minzheng.kernel.parts.page import Done
from minzheng.kernel.parts.places import places_below
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_names

YES = (("yes", "是"), ("no", "否"))
URBAN = (("", "不分"), ("urban", "城镇"), ("rural", "农村"))


def done(project: Project, sentence: str) -> Done:
    return Done(sentence, reverse("projects.show", kwargs={"pk": project.pk}))


def places_above(code: str) -> list[str]:
    """A place and those above it, by digits alone."""
    found = [codes.full(code)]
    while codes.parent(found[-1]):
        found.append(codes.parent(found[-1]))
    return found


def _places(actor: Any, library: ProjectLibrary) -> list[tuple[str, str]]:
    """The library's own place where the actor may enter there, and the places below that are the actor's."""
    found = [one for one in places_below(actor.scopes(MANAGE)) if codes.covers(library.region_code, one[0])]
    if actor.can(MANAGE, library.region_code):
        found = [
            (library.region_code, f"{region_names([library.region_code]).get(library.region_code, '本级')}（本级）"),
            *found,
        ]
    return list(dict.fromkeys(found))


def _details(library: ProjectLibrary) -> list[Field]:
    classes = [(str(pk), name) for pk, name in library.categories.values_list("pk", "name")]
    return [
        Text("name", "项目名称", required=True), Choice("category", "大类", required=True, options=classes, radio_up_to=4),
        Choice("nature", "建设性质", required=True, options=Project.NATURES), Text("owner", "建设单位", required=True, max_length=80),
        Text("leader", "负责人", max_length=60), LongText("content", "建设内容", max_length=500, help="床位、面积以外还建什么。"),
        Count("beds", "床位", unit="张"), Count("area_m2", "建筑面积", unit="平方米", maximum=9_999_999),
        Choice("public", "政府投资项目", options=YES, required=True), Choice("urban", "城乡", options=URBAN),
        Count("start_year", "开工年", minimum=2000, maximum=2100), Count("end_year", "完工年", minimum=2000, maximum=2100),
        Text("longitude", "经度", max_length=12, pattern=r"\d{1,3}(\.\d{1,6})?", hint="请写成 109.123456 的样子。", help="没有可以不填。"),
        Text("latitude", "纬度", max_length=12, pattern=r"\d{1,2}(\.\d{1,6})?", hint="请写成 27.123456 的样子。"), Text("note", "备注", max_length=200),
    ]  # fmt: skip


def _given(library: ProjectLibrary, values: dict[str, Any]) -> dict[str, Any]:
    """Form values → what the service takes."""
    found = {name: values.get(name) for name in services.FIELDS}
    for name in ("leader", "content", "note"):
        found[name] = found[name] or ""
    found["public"] = values.get("public") != "no"
    found["urban"] = {"urban": True, "rural": False}.get(values.get("urban") or "")
    for name in ("longitude", "latitude"):
        found[name] = Decimal(str(found[name])) if found[name] else None
    found["category"] = library.categories.filter(pk=int(values["category"])).first()
    return found


def _money_fields(years: range) -> list[Field]:
    return [
        WanField("total_fen", "总投资", required=True, least=1),
        *(WanField(f"s_{one.code}", f"来源：{one.title}") for one in sources.sources().values()),
        *(WanField(f"y_{year}", f"{year} 年计划投资") for year in years),
    ]


def _money_given(library: ProjectLibrary, values: dict[str, Any]) -> tuple[dict[int, int], dict[str, int]]:
    years = {year: values.get(f"y_{year}") or 0 for year in _years(library)}
    return {y: f for y, f in years.items() if f}, {
        c: values[f"s_{c}"] for c in sources.sources() if values.get(f"s_{c}")
    }


def _years(library: ProjectLibrary) -> range:
    return range(library.first_year, library.last_year + 1)


# ---- a project ----


def library_to_fill(actor: Any, pk: int) -> ProjectLibrary | None:
    """A library in which the actor has a place to enter projects of: of the actor's own place, or of one above it."""
    above = {one for scope in actor.scopes(MANAGE) for one in places_above(scope)}
    reach = actor.scope_q(MANAGE) | Q(region_code__in=above)
    return ProjectLibrary.objects.filter(reach, pk=pk).first()


def new_fields(actor: Any, library: ProjectLibrary) -> list[Field]:
    return [
        Choice("region_code", "所在地", required=True, options=_places(actor, library), radio_up_to=1), *_details(library),
        Text("no", "项目编号", max_length=40, help="留空由系统编号。"), *_money_fields(_years(library)),
    ]  # fmt: skip


def new_initial(actor: Any, library: ProjectLibrary) -> dict[str, Any]:
    return {"nature": "new", "public": "yes", "urban": ""}


def save_new(actor: Any, values: dict[str, Any], library: ProjectLibrary) -> Done:
    years, money = _money_given(library, values)
    given = _given(library, values) | {name: values.get(name) for name in ("region_code", "no", "total_fen")}
    row = services.create(actor=actor, library=library, values=given, years=years, money=money)
    more = "" if row.counted else "项目库已确定：经调整批次纳入后计入合计。"
    return done(row, f"已录入 {row.no}。{more}")


def managed(actor: Any, pk: int) -> Project | None:
    return selectors.project(actor, pk, MANAGE)


def movable(actor: Any, pk: int) -> Project | None:
    """Whoever manages moves a project on; whoever confirms takes it back or ends it."""
    return selectors.project(actor, pk, MANAGE) or selectors.project(actor, pk, CONFIRM)


def edit_fields(actor: Any, project: Project) -> list[Field]:
    return _details(project.library)


def edit_initial(actor: Any, project: Project) -> dict[str, Any]:
    found = {name: getattr(project, name) for name in services.FIELDS} | {"category": str(project.category_id)}  # type: ignore[attr-defined]
    found["public"] = "yes" if project.public else "no"
    found["urban"] = {True: "urban", False: "rural"}.get(project.urban, "")  # type: ignore[arg-type]
    found["area_m2"] = None if project.area_m2 is None else int(project.area_m2)
    return found | {
        name: "" if getattr(project, name) is None else str(getattr(project, name))
        for name in ("longitude", "latitude")
    }


def save_edit(actor: Any, values: dict[str, Any], project: Project) -> Done:
    given = _given(project.library, values)
    if project.area_m2 is not None and given["area_m2"] == int(project.area_m2):
        given["area_m2"] = (
            project.area_m2
        )  # the form shows whole square metres; what was not touched keeps its decimals
    return done(services.edit(actor=actor, project=project, values=given), "资料已更正。")


def plan_fields(actor: Any, project: Project) -> list[Field]:
    return _money_fields(_years(project.library))


def plan_initial(actor: Any, project: Project) -> dict[str, Any]:
    years, money = services.plans(project)
    return (
        {"total_fen": project.total_fen}
        | {f"y_{y}": f for y, f in years.items()}
        | {f"s_{s}": f for s, f in money.items()}
    )


def save_plan(actor: Any, values: dict[str, Any], project: Project) -> Done:
    years, money = _money_given(project.library, values)
    services.plan(actor=actor, project=project, total_fen=values["total_fen"], years=years, money=money)
    return done(project, "投资计划已修改。")
