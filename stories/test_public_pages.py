"""Pages without sign-in: anybody can see them, read them, and nothing external is fetched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = [
    ("首页", "/"),
    ("登录", "/m/sign-in/"),
    ("查进度", "/m/progress/"),
    ("事项说明", "/m/items/assistance.dibao/"),
    ("工作人员登录", "/login/"),
    ("公示", "/publicity/"),
]


@pytest.mark.parametrize(("title", "path"), PAGES)
def test_手机上看公开的页(comes: Callable[..., Any], title: str, path: str) -> None:
    comes("过路人", phone=True).go(path).look(title)


def test_查进度填错了_一眼看到改哪里(comes: Callable[..., Any]) -> None:
    visitor = comes("过路人", phone=True).go("/m/progress/")
    visitor.press("查询").sees("有 2 处要改", "请填写办件编号").look("查进度填错")
    visitor.press("请填写办件编号。")
    assert visitor.page.evaluate("document.activeElement.id") == "no"
