"""戏台：一个服务器、一个浏览器、一份示范数据，全部故事共用；日子可以往后拨。"""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from minzheng.kernel import clock

T = TypeVar("T")
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]
PICTURES = "MINZHENG_PICTURES"  # 设了就把每一页存成图片，放在这个文件夹


def chromium() -> str | None:
    """浏览器的位置；没有时为 None。"""
    found = os.environ.get("MINZHENG_CHROMIUM") or CHROMIUM
    return found if Path(found).exists() else shutil.which("chromium")


def pictures() -> Path | None:
    folder = os.environ.get(PICTURES)
    return Path(folder) if folder else None


@contextmanager
def serving() -> Iterator[str]:
    """在本进程的线程里开一个服务器，返回网址。与测试同一个进程，拨日子时它也跟着走。"""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()


@contextmanager
def on(day: datetime.date | str) -> Iterator[None]:
    """这一段故事发生在这一天。服务器的线程也看得到，所以用环境变量。"""
    before = os.environ.get(clock.VARIABLE)
    os.environ[clock.VARIABLE] = str(day)
    try:
        yield
    finally:
        if before is None:
            del os.environ[clock.VARIABLE]
        else:
            os.environ[clock.VARIABLE] = before


def aside(work: Callable[[], T]) -> T:
    """在另一个线程里碰数据库：浏览器的驱动占着主线程的事件循环，Django 不许在那里查库。"""
    from django.db import connection

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def run_jobs() -> None:
    """把排着队的后台任务和到期该办的事做完（排印文书、发消息、首次发放）。"""
    from minzheng.kernel.jobs import services
    from minzheng.kernel.jobs.worker import drain

    def work() -> None:
        for name in ("cases.due", "notices.sweep"):
            services.enqueue(name, key=f"story:{name}:{clock.now().isoformat()}")
        drain()

    aside(work)
