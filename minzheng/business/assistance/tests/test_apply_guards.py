"""申请与受理的条件: 每一条都用一句话拒绝，并且什么也不改变。"""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.assistance.tests.world import PHOTO, VILLAGE, Kin, World, couple, id_no
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused
from minzheng.kernel.cases.models import Case, Consent

PROMISE = {"promise": "yes"}


def submit(world: World, case: Case, family: list[Kin]) -> None:
    services.submit(case_id=case.pk, actor=world.citizen(family[0]), data=PROMISE)
    case.refresh_from_db()


# ---- 草稿 ----


def test_两次点开始只有一份草稿(world: World) -> None:
    citizen = world.citizen(couple()[0])
    one = services.start_draft(item_code="assistance.dibao", actor=citizen)
    two = services.start_draft(item_code="assistance.dibao", actor=citizen)
    assert one.pk == two.pk


def test_档案里已有的不用再填(world: World) -> None:
    head = couple()[0]
    case = services.start_draft(item_code="assistance.dibao", actor=world.citizen(head))
    assert case.form["applicant"]["id_no"] == head.number
    assert [m.name for m in case.members.all()] == ["刘桂芳"]


def test_填错的内容原样保留并指出是哪一格(world: World) -> None:
    citizen = world.citizen(couple()[0])
    case = services.start_draft(item_code="assistance.dibao", actor=citizen)
    result = services.save_step(
        case_id=case.pk, step="home", raw={"urban": "农村", "deposits": "三千", "houses": "1"}, actor=citizen
    )
    assert "请填写数字" in result.errors["deposits"] and "vehicles" in result.errors and result.next_step == "obligors"
    case.refresh_from_db()
    assert case.form["property"]["houses"] == 1
    from minzheng.kernel.items import registry

    assert registry.get(case.item_code).form.shown("home", case.form)["deposits"] == "三千"


def test_收入一步按家人逐行保存不丢人(world: World) -> None:
    family = couple()
    case = world.draft(family)
    citizen = world.citizen(family[0])
    services.save_step(case_id=case.pk, step="income", raw=[{"wage": "1"}, {"wage": "abc"}], actor=citizen)
    case.refresh_from_db()
    assert [r["name"] for r in case.form["members"]] == ["刘桂芳", "周建国", "周小雨"]
    assert case.form["members"][0]["wage"] == 100


def test_换了身份证号码原来的授权作废(world: World) -> None:
    family = couple()
    case = world.draft(family)
    assert Consent.objects.filter(case=case).count() == 2
    family[1].number = id_no(family[1].born)
    rows = world.answers(family, VILLAGE, {}, {})["members"]
    services.save_step(case_id=case.pk, step="members", raw=rows, actor=world.citizen(family[0]))
    assert [c.name for c in Consent.objects.filter(case=case)] == ["刘桂芳"]


def test_别人看不见草稿(world: World) -> None:
    case = world.draft(couple())
    assert not selectors.visible_to(world.clerk).filter(pk=case.pk).exists()
    with pytest.raises(NotFound):
        services.save_step(case_id=case.pk, step="home", raw={}, actor=world.citizen(couple()[1]))


# ---- 提交 ----


def test_有一位成年人没有授权不能提交(world: World) -> None:
    family = couple()
    case = world.draft(family)
    Consent.objects.filter(case=case, name="周建国").delete()
    with pytest.raises(Refused, match="还缺成年家庭成员周建国的核对授权"):
        submit(world, case, family)
    case.refresh_from_db()
    assert (case.state, case.no, case.acts.count()) == ("DRAFT", None, 0)


def test_没有勾选承诺不能提交(world: World) -> None:
    family = couple()
    case = world.draft(family)
    with pytest.raises(Refused) as refused:
        services.submit(case_id=case.pk, actor=world.citizen(family[0]), data={})
    assert "promise" in refused.value.fields


def test_家里两个人身份证号码相同不能提交(world: World) -> None:
    family = couple()
    case = world.draft(family)
    family[2].number = family[1].number
    rows = world.answers(family, VILLAGE, {}, {})["members"]
    errors = services.save_step(case_id=case.pk, step="members", raw=rows, actor=world.citizen(family[0])).errors
    assert errors["2.id_no"] == "第 3 位与第 2 位的身份证号码相同，请核对或删去一行。"
    with pytest.raises(Refused, match="身份证号码相同"):
        submit(world, case, family)


def test_申请人必须是家庭成员(world: World) -> None:
    family = couple()
    case = world.draft(family)
    rows = world.answers(family[1:], VILLAGE, {}, {})["members"]
    services.save_step(case_id=case.pk, step="members", raw=rows, actor=world.citizen(family[0]))
    with pytest.raises(Refused, match="要有申请人本人"):
        submit(world, case, family)


def test_不能用别人的身份证号码在自己手机上申请(world: World) -> None:
    family = couple()
    case = world.draft(family)
    other = id_no(datetime.date(1970, 1, 1))
    raw = world.answers(family, VILLAGE, {}, {"id_no": other})
    for step in ("applicant", "members"):
        if step == "members":
            raw[step][0]["id_no"] = other
        services.save_step(case_id=case.pk, step=step, raw=raw[step], actor=world.citizen(family[0]))
    with pytest.raises(Refused, match="与登录人不一致"):
        submit(world, case, family)


def test_同一家人不能重复申请(world: World) -> None:
    family = couple()
    first = world.draft(family)
    submit(world, first, family)
    swapped = [
        Kin("周建国", "本人", family[1].born, number=family[1].number),
        Kin("刘桂芳", "配偶", family[0].born, number=family[0].number),
    ]
    second = world.draft(swapped)
    with pytest.raises(Refused, match="不能重复申请"):
        submit(world, second, swapped)
    world.do(first, "withdraw", world.citizen(family[0]))
    submit(world, second, swapped)
    assert second.state == "SUBMITTED"


def test_窗口受理员代为登记并由系统建档(world: World) -> None:
    family = couple()
    case = services.start_draft(item_code="assistance.dibao", actor=world.clerk, channel="window")
    for step, raw in world.answers(family, VILLAGE, {}, {}).items():
        assert services.save_step(case_id=case.pk, step=step, raw=raw, actor=world.clerk).ok
    case.refresh_from_db()
    world.sign_all(case, world.clerk)
    services.submit(case_id=case.pk, actor=world.clerk, data=PROMISE)
    case.refresh_from_db()
    assert case.state == "SUBMITTED" and case.applicant.name == "刘桂芳" and case.acts.get().role == "town_clerk"


def test_代办要有委托书(world: World) -> None:
    family = couple()
    case = services.start_draft(item_code="assistance.dibao", actor=world.clerk, channel="proxy")
    for step, raw in world.answers(family, VILLAGE, {}, {}).items():
        services.save_step(case_id=case.pk, step=step, raw=raw, actor=world.clerk)
    case.refresh_from_db()
    world.sign_all(case, world.clerk)
    with pytest.raises(Refused, match="委托书照片"):
        services.submit(case_id=case.pk, actor=world.clerk, data=PROMISE)
    world.do(case, "submit", world.clerk, promise="yes", mandate=PHOTO)
    assert case.state == "SUBMITTED"


def test_外镇经办员不能代本镇登记(world: World) -> None:
    with pytest.raises(NotAllowed):
        services.start_draft(item_code="assistance.dibao", actor=world.stranger, region_code=VILLAGE)


# ---- 授权 ----


def test_成年家人用自己的手机签授权(world: World) -> None:
    family = couple()
    case = world.draft(family)
    Consent.objects.filter(case=case, name="周建国").delete()
    husband = world.citizen(family[1])
    [line] = selectors.consents_to_sign(husband)
    assert (line.member.name, line.member.case_id) == ("周建国", case.pk)
    services.sign_consent(case_id=case.pk, member_id=line.member.pk, method="own_phone", actor=husband)
    assert selectors.consents_to_sign(husband) == []
    submit(world, case, family)


def test_别人不能冒签自己手机(world: World) -> None:
    family = couple()
    case = world.draft(family)
    member = case.members.get(name="周建国")
    with pytest.raises(NotAllowed, match="请由周建国用自己的手机号登录后签署"):
        services.sign_consent(case_id=case.pk, member_id=member.pk, method="own_phone", actor=world.citizen(family[0]))


@pytest.mark.parametrize("method", ["paper", "guardian"])
def test_纸质和监护人代签要有照片(world: World, method: str) -> None:
    family = couple()
    case = world.draft(family)
    member = case.members.get(name="周建国")
    actor = world.citizen(family[0])
    with pytest.raises(Refused, match="请拍照上传签好字的授权书"):
        services.sign_consent(case_id=case.pk, member_id=member.pk, method=method, actor=actor, guardian_name="刘桂芳")
    done = services.sign_consent(
        case_id=case.pk,
        member_id=member.pk,
        method=method,
        actor=actor,
        guardian_name="刘桂芳",
        attachment_id=world.attachment(case),
    )
    assert done.valid_until == datetime.date(2027, 11, 2)


def test_未成年人不单独授权(world: World) -> None:
    family = couple()
    case = world.draft(family)
    with pytest.raises(Refused, match="未成年"):
        services.sign_consent(
            case_id=case.pk,
            member_id=case.members.get(name="周小雨").pk,
            method="same_phone",
            actor=world.citizen(family[0]),
        )
