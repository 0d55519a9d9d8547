"""`minzheng crypto recover`: the key ring back from its shares, out of `ring.escrow` or out of any backup.

It stands here and not with the other commands of the keys because it reads backups.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from django.db import transaction

from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto import escrow, keyring, shares
from minzheng.kernel.crypto.keyring import KeyRing
from minzheng.kernel.crypto.shares import Share
from minzheng.kernel.keys import counting
from minzheng.kernel.keys.cli import SHARE, crypto
from minzheng.site.safekeeping import opening
from minzheng.site.safekeeping.errors import SafekeepingError
from minzheng.site.safekeeping.stream import MAGIC
from minzheng.site.safekeeping.wrapping import Keys, ring_id

__all__ = ["crypto"]


@crypto.command()
@SHARE
@click.option("--file", "sealed", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help="托管文件 ring.escrow，或任一份备份文件。")  # fmt: skip
def recover(given: tuple[str, ...], sealed: Path) -> None:
    """在没有密钥文件的机器上，用份额把密钥文件恢复出来。"""
    found = recovered(shares.read_all(given), sealed)
    aside = install(found)
    click.echo(f"已恢复密钥文件 {keyring.path()}（指纹 {ring_id(found)}，{len(found.keys)} 把密钥）。")
    if aside:
        click.echo(f"原来的密钥文件改名为 {aside.name}，没有任何数据用它加密。")


def recovered(given: Sequence[Share], sealed: Path) -> KeyRing:
    """The ring, in memory. Raises BadShare, CannotRecover or SafekeepingError."""
    try:
        with sealed.open("rb") as source:
            is_backup = source.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise escrow.CannotRecover(f"读不到文件 {sealed}（{error.strerror}）：请核对路径。") from None
    if is_backup:
        shares.assemble(given)  # says at once what is wrong with the shares
        return opening.opened(sealed, Keys(shares=given)).ring
    return escrow.recover(given, sealed.read_bytes())


def install(found: KeyRing) -> Path | None:
    """Write the ring; the one that is there may be put aside only when nothing is sealed with it."""
    if keyring.path().exists():
        present = keyring.reload()
        if ring_id(present) == ring_id(found) and found.keys.items() <= present.keys.items():
            raise SafekeepingError("本机的密钥文件就是这一份，不必恢复。")
        if ring_id(present) != ring_id(found) and any(counting.by_key().values()):
            raise SafekeepingError(
                "本机已有数据用另一份密钥加密，换掉密钥文件会打不开它们：没有恢复。请在空的机器上恢复，或用 minzheng restore。"
            )
    aside = keyring.install(found)
    escrow.refresh()
    with transaction.atomic():
        audit.record(actor=audit.SYSTEM, action="crypto.recover", detail={"ring": ring_id(found)})
    return aside
