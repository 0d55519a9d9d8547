"""A small county with something of everything that is counted: two towns, two years, urban and rural."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from minzheng.datacenter.indicators import declaring
from minzheng.datacenter.indicators.models import IndicatorMonth
from minzheng.datacenter.matching.models import MatchRequest
from minzheng.datacenter.monitoring.models import Alert
from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award, AwardPause, PaymentLine
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.objections.models import PublicObjection
from minzheng.kernel.months import month_after
from minzheng.kernel.payruns.models import PayBatch, PayLine
from minzheng.kernel.subjects.models import Household

COUNTY = "990101000000"
TOWNS = ("990101001000", "990101002000")
VILLAGES = ("990101001001", "990101002001")
TODAY = datetime.date(2026, 7, 15)
MONTH = datetime.date(2026, 6, 1)
ITEMS = (
    "assistance.dibao", "assistance.dibao_edge", "assistance.rigid_expense", "assistance.tekun", "assistance.temporary",
    "children.difficult", "children.orphan", "children.unattended", "disability.two_subsidies", "elderly.care_subsidy",
    "elderly.home_care", "elderly.old_age", "funeral.free_basics",
)  # fmt: skip
ONCE = ("assistance.temporary", "funeral.free_basics")


def at(year: int, month: int, day: int = 10) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime(year, month, day, 9, 0))


def fill() -> None:
    """Every benefit in both towns: in force, new, ended, suspended, begun later; paid, returned; cases; alerts; checks."""
    for n, item in enumerate(ITEMS):
        _benefit(n, item)
    _cases()
    _alerts()


def quiet_before(month: datetime.date) -> None:
    """The two years before count as computed (nothing was found), so that a page with a course computes only what matters."""
    IndicatorMonth.objects.bulk_create(
        IndicatorMonth(
            region_code=COUNTY, month=month_after(month, -n), computed_at=clock.now(), declared=declaring.digest()
        )
        for n in range(1, 26)
    )


def household(n: int, village: str, urban: bool) -> Household:
    return Household.objects.create(no=f"H-{village}-{n}", region_code=village, is_urban=urban)


def award(no: str, item: str, village: str, **more: Any) -> Award:
    told = {
        "persons": 2, "amount_fen": 300_00, "cycle": "monthly", "state": "active", "first_month": datetime.date(2026, 1, 1),
        "decided_on": datetime.date(2026, 1, 1), "payee_name": "某人", "frozen_sha": "", "ruleset_sha": "", "frozen": {},
    }  # fmt: skip
    return Award.objects.create(no=no, item_code=item, region_code=village, **{**told, **more})


def _benefit(n: int, item: str) -> None:
    for t, village in enumerate(VILLAGES):
        home = household(n, village, t == 0)
        if item in ONCE:
            rows = [
                award(f"{n}-{t}-o", item, village, household=home, cycle="once", first_month=MONTH, last_month=MONTH)
            ]
        else:
            rows = [
                award(f"{n}-{t}-a", item, village, household=home, amount_fen=300_05),
                award(f"{n}-{t}-b", item, village, first_month=MONTH, persons=1),
                award(f"{n}-{t}-c", item, village, state="ended", last_month=datetime.date(2026, 5, 1)),
                award(f"{n}-{t}-d", item, village, first_month=datetime.date(2026, 7, 1)),
                award(f"{n}-{t}-e", item, village, state="suspended", persons=5),
                award(f"{n}-{t}-f", item, village, state="ended", last_month=MONTH, household=home, persons=3),
            ]
            AwardPause.objects.create(award=rows[4], from_month=datetime.date(2026, 3, 1))
        _paid(n, t, item, rows)


def _paid(n: int, t: int, item: str, rows: Sequence[Award]) -> None:
    batch, _ = PayBatch.objects.get_or_create(
        no=f"P-{n}", defaults={"item_code": item, "month": MONTH, "region_code": COUNTY, "state": "CLOSED", "built_at": at(2026, 6)}
    )  # fmt: skip
    for seq, row in enumerate(rows):
        line = PaymentLine.objects.create(
            award=row, item_code=item, month=MONTH, amount_fen=row.amount_fen, region_code=row.region_code
        )
        PayLine.objects.create(
            batch=batch, seq=t * 10 + seq, line=line, award=row, month=MONTH, line_type="regular",
            region_code=row.region_code, due_fen=row.amount_fen, amount_fen=row.amount_fen,
            state=("paid", "paid", "returned", "reissued", "excluded", "unknown")[seq], live=seq < 4,
            excluded_for="manual" if seq == 4 else "",
        )  # fmt: skip


def _cases() -> None:
    for t, village in enumerate(VILLAGES):
        rows = [
            ("APPROVED", at(2026, 6, 1), at(2026, 6, 20), datetime.date(2026, 6, 20)),
            ("REJECTED", at(2026, 5, 2), at(2026, 6, 25), datetime.date(2026, 6, 1)),
            ("INVESTIGATING", at(2026, 5, 3), None, datetime.date(2026, 6, 12)),
            ("ACCEPTED", at(2026, 6, 30, ), None, datetime.date(2026, 8, 12)),
            ("DRAFT", None, None, None),
            ("IN_PAYMENT", at(2026, 6, 9), at(2026, 6, 9), None),
        ]  # fmt: skip
        made = [
            Case.objects.create(
                no=None if state == "DRAFT" else f"C-{t}-{n}", item_code="assistance.dibao", region_code=village,
                state=state, submitted_at=submitted, decided_at=decided, total_due_on=due,
            )
            for n, (state, submitted, decided, due) in enumerate(rows)
        ]  # fmt: skip
        PublicObjection.objects.create(
            code=f"YY-{t}", case=made[0], region_code=village, channel="page", content="有车", content_sha=str(t),
            received_at=at(2026, 6, 5), answered_at=at(2026, 6, 9) if t else None,
        )  # fmt: skip
        MatchRequest.objects.create(
            no=f"HD-{t}", region_code=village, persons=4, asked_at=at(2026, 6, 4), as_of=MONTH,
            issued_at=at(2026, 6, 8) if t else None,
        )  # fmt: skip


def _alerts() -> None:
    for t, village in enumerate(VILLAGES):
        for n, (level, created, closed, verdict) in enumerate(
            (("red", at(2026, 6, 3), at(2026, 6, 9), "true"), ("blue", at(2026, 6, 4), None, "false"),
             ("yellow", at(2026, 5, 4), at(2026, 7, 2), "later"), ("red", at(2026, 7, 4), None, "")),
        ):  # fmt: skip
            Alert.objects.create(
                no=f"YJ-{t}-{n}", monitor="test.monitor", title="事由", level=level, channel="grid", region_code=village,
                town_code=TOWNS[t], period=MONTH, created_at=created, due_at=at(2026, 6, 20), due_on=MONTH, closed_at=closed,
                state="CLOSED" if closed else "NEW", verdict=verdict, item_code="",
            )  # fmt: skip
