"""The conflict matrix as data: ``<line>/conflicts/matrix.yaml``, rows {a, b, mode, who_yields, basis, since, until}.

The rules decide the amounts; the matrix says on what an exclusion rests and is shown with it. Each row names two
benefits by code; ``who_yields`` is the one that gives way (a, b or its code).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minzheng.policy import yamltext
from minzheng.policy.words import to_date

if TYPE_CHECKING:
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

    @property
    def stands(self) -> str:
        return self.a if self.yields == self.b else self.b


def conflicts(ruleset: Ruleset, on: datetime.date) -> list[Conflict]:
    """The rows in force on a day; none where a rule set has no matrix."""
    rows: list[Conflict] = []
    for path in sorted(ruleset.business.glob("*/conflicts/matrix.yaml")):
        content = yamltext.load(path) or []
        listed = content.get("rows", []) if isinstance(content, dict) else content
        rows += [_row(spec) for spec in listed]
    return [row for row in rows if row.since <= on <= row.until]


def _row(spec: dict[str, Any]) -> Conflict:
    a, b, yields = str(spec["a"]), str(spec["b"]), str(spec.get("who_yields") or "")
    yields = {"a": a, "b": b}.get(yields, yields)
    since = to_date(spec["since"]) if spec.get("since") else datetime.date.min
    until = to_date(spec["until"]) if spec.get("until") else datetime.date.max
    return Conflict(a, b, str(spec["mode"]), yields, str(spec.get("basis") or ""), since, until)


def matrix_basis(ruleset: Ruleset, on: datetime.date) -> dict[tuple[str, str], str]:
    """(the one that stands, the one that yields) → legal basis."""
    return {(row.stands, row.yields): row.basis for row in conflicts(ruleset, on) if row.yields and row.mode != "both"}
