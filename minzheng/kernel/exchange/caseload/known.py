"""What the database knows of some households of a file: asked for a few hundred at a time, so that memory stays small."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models.functions import Coalesce

from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.exchange.caseload.errors import Bad
from minzheng.kernel.exchange.caseload.homes import Home, Member
from minzheng.kernel.subjects.masking import mask_name
from minzheng.kernel.subjects.models import HouseholdMember, Person

IN_FORCE = ("active", "suspended", "tapering")


def index_of(member: Member) -> bytes:
    return BlindIndex.of_value("id_no", member.card.normalised)


@dataclass
class Known:
    """`persons`: blind index → (id, name); `households`: person id → (household id, its number, its village);
    `awards`: (household id, item) → the award in force; `numbers`: award numbers already taken."""

    persons: dict[bytes, tuple[int, str]] = field(default_factory=dict)
    households: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    awards: dict[tuple[int, str], Award] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)


def look_up(homes: Iterable[Home]) -> Known:
    """Four queries for any number of households."""
    homes = list(homes)
    found = Known()
    indexes = [index_of(member) for home in homes for member in home.members]
    people = Person.objects.filter(id_index__in=indexes)
    for pk, index, name in people.values_list(Coalesce("merged_into_id", "pk"), "id_index", "name"):
        found.persons[bytes(index or b"")] = (pk, name)
    known = [pk for pk, _name in found.persons.values()]
    today = clock.today()
    rows = HouseholdMember.objects.filter(person_id__in=known, superseded_at=None).exclude(valid_to__lt=today)
    for person, household, no, region in rows.values_list(
        "person_id", "household_id", "household__no", "household__region_code"
    ):
        found.households[person] = (household, no, region)
    houses = {household for household, _no, _region in found.households.values()}
    for award in Award.objects.filter(household_id__in=houses, state__in=IN_FORCE).defer("frozen"):
        if award.household_id is not None:
            found.awards[(award.household_id, award.item_code)] = award
    numbers = [home.claim.no for home in homes if home.claim and home.claim.no]
    found.numbers = set(Award.objects.filter(no__in=numbers).values_list("no", flat=True))
    return found


@dataclass(slots=True)
class Standing:
    """How a household of the file stands to the database: kind new | add | same | differs; its household there."""

    kind: str
    household: int | None = None
    region: str = ""
    differences: list[str] = field(default_factory=list)


def compare(home: Home, known: Known) -> Standing:
    """Raises Bad (with its line) where the file contradicts what is on file: another name, another household."""
    at_home: dict[int, tuple[int, str, str]] = {}
    for member in home.members:
        person = known.persons.get(index_of(member))
        if person is None:
            continue
        if person[1] != member.name:
            raise _other_name(member, person[1])
        if person[0] in known.households:
            at_home[person[0]] = known.households[person[0]]
    if not at_home:
        return Standing("new")
    head = known.persons.get(index_of(home.head))
    if len({one[0] for one in at_home.values()}) > 1 or head is None or head[0] not in at_home:
        raise _other_household(home, known, at_home)
    household, _no, region = at_home[head[0]]
    return _with_award(home, known, household, region, all_there=len(at_home) == len(home.members))


def _other_name(member: Member, on_file: str) -> Bad:
    told = "这个身份证号在系统里登记的姓名是“{}”，文件里是“{}”。"
    return Bad(
        told.format(on_file, member.name),
        "核对证件；确属改名或登记错误的，先在系统里更正姓名。",
        shown=told.format(mask_name(on_file), mask_name(member.name)),
        line=member.line,
    )


def _other_household(home: Home, known: Known, at_home: dict[int, tuple[int, str, str]]) -> Bad:
    member, no = next(
        (one, at_home[person[0]][1])
        for one in home.members
        if (person := known.persons.get(index_of(one))) and person[0] in at_home
    )
    told = "{}在系统里登记在另一户（户编号 {}）。"
    return Bad(
        told.format(member.name, no),
        "先在系统里办理迁出，或核对这一户的成员。",
        shown=told.format(mask_name(member.name), no),
        line=member.line,
    )


def _with_award(home: Home, known: Known, household: int, region: str, *, all_there: bool) -> Standing:
    award = known.awards.get((household, home.claim.item)) if home.claim else None
    if home.claim is None:
        return Standing("same" if all_there else "add", household, region)
    if award is None:
        return Standing("add", household, region)
    differences = []
    if award.amount_fen != home.claim.amount_fen:
        differences.append(f"月金额：系统 {award.amount_fen / 100:.2f} 元，文件 {home.claim.amount_fen / 100:.2f} 元")
    if award.persons != home.claim.persons:
        differences.append(f"保障人数：系统 {award.persons} 人，文件 {home.claim.persons} 人")
    if home.claim.account and award.account_no != home.claim.account:
        differences.append(f"发放账号：系统…{award.account_no[-4:]}，文件…{home.claim.account[-4:]}")
    return Standing("differs" if differences or not all_there else "same", household, region, differences)
