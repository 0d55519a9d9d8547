"""故事一: 刘桂芳家从手机申请到发放明细，四个人各做各的。"""

from __future__ import annotations

import datetime

from minzheng.business.assistance.tests.world import PHOTO, World, couple
from minzheng.kernel import clock
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import Award
from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.notices.models import OutboxMessage


def test_从手机申请到发放明细(world: World) -> None:
    family = couple()
    world.fact(family[1], "tax", "wage", 120000, "工资薪金")
    citizen = world.citizen(family[0])
    case = world.draft(family)
    services.submit(case_id=case.pk, actor=citizen, data={"promise": "yes"})
    case.refresh_from_db()
    assert case.state == "SUBMITTED" and case.no == "990101-DB-2026-000001"
    assert case.due_on == datetime.date(2026, 11, 5)

    world.do(case, "accept", world.clerk)
    assert case.state == "ACCEPTED" and case.event_date == datetime.date(2026, 11, 2)
    assert case.due_on == datetime.date(2026, 11, 5), "受理 11-02 起 3 个工作日内启动调查"
    assert case.total_due_on == datetime.date(2026, 12, 14), "受理 11-02 起 30 个工作日"
    assert case.household_id and all(m.person_id and m.frozen_at for m in case.members.all())

    world.do(case, "start", world.clerk)
    world.do(case, "run_match", world.clerk)
    report = case.evidence.get(kind="match_report")
    assert report.data["differences"] == [] and report.valid_until == datetime.date(2027, 1, 31)
    assert report.data["members"][1]["facts"][0]["source_title"] == "税务"
    world.visit(case)
    world.do(case, "opinion", world.leader, conclusion="agree", opinion="家庭困难，拟同意。")
    assert case.state == "INITIAL_OPINION"
    sheet = case.evidence.get(kind="assessment").data
    assert sheet["eligible"] and sheet["amount_fen"] > 0

    world.do(case, "post", world.clerk, place="李家村村务公开栏", photo=PHOTO)
    posted = case.publicities.get()
    assert posted.ends_on == datetime.date(2026, 11, 9)
    assert posted.public_row == {"applicant_name": "刘*芳", "persons": 3, "amount_fen": sheet["amount_fen"]}

    with clock.at(datetime.date(2026, 11, 10)):
        world.do(case, "publicity_end", world.clerk, photo=PHOTO)
        assert case.state == "REVIEW" and case.due_on == datetime.date(2026, 11, 24)
        world.do(case, "approve", world.reviewer, opinion="同意")
    assert case.state == "APPROVED"
    award = Award.objects.get(case=case)
    assert award.amount_fen == sheet["amount_fen"] and award.persons == 3
    assert award.first_month == datetime.date(2026, 12, 1), "确认次月起发"
    line = award.lines.get()
    assert (line.month, line.amount_fen, line.state) == (award.first_month, award.amount_fen, "planned")
    assert line.due_on == datetime.date(2026, 12, 10)
    assert recompute(award).ok and recompute(award).computed_fen == award.amount_fen

    replayed = services.replay(case)
    assert replayed.ok, replayed.problems
    issued = IssuedDocument.objects.filter(case=case).order_by("created_at").values_list("code", flat=True)
    assert list(issued) == ["N16", "N16", "N01", "N05", "N06"], "受理时两名成年人的授权书编号入卷"
    assert OutboxMessage.objects.filter(case=case, channel="inapp").count() == 4
    actions = set(AuditEntry.objects.filter(object_id=case.pk).values_list("action", flat=True))
    assert {"case.submit", "case.accept", "case.run_match", "case.opinion", "case.post", "case.approve"} <= actions
    assert {a.actor_name for a in case.acts.all()} == {"刘桂芳", "林经办", "王镇长", "赵科长"}


def test_次月起进入享受待遇并排下次复核(world: World) -> None:
    case = world.to_review(couple())
    with clock.at(datetime.date(2026, 11, 12)):
        world.do(case, "approve", world.reviewer)
    from minzheng.kernel.accounts.actors import SYSTEM

    with clock.at(datetime.date(2026, 12, 1)):
        world.do(case, "start_payment", SYSTEM)
    assert case.state == "IN_PAYMENT"
    assert case.due_on == Award.objects.get(case=case).next_review_on == datetime.date(2027, 2, 12), (
        "有劳动力的 C 类每季复核"
    )
    assert services.replay(case).ok


def test_时间线说得清谁在什么时候做了什么(world: World) -> None:
    case = world.to_review(couple())
    lines = selectors.timeline(case)
    assert [e.title for e in lines] == [
        "提交申请",
        "受理",
        "启动调查",
        "信息核对",
        "入户调查",
        "初审意见",
        "张榜公示",
        "公示期满上报",
    ]
    assert lines[0].role == "申请人" and lines[1].organization == "东安镇民政服务窗口"
    assert lines[1].kept is True and lines[1].due_on == datetime.date(2026, 11, 5)
