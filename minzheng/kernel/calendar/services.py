"""Loading a year. Deadlines that were provisional because of it are recomputed by a job.

A folder that stores deadlines declares, in its `jobs.py`:

    @on_year_loaded
    def recompute(year: int) -> int: ...      # returns how many deadlines moved

A notice of year Y also settles 25–31 December of Y-1.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from minzheng.kernel.audit import services as audit
from minzheng.kernel.calendar import selectors
from minzheng.kernel.calendar.models import CalendarDay, CalendarYear
from minzheng.kernel.calendar.notices import Notice, shipped
from minzheng.kernel.ids import new_id
from minzheng.kernel.jobs import services as jobs

Recompute = Callable[[int], int]
_recomputers: list[Recompute] = []


def on_year_loaded(function: Recompute) -> Recompute:
    """Have `function(year)` called, in a job, after a year was loaded or changed."""
    if function not in _recomputers:
        _recomputers.append(function)
    return function


def recomputers() -> list[Recompute]:
    return list(_recomputers)


def load_shipped(*, actor: audit.ActorLike = audit.SYSTEM) -> list[int]:
    """Load the shipped years that are missing; returns them. Years that a bureau loaded itself are left alone."""
    missing = {notice.year for notice in shipped()} - set(CalendarYear.objects.values_list("year", flat=True))
    with transaction.atomic():
        for notice in shipped():
            if notice.year in missing:
                load_year(notice=notice, actor=actor)
    return sorted(missing)


def load_year(*, notice: Notice, actor: audit.ActorLike) -> bool:
    """Store the notice, replacing what was stored for its year; False when nothing changed."""
    with transaction.atomic():
        # Two loads of one year wait for each other on this row.
        year, _ = CalendarYear.objects.select_for_update().get_or_create(
            year=notice.year, defaults={"source": "", "notice_no": ""}
        )
        rows = CalendarDay.objects.filter(date__range=(notice.first, notice.last))
        stored = tuple(rows.order_by("date").values_list("date", "is_workday", "name"))
        if (year.source, year.notice_no, stored) == (notice.source, notice.notice_no, notice.days):
            return False
        moved = stored != notice.days and not _was_assumed(notice, new=not year.source)
        rows.delete()
        CalendarDay.objects.bulk_create(
            CalendarDay(date=day, is_workday=on, name=name) for day, on, name in notice.days
        )
        year.source, year.notice_no = notice.source, notice.notice_no
        year.save()
        detail = {"year": notice.year, "notice_no": notice.notice_no, "days": len(notice.days)}
        audit.record(actor=actor, action="calendar.load", reason=notice.source, detail=detail)
        if moved:
            jobs.enqueue(
                "calendar.recompute", args={"year": notice.year}, key=f"calendar.recompute:{notice.year}:{new_id()}"
            )
    selectors.forget()
    return True


def _was_assumed(notice: Notice, *, new: bool) -> bool:
    """A shipped year counts as known even before it is stored, so that storing it moves no deadline."""
    return new and any(one.year == notice.year and one.days == notice.days for one in shipped())
