"""One award under the values that hold now: its frozen family, asked month by month from the new values' first day.

What is due to the values alone is told apart from everything else (somebody turned sixty since the decision): the award
is also computed with exactly the values that it froze, for the same months. Only a difference between these two is the
values' doing; an award that has drifted for another reason is listed for a re-check, never adjusted here."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from minzheng.kernel.awards.services import digest
from minzheng.kernel.awards.shares import without
from minzheng.kernel.items import registry
from minzheng.kernel.months import month_after
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.regions import codes
from minzheng.kernel.standards import values
from minzheng.policy.errors import PolicyError
from minzheng.policy.regions import normalize_region, region_level

if TYPE_CHECKING:
    from minzheng.kernel.awards.models import Award
    from minzheng.kernel.items.items import Answer

#: Levels at which a value that was frozen stands near enough to the family to win over what was set later.
_NEAR = ("县", "乡", "村")


@dataclass(frozen=True)
class MonthDue:
    """One month that was, or will have been, paid by the old amount."""

    month: datetime.date
    before_fen: int
    after_fen: int

    def as_json(self) -> dict[str, Any]:
        return {"month": self.month.isoformat(), "before_fen": self.before_fen, "after_fen": self.after_fen}


@dataclass(frozen=True)
class Reckoned:
    """What the new values make of an award. `kind`: one of RepricingLine.KINDS, "" = nothing changes. `answer`: for the
    month from which the new amount is paid, where there is one to pay."""

    kind: str
    before_fen: int
    after_fen: int | None
    months: tuple[MonthDue, ...] = ()
    reason: str = ""
    answer: Answer | None = field(default=None, compare=False)

    @property
    def back_pay_fen(self) -> int:
        return sum(max(one.after_fen - one.before_fen, 0) for one in self.months)


class CannotReckon(Exception):
    """One sentence why this award cannot be computed again."""


@dataclass(frozen=True)
class Both:
    """Fen a month under the values of now and under those that were frozen; `answer`: of the former."""

    now_fen: int
    frozen_fen: int
    eligible: bool
    answer: Answer

    @property
    def changed(self) -> bool:
        return self.now_fen != self.frozen_fen


@dataclass
class Reckoning:
    """An award and its months. `earlier`: {month: fen} that former batches have made up for already."""

    award: Award
    earlier: Mapping[datetime.date, int] = field(default_factory=dict)

    def run(self, effective_on: datetime.date, from_month: datetime.date) -> Reckoned:
        """`effective_on`: first day of the new values; `from_month`: day 1 of the month the new amount is paid from."""
        award = self.award
        try:
            self._computable()
            coming = self._both(max(from_month, award.first_month)) if self._goes_on(from_month) else None
            months = tuple(self._due_months(effective_on, from_month))
        except CannotReckon as error:
            return Reckoned("unable", award.amount_fen, None, reason=str(error))
        if coming is None:
            return Reckoned("back_pay" if _owed(months) else "", award.amount_fen, award.amount_fen, months)
        return self._judged(coming, months)

    def _judged(self, coming: Both, months: tuple[MonthDue, ...]) -> Reckoned:
        award, before = self.award, self.award.amount_fen
        if not coming.changed:
            return Reckoned("back_pay" if _owed(months) else "", before, before, months)
        after = coming.now_fen
        if award.state in ("suspended", "tapering"):
            title = award.get_state_display()
            return Reckoned("paused", before, after, reason=f"{title}期间不自动调整，恢复或期满时按新标准重新核算")
        if coming.frozen_fen != before:
            drifted = (
                f"按原标准今天测算是 {yuan_text(coming.frozen_fen)} 元，与现在发的不同：除标准外还有变化，要先复核"
            )
            return Reckoned("mixed", before, after, reason=drifted)
        if not coming.eligible:
            return Reckoned("stop", before, 0, reason="按新标准测算不再符合条件，要逐户复核后决定")
        if after < before:
            return Reckoned("reduce", before, after, reason="按新标准减少，要逐户复核、书面说明理由后决定")
        return Reckoned("raise", before, after, months, answer=coming.answer)

    # ---- months ----

    def _goes_on(self, from_month: datetime.date) -> bool:
        award = self.award
        return award.state != "ended" and (award.last_month is None or award.last_month >= from_month)

    def _due_months(self, effective_on: datetime.date, from_month: datetime.date) -> Iterator[MonthDue]:
        """Months between the new values' first one and the new amount's that this award is paid for."""
        award = self.award
        if award.cycle != "monthly":
            return
        month = max(first_month_of(effective_on), award.first_month)
        last = min(month_after(from_month, -1), award.last_month or datetime.date.max)
        paused = [(one.from_month, one.to_month or datetime.date.max) for one in award.pauses.all()]
        while month <= last:
            if not any(start <= month <= end for start, end in paused):
                yield from self._due(month)
            month = month_after(month, 1)

    def _due(self, month: datetime.date) -> Iterator[MonthDue]:
        both = self._both(month)
        if not both.changed or both.frozen_fen != self.award.amount_fen:
            return
        paid = self.award.amount_fen + self.earlier.get(month, 0)
        if both.eligible and both.now_fen > paid:
            yield MonthDue(month, paid, both.now_fen)

    # ---- computing ----

    def _computable(self) -> None:
        award = self.award
        if "imported" in award.frozen:
            raise CannotReckon("由存量文件导入，没有测算依据；复核一次以后才能重新测算")
        if digest(award.frozen) != award.frozen_sha:
            raise CannotReckon("决定依据与登记的 SM3 不符，请先核查")
        if self.rule is None:
            raise CannotReckon("这个事项没有声明复算方法")
        if "family" not in award.frozen:
            raise CannotReckon("决定依据里没有家庭情况")

    @cached_property
    def rule(self) -> Any:
        return registry.get(self.award.item_code).recompute

    @cached_property
    def _values_of_then(self) -> list[dict[str, str]]:
        """The values that the decision used, as rows of the family's own county that hold on every day."""
        county = normalize_region(self.award.region_code)[:6]
        rows = []
        for one in self.award.frozen.get("params", ()):
            region = str(one.get("region") or "")
            near = region if region and region_level(normalize_region(region)) in _NEAR else county
            rows.append(
                {"name": one["name"], "region": normalize_region(near), "value": values.text_of(one["value"]),
                 "since": datetime.date.min.isoformat(), "until": "", "unit": str(one.get("unit") or ""),
                 "reference": str(one.get("reference") or "")}
            )  # fmt: skip
        return rows

    def _both(self, month: datetime.date) -> Both:
        now = self._answer(month, values.kept(self.award.region_code))
        then = self._answer(month, self._values_of_then)
        return Both(now.amount_fen if now.eligible else 0, then.amount_fen if then.eligible else 0, now.eligible, now)

    def _answer(self, month: datetime.date, own: list[dict[str, str]]) -> Answer:
        frozen, day = self.award.frozen, month.isoformat()
        asked = {**frozen, "region": self.award.region_code, "on": day, "payable_on": day, "own_values": own}
        try:
            answer: Answer = self.rule(asked)
        except PolicyError as error:
            raise CannotReckon(str(error)) from error
        names = [str(one["name"]) for one in frozen.get("shares_off", ())]
        counted: Any = [SimpleNamespace(name=one["name"]) for one in frozen.get("household", ()) if one["in_count"]]
        return without(answer, counted, names)


def first_month_of(effective_on: datetime.date) -> datetime.date:
    """Day 1 of the first month that is priced by values beginning on this day: a month goes by the values of its first."""
    return effective_on if effective_on.day == 1 else month_after(effective_on, 1)


def payable_from(effective_on: datetime.date, today: datetime.date) -> datetime.date:
    """Day 1 of the month from which the new amount is paid: months that have begun are made up for by back pay."""
    return max(first_month_of(effective_on), month_after(today, 1))


def in_place(region_code: str) -> Any:
    """The condition "lies in this place"."""
    return codes.scope_q([region_code])


def _owed(months: tuple[MonthDue, ...]) -> bool:
    return any(one.after_fen > one.before_fen for one in months)
