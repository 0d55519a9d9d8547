"""Ids: positive, increasing within a process, different between processes and threads."""

from __future__ import annotations

import multiprocessing
import threading

import pytest

from minzheng.kernel import ids
from minzheng.kernel.ids import new_id, read_number


def test_递增且为正的六十三位整数() -> None:
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    assert 0 < made[0] < made[-1] < 2**63


def test_多线程不重复() -> None:
    made: list[int] = []
    threads = [threading.Thread(target=lambda: made.extend(new_id() for _ in range(2000))) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(made)) == 8000


def _some(_: int) -> list[int]:
    return [new_id() for _ in range(500)]


def test_多进程不重复() -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        made = [number for part in pool.map(_some, range(4), chunksize=1) for number in part]
    assert len(set(made)) == 2000


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("382656106147322880", 382656106147322880), ("007", 7)]
    + [(text, None) for text in ("", " 1", "-1", "²", "１２", "1.0", "x", "9" * 19, "9" * 5000, None)],
)
def test_请求里的编号_认不出的不当作数(text: str | None, number: int | None) -> None:
    assert read_number(text) == number


def test_一整块编号与逐个取的编号互不相同_数据库里按位置算出来的就是这一块() -> None:
    start = ids.block(3000)
    later = [ids.new_id() for _ in range(3)]
    again = ids.block(10)
    steps = 1 << 10
    mine = [start + (place // steps << 22) + place % steps for place in range(3000)]
    assert len(set(mine)) == 3000
    assert max(mine) < min(later)
    assert max(later) < again
    expression = ids.in_block("n")
    assert expression.count("%s") == 1
    worked_out = eval(expression.replace("%s::bigint", str(start)).replace("(n)", "(2999)"))
    assert worked_out == mine[-1]
