"""Generate the demo county: the same options give the same bytes.

No clock, no hash order, no salt: each household has its own `Random` made from seed and number, regions and staff do
not depend on the seed at all. Rows are written as they are made, so memory does not grow with the county.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from minzheng.demo import caseload
from minzheng.demo.entitled import Entitled
from minzheng.demo.errors import DemoError
from minzheng.demo.facts import outside_facts
from minzheng.demo.facts_of import PERSONAL
from minzheng.demo.families import late_families, named_families
from minzheng.demo.files import DELIVERED, SOURCES, Writer, plain_json
from minzheng.demo.living import settle
from minzheng.demo.outcomes import Grant, Granter
from minzheng.demo.people import Families, Home, Member, Numbers
from minzheng.demo.personal_plans import PersonalPlans
from minzheng.demo.places import AREA, places, villages
from minzheng.demo.staff import citizens, offices, staff
from minzheng.demo.standing import Standings
from minzheng.demo.stories import story_grants
from minzheng.kernel.items import reckoning, registry

FEWEST, MOST = 14, 5_000_000
#: From this size on the county has the families that close the files (`families.LATE`), so many people.
WITH_LATE, LATE_PEOPLE = 300, 4
_URBAN_WEIGHT = 3
_TOLD = 5_000  # progress is told every so many people
Progress = Callable[[int, int], None]


def generate(
    *, persons: int, seed: int, as_of: datetime.date, out: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Write the folder; returns what meta.json says. `progress(done, of)` is called now and then.

    Raises DemoError for numbers out of range or a day without standards."""
    if not FEWEST <= persons <= MOST:
        raise DemoError(f"--persons {persons}：应在 {FEWEST}（四户有名人家）到 {MOST} 之间。")
    if not 0 <= seed < 2**32:
        raise DemoError(f"--seed {seed}：应是 0 到 {2**32 - 1} 之间的整数。")
    granter = Granter(as_of)
    try:
        writer = Writer(out)
    except OSError as error:
        raise DemoError(f"--out {out}：写不进去（{error.strerror}），请换一个文件夹。") from None
    # By the rules as shipped, whatever a place has signed: no database is asked, the same options give the same bytes.
    with writer, reckoning.as_decided({}), reckoning.only_amounts():
        _static(writer)
        plans = caseload.Planner(as_of)
        personal = PersonalPlans(as_of, persons)
        awards, standings, entitled = _AwardNumbers(granter), Standings(seed, as_of), Entitled(granter, seed, personal)
        told = _TOLD
        for home, rng in _homes(persons, seed, as_of):
            standings.mark(home)
            _write_home(writer, home, rng, as_of)
            applies = plans.take(home, rng)
            grants = story_grants(granter, home)
            if not home.story and not applies:
                grants = _maybe(granter.decide(rng, home))
                grants += entitled.grants(home, grants)
            writer.add("awards", (awards.row(grant) for grant in grants))
            if home.story:
                writer.add("logins", _login_rows(citizens([home])))
            if progress and writer.counts["persons"] >= told:
                progress(told, persons)
                told += _TOLD
        writer.add("cases", plans.rows())
        writer.add("cases", personal.rows())
        return writer.close({"persons": persons, "seed": seed, "as_of": as_of.isoformat()})


def _maybe(grant: Grant | None) -> list[Grant]:
    return [grant] if grant is not None else []


def _homes(persons: int, seed: int, as_of: datetime.date) -> Iterator[tuple[Home, Random]]:
    """Four named families first, then ordinary households, at the end two more named ones: exactly `persons` people."""
    numbers, made = Numbers(), 0
    families = Families(as_of, numbers)
    spots = villages()
    steps = list(accumulate(_URBAN_WEIGHT if spot.urban else 1 for spot in spots))
    for home in named_families(numbers):
        made += len(home.members)
        yield home, Random(f"story:{home.story}")
    index, late = 0, persons >= WITH_LATE
    ordinary = persons - LATE_PEOPLE if late else persons
    while made < ordinary:
        rng = Random((seed << 32) + index)
        index += 1
        roll = rng.random() * steps[-1]
        home = families.home(rng, spots[next(k for k, top in enumerate(steps) if roll < top)])
        settle(rng, home, as_of)
        del home.members[ordinary - made :]
        made += len(home.members)
        yield home, rng
    for home in late_families(numbers) if late else []:
        yield home, Random(f"story:{home.story}")


def _static(writer: Writer) -> None:
    writer.add(
        "regions",
        ((p.code, p.name, p.full_name, p.level, p.parent, "" if p.urban is None else int(p.urban)) for p in places()),
    )
    writer.add("organizations", ((o.code, o.name, o.kind, o.parent, o.region, o.prefix) for o in offices()))
    writer.add("logins", _login_rows(staff()))


def _login_rows(logins: Any) -> Iterator[tuple[Any, ...]]:
    for one in logins:
        yield one.username, one.name, one.role, one.office, one.region, one.post, one.use, one.phone, one.person


def _write_home(writer: Writer, home: Home, rng: Random, as_of: datetime.date) -> None:
    code = home.village.code
    writer.add("households", ((home.no, home.head.no, code, int(home.urban), home.address, home.since),))
    writer.add("persons", (_person_row(home, member) for member in home.members))
    writer.add(
        "members",
        ((home.no, m.no, m.relation, max(home.since, m.birth)) for m in home.members),
    )
    for one in outside_facts(rng, home, as_of):
        cells = tuple(one.cells.get(name, "") for name in SOURCES[one.source])
        writer.add(f"{DELIVERED}/{one.source}", (cells,))


def _person_row(home: Home, member: Member) -> tuple[Any, ...]:
    health: dict[str, Any] = {}
    if member.disability_kind:
        health |= {"disability_kind": member.disability_kind, "disability_level": member.disability_level}
    if member.serious_illness:
        health["serious_illness"] = True
    if member.no_labour:
        health["no_labour"] = True
    return (
        member.no, member.name, member.sex, member.birth, member.id_no, member.phone, home.village.code, home.address,
        plain_json(health) if health else "", member.death_date or "",
    )  # fmt: skip


class _AwardNumbers:
    """Numbers awards by kind and year in the order in which the households were made, as awards.services does."""

    def __init__(self, granter: Granter) -> None:
        self.granter = granter
        self._last: dict[tuple[str, int], int] = {}

    def row(self, grant: Grant) -> tuple[Any, ...]:
        kind, year = registry.get(grant.item_code).number_code, grant.decided_on.year
        serial = self._last[kind, year] = self._last.get((kind, year), 0) + 1
        home, paid = grant.home, grant.amount and grant.cycle != "quota"
        paid_from = grant.first_month if grant.cycle == "once" else max(grant.first_month, self.granter.paid_since)
        alone = grant.item_code in PERSONAL
        return (
            f"{AREA}-{kind}Z-{year}-{serial:06d}", grant.item_code, home.no, grant.payee.no,
            home.account_no, home.account_bank, grant.amount, grant.state, grant.first_month, grant.decided_on,
            grant.computed_on, paid_from if paid else "", plain_json(grant.family),
            plain_json([[m.no, "本人" if alone else m.relation, top_up] for m, top_up in grant.covered]),
        )  # fmt: skip
