"""Pages without sign-in open for everybody; the others send the anonymous to sign in."""

from __future__ import annotations

import pytest
from django.test import Client

from minzheng.online.pages import PAGES

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client()


def test_首页列出能申请的事项(client: Client) -> None:
    body = client.get("/").content.decode()
    assert "我要申请" in body
    assert "最低生活保障" in body


def test_没有登录打开我的办件_先请登录再回来(client: Client) -> None:
    answer = client.get("/m/mine/")
    assert answer.status_code == 302
    assert answer["Location"] == "/m/sign-in/?next=%2Fm%2Fmine%2F"


@pytest.mark.parametrize(
    "page", [p for p in PAGES if p.permission is None and not p.has_arguments], ids=lambda p: p.code
)
def test_公开页匿名可看(client: Client, page: object) -> None:
    answer = client.get("/" + page.path)  # type: ignore[attr-defined]
    # The receipt belongs to the browser that objected or told of somebody; anybody else is asked for the number
    assert answer.status_code == 200 or answer["Location"] in ("/publicity/objection/answer/", "/m/found/answer/")


def test_手机号不对_说清怎么改_不发验证码(client: Client) -> None:
    answer = client.post("/m/sign-in/", {"do": "send", "phone": "123"})
    assert answer.status_code == 422
    assert "手机号应为 11 位数字" in answer.content.decode()
    assert "短信里的 6 位数字" not in answer.content.decode()


def test_编号和后四位都没填_两处一起说(client: Client) -> None:
    body = client.post("/m/progress/", {}).content.decode()
    assert "有 2 处要改" in body
    assert 'href="#no"' in body and 'href="#tail"' in body
