"""From awards and departments' data to spans: who belonged to which class from when to when. Pure; days are inclusive."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from minzheng.kernel.months import month_end

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """One stretch of one person in one class (or under one tag). `until` None: still."""

    person_id: int
    code: str
    since: datetime.date
    until: datetime.date | None
    by: str = "award"
    basis: str = ""
    award_id: int | None = None
    household_id: int | None = None
    is_demo: bool = False

    @property
    def key(self) -> tuple[int, str, datetime.date]:
        return self.person_id, self.code, self.since


def award_span(
    person_id: int,
    code: str,
    first_month: datetime.date,
    last_month: datetime.date | None,
    state: str,
    today: datetime.date,
) -> tuple[datetime.date, datetime.date | None]:
    """(since, until) of an award: whole months, the last one included. An end that lies ahead is not yet an end; an ended
    award without a last month ended where it began."""
    end = month_end(last_month) if last_month else None
    if state == "ended":
        return first_month, end if end and end >= first_month else first_month
    return first_month, end if end is not None and end < today else None


def united(spans: Iterable[Span]) -> list[Span]:
    """Spans of one person and class that touch or overlap become one, which carries the newest basis."""
    done: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.person_id, s.code, s.since, s.until or datetime.date.max)):
        last = done[-1] if done else None
        if (
            last is None
            or (last.person_id, last.code) != (span.person_id, span.code)
            or (last.until is not None and span.since > last.until + DAY)
        ):
            done.append(span)
        else:
            open_end = last.until is None or span.until is None
            until = None if open_end else max(last.until, span.until)  # type: ignore[type-var]
            longer = span.until is None or (last.until is not None and span.until >= last.until)
            done[-1] = replace(span if longer else last, since=last.since, until=until)
    return done


def ended_by_death(span: Span, died: datetime.date | None) -> Span | None:
    """A span ends with the person at the latest; None when the person had died before it began."""
    if died is None:
        return span
    if died < span.since:
        return None
    return replace(span, until=min(span.until, died) if span.until else died)
