"""``minzheng policy simulate --figures | --xlsx | --rules``: all the sums of a population file, and the reform's own rules."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minzheng.policy.errors import InputError
from minzheng.policy.figures import Frame, comparison_month, months_from
from minzheng.policy.figures_bulk import DIMENSIONS, figures_of
from minzheng.policy.figures_xlsx import Book, sheets
from minzheng.policy.measuring import carried, results_of
from minzheng.policy.ruleset import Ruleset, load_ruleset
from minzheng.policy.simulate import Change, supposed_rows

MOST_MONTHS = 60


def reform_rules(ruleset: Ruleset, folder: Path) -> Ruleset:
    """The rules of another folder (laid out as minzheng/business) with the values of this rule set. Raises InputError,
    RulesetError."""
    if not folder.is_dir():
        raise InputError("没有这个规则文件夹", field=f"--rules {folder}")
    other = load_ruleset(folder, ruleset.regions, ruleset.words)
    return other.with_params(row for row in ruleset.params.rows if row.name in other.params.declarations)


def all_figures(
    ruleset: Ruleset,
    other: Ruleset | None,
    persons: Path,
    households: Path,
    on: datetime.date,
    changes: Sequence[Change],
    number: int,
) -> dict[str, Any]:
    """The report over ``number`` months from that of ``on``, with what was supposed and both versions.

    Values that end within these months and have no successor go on on both sides, and are named under "carried"."""
    if not 1 <= number <= MOST_MONTHS:
        raise InputError(f"应在 1 到 {MOST_MONTHS} 之间，写的是 {number}", field="--months")
    months = months_from(on, number)
    going_on = carried(ruleset, months)
    base = ruleset.with_params(going_on)
    reform = (other.with_params(going_on) if other is not None else base).with_params(
        supposed_rows(base if other is None else other, changes)
    )
    starts = [one.since for one in changes if one.since is not None]
    words = {r.word: r for r in (*results_of(base), *results_of(reform))}
    frame = Frame(months, comparison_month(months, starts), tuple(words.values()), DIMENSIONS)
    report = figures_of(base, reform, persons, households, frame)
    report["benefits"] = [row for row in report["benefits"] if row["base_households"] or row["reform_households"]]
    return report | {
        "values": [
            {"name": c.name, "region": c.region, "value": c.value, "since": c.since.isoformat() if c.since else ""}
            for c in changes
        ],
        "carried": [{"name": row.name, "region": row.region, "after": row.since.isoformat()} for row in going_on],
        "titles": {code: reform.benefits[code].title for code in reform.benefit_codes()},
        "base_sha": base.sha, "reform_sha": reform.sha,
    }  # fmt: skip


def write_workbook(report: dict[str, Any], path: Path) -> None:
    """The report as XLSX. Raises InputError when the file cannot be written."""
    book = Book()
    total = report["total"]
    book.facts(
        "汇总",
        [
            ("月份", f"{report['months'][0]['month']} 起 {len(report['months'])} 个月；各项对比以 {report['compared']} 为准"),
            ("家庭（户）", total["families"]), ("成员（人）", total["members"]),
            ("现行有待遇（户）", total["base_households"]), ("假设有待遇（户）", total["reform_households"]),
            ("新保（户）", total["entered"]), ("退出（户）", total["left"]), ("增发（户）", total["raised"]), ("减发（户）", total["lowered"]),
        ],
    )  # fmt: skip
    sheets(book, report, {})
    values = [
        (f"假设：{one['name']}", f"{one['value']}，{one['region']}，自 {one['since'] or '一直'}")
        for one in report["values"]
    ]
    going_on = [
        (f"延用：{one['name']}", f"{one['region']} 的值到期后延用，自 {one['after']}") for one in report["carried"]
    ]
    versions = [("规则版本（现行）", report["base_sha"]), ("规则版本（假设）", report["reform_sha"])]
    book.facts("参数与版本", [*versions, *values, *going_on])
    try:
        path.write_bytes(book.close())
    except OSError as error:
        raise InputError(f"写不进去（{error.strerror}）", field=f"--xlsx {path}") from None
