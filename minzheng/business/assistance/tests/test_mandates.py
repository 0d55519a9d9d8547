"""代办: whoever acts for somebody does it under one mandate, within it, as long as it holds; everything shows it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from minzheng.business.assistance.tests.world import VILLAGE, Kin, World, couple, photo
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.drafting import agent_drafts
from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused
from minzheng.kernel.cases.jobs import purge_drafts
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.running import authority
from minzheng.kernel.documents.models import Attachment
from minzheng.kernel.documents.services import store_attachment
from minzheng.kernel.subjects import mandate_services, mandates
from minzheng.kernel.subjects.mandate_models import Mandate
from minzheng.kernel.subjects.mandate_services import MandateRefused
from minzheng.kernel.subjects.models import Person
from minzheng.kernel.subjects.services import add_member, ensure_person, open_household

pytestmark = pytest.mark.django_db

ITEM, EDGE = "assistance.dibao", "assistance.dibao_edge"
DAUGHTER_PHONE = "13966668888"


def account(phone: str, name: str = "李小梅", person: Person | None = None) -> Actor:
    user = User(username=f"c{phone}", name=name, kind="citizen", phone=phone, person=person)
    user.set_unusable_password()
    user.save(force_insert=True)
    return actor_of(user)


@pytest.fixture
def mother(world: World) -> Actor:
    """刘桂芳, whose file and phone account are one."""
    return world.citizen(couple()[0])


@pytest.fixture
def daughter(world: World) -> Actor:
    """In another city: an account by phone, no file."""
    return account(DAUGHTER_PHONE)


def given(mother: Actor, **changes: Any) -> Mandate:
    asked: dict[str, Any] = {
        "agent_name": "李小梅",
        "agent_phone": DAUGHTER_PHONE,
        "relation": "女儿",
        "items": [ITEM],
        "may_file": True,
        "valid_to": datetime.date(2027, 5, 2),
        "proof_id": None,
    }
    return mandate_services.give(actor=mother, **(asked | changes))


def tail(mother: Actor) -> str:
    return str(Person.objects.get(pk=mother.person_id).id_no)[-4:]


def taken(mother: Actor, daughter: Actor, **changes: Any) -> Mandate:
    mandate = given(mother, **changes)
    return mandate_services.take_up(actor=daughter, mandate_id=mandate.pk, id_tail=tail(mother))


def filled(world: World, case: Case, actor: Actor, family: list[Kin]) -> None:
    for step, raw in world.answers(family, VILLAGE, {}, {}).items():
        result = services.save_step(case_id=case.pk, step=step, raw=raw, actor=actor)
        assert not result.errors, result.errors
    case.refresh_from_db()


def family_of(mother: Actor) -> list[Kin]:
    """The family as the mother's file knows her (her number is the file's)."""
    head, *others = couple()
    return [
        Kin(
            head.name, head.relation, head.born, extra=head.extra, number=Person.objects.get(pk=mother.person_id).id_no
        ),
        *others,
    ]


def signed(case: Case, actor: Actor) -> None:
    """Adults sign on paper."""
    for member in case.members.filter(in_count=True):
        if member.birth_date and member.birth_date.year < 2008:
            slip = store_attachment(case=case, kind="consent", label="授权书", upload=photo(), actor=actor)
            services.sign_consent(
                case_id=case.pk, member_id=member.pk, method="paper", actor=actor, attachment_id=slip.pk
            )


def test_女儿在外地用自己手机替母亲申请_处处写明代办(world: World, mother: Actor, daughter: Actor) -> None:
    mandate = taken(mother, daughter)
    case = agent_drafts.start_for(actor=daughter, mandate_id=mandate.pk, item_code=ITEM)
    assert set(case.form) == {"applicant", "members"} and "phone" not in case.form["applicant"], (
        "不把母亲的档案给女儿看"
    )
    assert agent_drafts.start_for(actor=daughter, mandate_id=mandate.pk, item_code=ITEM) == case
    filled(world, case, daughter, family_of(mother))
    signed(case, daughter)
    services.submit(case_id=case.pk, actor=daughter, data={"promise": "yes"})
    case.refresh_from_db()
    assert case.state == "SUBMITTED" and case.applicant_id == mother.person_id
    [line] = [e for e in selectors.timeline(case) if e.act_code == "submit"]
    assert (line.role, line.organization) == ("代办人", "由李小梅（女儿，受托）代办")
    assert list(selectors.mine(daughter)) == [case] and list(selectors.mine(mother)) == [case]
    assert daughter.person_id is None
    world.do(case, "accept", world.clerk)


def test_母亲自己的授权书女儿不能代签(world: World, mother: Actor, daughter: Actor) -> None:
    mandate = taken(mother, daughter)
    case = agent_drafts.start_for(actor=daughter, mandate_id=mandate.pk, item_code=ITEM)
    filled(world, case, daughter, family_of(mother))
    own = case.members.get(relation="本人")
    with pytest.raises(NotAllowed, match="要由刘桂芳自己签"):
        services.sign_consent(case_id=case.pk, member_id=own.pk, method="same_phone", actor=daughter)
    services.sign_consent(case_id=case.pk, member_id=own.pk, method="own_phone", actor=mother)


def test_女儿只看得到委托的那一项(world: World, mother: Actor, daughter: Actor) -> None:
    case = world.to_accepted(family_of(mother))
    taken(mother, daughter, items=[EDGE])
    assert not selectors.mine(daughter).exists()
    with pytest.raises(NotFound):
        selectors.get(daughter, case.pk)
    with pytest.raises(NotAllowed, match="不包括"):
        agent_drafts.start_for(actor=daughter, mandate_id=Mandate.objects.get().pk, item_code=ITEM)
    assert mandates.may_act_for(daughter, case.applicant_id or 0, ITEM) is None
    assert mandates.may_act_for(daughter, case.applicant_id or 0, EDGE) is not None


def test_受托人不能撤回申请_不能换别的救助(world: World, mother: Actor, daughter: Actor) -> None:
    case = world.to_accepted(family_of(mother))
    taken(mother, daughter)
    assert selectors.get(daughter, case.pk) == case
    for act in ("withdraw", "accept_proposal"):
        with pytest.raises((NotAllowed, Refused)):
            services.perform(case_id=case.pk, act=act, actor=daughter, data={"opinion": "不要了"})
    case.refresh_from_db()
    assert case.state == "ACCEPTED"
    assert "withdraw" not in {a.act.code for a in selectors.allowed_acts(case, daughter)}


def test_只看进度的不能填写提交(mother: Actor, daughter: Actor) -> None:
    mandate = taken(mother, daughter, may_file=False)
    with pytest.raises(NotAllowed):
        agent_drafts.start_for(actor=daughter, mandate_id=mandate.pk, item_code=ITEM)


# ---- attacks ----


def test_到期的委托第二天就没有了(world: World, mother: Actor, daughter: Actor) -> None:
    case = world.to_accepted(family_of(mother))
    mandate = taken(mother, daughter, valid_to=datetime.date(2026, 11, 5))
    with clock.at(datetime.date(2026, 11, 5)):
        assert selectors.mine(daughter).exists()
    with clock.at(datetime.date(2026, 11, 6)):
        assert not selectors.mine(daughter).exists() and not authority.owns(case, daughter)
        with pytest.raises(NotAllowed):
            agent_drafts.start_for(actor=daughter, mandate_id=mandate.pk, item_code=ITEM)


def test_解除马上生效_自己填的草稿也看不到了(world: World, mother: Actor, daughter: Actor) -> None:
    mandate = taken(mother, daughter)
    case = agent_drafts.start_for(actor=daughter, mandate_id=mandate.pk, item_code=ITEM)
    filled(world, case, daughter, family_of(mother))
    mandate_services.revoke(actor=mother, mandate_id=mandate.pk)
    with pytest.raises(NotFound):
        selectors.get(daughter, case.pk)
    with pytest.raises(NotFound):
        services.save_step(case_id=case.pk, step="applicant", raw={"name": "别人"}, actor=daughter)
    with pytest.raises(NotFound):
        services.submit(case_id=case.pk, actor=daughter, data={"promise": "yes"})
    with pytest.raises(NotFound):
        agent_drafts.drop(case_id=case.pk, actor=daughter)


def test_拿着替母亲的委托不能给别人申请(world: World, mother: Actor, daughter: Actor) -> None:
    mandate = taken(mother, daughter)
    case = agent_drafts.start_for(actor=daughter, mandate_id=mandate.pk, item_code=ITEM)
    other = [Kin("钱大妈", "本人", datetime.date(1960, 1, 1)), *couple()[1:]]
    filled(world, case, daughter, other)
    signed(case, daughter)
    with pytest.raises(Refused, match="委托书上写的是刘桂芳"):
        services.submit(case_id=case.pk, actor=daughter, data={"promise": "yes"})


def test_别人的手机接不了委托_猜后四位五次就停用(mother: Actor, daughter: Actor) -> None:
    mandate = given(mother)
    stranger = account("13900009999", "路人")
    with pytest.raises(MandateRefused, match="不是委托给您这个手机号的"):
        mandate_services.take_up(actor=stranger, mandate_id=mandate.pk, id_tail=tail(mother))
    assert mandates.held(stranger) == [] and [m.pk for m in mandates.held(daughter)] == [mandate.pk]
    for _ in range(5):
        with pytest.raises(MandateRefused, match="后四位不对"):
            mandate_services.take_up(actor=daughter, mandate_id=mandate.pk, id_tail="0000")
    with pytest.raises(MandateRefused, match="错了太多次"):
        mandate_services.take_up(actor=daughter, mandate_id=mandate.pk, id_tail=tail(mother))


def test_没接受的委托什么也看不到(world: World, mother: Actor, daughter: Actor) -> None:
    world.to_accepted(family_of(mother))
    given(mother)
    assert not selectors.mine(daughter).exists()


def claimed(daughter: Actor, mother: Actor, proof: bool = True, **changes: Any) -> Mandate:
    paper = (
        store_attachment(case=None, kind="mandate", label="委托书", upload=photo(), actor=daughter).pk
        if proof
        else None
    )
    person = Person.objects.get(pk=mother.person_id)
    asked: dict[str, Any] = {
        "kind": "entrust",
        "agent_name": "李小梅",
        "principal_name": person.name,
        "principal_id_no": person.id_no,
        "relation": "女儿",
        "item_code": ITEM,
        "proof_id": paper,
    }
    return mandate_services.claim(actor=daughter, **(asked | changes))


def test_自己写的委托在核对前打不开任何档案(world: World, mother: Actor, daughter: Actor) -> None:
    there = world.to_accepted(family_of(mother))
    with pytest.raises(MandateRefused, match="拍下签好字的委托书"):
        claimed(daughter, mother, proof=False)
    with pytest.raises(MandateRefused, match="拍下签好字的委托书"):
        claimed(daughter, mother, proof=False, kind="guardian")
    mandate = claimed(daughter, mother)
    assert (mandate.state, mandate.principal_id) == ("waiting", None)
    assert mandates.may_act_for(daughter, mother.person_id or 0, ITEM) is None
    with pytest.raises(NotFound):
        selectors.get(daughter, there.pk)
    case = agent_drafts.start_for(actor=daughter, mandate_id=mandate.pk, item_code=ITEM)
    assert case.pk != there.pk and case.applicant_id is None and set(case.form["applicant"]) == {"name", "id_no"}


def test_带委托书来的_受理前要先核对_不认可就看不到了(world: World, mother: Actor, daughter: Actor) -> None:
    mandate = claimed(daughter, mother)
    case = agent_drafts.start_for(actor=daughter, mandate_id=mandate.pk, item_code=ITEM)
    filled(world, case, daughter, family_of(mother))
    signed(case, daughter)
    services.submit(case_id=case.pk, actor=daughter, data={"promise": "yes"})
    case.refresh_from_db()
    with pytest.raises(Refused, match="委托还没有核对"):
        world.do(case, "accept", world.clerk)
    with pytest.raises(MandateRefused, match="不在您的办理范围"):
        mandate_services.confirm(actor=world.stranger, mandate_id=mandate.pk)
    with pytest.raises(MandateRefused, match="不在您的办理范围"):
        mandate_services.confirm(actor=daughter, mandate_id=mandate.pk)
    mandate_services.refuse(actor=world.clerk, mandate_id=mandate.pk, reason="委托书没有签名")
    with pytest.raises(NotFound):
        selectors.get(daughter, case.pk)
    assert selectors.get(mother, case.pk) == case


def test_核对认可后照常受理(world: World, mother: Actor, daughter: Actor) -> None:
    mandate = claimed(daughter, mother)
    case = agent_drafts.start_for(actor=daughter, mandate_id=mandate.pk, item_code=ITEM)
    filled(world, case, daughter, family_of(mother))
    signed(case, daughter)
    services.submit(case_id=case.pk, actor=daughter, data={"promise": "yes"})
    mandate_services.confirm(actor=world.clerk, mandate_id=mandate.pk)
    case.refresh_from_db()
    world.do(case, "accept", world.clerk)
    mandate.refresh_from_db()
    assert (mandate.state, mandate.principal_id, case.state) == ("active", mother.person_id, "ACCEPTED")
    assert [m.pk for m in mandates.given(mother)] == [mandate.pk], "母亲看得到谁在替她办"


def test_没有委托替别人填_提交时说去哪里办(world: World, daughter: Actor) -> None:
    case = services.start_draft(item_code=ITEM, actor=daughter)
    filled(world, case, daughter, couple())
    with pytest.raises(Refused, match="替别人办的，请到首页点“替家人办”"):
        services.submit(case_id=case.pk, actor=daughter, data={"promise": "yes"})


def test_户籍登记的父母替孩子办不用拍证明_别人的孩子不行(world: World) -> None:
    father = ensure_person(actor=SYSTEM, name="周建国", id_no=couple()[1].number, region_code=VILLAGE)
    child = ensure_person(actor=SYSTEM, name="周小雨", id_no=couple()[2].number, region_code=VILLAGE)
    household = open_household(
        actor=SYSTEM, head=father, region_code=VILLAGE, is_urban=False, valid_from=datetime.date(2020, 1, 1)
    )
    add_member(actor=SYSTEM, household=household, person=child, relation="子女", valid_from=datetime.date(2020, 1, 1))
    asked: dict[str, Any] = {
        "kind": "guardian",
        "agent_name": "周建国",
        "principal_name": "周小雨",
        "principal_id_no": child.id_no,
        "relation": "父亲",
        "item_code": ITEM,
        "proof_id": None,
    }
    with pytest.raises(MandateRefused, match="户口簿"):
        mandate_services.claim(actor=account("13911110000", "外人"), **asked)
    with pytest.raises(MandateRefused, match="未成年人由监护人代办"):
        mandate_services.claim(actor=account("13911110001", "周建国", father), **(asked | {"kind": "entrust"}))
    mandate = mandate_services.claim(
        actor=actor_of(User.objects.get(phone_index__isnull=False, person=father)), **asked
    )
    assert (mandate.state, mandate.method, mandate.words) == ("active", "record", "父亲，监护人")


def test_窗口登记的委托也要代办人自己接受(world: World, mother: Actor, daughter: Actor) -> None:
    paper = store_attachment(case=None, kind="mandate", label="委托书", upload=photo(), actor=world.clerk).pk
    asked: dict[str, Any] = {
        "kind": "entrust",
        "principal": Person.objects.get(pk=mother.person_id),
        "agent_name": "李小梅",
        "agent_phone": DAUGHTER_PHONE,
        "relation": "女儿",
        "items": [],
        "valid_to": None,
        "proof_id": paper,
    }
    with pytest.raises(MandateRefused, match="不能登记这个人的委托"):
        mandate_services.register(actor=world.stranger, **asked)
    mandate = mandate_services.register(actor=world.clerk, **asked)
    mandate_services.take_up(actor=daughter, mandate_id=mandate.pk, id_tail=tail(mother))
    mandate_services.revoke(actor=world.clerk, mandate_id=mandate.pk, reason="本人到窗口要求解除")
    assert mandates.held(daughter) == []


def test_别人不能解除_解除过的不能再解除(world: World, mother: Actor, daughter: Actor) -> None:
    mandate = taken(mother, daughter)
    for other in (world.stranger, account("13900009999", "路人")):
        with pytest.raises(MandateRefused, match="不归您管"):
            mandate_services.revoke(actor=other, mandate_id=mandate.pk)
    mandate_services.revoke(actor=daughter, mandate_id=mandate.pk)
    with pytest.raises(MandateRefused, match="早已解除"):
        mandate_services.revoke(actor=mother, mandate_id=mandate.pk)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"agent_phone": "123"}, "11 位"),
        ({"agent_name": " "}, "请填写姓名"),
        ({"valid_to": datetime.date(2026, 11, 1)}, "已经过去"),
    ],
)
def test_委托填错了说清楚(mother: Actor, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MandateRefused, match=sentence):
        given(mother, **changes)


def test_村干部代办的记在案上_本人看得到(world: World, mother: Actor) -> None:
    worker = world.staff("cunzhang", "王村干", "village_worker", VILLAGE)
    case = services.start_draft(item_code=ITEM, actor=worker, channel="proxy", region_code=VILLAGE)
    filled(world, case, worker, family_of(mother))
    signed(case, worker)
    services.submit(case_id=case.pk, actor=worker, data={"promise": "yes", "mandate": [photo()]})
    [helper] = mandates.given(mother)
    assert (helper.words, helper.agent_name, helper.case_id) == ("村居代办", "王村干", case.pk)
    assert helper.by_line == "由王村干（村居代办）代办" and helper.proof_id


# ---- drafts ----


def test_草稿自己能删_照片一起删_提交后不能(world: World, mother: Actor, daughter: Actor) -> None:
    case = services.start_draft(item_code=ITEM, actor=mother)
    store_attachment(case=case, kind="identity", label="身份证", upload=photo(), actor=mother)
    with pytest.raises(NotFound):
        agent_drafts.drop(case_id=case.pk, actor=daughter)
    agent_drafts.drop(case_id=case.pk, actor=mother)
    assert not Case.objects.filter(pk=case.pk).exists()
    assert not Attachment.objects.filter(removed_at=None).exists()
    there = world.to_accepted(family_of(mother))
    with pytest.raises(Refused, match="不能当草稿删去"):
        agent_drafts.drop(case_id=there.pk, actor=mother)


def test_窗口的草稿登记人能删_别的窗口不能(world: World) -> None:
    case = services.start_draft(item_code=ITEM, actor=world.clerk, channel="window")
    with pytest.raises(NotFound):
        agent_drafts.drop(case_id=case.pk, actor=world.stranger)
    agent_drafts.drop(case_id=case.pk, actor=world.clerk)
    assert not Case.objects.filter(pk=case.pk).exists()


class Job:
    """What a job needs of its context."""

    @staticmethod
    def atomic() -> Any:
        from django.db import transaction

        return transaction.atomic()


def test_三个月没人动的草稿自动清掉_动过的留着(world: World, mother: Actor, daughter: Actor) -> None:
    old = services.start_draft(item_code=ITEM, actor=mother)
    kept = services.start_draft(item_code=ITEM, actor=daughter)
    long_ago = clock.now() - datetime.timedelta(days=91)
    Case.objects.all().update(created_at=long_ago)
    services.save_step(case_id=kept.pk, step="applicant", raw={"name": "李小梅"}, actor=daughter)
    submitted = world.to_accepted([Kin("周大爷", "本人", datetime.date(1950, 1, 1))])
    Case.objects.filter(pk=submitted.pk).update(created_at=long_ago)
    assert purge_drafts(Job()) == {"removed": 1}  # type: ignore[arg-type]
    assert set(Case.objects.values_list("pk", flat=True)) == {kept.pk, submitted.pk} and old.pk is not None


def test_窗口上登记委托_核对委托书_删掉草稿(world: World, mother: Actor, daughter: Actor) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    client = Client()
    client.force_login(world.clerk.user, backend="minzheng.kernel.accounts.backends.AccountBackend")
    asked = {
        "id_no": Person.objects.get(pk=mother.person_id).id_no,
        "agent_name": "李小梅",
        "agent_phone": DAUGHTER_PHONE,
        "relation": "女儿",
        "kind": "entrust",
    }
    paper = SimpleUploadedFile("委托书.jpg", photo().getvalue(), content_type="image/jpeg")
    refused = client.post("/console/mandates/new/", {**asked, "proof": paper})
    assert refused.status_code == 422 and "写明到期日" in refused.content.decode()
    paper.seek(0)
    done = client.post("/console/mandates/new/", {**asked, "valid_to": "2027-01-31", "proof": paper})
    mandate = Mandate.objects.get()
    assert done["Location"] == f"/console/mandates/{mandate.pk}/"
    assert "等代办人用手机登录接受" in client.get(done["Location"]).content.decode()
    assert client.get(f"/console/mandates/{mandate.pk}/paper/").status_code == 200
    mandate_services.take_up(actor=daughter, mandate_id=mandate.pk, id_tail=tail(mother))
    assert "李小梅" in client.get("/console/mandates/").content.decode()
    assert "已解除" in client.post(done["Location"], {"do": "revoke", "reason": "本人要求"}).content.decode()
    case = services.start_draft(item_code=ITEM, actor=world.clerk, channel="window")
    assert f"/console/intake/{case.pk}/drop/" in client.get(f"/console/intake/{case.pk}/").content.decode()
    assert client.post(f"/console/intake/{case.pk}/drop/").status_code == 302
    assert not Case.objects.filter(pk=case.pk).exists()
