"""One message at a time: what is taken, what is refused, what happens to files, calls and replies."""

from __future__ import annotations

import datetime
import json
import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.datacenter.exchange import envelopes, incoming, messages, partners, services, signing
from minzheng.datacenter.exchange.carriers import files, rest
from minzheng.datacenter.exchange.errors import ExchangeRefused, Rejected
from minzheng.datacenter.exchange.models import ExchangeMessage, ExchangePartner, ExchangeQuarantine, ExchangeRequest
from minzheng.datacenter.exchange.services import Whom
from minzheng.datacenter.exchange.simulator import answer_files
from minzheng.datacenter.exchange.tests.conftest import COUNTY, other_side
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.oversight import readers

pytestmark = pytest.mark.django_db
ID_NO = "990101195803149022"
Make = Callable[..., ExchangePartner]
HOUR = datetime.timedelta(hours=1)
CONSENT = [{"ref": "C1", "until": "2027-12-31"}]


def envelope(one: ExchangePartner, **changes: Any) -> dict[str, Any]:
    """A request of a bureau about one person, signed with its key."""
    now = changes.pop("now", clock.now())
    number = changes.pop("message_id", envelopes.new_id("T"))
    person = {"name": "周桂兰", "id_no": ID_NO}
    body = changes.pop(
        "body", {"people": [{"ref": "1", "sealed": signing.seal(one.secret or "", person, f"{number}:1")}]}
    )
    told: dict[str, Any] = {
        "sender": one.code, "receiver": partners.own_code(), "kind": "request", "body": body, "now": now,
        "expires": now + 24 * HOUR, "message_id": number, "source": "entrusted", "purpose": "entrusted_check",
        "basis": "公租房管理办法", "consents": CONSENT,
    }  # fmt: skip
    return envelopes.make(partners.keys_of(one), **told | changes)


def raw(told: dict[str, Any]) -> bytes:
    return signing.canonical(told)


def code_of(one: ExchangePartner, content: bytes) -> str:
    with pytest.raises(Rejected) as caught:
        messages.accept(one, content)
    return caught.value.code


@pytest.fixture
def housing(partner: Make) -> ExchangePartner:
    return partner("housing", may_ask=True, purposes=["entrusted_check"])


def test_收下一次_重复的不再办_改动的重放的过期的都不收(housing: ExchangePartner, partner: Make) -> None:
    told = envelope(housing)
    assert messages.accept(housing, raw(told)).repeated is False
    again = messages.accept(housing, raw(told))
    assert (again.repeated, again.message.repeats, ExchangeRequest.objects.count()) == (True, 1, 1)
    other = envelope(housing, message_id=told["id"], body={"people": []})
    assert code_of(housing, raw(other)) == "reused"
    plain = {name: value for name, value in envelope(housing).items() if name != "signature"} | {"nonce": told["nonce"]}
    signed = signing.SCHEMES["hmac-sm3"].sign(housing.secret or "", raw(plain))
    assert code_of(housing, raw(plain | {"signature": signed})) == "replay"
    assert code_of(housing, raw(envelope(housing) | {"basis": "别的依据"})) == "signature"
    assert code_of(housing, raw(envelope(housing) | {"signature": "无"})) == "signature"
    assert code_of(housing, raw(envelope(housing, now=clock.now() - 48 * HOUR))) == "expired"
    assert code_of(housing, raw(envelope(housing, now=clock.now() + HOUR))) == "early"
    assert code_of(housing, raw(envelope(housing, sender="somebody"))) == "address"
    stranger = partner("stranger", may_ask=True, purposes=["entrusted_check"])
    assert code_of(housing, raw(envelope(stranger, sender="housing"))) == "key"
    assert code_of(housing, raw(told)[:-30]) == "json"
    assert code_of(housing, "半个".encode("gb18030")) == "encoding"
    assert code_of(housing, b"[" * 100_000) == "json"
    assert code_of(housing, raw(told | {"extra": 1})) == "shape"
    swapped = envelope(housing)
    swapped_body = {"people": [swapped["body"]["people"][0] | {"ref": "2"}]}
    assert code_of(housing, raw(envelope(housing, message_id=swapped["id"], body=swapped_body))) == "sealed"
    assert ExchangeRequest.objects.count() == 1


def test_换了密钥_原密钥再用几天_过后不收(housing: ExchangePartner, monkeypatch: pytest.MonkeyPatch) -> None:
    old = envelope(housing)
    secret = partners.new_key(actor=SYSTEM, partner=housing)
    housing.refresh_from_db()
    assert housing.secret == secret
    assert messages.accept(housing, raw(old)).message.state == "received"
    assert messages.accept(housing, raw(envelope(housing))).message.state == "received"
    late = clock.now() + 8 * 24 * HOUR
    monkeypatch.setattr(clock, "now", lambda: late)
    assert code_of(housing, raw(old)) == "key"


def test_没有授权_没有开通_没有依据_人太多_不予提供并留下记录(housing: ExchangePartner) -> None:
    reasons = []
    for changes in (
        {"consents": []},
        {"consents": [{"ref": "C", "until": "2020-01-01"}]},
        {"purpose": "monitoring"},
        {"basis": " "},
    ):
        message = messages.accept(housing, raw(envelope(housing, **changes))).message
        asked = ExchangeRequest.objects.get(message=message)
        assert asked.state == "refused"
        reasons.append(asked.refusal)
        sent = ExchangeMessage.objects.get(direction="out", reply_to=message.message_id)
        assert sent.envelope["body"]["refused"] == asked.refusal
    assert [text[:6] for text in reasons] == ["没有附本人授", "授权已过期（", "没有开通“动", "没有写明法律"]


def test_文件交换_坏文件隔离_好文件照收_杀掉重来不重复(
    housing: ExchangePartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = files.folder("housing")
    good = envelope(housing)
    (root / "inbox" / f"{good['id']}.json").write_bytes(raw(good))
    (root / "inbox" / "a-broken.json").write_bytes(raw(good)[:100])
    (root / "inbox" / "b-large.json").write_bytes(b" " * (messages.most_bytes() + 2))
    (root / "inbox" / "being-written.json.part").write_bytes(b"{")
    (root / "inbox" / "c-link.json").symlink_to("/etc/passwd")
    early = envelope(housing, now=clock.now() + HOUR)
    (root / "inbox" / f"{early['id']}.json").write_bytes(raw(early))

    class Killed(BaseException):
        """As if the process ended here."""

    move = files._move
    monkeypatch.setattr(files, "_move", lambda *args: (_ for _ in ()).throw(Killed()))
    for _ in range(2):  # each time it dies before the first file is moved
        with pytest.raises(Killed):
            messages.look(housing)
    monkeypatch.setattr(files, "_move", move)
    counts = messages.look(housing)
    assert (counts.taken, counts.quarantined, counts.left) == (1, 3, 1)
    assert ExchangeRequest.objects.count() == 1
    held = {row.name: row.reason for row in ExchangeQuarantine.objects.all()}
    assert set(held) == {"a-broken.json", "b-large.json", "c-link.json"}
    assert "JSON" in held["a-broken.json"]
    assert "链接" in held["c-link.json"]
    assert (root / "quarantine" / "a-broken.json").read_bytes() == raw(good)[:100]
    assert json.loads((root / "inbox" / "a-broken.json.ack").read_text(encoding="utf-8"))["ok"] is False
    assert json.loads((root / "inbox" / f"{good['id']}.json.ack").read_text())["ok"] is True
    assert (root / "inbox" / f"{early['id']}.json").exists()
    assert os.path.islink(root / "quarantine" / "c-link.json")
    assert messages.look(housing).taken == 0


def test_一户一查_问出去_答复入湖_本人看得到(
    partner: Make, family: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = partner("bank", sources=["deposit"])
    whom = [Whom("周桂兰", ID_NO), Whom("周小明", "990101198001011238")]
    given: dict[str, Any] = {"actor": SYSTEM, "source": "deposit", "purpose": "aid_check", "region_code": COUNTY}
    with pytest.raises(ExchangeRefused, match="有效授权"):
        services.ask(**given, people=whom, consents=[])
    with pytest.raises(ExchangeRefused, match="没有登记提供"):
        services.ask(**given | {"source": "vehicle"}, people=whom, consents=CONSENT)
    asked = services.ask(**given, people=whom, consents=CONSENT, message_id="990101-HD-2026-000001-01")
    assert services.ask(**given, people=whom, consents=CONSENT, message_id="990101-HD-2026-000001-01").pk == asked.pk
    message = asked.message
    assert ID_NO not in json.dumps(message.envelope)
    assert messages.deliver(message) == "sent"
    written = (files.folder("bank") / "outbox" / f"{message.message_id}.json").read_text()
    assert ID_NO not in written
    assert "周桂兰" not in written
    assert answer_files(other_side(bank)) == 1
    assert messages.look(bank).taken == 1
    reply = ExchangeMessage.objects.get(direction="in")
    assert JobRun.objects.filter(name=incoming.WORK).count() == 1
    assert incoming.work(reply) == "done"
    assert incoming.work(reply) == "done"
    asked.refresh_from_db()
    batch = LakeBatch.objects.get()
    assert (asked.state, asked.batch_no, batch.state, batch.region_code) == ("answered", batch.no, "held", COUNTY)
    assert asked.rows == batch.rows > 0
    assert message.message_id in batch.basis
    assert not list((files.folder("bank") / "work").iterdir())
    # The answer is taken once; a second one is no answer
    second = other_side(bank)
    other = second.answer(signing.canonical(message.envelope))
    assert code_of(bank, signing.canonical(other)) == "answered"
    lines, _older = readers.for_person(SYSTEM, family["person"].pk)
    (line,) = (one for one in lines if one.what == "外部数据")
    assert "bank（模拟）" in line.purpose
    assert AuditEntry.objects.filter(action="exchange.ask", object_type="person").count() == 1


def call(client: Client, one: ExchangePartner, method: str, url: str, body: bytes = b"", **headers: str) -> Any:
    keys, stamp = partners.keys_of(one), str(int(time.time()))
    told = {"X-Partner": one.code, "X-Key-Id": keys.current, "X-Timestamp": stamp, "X-Nonce": "n"}
    told["X-Signature"] = rest.signature(keys, keys.current, method, url, stamp, "n", body)
    send = getattr(client, method.lower())
    extra = {"data": body, "content_type": "application/json"} if method == "POST" else {}
    return send(url, headers=told | headers, **extra)


def test_接口_签名对才进_只看得到自己的_限次数(
    housing: ExchangePartner, partner: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, url = Client(enforce_csrf_checks=True), reverse("exchange.api_take")
    told = envelope(housing)
    assert client.post(url, raw(told), content_type="application/json").status_code == 401
    wrong = call(client, housing, "POST", url, raw(told), **{"X-Signature": "0" * 64})
    unknown = call(client, housing, "POST", url, raw(told), **{"X-Partner": "nobody"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert call(client, housing, "POST", url, raw(told), **{"X-Timestamp": "1"}).json()["code"] == "time"
    taken = call(client, housing, "POST", url, raw(told))
    assert (taken.status_code, taken.json()["repeated"]) == (202, False)
    where = reverse("exchange.api_give", kwargs={"message_id": told["id"]})
    assert call(client, housing, "GET", where).status_code == 202
    stranger = partner("stranger", may_ask=True)
    assert call(client, stranger, "GET", where).status_code == 404
    asked = ExchangeRequest.objects.get()
    services.answer(actor=SYSTEM, request_id=asked.pk, rows={"1": [{"title": "机动车辆", "value": 1}]})
    got = call(client, housing, "GET", where)
    reply = got.json()
    assert got.status_code == 200
    assert ID_NO not in got.content.decode()
    opened = signing.unseal(housing.secret or "", reply["body"]["people"][0]["sealed"], f"{reply['id']}:1")
    assert opened == {"rows": [{"title": "机动车辆", "value": 1}]}
    assert call(client, housing, "POST", url, raw(told)).json() == reply
    with pytest.raises(ExchangeRefused, match="不能再答复"):
        services.refuse(actor=SYSTEM, request_id=asked.pk, why="不给就是不给")
    ExchangePartner.objects.filter(pk=housing.pk).update(per_minute=1)
    assert call(client, housing, "GET", where).status_code == 429
    huge = call(client, stranger, "POST", url, b" " * (messages.most_bytes() + 1))
    assert huge.status_code == 413
