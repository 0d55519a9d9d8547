"""Clerks at work over HTTP: each posts numbered acts, notes what was acknowledged, and tries again what was not."""

from __future__ import annotations

import http.client
import re
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.faults.inside import ACT

PASSWORD = "Demo-2026!"  # noqa: S105  # the demo county's published one
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_PATIENCE = 120.0


class Browser:
    """One clerk's session: cookies, the form token, no redirects followed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def request(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        *,
        photo: tuple[str, bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str, str]:
        """(status, Location, body). ``photo`` is (field name, JPEG). OSError or HTTPException when the server went away
        meanwhile.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(headers or {})}
        body: bytes | None = None
        if form is not None:
            sent["Content-Type"], body = _encoded(
                form | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}, photo
            )
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = line.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.headers.get("Location", ""), text
        finally:
            connection.close()

    def sign_in(self, username: str) -> None:
        """Tried again while connections are cut: a worker killed in the round before may still be closing its own."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                self.request("GET", "/login/")
                status, _, body = self.request("POST", "/login/", {"username": username, "password": PASSWORD})
                break
            except (OSError, http.client.HTTPException):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.25)
        if status != 302:
            raise RuntimeError(f"{username} 登录不了（{status}）：{re.sub('<[^>]+>', ' ', body)[:300]}")


def _encoded(form: dict[str, str], photo: tuple[str, bytes] | None) -> tuple[str, bytes]:
    """Content type and body of a form, as parts when a photo goes with it."""
    if photo is None:
        return "application/x-www-form-urlencoded", urlencode(form).encode()
    mark = "minzheng-part"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in form.items()]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{photo[0]}"; filename="p.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return f"multipart/form-data; boundary={mark}", b"".join(
        [*parts, head.encode(), photo[1], f"\r\n--{mark}--\r\n".encode()]
    )


@dataclass
class Record:
    """What the clients know: ``acknowledged`` case → number; ``already`` were found done when tried again."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    already: dict[str, str] = field(default_factory=dict)
    cut_off: int = 0
    plain_pages: int = 0
    unexpected: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Clerk(threading.Thread):
    """Works through its own cases, one act after another."""

    def __init__(self, port: int, username: str, cases: list[dict[str, str]], record: Record) -> None:
        super().__init__(daemon=True)
        self.browser, self.username, self.cases, self.record = Browser(port), username, cases, record

    def run(self) -> None:
        for case in self.cases:
            self._until_known(case)

    def _until_known(self, case: dict[str, str]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                if self._post(case):
                    return
            except (OSError, http.client.HTTPException):
                with self.record.lock:
                    self.record.cut_off += 1
            time.sleep(0.25)
        self._note_unexpected(f"{case['case']}：{_PATIENCE:.0f} 秒内没有结果")

    def _post(self, case: dict[str, str]) -> bool:
        """Whether it is now known what became of this act."""
        form = {"version": str(case["version"]), "near_relative": "no", "opinion": case["number"]}
        status, location, body = self.browser.request("POST", f"/console/cases/{case['case']}/acts/{ACT}/", form)
        if status == 302 and "/login/" not in location:
            with self.record.lock:
                self.record.acknowledged[case["case"]] = case["number"]
            return True
        if status in (409, 422) and ("已" in body or "变" in body):
            with self.record.lock:
                self.record.already[case["case"]] = case["number"]
            return True
        if status == 503:
            with self.record.lock:
                self.record.plain_pages += 1
            return False
        if status in (302, 403):  # the session's own write was cut off: sign in again
            self.browser.sign_in(self.username)
            return False
        self._note_unexpected(f"{case['case']}：{status} {re.sub('<[^>]+>', ' ', body)[:200]}")
        return True

    def _note_unexpected(self, sentence: str) -> None:
        with self.record.lock:
            self.record.unexpected.append(sentence)
