"""看得见什么、还差什么、还剩几天；查询次数固定."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from minzheng.business.assistance.tests.world import DELEGATED_VILLAGE, VILLAGE, World, couple
from minzheng.kernel import clock
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.errors import NotFound, TooMany
from minzheng.kernel.cases.models import Case


def queries(call: Any) -> int:
    from django.db import connection

    with CaptureQueriesContext(connection) as caught:
        call()
    return len(caught)


def test_能做的动作和还差什么(world: World) -> None:
    case = world.to_accepted(couple())
    world.do(case, "start", world.clerk)
    shown = {a.act.code: a for a in selectors.allowed_acts(case, world.leader)}
    assert "opinion" in shown and not shown["opinion"].enabled
    assert not {"cosign_visit", "extend", "accept", "match_recheck"} & set(shown), "用不上的动作不出现"
    assert shown["opinion"].why_not == ["还没有核对报告，请先发起信息核对。", "还没有入户调查记录，请先完成入户调查。"]
    codes = {a.act.code for a in selectors.allowed_acts(case, world.clerk)}
    assert {"run_match", "visit", "warn", "withdraw"} <= codes and "opinion" not in codes
    assert {a.act.code for a in selectors.allowed_acts(case, world.citizen(couple()[0]))} == set()


def test_申请人自己能撤回(world: World) -> None:
    family = couple()
    case = world.to_accepted(family)
    assert [a.act.code for a in selectors.allowed_acts(case, world.citizen(family[0]))] == [
        "withdraw",
        "change_account",
    ]


def test_参加过调查的人看到确认按钮是灰的(world: World) -> None:
    from minzheng.kernel.accounts.actors import actor_of
    from minzheng.kernel.accounts.models import Assignment

    case = world.to_review(couple())
    Assignment.objects.create(
        user=world.clerk.user,
        role="county_reviewer",
        organization=world.bureau,
        region_code="990101000000",
        valid_from=datetime.date(2020, 1, 1),
    )
    with clock.at(datetime.date(2026, 11, 12)):
        [approve] = [a for a in selectors.allowed_acts(case, actor_of(world.clerk.user)) if a.act.code == "approve"]
    assert not approve.enabled and "不能再审核确认" in approve.why_not[0]


def test_工作台按到期先后而且查询次数固定(world: World) -> None:
    cases = []
    for day in (3, 2):
        with clock.at(datetime.date(2026, 11, day)):
            family = couple()
            cases.append(case := world.draft(family))
            services.submit(case_id=case.pk, actor=world.citizen(family[0]), data={"promise": "yes"})
    today = datetime.date(2026, 11, 5)
    [group] = selectors.workbench(world.clerk, today)
    assert (group.code, group.total, group.overdue, group.due_today) == ("accept", 2, 0, 1)
    assert [c.pk for c in group.cases] == [cases[1].pk, cases[0].pk]
    before = queries(lambda: selectors.workbench(world.clerk, today))
    world.to_accepted(couple())
    world.to_checked(couple())
    assert queries(lambda: selectors.workbench(world.clerk, today)) <= before + 2 <= 12
    assert selectors.workbench(world.stranger, today) == []


def test_下放的办件只出现在乡镇的工作台(world: World) -> None:
    case = world.to_review(couple(), DELEGATED_VILLAGE)
    leader = world.town(case)[1]
    today = datetime.date(2026, 11, 12)
    assert [g.code for g in selectors.workbench(leader, today)] == ["town"]
    assert "town" not in {g.code for g in selectors.workbench(world.reviewer, today)}


def test_列表详情时间线的查询次数(world: World) -> None:
    case = world.to_review(couple())
    fresh = Case.objects.get(pk=case.pk)
    assert queries(lambda: selectors.get(world.reviewer, case.pk)) == 1
    assert queries(lambda: selectors.timeline(fresh)) == 1
    assert queries(lambda: selectors.consent_lines(fresh)) == 2
    assert queries(lambda: selectors.deadline(fresh)) == 0
    assert queries(lambda: selectors.allowed_acts(Case.objects.get(pk=case.pk), world.reviewer)) <= 16


def test_期限的说法(world: World) -> None:
    case = world.to_accepted(couple())
    on = datetime.date
    assert selectors.deadline_text(case, on(2026, 11, 2)) == "还剩 3 个工作日（11月5日）"
    assert selectors.deadline(case, on(2026, 11, 2)).colour == "green"
    assert selectors.deadline(case, on(2026, 11, 2), total=True).colour == "green"
    assert selectors.deadline_text(case, on(2026, 11, 5)) == "今天到期（11月5日）"
    late = selectors.deadline(case, on(2026, 11, 9))
    assert (late.text, late.colour) == ("已超期 2 个工作日（11月5日）", "red")


def test_申请人只看见自己的办件(world: World) -> None:
    mine, other = couple(), couple()
    case = world.to_accepted(mine)
    world.to_accepted(other)
    assert [c.pk for c in selectors.mine(world.citizen(mine[0]))] == [case.pk]
    with pytest.raises(NotFound):
        selectors.get(world.citizen(other[0]), case.pk)


# ---- 公开查询 ----


def test_凭编号和后四位查进度(world: World) -> None:
    family = couple()
    case = world.to_accepted(family)
    found = selectors.progress(no=f" {case.no} ", id_tail=family[0].number[-4:].lower(), address="10.0.0.1")
    assert (found.state_title, found.item_title, found.submitted_on) == (
        "已受理",
        "最低生活保障",
        datetime.date(2026, 11, 2),
    )
    assert dict(found.steps)["调查"] == "now" and dict(found.steps)["申请"] == "done"
    assert "刘桂芳" not in str(found) and VILLAGE not in str(found)


def test_编号不存在和后四位不对是同一句话(world: World) -> None:
    case = world.to_accepted(couple())
    sentences = set()
    for no, tail in ((case.no, "0000"), ("990101-DB-2026-999999", "1234")):
        with pytest.raises(NotFound) as missing:
            selectors.progress(no=str(no), id_tail=tail, address="10.0.0.2")
        sentences.add(str(missing.value))
    assert len(sentences) == 1


def test_一个地址试错几次就停(world: World) -> None:
    for n in range(10):
        with pytest.raises(NotFound):
            selectors.progress(no=f"990101-DB-2026-{n:06d}", id_tail="0000", address="10.0.0.3")
    with pytest.raises(TooMany):
        selectors.progress(no="990101-DB-2026-000099", id_tail="0000", address="10.0.0.3")


def test_换地址也不能反复试同一个编号(world: World) -> None:
    family = couple()
    case = world.to_accepted(family)
    for n in range(5):
        with pytest.raises(NotFound):
            selectors.progress(no=str(case.no), id_tail=f"000{n}", address=f"10.0.1.{n}")
    with pytest.raises(TooMany):
        selectors.progress(no=str(case.no), id_tail=family[0].number[-4:], address="10.0.1.9")
    with clock.at(datetime.datetime.combine(datetime.date(2026, 11, 3), datetime.time(12))):
        assert selectors.progress(no=str(case.no), id_tail=family[0].number[-4:], address="10.0.1.9").no == case.no


def test_草稿没有编号也查不到(world: World) -> None:
    world.draft(couple())
    with pytest.raises(NotFound):
        selectors.progress(no="", id_tail="0000", address="10.0.0.4")


# ---- 重放 ----


def test_改了状态或期限重放能发现(world: World) -> None:
    case = world.to_review(couple())
    assert services.replay(case).ok
    Case.objects.filter(pk=case.pk).update(state="APPROVED")
    case.refresh_from_db()
    assert "按动作应为“REVIEW”" in services.replay(case).problems[0]
    Case.objects.filter(pk=case.pk).update(state="REVIEW", due_on=datetime.date(2027, 1, 1))
    case.refresh_from_db()
    assert "环节截止日" in services.replay(case).problems[0]


def test_少了一个动作重放能发现(world: World) -> None:
    case = world.to_review(couple())
    case.acts.filter(code="opinion").delete()
    problems = services.replay(case).problems
    assert any("中间少了动作" in p for p in problems) and any("写的原状态是" in p for p in problems)
