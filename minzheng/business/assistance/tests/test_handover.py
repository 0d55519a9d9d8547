"""休假、代理、移交: one act moves everything, nothing is orphaned, and a deputy and her principal count as one person."""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.assistance.tests.world import COUNTY, OTHER_TOWN, TOWN, VILLAGE, World, couple
from minzheng.kernel import clock
from minzheng.kernel.accounts import leave as leaves
from minzheng.kernel.accounts import services as accounts
from minzheng.kernel.accounts.actors import SYSTEM, actor_of
from minzheng.kernel.accounts.errors import AccountError, RoleRefused
from minzheng.kernel.accounts.models import Assignment, Leave
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases import handover, selectors
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.cases.models import Case, CaseHandover, Evidence
from minzheng.kernel.cases.running.replay import replay

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 2)
BACK = datetime.date(2026, 11, 14)


def on_leave(world: World, deputy: object = None, until: datetime.date = BACK, who: object = None) -> Leave:
    actor = who or world.leader
    taker = deputy or world.colleague
    return leaves.take_leave(
        actor=actor,
        user=world.clerk.user,
        deputy=taker.user,
        starts_on=clock.today(),
        ends_on=until,
        reason="年休假",
    )


def test_请假一次办完_办件到代理人名下_期限不变_重放对得上(world: World) -> None:
    case = world.to_accepted(couple())
    draft = Case.objects.create(
        item_code="assistance.dibao", region_code=VILLAGE, created_by=world.clerk.user, form={}, channel="window"
    )
    before = (case.state, case.due_on, case.total_due_on, case.version)
    leave = on_leave(world)
    case.refresh_from_db()
    draft.refresh_from_db()
    assert (leave.state, leave.handed_over) == ("approved", 2)
    assert (case.assignee_id, case.stands_in_for_id) == (world.colleague.id, world.clerk.id)
    assert draft.assignee_id == world.colleague.id
    assert selectors.visible_to(actor_of(world.colleague.user)).filter(pk=draft.pk).exists()
    assert (case.state, case.due_on, case.total_due_on, case.version) == before
    assert replay(case).ok
    line = AuditEntry.objects.get(action="case.hand_over")
    assert line.detail["count"] == 2 and line.detail["to"] == str(world.colleague.id)
    assert CaseHandover.objects.filter(batch=CaseHandover.objects.first().batch).count() == 2


def test_代理人用代理的岗位办_动作和审计都写两个人(world: World) -> None:
    case = world.to_accepted(couple())
    on_leave(world)
    act = world.do(case, "start", actor_of(world.colleague.user))
    assert (act.actor_id, act.data["on_behalf_of"]) == (world.colleague.id, str(world.clerk.id))
    line = AuditEntry.objects.filter(action="case.start").latest("pk")
    assert line.actor_id == world.colleague.id and line.detail["on_behalf_of_name"] == "林经办"
    assert any("陈同事（代林经办）" in entry.who for entry in selectors.timeline(case))
    case.refresh_from_db()
    assert case.stands_in_for_id == world.clerk.id, "仍是代理经办"
    own = world.to_accepted(couple())
    act = world.do(own, "start", actor_of(world.colleague.user))
    assert "on_behalf_of" not in act.data, "不是移交来的件，用自己的岗位"


def test_销假后未办完的交还_已转走的不动_岗位当天失效(world: World) -> None:
    waiting, finished = world.to_accepted(couple()), world.to_accepted(couple())
    leave = on_leave(world)
    with clock.at(datetime.date(2026, 11, 4)):
        world.do(finished, "withdraw", actor_of(world.colleague.user), reason="家里情况好转")
    with clock.at(datetime.date(2026, 11, 10)):
        assert leaves.end_leave(actor=world.clerk, leave=leave).handed_back == 1
        waiting.refresh_from_db()
        finished.refresh_from_db()
        assert (waiting.assignee_id, waiting.stands_in_for_id) == (world.clerk.id, None)
        assert (finished.assignee_id, finished.stands_in_for_id) == (world.colleague.id, None)
        assert [p.kind for p in actor_of(world.colleague.user).posts] == ["own"]
    assert AuditEntry.objects.filter(action="case.hand_back").count() == 1
    assert replay(waiting).ok


def test_到期自动失效_不靠任务_任务只搬办件(world: World) -> None:
    case = world.to_accepted(couple())
    leave = on_leave(world)
    with clock.at(BACK):
        assert len(actor_of(world.colleague.user).posts) == 2
        assert leaves.tick() == {"begun": 0, "ended": 0}
    with clock.at(BACK + datetime.timedelta(days=1)):
        assert len(actor_of(world.colleague.user).posts) == 1, "权限按日期失效"
        assert leaves.tick() == {"begun": 0, "ended": 1}
        assert leaves.tick() == {"begun": 0, "ended": 0}, "重复运行不重复交还"
    case.refresh_from_db()
    leave.refresh_from_db()
    assert case.assignee_id == world.clerk.id and leave.state == "ended"


def test_提前办好的休假_到开始那天才移交(world: World) -> None:
    case = world.to_accepted(couple())
    start = TODAY + datetime.timedelta(days=3)
    leaves.take_leave(
        actor=world.leader,
        user=world.clerk.user,
        deputy=world.colleague.user,
        starts_on=start,
        ends_on=BACK,
        reason="产假",
    )
    case.refresh_from_db()
    assert case.assignee_id == world.clerk.id and len(actor_of(world.colleague.user).posts) == 1
    with clock.at(start):
        assert leaves.tick()["begun"] == 1
    case.refresh_from_db()
    assert case.assignee_id == world.colleague.id


def test_自己请假要等确认_负责人或安全管理员确认_本人和代理人不行(world: World) -> None:
    case = world.to_accepted(couple())
    leave = on_leave(world, who=world.clerk)
    case.refresh_from_db()
    assert leave.state == "asked" and case.assignee_id == world.clerk.id and not leave.assignments.exists()
    for nobody in (world.clerk, world.colleague, world.reviewer, world.stranger):
        with pytest.raises(RoleRefused):
            leaves.confirm_leave(actor=nobody, leave=leave)
    leaves.confirm_leave(actor=world.leader, leave=leave)
    with pytest.raises(AccountError, match="已确认"):
        leaves.confirm_leave(actor=world.leader, leave=leave)
    case.refresh_from_db()
    assert case.assignee_id == world.colleague.id


def test_外乡镇的人来代理_要安全管理员确认_代理到了就能办(world: World) -> None:
    case = world.to_accepted(couple())
    stranger = world.stranger
    with pytest.raises(RoleRefused, match="安全管理员"):
        on_leave(world, deputy=stranger)
    security = world.staff("sec", "安全员", "sec_admin", COUNTY)
    on_leave(world, deputy=stranger, who=security)
    assert actor_of(stranger.user).can("case.accept", VILLAGE).kind == "deputy"
    assert world.do(case, "start", actor_of(stranger.user)).data["on_behalf_of_name"] == "林经办"


def test_不相容的代理人_请假时就说明(world: World) -> None:
    with pytest.raises(RoleRefused, match="不能代理“乡镇经办员”：调查人不得审核确认"):
        on_leave(world, deputy=world.reviewer, who=world.clerk)
    with pytest.raises(AccountError, match="本人"):
        on_leave(world, deputy=world.clerk)


def test_休假不能重叠_代理人也不能在休假(world: World) -> None:
    on_leave(world)
    with pytest.raises(AccountError, match="已有休假"):
        on_leave(world)
    with pytest.raises(AccountError, match="也休假"):
        leaves.take_leave(
            actor=world.leader,
            user=world.colleague.user,
            deputy=world.clerk.user,
            starts_on=TODAY,
            ends_on=TODAY,
            reason="事假",
        )


def test_代理人与被代理人按同一人_本人查过的_代理人也不能确认_反过来也一样(world: World) -> None:
    """赵科长曾在乡镇调查过这一户；他休假，代理人以他的名义确认也不行。"""
    security = world.staff("sec", "安全员", "sec_admin", COUNTY)
    second = world.staff("second", "陆科员", "county_reviewer", COUNTY)
    case = world.to_review(couple())
    visit = case.evidence.filter(kind="visit").latest("at")
    visit.data = {**visit.data, "investigators": [{"user_id": str(world.reviewer.id), "name": "赵科长"}]}
    visit.save(update_fields=["data"])
    # What makes 陆科员 the deputy for this case is the hand-over, as in a real leave.
    Case.objects.filter(pk=case.pk).update(assignee=world.reviewer.user)
    with clock.at(datetime.date(2026, 11, 12)):
        leaves.take_leave(
            actor=security,
            user=world.reviewer.user,
            deputy=second.user,
            starts_on=clock.today(),
            ends_on=BACK,
            reason="学习",
        )
        case.refresh_from_db()
        [approve] = [a for a in selectors.allowed_acts(case, actor_of(second.user)) if a.act.code == "approve"]
        assert not approve.enabled and "按同一人对待" in approve.why_not[0]
        Case.objects.filter(pk=case.pk).update(stands_in_for=None)
        case.refresh_from_db()
        [approve] = [a for a in selectors.allowed_acts(case, actor_of(second.user)) if a.act.code == "approve"]
        assert approve.enabled, "用自己的岗位、以自己的名义，可以确认"


def test_以她的名义调查过的_她回来后也不能确认(world: World) -> None:
    from minzheng.kernel.cases.running.authority import kept_apart
    from minzheng.kernel.items import registry

    case = world.to_checked(couple())
    flow = registry.get(case.item_code).flow
    approve = flow.act("approve")
    acts = list(case.acts.all())
    for act in acts:
        act.actor_id = world.colleague.id
        act.data = {**act.data, "on_behalf_of": str(world.reviewer.id)}
    assert "不能再审核确认" in kept_apart(flow, approve, world.reviewer, acts, set(), set())


def test_旧数据里身兼不相容岗位的人_什么也办不了_句子说出两个岗位(world: World) -> None:
    case = world.to_accepted(couple())
    Assignment.objects.create(
        user=world.clerk.user,
        role="town_leader",
        organization=world.window,
        region_code=TOWN,
        valid_from=datetime.date(2020, 1, 1),
    )
    both = actor_of(world.clerk.user)
    with pytest.raises(NotAllowed, match="乡镇经办员.*乡镇负责人|乡镇负责人.*乡镇经办员"):
        world.do(case, "start", both)
    with pytest.raises(NotAllowed, match="不相容"):
        world.do(case, "start", both.choosing(both.posts[0].pk))
    with pytest.raises((RoleRefused, NotAllowed), match="不相容"):
        handover.hand_over(actor=both, from_user=world.clerk.user, to_user=world.colleague.user, reason="x")


def test_移交要有分派权_选中的件_接手人办得了才行(world: World) -> None:
    first, second = world.to_accepted(couple()), world.to_accepted(couple())
    clerk, colleague = world.clerk.user, world.colleague.user
    with pytest.raises(NotAllowed, match="分派范围"):
        handover.hand_over(actor=world.clerk, from_user=clerk, to_user=colleague, reason="调整")
    elsewhere = world.staff("leader2", "外镇长", "town_leader", OTHER_TOWN)
    with pytest.raises(NotAllowed):
        handover.hand_over(actor=elsewhere, from_user=clerk, to_user=colleague, reason="调整")
    with pytest.raises(Refused, match="办不了"):
        handover.hand_over(actor=world.leader, from_user=clerk, to_user=world.stranger.user, reason="调整")
    with pytest.raises(Refused, match="事由"):
        handover.hand_over(actor=world.leader, from_user=clerk, to_user=colleague, reason=" ")
    with pytest.raises(Refused, match="已不在"):
        handover.hand_over(actor=world.leader, from_user=colleague, to_user=clerk, cases=[first.pk], reason="调整")
    assert (
        handover.hand_over(actor=world.leader, from_user=clerk, to_user=colleague, cases=[first.pk], reason="工作调整")
        == 1
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.assignee_id, first.stands_in_for_id) == (colleague.pk, None)
    assert second.assignee_id == clerk.pk


def test_近亲属不接手(world: World) -> None:
    case = world.to_accepted(couple())
    Evidence.objects.create(
        case=case, kind="relative", title="近亲属", at=clock.now(), data={"user_id": str(world.colleague.id)}
    )
    with pytest.raises(Refused, match="应当回避"):
        handover.hand_over(actor=world.leader, from_user=world.clerk.user, to_user=world.colleague.user, reason="调整")
    leave = on_leave(world)
    case.refresh_from_db()
    assert leave.handed_over == 0 and case.assignee_id == world.clerk.id
    assert [c.pk for c in handover.unattended(world.leader)] == [case.pk], "留给负责人另行分派"


def test_调离的人_岗位当即失效_在办件列出来待分派_没交清不能停用(world: World) -> None:
    case = world.to_accepted(couple())
    admin = world.staff("admin", "系统员", "sys_admin", COUNTY)
    security = world.staff("sec", "安全员", "sec_admin", COUNTY)
    clerk = world.clerk.user
    assert not handover.unattended(world.leader).exists()
    post = clerk.assignments.get()
    accounts.end_assignment(actor=security, assignment=post, on=TODAY - datetime.timedelta(days=1), reason="调离")
    assert actor_of(clerk).posts == ()
    assert [c.pk for c in handover.unattended(world.leader)] == [case.pk]
    clerk.region_code = TOWN
    clerk.save(update_fields=["region_code"])
    with pytest.raises(AccountError, match="还有 1 件在办.*移交"):
        accounts.set_active(actor=admin, user=clerk, active=False, reason="调离")
    handover.hand_over(actor=world.leader, from_user=clerk, to_user=world.colleague.user, reason="调离")
    assert not handover.unattended(world.leader).exists()
    assert not accounts.set_active(actor=admin, user=clerk, active=False, reason="调离").is_active


def test_被代理的岗位结束_代理随之结束(world: World) -> None:
    on_leave(world)
    accounts.end_assignment(actor=SYSTEM, assignment=world.clerk.user.assignments.get(), on=TODAY, reason="调离")
    deputy = world.colleague.user.assignments.get(kind="deputy")
    assert deputy.valid_to == TODAY
