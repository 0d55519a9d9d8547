"""Getting through: channels one after another, quiet hours, refusal of reminders, receipts, a gateway that misbehaves."""

from __future__ import annotations

import contextlib
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.jobs.services import JobError
from minzheng.kernel.notices import choices, services, texts
from minzheng.kernel.notices.errors import MessageError, SendFailed
from minzheng.kernel.notices.models import MessageEvent, OutboxMessage
from minzheng.kernel.notices.simulator import FATES, SimulatorSender, fate
from minzheng.kernel.subjects.models import Person

pytestmark = pytest.mark.django_db
NOON = timezone.make_aware(datetime.datetime(2026, 11, 23, 12, 0))


@pytest.fixture(autouse=True)
def _noon() -> Any:
    with clock.at(NOON):
        yield


@pytest.fixture
def person(db: None) -> Person:
    person = Person(name="周桂兰", region_code="990101001001", phone="15401010001", address="桃源村三组")
    person.save()
    return person


class Refusing:
    """A gateway that never takes anything."""

    def __init__(self, *, retry: bool) -> None:
        self.retry = retry

    def send(self, **message: Any) -> str:
        raise SendFailed("号码是空号。", retry=self.retry)


def deliver(message: OutboxMessage, through: Any) -> None:
    with pytest.raises(JobError):
        services.deliver(message_id=message.pk, through=through)
    message.refresh_from_db()


def what(message: OutboxMessage) -> list[str]:
    return [event.what for event in message.events.all()]


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (64, 1), (65, 2), (128, 2), (129, 3), (195, 3)])
def test_短信连签名按七十或六十七字计条(length: int, parts: int) -> None:
    # the signature 【民政服务】 takes six
    assert texts.parts("字" * length) == parts


def test_生僻字占两个位置() -> None:
    assert texts.parts("𬭊" * 32) == 1
    assert texts.parts("𬭊" * 33) == 2


def test_超过三条的短信不收(person: Person) -> None:
    with pytest.raises(MessageError, match="最多 3 条"):
        services.send(case=None, person=person, channel="sms", body="字" * 196)


def test_同一个幂等键只有一条(person: Person) -> None:
    first = services.notify(case=None, person=person, body="您好。", key="case:1")
    second = services.notify(case=None, person=person, body="您好。", key="case:1")
    assert [one.pk for one in first] == [one.pk for one in second]
    assert OutboxMessage.objects.count() == 2


def test_法定告知短信不通改邮寄_提醒到此为止(person: Person) -> None:
    for statutory, channels in ((True, ["inapp", "sms", "post"]), (False, ["inapp", "sms"])):
        OutboxMessage.objects.all().delete()
        _, text = services.notify(case=None, person=person, body="您好。", statutory=statutory)
        deliver(text, Refusing(retry=False))
        assert text.state == "failed"
        assert [one.channel for one in OutboxMessage.objects.order_by("pk")] == channels
    letter = OutboxMessage.objects.filter(channel="post").first()
    assert letter is None


def test_按本人选的次序_一个不通换下一个(person: Person) -> None:
    choices.set_choice(person=person, actor=SYSTEM, order=["wechat", "sms"], wechat="openid-1")
    _, first = services.notify(case=None, person=person, body="您好。")
    assert first.channel == "wechat"
    deliver(first, Refusing(retry=False))
    following = OutboxMessage.objects.get(fallback_of=first)
    assert following.channel == "sms"
    assert what(first) == ["queued", "tried", "failed", "passed_on"]


def test_试够次数才放弃(person: Person) -> None:
    message = services.send(case=None, person=person, channel="sms", body="您好。")
    for _ in range(4):
        deliver(message, Refusing(retry=True))
        assert message.state == "queued"
    deliver(message, Refusing(retry=True))
    assert (message.state, message.attempts) == ("failed", 5)


def test_不要提醒的人_提醒不发_法定告知照发(person: Person) -> None:
    choices.set_choice(person=person, actor=SYSTEM, no_reminders=True)
    reminder = services.notify(case=None, person=person, body="请记得年审。")
    decision = services.notify(case=None, person=person, body="您的申请已确认。", statutory=True)
    assert [one.state for one in reminder] == ["sent", "withheld"]
    assert [one.state for one in decision] == ["sent", "queued"]


@pytest.mark.parametrize(
    ("hour", "wanted"), [(20, None), (21, (24, 8)), (23, (24, 8)), (3, (23, 8)), (7, (23, 8)), (8, None)]
)
def test_夜里的短信早上再发_验证码不等(person: Person, hour: int, wanted: tuple[int, int] | None) -> None:
    moment = NOON.replace(hour=hour)
    with clock.at(moment):
        text = services.send(case=None, person=person, channel="sms", body="您好。", statutory=True)
        code = services.send(case=None, person=None, channel="sms", body="验证码 1", to="15401010001", urgent=True)
    assert code.not_before is None
    expected = moment.replace(day=wanted[0], hour=wanted[1], minute=0) if wanted else None
    assert text.not_before == expected
    if expected:
        run = JobRun.objects.get(key=f"notices.deliver:{text.pk}")
        assert run.run_after > timezone.now() - datetime.timedelta(days=400)


def test_回执来几次都一样_迟到的收到算收到(person: Person) -> None:
    message = services.send(case=None, person=person, channel="sms", body="您好。")
    services.deliver(message_id=message.pk)
    for _ in range(3):
        assert services.receive_receipt(key=str(message.pk), delivered=False, why="关机") == "failed"
    assert what(message).count("undelivered") == 1
    assert services.receive_receipt(key=str(message.pk), delivered=True) == "delivered"
    assert services.receive_receipt(key=str(message.pk), delivered=False, why="关机") == "delivered"
    assert services.receive_receipt(key="not-a-key", delivered=True) == ""
    assert services.receive_receipt(key="12345", delivered=True) == ""


def test_没收到的回执让下一个渠道接上_只接一次(person: Person) -> None:
    _, text = services.notify(case=None, person=person, body="您好。", statutory=True)
    services.deliver(message_id=text.pk)
    for _ in range(2):
        services.receive_receipt(key=str(text.pk), delivered=False, why="停机")
    assert OutboxMessage.objects.filter(fallback_of=text).count() == 1


def test_联系不上的由经办人了结_可以改邮寄(person: Person) -> None:
    message = services.send(case=None, person=person, channel="sms", body="您好。")
    deliver(message, Refusing(retry=False))
    with pytest.raises(MessageError, match="没有“发电报”"):
        services.resolve(message=message, how="发电报", actor=SYSTEM)
    services.resolve(message=message, how="已改为邮寄", actor=SYSTEM)
    letter = OutboxMessage.objects.get(fallback_of=message)
    assert (letter.channel, letter.state) == ("post", "queued")
    with pytest.raises(MessageError, match="已经处理过"):
        services.resolve(message=message, how="已电话告知", actor=SYSTEM)
    services.posted(message=letter, post_no="EM123456789CN", actor=SYSTEM)
    letter.refresh_from_db()
    assert (letter.state, letter.receipt) == ("sent", "EM123456789CN")
    with pytest.raises(MessageError, match="已经登记寄出"):
        services.posted(message=letter, post_no="EM1", actor=SYSTEM)
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"message.resolve", "message.post"}


def test_同意电子送达要写明怎样同意的(person: Person) -> None:
    with pytest.raises(MessageError, match="怎样同意"):
        choices.set_choice(person=person, actor=SYSTEM, electronic=True)
    with pytest.raises(MessageError, match="没有“鸽子”这种渠道"):
        choices.set_choice(person=person, actor=SYSTEM, order=["鸽子"])


def run_gateway(gateway: SimulatorSender, messages: list[OutboxMessage]) -> None:
    """As the workers do: until nothing is queued, each message possibly handed over by a worker that then dies."""
    for round_no in range(8):
        waiting = OutboxMessage.objects.filter(state="queued").exclude(channel="post")
        for message in list(waiting):
            if round_no == 0 and message.pk % 3 == 0:
                # the worker hands it over and dies before it can say so
                OutboxMessage.objects.filter(pk=message.pk).update(attempts=1)
                with contextlib.suppress(SendFailed, OSError):
                    gateway.send(to=message.to, body=message.body, key=str(message.pk), again=False)
                continue
            with contextlib.suppress(JobError):
                services.deliver(message_id=message.pk, through=gateway)


def test_网关会丢会慢会重复_没有一条发两次_没有一条没下文(
    person: Person, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MESSAGE_SENDER = "minzheng.kernel.notices.simulator.SimulatorSender"
    gateway = SimulatorSender(tmp_path, seed=7)
    messages = [
        services.notify(case=None, person=person, body=f"第 {n} 条。", statutory=True, key=f"k{n}")[1]
        for n in range(120)
    ]
    assert {fate(7, str(m.pk)) for m in messages} >= {name for name, share in FATES if share >= 8}
    run_gateway(gateway, messages)
    with clock.at(NOON + datetime.timedelta(hours=40)):
        for row in gateway.due_receipts():
            services.receive_receipt(
                key=str(row["key"]), delivered=bool(row["delivered"]), why=str(row.get("why") or "")
            )
    with clock.at(NOON + datetime.timedelta(hours=80)):
        services.expire_receipts()
    sent = [json.loads(line)["key"] for path in tmp_path.glob("20*.jsonl") for line in path.open(encoding="utf-8")]
    assert len(sent) == len(set(sent)), "有短信发了两次"
    assert not (tmp_path / "faults.jsonl").exists()
    for message in messages:
        message.refresh_from_db()
        assert message.state in ("delivered", "failed"), (message.state, fate(7, str(message.pk)))
        if message.state == "failed":
            assert message.error
            assert OutboxMessage.objects.filter(fallback_of=message, channel="post").count() == 1
    states = [m.state for m in messages]
    assert states.count("delivered") > 60
    assert states.count("failed") > 5
    assert not any("15401010001" in path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert MessageEvent.objects.filter(what="sent").count() >= states.count("delivered")
