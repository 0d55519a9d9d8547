"""The lines printed after start."""

from __future__ import annotations

from minzheng.site.supervisor.supervisor import ready_line, representatives

CLERK = {"username": "qingshi", "password": "p1", "role": "town_clerk", "region": "青石镇", "for": "受理"}
TWIN = CLERK | {"username": "liuxi", "region": "柳溪镇"}
FAMILY = {"username": "15401010001", "password": None, "role": "citizen", "region": "石桥村", "for": "手机申请"}
NOBODY = FAMILY | {"username": "15401010002", "for": ""}


def test_每种用途列一个账号() -> None:
    assert representatives([CLERK, TWIN, FAMILY, NOBODY]) == [CLERK, FAMILY]


def test_就绪一行有地址和有口令的账号() -> None:
    assert ready_line("http://127.0.0.1:8000", [CLERK, FAMILY]) == "就绪 http://127.0.0.1:8000  演示账号 qingshi/p1"


def test_没有示范县时只有地址() -> None:
    assert ready_line("http://127.0.0.1:8000", []) == "就绪 http://127.0.0.1:8000"
