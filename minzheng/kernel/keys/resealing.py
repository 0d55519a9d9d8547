"""Sealing old values anew with the current key: tables in portions, then the files of the vault.

It may be killed and begun again at any moment: each portion is one transaction, each file one renaming, and what is
done already is skipped by looking at its key number. Old keys stay in the ring until `retire` has proved them unused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction

from minzheng.kernel.crypto import keyring, sealing
from minzheng.kernel.documents import sealed_files, vault
from minzheng.kernel.keys.counting import key_of_file, sealed_models

BATCH = 500
Progress = Callable[[float, str], None]
Atomic = Callable[[], AbstractContextManager[Any]]


@dataclass
class Resealed:
    """How many rows and files changed."""

    rows: int = 0
    files: int = 0


def reseal(*, progress: Progress, atomic: Atomic = transaction.atomic) -> Resealed:
    """Everything of an older key. `progress(percent, message)` may raise to stop; `atomic()` is the transaction of one
    portion (that of a job commits only while its lease is held)."""
    done = Resealed()
    tables = list(sealed_models())
    for place, (model, fields) in enumerate(tables):
        for keys in _portions(model):
            progress(place / len(tables) * 80, f"{model._meta.verbose_name}：已更换 {done.rows} 行")
            with atomic():
                done.rows += _reseal_rows(model, fields, keys)
    for one in sealed_files.known():
        if _reseal_file(one):
            done.files += 1
            if done.files % 50 == 0:
                progress(90, f"文件：已更换 {done.files} 个")
    return done


def _portions(model: type[models.Model]) -> Iterator[list[Any]]:
    """Primary keys in order, some at a time; rows added meanwhile carry the new key already."""
    after: Any = None
    while True:
        rows = model._base_manager.order_by("pk")
        keys = list((rows if after is None else rows.filter(pk__gt=after)).values_list("pk", flat=True)[:BATCH])
        if not keys:
            return
        yield keys
        after = keys[-1]


def _reseal_rows(model: type[models.Model], fields: list[str], keys: list[Any]) -> int:
    """Only the sealed columns are written, as they were: not through save(), which other code may have extended."""
    changed, current = 0, keyring.reload().current
    for row in model._base_manager.filter(pk__in=keys).select_for_update().only(*fields):
        old = [name for name in fields if _key_of(row, name) not in (None, current)]
        for name in old:
            setattr(row, name, getattr(row, name))
        if old:
            models.Model.save(row, update_fields=old)
            changed += 1
    return changed


def _key_of(row: models.Model, name: str) -> int | None:
    stored = row.__dict__[name]
    return sealing.key_number(stored) if stored else None


def _reseal_file(one: sealed_files.SealedFile) -> bool:
    number = key_of_file(Path(settings.MEDIA_ROOT, one.name))
    if number in (None, keyring.ring().current):
        return False
    vault.reseal(one.name, bound_to=one.bound_to)
    return True
