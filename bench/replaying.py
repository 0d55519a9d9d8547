"""Record the rows one submission writes, then write them again with bare SQL: the least time “the same rows” can take.

The recording really submits, inside one transaction that is rolled back at the end, so ids, numbers and ciphertexts are
genuine; after the rollback a replay meets no key conflict.
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
    """The write statements of each piece of work; the database ends as it began."""
    recorded = []
    with transaction.atomic():
        for work in works:
            recorder = _Recorder()
            with connection.execute_wrapper(recorder):
                work()
            recorded.append(recorder.seen)
        transaction.set_rollback(True)
    return recorded
