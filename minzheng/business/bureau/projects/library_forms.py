"""Forms of a library, of its import and of adjustments."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.business.bureau.projects import adjusting, selectors, services, sources
from minzheng.business.bureau.projects.errors import Refused
from minzheng.business.bureau.projects.models import ProjectChange, ProjectChangeLine, ProjectLibrary
from minzheng.business.bureau.projects.money import WanField, to_fen, wan
from minzheng.business.bureau.projects.selectors import MANAGE
from minzheng.kernel import clock
from minzheng.kernel.parts.field_base import Field, Invalid
from minzheng.kernel.parts.fields import Choice, Count, LongText, Text, When
from minzheng.kernel.parts.page import Done
from minzheng.kernel.regions.selectors import region_names


def libraries_of(permission: str) -> Any:
    return lambda actor, pk: selectors.libraries(actor, permission).filter(pk=pk).first()


def _places(actor: Any) -> list[tuple[str, str]]:
    scopes = sorted(set(actor.scopes(MANAGE)))
    names = region_names(scopes)
    return [(code, names.get(code, code)) for code in scopes]


def library_fields(actor: Any, library: ProjectLibrary | None) -> list[Field]:
    place = [] if library else [Choice("region_code", "地区", required=True, options=_places(actor), radio_up_to=4)]
    return [
        *place, Text("name", "名称", required=True, max_length=80, help="例如：“十五五”重点民政项目库。"), Count("first_year", "起始年", required=True, minimum=2000, maximum=2100),
        Count("last_year", "截止年", required=True, minimum=2000, maximum=2100), Count("stated_count", "规划项目数", unit="个"),
        WanField("stated_fen", "规划总投资"), WanField("goal_fen", "计划累计完成投资"), Text("document", "依据", max_length=200),
        LongText("classes", "大类", required=True, rows=8, help="一行一个大类：名称，项目数，万元。后两个可以不写；写了的，导入后与项目合计核对。"),
    ]  # fmt: skip


def library_initial(actor: Any, library: ProjectLibrary | None) -> dict[str, Any]:
    if library is None:
        year = clock.today().year
        return {"first_year": year, "last_year": year + 4}
    lines = [
        "，".join(
            [
                one.name,
                str(one.stated_count if one.stated_count is not None else ""),
                wan(one.stated_fen).replace(",", ""),
            ]
        ).rstrip("，")
        for one in library.categories.all()
    ]
    names = ("name", "first_year", "last_year", "stated_count", "stated_fen", "goal_fen", "document")
    return {name: getattr(library, name) for name in names} | {"classes": "\n".join(lines)}


def classes_of(text: str) -> list[services.Class]:
    """“养老服务设施，12，3400” a line. Raises Refused naming the line."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = [part.strip() for part in line.replace(",", "，").replace("、", "，").split("，")]
        if not any(parts):
            continue
        name, count, money = (*parts, "", "")[:3]
        try:
            if count and not (count.isascii() and count.isdigit() and len(count) < 7):
                raise Invalid(f"项目数“{count[:10]}”应是整数。")
            found.append((name, int(count) if count else None, to_fen(money, "万元数") if money else None))
        except Invalid as error:
            raise Refused([], {"classes": f"第 {number} 行：{error}"}) from None
    return found


def save_library(actor: Any, values: dict[str, Any], library: ProjectLibrary | None) -> Done:
    row = services.save_library(actor=actor, values=values, classes=classes_of(values["classes"]), library=library)
    return Done("项目库已保存。", reverse("projects.library", kwargs={"pk": row.pk}))


def run_fix(actor: Any, library: ProjectLibrary, values: dict[str, Any]) -> Done:
    services.fix(actor=actor, library=library)
    return Done("项目库已确定，以后改金额要用调整批次。", reverse("projects.library", kwargs={"pk": library.pk}))


# ---- adjustments ----

BEGIN = (
    LongText("reason", "调整原因", required=True, max_length=300), Text("document", "依据文号", required=True, max_length=80),
)  # fmt: skip


def save_begin(actor: Any, values: dict[str, Any], library: ProjectLibrary) -> Done:
    row = adjusting.begin(actor=actor, library=library, reason=values["reason"], document=values["document"])
    return Done(f"已建立批次 {row.no}，请逐条加入调整。", reverse("projects.change", kwargs={"pk": row.pk}))


def changes_of(permission: str) -> Any:
    return lambda actor, pk: selectors.changes(actor, permission).filter(pk=pk).first()


def line_fields(actor: Any, change: ProjectChange) -> list[Field]:
    rows = change.library.projects.order_by("no").values_list("pk", "no", "name")
    years = [(str(y), f"{y} 年") for y in range(change.library.first_year, change.library.last_year + 1)]
    return [
        Choice("project", "项目", required=True, options=[(str(pk), f"{no} {name}") for pk, no, name in rows], radio_up_to=1),
        Choice("what", "调整项", required=True, options=ProjectChangeLine.KINDS),
        Choice("year", "年度", required=True, options=years, radio_up_to=1, when=When("what", ("year",))),
        Choice("source", "资金来源", required=True, options=sources.choices(), radio_up_to=1, when=When("what", ("source",))),
        WanField("after", "调整后金额", required=True, when=When("what", ("total", "year", "source")), help="调总投资的，来源也要调到与总投资相等。"),
    ]  # fmt: skip


def save_line(actor: Any, values: dict[str, Any], change: ProjectChange) -> Done:
    project = change.library.projects.get(pk=int(values["project"]))
    key = {"year": values.get("year"), "source": values.get("source")}.get(values["what"]) or ""
    adjusting.add_line(
        actor=actor, change=change, project=project, what=values["what"], key=key, after_fen=values.get("after") or 0
    )
    return Done("已加入一条调整。", reverse("projects.change", kwargs={"pk": change.pk}))


def run_confirm(actor: Any, change: ProjectChange, values: dict[str, Any]) -> Done:
    adjusting.confirm(actor=actor, change=change)
    return Done("调整已确认，各项目和合计都已更新。", reverse("projects.change", kwargs={"pk": change.pk}))


def run_withdraw(actor: Any, change: ProjectChange, values: dict[str, Any]) -> Done:
    adjusting.withdraw(actor=actor, change=change, reason=values.get("reason") or "")
    return Done("批次已撤回。", reverse("projects.change", kwargs={"pk": change.pk}))
