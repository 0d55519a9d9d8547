"""被监测的人: everybody in a household that draws a benefit (or is recognised, or did so lately) or has somebody in the
low-income database (every class, also those entered by hand), and the parents of its children, as one Parquet file a day.

Numbers are opened once, when somebody is first watched; afterwards the token of the last snapshot is taken as long as the
number's digest is the same."""

from __future__ import annotations

import datetime
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db.models import Count, Max, Q

from minzheng.datacenter.lake import tokens
from minzheng.datacenter.monitoring import places
from minzheng.datacenter.monitoring.entries import PARENTS, SELF
from minzheng.datacenter.people.low_income import selectors as low_income
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.ages import age_on
from minzheng.kernel.awards import selectors as awards
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.subjects.selectors import visible_households, visible_persons

#: How long after the end of a benefit somebody is still looked at (低保停发后三个月, and the month of the decision).
AFTER_MONTHS = 4
#: A child of this age or older is looked after by itself.
OF_AGE = 18
#: Somebody is at least so many years older than a child whose parent they are.
GENERATION = 15
_BATCH = 5000

SCHEMA = pa.schema([
    ("person_id", pa.int64()), ("role", pa.string()), ("id_token", pa.int64()), ("name_token", pa.int64()),
    ("pinyin_token", pa.int64()), ("digest", pa.binary()), ("region_code", pa.string()), ("household_id", pa.int64()),
    ("birth_date", pa.date32()), ("age", pa.int32()), ("dead", pa.bool_()), ("benefits", pa.list_(pa.string())),
    ("household_benefits", pa.list_(pa.string())), ("payee_of", pa.list_(pa.string())), ("ended", pa.list_(pa.string())),
    ("ended_on", pa.date32()), ("decided_on", pa.date32()), ("housemates", pa.int32()), ("parents", pa.int32()),
    ("urban", pa.bool_()), ("holder", pa.string()), ("low_income", pa.list_(pa.string())),
    ("first_of_home", pa.bool_()),
])  # fmt: skip


@dataclass
class _Home:
    """What the awards of one household say."""

    items: set[str] = field(default_factory=set)
    ended: dict[str, datetime.date] = field(default_factory=dict)
    decided_on: datetime.date | None = None
    holder: str = ""
    urban: bool = False


@dataclass
class _One:
    """What the awards and the low-income database say of one person."""

    #: Item → households in which it covers this person: twice the same benefit is two of them.
    items: dict[str, set[int | None]] = field(default_factory=lambda: defaultdict(set))
    payee_of: set[str] = field(default_factory=set)
    ended: dict[str, datetime.date] = field(default_factory=dict)
    #: Classes of the low-income database in force, and since when the person is in it.
    classes: tuple[str, ...] = ()
    entered_on: datetime.date | None = None


def snapshot(day: datetime.date | None = None) -> Path:
    """The file of a day (today by default), built when it is not there or awards or households changed since."""
    on = day or clock.today()
    target = places.watched_file(on, _mark())
    if not target.exists():
        table = _table(on, _tokens_known())
        draft = target.with_suffix(f".parquet.{os.getpid()}")
        pq.write_table(table, draft, compression="zstd")
        draft.replace(target)
    return target


def names(digests: Sequence[bytes]) -> dict[bytes, str]:
    """Digests of numbers → names on file, to compare with what stands beside the same number in a delivery."""
    found: dict[bytes, str] = {}
    for start in range(0, len(digests), _BATCH):
        rows = visible_persons(SYSTEM).filter(id_index__in=digests[start : start + _BATCH], merged_into=None)
        found |= {bytes(digest): name for digest, name in rows.values_list("id_index", "name") if digest is not None}
    return found


def _mark() -> str:
    """Changes with every award, member and file that comes or goes or changes state."""
    paid = awards.visible_to(SYSTEM).aggregate(
        n=Count("pk"), last=Max("pk"), off=Count("pk", filter=Q(state="ended")), slow=Count("pk", filter=~Q(state="active")),
        decided=Max("decided_on"),
    )  # fmt: skip
    homes = visible_households(SYSTEM).aggregate(
        n=Count("memberships"), last=Max("memberships__recorded_at"), off=Max("memberships__superseded_at")
    )
    people = visible_persons(SYSTEM).aggregate(n=Count("pk"), dead=Count("death_date"), gone=Count("merged_into"))
    said = "|".join(str(one) for group in (paid, homes, people) for one in group.values())
    said += f"|{low_income.newest_change()}|{SCHEMA.names}"
    return sm3(said.encode())[:12]


def _tokens_known() -> dict[bytes, tuple[int | None, int | None, int | None]]:
    """Digest of the number → (id token, name token, pinyin token), from the newest snapshot."""
    newest = max(places.folder().glob("watched-*.parquet"), key=lambda path: path.stat().st_mtime, default=None)
    if newest is None:
        return {}
    columns = ["digest", "id_token", "name_token", "pinyin_token"]
    rows = pq.read_table(newest, columns=columns).to_pydict()
    return {
        digest: (one, name, pinyin)
        for digest, one, name, pinyin in zip(*(rows[name] for name in columns), strict=True)
        if digest is not None
    }


def _table(on: datetime.date, known: dict[bytes, Any]) -> pa.Table:
    since = _since(on)
    homes, people = _awards(on, since)
    for pk, (classes, entered) in low_income.standing(since).items():
        people[pk].classes, people[pk].entered_on = classes, entered
    families, houses_of = _families(set(homes), set(people), on)
    rows: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    everybody = _Persons({pk for home in families.values() for pk, _ in home} | set(people), known)
    above = _parents(families, everybody, on)
    for pk in everybody.rows:
        house = houses_of.get(pk)
        more = {"role": SELF, "parents": len(above.get(pk, ()))}
        _add(rows, pk, pk, everybody, homes.get(house or 0), people.get(pk), families, houses_of, more, on)
        for role, parent in zip(PARENTS, above.get(pk, ()), strict=False):
            more = {"role": role, "parents": len(above[pk])}
            _add(rows, pk, parent, everybody, homes.get(house or 0), people.get(pk), families, houses_of, more, on)
    return pa.table(rows, schema=SCHEMA)


def _since(on: datetime.date) -> datetime.date:
    """Who left on this day or later is still watched."""
    return on.replace(day=1) - datetime.timedelta(days=31 * AFTER_MONTHS)


def _awards(on: datetime.date, since: datetime.date) -> tuple[dict[int, _Home], dict[int, _One]]:
    homes: dict[int, _Home] = defaultdict(_Home)
    people: dict[int, _One] = defaultdict(_One)
    wanted = awards.visible_to(SYSTEM).filter(~Q(state="ended") | Q(last_month__gte=since)).exclude(cycle="once")
    columns = (
        "pk", "item_code", "household_id", "payee_id", "payee_name", "state", "last_month", "decided_on", "amount_fen",
        "household__is_urban",
    )  # fmt: skip
    of_award: dict[int, tuple[str, datetime.date | None, int | None]] = {}
    rows = wanted.values_list(*columns).iterator(_BATCH)
    for pk, item, house, payee, holder, state, last, decided, fen, urban in rows:
        over = (last or decided) if state == "ended" else None
        of_award[pk] = (item, over, house)
        if over is None and payee:
            people[payee].payee_of.add(item)
        if house is None:
            continue
        home = homes[house]
        home.urban = home.urban or bool(urban)
        home.decided_on = max(home.decided_on or decided, decided)
        if over is None:
            home.items.add(item)
            home.holder = home.holder or (holder if fen else "")
        else:
            home.ended[item] = over
    members = wanted.filter(members__person__isnull=False)
    for award, person in members.values_list("pk", "members__person_id").iterator(_BATCH):
        item, over, house = of_award.get(award, ("", None, None))
        if item and over is None:
            people[person].items[item].add(house)
        elif item:
            people[person].ended[item] = over or on
    return homes, people


def _families(
    homes: set[int], people: set[int], on: datetime.date
) -> tuple[dict[int, list[tuple[int, str]]], dict[int, int]]:
    """Household → [(person, relation)] of the day, and person → household."""
    rows = visible_households(SYSTEM).filter(
        Q(memberships__valid_to=None) | Q(memberships__valid_to__gte=on), memberships__valid_from__lte=on,
        memberships__superseded_at=None,
    )  # fmt: skip
    families: dict[int, list[tuple[int, str]]] = defaultdict(list)
    columns = ("pk", "memberships__person_id", "memberships__relation")
    for house, person, relation in rows.values_list(*columns).iterator(_BATCH):
        families[house].append((person, relation))
    wanted = {
        house: found for house, found in families.items() if house in homes or any(pk in people for pk, _ in found)
    }
    return wanted, {pk: house for house, found in wanted.items() for pk, _ in found}


class _Persons:
    """Birth, place, names and tokens of the people, with numbers opened only where no token is known yet."""

    def __init__(self, wanted: set[int], known: dict[bytes, Any]) -> None:
        self.rows: dict[int, tuple[Any, ...]] = {}
        ids = sorted(wanted)
        for start in range(0, len(ids), _BATCH):
            self._load(ids[start : start + _BATCH], known)

    def _load(self, ids: list[int], known: dict[bytes, Any]) -> None:
        found = visible_persons(SYSTEM).filter(pk__in=ids, merged_into=None)
        fresh: list[int] = []
        for pk, name, region, born, died, digest in found.values_list(
            "pk", "name", "region_code", "birth_date", "death_date", "id_index"
        ):
            mark = bytes(digest) if digest is not None else None
            held = known.get(mark) if mark is not None else None
            self.rows[pk] = (name, region, born, died, mark, held)
            if held is None:
                fresh.append(pk)
        opened = visible_persons(SYSTEM).filter(pk__in=fresh).only("pk", "id_no")
        numbers = {one.pk: one.id_no for one in opened}
        order = [pk for pk in fresh if pk in numbers]
        names = pa.array([self.rows[pk][0] for pk in order], pa.string())
        made = zip(
            order, tokens.column(pa.array([numbers[pk] or "" for pk in order], pa.string())).to_pylist(),
            tokens.names(names).to_pylist(), tokens.pinyins(names).to_pylist(), strict=True,
        )  # fmt: skip
        for pk, *held in made:
            self.rows[pk] = (*self.rows[pk][:5], tuple(held))


def _parents(
    families: dict[int, list[tuple[int, str]]], everybody: _Persons, on: datetime.date
) -> dict[int, list[int]]:
    """Child → parents, as the relations to the head tell them: children of head and spouse, and grandchildren, whose
    parents are the grown children."""
    found: dict[int, list[int]] = defaultdict(list)
    for members in families.values():
        of: dict[str, list[int]] = defaultdict(list)
        for pk, relation in members:
            of[_kind(relation)].append(pk)
        for kind, above in (("child", of["head"] + of["spouse"]), ("grandchild", of["child"]), ("head", of["parent"])):
            for child in of[kind]:
                if _years(everybody, child, on) < OF_AGE:
                    found[child] += [one for one in above if _older(everybody, one, child, on)]
    return found


def _speaks(members: Sequence[tuple[int, str]], living: list[int], pk: int) -> int:
    """Whom an alert about the whole household names: the head, without a living one the eldest file; alone, oneself."""
    head = next((one for one, relation in members if one in living and _kind(relation) == "head"), None)
    return head or min(living, default=pk)


_KINDS = {
    "head": ("户主", "本人", "申请人"),
    "spouse": ("配偶", "妻", "夫", "丈夫", "妻子"),
    "child": ("子女", "子", "女", "儿子", "女儿", "养子女", "继子女", "儿媳", "女婿"),
    "grandchild": ("孙子女", "孙", "孙子", "孙女", "外孙", "外孙女", "外孙子女"),
    "parent": ("父母", "父", "母", "父亲", "母亲"),
}


def _kind(relation: str) -> str:
    return next((kind for kind, words in _KINDS.items() if relation in words), "")


def _years(everybody: _Persons, pk: int, on: datetime.date) -> int:
    born = everybody.rows[pk][2] if pk in everybody.rows else None
    return age_on(born, on) if born else OF_AGE


def _older(everybody: _Persons, one: int, child: int, on: datetime.date) -> bool:
    return one in everybody.rows and _years(everybody, one, on) - _years(everybody, child, on) >= GENERATION


def _add(
    rows: dict[str, list[Any]], pk: int, whose: int, everybody: _Persons, home: _Home | None, one: _One | None,
    families: dict[int, list[tuple[int, str]]], houses_of: dict[int, int], more: dict[str, Any], on: datetime.date,
) -> None:  # fmt: skip
    """One row: person `pk`, with the tokens of `whose` records (the person's own, or a parent's)."""
    if whose not in everybody.rows:
        return
    _, region, born, died, _, _ = everybody.rows[pk]
    *_, mark, held = everybody.rows[whose]
    home, one = home or _Home(), one or _One()
    ended = home.ended | one.ended
    house = houses_of.get(pk)
    living = [other for other, _ in families.get(house or 0, ()) if (row := everybody.rows.get(other)) and not row[3]]
    names = {everybody.rows[other][0] for other in living}
    benefits = sorted(item for item, houses in one.items.items() for _ in houses)
    values = {
        "person_id": pk, "id_token": held[0] if held else None, "name_token": held[1] if held else None,
        "pinyin_token": held[2] if held else None, "digest": mark, "region_code": region, "household_id": house,
        "birth_date": born, "age": age_on(born, on) if born else None, "dead": died is not None,
        "benefits": benefits, "household_benefits": sorted(home.items), "payee_of": sorted(one.payee_of),
        "ended": sorted(ended), "ended_on": max(ended.values(), default=None),
        # without an award, the day of entering the database is the last time that anybody looked
        "decided_on": home.decided_on or one.entered_on, "low_income": sorted(one.classes),
        "housemates": len(living), "holder": home.holder if home.holder and home.holder not in names else "",
        "urban": home.urban, "first_of_home": pk == _speaks(families.get(house or 0, ()), living, pk), **more,
    }  # fmt: skip
    for name, value in values.items():
        rows[name].append(value)
