"""What the page “密钥” tells the security administrator to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from minzheng.kernel.keys.pages import PAGES, advice

NOW = datetime.now().astimezone()
DRILLED = {"at": NOW.isoformat(), "ok": True, "opened": 9, "shares": [1, 2]}
ESCROW = {"id": "0badcafe", "made": NOW.isoformat(), "shares": 3, "threshold": 2, "fresh": True, "last_drill": DRILLED}
WHOLE: dict[str, Any] = {"escrow": ESCROW, "pending_reseal": 0, "job": None}


def told(**changes: Any) -> list[str]:
    return [one["what"] for one in advice(WHOLE | changes)]


def test_一切正常时也说一句() -> None:
    assert told() == ["没有要办的事"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"escrow": None}, "密钥没有托管"),
        ({"escrow": ESCROW | {"last_drill": None}}, "托管还没有演练过"),
        ({"escrow": ESCROW | {"last_drill": DRILLED | {"ok": False}}}, "上次演练没有通过"),
        ({"escrow": ESCROW | {"fresh": False}}, "托管文件比密钥环旧"),
        ({"escrow": ESCROW | {"last_drill": DRILLED | {"at": (NOW - timedelta(days=400)).isoformat()}}}, "上次演练已过 400 天"),
        ({"pending_reseal": 7}, "还有 7 项用旧密钥加密"),
        ({"job": {"state": "failed", "progress": 3, "message": ""}}, "重新加密的任务失败了"),
    ],
)  # fmt: skip
def test_缺什么就说什么_并说怎么办(changes: dict[str, Any], sentence: str) -> None:
    assert told(**changes) == [sentence]
    assert all(one["how"] for one in advice(WHOLE | changes))


def test_正在重新加密时不催办() -> None:
    assert told(pending_reseal=7, job={"state": "running", "progress": 40, "message": ""}) == ["没有要办的事"]


def test_启用新密钥要再次验证本人() -> None:
    (rotate,) = (page for page in PAGES if page.code == "keys.rotate")
    assert rotate.step_up is True
    assert {page.permission for page in PAGES} == {"crypto.manage"}
