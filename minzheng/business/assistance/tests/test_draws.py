"""抽查: 先公布摘要后抽取，谁都能复算；范围、种子、任务改了一处都看得出来."""

from __future__ import annotations

import datetime
import inspect
import json
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings

from minzheng.business.assistance.tests.world import APPLIED, COUNTY, OTHER_TOWN, TOWN, World, couple
from minzheng.kernel import clock
from minzheng.kernel.cases.cli import cases as command
from minzheng.kernel.cases.draws import proof as draw_proof
from minzheng.kernel.cases.draws import results as draw_results
from minzheng.kernel.cases.draws import services as draws
from minzheng.kernel.cases.draws.models import SpotDraw, SpotTask
from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.crypto import sealing

RULE = draws.Rule(since="2026-11-01", until="2026-11-30", share_percent=30)
NEXT_DAY = APPLIED + datetime.timedelta(days=2)
VISIT = {"visited_on": "2026-11-04", "second_name": "孙科员", "findings": "入户所见与档案一致"}


@pytest.fixture
def world(db: None) -> Any:
    with clock.at(APPLIED):
        yield World()


def decided(world: World, count: int, town: str = TOWN, **extra: Any) -> list[Case]:
    """Decided cases without the whole procedure: the draw looks at rows only."""
    rows = [
        Case(
            no=f"990101-DB-2026-9{town[6:9]}{n:02d}{len(extra)}",
            item_code="assistance.dibao",
            state="IN_PAYMENT",
            region_code=town,
            applicant_name=f"抽查{n}",
            form={},
            decided_at=clock.now(),
            **extra,
        )
        for n in range(count)
    ]
    return Case.objects.bulk_create(rows)


def published(world: World, rule: draws.Rule = RULE) -> SpotDraw:
    return draws.publish(actor=world.reviewer, region_code=COUNTY, title="四季度抽查", rule=rule)


def drawn(world: World, one: SpotDraw) -> SpotDraw:
    with clock.at(NEXT_DAY):
        return draws.draw(actor=world.reviewer, pk=one.pk)


def test_按乡镇分层_每层向上取整_至少一件(world: World) -> None:
    decided(world, 10)
    decided(world, 2, OTHER_TOWN)
    one = drawn(world, published(world))
    tasks = list(one.tasks.values_list("stratum", flat=True))
    assert (tasks.count(TOWN), tasks.count(OTHER_TOWN)) == (3, 1)
    assert draw_proof.verify(one).ok


def test_抽签值是种子和办件标识的SM3_取最小的(world: World) -> None:
    rows = decided(world, 10)
    one = drawn(world, published(world))
    lots = sorted(sealing.sm3(f"{one.revealed_seed}{c.pk}".encode()) for c in rows)
    assert sorted(one.tasks.values_list("rank_sha", flat=True)) == lots[:3]


def test_近亲属备案户投诉户不抽签_每户必查(world: World) -> None:
    decided(world, 10)
    fixed = decided(world, 2, OTHER_TOWN, needs_county_visit=True)
    one = drawn(world, published(world))
    assert {t.case_id for t in one.tasks.filter(mandatory=True)} == {c.pk for c in fixed}
    assert str(fixed[0].pk) not in {pk for pk, _ in one.population} and draw_proof.verify(one).ok


def test_种子不能由人给_公布前谁也不知道(world: World) -> None:
    """No way in takes a seed; what is stored is sealed, two draws of one population have two seeds."""
    assert not {"seed", "rng", "random"} & set(inspect.signature(draws.publish).parameters)
    assert not {"seed", "rng", "random"} & set(inspect.signature(draws.draw).parameters)
    decided(world, 10)
    first, second = published(world), published(world)
    assert first.seed != second.seed and first.population_sha == second.population_sha
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT seed FROM kernel_spotdraw WHERE id = %s", [first.pk])
        stored = cursor.fetchone()[0]
    assert (first.seed or "").encode() not in bytes(stored)
    assert first.revealed_seed == ""


def test_公布以后进来的办件不在范围里(world: World) -> None:
    decided(world, 10)
    one = published(world)
    late = decided(world, 5, OTHER_TOWN)
    drawn(world, one)
    assert not SpotTask.objects.filter(case_id__in=[c.pk for c in late]).exists()


def test_看过范围再换种子_审计链里对不上(world: World) -> None:
    """Somebody with the database's keys grinds for a seed that spares a case: hash and seed agree, the chain does not."""
    decided(world, 10)
    one = published(world)
    other = "0" * 64
    SpotDraw.objects.filter(pk=one.pk).update(seed_sha=sealing.sm3(other.encode()))
    one.refresh_from_db()
    one.seed = other
    one.save(update_fields=["seed"])
    problems = draw_proof.verify(drawn(world, one)).problems
    assert problems == ("种子摘要与审计链里公布时的不同：公布以后被改过。",)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda one: SpotDraw.objects.filter(pk=one.pk).update(population=one.population[1:]), "抽查范围与公布的"),
        (lambda one: SpotDraw.objects.filter(pk=one.pk).update(revealed_seed="1" * 64), "公布的种子与事先公布的"),
        (lambda one: one.tasks.first().delete(), "没有列入任务"),
    ],
)
def test_改动任何一处复算都能发现(world: World, change: Any, sentence: str) -> None:
    decided(world, 10)
    one = drawn(world, published(world))
    change(one)
    one.refresh_from_db()
    assert any(sentence in problem for problem in draw_proof.verify(one).problems)


def test_没满公布时间不能抽_一次只抽一回(world: World) -> None:
    decided(world, 3)
    one = published(world)
    with pytest.raises(Refused, match=f"满 {settings.SPOT_DRAW_NOTICE_HOURS} 小时"):
        draws.draw(actor=world.reviewer, pk=one.pk)
    drawn(world, one)
    with pytest.raises(Refused, match="只抽一回"):
        drawn(world, one)


def test_乡镇不能组织抽查_也看不到(world: World) -> None:
    decided(world, 3)
    with pytest.raises(NotAllowed):
        draws.publish(actor=world.leader, region_code=TOWN, title="自查", rule=RULE)
    one = published(world)
    with pytest.raises(NotFound), clock.at(NEXT_DAY):
        draws.draw(actor=world.leader, pk=one.pk)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (draws.Rule(since="2026-12-01", until="2026-11-01"), "until"),
        (draws.Rule(since="2026-11-01", until="2026-11-30", share_percent=0, at_least=0), "share_percent"),
        (draws.Rule(since="2026-11-01", until="2026-11-30", items=("没有的事项",)), "items"),
    ],
)
def test_规则写错的指出是哪一项(world: World, rule: draws.Rule, field: str) -> None:
    with pytest.raises(Refused) as refused:
        published(world, rule)
    assert field in refused.value.fields


def test_结论有误的启动复核_差错率算得出(world: World) -> None:
    from minzheng.business.assistance.tests.test_changes import paid

    case = paid(world, couple())
    rule = draws.Rule(since="2026-11-01", until="2026-12-31", share_percent=100)
    with clock.at(datetime.date(2026, 12, 2)):
        one = draws.publish(actor=world.reviewer, region_code=COUNTY, title="抽查", rule=rule)
    with clock.at(datetime.date(2026, 12, 4)):
        draws.draw(actor=world.reviewer, pk=one.pk)
        task = one.tasks.get()
        wrong = {**VISIT, "visited_on": "2026-12-04", "result": "wrong", "findings": "丈夫在厂里上班"}
        draw_results.record_result(actor=world.reviewer, task_id=task.pk, data=wrong)
        with pytest.raises(Refused, match="已经登记过结果"):
            draw_results.record_result(actor=world.reviewer, task_id=task.pk, data=wrong)
    case.refresh_from_db()
    one.refresh_from_db()
    whole = draw_results.rates(one)[0]
    assert (case.state, one.state, whole.wrong, whole.percent) == ("RECHECK", "closed", 1, "100.0%")


def test_命令复算_对不上退出码为一(world: World) -> None:
    decided(world, 5)
    one = drawn(world, published(world))
    done = CliRunner().invoke(command, ["draw", "verify", one.no, "--json"])
    assert done.exit_code == 0 and json.loads(done.output)["ok"] is True
    SpotDraw.objects.filter(pk=one.pk).update(revealed_seed="2" * 64)
    wrong = CliRunner().invoke(command, ["draw", "verify", one.no])
    assert wrong.exit_code == 1 and "种子与事先公布的种子摘要对不上" in wrong.output
    assert CliRunner().invoke(command, ["draw", "verify", "没有"]).exit_code == 2


def test_公布页没有姓名和办件编号(world: World, client: Any) -> None:
    rows = decided(world, 5)
    one = published(world)
    page = client.get("/spot-checks/").content.decode()
    assert one.seed_sha in page and one.population_sha in page and (one.seed or "?") not in page
    assert not any(str(c.no) in page or c.applicant_name in page for c in rows)
    drawn(world, one)
    one.refresh_from_db()
    assert one.revealed_seed in client.get("/spot-checks/").content.decode()
