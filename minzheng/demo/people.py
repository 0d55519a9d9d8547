"""What a family looks like: size, ages, relations, disability and illness. Amounts are whole fen; everything follows
from one `Random`.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from random import Random

from minzheng.demo import names
from minzheng.demo.places import AREA, Place
from minzheng.kernel.ages import age_on
from minzheng.kernel.subjects.idcard import make

DISABILITIES = (("肢体", 0.45), ("视力", 0.15), ("听力", 0.15), ("智力", 0.1), ("精神", 0.1), ("多重", 0.05))


@dataclass(slots=True)
class Member:
    """One person as the family would declare them. `situation` is the form's word (home, prison, …)."""

    no: str
    name: str
    sex: str
    birth: datetime.date
    id_no: str
    relation: str
    phone: str = ""
    wage: int = 0
    business: int = 0
    property_income: int = 0
    transfer: int = 0
    not_counted: int = 0
    disability_kind: str = ""
    disability_level: int = 0
    serious_illness: bool = False
    no_labour: bool = False
    student: str = "no"
    situation: str = "home"
    single_claim: bool = False
    death_date: datetime.date | None = None
    # Marks of standing.py.
    tekun: bool = False
    unable_items: int = 0
    collective: bool = False
    needs_care: bool = False
    ability: str = ""
    assessed_on: datetime.date | None = None
    parents: dict[str, object] = field(default_factory=dict)  # answers about father and mother, as the form has them
    notes: dict[str, str] = field(default_factory=dict)

    def age(self, on: datetime.date) -> int:
        return age_on(self.birth, on)


@dataclass(slots=True)
class Home:
    """One household: head first. `hidden_*` is what departments know and the family did not say."""

    no: str
    village: Place
    urban: bool
    address: str
    members: list[Member]
    since: datetime.date
    deposits: int = 0
    houses: int = 1
    vehicles: int = 0
    market_entity: bool = False
    rigid_annual: int = 0
    account_no: str = ""
    account_bank: str = ""
    hidden_deposits: int = 0
    hidden_vehicles: int = 0
    hidden_wage: int = 0
    poor: bool = False
    medical_annual: int = 0
    trouble: str = ""
    story: str = ""

    @property
    def head(self) -> Member:
        return self.members[0]


class Numbers:
    """Running numbers of one county: persons, households, ID sequences by day, telephone numbers, accounts."""

    def __init__(self) -> None:
        self.person = self.household = 0
        self._sequence: dict[tuple[int, str], int] = {}

    def next_person(self) -> str:
        self.person += 1
        return f"P{self.person:07d}"

    def next_household(self) -> str:
        self.household += 1
        return f"H{self.household:07d}"

    def id_no(self, birth: datetime.date, sex: str) -> str:
        """The next free sequence of the day: odd for men, even for women; 900–999 stay free for the named families."""
        day = birth.toordinal()
        while True:
            used = self._sequence.get((day, sex), 0)
            if used < 449:
                break
            day += 1
        self._sequence[day, sex] = used + 1
        return make(AREA, datetime.date.fromordinal(day), 2 * used + (1 if sex == "1" else 2))

    def phone(self) -> str:
        return f"154{20_000_000 + self.person:08d}"

    def account(self) -> str:
        return f"62009901{self.household:011d}"


#: Shapes of households and their shares: who lives there, as (relation, lowest age, highest age) lines.
_SHAPES: tuple[tuple[float, str], ...] = (
    (0.12, "elder"), (0.13, "elder_couple"), (0.10, "single"), (0.16, "couple"), (0.24, "parents_children"),
    (0.07, "one_parent"), (0.14, "three_generations"), (0.04, "grandparents_children"),
)  # fmt: skip


class Families:
    """Makes ordinary households; the named families are in families.py."""

    def __init__(self, as_of: datetime.date, numbers: Numbers) -> None:
        self.as_of, self.numbers = as_of, numbers

    def home(self, rng: Random, village: Place) -> Home:
        shape = self._shape(rng)
        members = getattr(self, f"_{shape}")(rng)
        number = self.numbers.next_household()
        since = members[0].birth + datetime.timedelta(days=365 * 20 + int(rng.random() * 3000))
        address = f"{village.full_name}{1 + int(rng.random() * 12)}组{1 + int(rng.random() * 90)}号"
        home = Home(
            number,
            village,
            bool(village.urban),
            address,
            members,
            min(since, self.as_of - datetime.timedelta(days=400)),
        )
        home.account_no, home.account_bank = self.numbers.account(), "示范县农村商业银行"
        for member in members:
            self._health(rng, member)
        return home

    @staticmethod
    def _shape(rng: Random) -> str:
        roll = rng.random()
        for share, name in _SHAPES:
            roll -= share
            if roll < 0:
                return name
        return "couple"

    def _person(self, rng: Random, relation: str, age: int, sex: str = "", family: str = "") -> Member:
        sex = sex or ("1" if rng.random() < 0.51 else "2")
        birth = self.as_of - datetime.timedelta(days=365 * age + age // 4 + int(rng.random() * 364))
        id_no = self.numbers.id_no(birth, sex)
        birth = datetime.date(int(id_no[6:10]), int(id_no[10:12]), int(id_no[12:14]))
        name = (family or names.surname(rng)) + names.given(rng, sex, birth.year)
        member = Member(self.numbers.next_person(), name, sex, birth, id_no, relation)
        if age >= 14 and rng.random() < (0.55 if age > 70 else 0.93):
            member.phone = self.numbers.phone()
        if 6 <= age <= 17 or (age <= 21 and rng.random() < 0.6):
            member.student = "below"
        return member

    @staticmethod
    def _between(rng: Random, low: int, high: int) -> int:
        return low + int(rng.random() * (high - low + 1))

    def _couple_of(self, rng: Random, low: int, high: int) -> list[Member]:
        age = self._between(rng, low, high)
        head = self._person(rng, "户主", age, "1" if rng.random() < 0.8 else "2")
        other = self._person(rng, "配偶", max(20, age + self._between(rng, -4, 3)), "2" if head.sex == "1" else "1")
        return [head, other]

    def _children_of(self, rng: Random, parent: Member, how_many: int, relation: str, family: str) -> list[Member]:
        oldest = max(0, parent.age(self.as_of) - 23)
        ages = sorted((min(oldest, self._between(rng, 0, 24)) for _ in range(how_many)), reverse=True)
        return [self._person(rng, relation, age, family=family) for age in ages]

    @staticmethod
    def _family(members: list[Member]) -> str:
        father = next((m for m in members if m.sex == "1"), members[0])
        return father.name[:2] if father.name[:2] in ("欧阳", "上官", "司徒", "诸葛") else father.name[0]

    def _elder(self, rng: Random) -> list[Member]:
        return [self._person(rng, "户主", self._between(rng, 62, 92))]

    def _elder_couple(self, rng: Random) -> list[Member]:
        return self._couple_of(rng, 60, 84)

    def _single(self, rng: Random) -> list[Member]:
        return [self._person(rng, "户主", self._between(rng, 22, 59))]

    def _couple(self, rng: Random) -> list[Member]:
        return self._couple_of(rng, 24, 60)

    def _parents_children(self, rng: Random) -> list[Member]:
        pair = self._couple_of(rng, 25, 52)
        how_many = 1 if rng.random() < 0.5 else 2 if rng.random() < 0.85 else 3
        return pair + self._children_of(rng, pair[1], how_many, "子女", self._family(pair))

    def _one_parent(self, rng: Random) -> list[Member]:
        parent = self._person(rng, "户主", self._between(rng, 27, 50))
        family = self._family([parent]) if parent.sex == "1" else ""
        return [parent, *self._children_of(rng, parent, 1 if rng.random() < 0.7 else 2, "子女", family)]

    def _three_generations(self, rng: Random) -> list[Member]:
        pair = self._couple_of(rng, 28, 48)
        age = pair[0].age(self.as_of)
        family = self._family(pair)
        elders = [self._person(rng, "父母", age + self._between(rng, 22, 30), "2")]
        if rng.random() < 0.5:
            elders.append(self._person(rng, "父母", age + self._between(rng, 23, 32), "1", family=family))
        return pair + elders + self._children_of(rng, pair[1], 1 if rng.random() < 0.6 else 2, "子女", family)

    def _grandparents_children(self, rng: Random) -> list[Member]:
        pair = self._couple_of(rng, 55, 74)
        ages = [self._between(rng, 3, 16) for _ in range(1 if rng.random() < 0.6 else 2)]
        return pair + [self._person(rng, "孙子女", age, family=self._family(pair)) for age in ages]

    def _health(self, rng: Random, member: Member) -> None:
        age = member.age(self.as_of)
        if rng.random() < (0.02 if age < 18 else 0.045 if age < 60 else 0.12):
            roll = rng.random()
            for kind, share in DISABILITIES:
                roll -= share
                if roll < 0:
                    member.disability_kind = kind
                    break
            else:
                member.disability_kind = "肢体"
            member.disability_level = 1 + int(rng.random() ** 0.7 * 4)
            member.no_labour = member.disability_level <= 2 and age >= 16
        if rng.random() < (0.003 if age < 50 else 0.015):
            member.serious_illness = True
