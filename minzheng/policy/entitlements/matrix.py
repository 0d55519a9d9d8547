"""The conflict matrix as data: ``<line>/conflicts/matrix.yaml``, rows {a, b, mode, who_yields, basis, since, until}
and, where the place may choose, ``when: {parameter: value}``.

The rules decide the amounts; the matrix says on what an exclusion rests and is shown with it. Each row names two
benefits by code; ``who_yields`` is the one that gives way (a, b or its code).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minzheng.policy import yamltext
from minzheng.policy.words import to_date

if TYPE_CHECKING:
    from minzheng.policy.evaluate import Program
    from minzheng.policy.ruleset import Ruleset

MODES = {"exclude": "不能同时享受", "difference": "补差额", "higher": "择高享受", "both": "可以同时享受"}


@dataclass(frozen=True)
class Conflict:
    """One row in force between ``since`` and ``until`` (both included). ``yields``: code of the one that gives way."""

    a: str
    b: str
    mode: str
    yields: str
    basis: str
    since: datetime.date
    until: datetime.date
    when: tuple[tuple[str, str], ...] = ()  # only where the place has chosen so: (parameter, value)

    @property
    def stands(self) -> str:
        return self.a if self.yields == self.b else self.b


@lru_cache(maxsize=8)
def _rows(path: Path) -> tuple[Conflict, ...]:
    content = yamltext.load(path) or []
    listed = content.get("rows", []) if isinstance(content, dict) else content
    return tuple(_row(spec) for spec in listed)


def conflicts(ruleset: Ruleset, on: datetime.date) -> list[Conflict]:
    """The rows in force on a day; none where a rule set has no matrix."""
    paths = sorted(ruleset.business.glob("*/conflicts/matrix.yaml"))
    return [row for path in paths for row in _rows(path) if row.since <= on <= row.until]


def _row(spec: dict[str, Any]) -> Conflict:
    a, b, yields = str(spec["a"]), str(spec["b"]), str(spec.get("who_yields") or "")
    yields = {"a": a, "b": b}.get(yields, yields)
    since = to_date(spec["since"]) if spec.get("since") else datetime.date.min
    until = to_date(spec["until"]) if spec.get("until") else datetime.date.max
    when = tuple((str(name), str(value)) for name, value in (spec.get("when") or {}).items())
    return Conflict(a, b, str(spec["mode"]), yields, str(spec.get("basis") or ""), since, until, when)


def basis_in(program: Program) -> dict[tuple[str, str], str]:
    """(the one that stands, the one that yields) → legal basis, by the rows that hold in a program's place on its day."""
    found: dict[tuple[str, str], str] = {}
    for row in conflicts(program.ruleset, program.on):
        if row.yields and row.mode != "both" and all(_chosen(program, name) == value for name, value in row.when):
            found[row.stands, row.yields] = row.basis
    return found


def _chosen(program: Program, name: str) -> str:
    """A parameter's value here as the matrix writes it: 是, 否, or an option by its code or its words."""
    found = program.found.get(name)
    if found is None:
        return ""
    value = found.row.value
    return ("是" if value else "否") if isinstance(value, bool) else str(value)
