"""受理、补正、撤回与并发的条件."""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.assistance.tests.world import APPLIED, OTHER_TOWN, Kin, World, couple, id_no
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused, Stale
from minzheng.kernel.cases.jobs import _each
from minzheng.kernel.cases.models import Case, Consent
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.notices.models import OutboxMessage

PROMISE = {"promise": "yes"}


def submit(world: World, case: Case, family: list[Kin]) -> None:
    services.submit(case_id=case.pk, actor=world.citizen(family[0]), data=PROMISE)
    case.refresh_from_db()


# ---- 受理 ----


def submitted(world: World, **extra: object) -> tuple[Case, list[Kin]]:
    family = couple()
    case = world.draft(family, **extra)
    submit(world, case, family)
    return case, family


def test_户口都不在本县不能受理(world: World) -> None:
    case, _ = submitted(world, hukou="away")
    with pytest.raises(Refused, match="不属于本地受理范围"):
        world.do(case, "accept", world.clerk)
    world.do(case, "refuse", world.clerk, reason_code="R04", facts="全家户口在外省。", opinion="请到户籍地申请。")
    assert case.state == "NOT_ACCEPTED" and IssuedDocument.objects.filter(case=case, code="N03").exists()


def test_一次申请只能一次性告知补正一次(world: World) -> None:
    case, family = submitted(world)
    with pytest.raises(Refused, match="请选出或写明缺少的材料"):
        world.do(case, "ask_supplement", world.clerk)
    world.do(case, "ask_supplement", world.clerk, papers=["support", "other"], others="离婚判决书")
    assert (case.state, case.due_on) == ("SUPPLEMENT", datetime.date(2026, 11, 16))
    missing = IssuedDocument.objects.get(case=case, code="N02").fields["missing"]
    assert [m["name"] for m in missing] == ["赡养、抚养、扶养协议或判决书", "离婚判决书"]
    world.do(case, "resubmit", world.citizen(family[0]))
    with pytest.raises(Refused, match="只能一次性告知补正一次"):
        world.do(case, "ask_supplement", world.clerk, papers=["income"])


def test_补正逾期由系统终止并可以重新申请(world: World) -> None:
    case, family = submitted(world)
    world.do(case, "ask_supplement", world.clerk, papers=["income"])
    with pytest.raises(Refused, match="补正期限到 2026-11-16 才满"):
        world.do(case, "supplement_timeout", SYSTEM)
    with clock.at(datetime.date(2026, 11, 17)):
        world.do(case, "supplement_timeout", SYSTEM)
        assert case.state == "WITHDRAWN" and IssuedDocument.objects.filter(case=case, code="N14").exists()
        again = world.draft(family)
        submit(world, again, family)
    assert again.no == "990101-DB-2026-000002"


def test_补正逾期只有系统能做(world: World) -> None:
    case, _ = submitted(world)
    world.do(case, "ask_supplement", world.clerk, papers=["income"])
    with pytest.raises(NotAllowed):
        world.do(case, "supplement_timeout", world.clerk)


def test_一人拒绝授权先告知补正再终止而不是按收入拒绝(world: World) -> None:
    """§1.14 第 19 例."""
    case, family = submitted(world)
    services.revoke_consent(
        case_id=case.pk, member_id=case.members.get(name="周建国").pk, actor=world.citizen(family[1])
    )
    case.refresh_from_db()
    with pytest.raises(Refused, match="还缺成年家庭成员周建国"):
        world.do(case, "accept", world.clerk)
    refusal = {"reason_code": "R06", "facts": "周建国拒绝授权核对。"}
    with pytest.raises(Refused, match="先一次性告知补正"):
        world.do(case, "abort", world.clerk, **refusal)
    world.do(case, "ask_supplement", world.clerk, papers=["consent"])
    world.do(case, "abort", world.clerk, **refusal)
    assert case.state == "ABORTED" and IssuedDocument.objects.filter(case=case, code="N14").exists()
    assert not IssuedDocument.objects.filter(case=case, code="N07").exists()


def test_受理以后人口冻结(world: World) -> None:
    case, _ = submitted(world)
    world.do(case, "accept", world.clerk)
    assert case.household_id is not None
    with pytest.raises(Refused, match="申请已经提交，不能再改"):
        services.save_step(case_id=case.pk, step="members", raw=[], actor=world.clerk)


def test_在监狱服刑的丈夫不计入(world: World) -> None:
    """§1.14 第 5 例: 妻子和孩子 n=2."""
    family = couple()
    family[1].situation = "prison"
    case = world.draft(family)
    assert {m.name: (m.in_count, m.exclude_reason) for m in case.members.all()}["周建国"] == (False, "在监狱服刑")
    Consent.objects.filter(case=case, name="周建国").delete()
    submit(world, case, family)
    world.do(case, "accept", world.clerk)
    assert case.members.filter(in_count=True).count() == 2


def test_监外执行的父亲计入(world: World) -> None:
    """§1.14 第 6 例."""
    family = couple()
    family[1].situation = "probation"
    assert world.draft(family).members.get(name="周建国").in_count


def test_成年硕士在读独立生活的不计入本科在读的计入(world: World) -> None:
    """§1.14 第 3 例."""
    son = Kin("周大雨", "子女", datetime.date(2002, 2, 2), situation="apart", extra={"student": "above"})
    family = [*couple(), son]
    assert not world.draft(family).members.get(name="周大雨").in_count
    son.extra["student"] = "below"
    family[0].number = id_no(family[0].born)
    assert (
        world.draft([*couple(), Kin("周大雨", "子女", son.born, situation="apart", extra={"student": "below"})])
        .members.get(name="周大雨")
        .in_count
    )


# ---- 权限与并发 ----


def test_外镇经办员看不见也办不了(world: World) -> None:
    case, _ = submitted(world)
    assert case.region_code[:9].ljust(12, "0") != OTHER_TOWN
    with pytest.raises(NotFound):
        selectors.get(world.stranger, case.pk)
    with pytest.raises(NotFound):
        world.do(case, "accept", world.stranger)


def test_没有受理权限的岗位被拒绝(world: World) -> None:
    case, _ = submitted(world)
    with pytest.raises(NotAllowed, match="您的岗位不能在这个办件上“受理”"):
        world.do(case, "accept", world.reviewer)


def test_第二个人按旧页面办理得到一句提示(world: World) -> None:
    case, _ = submitted(world)
    seen = case.version
    world.do(case, "accept", world.clerk)
    with pytest.raises(Stale, match=r"林经办已于 11月2日 \d\d:\d\d 办理“受理”，现在是“已受理”，请刷新后再办"):
        services.perform(case_id=case.pk, act="accept", actor=world.colleague, data={}, version=seen)
    with pytest.raises(Refused, match="只有在“已提交”时才能“受理”"):
        services.perform(case_id=case.pk, act="accept", actor=world.colleague, data={})


def test_确认之前随时可以撤回(world: World) -> None:
    for target in (world.to_accepted, world.to_checked, world.to_posted, world.to_review):
        family = couple()
        case = target(family)
        world.do(case, "withdraw", world.citizen(family[0]), opinion="不申请了")
        assert case.state == "WITHDRAWN" and case.due_on is None


def test_确认以后不能撤回(world: World) -> None:
    family = couple()
    case = world.to_review(family)
    with clock.at(datetime.date(2026, 11, 12)):
        world.do(case, "approve", world.reviewer)
        with pytest.raises(Refused, match="只有在"):
            world.do(case, "withdraw", world.citizen(family[0]))


def test_关键动作都给申请人发消息(world: World) -> None:
    case, _ = submitted(world)
    world.do(case, "accept", world.clerk)
    bodies = [m.body for m in OutboxMessage.objects.filter(case=case, channel="sms")]
    assert any("已提交" in b and case.no in b for b in bodies) and any(
        "已受理，最迟12月14日前办结" in b for b in bodies
    )


def test_到期任务逐件办理一件被拒不影响其他(world: World) -> None:
    from contextlib import nullcontext
    from types import SimpleNamespace

    case, _ = submitted(world)
    world.do(case, "ask_supplement", world.clerk, papers=["income"])
    late, _ = submitted(world)
    with clock.at(datetime.date(2026, 11, 17)):
        done = _each(SimpleNamespace(atomic=nullcontext), "supplement_timeout", [late.pk, case.pk], {})  # type: ignore[arg-type]
    assert done == 1 and case.due_on > APPLIED
