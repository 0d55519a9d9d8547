"""录下一次提交写了哪些行，再原样用裸 SQL 写一遍：这就是“同样的行，最少要多久”。

录的时候全部在一个最后回滚的事务里真的提交一遍，所以行号、编号、密文都是真的；回滚之后重放不会撞键。
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

Statements = list[tuple[str, Any]]
_WRITES = ("INSERT", "UPDATE", "DELETE")


class _Recorder:
    def __init__(self) -> None:
        self.seen: Statements = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many and sql.lstrip().upper().startswith(_WRITES):
            self.seen.append((sql, params))
        return execute(sql, params, many, context)


def record(works: list[Callable[[], None]]) -> list[Statements]:
    """每件工作的写语句；数据库最后与开始时一样。"""
    recorded = []
    with transaction.atomic():
        for work in works:
            recorder = _Recorder()
            with connection.execute_wrapper(recorder):
                work()
            recorded.append(recorder.seen)
        transaction.set_rollback(True)
    return recorded
