"""A simulation in words: what was supposed, the sentence above the sums, which values stood behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.simulation.asking import Sides
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.regions.codes import covers, full
from minzheng.kernel.regions.selectors import region_names
from minzheng.policy.params import Resolved
from minzheng.policy.regions import normalize_region

if TYPE_CHECKING:
    from minzheng.datacenter.simulation.models import SimulationRun


def facts(sides: Sides, run: SimulationRun, region: str, report: Mapping[str, Any]) -> dict[str, Any]:
    """What the sums rest on, kept with them: the supposed values beside those in force; of the benefits that occur in the
    report, values that go on because their successor is not published and all parameters of both sides; titles."""
    values = [_change(sides, one, region) for one in run.changes]
    benefits, declared = sides.reform.benefits, sides.reform.params.declarations
    told = {row["benefit"] for row in (*report["benefits"], *report["received"], *values)}
    told |= {code for code, one in benefits.items() if one.shared}
    here = full(region)
    carried = [
        row for row in sides.carried
        if (covers(full(row.region), here) or covers(here, full(row.region)))
        and row.name in declared and declared[row.name].benefit in told
    ]  # fmt: skip
    return {
        "values": values,
        "carried": [{"name": row.name, "region": row.region, "after": row.since.isoformat()} for row in carried],
        "params": [row for row in _params(sides, region) if row["benefit"] in told],
        "titles": {code: benefits[code].title for code in sides.reform.benefit_codes()},
    }


def _change(sides: Sides, change: Mapping[str, str], region: str) -> dict[str, str]:
    place = normalize_region(change["region"])
    # A value of the province is told as it stands in the county that is looked at.
    at = place if covers(full(region), full(place)) else region
    month = sides.frame.months[sides.frame.compare]
    declared = sides.reform.params.declarations[change["name"]]
    old = (
        sides.baseline.params.resolve(change["name"], at, month)
        if declared.name in sides.baseline.params.declarations
        else None
    )
    new = sides.reform.params.resolve(change["name"], at, month)
    return {
        "name": change["name"], "title": declared.title or change["name"], "benefit": declared.benefit,
        "region": place, "place": region_names([full(place)]).get(full(place)) or place, "since": change.get("since", ""), "old": _shown(old), "new": _shown(new),
        "old_source": old.row.reference if old else "", "basis": declared.basis,
    }  # fmt: skip


def _shown(found: Resolved | None) -> str:
    return str(found.as_dict()["shown"]) if found else "没有值"


def _params(sides: Sides, region: str) -> list[dict[str, str]]:
    month = sides.frame.months[sides.frame.compare]
    programs = [ruleset.program(region, month) for ruleset in (sides.baseline, sides.reform)]
    names = dict.fromkeys(r.declaration.name for program in programs for r in program.used_params)
    rows = []
    for name in names:
        old, new = (program.found.get(name) for program in programs)
        told = (new or old).as_dict()  # type: ignore[union-attr]
        rows.append(
            {
                "name": name, "benefit": (new or old).declaration.benefit,  # type: ignore[union-attr]
                "old": _shown(old), "new": _shown(new), "level": told["level"], "since": told["since"],
                "reference": told["reference"], "evidence": told["evidence"],
            }
        )  # fmt: skip
    return rows


def value_sentence(values: Sequence[Mapping[str, str]]) -> str:
    """“城市低保标准 880 → 950 元/月；…”, at most three, then how many more."""
    told = [f"{one['title'].removesuffix('（每人）')} {_trimmed(one['old'], one['new'])}" for one in values[:3]]
    return "；".join(told) + (f" 等 {len(values)} 项" if len(values) > 3 else "")


def _trimmed(old: str, new: str) -> str:
    """Both with one unit and without empty decimals: “880 → 950 元/月”."""
    one, _, unit = old.partition(" ")
    other, _, other_unit = new.partition(" ")
    one, other = one.removesuffix(".00"), other.removesuffix(".00")
    if unit == other_unit:
        return f"{one} → {other}{f' {unit}' if unit else ''}"
    return f"{one} {unit} → {other} {other_unit}"


def sentence(figures: Mapping[str, Any]) -> str:
    """The sentence on top: what is supposed, who is in, who is out, what it costs a month and over the months."""
    what = value_sentence(figures["values"]) or "另一套规则"
    hidden = figures["total"]["families"] is None
    return f"{what}：{'户数太少，不显示。' if hidden else outcome(figures['total'], len(figures['months']))}"


def outcome(total: Mapping[str, int], months: int) -> str:
    parts = []
    if total["entered"] or total["entered_persons"]:
        parts.append(f"多保 {total['entered']:,} 户 {total['entered_persons']:,} 人")
    if total["left"] or total["left_persons"]:
        parts.append(f"少保 {total['left']:,} 户 {total['left_persons']:,} 人")
    if total["raised"]:
        parts.append(f"{total['raised']:,} 户增发")
    if total["lowered"]:
        parts.append(f"{total['lowered']:,} 户减发")
    more, whole = total["reform_fen"] - total["base_fen"], total["reform_horizon_fen"] - total["base_horizon_fen"]
    if not parts and not whole:
        return "在册家庭不受影响，支出不变。"
    return "，".join([*parts, f"每月{_more(more)}", f"{months} 个月共{_more(whole)}"]) + "。"


def _more(fen: int) -> str:
    if not fen:
        return "支出不变"
    return f"{'多' if fen > 0 else '少'}支出 {yuan_text(abs(fen))} 元"
