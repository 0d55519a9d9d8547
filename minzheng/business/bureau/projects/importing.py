"""Importing a table of projects: a dry run that says what would happen, then the same rows written in one transaction.

The same file again changes nothing; a row that differs is corrected, unless it changes a sum of a fixed library, which
only an adjustment may do. Bad rows are left out, each with its line and reason, and go back as a file."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Prefetch

from minzheng.business.bureau.projects import reading, services, sources, terms
from minzheng.business.bureau.projects.errors import Refused, require
from minzheng.business.bureau.projects.models import (
    Project,
    ProjectAct,
    ProjectImport,
    ProjectLibrary,
    ProjectProgress,
    ProjectSource,
    ProjectYear,
)
from minzheng.business.bureau.projects.money import wan
from minzheng.business.bureau.projects.selectors import MANAGE
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import reserve

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

Row = dict[str, Any]


def check(*, actor: Actor, library: ProjectLibrary, data: bytes, name: str) -> ProjectImport:
    """Read a file and say what each row would do; nothing of the library changes. Raises Refused for a file that cannot be
    read at all."""
    actor = require(actor, MANAGE, library.region_code)
    found = reading.read(library, data, name)
    rows, bad = _judge(library, found.rows)
    bad = sorted([*found.bad, *bad], key=lambda one: int(one["line"]))
    return ProjectImport.objects.create(
        library=library, region_code=library.region_code, file_name=name[-120:], sha=sm3(data), rows=rows, bad=bad,
        ties=_tied(found), counts=_counts(rows, bad), made_by=actor.user, made_name=actor.name[:60],
    )  # fmt: skip


def _counts(rows: list[Row], bad: list[Row]) -> dict[str, int]:
    by = {word: sum(one["does"] == word for one in rows) for word in ("new", "changed", "same")}
    return {**by, "bad": len(bad), "fen": sum(one["total_fen"] for one in rows)}


def _tied(found: reading.Read) -> list[dict[str, Any]]:
    """What the table's own 小计 and 合计 lines say against its rows (bad rows are not in the sums, so they show here)."""
    slack, told = terms.tolerance_fen(), []
    for line, category, stated in found.stated:
        fen = sum(row["total_fen"] for row in found.rows if not category or row["category"] == category)
        told.append(
            {
                "line": line,
                "name": category or "合计",
                "stated_fen": stated,
                "fen": fen,
                "ok": abs(fen - stated) <= slack,
            }
        )
    return told


def _there(library: ProjectLibrary) -> tuple[dict[str, Project], dict[tuple[str, str], Project]]:
    rows = library.projects.select_related("category").prefetch_related(
        "years", Prefetch("sources", ProjectSource.objects.order_by("pk")), "progress"
    )
    found = list(rows)
    return {one.no: one for one in found}, {(one.name, one.region_code): one for one in found}


def _judge(library: ProjectLibrary, rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Each row with `does` (new | changed | same) and `says`; and the rows that cannot be taken."""
    by_no, by_name = _there(library)
    good: list[Row] = []
    bad: list[Row] = []
    seen: dict[Any, int] = {}
    for row in rows:
        keys = [key for key in (row["no"], (row["name"], row["region_code"])) if key]
        twin = next((seen[key] for key in keys if key in seen), None)
        project = by_no.get(row["no"]) if row["no"] else by_name.get((row["name"], row["region_code"]))
        try:
            if twin is not None:
                raise Refused(f"与第 {twin} 行是同一个项目（编号或名称、所在地相同），只算一次。")
            does, says = _compare(library, project, row)
        except Refused as error:
            bad.append(
                {
                    "line": row["line"],
                    "reason": "；".join([*error.sentences, *error.fields.values()]),
                    "cells": _cells(row),
                }
            )
            continue
        for key in keys:
            seen[key] = row["line"]
        good.append({**row, "does": does, "says": says, "pk": str(project.pk) if project else ""})
    return good, bad


def _cells(row: Row) -> list[str]:
    return [row["no"], row["category"], row["name"], row["region_code"], wan(row["total_fen"])]


def _compare(library: ProjectLibrary, project: Project | None, row: Row) -> tuple[str, str]:
    """What this row does. Raises Refused when it cannot be taken."""
    years, money = _years(row["plan"]), row["sources"]
    services.check_sums(row["total_fen"], years, money)
    if row["total_fen"] <= 0:
        raise Refused("总投资应大于 0。")
    _check_done(row)
    if project is None:
        return "new", "项目库已确定，要经调整批次纳入后才计入合计" if library.is_fixed else ""
    says = [title for title, before, after in _details(project, row) if before != after]
    if project.region_code != row["region_code"]:
        raise Refused(f"编号 {project.no} 在库里的所在地是 {project.region_code}，与这一行不同：请核对编号。")
    if _sums(project) != (row["total_fen"], years, money):
        if library.is_fixed and project.counted:
            raise Refused(
                f"库里总投资 {wan(project.total_fen)} 万元，这一行 {wan(row['total_fen'])} 万元（或年度、来源不同）：项目库已确定，请用调整批次改。"
            )
        says.append("投资计划")
    if _late_reports(project, row):
        says.append("完成投资")
    return ("changed", "改：" + "、".join(says)) if says else ("same", "")


def _years(plan: Mapping[str, int]) -> dict[int, int]:
    return {int(year): fen for year, fen in plan.items()}


def _sums(project: Project) -> tuple[int, dict[int, int], dict[str, int]]:
    return (
        project.total_fen,
        {one.year: one.planned_fen for one in project.years.all()},
        {one.source: one.planned_fen for one in project.sources.all()},
    )


def _values(row: Row) -> dict[str, Any]:
    """The columns of `services.FIELDS` in this row."""
    found = {name: row[name] for name in services.FIELDS if name in row}
    return found | {name: Decimal(row[name]) if row[name] else None for name in ("area_m2", "longitude", "latitude")}


def _details(project: Project, row: Row) -> list[tuple[str, Any, Any]]:
    """(title, in the library, in the row); an empty cell says nothing against what is known."""
    titles = {field.name: str(field.verbose_name) for field in Project._meta.fields}
    found = [
        (titles[name], getattr(project, name), value) for name, value in _values(row).items() if value not in (None, "")
    ]
    return [*found, ("大类", project.category.name, row["category"])]


def _check_done(row: Row) -> None:
    today, done = clock.today(), sum(row["done"].values())
    ahead = [year for year in row["done"] if int(year) > today.year]
    if ahead:
        raise Refused(f"{ahead[0]} 年还没有到，不能有完成投资。")
    if done > row["total_fen"] + terms.tolerance_fen():
        raise Refused(f"完成投资合计 {wan(done)} 万元，超过总投资 {wan(row['total_fen'])} 万元。")


def _late_reports(project: Project, row: Row) -> dict[int, int]:
    """{year: fen} that the row knows and the library does not. Raises Refused where months were reported and add up to
    something else: what was reported month by month is not overwritten by a yearly sum."""
    fresh = {}
    for year, fen in _years(row["done"]).items():
        rows = [one for one in project.progress.all() if one.month.year == year]
        if sum(one.invested_fen for one in rows) == fen:
            continue
        if rows and not (len(rows) == 1 and rows[0].whole_year):
            raise Refused(
                f"{year} 年已按月填报，合计 {wan(sum(one.invested_fen for one in rows))} 万元，这一行是 {wan(fen)} 万元：请在项目页更正月份。"
            )
        fresh[year] = fen
    return fresh


def _month(year: int) -> datetime.date:
    """The month that a yearly sum is put down for: December, or the present month of the present year."""
    today = clock.today()
    return datetime.date(year, today.month if year == today.year else 12, 1)


@transaction.atomic
def apply(*, actor: Actor, run: ProjectImport) -> ProjectImport:
    """Write the rows of a dry run, judged anew against the library as it is now. Raises Refused."""
    actor = require(actor, MANAGE, run.region_code)
    library = ProjectLibrary.objects.select_for_update().get(pk=run.library_id)  # type: ignore[attr-defined]
    found = ProjectImport.objects.select_for_update().get(pk=run.pk)
    if found.state == "done":
        raise Refused("这份文件已经入库；改过的文件请重新上传。")
    rows, bad = _judge(library, found.rows)
    _add(actor, library, [row for row in rows if row["does"] == "new"])
    there = {
        str(one.pk): one
        for one in library.projects.filter(pk__in=[row["pk"] for row in rows if row["does"] == "changed"])
    }
    for row in rows:
        if row["does"] == "changed":
            _correct(actor, library, there[row["pk"]], row)
    found.bad, found.state = sorted([*found.bad, *bad], key=lambda one: int(one["line"])), "done"
    found.counts, found.rows = _counts(rows, found.bad), rows
    found.save()
    audit.record(
        actor=actor, action="project.import", obj=found, region_code=found.region_code,
        detail={"library": library.name, **found.counts, "sm3": found.sha},
    )  # fmt: skip
    return found


def _add(actor: Actor, library: ProjectLibrary, rows: list[Row]) -> None:
    """New projects in bulk, each with its act."""
    if not rows:
        return
    categories = {one.name: one for one in library.categories.all()}
    serials = iter(reserve("project", region_code=library.region_code, year=library.first_year, count=len(rows)))
    head, today = f"XM{codes.prefix(library.region_code)}-{library.first_year}", clock.today()
    made = [
        Project(
            library=library, category=categories[row["category"]], region_code=row["region_code"], total_fen=row["total_fen"],
            stage=row["stage"], stage_on=today, counted=not library.is_fixed, no=row["no"] or f"{head}-{next(serials):04d}",
            **_values(row),
        )
        for row in rows
    ]  # fmt: skip
    Project.objects.bulk_create(made)
    pairs = [
        ({"project": project, "region_code": project.region_code}, row) for project, row in zip(made, rows, strict=True)
    ]
    ProjectYear.objects.bulk_create(
        [ProjectYear(**place, year=y, planned_fen=f) for place, row in pairs for y, f in _years(row["plan"]).items()]
    )
    ProjectSource.objects.bulk_create(
        [ProjectSource(**place, source=s, planned_fen=f) for place, row in pairs for s, f in row["sources"].items()]
    )
    ProjectProgress.objects.bulk_create(
        [
            ProjectProgress(**place, month=_month(y), invested_fen=f, whole_year=True, made_name=actor.name[:60])
            for place, row in pairs
            for y, f in _years(row["done"]).items()
        ]
    )
    ProjectAct.objects.bulk_create(
        [
            ProjectAct(**place, seq=1, kind="import", to_stage=row["stage"], on=today, made_by=actor.user, made_name=actor.name[:60],
                       words=f"由表格第 {row['line']} 行导入", data={"total_fen": row["total_fen"]})
            for place, row in pairs
        ]
    )  # fmt: skip


def _correct(actor: Actor, library: ProjectLibrary, project: Project, row: Row) -> None:
    """What differs, through the same services as on the page."""
    values = {name: value for name, value in _values(row).items() if value not in (None, "")}
    if row["category"] != project.category.name:
        values["category"] = library.categories.get(name=row["category"])
    services.edit(actor=actor, project=project, values=values, kind="import")
    if not (library.is_fixed and project.counted):
        services.plan(
            actor=actor, project=project, total_fen=row["total_fen"], years=_years(row["plan"]), money=row["sources"]
        )
    for year, fen in _late_reports(project, row).items():
        at = project.progress.filter(month__year=year).values_list("month", flat=True).first() or _month(year)
        services.report(
            actor=actor, project=project, month=at, invested_fen=fen, words="由表格导入的全年数", whole_year=True
        )


def rejects(run: ProjectImport) -> bytes:
    """The rows that were not taken, as CSV: line, reason, then the cells as they were."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["行号", "原因", "原行内容"])
    for one in run.bad:
        writer.writerow([one["line"], one["reason"], *one["cells"]])
    return ("\ufeff" + out.getvalue()).encode()


def template(library: ProjectLibrary | None = None) -> bytes:
    """An empty table with one invented line; years of the library where one is given."""
    first, last = (library.first_year, library.last_year) if library else (clock.today().year, clock.today().year + 1)
    category = (library.categories.values_list("name", flat=True).first() if library else None) or "养老服务设施"
    years = list(range(first, min(last, first + 9) + 1))
    fixed = ["no", "category", "name", "region", "owner", "nature", "content", "beds", "area", "total"]
    heads = [
        *(reading.HEADS[key][0] + ("（万元）" if key == "total" else "") for key in fixed),
        *(f"{one.title}（万元）" for one in sources.sources().values()), *(f"{year}年计划（万元）" for year in years), f"{first}年完成（万元）",
        *(reading.HEADS[key][0] for key in ("start_year", "end_year", "stage", "leader", "longitude", "latitude", "note")),
    ]  # fmt: skip
    money = ["60", *[""] * (len(sources.sources()) - 2), "40"]
    line = ["", category, reading.SAMPLE, "", "某建设单位", "新建", "新建床位 20 张", "20", "800", "100", *money, "100", *[""] * len(years),
            str(first), str(first), "储备", "", "", "", ""]  # fmt: skip
    out = io.StringIO()
    csv.writer(out).writerows([heads, line])
    return ("\ufeff" + out.getvalue()).encode()
