"""Ids: positive, increasing within a process, different between processes and threads."""

from __future__ import annotations

import multiprocessing
import threading

from minzheng.kernel.ids import new_id


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
