"""Another account: who may ask, what it must be, who confirms, where the money then goes; on the phone and on the console."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.cards import luhn
from minzheng.kernel.awards.models import Award
from minzheng.kernel.documents.services import store_attachment
from minzheng.kernel.documents.tests.samples import picture
from minzheng.kernel.notices.models import OutboxMessage
from minzheng.kernel.payruns.bank_models import AccountRequest
from minzheng.kernel.payruns.corrections import selectors, services
from minzheng.kernel.payruns.corrections.rules import Wanted, judge
from minzheng.kernel.payruns.errors import PayNotAllowed, PayRefused
from minzheng.kernel.payruns.models import PayLine
from minzheng.kernel.payruns.tests.world import World
from minzheng.kernel.subjects.mandate_models import Mandate

NEW = "6217000011112222334"


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), clock.at(datetime.date(2026, 4, 20)), transaction.atomic():
        world = World()
        world.second = world.staff("fafang2", "pay_clerk")  # type: ignore[attr-defined]
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(standing: World, db: None) -> World:
    return standing


@pytest.fixture
def award(world: World) -> Award:
    return world.award("周桂兰")


def citizen(person: Any, phone: str = "15401010001") -> Actor:
    user = User(
        username=f"c{phone}", name=person.name if person else "李小梅", kind="citizen", phone=phone, person=person
    )
    user.set_unusable_password()
    user.save(force_insert=True)
    return actor_of(user)


def photo(actor: Actor) -> int:
    upload = SimpleUploadedFile("p.jpg", picture())
    return store_attachment(case=None, kind="account", label="存折", upload=upload, actor=actor).pk


def ask(actor: Actor, award: Award, **changes: Any) -> AccountRequest:
    told = {"kind": "own", "holder": award.payee.name, "number": NEW, "bank": "示范农商行", "relation": ""} | changes
    return services.ask(actor=actor, award=award, wanted=Wanted(**told, proofs=[photo(actor)]))


def told(award: Award) -> str:
    """The newest message to the payee."""
    return OutboxMessage.objects.filter(recipient=award.payee, channel="inapp").latest("pk").body


def test_本人提出_另一人确认_同一旧账户的待遇一并换(world: World, award: Award) -> None:
    other = world.award(payee=award.payee, number=award.account_no)
    for one in (award, other):
        services.awards.change_account(
            award=one, holder="周桂兰", number="6217000000000000001", bank="旧行", actor=world.clerk
        )
    me = citizen(award.payee)
    row = ask(me, award)
    assert (row.channel, row.state, row.tail) == ("portal", "waiting", "2334")
    with pytest.raises(PayRefused, match="已经有一份"):
        ask(me, award, number="6217000011112222335")
    with pytest.raises(PayNotAllowed):
        services.confirm(actor=world.cashier, request_id=row.pk)
    services.confirm(actor=world.clerk, request_id=row.pk, reason="照片逐位相符" if row.warning else "")
    for one in (award, other):
        one.refresh_from_db()
        assert (one.account_no, one.account.number, one.account.kind) == (NEW, NEW, "own")
    assert "尾号 2334" in told(award)
    assert AuditEntry.objects.filter(action="award.account").count() == 4
    with pytest.raises(PayRefused, match="已确认"):
        services.refuse(actor=world.clerk, request_id=row.pk, reason="再想想")


def test_自己提出的自己不能确认_不通过要说原因_可以撤回(world: World, award: Award) -> None:
    row = ask(world.clerk, award)
    with pytest.raises(PayNotAllowed, match="另一名经办人员"):
        services.confirm(actor=world.clerk, request_id=row.pk)
    second = world.second  # type: ignore[attr-defined]
    with pytest.raises(PayRefused, match="理由"):
        services.refuse(actor=second, request_id=row.pk, reason=" ")
    services.refuse(actor=second, request_id=row.pk, reason="照片看不清，请重拍")
    assert "照片看不清" in told(award)
    again = ask(world.clerk, award)
    assert services.withdraw(actor=world.clerk, request_id=again.pk).state == "withdrawn"
    assert Award.objects.get(pk=award.pk).account_no == award.account_no


def test_谁可以提出(world: World, award: Award) -> None:
    stranger = citizen(world.person("王五"), "15401010002")
    helper = citizen(None, "15401010003")
    for actor in (stranger, helper, world.cashier, world.head, world.staff("bie", "town_clerk", "990101002000")):
        assert not selectors.may_ask(actor, award)
        with pytest.raises(PayNotAllowed):
            ask(actor, award)
    assert selectors.may_ask(world.staff("zhen", "town_clerk", "990101001000"), award)
    assert not selectors.visible_to(stranger).exists() and selectors.award_to_ask(stranger, award.pk) is None


def test_账户要过的关(world: World, award: Award) -> None:
    def faults(**changes: Any) -> dict[str, str]:
        told = {"kind": "own", "holder": "周桂兰", "number": NEW, "bank": "示范农商行", "relation": "", "proofs": [1]}
        return judge(award, Wanted(**(told | changes))).faults

    assert faults() == {}
    assert "C04" in faults(holder="周桂花")["holder"]
    assert "8 到 30 位" in faults(number="6217abc")["number"]
    assert faults(bank=" ").keys() == {"bank"} and faults(proofs=[]).keys() == {"proofs"}
    assert "代管的单位" in faults(kind="agency")["relation"]
    assert faults(kind="agency", holder="示范县儿童福利院", relation="县儿童福利院，代管协议") == {}
    assert "监护登记" in faults(kind="guardian", holder="周大勇")["holder"]
    stranger = world.award("别人")
    services.awards.change_account(award=stranger, holder="别人", number=NEW, bank="示范农商行", actor=world.clerk)
    assert "C06" in faults()["number"]
    told = judge(award, Wanted("agency", "儿童福利院", NEW, "示范农商行", "县儿童福利院，代管协议", [1]))
    assert not told.faults and "还收着另外 1 人" in "".join(told.warnings)
    stranger.account.flag = "dormant"
    stranger.account.save(update_fields=["flag"])
    told = judge(award, Wanted("agency", "儿童福利院", NEW, "示范农商行", "县儿童福利院，代管协议", [1]))
    assert "睡眠户" in "".join(told.warnings)
    odd = "6217000011112222335"
    assert luhn(NEW) != luhn(odd) or not luhn(NEW)
    warned = judge(award, Wanted("own", "周桂兰", odd if luhn(NEW) else "6217000000000000000", "示范农商行", "", [1]))
    assert "校验位" in "".join(warned.warnings) and not warned.faults


def test_监护人的账户_凭有效的监护登记(world: World, award: Award) -> None:
    guardian = citizen(world.person("周大勇"), "15401010009")
    assert not selectors.may_ask(guardian, award)
    mandate = Mandate.objects.create(
        kind="guardian", state="active", method="paper", principal=award.payee, principal_name="周桂兰",
        agent_user=guardian.user, agent_name="周大勇", relation="父亲", valid_from=datetime.date(2026, 1, 1),
        region_code=award.region_code,
    )  # fmt: skip
    row = ask(guardian, award, kind="guardian", holder="周大勇")
    assert row.mandate_id == mandate.pk and row.relation == "父亲"
    services.confirm(actor=world.clerk, request_id=row.pk, reason="户口簿、监护证明相符")
    award.refresh_from_db()
    assert (award.account.kind, award.account.relation, award.payee_name) == ("guardian", "父亲", "周大勇")
    mandate.state = "revoked"
    mandate.save()
    with pytest.raises(PayNotAllowed):
        ask(guardian, award, kind="guardian", holder="周大勇", number="6217000011112222399")


def test_手机上更正_说出上次为什么没到账(world: World, award: Award) -> None:
    batch = world.build()
    PayLine.objects.filter(batch=batch).update(state="returned", return_code="03")
    me = citizen(award.payee)
    client = Client()
    client.force_login(me.user, backend="minzheng.kernel.accounts.backends.AccountBackend")
    url = reverse("portal.account", kwargs={"pk": award.pk})
    page = client.get(url).content.decode()
    assert "这个账户已经注销" in page and "2026年3月的钱没有到账" in page and "650.00" in page
    bad = client.post(url, {"holder": "别人", "number": NEW, "bank": "示范农商行", "proofs": [_upload()]})
    assert bad.status_code == 422 and "领款人周桂兰本人" in bad.content.decode()
    short = client.post(url, {"holder": "周桂兰", "number": "12", "bank": ""})
    assert short.status_code == 422 and "请拍照或上传" in short.content.decode()
    done = client.post(url, {"holder": "周桂兰", "number": NEW, "bank": "示范农商行", "proofs": [_upload()]})
    assert done.status_code == 302
    row = AccountRequest.objects.get(award=award)
    assert row.pay_line is not None and row.pay_line.return_code == "03" and row.number == NEW
    waiting = client.get(url).content.decode()
    assert "正在核对" in waiting and NEW not in waiting
    assert client.post(url, {"do": "withdraw"}).status_code == 302
    assert AccountRequest.objects.get(award=award).state == "withdrawn"
    other = world.award("别人家")
    assert client.get(reverse("portal.account", kwargs={"pk": other.pk})).status_code == 404


def _upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("p.jpg", picture(), content_type="image/jpeg")


def test_窗口登记_排队_对照照片_确认(world: World, award: Award) -> None:
    def signed(actor: Actor) -> Client:
        client = Client()
        client.force_login(actor.user, backend="minzheng.kernel.accounts.backends.AccountBackend")
        return client

    clerk, second = signed(world.clerk), signed(world.second)  # type: ignore[attr-defined]
    form = reverse("account_requests.new", kwargs={"pk": award.pk})
    assert "周桂兰" in clerk.get(form).content.decode()
    told = {"kind": "own", "holder": "周桂兰", "number": NEW, "bank": "示范农商行", "proofs": [_upload()]}
    assert clerk.post(form, told).status_code == 302
    row = AccountRequest.objects.get(award=award)
    listed = second.get(reverse("account_requests.list")).content.decode()
    assert "周桂兰" in listed and "尾号 2334" in listed and NEW not in listed
    detail = reverse("account_requests.detail", kwargs={"pk": row.pk})
    page = second.get(detail).content.decode()
    assert "6217 0000 1111 2222 334" in page and "确认更正" in page
    assert "确认更正" not in clerk.get(detail).content.decode()
    reads = AuditEntry.objects.filter(action="read", object_id=row.pk)
    before = reads.count()
    paper = second.get(reverse("account_requests.paper", kwargs={"pk": row.pk, "number": 0}))
    assert paper.status_code == 200 and paper["Content-Type"] == "image/jpeg" and reads.count() == before + 1
    assert second.get(reverse("account_requests.paper", kwargs={"pk": row.pk, "number": 7})).status_code == 404
    assert second.get(reverse("account_requests.confirm", kwargs={"pk": row.pk})).status_code in (200, 302)
    assert signed(world.cashier).get(detail).status_code == 404
