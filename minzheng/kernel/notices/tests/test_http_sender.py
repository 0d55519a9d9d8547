"""The HTTP gateway: signed requests, answers that mean “again” or “never”, receipts that prove where they come from."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from minzheng.kernel.notices import http_sender, services
from minzheng.kernel.notices.errors import SendFailed
from minzheng.kernel.notices.http_sender import HttpSender
from minzheng.kernel.subjects.models import Person

SECRET = "not-a-real-secret"


class Gateway(BaseHTTPRequestHandler):
    seen: list[dict[str, Any]] = []
    answer: tuple[int, bytes] = (200, b'{"id": "G1"}')

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Gateway.seen.append({"headers": dict(self.headers), "body": body})
        status, answer = Gateway.answer
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def gateway(settings: Any, tmp_path: Path) -> Iterator[type[Gateway]]:
    Gateway.seen, Gateway.answer = [], (200, b'{"id": "G1"}')
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    settings.MESSAGE_GATEWAY = {
        "url": f"http://127.0.0.1:{server.server_port}/send",
        "key_id": "minzheng-1",
        "secret_file": str(secret),
        "timeout": 2,
    }
    yield Gateway
    server.shutdown()
    server.server_close()


def send() -> str:
    return HttpSender().send(to="15401010001", body="【民政服务】您好。", key="42", again=False)


def test_签名的请求_网关给回执号(gateway: type[Gateway]) -> None:
    assert send() == "G1"
    (seen,) = gateway.seen
    assert json.loads(seen["body"]) == {
        "key": "42", "to": "15401010001", "body": "【民政服务】您好。", "again": False,
    }  # fmt: skip
    stamp = seen["headers"]["X-Timestamp"]
    assert seen["headers"]["X-Signature"] == http_sender.signature(stamp, seen["body"])
    assert seen["headers"]["X-Key-Id"] == "minzheng-1"
    assert SECRET not in str(seen)


@pytest.mark.parametrize(
    ("answer", "retry"),
    [
        ((500, b""), True),
        ((429, b""), True),
        ((200, b"<html>"), True),
        ((401, b""), True),
        ((302, b""), False),
        ((400, b""), False),
    ],
)
def test_哪些回答还要再试(gateway: type[Gateway], answer: tuple[int, bytes], retry: bool) -> None:
    gateway.answer = answer
    with pytest.raises(SendFailed) as caught:
        send()
    assert caught.value.retry is retry
    assert "15401010001" not in str(caught.value)
    assert len(gateway.seen) == 1, "不跟着转向走"


def test_连不上和没有密钥都说得清楚(gateway: type[Gateway], settings: Any) -> None:
    good = settings.MESSAGE_GATEWAY
    settings.MESSAGE_GATEWAY = good | {"url": "http://127.0.0.1:1/"}
    with pytest.raises(SendFailed, match="连不上"):
        send()
    settings.MESSAGE_GATEWAY = good | {"secret_file": "/nonexistent"}
    with pytest.raises(SendFailed, match="密钥文件"):
        send()
    settings.MESSAGE_GATEWAY = good | {"url": "file:///etc/passwd"}
    with pytest.raises(SendFailed, match="https"):
        send()


def receipt(client: Client, body: dict[str, Any], *, stamp: str = "", signed: str = "") -> int:
    data = json.dumps(body).encode()
    at = stamp or str(int(time.time()))
    return client.post(
        "/api/messages/receipts",
        data,
        content_type="application/json",
        headers={"X-Timestamp": at, "X-Signature": signed or http_sender.signature(at, data)},
    ).status_code


@pytest.mark.django_db
def test_回执要有网关的签名_旧的重放不收(gateway: type[Gateway], caplog: pytest.LogCaptureFixture) -> None:
    person = Person(name="周桂兰", region_code="990101001001", phone="15401010001")
    person.save()
    message = services.send(case=None, person=person, channel="sms", body="您好。", urgent=True)
    with caplog.at_level(logging.DEBUG):
        assert services.deliver(message_id=message.pk, through=HttpSender()) == "sent"
    assert SECRET not in caplog.text
    assert "15401010001" not in caplog.text
    client = Client(enforce_csrf_checks=True)
    told = {"key": str(message.pk), "delivered": True}
    assert receipt(client, told, signed="0" * 64) == 401
    assert receipt(client, told, stamp=str(int(time.time()) - 3600)) == 401
    message.refresh_from_db()
    assert message.state == "sent"
    assert receipt(client, told) == 200
    assert receipt(client, told) == 200
    assert receipt(client, {"nothing": 1}) == 400
    assert receipt(client, {"key": "99", "delivered": True}) == 200
    message.refresh_from_db()
    assert (message.state, message.receipt) == ("delivered", "G1")


@pytest.mark.django_db
def test_没有接网关的不收回执(settings: Any) -> None:
    settings.MESSAGE_GATEWAY = {}
    response = Client().post("/api/messages/receipts", b"{}", content_type="application/json")
    assert response.status_code == 401
