"""送达起算: 补正和核对异议的期限自送达起算，没有送达的自制发起算，登记送达以后重放照样一致."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from minzheng.business.assistance.tests.world import World, couple
from minzheng.kernel import clock
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.flow import Flow
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.documents.service.serving import Proof, record_service
from minzheng.kernel.items import registry

MONDAY, THURSDAY = datetime.date(2026, 11, 2), datetime.date(2026, 11, 5)


def serve(world: World, case: Case, code: str, on: datetime.date) -> None:
    with clock.at(on):
        proof = Proof(receiver=case.applicant_name, photos=[world.attachment(case, "receipt")])
        paper = IssuedDocument.objects.get(case=case, code=code)
        record_service(document=paper, method="直接", on=on, actor=world.clerk, proof=proof)
    case.refresh_from_db()


def asked(world: World) -> Case:
    """Told on Monday what is missing: ten working days."""
    case = world.draft(family := couple())
    with clock.at(MONDAY):
        services.submit(case_id=case.pk, actor=world.citizen(family[0]), data={"promise": "yes"})
        case.refresh_from_db()
        world.do(case, "ask_supplement", world.clerk, papers=["income"])
    return case


def told(world: World) -> Case:
    """A wage that the family did not declare; N04 of Monday: five working days."""
    family = couple()
    world.fact(family[1], "tax", "wage", 900_000, "工资薪金")
    case = world.to_accepted(family)
    world.do(case, "start", world.clerk)
    world.do(case, "run_match", world.clerk)
    world.do(case, "notify_mismatch", world.clerk)
    return case


def from_issue(monkeypatch: pytest.MonkeyPatch) -> None:
    """The place counts from the day of the notice."""
    real: Flow = registry.get("assistance.dibao").flow
    monkeypatch.setitem(
        real.__dict__,
        "params",
        lambda region, on, asked=real.params: replace(asked(region, on), limits_from_service=False),
    )


def test_补正没有登记送达的自制发起算(world: World) -> None:
    assert asked(world).due_on == datetime.date(2026, 11, 16)


def test_补正送达晚了_期限跟着走_重放一致(world: World) -> None:
    case = asked(world)
    serve(world, case, "N02", THURSDAY)
    assert case.due_on == datetime.date(2026, 11, 19) and services.replay(case).ok
    segment = case.clocks.get(clock="supplement", ended_on=None)
    assert (segment.started_on, segment.due_on) == (THURSDAY, datetime.date(2026, 11, 19))
    with clock.at(datetime.date(2026, 11, 17)), pytest.raises(Refused, match="补正期限到 2026-11-19 才满"):
        from minzheng.kernel.accounts.actors import SYSTEM

        world.do(case, "supplement_timeout", SYSTEM)


def test_当地自制发起算的_送达不改期限(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from_issue(monkeypatch)
    case = asked(world)
    serve(world, case, "N02", THURSDAY)
    assert case.due_on == datetime.date(2026, 11, 16) and services.replay(case).ok


def test_补齐以后才登记的送达不改已经走完的期限(world: World) -> None:
    case = asked(world)
    with clock.at(datetime.date(2026, 11, 4)):
        world.do(case, "resubmit", world.clerk)
    before = case.due_on
    serve(world, case, "N02", THURSDAY)
    assert case.due_on == before and services.replay(case).ok
    assert case.clocks.get(clock="supplement").started_on == MONDAY


def test_核对异议自送达起算(world: World) -> None:
    case = told(world)
    printed = datetime.date.fromisoformat(case.evidence.get(kind="mismatch").data["due_on"])
    assert printed == datetime.date(2026, 11, 9)
    serve(world, case, "N04", THURSDAY)
    with clock.at(datetime.date(2026, 11, 12)):
        with pytest.raises(Refused, match="核对异议期到 2026-11-12 才满"):
            world.visit(case)
            [row] = case.evidence.get(kind="match_report").data["differences"]
            world.do(case, "judge", world.clerk, key=row["key"], take="found", reason="以税务为准")
            world.do(case, "opinion", world.leader, conclusion="disagree", reason_code="R01", opinion="收入超标")
        world.do(case, "match_objection", world.clerk, code="D7", content="去年的工资")
    assert services.replay(case).ok


def test_核对异议没有登记送达的按告知书写的日期(world: World) -> None:
    case = told(world)
    with clock.at(datetime.date(2026, 11, 10)), pytest.raises(Refused, match="到 2026-11-09 已满"):
        world.do(case, "match_objection", world.clerk, code="D7", content="去年的工资")


def test_当地自制发起算的_核对异议也不延(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from_issue(monkeypatch)
    case = told(world)
    serve(world, case, "N04", THURSDAY)
    with clock.at(datetime.date(2026, 11, 10)), pytest.raises(Refused, match="到 2026-11-09 已满"):
        world.do(case, "match_objection", world.clerk, code="D7", content="去年的工资")
