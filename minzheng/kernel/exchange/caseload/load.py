"""入库: what a trial accepted is written by COPY, a portion at a time, inside one transaction of the caller.

Killed in the middle, nothing is there: the transaction never committed. Every new row has a link to the file's line;
an award keeps where it came from as its frozen basis, so that nobody takes it for computed here."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, field
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award, AwardMember
from minzheng.kernel.awards.services import digest
from minzheng.kernel.cases.running.evidence import canonical
from minzheng.kernel.crypto.copying import Row, copy, sealer
from minzheng.kernel.exchange.caseload.homes import HEAD, Claim, Home, Member
from minzheng.kernel.exchange.caseload.known import Known, Standing, index_of
from minzheng.kernel.exchange.caseload.trial import Trial, day_of
from minzheng.kernel.exchange.models import ImportBatch, ImportLink
from minzheng.kernel.ids import new_id
from minzheng.kernel.items import registry
from minzheng.kernel.registers.numbering import reserve
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person, PersonNameChar
from minzheng.kernel.subjects.names import name_characters

PERSON = (
    "id", "region_code", "name", "sex", "birth_date", "id_type", "id_no", "id_index", "phone", "hukou_region",
    "address", "health", "is_demo", "created_at",
)  # fmt: skip
HOUSEHOLD = ("id", "region_code", "no", "head", "is_urban", "address", "is_demo", "created_at")
MEMBER = ("id", "household", "person", "relation", "valid_from", "lives_together_since", "recorded_at", "recorded_by",
          "reason")  # fmt: skip
AWARD = (
    "id", "region_code", "no", "item_code", "household", "payee", "payee_name", "account_no", "account_bank", "persons",
    "amount_fen", "cycle", "category", "state", "first_month", "next_review_on", "decided_on", "frozen", "frozen_sha",
    "ruleset_sha", "is_demo", "created_at",
)  # fmt: skip
COVERED = ("id", "award", "person", "name", "relation", "top_up_fen")
LINK = ("id", "batch", "kind", "object_id", "line")
REASON = "存量导入"


@dataclass
class Loader:
    """Writes the portions of one trial for one batch."""

    batch: ImportBatch
    trial: Trial
    invented: bool = False
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now, self.today = clock.now(), clock.today()
        self.since = day_of(self.trial.mapping, self.today)
        self.seal = {
            name: sealer(model, name.partition(".")[2])
            for model, name in (
                (Person, "person.id_no"), (Person, "person.phone"), (Person, "person.address"),
                (Person, "person.health"), (Household, "household.address"), (Award, "award.account_no"),
                (Award, "award.frozen"),
            )
        }  # fmt: skip

    def run(self) -> None:
        for homes, known in self.trial.portions():
            self._portion(homes, known)

    def _portion(self, homes: list[tuple[Home, Standing]], known: Known) -> None:
        self.tables = {name: [] for name in ("person", "char", "household", "member", "award", "covered", "link")}
        fresh = [home for home, standing in homes if standing.kind == "new"]
        numbers = self._household_numbers(fresh)
        claims = [home.claim for home, _ in homes if home.claim]
        awards = self._award_numbers(claims)
        for home, standing in homes:
            persons = {index_of(m): self._person(home, m, known) for m in home.members}
            household = standing.household or self._household(home, persons, next(numbers[home.region]))
            self._members(home, household, persons, known)
            if home.claim:
                region = standing.region or home.region
                self._award(home, home.claim, household, region, persons, awards)
        for model, names, key in (
            (Person, PERSON, "person"), (PersonNameChar, ("char", "person", "region_code"), "char"),
            (Household, HOUSEHOLD, "household"), (HouseholdMember, MEMBER, "member"), (Award, AWARD, "award"),
            (AwardMember, COVERED, "covered"), (ImportLink, LINK, "link"),
        ):  # fmt: skip
            if self.tables[key]:
                copy(model, names, self.tables[key])

    def _link(self, kind: str, pk: int, line: int) -> None:
        self.tables["link"].append((new_id(), self.batch.pk, kind, pk, line))

    def _person(self, home: Home, member: Member, known: Known) -> int:
        index = index_of(member)
        present = known.persons.get(index)
        if present is not None:
            return present[0]
        pk, card = new_id(), member.card
        address = home.address if member.relation == HEAD else ""
        health = json.dumps(member.health, ensure_ascii=False) if member.health else ""
        self.tables["person"].append((
            pk, home.region, member.name, card.sex, card.birth_date, "idcard",
            self.seal["person.id_no"](pk, card.normalised), index, self.seal["person.phone"](pk, member.phone), "",
            self.seal["person.address"](pk, address), self.seal["person.health"](pk, health), self.invented, self.now,
        ))  # fmt: skip
        self.tables["char"] += [(char, pk, home.region) for char in name_characters(member.name)]
        self._link("P", pk, member.line)
        known.persons[index] = (pk, member.name)
        return pk

    def _household(self, home: Home, persons: dict[bytes, int], number: int) -> int:
        pk = new_id()
        self.tables["household"].append((
            pk, home.region, f"{home.region}{self.since.year}{number:05d}", persons[index_of(home.head)], home.urban,
            self.seal["household.address"](pk, home.address), self.invented, self.now,
        ))  # fmt: skip
        self._link("H", pk, home.rows[0][0])
        return pk

    def _members(self, home: Home, household: int, persons: dict[bytes, int], known: Known) -> None:
        for member in home.members:
            person = persons[index_of(member)]
            if person in known.households:
                continue
            since = member.since or self.since
            if member.card.birth_date > since:
                since = member.card.birth_date
            pk = new_id()
            self.tables["member"].append((
                pk, household, person, member.relation, since, member.since, self.now, self.batch.made_by_id, REASON,
            ))  # fmt: skip
            self._link("M", pk, member.line)

    def _award(
        self,
        home: Home,
        claim: Claim,
        household: int,
        region: str,
        persons: dict[bytes, int],
        numbers: dict[tuple[str, int], Any],
    ) -> None:
        pk, line = new_id(), home.rows[0][0]
        covered = [one for one in home.members if one.covered]
        basis = self._basis(home, claim, covered, persons)
        decided = claim.decided_on
        number = claim.no or (
            f"{region[:6]}-{registry.get(claim.item).number_code}Z-{decided.year}-"
            f"{next(numbers[(claim.item, decided.year)]):06d}"
        )
        self.tables["award"].append((
            pk, region, number, claim.item, household, persons[index_of(home.head)], claim.holder,
            self.seal["award.account_no"](pk, claim.account), claim.bank, claim.persons, claim.amount_fen,
            "monthly", claim.category, "active", claim.first_month, self._review(claim, region), decided,
            self.seal["award.frozen"](pk, basis), digest(basis), "", self.invented, self.now,
        ))  # fmt: skip
        self.tables["covered"] += [(new_id(), pk, persons[index_of(one)], one.name, one.relation, 0) for one in covered]
        self._link("A", pk, line)

    def _basis(self, home: Home, claim: Claim, covered: list[Member], persons: dict[bytes, int]) -> dict[str, Any]:
        """Where the award comes from: file, row, who, when. Nothing that looks like a calculation."""
        batch = self.batch
        whole = {
            "imported": {
                "batch": str(batch.pk), "file": batch.file_name, "file_sm3": batch.file_sha,
                "rows": [line for line, _cells in home.rows], "made_by": str(batch.made_by_id or ""),
                "approved_by": str(batch.approved_by_id or ""), "at": self.now.isoformat(),
            },
            "household": [
                {"seq": seq, "name": one.name, "relation": one.relation, "person": str(persons[index_of(one)])}
                for seq, one in enumerate(covered, start=1)
            ],
            "amount_fen": claim.amount_fen,
            "persons": claim.persons,
        }  # fmt: skip
        basis: dict[str, Any] = json.loads(canonical(whole))
        return basis

    def _review(self, claim: Claim, region: str) -> datetime.date | None:
        """The bureau's own date; else one period of its class after the decision, or from today when that is over."""
        if claim.next_review:
            return claim.next_review
        from minzheng.kernel.awards.services import next_review

        params = registry.get(claim.item).flow.params(region, self.today)
        due = next_review(claim.decided_on, claim.category, params)
        return due if due > self.today else next_review(self.today, claim.category, params)

    def _household_numbers(self, homes: list[Home]) -> dict[str, Any]:
        """Numbers reserved per village, in the order of the codes: two loads never wait for each other in a ring."""
        count: dict[str, int] = {}
        for home in homes:
            count[home.region] = count.get(home.region, 0) + 1
        return {
            region: iter(reserve("household", region_code=region, year=self.since.year, count=count[region]))
            for region in sorted(count)
        }

    def _award_numbers(self, claims: list[Claim]) -> dict[tuple[str, int], Any]:
        count: dict[tuple[str, int], int] = {}
        for claim in claims:
            if not claim.no:
                key = (claim.item, claim.decided_on.year)
                count[key] = count.get(key, 0) + 1
        county = self.trial.county[:6].ljust(12, "0")
        return {
            (item, year): iter(
                reserve(f"award.{registry.get(item).number_code}", region_code=county, year=year, count=number)
            )
            for (item, year), number in sorted(count.items())
        }
