"""停表: 鉴定评估、部门数据暂不可得；期限从动作推得出，人工取证可以代替."""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.assistance.tests.world import PHOTO, World, couple
from minzheng.kernel import clock
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import ClockSegment

DAY = datetime.date


def test_鉴定期间停表_出结果后按实际天数顺延(world: World) -> None:
    case = world.to_checked(couple())
    assert (case.due_on, case.total_due_on) == (DAY(2026, 11, 23), DAY(2026, 12, 14))
    with clock.at(DAY(2026, 11, 4)):
        world.do(case, "send_assessment", world.clerk, subject="ability", body="县人民医院", until="2026-11-18")
    assert (case.due_on, case.total_due_on) == (DAY(2026, 12, 7), DAY(2026, 12, 28)), "11-05 至 11-18 十个工作日"
    with clock.at(DAY(2026, 11, 11)):
        world.do(case, "assessment_back", world.clerk, result="丧失劳动能力", papers=PHOTO)
    assert (case.due_on, case.total_due_on) == (DAY(2026, 11, 30), DAY(2026, 12, 21)), "实际 11-05 至 11-11 五个工作日"
    assert {s.reason for s in ClockSegment.objects.filter(case=case, paused=True)} == {"鉴定、评估"}
    assert services.replay(case).ok


def test_鉴定没有结果不能提初审意见(world: World) -> None:
    case = world.to_checked(couple())
    world.do(case, "send_assessment", world.clerk, subject="illness", body="县人民医院")
    with pytest.raises(Refused, match="鉴定、评估还没有结果"):
        world.do(case, "opinion", world.leader, conclusion="agree", opinion="同意")
    with pytest.raises(Refused, match="不用再送"):
        world.do(case, "send_assessment", world.clerk, subject="illness", body="县人民医院")


def test_预计日期不能超过当地最长天数(world: World) -> None:
    case = world.to_checked(couple())
    with pytest.raises(Refused) as refused:
        world.do(case, "send_assessment", world.clerk, subject="value", body="评估所", until="2027-06-01")
    assert "最长 30 天" in refused.value.fields["until"]


def test_接口中断先挂起_人工取证后可以继续(world: World) -> None:
    """registries.md §10.11 第 9 例：不能因接口中断而拒绝."""
    case = world.to_accepted(couple())
    world.do(case, "start", world.clerk)
    world.do(case, "run_match", world.clerk)
    report = case.evidence.get(kind="match_report")
    report.data = {**report.data, "missing_sources": ["银行"]}
    report.save(update_fields=["data"])
    world.visit(case)
    with pytest.raises(Refused, match="银行没有答复：请先“挂起”"):
        world.do(case, "opinion", world.leader, conclusion="agree", opinion="同意")
    world.do(case, "hang", world.clerk, source="银行存款", opinion="接口维护")
    with pytest.raises(Refused, match="因部门数据暂不可得而挂起"):
        world.do(case, "opinion", world.leader, conclusion="agree", opinion="同意")
    with clock.at(DAY(2026, 11, 9)):
        world.do(case, "unhang", world.clerk, how="manual", content="到三家银行打印流水", proofs=PHOTO)
        world.do(case, "opinion", world.leader, conclusion="agree", opinion="同意")
    assert case.state == "INITIAL_OPINION" and services.replay(case).ok


def test_接口恢复的要重新核对(world: World) -> None:
    case = world.to_accepted(couple())
    world.do(case, "start", world.clerk)
    world.do(case, "hang", world.clerk, source="不动产", opinion="接口维护")
    world.do(case, "unhang", world.clerk, how="online")
    world.visit(case)
    with pytest.raises(Refused, match="还没有核对报告"):
        world.do(case, "opinion", world.leader, conclusion="agree", opinion="同意")
