"""What becomes of the low-income database when two files become one: what is in force follows unless the survivor has it."""

from __future__ import annotations

from django.db.models import Q

from minzheng.kernel.subjects.merging import Reference, declare

declare(
    Reference(
        "datacenter.LowIncomeEntry", "person", live=Q(until=None, withdrawn_at=None), alone=("class_code",),
        reset={"main": False},
    ),
    Reference("datacenter.PersonTag", "person", live=Q(until=None), alone=("code", "by")),
    # What was compared and judged stays as it was.
    Reference("datacenter.DuplicatePair", "first"),
    Reference("datacenter.DuplicatePair", "second"),
    Reference("datacenter.PersonMerge", "survivor"),
    Reference("datacenter.PersonMerge", "absorbed"),
    # Alerts, matching results and exchange lists say what was found about a file on a day: history. The next run finds the
    # survivor.
    Reference("datacenter.Alert", "person"),
    Reference("datacenter.MatchAlert", "person"),
    Reference("datacenter.MatchReview", "person"),
    Reference("datacenter.MatchLeftOut", "person"),
    Reference("datacenter.ExchangePerson", "person"),
)  # fmt: skip
