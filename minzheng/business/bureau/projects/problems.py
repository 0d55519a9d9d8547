"""问题与整改: found → mended → closed by somebody else, or sent back."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.business.bureau.projects.errors import Refused, require
from minzheng.business.bureau.projects.models import Project, ProjectProblem
from minzheng.business.bureau.projects.recording import act, keep, locked
from minzheng.business.bureau.projects.selectors import CONFIRM, MANAGE
from minzheng.kernel import clock

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


@transaction.atomic
def find(*, actor: Actor, project: Project, values: Mapping[str, Any], uploads: Sequence[Any] = ()) -> ProjectProblem:
    """`values`: kind, grade, words, found_on, duty, due_on. Raises Refused."""
    actor, row = require(actor, MANAGE, project.region_code), locked(project)
    errors: dict[str, str] = {}
    for name, title in (("words", "问题"), ("duty", "整改责任人")):
        if not str(values.get(name) or "").strip():
            errors[name] = f"请填写{title}。"
    if values["found_on"] > clock.today():
        errors["found_on"] = "日期不能晚于今天。"
    if values["due_on"] < values["found_on"]:
        errors["due_on"] = "整改期限不能早于发现日期。"
    if errors:
        raise Refused([], errors)
    found = ProjectProblem.objects.create(
        project=row, region_code=row.region_code, kind=values["kind"], grade=values["grade"], words=values["words"].strip()[:300],
        found_on=values["found_on"], found_name=actor.name[:60], duty=values["duty"].strip()[:60], due_on=values["due_on"],
    )  # fmt: skip
    kept = keep(actor, row, uploads, caption="问题照片", taken_on=found.found_on, problem=found)
    act(
        actor,
        row,
        "problem",
        on=found.found_on,
        words=found.words,
        evidence=_ids(kept),
        data={"problem": str(found.pk)},
    )
    return found


@transaction.atomic
def mend(
    *, actor: Actor, problem: ProjectProblem, mending: str, mended_on: datetime.date, uploads: Sequence[Any] = ()
) -> ProjectProblem:
    """Says what was done; whoever checks closes it."""
    actor, row, found = _locked(actor, problem, MANAGE)
    if found.state != "open":
        raise Refused(f"这个问题现为“{found.get_state_display()}”，不能再填整改。")  # type: ignore[attr-defined]
    if not mending.strip():
        raise Refused([], {"mending": "请写明怎样整改的。"})
    if mended_on > clock.today() or mended_on < found.found_on:
        raise Refused([], {"mended_on": f"整改日期应在 {found.found_on:%Y-%m-%d} 到今天之间。"})
    found.state, found.mending, found.mended_on = "mended", mending.strip()[:500], mended_on
    found.mended_by, found.mended_name = actor.user, actor.name[:60]  # type: ignore[attr-defined]
    found.save(update_fields=["state", "mending", "mended_on", "mended_by", "mended_name"])
    kept = keep(actor, row, uploads, caption="整改照片", taken_on=mended_on, problem=found)
    act(actor, row, "mend", on=mended_on, words=found.mending, evidence=_ids(kept), data={"problem": str(found.pk)})
    return found


@transaction.atomic
def check(*, actor: Actor, problem: ProjectProblem, passed: bool, opinion: str = "") -> ProjectProblem:
    """销号, or back to be mended again. Not by whoever reported the mending. Raises Refused."""
    actor, row, found = _locked(actor, problem, CONFIRM)
    if found.state != "mended":
        raise Refused("填报整改以后才能核查。")
    if actor.id is not None and actor.id == found.mended_by_id:  # type: ignore[attr-defined]
        raise Refused("填报整改的人不能自己核查，请由另一人核查。")
    if not passed and not opinion.strip():
        raise Refused([], {"opinion": "退回的请写明还差什么。"})
    found.opinion = opinion.strip()[:200]
    if passed:
        found.state, found.closed_on, found.closed_name = "closed", clock.today(), actor.name[:60]
    else:
        found.state = "open"
    found.save(update_fields=["state", "opinion", "closed_on", "closed_name"])
    act(actor, row, "close" if passed else "return", words=found.opinion, data={"problem": str(found.pk)})
    return found


def _locked(actor: Actor, problem: ProjectProblem, permission: str) -> tuple[Actor, Project, ProjectProblem]:
    actor = require(actor, permission, problem.region_code)
    row = locked(problem.project)
    return actor, row, ProjectProblem.objects.select_for_update(of=("self",)).get(pk=problem.pk)


def _ids(kept: Sequence[Any]) -> list[int]:
    return [one.attachment_id for one in kept]
