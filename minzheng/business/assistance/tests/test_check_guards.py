"""调查、初审、公示、异议的条件."""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.assistance.tests.world import PHOTO, TOWN, World, couple
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import ANONYMOUS
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.cases.models import Case

AGREE = {"conclusion": "agree", "opinion": "拟同意。"}


def investigating(world: World, **extra: object) -> Case:
    case = world.to_accepted(couple(), **extra)
    world.do(case, "start", world.clerk)
    return case


# ---- 核对 ----


def test_没有核对报告和入户不能初审(world: World) -> None:
    case = investigating(world)
    with pytest.raises(Refused) as refused:
        world.do(case, "opinion", world.leader, **AGREE)
    assert refused.value.sentences[0] == "还没有核对报告，请先发起信息核对。"
    assert "还没有入户调查记录，请先完成入户调查。" in refused.value.sentences


def test_核对报告过期要重新核对(world: World) -> None:
    """§2.5: 90 日有效."""
    case = investigating(world)
    world.do(case, "run_match", world.clerk)
    world.visit(case)
    with clock.at(datetime.date(2027, 2, 1)), pytest.raises(Refused, match="核对报告已于 2027-01-31 过期"):
        world.do(case, "opinion", world.leader, **AGREE)


def test_核对没有包括的成员要重新核对(world: World) -> None:
    case = investigating(world)
    case.members.filter(name="周建国").update(in_count=False)
    world.do(case, "run_match", world.clerk)
    world.visit(case)
    case.members.filter(name="周建国").update(in_count=True)
    with pytest.raises(Refused, match="核对报告没有包括周建国"):
        world.do(case, "opinion", world.leader, **AGREE)


def test_授权撤回以后不能再查询可以终止(world: World) -> None:
    case = investigating(world)
    services.revoke_consent(case_id=case.pk, member_id=case.members.get(name="周建国").pk, actor=world.clerk)
    with pytest.raises(Refused, match="还缺成年家庭成员周建国"):
        world.do(case, "run_match", world.clerk)
    world.do(case, "abort", world.clerk, reason_code="R06", facts="周建国撤回授权。")
    assert case.state == "ABORTED"


def test_拒不配合先书面警告(world: World) -> None:
    case = investigating(world)
    refusal = {"reason_code": "R06", "facts": "三次上门均拒绝入户。"}
    with pytest.raises(Refused, match="先书面警告"):
        world.do(case, "abort", world.clerk, **refusal)
    world.do(case, "warn", world.clerk, content="请于三日内配合入户。", proofs=PHOTO)
    world.do(case, "abort", world.clerk, **refusal)
    assert case.state == "ABORTED"


# ---- 入户 ----


def test_在场的人必须是家庭成员(world: World) -> None:
    case = investigating(world)
    with pytest.raises(Refused, match="“邻居老张”不在家庭成员里"):
        world.visit(case, present="邻居老张")


def test_第二名调查人没有账号要有纸质签名照片(world: World) -> None:
    case = investigating(world)
    with pytest.raises(Refused) as refused:
        world.visit(case, second_signature=None)
    assert "second_signature" in refused.value.fields


def test_第二名调查人不能是自己(world: World) -> None:
    case = investigating(world)
    with pytest.raises(Refused, match="不能是您自己"):
        world.visit(case, second_name="林经办")
    with pytest.raises(Refused, match="不能是您自己"):
        world.visit(case, second_kind="account", second_username="clerk")


def test_有账号的第二名调查人要自己签字(world: World) -> None:
    case = investigating(world)
    world.do(case, "run_match", world.clerk)
    world.visit(case, second_kind="account", second_username="colleague")
    with pytest.raises(Refused, match="两名以上调查人签字"):
        world.do(case, "opinion", world.leader, **AGREE)
    with pytest.raises(Refused, match="没有等您签字的入户调查记录"):
        world.do(case, "cosign_visit", world.clerk)
    world.do(case, "cosign_visit", world.colleague)
    world.do(case, "opinion", world.leader, **AGREE)
    assert case.state == "INITIAL_OPINION"


def test_签名照片必须是这个办件的材料(world: World) -> None:
    case, other = investigating(world), world.to_accepted(couple())
    foreign = world.attachment(other)
    with pytest.raises(Refused) as refused:
        world.visit(case, second_signature=[str(foreign)])
    assert "不属于这个办件" in refused.value.fields["second_signature"]


# ---- 初审 ----


def test_经办员不能签初审意见(world: World) -> None:
    case = world.to_checked(couple())
    with pytest.raises(NotAllowed):
        world.do(case, "opinion", world.clerk, **AGREE)


def test_拟不同意要有理由代码并由测算支持(world: World) -> None:
    case = world.to_checked(couple())
    with pytest.raises(Refused) as refused:
        world.do(case, "opinion", world.leader, conclusion="disagree", opinion="不同意")
    assert "reason_code" in refused.value.fields
    with pytest.raises(Refused, match="没有出现“财产超标”"):
        world.do(case, "opinion", world.leader, conclusion="disagree", reason_code="R02", opinion="不同意")


# ---- 公示 ----


def test_公示要有张榜照片(world: World) -> None:
    case = world.to_checked(couple())
    world.do(case, "opinion", world.leader, **AGREE)
    with pytest.raises(Refused) as refused:
        world.do(case, "post", world.clerk, place="公开栏")
    assert "photo" in refused.value.fields


def test_公示没满七天不能结束(world: World) -> None:
    """11-02 张榜，11-09 当日结束才满."""
    case = world.to_posted(couple())
    for day in (3, 9):
        with clock.at(datetime.date(2026, 11, day)), pytest.raises(Refused, match="公示到 2026-11-09 当日结束才满"):
            world.do(case, "publicity_end", world.clerk, photo=PHOTO)


def test_国庆节里到期的公示顺延(world: World) -> None:
    """9-28 张榜，第七天 10-05 放假，顺延到 10-08."""
    with clock.at(datetime.date(2026, 9, 28)):
        case = world.to_posted(couple())
    assert case.publicities.get().ends_on == datetime.date(2026, 10, 8)


def test_公示内容只有三项(world: World) -> None:
    case = world.to_posted(couple())
    [row] = selectors.open_publicities()
    assert row.case_id == case.pk and set(row.public_row) == {"applicant_name", "persons", "amount_fen"}


def test_第七天夜里的异议有效第八天走投诉(world: World) -> None:
    """§1.14 第 14 例."""
    case = world.to_posted(couple())
    said = {"content": "他家在县城有门面", "objector_name": "李四", "objector_phone": "13911112222"}
    with clock.at(datetime.datetime(2026, 11, 10, 0, 1)), pytest.raises(Refused, match="登记公示期满后的异议"):
        services.perform(case_id=case.pk, act="objection", actor=ANONYMOUS, data=said)
    with clock.at(datetime.datetime(2026, 11, 9, 23, 59)):
        services.file_objection(case_id=case.pk, actor=ANONYMOUS, data=said)
    case.refresh_from_db()
    assert case.state == "OBJECTION"
    with clock.at(datetime.date(2026, 11, 10)), pytest.raises(Refused, match="只有在“公示中”"):
        world.do(case, "publicity_end", world.clerk, photo=PHOTO)


def test_异议人身份只在密封的证据里(world: World) -> None:
    case = world.to_posted(couple())
    said = {"content": "他家在县城有门面", "objector_name": "李四", "objector_phone": "13911112222"}
    services.file_objection(case_id=case.pk, actor=ANONYMOUS, data=said)
    act = case.acts.get(code="objection")
    assert act.actor_name == "群众" and "李四" not in str(act.data) and "门面" not in str(act.data)
    assert all("李四" not in str(e) for e in selectors.timeline(case))
    assert all("李四" not in str(e.detail) for e in AuditEntry.objects.filter(object_id=case.pk))
    kept = case.evidence.get(kind="objection")
    assert "李四" not in str(kept.data) and "门面" not in str(kept.data)
    row = case.public_objections.get()
    assert (row.name, row.phone, row.content, row.evidence_id) == ("李四", "13911112222", "他家在县城有门面", kept.pk)


def test_匿名异议要留姓名电话(world: World) -> None:
    case = world.to_posted(couple())
    with pytest.raises(Refused, match="请留下姓名和手机号码"):
        services.file_objection(case_id=case.pk, actor=ANONYMOUS, data={"content": "有房"})


COUNCIL = {
    "method": "council",
    "people": "13",
    "villagers": "5",
    "committee": "4",
    "votes_for": "9",
    "findings": "情况属实，符合条件。",
    "records": PHOTO,
}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"people": "12"}, "应不少于 13 人且为单数"),
        ({"people": "14"}, "应不少于 13 人且为单数"),
        ({"villagers": "4"}, "居民代表应不少于"),
        ({"committee": "5"}, "成员应不超过"),
        ({"votes_for": "14"}, "赞成人数不能超过"),
    ],
)
def test_民主评议的人数要合规(world: World, change: dict[str, str], sentence: str) -> None:
    case = objected(world)
    with pytest.raises(Refused, match=sentence):
        world.do(case, "finish_objection", world.clerk, **(COUNCIL | change))


def objected(world: World) -> Case:
    case = world.to_posted(couple())
    services.file_objection(case_id=case.pk, actor=world.clerk, data={"content": "他家有门面"})
    case.refresh_from_db()
    return case


def test_异议评议后要重新提出意见重新公示(world: World) -> None:
    case = objected(world)
    services.file_objection(case_id=case.pk, actor=world.clerk, data={"content": "还有一件事"})
    with clock.at(datetime.date(2026, 11, 6)):
        world.do(case, "finish_objection", world.clerk, **COUNCIL)
        assert case.state == "INITIAL_OPINION"
        with pytest.raises(Refused, match="还没有（新的）初审意见"):
            world.do(case, "post", world.clerk, place="公开栏", photo=PHOTO)
        world.do(case, "opinion", world.leader, **AGREE)
        with pytest.raises(Refused, match="初审意见已经提出"):
            world.do(case, "opinion", world.leader, **AGREE)
        world.do(case, "post", world.clerk, place="公开栏", photo=PHOTO)
    assert [p.ends_on for p in case.publicities.order_by("id")] == [
        datetime.date(2026, 11, 9),
        datetime.date(2026, 11, 13),
    ]
    with clock.at(datetime.date(2026, 11, 14)):
        world.do(case, "publicity_end", world.clerk, photo=PHOTO)
    assert case.state == "REVIEW" and services.replay(case).ok


def test_异议复查期间办结时限停表(world: World) -> None:
    case = objected(world)
    with clock.at(datetime.date(2026, 11, 9)):
        world.do(case, "finish_objection", world.clerk, method="reinvestigation", findings="不实", records=PHOTO)
    # 11-02 起停，11-09 复查完：11-03 至 11-09 的 5 个工作日不算，12-14 顺延到 12-21
    assert case.total_due_on == datetime.date(2026, 12, 21)


# ---- 回避 ----


def test_近亲属不能办理并须县级入户(world: World) -> None:
    """§1.14 第 15 例."""
    case = investigating(world)
    world.do(
        case, "register_relative", world.clerk, relative_detail="陈同事是申请人表弟", relative_username="colleague"
    )
    assert case.needs_county_visit
    with pytest.raises(NotAllowed, match="应当回避"):
        world.visit(case, actor=world.colleague)
    world.visit(case)


def test_申报了近亲属的受理时自动备案(world: World) -> None:
    case = world.to_accepted(couple(), home={"near_relative": "yes", "near_relative_detail": "哥哥是村委委员"})
    assert case.needs_county_visit and "村委委员" in case.evidence.get(kind="relative").data["detail"]


def test_备案用户名不存在要指出(world: World) -> None:
    case = investigating(world)
    with pytest.raises(Refused) as refused:
        world.do(case, "register_relative", world.clerk, relative_detail="某人", relative_username="nobody")
    assert "relative_username" in refused.value.fields


def test_领导的岗位只管本镇(world: World) -> None:
    other = world.staff("other", "李镇长", "town_leader", TOWN[:6] + "002000")
    case = world.to_checked(couple())
    from minzheng.kernel.cases.errors import NotFound

    with pytest.raises(NotFound):
        world.do(case, "opinion", other, **AGREE)
