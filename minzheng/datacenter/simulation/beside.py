"""What stands beside a draft set of standards: the newest simulation of it in one glance, or how to make one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse

from minzheng.datacenter.simulation import selectors, services
from minzheng.datacenter.simulation.asking import as_change
from minzheng.datacenter.simulation.form import change_text
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.standards import values
from minzheng.kernel.standards.beside import Beside, summary, trial_url
from minzheng.policy.figures_hidden import hidden

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.standards.models import ParameterValue


@summary
def newest(rows: Sequence[ParameterValue], actor: Actor) -> Beside | None:
    """The newest run of the set the values belong to; None for values of no set, and for those who may not read runs."""
    set_id = next((row.standard_set_id for row in rows if row.standard_set_id), None)
    if set_id is None or not (actor.is_system or actor.has(selectors.PERMISSION)):
        return None
    found = selectors.newest_of_set(actor, set_id)
    if found is None:
        may = actor.is_system or actor.can(services.PERMISSION, rows[0].region_code)
        if not may:
            return None
        return Beside("测算", (("还没有测算", "先算一算在册家庭谁进谁出、每月多花多少，再签发。"),), trial_url(set_id))
    run = selectors.get(actor, found.pk)
    assert run is not None
    figures = run.figures
    if not selectors.sees_small(actor, run.region_code):
        figures = hidden(figures, run.options.get("small", 5))
    total = figures["total"]
    lines = [("测算", f"{run.no}，{run.asked_at:%Y-%m-%d}")]
    if _stale(rows, run.changes):
        lines.append(("注意", "测算以后这份调整又改过值，请重新测算。"))
    if total["families"] is not None:
        months = len(figures["months"])
        lines += [
            ("新保、退出", f"{total['entered']} 户 {total['entered_persons']} 人、{total['left']} 户 {total['left_persons']} 人"),
            ("增发、减发", f"{total['raised']} 户、{total['lowered']} 户"),
            ("每月增减支出", f"{yuan_text(total['reform_fen'] - total['base_fen'])} 元"),
            (f"{months} 个月增减支出", f"{yuan_text(total['reform_horizon_fen'] - total['base_horizon_fen'])} 元"),
        ]  # fmt: skip
    return Beside("测算", tuple(lines), reverse("simulation.detail", kwargs={"pk": run.pk}))


def _stale(rows: Sequence[ParameterValue], kept: Sequence[dict[str, str]]) -> bool:
    """Whether the set's values are no longer those that were tried."""
    known = values.ruleset().params.declarations
    now = {tuple(sorted(as_change(change_text(row)).items())) for row in rows if row.name in known}
    return now != {tuple(sorted(one.items())) for one in kept}
