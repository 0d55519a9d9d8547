"""审计用的两条命令: 办件由动作重放，待遇由冻结的依据复算."""

from __future__ import annotations

import datetime
import json

from click.testing import CliRunner

from minzheng.business.assistance.tests.world import World, couple
from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases.cli import awards, cases
from minzheng.kernel.cases.models import Case


def test_对得上退出码为零(world: World) -> None:
    case = world.to_review(couple())
    with clock.at(datetime.date(2026, 11, 12)):
        world.do(case, "approve", world.reviewer)
    for group, command, more in ((cases, "replay", {}), (awards, "recompute", {"imported": 0})):
        done = CliRunner().invoke(group, [command, "--json"])
        assert done.exit_code == 0 and json.loads(done.output) == {"checked": 1, "problems": [], **more}


def test_改过的状态和金额退出码为一并说出是哪一件(world: World) -> None:
    case = world.to_review(couple())
    with clock.at(datetime.date(2026, 11, 12)):
        world.do(case, "approve", world.reviewer)
    Case.objects.filter(pk=case.pk).update(state="IN_PAYMENT")
    Award.objects.filter(case=case).update(amount_fen=1)
    done = CliRunner().invoke(cases, ["replay"])
    assert done.exit_code == 1 and str(case.no) in done.output
    done = CliRunner().invoke(awards, ["recompute", "--json"])
    [problem] = json.loads(done.output)["problems"]
    assert done.exit_code == 1 and "登记每月 1 分" in problem["problem"]


def test_没有这个编号退出码为二(world: World) -> None:
    assert CliRunner().invoke(cases, ["replay", "--no", "X"]).exit_code == 2
