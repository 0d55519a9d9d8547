"""真实事务里的并发: 不丢、不重、第二个人被告知."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from minzheng.business.assistance.tests.world import APPLIED, VILLAGE, Kin, World, couple
from minzheng.kernel import clock
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents.models import IssuedDocument

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def live(transactional_db: None) -> Iterator[World]:
    with clock.at(APPLIED):
        yield World()


def together(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run all at the same moment, each in its own thread and connection; results or the Refused, in order."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            with clock.at(APPLIED):
                gate.wait(10)
                return call()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_两个经办员同时受理只成一次(live: World) -> None:
    family = couple()
    case = live.draft(family)
    services.submit(case_id=case.pk, actor=live.citizen(family[0]), data={"promise": "yes"})
    version = Case.objects.get(pk=case.pk).version

    def accept(actor: Any) -> Callable[[], Any]:
        return lambda: services.perform(case_id=case.pk, act="accept", actor=actor, data={}, version=version)

    done = together([accept(live.clerk), accept(live.colleague)])
    refused = [d for d in done if isinstance(d, Refused)]
    assert len(refused) == 1 and "已于 11月2日" in str(refused[0]) and "请刷新后再办" in str(refused[0])
    assert case.acts.filter(code="accept").count() == 1
    assert IssuedDocument.objects.filter(case=case, code="N01").count() == 1


def test_八家同时提交一件不丢编号不重(live: World) -> None:
    families = [couple() for _ in range(8)]
    drafts = [live.draft(f) for f in families]
    actors = [live.citizen(f[0]) for f in families]
    done = together(
        [
            lambda c=c, a=a: services.submit(case_id=c.pk, actor=a, data={"promise": "yes"})
            for c, a in zip(drafts, actors, strict=True)
        ]
    )
    assert not [d for d in done if isinstance(d, Refused)]
    numbers = sorted(Case.objects.filter(state="SUBMITTED").values_list("no", flat=True))
    assert numbers == [f"990101-DB-2026-{n:06d}" for n in range(1, 9)]


def test_同一家的夫妻同时提交只成一件(live: World) -> None:
    wife, husband, child = couple()
    other = [
        Kin(husband.name, "本人", husband.born, number=husband.number),
        Kin(wife.name, "配偶", wife.born, number=wife.number),
        child,
    ]
    pairs = [(live.draft(f), live.citizen(f[0])) for f in ([wife, husband, child], other)]
    done = together(
        [lambda c=c, a=a: services.submit(case_id=c.pk, actor=a, data={"promise": "yes"}) for c, a in pairs]
    )
    assert len([d for d in done if isinstance(d, Refused) and "不能重复申请" in str(d)]) == 1
    assert Case.objects.filter(state="SUBMITTED").count() == 1


def test_同一个人连点八下只有一份草稿一件申请(live: World) -> None:
    family = couple()
    citizen = live.citizen(family[0])
    drafts = together([lambda: services.start_draft(item_code="assistance.dibao", actor=citizen).pk] * 8)
    assert len(set(drafts)) == 1
    case = Case.objects.get(pk=drafts[0])
    for step, raw in live.answers(family, VILLAGE, {}, {}).items():
        services.save_step(case_id=case.pk, step=step, raw=raw, actor=citizen)
    case.refresh_from_db()
    live.sign_all(case, citizen)
    done = together([lambda: services.submit(case_id=case.pk, actor=citizen, data={"promise": "yes"})] * 8)
    assert len([d for d in done if not isinstance(d, Refused)]) == 1
    assert case.acts.filter(code="submit").count() == 1
