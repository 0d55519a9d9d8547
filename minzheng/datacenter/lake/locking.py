"""Who is at work on a batch: locks of the database's session, gone the moment its process dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connection

from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.kernel.crypto import sealing


class Busy(LakeRefused):
    """Another process is at work on the same thing."""


@contextmanager
def held(key: str, *, wait: bool, sentence: str) -> Iterator[None]:
    """Hold a lock of this name while the block runs. Raises Busy with the sentence unless `wait`."""
    number = _number(key)
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            if not cursor.fetchone()[0]:
                raise Busy(sentence)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def of_batch(pk: int, *, wait: bool = False) -> AbstractContextManager[None]:
    """The lock of one batch: whoever writes or sweeps it holds this."""
    return held(f"batch:{pk}", wait=wait, sentence="这一批正在处理，请稍后再试。")


def of_content(source: str, period: str, sha: str, *, wait: bool) -> AbstractContextManager[None]:
    """The lock of one content: the same file is never loaded twice at a time."""
    return held(f"{source}:{period}:{sha}", wait=wait, sentence="同一份文件正在入湖，请等它结束后再试。")


def _number(key: str) -> int:
    return int.from_bytes(bytes.fromhex(sealing.sm3(f"lake:{key}".encode()))[:8], "big", signed=True)
