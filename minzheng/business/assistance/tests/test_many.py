"""一并办理、表单重发、十六人同抢一步: 每件各成各的，谁先办谁算数，后来的知道是谁几时办的."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from minzheng.business.assistance.tests.test_confirming import rules
from minzheng.business.assistance.tests.test_parallel import together
from minzheng.business.assistance.tests.world import APPLIED, TOWN, World, couple, photo
from minzheng.kernel import clock
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused, Stale
from minzheng.kernel.cases.models import Case, CaseAct
from minzheng.kernel.cases.running import many
from minzheng.kernel.jobs.models import JobRun


def test_一并启动调查_不合条件的写明原因(world: World) -> None:
    ready = [world.to_accepted(couple()) for _ in range(2)]
    done = world.to_checked(couple())
    results = services.perform_many(
        case_ids=[ready[0].pk, done.pk, 987654321, ready[1].pk], act="start", actor=world.clerk
    )
    assert [r.done for r in results] == [True, False, False, True]
    assert "调查核对中" in results[1].sentences[0] and "不在您的办理范围内" in results[2].sentences[0]
    for case in ready:
        case.refresh_from_db()
        assert case.state == "INVESTIGATING" and services.replay(case).ok


def test_照片随每件各存一份(world: World) -> None:
    import datetime

    cases = [world.to_posted(couple()) for _ in range(2)]
    ends = cases[0].publicities.get().ends_on
    with clock.at(ends + datetime.timedelta(days=1)):
        results = services.perform_many(
            case_ids=[c.pk for c in cases], act="publicity_end", actor=world.clerk, data={"photo": [photo()]}
        )
    assert all(r.done for r in results), results
    for case in cases:
        [kept] = case.acts.get(code="publicity_end").data["photo"]
        assert case.attachments.filter(pk=int(kept)).exists()


def test_受理不能一并办_确认要当地开放(world: World) -> None:
    case = world.to_review(couple())
    [one] = services.perform_many(case_ids=[case.pk], act="accept", actor=world.clerk)
    assert one.sentences == ["“受理”只能逐件办理。"]
    [two] = services.perform_many(case_ids=[case.pk], act="approve", actor=world.reviewer)
    assert two.sentences == ["当地没有开放批量办理“确认同意”，请逐件办理。"]
    with rules(batch_approve=lambda day: True), clock.at(APPLIED.replace(day=12)):
        [three] = services.perform_many(case_ids=[case.pk], act="approve", actor=world.reviewer)
    assert three.done, three.sentences


def test_五十件以上交后台_不带文字和照片(world: World) -> None:
    from types import SimpleNamespace

    from minzheng.business.assistance.tests.test_jobs import CTX
    from minzheng.kernel.cases import jobs

    cases = [world.to_accepted(couple()) for _ in range(2)]
    with pytest.raises(Refused, match="一次最多 50 件"):
        many.perform_in_background(case_ids=[1], act="start", actor=world.clerk, data={"opinion": "同意"})
    run = JobRun.objects.get(
        pk=many.perform_in_background(case_ids=[c.pk for c in cases], act="start", actor=world.clerk)
    )
    told: Any = SimpleNamespace(atomic=CTX.atomic, progress=lambda *args: None)
    assert jobs.many(told, **run.args) == {"done": 2, "refused": []}
    again = jobs.many(told, **run.args)
    assert again["done"] == 0 and len(again["refused"]) == 2  # type: ignore[arg-type]


def test_同一张表单交两次是同一个动作(world: World) -> None:
    case = world.to_accepted(couple())
    send = {"case_id": case.pk, "act": "start", "actor": world.clerk, "version": case.version, "token": "表单一"}
    first, second = services.perform(**send), services.perform(**send)
    assert first.pk == second.pk and case.acts.filter(code="start").count() == 1
    with pytest.raises(Stale, match="表单已经用过"):
        services.perform(**(send | {"actor": world.colleague}))


@pytest.fixture
def live(transactional_db: None) -> Iterator[World]:
    with clock.at(APPLIED):
        yield World()


@pytest.mark.django_db(transaction=True)
def test_十六人同时办同一步_一个成功_其余知道是谁办的(live: World) -> None:
    case = live.to_accepted(couple())
    version = Case.objects.get(pk=case.pk).version
    clerks = [live.staff(f"k{n}", f"经办{n:02d}", "town_clerk", TOWN, live.window) for n in range(16)]

    def start(actor: Any) -> Callable[[], Any]:
        return lambda: services.perform(case_id=case.pk, act="start", actor=actor, data={}, version=version)

    done = together([start(one) for one in clerks])
    [winner] = [d for d in done if isinstance(d, CaseAct)]
    refused = [str(d) for d in done if isinstance(d, Refused)]
    assert len(refused) == 15
    assert all(f"{winner.actor_name}已于 11月2日" in sentence and "办理“启动调查”" in sentence for sentence in refused)


@pytest.mark.django_db(transaction=True)
def test_同一张表单十六次同时到_只有一个动作(live: World) -> None:
    case = live.to_accepted(couple())
    version = Case.objects.get(pk=case.pk).version
    send = {"case_id": case.pk, "act": "start", "actor": live.clerk, "version": version, "token": "同一张"}
    done = together([lambda: services.perform(**send).pk] * 16)
    assert len(set(done)) == 1 and case.acts.filter(code="start").count() == 1
