"""Every unit of a caseload through both rule sets, added up. What comes out names nobody."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import Any

from minzheng.datacenter.simulation.asking import Sides
from minzheng.datacenter.simulation.caseload import Caseload, Unit
from minzheng.policy.errors import InputError
from minzheng.policy.figures import Figures, Home, Side
from minzheng.policy.measuring import Measure
from minzheng.policy.rules import 周岁

Progress = Callable[[int], None]
#: 老年人权益保障法第二条；未成年人保护法第二条。
OLD, ADULT = 60, 18
LARGEST = 6


def compute(caseload: Caseload, sides: Sides, progress: Progress = lambda done: None) -> dict[str, Any]:
    """The report of ``Figures`` with what could not be computed: ``outside`` (awards without a family), ``refused``
    (families of refused applications among those counted), ``failed`` (sentence → families)."""
    measure, sums = Measure(sides.baseline, sides.reform, sides.frame), Figures(sides.frame)
    failed: dict[str, int] = {}
    month = sides.frame.months[sides.frame.compare]
    for done, unit in enumerate(caseload.units(), start=1):
        progress(done)
        try:
            sums.add(home_of(unit, measure, month))
        except InputError as error:
            # Only what is wrong, never whose: the field names a member.
            failed[error.reason] = failed.get(error.reason, 0) + 1
    report = sums.report()
    report["benefits"] = [row for row in report["benefits"] if row["base_households"] or row["reform_households"]]
    # What no award here pays is paid by other lists or not at all: nothing can be said about it.
    report["received"] = [row for row in report["received"] if row["paid_households"]]
    return report | {
        "refused": caseload.refused,
        "failed": failed,
        "outside": [
            {"benefit": code, "awards": row[0], "persons": row[1], "fen": row[2]}
            for code, row in sorted(caseload.outside.awards.items())
        ],
        "unconfigured": _unconfigured(sides, caseload),
    }


def home_of(unit: Unit, measure: Measure, month: datetime.date) -> Home:
    """One unit as ``Figures`` takes it. Raises InputError where a frozen file no longer reads."""
    parts = [measure.sides(f.family, f.region, f.benefits, f.people) for f in unit.files]
    months = parts[0] if len(parts) == 1 else [
        (merged(pair[0] for pair in pairs), merged(pair[1] for pair in pairs)) for pairs in zip(*parts, strict=True)
    ]  # fmt: skip
    main = unit.main
    income = measure.income(main.family, main.region, main.benefits) if main.whole else None
    return Home(
        unit.key, unit.place, unit.members, groups_of(unit, month), income, months, unit.receives, frozenset(unit.known)
    )  # fmt: skip


def merged(sides: Iterable[Side]) -> Side:
    """What several files of one household say together: no two of them tell of the same benefit of the same person."""
    whole = Side()
    for side in sides:
        for word, (count, fen) in side.words.items():
            known = whole.words.get(word, (0, 0))
            whole.words[word] = (known[0] + count, known[1] + fen)
        whole.paid += side.paid
        whole.people |= side.people
        whole.near = whole.near or side.near
    return whole


def groups_of(unit: Unit, month: datetime.date) -> tuple[str, ...]:
    """The unit's group in each of ``DIMENSIONS``; who lives in the household as its files say."""
    people: dict[int, dict[str, Any]] = {}
    for file in unit.files:
        for bit, row in zip(file.people, file.family["成员"], strict=True):
            people[bit] = people.get(bit, {}) | row
    rows = list(people.values())
    ages = [周岁(row["出生日期"], month) for row in rows if isinstance(row.get("出生日期"), datetime.date)]
    urban = str((unit.main.family.get("家庭") or {}).get("城乡") or "没有记")
    size = len(rows)

    def has(label: str, yes: bool) -> str:
        return f"有{label}" if yes else f"没有{label}"

    return (
        urban,
        f"{size} 人" if size < LARGEST else f"{LARGEST} 人及以上",
        has("未成年人", any(age < ADULT for age in ages)),
        has("老年人", any(age >= OLD for age in ages)),
        has("残疾人", any(row.get("残疾等级") for row in rows)),
        has("重病患者", any(row.get("重病") for row in rows)),
    )


def _unconfigured(sides: Sides, caseload: Caseload) -> list[dict[str, Any]]:
    """Benefits of the line that cannot be computed in the place, with the months."""
    found: dict[str, list[str]] = {}
    for month in sides.frame.months:
        program = sides.baseline.program(caseload.region_code, month)
        for code in program.unconfigured:
            if code in caseload.line:
                found.setdefault(code, []).append(f"{month:%Y-%m}")
    return [{"benefit": code, "months": months} for code, months in sorted(found.items())]
