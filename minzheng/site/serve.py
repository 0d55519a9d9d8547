"""``minzheng serve``。"""

from __future__ import annotations

import ctypes
import os
import signal

import click

from minzheng.site.errors import BadSetting


@click.command(help="启动平台：内置数据库、网页、后台任务；Ctrl-C 停止。")
@click.option("--host", help="监听地址；默认环境变量 HOST，否则 127.0.0.1。")
@click.option("--port", type=int, help="端口；默认环境变量 PORT，否则 8000。")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="网页工作进程数。")
@click.option("--die-with-parent", is_flag=True, hidden=True, help="启动者（如 make）被 kill -9 时也停下。")
def serve(host: str | None, port: int | None, workers: int, die_with_parent: bool) -> None:
    from minzheng.site.supervisor.supervisor import Supervisor

    if die_with_parent:
        _stop_when_parent_dies()
    Supervisor(host or os.environ.get("HOST") or "127.0.0.1", port or _port(), workers).run()


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise BadSetting(f"环境变量 PORT 是 {text!r}，应为 1 到 65535 的数字。")
    return int(text)


def _stop_when_parent_dies() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)  # PR_SET_PDEATHSIG
