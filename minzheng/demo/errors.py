"""示范数据的错误：每个都是一句中文（什么、哪里、怎么办），并带命令行退出码。"""

from __future__ import annotations


class DemoError(Exception):
    """Bad input: the sentence names the file, line or option."""

    exit_code = 2


class NotDemo(DemoError):
    """Loading would touch data that is not part of a demonstration."""


class NotLoaded(DemoError):
    """There is no demonstration in this database."""

    exit_code = 1
