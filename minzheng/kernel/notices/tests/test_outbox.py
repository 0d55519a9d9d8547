"""The outbox: lives and dies with the act, sends once, retries with back-off, never writes a number to disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.models import User
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.jobs.services import JobError
from minzheng.kernel.notices import selectors, services
from minzheng.kernel.notices.errors import MessageError, SendFailed
from minzheng.kernel.notices.models import OutboxMessage
from minzheng.kernel.notices.senders import OutboxFileSender
from minzheng.kernel.subjects.models import Person

VILLAGE = "990101001001"


class Gateway:
    """A gateway that fails by script and remembers everything it was given."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.sent: list[dict[str, Any]] = []

    def send(self, **message: Any) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)


@pytest.fixture
def person(db: None) -> Person:
    person = Person(name="周桂兰", region_code=VILLAGE, phone="15401010001")
    person.save()
    return person


def test_短信排队并有一个送出任务(person: Person) -> None:
    message = services.send(case=None, person=person, channel="sms", body="【民政服务】您好。")
    assert (message.state, message.to) == ("queued", "15401010001")
    assert JobRun.objects.get(key=f"notices.deliver:{message.pk}").args == {"message": str(message.pk)}


def test_站内信写下就算送达(person: Person) -> None:
    message = services.send(case=None, person=person, channel="inapp", body="您好。")
    assert message.state == "sent"
    assert not JobRun.objects.filter(name="notices.deliver").exists()


def test_没有手机号记为失败但不报错(person: Person) -> None:
    person.phone = ""
    person.save()
    message = services.send(case=None, person=person, channel="sms", body="您好。")
    assert message.state == "failed"
    assert "没有登记手机号" in message.error


@pytest.mark.parametrize(("channel", "body"), [("fax", "您好"), ("sms", " "), ("sms", "长" * 202)])
def test_渠道不对或正文不合适的不收(person: Person, channel: str, body: str) -> None:
    with pytest.raises(MessageError):
        services.send(case=None, person=person, channel=channel, body=body)


def test_办理没成消息也没有(person: Person) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        services.send(case=None, person=person, channel="sms", body="您好。")
        raise RuntimeError
    assert not OutboxMessage.objects.exists()
    assert not JobRun.objects.filter(name="notices.deliver").exists()


def test_送出后再送不重复(person: Person) -> None:
    gateway = Gateway()
    message = services.send(case=None, person=person, channel="sms", body="您好。")
    assert services.deliver(message_id=message.pk, through=gateway) == "sent"
    assert services.deliver(message_id=message.pk, through=gateway) == "sent"
    assert [(one["to"], one["key"], one["again"]) for one in gateway.sent] == [("15401010001", str(message.pk), False)]


def test_短信带签名且不重复(person: Person, settings: Any) -> None:
    settings.MESSAGE_SIGNATURE = "示范县民政局"
    gateway = Gateway()
    for body in ("您好。", "【民政一体化平台】登录验证码 123456。"):
        services.deliver(
            message_id=services.send(case=None, person=person, channel="sms", body=body).pk, through=gateway
        )
    assert [one["body"] for one in gateway.sent] == ["【示范县民政局】您好。", "【民政一体化平台】登录验证码 123456。"]


def test_网关失败留待重试并告诉网关可能送过(person: Person) -> None:
    gateway = Gateway(SendFailed("网关忙。"))
    message = services.send(case=None, person=person, channel="sms", body="您好。")
    with pytest.raises(JobError, match="网关忙"):
        services.deliver(message_id=message.pk, through=gateway)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == ("queued", 1, "网关忙。")
    services.deliver(message_id=message.pk, through=gateway)
    assert gateway.sent[0]["again"] is True
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == ("sent", 2, "")


def test_空号不再重试(person: Person) -> None:
    message = services.send(case=None, person=person, channel="sms", body="您好。")
    with pytest.raises(JobError) as caught:
        services.deliver(message_id=message.pk, through=Gateway(SendFailed("空号。", retry=False)))
    assert caught.value.retry is False
    message.refresh_from_db()
    assert message.state == "failed"


def test_最后一次仍失败就记为失败(person: Person) -> None:
    message = services.send(case=None, person=person, channel="sms", body="您好。")
    with pytest.raises(JobError):
        services.deliver(message_id=message.pk, last_try=True, through=Gateway(SendFailed("网关忙。")))
    message.refresh_from_db()
    assert message.state == "failed"


def test_网关的意外不泄露号码(person: Person) -> None:
    message = services.send(case=None, person=person, channel="sms", body="您好。")
    with pytest.raises(JobError) as caught:
        services.deliver(message_id=message.pk, through=Gateway(ValueError("bad number 15401010001")))
    assert "15401010001" not in str(caught.value)
    message.refresh_from_db()
    assert "15401010001" not in message.error


def test_模拟网关写文件时遮盖号码且重送不重写(tmp_path: Path) -> None:
    gateway = OutboxFileSender(tmp_path)
    gateway.send(to="15401010001", body="您好。", key="7", again=False)
    gateway.send(to="15401010001", body="您好。", key="7", again=True)
    gateway.send(to="15401010002", body="再见。", key="8", again=True)
    (file,) = tmp_path.glob("*.jsonl")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(line["key"], line["to"]) for line in lines] == [("7", "154****0001"), ("8", "154****0002")]
    assert file.stat().st_mode & 0o077 == 0


def test_正文与号码在库里是密文(person: Person) -> None:
    message = services.send(case=None, person=person, channel="sms", body="您的申请已受理。")
    with connection.cursor() as cursor:
        cursor.execute('select body, "to" from kernel_outboxmessage where id = %s', [message.pk])
        body, to = (bytes(value) for value in cursor.fetchone())
    assert "受理".encode() not in body
    assert b"15401010001" not in to


def test_只看得到自己的站内信(person: Person) -> None:
    other = Person(name="李强", region_code=VILLAGE)
    other.save()
    services.send(case=None, person=person, channel="inapp", body="给周桂兰。")
    services.send(case=None, person=other, channel="inapp", body="给李强。")
    services.send(case=None, person=person, channel="sms", body="短信不进站内信。")
    user = User.objects.create(username="c1", name="周桂兰", kind="citizen", person=person)
    staff = User.objects.create(username="s1", name="经办员", kind="staff")
    assert [one.body for one in selectors.inbox(Actor(user=user))] == ["给周桂兰。"]
    assert not selectors.inbox(Actor(user=staff)).exists()
    assert not selectors.inbox(Actor()).exists()
