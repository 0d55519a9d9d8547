"""What is asked: the supposed values, the months, how near is near. One form of it for the page, the command and the record."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from minzheng.policy import load_ruleset
from minzheng.policy.errors import InputError
from minzheng.policy.figures import Frame, comparison_month, months_from
from minzheng.policy.measuring import carried, results_of
from minzheng.policy.params import Row
from minzheng.policy.ruleset import Ruleset
from minzheng.policy.simulate import Change, parse_change, supposed_rows

#: Partitions of the families; each family is in exactly one group of each.
DIMENSIONS = ("城乡", "户规模", "有无未成年人", "有无老年人", "有无残疾人", "有无重病患者")
MOST_MONTHS = 60


@dataclass(frozen=True)
class Options:
    """``start``: first month, "2026-12". ``refused_months``: how far back refused applications count, 0 leaves them out.
    ``near_fen``/``near_share``: a family over the line by no more 分 a person and month, or no larger share of the line
    (万分之一), is a near-miss. ``small``: sums of fewer households are hidden from those who need not know."""

    start: str
    months: int = 12
    refused_months: int = 12
    near_fen: int = 5_000
    near_share: int = 1_000
    small: int = 5

    @property
    def first(self) -> datetime.date:
        return datetime.date.fromisoformat(f"{self.start}-01")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Options:
        """Back from the record; keys of another release are left out."""
        names = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in names})


@dataclass(frozen=True)
class Sides:
    """Both rule sets of a run and what was let go on in both because its successor is not published."""

    baseline: Ruleset
    reform: Ruleset
    frame: Frame
    carried: tuple[Row, ...]


def as_change(text: str) -> dict[str, str]:
    """``PARAM@REGION=VALUE[@DATE]`` as the record keeps it. Raises InputError."""
    change = parse_change(text)
    since = change.since.isoformat() if change.since else ""
    return {"name": change.name, "region": change.region, "value": change.value, "since": since}


def as_text(change: Mapping[str, str]) -> str:
    """The command line's form of a kept change."""
    since = f"@{change['since']}" if change.get("since") else ""
    return f"{change['name']}@{change['region']}={change['value']}{since}"


def changes_of(kept: Iterable[Mapping[str, str]]) -> list[Change]:
    """Raises InputError."""
    return [parse_change(as_text(one)) for one in kept]


def sides(baseline: Ruleset, kept: Iterable[Mapping[str, str]], options: Options, rules: str = "") -> Sides:
    """Both rule sets over the months. ``rules``: a folder of rules (laid out as minzheng/business) that stands for the
    reform's rules. Raises InputError and RulesetError."""
    changes = changes_of(kept)
    months = months_from(options.first, options.months)
    going_on = tuple(carried(baseline, months))
    base = baseline.with_params(going_on) if going_on else baseline
    other = base
    if rules:
        folder = Path(rules)
        if not folder.is_dir():
            raise InputError("没有这个规则文件夹", field=rules)
        other = load_ruleset(folder)
        # The same values stand on both sides: the shipped ones, the signed ones and those that go on.
        other = other.with_params(row for row in base.params.rows if row.name in other.params.declarations)
    reform = other.with_params(supposed_rows(other, changes))
    starts = [one.since for one in changes if one.since is not None]
    found = {r.word: r for r in (*results_of(base), *results_of(reform))}
    frame = Frame(
        months, comparison_month(months, starts), tuple(found.values()), DIMENSIONS, options.near_fen, options.near_share
    )  # fmt: skip
    return Sides(base, reform, frame, going_on)
