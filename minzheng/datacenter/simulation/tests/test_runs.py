"""在册家庭的测算：谁进谁出、花多少钱；只留合计；中断了从头再来；谁能做、读了什么都有记录。"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from minzheng.datacenter.simulation import asking, services
from minzheng.datacenter.simulation.asking import Options
from minzheng.datacenter.simulation.errors import SimulationRefused
from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.datacenter.simulation.services import Wanted
from minzheng.datacenter.simulation.tests.conftest import COUNTY, DIBAO, OLD, TOWN_A, TOWN_B, VILLAGE, family
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases.models import Case
from minzheng.kernel.jobs.context import LeaseLost
from minzheng.kernel.jobs.models import JobRun
from minzheng.policy import load_ruleset

pytestmark = pytest.mark.django_db
#: The demo county's city standard is 880; 950 from January on.
HIGHER = "保障标准_城市@990101=950@2027-01-01"
START = "2026-12"


def ask(actor: Actor, *changes: str, region: str = COUNTY, **options: Any) -> SimulationRun:
    told = Options(**({"start": START, "months": 2} | options))
    wanted = Wanted(region, "试一试", "编制明年预算", [asking.as_change(one) for one in changes], told)
    return services.ask(actor=actor, wanted=wanted, queue=False)


def done(actor: Actor, *changes: str, **more: Any) -> dict[str, Any]:
    run = services.carry_out(actor=actor, pk=ask(actor, *changes, **more).pk)
    assert run.state == SimulationRun.DONE
    return run.figures


def standard() -> int:
    found = load_ruleset().params.resolve("保障标准_城市", "990101", __import__("datetime").date(2026, 12, 1))
    assert found is not None
    return int(found.row.value)


def test_标准提高_在保的增发_近期没批的够了条件(
    county: Callable[..., Award], refused: Callable[..., Case], officer: Actor
) -> None:
    assert standard() == 880
    county(300)
    county(500, urban="农村")
    refused(900)
    refused(1000)
    figures = done(officer, HIGHER)
    total = figures["total"]
    assert (total["families"], total["entered"], total["left"], total["raised"], total["same"]) == (4, 1, 0, 1, 1)
    assert total["reform_fen"] - total["base_fen"] == 7_000 + 5_000
    # 十二月还没有生效
    assert [row["reform_fen"] - row["base_fen"] for row in figures["months"]] == [0, 12_000]
    assert figures["refused"] == 2 and figures["compared"] == "2027-01"
    assert total["reform_horizon_fen"] - total["base_horizon_fen"] == 12_000


def test_结果的一句话(county: Callable[..., Award], refused: Callable[..., Case], officer: Actor) -> None:
    county(300)
    refused(900)
    run = services.carry_out(actor=officer, pk=ask(officer, HIGHER).pk)
    assert run.summary == (
        "城市低保标准 880 → 950 元/月：多保 1 户 1 人，1 户增发，每月多支出 120.00 元，2 个月共多支出 120.00 元。"
    )


def test_没有影响也说清楚(county: Callable[..., Award], officer: Actor) -> None:
    county(300, urban="农村")
    run = services.carry_out(actor=officer, pk=ask(officer, HIGHER).pk)
    assert run.summary.endswith("在册家庭不受影响，支出不变。")


def test_标准降低_在保的先渐退(county: Callable[..., Award], officer: Actor) -> None:
    award = county(850)
    figures = done(officer, "保障标准_城市@990101=800", months=2)
    words = {row["word"]: row for row in figures["benefits"]}
    assert words["渐退保障金"]["reform_fen"] == award.amount_fen
    assert figures["total"]["left"] == 0 and words["低保金"]["left"] == 1


def test_导入的没有家庭情况_另外数(county: Callable[..., Award], officer: Actor) -> None:
    county(300)
    county(0, file={}, amount=36_550)
    figures = done(officer, HIGHER)
    assert figures["total"]["families"] == 1
    assert figures["outside"] == [{"benefit": DIBAO, "awards": 1, "persons": 1, "fen": 36_550}]


def test_按乡镇和类别分_各表合计相等(county: Callable[..., Award], officer: Actor) -> None:
    county(300)
    county(200, village="990101002001", births=("1950-01-01", "2015-01-01"))
    figures = done(officer, HIGHER)
    assert [row["place"] for row in figures["places"]] == [TOWN_A, TOWN_B]
    for rows in (figures["places"], figures["deciles"], *(one["rows"] for one in figures["groups"])):
        for name, number in figures["total"].items():
            assert sum(row[name] for row in rows) == number, name
    found = {one["dimension"]: {row["group"]: row["families"] for row in one["rows"]} for one in figures["groups"]}
    assert found["有无老年人"] == {"有老年人": 1, "没有老年人": 1}
    assert found["户规模"] == {"1 人": 1, "2 人": 1}


def test_测算一个乡镇_不算别处(county: Callable[..., Award], officer: Actor) -> None:
    county(300)
    county(300, village="990101002001")
    assert done(officer, HIGHER, region=TOWN_B)["total"]["families"] == 1


def test_一户几份待遇_同一个人只数一次(county: Callable[..., Award], officer: Actor) -> None:
    if OLD not in load_ruleset().benefit_codes():
        pytest.skip("还没有高龄津贴")
    first = county(300, births=("1930-01-01",), people=["77"])
    county(
        0, item=OLD, file={"家庭": {}, "成员": [{"姓名": "成员1", "出生日期": "1930-01-01"}]}, household=first.household,
        people=["77"], amount=5_000,
    )  # fmt: skip
    figures = done(officer, HIGHER)
    total = figures["total"]
    assert (total["families"], total["members"], total["base_persons"]) == (1, 1, 1)
    words = {row["word"]: row["base_fen"] for row in figures["benefits"]}
    assert words["高龄津贴"] > 0 and total["base_fen"] == sum(
        r["base_fen"] for r in figures["benefits"] if r["kind"] == "cash"
    )


def test_漏出和未覆盖(county: Callable[..., Award], refused: Callable[..., Case], officer: Actor) -> None:
    county(300)
    county(300, amount=10_000)
    # 房子超了限额的还在发；近期没批的其实够条件
    county(300, 房屋套数=9, amount=20_000)
    refused(300)
    row = next(r for r in done(officer, HIGHER)["received"] if r["benefit"] == DIBAO)
    assert (row["paid_households"], row["agree"], row["more_due"], row["not_due"], row["not_paid"]) == (3, 1, 1, 1, 1)
    assert row["not_due_fen"] == 20_000


def test_渐退中的_不算漏出(county: Callable[..., Award], officer: Actor) -> None:
    county(300)
    county(1000, file=family(1000, 在保="是", 原月保障金="100.00", 超标月数="1"), amount=10_000, state="tapering")
    row = next(r for r in done(officer, HIGHER)["received"] if r["benefit"] == DIBAO)
    assert (row["paid_households"], row["not_due"]) == (1, 0)


def test_未予确认的_按月数往前看_0_为不看(
    county: Callable[..., Award], refused: Callable[..., Case], officer: Actor
) -> None:
    county(300)
    refused(900, days=20)
    refused(900, days=500)
    assert done(officer, HIGHER, refused_months=6)["refused"] == 1
    assert done(officer, HIGHER, refused_months=0)["refused"] == 0


def test_读不了的家庭_说明原因_不说是谁(county: Callable[..., Award], officer: Actor) -> None:
    county(300)
    county(300, file=family(300, 早就没有的词="1"), amount=1)
    figures = done(officer, HIGHER)
    assert figures["total"]["families"] == 1 and sum(figures["failed"].values()) == 1
    assert "早就没有的词" in next(iter(figures["failed"]))


# ---- 只留合计，读了要记，没有权的不能做


def test_记录里没有任何人的信息(county: Callable[..., Award], refused: Callable[..., Case], officer: Actor) -> None:
    award, case = county(300), refused(900)
    run = services.carry_out(actor=officer, pk=ask(officer, HIGHER).pk)
    text = json.dumps([run.figures, run.summary, run.changes, run.options], ensure_ascii=False)
    for secret in (
        award.payee_name,
        award.no,
        str(award.household_id),
        str(award.pk),
        case.applicant_name,
        VILLAGE,
        "成员1",
    ):
        assert secret not in text


def test_读取全部在册家庭_记一行(county: Callable[..., Award], officer: Actor) -> None:
    county(300)
    county(400)
    done(officer, HIGHER)
    line = AuditEntry.objects.get(action=services.READ)
    assert line.detail["rows"] == 2 and line.detail["purpose"] == "编制明年预算" and line.region_code == COUNTY
    assert line.actor_id == officer.id and line.role == "policy_officer"
    assert AuditEntry.objects.filter(action="simulation.ask").count() == 1


@pytest.mark.parametrize(
    ("role", "place"), [("town_clerk", TOWN_A), ("auditor", COUNTY), ("finance", COUNTY), ("policy_officer", TOWN_B)]
)
def test_没有测算权限_或不是本地的_不能做(staff: Callable[[str, str], User], role: str, place: str) -> None:
    with pytest.raises(SimulationRefused, match="岗位不能测算"):
        ask(actor_of(staff(role, place)), HIGHER)
    assert not SimulationRun.objects.exists()


def test_提出以后权限没了_不再读(
    county: Callable[..., Award], staff: Callable[[str, str], User], officer: Actor
) -> None:
    county(300)
    run = ask(officer, HIGHER)
    with pytest.raises(SimulationRefused):
        services.carry_out(actor=actor_of(staff("auditor", COUNTY)), pk=run.pk)
    assert not AuditEntry.objects.filter(action=services.READ).exists()


def test_写错的假设_提出时就说(officer: Actor, places: None) -> None:
    for change, words in (
        ("没有这个参数@990101=1", "没有“没有这个参数”"), ("保障标准_城市@990101=-1", "不能低于"), ("保障标准_城市@430000=900", "不影响所测算的地区"),
    ):  # fmt: skip
        with pytest.raises(SimulationRefused) as error:
            ask(officer, change)
        assert words in str(error.value)
    with pytest.raises(SimulationRefused, match="还没有假设"):
        ask(officer)


# ---- 后台任务：断了从头再来，别人接手了就不写


def test_任务做完_再做一遍不变(county: Callable[..., Award], officer: Actor) -> None:
    from minzheng.datacenter.simulation.jobs import run as job

    county(300)
    wanted = Wanted(COUNTY, "试", "编制明年预算", [asking.as_change(HIGHER)], Options(START, 2))
    asked = services.ask(actor=officer, wanted=wanted)
    task = JobRun.objects.get(pk=asked.job_id)
    assert task.name == services.JOB and task.args == {"run": str(asked.pk)}

    class Ctx:
        told: list[tuple[float, str]] = []

        def progress(self, percent: float, message: str = "") -> None:
            self.told.append((percent, message))

        def atomic(self) -> Any:
            from django.db import transaction

            return transaction.atomic()

    ctx = Ctx()
    assert job(ctx, run=str(asked.pk)) == {"families": 1}
    first = SimulationRun.objects.get(pk=asked.pk)
    assert ctx.told and first.state == "done"
    assert job(ctx, run=str(asked.pk)) == {"families": 1}
    assert SimulationRun.objects.get(pk=asked.pk).done_at == first.done_at


def test_租约丢了_什么也不写(county: Callable[..., Award], officer: Actor) -> None:
    from contextlib import contextmanager

    from django.db import transaction

    county(300)
    run = ask(officer, HIGHER)

    @contextmanager
    def lost() -> Any:
        with transaction.atomic():
            yield
            raise LeaseLost

    with pytest.raises(LeaseLost):
        services.carry_out(actor=officer, pk=run.pk, fence=lost)
    run.refresh_from_db()
    assert run.state == SimulationRun.RUNNING and run.figures == {}
    # 另一个进程从头再来
    assert services.carry_out(actor=officer, pk=run.pk).state == SimulationRun.DONE


def test_做不成的_说原因(county: Callable[..., Award], officer: Actor) -> None:
    run = ask(officer, HIGHER)
    SimulationRun.objects.filter(pk=run.pk).update(
        changes=[{"name": "没了", "region": "990101", "value": "1", "since": ""}]
    )
    with pytest.raises(SimulationRefused, match="没了"):
        services.carry_out(actor=officer, pk=run.pk)
    services.fail(pk=run.pk, sentence="没有“没了”这个参数。")
    run.refresh_from_db()
    assert run.state == "failed" and "没了" in run.error


# ---- 另一套规则


def test_另一套规则文件夹(county: Callable[..., Award], officer: Actor, tmp_path: Any) -> None:
    import shutil

    from minzheng.policy.errors import PACKAGE

    folder = tmp_path / "business"
    shutil.copytree(PACKAGE / "business", folder)
    path = folder / "assistance" / "dibao" / "rules.py"
    text = path.read_text(encoding="utf-8")
    before, after = "应发 = max(保障线合计 - 家庭月收入, 0)", "应发 = 保障线合计"
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")
    award = county(300)
    wanted = Wanted(COUNTY, "按标准全额", "试另一套规则", [], Options(START, 1), rules=str(folder))
    run = services.ask(actor=officer, wanted=wanted, queue=False)
    figures = services.carry_out(actor=officer, pk=run.pk).figures
    assert (figures["total"]["base_fen"], figures["total"]["reform_fen"]) == (award.amount_fen, 88_000)
    with pytest.raises(SimulationRefused, match="没有这个规则文件夹"):
        services.ask(actor=officer, wanted=Wanted(COUNTY, "x", "试另一套规则", rules="/nowhere"), queue=False)
