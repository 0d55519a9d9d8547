"""A project library of the test township with a project at work: money, photograph, milestones, problems, points, an adjustment.

These stand above the kernel, so they are fetched by name."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.documents.tests.samples import picture

TOWN_A = "990101001000"
LIBRARY, NAME = "青石镇测试项目库", "青石镇幸福院改造工程"
WAN = 1_000_000


def _of(name: str) -> Any:
    return import_module(f"minzheng.business.bureau.projects.{name}")


def fill(staff: Callable[[str, str], User]) -> dict[str, Any]:
    """{"addresses", "keys", "project_rows"} of these pages."""
    keeper, head, today = (
        actor_of(staff("policy_officer", TOWN_A)),
        actor_of(staff("bureau_head", TOWN_A)),
        clock.today(),
    )
    services, moving, problems = _of("services"), _of("moving"), _of("problems")

    def library(name: str) -> Any:
        return services.save_library(
            actor=keeper, classes=[("养老", 1, 100 * WAN)],
            values={"region_code": TOWN_A, "name": name, "first_year": today.year, "last_year": today.year, "stated_count": 1, "stated_fen": 100 * WAN},
        )  # fmt: skip

    def project(where: Any, name: str) -> Any:
        values = {
            "region_code": TOWN_A,
            "name": name,
            "owner": "青石镇",
            "category": where.categories.get(),
            "total_fen": 100 * WAN,
        }
        return services.create(
            actor=keeper, library=where, values=values, years={today.year: 100 * WAN}, money={"local": 100 * WAN}
        )

    opened, fixed = library(LIBRARY), library(LIBRARY + "二")
    one, other = project(opened, NAME), project(fixed, NAME + "二")
    services.fix(actor=head, library=fixed)
    fixed.refresh_from_db()
    change = _of("adjusting").begin(actor=keeper, library=fixed, reason="测试调整", document="测〔2026〕1号")
    _of("adjusting").add_line(
        actor=keeper, change=change, project=other, what="year", key=str(today.year), after_fen=90 * WAN
    )
    for kind, fen in (("issued", 60 * WAN), ("paid", 30 * WAN)):
        _of("spending").enter_money(
            actor=keeper, project=one, kind=kind, source="local", amount_fen=fen, on=today, voucher=f"文{kind}"
        )
    services.report(actor=keeper, project=one, month=today, invested_fen=20 * WAN, percent=20)
    photo = moving.add_photos(
        actor=keeper, project=one, uploads=[SimpleUploadedFile("a.jpg", picture())], caption="现场", taken_on=today
    )[0]
    milestone = moving.add_milestone(actor=keeper, project=one, name="封顶", due_on=today - datetime.timedelta(days=3))
    values = {
        "kind": "quality",
        "grade": "general",
        "words": "青石镇幸福院消防未验收",
        "found_on": today,
        "duty": "李工",
        "due_on": today,
    }
    problem = problems.find(actor=keeper, project=one, values=values)
    mended = problems.mend(
        actor=keeper, problem=problems.find(actor=keeper, project=one, values=values), mending="已补办", mended_on=today
    )
    points = {"goal": "改造完成", "result": "已完成", "output": 4800, "benefit": 2700, "satisfaction": 920}
    score = _of("scoring").evaluate(actor=keeper, project=one, year=today.year, values=points)
    run = _of("importing").check(
        actor=keeper, library=opened, data=f"大类,项目名称,总投资\n养老,{NAME}三,5\n".encode(), name="表.csv"
    )
    pages: tuple[tuple[Any, str], ...] = (
        (one.pk, "show print edit plan move report money milestone photos problem_new score"), (opened.pk, "library library_pdf library_edit library_fix new import template"),
        (fixed.pk, "change_new"), (change.pk, "change change_line change_confirm change_withdraw"), (photo.pk, "photo photo_remove"), (milestone.pk, "milestone_done"),
        (problem.pk, "problem problem_mend"), (mended.pk, "problem_check"), (score.pk, "score_confirm score_sign"), (run.pk, "run run_take rejects"),
    )  # fmt: skip
    return {
        "addresses": {f"projects.{code}": {"pk": pk} for pk, codes in pages for code in codes.split()},
        "keys": [
            str(row.pk) for row in (opened, fixed, one, other, change, photo, milestone, problem, mended, score, run)
        ],
        "project_rows": {
            "library": opened,
            "category": opened.categories.get(),
            "project": one,
            "problem": problem,
            "change": change,
            "photo": photo,
        },
    }


def more(rows: dict[str, Any], again: Callable[..., Any], n: int) -> None:
    """One more library, with a project, a problem and a change."""
    library = again(rows["library"], name=f"{LIBRARY}{n}")
    category = again(rows["category"], library=library)
    project = again(rows["project"], library=library, category=category)
    again(rows["problem"], project=project)
    again(rows["change"], library=library, no=f"TZ-TEST-{n}")
