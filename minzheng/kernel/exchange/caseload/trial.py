"""试算: every row of a file checked against itself, the county and the database; nothing is written.

The same walk feeds the load: `Trial.portions()` yields checked households a few hundred at a time, and the load writes
what the trial accepted. So what was approved is what is loaded."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.exchange.caseload import known, rejects, totals
from minzheng.kernel.exchange.caseload.errors import Bad, ImportRefused
from minzheng.kernel.exchange.caseload.homes import Home, Reader
from minzheng.kernel.exchange.caseload.known import Known, Standing
from minzheng.kernel.exchange.caseload.mapping import Mapping, find_head
from minzheng.kernel.exchange.caseload.places import Places
from minzheng.kernel.exchange.caseload.sheets import Table
from minzheng.kernel.items import registry

PORTION = 400  # households
SHOWN = 20


@dataclass
class Counts:
    """Rows of the file: every one of them is accepted, rejected or a recognised total line."""

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    bad: int = 0  # of the rejected: rows with a reason of their own (the others belong to the same household)
    ignored: int = 0
    households: int = 0
    persons: int = 0
    awards: int = 0
    total_fen: int = 0
    new_households: int = 0
    new_persons: int = 0
    new_awards: int = 0
    unchanged: int = 0


@dataclass
class Trial:
    """One walk over one file."""

    table: Table
    mapping: Mapping
    county: str
    on_row: Callable[[int], None] = lambda rows: None
    counts: Counts = field(default_factory=Counts)
    problems: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)
    added: totals.Sums = field(default_factory=dict)
    rejects: rejects.Rejects | None = None

    def __post_init__(self) -> None:
        places = Places(self.county)
        if not places.villages:
            raise ImportRefused("区划表里没有这个县的村（社区）：请先用 minzheng regions import 导入村（居）代码表。")
        head = find_head(self.table, self.mapping)
        self.reader = Reader(
            self.table, self.mapping, head, places, item_texts(), clock.today(), on_row=self.on_row
        )  # fmt: skip
        self.rejects = rejects.Rejects(self.table.kind, head.headers)
        self._lines: dict[bytes, tuple[int, str]] = {}
        self._numbers: dict[str, int] = {}

    def run(self) -> Counts:
        for _portion in self.portions():
            pass
        return self.counts

    def portions(self) -> Iterator[tuple[list[tuple[Home, Standing]], Known]]:
        """Accepted households that are to be written, with what the database knows of them."""
        portion: list[Home] = []
        for home in self.reader.homes():
            portion.append(home)
            if len(portion) >= PORTION:
                yield self._checked(portion)
                portion = []
        yield self._checked(portion)
        self.counts.rows, self.counts.ignored = self.reader.rows_read + self.reader.ignored, self.reader.ignored

    def _checked(self, portion: list[Home]) -> tuple[list[tuple[Home, Standing]], Known]:
        found = known.look_up([home for home in portion if home.members])
        writable = []
        for home in portion:
            if not home.bad:
                self._within_file(home, found)
            standing = None if home.bad or not home.members else self._standing(home, found)
            if standing is None:
                self._reject(home)
            else:
                self._accept(home, standing, found)
                if standing.kind in ("new", "add"):
                    writable.append((home, standing))
        return writable, found

    def _within_file(self, home: Home, found: Known) -> None:
        """The same person twice in one file: same name → counted twice; other name → one of the two is wrong."""
        for member in home.members:
            index = known.index_of(member)
            before = self._lines.get(index)
            if before is None:
                continue
            said = f"第 {before[0]} 行已有这个身份证号"
            other = f"，姓名是“{before[1]}”，这一行是“{member.name}”" if before[1] != member.name else ""
            fix = "核对证件，改正号码，或删去重复的一行。"
            home.refuse(member.line, Bad(f"{said}{other}。", fix, shown=f"{said}{'，姓名不同' if other else ''}。"))
        if home.bad:
            return
        no = home.claim.no if home.claim else ""
        if no and (no in self._numbers or (no in found.numbers and not self._same_number(home, found))):
            home.refuse(home.rows[0][0], Bad(f"证号“{no}”已被另一户使用。", "核对证号；没有证号的留空，由系统编号。"))
            return
        if no:
            self._numbers[no] = home.rows[0][0]
        for member in home.members:
            self._lines[known.index_of(member)] = (member.line, member.name)

    def _same_number(self, home: Home, found: Known) -> bool:
        """The number in the database is this very household's."""
        person = found.persons.get(known.index_of(home.head))
        house = found.households.get(person[0]) if person else None
        award = found.awards.get((house[0], home.claim.item)) if house and home.claim else None
        return bool(award and home.claim and award.no == home.claim.no)

    def _standing(self, home: Home, found: Known) -> Standing | None:
        try:
            return known.compare(home, found)
        except Bad as error:
            home.refuse(error.line or home.rows[0][0], error)
            return None

    def _reject(self, home: Home) -> None:
        assert self.rejects is not None
        if not home.bad:
            home.refuse(home.rows[0][0], Bad("这一户没有一名成员。", "填写姓名和身份证号，或删去空行。"))
        first = min(home.bad)
        for line, row in home.rows:
            errors = home.bad.get(line)
            reason = " ".join(one.reason for one in errors) if errors else f"同户第 {first} 行有误，整户一起退回。"
            fix = " ".join(dict.fromkeys(one.fix for one in errors)) if errors else "改好那一行后整户一起再导入。"
            self.rejects.add(line, row, reason, fix)
            self.counts.rejected += 1
            self.counts.bad += bool(errors)
            if errors and len(self.problems) < SHOWN:
                shown = " ".join(one.shown for one in errors)
                self.problems.append({"line": line, "reason": shown, "fix": fix})

    def _accept(self, home: Home, standing: Standing, found: Known) -> None:
        counts = self.counts
        counts.accepted += len(home.rows)
        counts.households += 1
        counts.persons += len(home.members)
        self.warnings += home.warnings[: max(0, SHOWN - len(self.warnings))]
        region = standing.region or home.region
        if home.claim:
            counts.awards += 1
            counts.total_fen += home.claim.amount_fen
        if standing.kind == "differs":
            if len(self.differences) < SHOWN * 5:
                told = "；".join(standing.differences) or "系统里的成员与文件不同"
                self.differences.append({"line": home.rows[0][0], "what": told})
        elif standing.kind == "same":
            counts.unchanged += 1
        else:
            counts.new_households += standing.kind == "new"
            counts.new_persons += sum(known.index_of(one) not in found.persons for one in home.members)
            if home.claim:
                counts.new_awards += 1
                totals.add(self.added, region, home.claim.item, home.claim.persons, home.claim.amount_fen)

    def report(self, *, written: bool = False) -> dict[str, Any]:
        """Counts, totals tied against the control, the first problems: JSON without names or numbers of people (whole
        reasons stand in the sealed reject file). `written`: the rows are in the database already."""
        tied, lines = totals.tie(self.added, self.county, self.mapping.control, self.reader.places, written=written)
        return {
            **vars(self.counts),
            "totals": lines,
            "tied": tied,
            "problems": self.problems,
            "warnings": self.warnings,
            "differences": self.differences,
            "at": clock.now().isoformat(),
        }


def item_texts() -> dict[str, str]:
    """Code, title and short name of every item → its code."""
    told: dict[str, str] = {}
    for item in registry.all_items():
        for text in (item.code, item.title, item.short):
            told[text.lower()] = item.code
    return told


def day_of(mapping: Mapping, today: datetime.date) -> datetime.date:
    """From when imported households are on file."""
    return mapping.day() or today
