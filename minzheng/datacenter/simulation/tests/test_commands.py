"""测算的命令：在册家庭的，以某个人的名义；人口文件的，全部合计、表格和另一套规则。"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from minzheng.datacenter.simulation.cli import simulation
from minzheng.datacenter.simulation.errors import SimulationRefused
from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.datacenter.simulation.tests.conftest import COUNTY
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.awards.models import Award
from minzheng.policy.cli import policy

CHANGE = "保障标准_城市@990101=950@2027-01-01"


@pytest.mark.django_db
def test_命令行测算_留在页面上_给出合计(county: Callable[..., Award], officer: Actor) -> None:
    county(300)
    asked = [
        "run",
        "--region",
        "990101",
        "--set",
        CHANGE,
        "--as",
        f"policy_officer.{COUNTY}",
        "--from",
        "2026-12",
        "--months",
        "2",
    ]
    told = CliRunner().invoke(simulation, [*asked, "--json"], catch_exceptions=False)
    figures = json.loads(told.stdout)
    run = SimulationRun.objects.get()
    assert figures["no"] == run.no and figures["total"]["raised"] == 1 and run.asked_by_id == officer.id
    assert run.summary in CliRunner().invoke(simulation, asked, catch_exceptions=False).stdout
    listed = CliRunner().invoke(
        simulation, ["list", "--as", f"policy_officer.{COUNTY}", "--json"], catch_exceptions=False
    )
    assert [row["state"] for row in json.loads(listed.stdout)] == ["done", "done"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--set", "写错了"], "应写成"),
        (["--set", CHANGE, "--from", "明年"], "--from"),
    ],
)
def test_写错的_一句话说清(places: None, officer: Actor, change: list[str], words: str) -> None:
    asked = ["run", "--region", "990101", "--as", f"policy_officer.{COUNTY}", *change]
    with pytest.raises(SimulationRefused, match=words):
        CliRunner().invoke(simulation, asked, catch_exceptions=False)
    assert not SimulationRun.objects.exists()


@pytest.mark.django_db
def test_没有这个人_退出码是二(places: None) -> None:
    done = CliRunner().invoke(simulation, ["run", "--region", "990101", "--set", CHANGE, "--as", "没有"])
    assert (done.exit_code, "没有用户名" in done.stderr, done.stdout) == (2, True, "")


def test_人口文件_全部合计和表格(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    from python_calamine import CalamineWorkbook

    from minzheng.policy.population import generate

    persons, households = generate(600, tmp_path, seed=3)
    book = tmp_path / "测算.xlsx"
    asked: list[Any] = [
        "simulate",
        "--persons",
        persons,
        "--households",
        households,
        "--on",
        "2026-12-01",
        "--set",
        CHANGE,
    ]
    told = CliRunner().invoke(policy, [*map(str, asked), "--months", "2", "--figures", "--xlsx", str(book)])
    assert told.exit_code == 0, told.stderr
    figures = json.loads(told.stdout)
    assert figures["compared"] == "2027-01" and figures["values"][0]["value"] == "950"
    rows = CalamineWorkbook.from_path(str(book)).get_sheet_by_name("按地区").to_python()
    assert rows[-1][2] == figures["total"]["families"] == sum(row["families"] for row in figures["places"])
    wrong = CliRunner().invoke(policy, [*map(str, asked), "--rules", str(tmp_path / "没有")])
    assert wrong.exit_code == 2 and "没有这个规则文件夹" in wrong.stderr
