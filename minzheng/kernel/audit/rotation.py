"""更换字段密钥: a new data key for what is sealed from now on, and sealing old values anew. Both leave an audit line,
which is why this stands here and not in the crypto folder below."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
from django.apps import apps
from django.db import models, transaction

from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto import keyring
from minzheng.kernel.crypto.fields import SealedField

BATCH = 500


def rotate(*, actor: audit.ActorLike = audit.SYSTEM) -> int:
    """A new current key; returns its number. Old values stay readable until they are sealed anew."""
    number = keyring.rotate()
    audit.record(actor=actor, action="crypto.rotate", detail={"key": number})
    return number


def reseal(*, actor: audit.ActorLike = audit.SYSTEM) -> int:
    """Seal every value of an older key with the current one; returns how many rows changed. May be stopped and run
    again: each batch is its own transaction and rows that are done are skipped."""
    changed = 0
    for model, fields in sealed_models():
        keys = list(model._base_manager.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), BATCH):
            changed += _reseal_batch(model, fields, keys[start : start + BATCH])
    audit.record(actor=actor, action="crypto.reseal", detail={"rows": changed, "key": keyring.ring().current})
    return changed


def sealed_models() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Every table with sealed columns, and their names."""
    for model in apps.get_models():
        names = [field.attname for field in model._meta.concrete_fields if isinstance(field, SealedField)]
        if names:
            yield model, names


def _reseal_batch(model: type[models.Model], fields: list[str], keys: list[int]) -> int:
    changed = 0
    current = keyring.reload().current
    with transaction.atomic():
        for row in model._base_manager.filter(pk__in=keys).select_for_update().only(*fields):
            old = [name for name in fields if _key_of(row, name) not in (None, current)]
            for name in old:
                setattr(row, name, getattr(row, name))
            if old:
                row.save(update_fields=old)
                changed += 1
    return changed


def _key_of(row: models.Model, name: str) -> int | None:
    stored = row.__dict__[name]
    return int.from_bytes(stored[1:3], "big") if stored else None


@click.group()
def crypto() -> None:
    """字段密钥：查看、更换、用新密钥重新加密。"""


@crypto.command()
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def show(as_json: bool) -> None:
    """密钥文件的位置、密钥编号（不显示密钥本身）。"""
    ring = keyring.ring()
    if as_json:
        click.echo(json.dumps({"file": str(keyring.path()), "keys": sorted(ring.keys), "current": ring.current}))
    else:
        click.echo(
            f"密钥文件 {keyring.path()}：共 {len(ring.keys)} 把，当前使用第 {ring.current} 号。请与数据库分开备份。"
        )


@crypto.command("rotate")
def rotate_key() -> None:
    """生成新密钥，此后的加密都用它；旧数据仍可读，随后可执行 reseal。"""
    click.echo(f"已启用第 {rotate()} 号密钥。请立即备份密钥文件 {keyring.path()}。")


@crypto.command("reseal")
def reseal_all() -> None:
    """把用旧密钥加密的内容全部改用当前密钥；可中断、可重复执行。"""
    click.echo("正在重新加密……", err=True)
    click.echo(f"重新加密了 {reseal()} 行。")
