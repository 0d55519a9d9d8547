"""What people do with a task, who may, and what is refused with which sentence."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from minzheng.business.bureau.plans import importing as plans
from minzheng.business.bureau.plans.models import PlanVersion
from minzheng.business.bureau.supervision import (
    bulletins,
    checking,
    handling,
    planning,
    proofs,
    reminding,
    selectors,
    starting,
    steering,
)
from minzheng.business.bureau.supervision.handling import Report
from minzheng.business.bureau.supervision.models import SupervisedTask, TaskAct
from minzheng.business.bureau.supervision.starting import Share, Source
from minzheng.business.bureau.supervision.tests.conftest import OTHER, TOWN, YEAR, World, paper
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import Assignment
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.errors import NotAllowed, Refused, Stale
from minzheng.kernel.documents.errors import UploadRefused

pytestmark = pytest.mark.django_db
D = datetime.date
QUOTA = Source("困难老年人家庭适老化改造400户。", "适老化改造", comparator="=", target=Decimal(400), unit="户")
MID = D(2026, 6, 1)


def test_从立项到归档_一步不少_承办人不能自己核查(world: World) -> None:
    task = world.signed()
    task = world.report(task, 40, MID)
    assert (task.state, task.progress, task.last_feedback_on) == ("handling", 40, MID)
    with clock.at(MID), pytest.raises(Refused, match="佐证"):
        handling.feedback(actor=world.reviewer, task=task, report=Report("都改造完了", 100))
    task = world.report(task, 100, D(2026, 7, 1))
    assert (task.state, task.finished_on, task.forced) == ("checking", D(2026, 7, 1), False)
    own = world.officer
    with clock.at(D(2026, 7, 2)):
        with pytest.raises(Refused, match="方式"):
            checking.close(actor=own, task=task, mode="telephone", opinion="属实")
        with pytest.raises(Refused, match="写明"):
            checking.send_back(actor=own, task=task, reason=" ")
        task = checking.send_back(actor=own, task=task, reason="缺 3 户照片")
        assert (task.state, task.progress, task.returned) == ("redo", 40, 1)
    task = world.report(task, 100, D(2026, 7, 8))
    with clock.at(D(2026, 7, 9)):
        task = checking.close(actor=own, task=task, mode="papers", opinion="抽查 20 户，属实")
        with pytest.raises(Stale, match="已办结"):
            steering.archive(actor=world.head, task=task)
        bulletin = bulletins.issue(
            actor=world.head, owner=world.bureau, first=YEAR[0], last=D(2026, 7, 9), remark="请继续"
        )
        task.refresh_from_db()
        task = steering.archive(actor=world.head, task=task)
    assert task.state == "archived" and bulletin.no == "990101-TB-2026-01"
    assert bulletin.figures["rate"] == "100.0" and [line["why"] for line in bulletin.lines] == ["done"]
    acts = list(task.acts.values_list("act", flat=True))
    assert acts == [
        "propose",
        "divide",
        "assign",
        "sign",
        "feedback",
        "feedback",
        "send_back",
        "feedback",
        "close",
        "announce",
        "archive",
    ]
    assert AuditEntry.objects.filter(action__startswith="duty.", object_id=task.pk).count() == len(acts)


def test_承办过的人_责任人_替承办人代班的人_都不能核查(world: World) -> None:
    officer, own = world.officer, Source("政策科自己的一项。")
    named = world.task(responsible=officer.id, source=own)
    with clock.at(MID):
        handling.sign(actor=officer, task=named)
    done = world.report(named, 100, MID, by=officer)
    deputy = world.hire("代班人", "county_reviewer", world.bureau)
    Assignment.objects.create(
        user=deputy.user, role="policy_officer", organization=world.bureau, region_code=world.bureau.region_code, valid_from=YEAR[0],
        valid_to=YEAR[1], kind=Assignment.DEPUTY, on_behalf_of=officer.assignments[0],
    )  # fmt: skip
    with clock.at(MID):
        for actor in (officer, actor_of(deputy.user)):
            assert actor.can("duty.check", done.owner_region)
            with pytest.raises(NotAllowed, match="承办过"):
                checking.close(actor=actor, task=done, mode="papers", opinion="好")
            assert done in selectors.tasks(actor, "duty.check") and (
                actor is not officer or done not in selectors.to_check(actor)
            )
        for actor in (world.reviewer, world.leader):
            with pytest.raises(NotAllowed, match="督办单位"):
                checking.close(actor=actor, task=done, mode="papers", opinion="好")
        assert checking.close(actor=world.head, task=done, mode="papers", opinion="好").closed_on == MID


def test_最后一天从20升到100_强制核查而且要到现场(world: World) -> None:
    task = world.report(world.signed(), 20, D(2026, 12, 1))
    task = world.report(task, 100, YEAR[1])
    assert (task.state, task.forced) == ("checking", True)
    with clock.at(D(2027, 1, 4)):
        with pytest.raises(Refused, match="实地核查"):
            checking.close(actor=world.head, task=task, mode="papers", opinion="材料齐")
        task = checking.close(actor=world.head, task=task, mode="spot", opinion="到现场看了 5 户", satisfaction=96)
    assert task.state == "closed" and "满意度 96%" in task.acts.get(act="close").note
    steady = world.report(world.report(world.signed(source=Source("稳步。")), 60, D(2026, 12, 1)), 100, YEAR[1])
    assert not steady.forced


def test_延期_期满前3个工作日以前_最多两次_过期不收_自己不批(world: World) -> None:
    end = D(2026, 9, 30)
    task = world.signed(end=end)
    for day, words in ((D(2026, 10, 9), "已过"), (D(2026, 9, 30), "只剩 0 个"), (D(2026, 9, 28), "3 个工作日以前")):
        with clock.at(day), pytest.raises(Refused, match=words):
            handling.ask_extension(actor=world.reviewer, task=task, end=YEAR[1], reason="天气")
    with clock.at(D(2026, 9, 24)), pytest.raises(Refused, match="晚于现在的期限"):
        handling.ask_extension(actor=world.reviewer, task=task, end=end, reason="天气")
    with clock.at(D(2026, 9, 24)):  # 28, 29, 30: three working days are left
        task = handling.ask_extension(actor=world.reviewer, task=task, end=D(2026, 10, 30), reason="天气")
        with pytest.raises(Refused, match="正等"):
            handling.ask_extension(actor=world.reviewer, task=task, end=D(2026, 11, 30), reason="天气")
        with pytest.raises(NotAllowed):
            steering.decide_extension(actor=world.reviewer, task=task, grant=True)
        with pytest.raises(Refused, match="理由"):
            steering.decide_extension(actor=world.head, task=task, grant=False)
        task = steering.decide_extension(actor=world.head, task=task, grant=True)
        assert (task.end, task.extensions, task.pending_end) == (D(2026, 10, 30), 1, None)
        task = handling.ask_extension(actor=world.reviewer, task=task, end=D(2026, 11, 10), reason="天气")
        task = steering.decide_extension(actor=world.head, task=task, grant=False, opinion="没有必要")
        task = handling.ask_extension(actor=world.reviewer, task=task, end=D(2026, 11, 10), reason="天气")
        task = steering.decide_extension(actor=world.head, task=task, grant=True)
        with pytest.raises(Refused, match="最多 2 次"):
            handling.ask_extension(actor=world.reviewer, task=task, end=D(2026, 12, 10), reason="天气")
    assert task.extensions == 2


def test_量化目标_进度由实际值计算_报完成要到数(world: World) -> None:
    task = world.signed(source=QUOTA)
    with clock.at(MID), pytest.raises(Refused, match="累计实际值"):
        handling.feedback(actor=world.reviewer, task=task, report=Report("做了一批", 100))
    task = world.report(task, None, MID, actual=Decimal(399))
    assert (task.progress, task.actual, task.state) == (99, Decimal(399), "handling")
    with clock.at(MID), pytest.raises(Refused, match="比上次的 99% 低"):
        handling.feedback(actor=world.reviewer, task=task, report=Report("更正", actual=Decimal(200)))
    assert world.report(task, None, MID, actual=Decimal(401), paper=True).state == "checking"
    kept = world.signed(source=Source("投诉不超过10件。", "投诉", comparator="<=", target=Decimal(10), unit="件"))
    with clock.at(MID), pytest.raises(Refused, match="不超过 10件"):
        handling.feedback(actor=world.reviewer, task=kept, report=Report("完成", 100, Decimal(12), files=[paper()]))
    zero = SupervisedTask(comparator=">=", target=Decimal(0))
    assert handling.progress_of(zero, Decimal(5)) is None


def test_分解到乡镇_子任务由县里核查_没办结上级不能办结_别的镇看不到(world: World) -> None:
    task = world.signed(source=QUOTA)
    with clock.at(D(2026, 2, 2)):
        with pytest.raises(NotAllowed):
            starting.delegate(
                actor=world.reviewer, task=task, shares={world.window.pk: Decimal(60)}, end=D(2026, 10, 30)
            )
        (child,) = starting.delegate(
            actor=world.officer, task=task, shares={world.window.pk: Decimal(60)}, end=D(2026, 10, 30)
        )
        with pytest.raises(Refused, match="已经有"):
            starting.delegate(actor=world.officer, task=task, shares={world.window.pk: None}, end=D(2026, 10, 30))
        assert (child.region_code, child.owner_region, child.target, child.parent_id) == (
            TOWN,
            task.region_code,
            60,
            task.pk,
        )
        assert (
            list(selectors.mine(world.clerk)) == [child]
            and not selectors.tasks(world.clerk).filter(pk=task.pk).exists()
        )
        handling.sign(actor=world.clerk, task=child)
        with pytest.raises(NotAllowed, match="承办"):
            handling.feedback(actor=world.reviewer, task=child, report=Report("不是我的", 10))
    child = world.report(child, None, D(2026, 3, 2), by=world.clerk, actual=Decimal(60), paper=True)
    task = world.report(task, None, D(2026, 3, 2), actual=Decimal(400), paper=True)
    with clock.at(D(2026, 3, 3)):
        with pytest.raises(Refused, match="1 项子任务"):
            checking.close(actor=world.head, task=task, mode="papers", opinion="好")
        with pytest.raises(NotAllowed):
            checking.close(actor=world.leader, task=child, mode="papers", opinion="好")
        checking.close(actor=world.head, task=child, mode="papers", opinion="好")
        assert checking.close(actor=world.head, task=task, mode="papers", opinion="好").state == "closed"
    stranger = world.hire("邻县", "bureau_head", world.bureau, OTHER)
    assert not selectors.tasks(stranger).exists() and selectors.get(stranger, task.pk) is None


def test_牵头单位中途撤销_先转办_接手的重新签收(world: World) -> None:
    task = world.task(lead_org=world.centre.pk, responsible=world.matcher.id, assisting=[world.bureau.pk])
    with clock.at(MID):
        handling.sign(actor=world.matcher, task=task)
        note = handling.feedback(actor=world.reviewer, task=task, report=Report("配合完成了名单", 100))
        task.refresh_from_db()
        assert (note.lead, note.progress, task.progress) == (False, None, 0)
        with pytest.raises(NotAllowed, match="配合单位"):
            handling.ask_extension(actor=world.reviewer, task=task, end=D(2027, 1, 31), reason="x")
        world.centre.valid_to = MID - datetime.timedelta(days=1)
        world.centre.save()
        assert list(selectors.orphaned(world.officer)) == [task]
        with pytest.raises(Refused, match="已经撤销"):
            handling.feedback(actor=world.matcher, task=task, report=Report("还在做", 30))
        with pytest.raises(Refused, match="不在“示范县民政局”任职"):
            steering.transfer(
                actor=world.officer,
                task=task,
                lead_org=world.bureau.pk,
                reason="机构改革",
                responsible=world.matcher.id,
            )
        task = steering.transfer(
            actor=world.officer, task=task, lead_org=world.bureau.pk, reason="机构改革", responsible=world.reviewer.id
        )
        assert (task.state, task.lead_name, task.signed_on) == ("assigned", "示范县民政局", None)
        handling.sign(actor=world.reviewer, task=task)


def test_中止恢复_合并_撤项_节点(world: World) -> None:
    steps = [("完成招标", D(2026, 3, 31)), ("完成改造", D(2026, 10, 31))]
    task = world.signed(milestones=steps)
    with clock.at(D(2026, 3, 1)):
        steering.pause(actor=world.officer, task=task, reason="等上级文件")
        with pytest.raises(Stale, match="已中止"):
            handling.feedback(actor=world.reviewer, task=task, report=Report("做了", 30))
    with clock.at(D(2026, 4, 10)):
        task = steering.resume(actor=world.officer, task=task)
        assert (task.state, task.end) == ("handling", YEAR[1] + datetime.timedelta(days=40))
        first = task.milestones.get(seq=1)
        handling.reach(actor=world.reviewer, milestone=first, on=D(2026, 4, 9))
        with pytest.raises(Refused, match="已在 2026-04-09"):
            handling.reach(actor=world.reviewer, milestone=first, on=D(2026, 4, 9))
    task = world.report(task, 100, D(2026, 5, 1))
    with clock.at(D(2026, 5, 2)), pytest.raises(Refused, match="完成改造"):
        checking.close(actor=world.head, task=task, mode="papers", opinion="好")
    other = world.signed(source=Source("同一件事。"))
    with clock.at(D(2026, 5, 2)):
        with pytest.raises(Refused, match="另一项"):
            steering.merge(actor=world.officer, task=other, into=other, reason="重复")
        other = steering.merge(actor=world.officer, task=other, into=task, reason="重复")
        assert (other.state, other.merged_into_id) == ("merged", task.pk)
        fresh = starting.propose(
            actor=world.officer, owner=world.bureau, kind="good", year=2026, source=Source("民生实事。")
        )
        assert starting.drop(actor=world.officer, task=fresh, reason="重复").state == "dropped"
        with pytest.raises(Refused, match="期限不能早于"):
            one = starting.propose(
                actor=world.officer, owner=world.bureau, kind="good", year=2026, source=Source("又一件。")
            )
            starting.divide(actor=world.officer, task=one, share=Share(world.bureau.pk, YEAR[1], YEAR[0]))


TEXT = """示范县民政局2026年民政工作要点
一、养老服务
1.居家改造。困难老年人家庭适老化改造400户，培育4A级及以上社会组织4家，举办公益讲座10场以上。
2.服务质量。加强养老机构日常监管。
"""


@pytest.fixture
def version(world: World) -> PlanVersion:
    return plans.import_text(actor=world.officer, org=world.bureau, year=2026, text=TEXT, name="要点.txt").version


def test_从计划立项_一句三个指标成三项任务_立过的不再立(world: World, version: PlanVersion) -> None:
    offered = planning.candidates(version)
    assert [(one.indicator is not None, one.no) for one in offered] == [(True, ""), (True, ""), (True, ""), (False, "")]
    share = Share(world.bureau.pk, *YEAR, responsible=world.reviewer.id)
    made = planning.from_plan(
        actor=world.officer,
        version=version,
        chosen=[one.key for one in offered],
        kind="year",
        share=share,
        assign_now=True,
    )
    assert [(one.target, one.unit, one.comparator, one.state) for one in made] == [
        (400, "户", "=", "assigned"), (4, "家", "=", "assigned"), (10, "场", ">=", "assigned"), (None, "", "", "assigned"),
    ]  # fmt: skip
    assert len({one.sentence for one in made}) == 2 and made[0].sentence.startswith("困难老年人家庭适老化改造400户")
    assert all(one.no for one in planning.candidates(version))
    with pytest.raises(Refused, match="还没有立项"):
        planning.from_plan(actor=world.officer, version=version, chosen=[offered[0].key], kind="year")
    with pytest.raises(NotAllowed):
        planning.from_plan(actor=world.reviewer, version=version, chosen=[offered[0].key], kind="year")


def test_提醒各说一次_逾期每周再说_通报点名(world: World) -> None:
    task = world.task(D(2026, 5, 6), end=D(2026, 6, 30))
    said = {}
    for day in (
        D(2026, 5, 7),
        D(2026, 5, 8),
        D(2026, 6, 25),
        D(2026, 6, 25),
        D(2026, 7, 2),
        D(2026, 7, 4),
        D(2026, 7, 8),
    ):
        with clock.at(day):
            said[day] = said.get(day, []) + [one.key.partition(":")[0] for one in reminding.remind_all()]
    assert said == {D(2026, 5, 7): [], D(2026, 5, 8): ["sign"], D(2026, 6, 25): ["near"], D(2026, 7, 2): ["late"],
                    D(2026, 7, 4): [], D(2026, 7, 8): ["late"]}  # fmt: skip
    with clock.at(D(2026, 7, 8)):
        told = bulletins.draft(world.bureau, YEAR[0], D(2026, 7, 8))
        assert [line["why"] for line in told.lines] == ["late"] and told.figures["rate"] == "0.0"
        bulletins.issue(actor=world.officer, owner=world.bureau, first=YEAR[0], last=D(2026, 7, 8))
        assert task.acts.last().act == "name_late"
        assert selectors.standing(world.bureau).due == 1 and len(selectors.open_tasks(world.head, world.bureau)) == 1
        assert list(selectors.tasks(world.head).filter(selectors.overdue_q(clock.today()))) == [task]
        assert list(selectors.with_light(selectors.tasks(world.head), "red", clock.today())) == [task]
    with clock.at(D(2026, 7, 8)), pytest.raises(NotAllowed):
        bulletins.issue(actor=world.reviewer, owner=world.bureau, first=YEAR[0], last=D(2026, 7, 8))


def test_动作只能追加_改了状态栏会被查出来(world: World) -> None:
    task = world.signed()
    assert proofs.folds().ok and proofs.folds().checked == 1
    SupervisedTask.objects.filter(pk=task.pk).update(progress=99)
    assert "进度" in proofs.folds().problems[0] and task.no in proofs.folds().problems[0]
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        TaskAct.objects.filter(task=task).update(note="改写")
    with pytest.raises(UploadRefused), transaction.atomic():
        handling.feedback(actor=world.reviewer, task=task, report=Report("完成", 100, files=[_text()]))
    assert task.acts.count() == 4


def _text() -> object:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("说明.txt", b"words")
