"""在保和近期未予确认的家庭: every family on file in a place, one unit each, opened in memory only.

A unit is a household. Its *files* are the families that its decisions froze: a means-test file says everything about the
household, so all benefits of that line are computed from it; the file of a personal benefit (高龄津贴 …) says only what that
benefit asked, so only that benefit is. Awards taken over without a file are counted, not computed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from minzheng.kernel.awards.selectors import in_force_with_families
from minzheng.kernel.cases.selectors import refused_assessments
from minzheng.policy.measuring import LINE, MONTHS_OVER, RECEIVES, exact
from minzheng.policy.words import Vocabulary

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.awards.models import Award
    from minzheng.kernel.cases.models import Evidence

#: A file that states the household's property was made for the means test: it says what the whole line asks.
WHOLE = "金融资产"
KEPT_AMOUNT = "原月保障金"
CHUNK = 200


@dataclass(slots=True)
class File:
    """One frozen family: in the engine's own types, where it lives, of which benefits it can say something, and the bit of
    each member in the unit (who stands in two files is one person)."""

    family: dict[str, Any]
    region: str
    benefits: frozenset[str]
    people: list[int]
    whole: bool


@dataclass(slots=True)
class Unit:
    """One household. ``receives``: benefit → 分 a month paid now; ``known``: benefits of which it is known whether they are
    paid; ``unsure``: leaving gradually or paid in services, so neither right nor wrong. ``awards`` and ``case``: the rows behind it, for the list of those who may see them."""

    key: int
    place: str
    files: list[File] = field(default_factory=list)
    receives: dict[str, int] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    members: int = 0
    unsure: set[str] = field(default_factory=set)
    awards: list[int] = field(default_factory=list)
    case: int | None = None

    def settled(self) -> Unit:
        """Complete: what the household's own file says needs no smaller file, what is unsure is not compared."""
        whole = next((one for one in self.files if one.whole), None)
        if whole is not None:
            self.files = [one for one in self.files if one is whole or not one.benefits & whole.benefits]
        self.known -= self.unsure
        for benefit in self.unsure:
            self.receives.pop(benefit, None)
        return self

    @property
    def main(self) -> File:
        """The file that says most about the household."""
        return next((one for one in self.files if one.whole), self.files[0])


@dataclass
class Outside:
    """Awards that no file explains (taken over from elsewhere): benefit → [awards, persons, 分 a month]."""

    awards: dict[str, list[int]] = field(default_factory=dict)

    def add(self, award: Award) -> None:
        row = self.awards.setdefault(award.item_code, [0, 0, 0])
        for i, number in enumerate((1, award.persons, award.amount_fen)):
            row[i] += number


class Caseload:
    """The families of one place. ``benefits``: all benefit codes of the rule set; ``refused_since``: None leaves the
    refused applications out."""

    def __init__(
        self, region_code: str, vocabulary: Vocabulary, benefits: Iterable[str], on: datetime.date,
        refused_since: datetime.date | None,
    ) -> None:  # fmt: skip
        self.region_code, self.vocabulary, self.on, self.refused_since = region_code, vocabulary, on, refused_since
        line = LINE.benefit.partition(".")[0]
        self.line = frozenset(code for code in benefits if code.startswith(f"{line}."))
        self.outside = Outside()
        self.refused = 0
        self._whole: set[int] = set()

    def awards(self) -> QuerySet[Award]:
        return in_force_with_families(self.region_code)

    def sheets(self) -> QuerySet[Evidence] | None:
        """The sheets of refused applications; None where they are left out."""
        return None if self.refused_since is None else refused_assessments(self.region_code, self.refused_since)

    @staticmethod
    def no_sheets() -> QuerySet[Evidence]:
        return refused_assessments("0" * 12, datetime.date.max).none()

    def units(self, awards: QuerySet[Award] | None = None, sheets: QuerySet[Evidence] | None = None) -> Iterator[Unit]:
        """Households with something in force, then refused ones that have nothing. Without arguments: all of the place."""
        rows = self.awards() if awards is None else awards
        yield from self._in_force(rows.iterator(CHUNK))
        found = self.sheets() if sheets is None else sheets
        if found is not None:
            yield from self._refused(found.iterator(CHUNK))

    def _in_force(self, rows: Iterable[Award]) -> Iterator[Unit]:
        unit: Unit | None = None
        bits: dict[str, int] = {}
        last: int | None = None
        for award in rows:
            household = award.household_id
            if unit is None or household is None or household != last:
                if unit is not None and unit.files:
                    yield unit.settled()
                unit, bits, last = Unit(household or award.pk, town_of(award.region_code)), {}, household
            self._take(unit, award, bits)
        if unit is not None and unit.files:
            yield unit.settled()

    def _take(self, unit: Unit, award: Award, bits: dict[str, int]) -> None:
        frozen: Mapping[str, Any] = award.frozen or {}
        family = frozen.get("family")
        if not family or not family.get("成员"):
            self.outside.add(award)
            return
        shares: Mapping[str, int] = frozen.get("by_benefit") or {award.item_code: award.amount_fen}
        file = self._file(frozen, tuple(shares), award.region_code, bits)
        if award.item_code == LINE.benefit:
            self._running(file, award, frozen)
        unit.awards.append(award.pk)
        # The newest decision says how the household is now; an older file of the same kind says nothing more.
        if not (file.whole and any(one.whole for one in unit.files)):
            unit.files.append(file)
            if file.whole and award.household_id is not None:
                self._whole.add(award.household_id)
        unit.members = len(bits)
        for benefit, share in shares.items():
            unit.receives[benefit] = unit.receives.get(benefit, 0) + share
        unit.known |= self.line if file.whole else set(shares)
        if award.state == "tapering" or award.cycle == "quota":
            unit.unsure |= set(shares)

    def _running(self, file: File, award: Award, frozen: Mapping[str, Any]) -> None:
        """What the rules of 渐退 ask: that the family is paid, what, and for how many months it has been over the line."""
        home = dict(file.family.get("家庭") or {})
        months = 0
        if award.state == "tapering":
            then = datetime.date.fromisoformat(frozen.get("on") or award.decided_on.isoformat())
            passed = (self.on.year - then.year) * 12 + self.on.month - then.month
            months = int(home.get(MONTHS_OVER) or 1) + max(passed, 0)
        kept = home.get(KEPT_AMOUNT) if award.state == "tapering" else None
        home |= {RECEIVES: True, MONTHS_OVER: months, KEPT_AMOUNT: kept or yuan(award.amount_fen)}
        file.family = file.family | {"家庭": home}

    def _file(self, frozen: Mapping[str, Any], benefits: tuple[str, ...], region: str, bits: dict[str, int]) -> File:
        family = exact(self.vocabulary, frozen["family"])
        whole = WHOLE in (family.get("家庭") or {})
        members = family["成员"]
        known = [row.get("person") or "" for row in frozen.get("household") or () if row.get("in_count", True)]
        if len(known) != len(members):
            known = [""] * len(members)
        people = [bits.setdefault(one or f"{benefits[0]}:{i}", len(bits)) for i, one in enumerate(known)]
        return File(
            family,
            frozen.get("region") or region,
            self.line | set(benefits) if whole else frozenset(benefits),
            people,
            whole,
        )

    def _refused(self, sheets: Iterable[Evidence]) -> Iterator[Unit]:
        taken: set[int] = set()
        for sheet in sheets:
            case = sheet.case
            key = case.household_id or case.pk
            if key in self._whole or key in taken:
                continue
            data: Mapping[str, Any] = sheet.data or {}
            if not (data.get("family") or {}).get("成员"):
                continue
            taken.add(key)
            self.refused += 1
            bits: dict[str, int] = {}
            benefits = tuple(data.get("by_benefit") or {case.item_code: 0})
            file = self._file(data, benefits, case.region_code, bits)
            yield Unit(
                key, town_of(case.region_code), [file], known=set(file.benefits), members=len(bits), case=case.pk
            )  # fmt: skip


def town_of(region_code: str) -> str:
    """The township of a village's code; a wider code as it is."""
    return region_code[:9].ljust(12, "0")


def yuan(fen: int) -> Any:
    from decimal import Decimal

    return Decimal(fen) / 100
