"""Security headers of every response; error pages that speak Chinese and show nothing internal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory

from minzheng.site import views

CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "manifest-src": "'self'",
}


@pytest.mark.django_db
def test_每个应答都带严格的内容安全策略(client: Client) -> None:
    answer = client.get("/healthz")
    sent = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if part.strip())
    assert sent == CSP
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert len(answer["X-Request-ID"]) == 16


def test_静态文件也带安全头(client: Client, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "mark.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    settings.STATIC_ROOT = tmp_path
    answer = client.get("/static/mark.svg")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("get", "/verify?code=%00", None),
        ("get", "/login/?next=a&q%00=1", None),
        ("get", "/verify/a%00b", None),
        ("post", "/login/", {"username": "x\0y", "password": "z"}),
        ("post", "/m/sign-in/", {"do": "send", "pho\0ne": "1"}),
    ],
)
def test_空字符不进数据库_答以400(client: Client, method: str, path: str, data: dict[str, str] | None) -> None:
    """PostgreSQL refuses it: without this it was a 500 on every page with a search box."""
    answer = getattr(client, method)(path, *([data] if data else []))
    assert answer.status_code == 400
    assert "控制字符" in answer.content.decode()
    assert "Content-Security-Policy" in answer


@pytest.mark.django_db
def test_没有的页面说中文(client: Client) -> None:
    answer = client.get("/没有这一页/")
    assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_出错页面都能画出来且说中文(status: int, rf: RequestFactory) -> None:
    request = rf.get("/")
    view = {400: views.bad_request, 403: views.permission_denied, 404: views.not_found, 500: views.server_error}[status]
    answer = view(request)
    assert answer.status_code == status
    assert any(ord(letter) > 0x4E00 for letter in answer.content.decode())


def test_模板本身出错时用纯文字兜底(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise RuntimeError("模板坏了")

    monkeypatch.setattr(views.loader, "get_template", broken)
    answer = views.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert answer.content.decode() == views.SENTENCES[500]


def test_跨站提交被拒并说明怎么办() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/login/", {"username": "x"})
    assert answer.status_code in (403, 404)
    if answer.status_code == 403:
        assert "刷新" in answer.content.decode()
