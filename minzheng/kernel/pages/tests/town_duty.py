"""Supervised tasks of the test township: one in hand with a step and a file, one waiting for its check, a bulletin.

These stand above the kernel, so they are fetched by name."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.documents.tests.samples import picture
from minzheng.kernel.orgs.models import Organization

TOWN_A = "990101001000"
TITLE, PROBLEM = "青石镇适老化改造督办", "两户老人在外地没有联系上"


def _of(name: str) -> Any:
    return import_module(f"minzheng.business.bureau.supervision.{name}")


def fill(staff: Callable[[str, str], User], plan: Any) -> dict[str, Any]:
    """{"addresses", "keys", "duty_rows"} of these pages. `plan`: the township's plan; its office supervises and does."""
    keeper, today = actor_of(staff("policy_officer", TOWN_A)), clock.today()
    worker = _worker(plan.org)
    starting, handling, report = _of("starting"), _of("handling"), _of("handling").Report
    office = plan.org
    begun, end = today - datetime.timedelta(days=40), today + datetime.timedelta(days=60)

    def task(title: str, progress: int) -> Any:
        source = starting.Source(f"{title}，年内完成。", title)
        one = starting.propose(actor=keeper, owner=office, kind="good", year=today.year, source=source)
        steps = [("完成摸底", today + datetime.timedelta(days=9))]
        starting.divide(
            actor=keeper, task=one, share=starting.Share(office.pk, begun, end, "民政办", worker.id, milestones=steps)
        )
        starting.assign(actor=keeper, task=one)
        handling.sign(actor=worker, task=one)
        done = report("走访了一遍", progress, problems=PROBLEM, files=[SimpleUploadedFile("现场.jpg", picture())])
        handling.feedback(actor=worker, task=one, report=done)
        one.refresh_from_db()
        return one

    one, other = task(TITLE, 40), task(TITLE + "二", 100)
    bulletin = _of("bulletins").issue(actor=keeper, owner=office, first=begun, last=today)
    step, file = one.milestones.get(), one.evidence.get()
    pages: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (one.pk, ("detail", "divide", "assign", "drop", "delegate", "sign", "feedback", "extend", "decide", "transfer", "pause",
                  "resume", "merge", "nudge", "archive")),
        (other.pk, ("check",)),
        (step.pk, ("reach",)),
        (file.pk, ("file",)),
        (bulletin.pk, ("bulletin", "bulletin_pdf")),
        (plan.pk, ("from_plan",)),
    )  # fmt: skip
    return {
        "addresses": {f"duty.{code}": {"pk": pk} for pk, codes in pages for code in codes},
        "keys": [str(row.pk) for row in (one, other, step, file, bulletin)],
        "duty_rows": {"task": one, "feedback": one.feedbacks.get(), "bulletin": bulletin},
    }


def _worker(office: Organization) -> Any:
    user = User.objects.create_user("duty.worker", "x", name="督办承办")
    Assignment.objects.create(
        user=user, role="town_clerk", organization=office, region_code=TOWN_A, valid_from=datetime.date(2020, 1, 1)
    )
    return actor_of(user)


def more(rows: dict[str, Any], again: Callable[..., Any], n: int) -> None:
    """One more task with its report, and a bulletin."""
    task = again(rows["task"], no=f"990101001-DB-9-{n}", title=f"{TITLE}{n}")
    act = again(rows["feedback"].act, task=task)
    again(rows["feedback"], task=task, act=act)
    again(rows["bulletin"], no=f"990101001-TB-9-{n}")
