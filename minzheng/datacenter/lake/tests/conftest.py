"""Files as departments send them, and an empty lake for every test."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from minzheng.kernel.subjects import idcard

COUNTY = "990101000000"
#: A source with few columns, each of another type.
SOURCE = "vehicle"
PERIOD = "2026-10"
HEAD = ["公民身份号码", "姓名", "号牌号码", "车辆类型", "初次登记日期", "机动车状态", "购置价格"]
NAMES = ["王芳", "欧阳建国", "李秀英", "买买提·吐尔逊", "赵𠮷明", "单田芳", "张伟", "刘洋"]


def number(place: int) -> str:
    """The ID number of an invented person."""
    return idcard.make("990101", datetime.date(1960, 1, 1) + datetime.timedelta(days=place * 37), 100 + place % 800)


def row(place: int, **changes: Any) -> list[Any]:
    """One good row; `changes` by position, c0 … c6."""
    cells = [
        number(place), NAMES[place % len(NAMES)], f"示A{place:05d}", "小型轿车", f"{2015 + place % 9}-0{1 + place % 9}-15",
        "正常", f"{50000 + place}.50",
    ]  # fmt: skip
    for name, value in changes.items():
        cells[int(name[1:])] = value
    return cells


def text(rows: Sequence[Sequence[Any]], head: Sequence[str] = HEAD) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([head, *rows])
    return out.getvalue()


@pytest.fixture(autouse=True)
def lake(settings: Any, tmp_path: Path) -> Path:
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "lake"


@pytest.fixture
def delivered(tmp_path: Path) -> Callable[..., Path]:
    """``delivered(rows, head=…, encoding=…, name=…)``: a CSV file on the disk; bytes are written as they are."""

    def make(rows: Any, *, head: Sequence[str] = HEAD, encoding: str = "utf-8", name: str = "车辆.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(rows if isinstance(rows, bytes) else text(rows, head).encode(encoding))
        return path

    return make
