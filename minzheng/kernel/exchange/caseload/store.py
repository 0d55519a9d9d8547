"""The uploaded file and its rejects: personal data, so sealed in the vault beside the papers (and in their backup)."""

from __future__ import annotations

from minzheng.kernel.documents import vault
from minzheng.kernel.documents.errors import DamagedFile
from minzheng.kernel.exchange.caseload.errors import ImportRefused

KINDS = ("file", "rejects")


def name(batch: int, what: str) -> str:
    """Where the vault keeps it. `what`: one of KINDS."""
    return vault.name_of(bound_to(batch, what), "batch")


def bound_to(batch: int, what: str) -> str:
    return f"caseload.{what}:{batch}"


def put(batch: int, what: str, content: bytes) -> None:
    """Written whole or not at all; what was there is replaced."""
    vault.replace(name(batch, what), content, bound_to=bound_to(batch, what))


def get(batch: int, what: str) -> bytes:
    """Raises ImportRefused when the file is gone or was changed."""
    if not has(batch, what):
        raise ImportRefused("这一批的文件不在了：请重新上传，或从备份恢复文件目录。")
    try:
        return vault.get(name(batch, what), bound_to=bound_to(batch, what), sha=None)
    except DamagedFile:
        raise ImportRefused("这一批的文件打不开，可能被改动过：请报告审计员，并从备份恢复。") from None


def has(batch: int, what: str) -> bool:
    return vault.exists(name(batch, what))


def drop(batch: int, what: str) -> None:
    vault.drop(name(batch, what))
