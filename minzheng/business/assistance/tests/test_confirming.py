"""确认权与会签: 下放按受理日的规定，收回以后转县里；大额要两个人."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from minzheng.business.assistance.tests.test_changes import DECIDED
from minzheng.business.assistance.tests.test_jobs import CTX
from minzheng.business.assistance.tests.world import COUNTY, DELEGATED_VILLAGE, PHOTO, World, couple
from minzheng.kernel import clock
from minzheng.kernel.cases import jobs, services
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.items import registry

FLOW = registry.get("assistance.dibao").flow


@contextmanager
def rules(**by_day: Any) -> Iterator[None]:
    """Procedure parameters as functions of the day: ``rules(delegated=lambda day: day < END)``."""
    usual = FLOW.params

    def changed(region: str, on: datetime.date) -> Any:
        return replace(usual(region, on), **{name: rule(on) for name, rule in by_day.items()})

    object.__setattr__(FLOW, "params", changed)
    try:
        yield
    finally:
        object.__setattr__(FLOW, "params", usual)


def approve(world: World, case: Case, actor: Any = None) -> None:
    with clock.at(DECIDED):
        world.do(case, "approve", actor or world.reviewer)


def test_受理以后才下放的_仍由县里确认(world: World) -> None:
    with rules(delegated=lambda day: day >= datetime.date(2026, 11, 6)):
        case = world.to_review(couple(), DELEGATED_VILLAGE)
        assert case.state == "REVIEW"


def test_下放期满的_公示后报县里(world: World) -> None:
    with rules(delegated=lambda day: day < datetime.date(2026, 11, 6)):
        case = world.to_review(couple(), DELEGATED_VILLAGE)
        assert case.state == "REVIEW"


def test_等乡镇确认时下放期满_乡镇不能再确认_系统转县里(world: World) -> None:
    ends = datetime.date(2026, 11, 11)
    with rules(delegated=lambda day: day <= ends):
        case = world.to_review(couple(), DELEGATED_VILLAGE)
        _, leader = world.town(case)
        assert case.state == "TOWN_CONFIRM"
        total = case.total_due_on
        with clock.at(ends):
            assert jobs.due(CTX)["recall_delegation"] == 0
        with clock.at(DECIDED):
            world.do(case, "meeting", leader, met_on="2026-11-12", attendees="五人", content="同意", minutes=PHOTO)
            with pytest.raises(Refused, match="确认权已经收回"):
                world.do(case, "approve", leader)
            assert jobs.due(CTX)["recall_delegation"] == 1
        case.refresh_from_db()
        assert (case.state, case.total_due_on) == ("REVIEW", total)
        assert case.due_on == datetime.date(2026, 11, 26), "县级审核确认的十个工作日重新起算"
        approve(world, case)
        assert case.state == "APPROVED" and services.replay(case).ok


def test_金额没到起点的不用会签(world: World) -> None:
    with rules(two_confirmers_fen=lambda day: 10_000_00):
        case = world.to_review(couple())
        approve(world, case)
    assert case.state == "APPROVED"


def test_大额由两人确认_同一人不能既会签又确认(world: World) -> None:
    second = world.staff("second", "钱科长", "county_reviewer", COUNTY, world.bureau)
    with rules(two_confirmers_fen=lambda day: 100_00):
        case = world.to_review(couple())
        with clock.at(DECIDED):
            with pytest.raises(Refused, match="请先由另一名有确认权的人会签"):
                world.do(case, "approve", world.reviewer)
            world.do(case, "countersign", world.reviewer, opinion="金额核对无误")
            with pytest.raises(Refused, match="您已会签"):
                world.do(case, "approve", world.reviewer)
            world.do(case, "approve", second)
    assert case.state == "APPROVED" and services.replay(case).ok


def test_没有确认权的人不能会签(world: World) -> None:
    with rules(two_confirmers_fen=lambda day: 100_00):
        case = world.to_review(couple())
        with pytest.raises(NotAllowed):
            world.do(case, "countersign", world.clerk, opinion="同意")


def test_近亲属备案户在下放的乡镇也由县里入户(world: World) -> None:
    """乡镇确认前县里先去：不能因为下放就没有人能去."""
    case = world.to_accepted(
        couple(), DELEGATED_VILLAGE, home={"near_relative": "yes", "near_relative_detail": "村主任之弟"}
    )
    Case.objects.filter(pk=case.pk).update(state="TOWN_CONFIRM")
    case.refresh_from_db()
    world.do(case, "county_visit", world.reviewer, visited_on="2026-11-02", second_name="孙科员", findings="属实")
    assert case.evidence.filter(kind="county_visit").count() == 1


def test_旧版本受理的办件按旧版本办完(world: World) -> None:
    """registries.md §10.11 第 15 例: 办理中事项改版，在办的仍按受理时的版本."""
    from unittest import mock

    from minzheng.kernel.cases.flow import Act

    old = registry.get("assistance.dibao")
    case = world.to_accepted(couple())
    extra = Act("new_step", "新版才有的一步", ("ACCEPTED",), by=("case.investigate",))
    changed = replace(old, flow=replace(old.flow, acts=(*old.flow.acts, extra)), since="2026-11-03", former=old)
    with mock.patch.dict(registry._all(), {old.code: changed}), clock.at(datetime.date(2026, 11, 4)):
        with pytest.raises(Refused, match="没有“new_step”这个动作"):
            world.do(case, "new_step", world.clerk)
        assert services.replay(case).ok
        newer = world.to_accepted(couple())
        assert (case.item_version, newer.item_version) == ("", "2026-11-03")
        world.do(newer, "new_step", world.clerk)
        assert services.replay(newer).ok
