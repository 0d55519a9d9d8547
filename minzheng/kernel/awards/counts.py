"""What the roll of benefits counts month by month. The same conditions count and list: a number and its list agree.

享受 = months from 起发月 to 止发月 without those in which it is suspended. 新增 = begins in the month; 退出 = the month
before was its last one, so that 本月在享 = 上月在享 + 新增 − 退出 as long as nothing is suspended."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Left

from minzheng.kernel.awards.models import Award, AwardPause
from minzheng.kernel.months import month_after
from minzheng.kernel.parts.behind import Behind, Condition
from minzheng.kernel.regions.models import Region

URBAN, RURAL = "1", "0"


@dataclass(frozen=True)
class Counted:
    """One benefit in one town (9 digits), urban or rural. Money: the monthly amounts of those in force, in fen."""

    item_code: str
    town: str
    urban: str
    households: int
    persons: int
    monthly_fen: int
    new: int
    new_persons: int
    ended: int
    ended_persons: int
    once: int
    once_persons: int
    once_fen: int


def in_force(month: datetime.date) -> Q:
    """Entitled in this month (day 1), by the months of the award; what is paid once is no standing."""
    paused = AwardPause.objects.filter(award=OuterRef("pk"), from_month__lte=month)
    paused = paused.filter(Q(to_month=None) | Q(to_month__gte=month))
    lasted = Q(last_month=None) | Q(last_month__gte=month)
    return _lasting() & Q(first_month__lte=month) & lasted & ~Q(Exists(paused))


def begun(month: datetime.date) -> Q:
    """First month is this one (an award that was taken back before it began never began)."""
    return _lasting() & Q(first_month=month) & (Q(last_month=None) | Q(last_month__gte=month))


def over(month: datetime.date) -> Q:
    """The month before was the last one."""
    return _lasting() & Q(last_month=month_after(month, -1), first_month__lt=month)


def paid_once(month: datetime.date) -> Q:
    """One-off awards of the month."""
    return Q(cycle="once", first_month=month)


def _lasting() -> Q:
    # Ended without a month: a draft of former times that was never paid.
    return ~Q(cycle="once") & ~Q(state="ended", last_month=None)


def with_urban(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with `urban` "1" or "0": as the household is registered, else as the village is classed, else rural."""
    village = Region.objects.filter(code=OuterRef("region_code")).order_by("-valid_from").values("is_urban")[:1]
    known = Coalesce(F("household__is_urban"), Subquery(village), Value(False))
    word = Case(When(_urban=True, then=Value(URBAN)), default=Value(RURAL), output_field=CharField())
    return rows.annotate(_urban=known).annotate(urban=word)


def monthly(low: str, high: str, month: datetime.date) -> list[Counted]:
    """All benefits of a place (codes `low` to `high`) in a month. One query."""
    held, new, gone, once = in_force(month), begun(month), over(month), paid_once(month)
    rows = Award.objects.filter(region_code__gte=low, region_code__lte=high)
    near = Q(last_month=None) | Q(last_month__gte=month_after(month, -1)) | Q(first_month=month)
    rows = with_urban(rows.filter(near, first_month__lte=month)).annotate(town=Left("region_code", 9))
    told = rows.order_by().values("item_code", "town", "urban").annotate(
        households=Count("pk", filter=held), n_persons=_sum("persons", held), monthly_fen=_sum("amount_fen", held),
        new=Count("pk", filter=new), new_persons=_sum("persons", new), ended=Count("pk", filter=gone),
        ended_persons=_sum("persons", gone), once=Count("pk", filter=once), once_persons=_sum("persons", once),
        once_fen=_sum("amount_fen", once),
    )  # fmt: skip
    return [
        Counted(
            row["item_code"], row["town"], row["urban"], row["households"], row["n_persons"], row["monthly_fen"],
            row["new"], row["new_persons"], row["ended"], row["ended_persons"], row["once"], row["once_persons"],
            row["once_fen"],
        )
        for row in told
    ]  # fmt: skip


def _sum(field: str, condition: Q) -> Any:
    return Coalesce(Sum(field, filter=condition), Value(0))


def _split(rows: QuerySet[Any], part: str) -> QuerySet[Any]:
    return with_urban(rows).filter(urban=part)


#: For the list of awards.
FILTER = Behind(
    "behind", "统计口径",
    conditions={
        "in_force": Condition("在享", in_force), "begun": Condition("新增", begun), "over": Condition("退出", over),
        "once": Condition("一次性发放", paid_once),
    },
    split=_split, parts={URBAN: "（城镇）", RURAL: "（农村）"},
)  # fmt: skip
