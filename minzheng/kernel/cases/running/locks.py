"""One family, one application: the lock that makes two simultaneous submissions of the same people wait for each other.

This is the one module of the case engine that is not conservative SQL (PostgreSQL advisory locks, held to the end of
the transaction). Another database replaces this function; the partial unique index on `Case` stays behind it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection


def lock_people(item_code: str, id_indexes: Iterable[bytes]) -> None:
    """Wait until no other transaction holds one of these people for this item. Sorted, so that nobody waits in a ring."""
    keys = sorted({int.from_bytes(index[:8], "big", signed=True) ^ _salt(item_code) for index in id_indexes})
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _salt(item_code: str) -> int:
    """A small constant number per item, so that two benefits of one person do not wait for each other."""
    return sum((i + 1) * ord(letter) for i, letter in enumerate(item_code)) & 0xFFFF
