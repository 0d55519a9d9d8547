"""The published address: https and nothing but a host, or this machine for trying things out."""

from __future__ import annotations

import pytest

from minzheng.site.environment import public_url
from minzheng.site.environment.dangers import _published


@pytest.mark.parametrize(
    "url", ["https://mz.example.gov.cn", "https://mz.example.gov.cn:8443/", "http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"]
)  # fmt: skip
def test_可以公布的网址(url: str) -> None:
    assert public_url.problems(url) == []


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://mz.example.gov.cn", "没有加密"),
        ("https://mz.example.gov.cn/mz", "只写到域名"),
        ("https://admin@mz.example.gov.cn", "只写到域名"),
        ("ftp://mz.example.gov.cn", "不是网址"),
        ("mz.example.gov.cn", "不是网址"),
        ("https://[::1", "不是网址"),
        ("https://host:99999", "不是网址"),
    ],
)
def test_不能公布的说怎么改(url: str, sentence: str) -> None:
    [found] = public_url.problems(url)
    assert (sentence in found and "请" in found) or "不带" in found


def test_对外监听而没有公布网址_提醒二维码打不开() -> None:
    assert "二维码" in next(iter(_published({"HOST": "0.0.0.0"}))).sentence
    assert list(_published({"HOST": "127.0.0.1"})) == []
    assert list(_published({"HOST": "0.0.0.0", "MINZHENG_PUBLIC_URL": "https://mz.example.gov.cn"})) == []
