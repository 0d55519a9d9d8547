"""存放材料与文书的加密文件柜：``var/files/ab/cd/<名>``，SM4-GCM 加密，在网站目录之外，只许本程序读写。

文件先写到同一目录的临时名，fsync 后改名，再 fsync 目录：断电之后要么是整份，要么没有。密文绑定用途与行号，
把一份文件拷到另一份的位置打不开。
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from minzheng.kernel.crypto.sealing import CannotOpen, open_sealed, seal, sm3
from minzheng.kernel.documents.errors import DamagedFile

#: 正文的后缀；小图是同名的 ``.thumb``。
SUFFIXES = ("jpg", "png", "pdf")
_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}\.[a-z]{3,5}")


def put(plain: bytes, *, bound_to: str, suffix: str, beside: str = "") -> str:
    """加密存一份，返回相对路径。路径是随机的，看不出内容、归属和是否重复；``beside`` 指定与哪一份同名不同后缀（小图）。"""
    name = sibling(beside, suffix) if beside else _new_name(suffix)
    target = _full(name)
    token = target.stem
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_name(f".{token}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(seal(plain, bound_to.encode()))
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)
    return name


def get(name: str, *, bound_to: str, sha: str | None) -> bytes:
    """解密读出并核对 SM3（``sha`` 为 None 时只靠密文自带的校验）。文件缺失、被换或被改抛出 DamagedFile。"""
    try:
        plain = open_sealed(_full(name).read_bytes(), bound_to.encode())
    except FileNotFoundError:
        raise DamagedFile(f"文件不见了（{name}）：请从备份恢复文件目录，并报告系统管理员。") from None
    except CannotOpen as error:
        raise DamagedFile(f"文件打不开（{name}）：{error}") from None
    if sha is not None and sm3(plain) != sha:
        raise DamagedFile(f"文件内容与登记的 SM3 不符（{name}）：请报告审计员，并从备份恢复。")
    return plain


def sibling(name: str, suffix: str) -> str:
    """与 ``name`` 同名、后缀不同的文件名。"""
    return f"{stem(name)}.{suffix}"


def drop(name: str) -> None:
    """删掉一份；不存在也算成功。"""
    if name:
        _full(name).unlink(missing_ok=True)


def stem(name: str) -> str:
    """去掉后缀的名字：一份材料和它的小图相同。"""
    return name.rpartition(".")[0]


def names_between(since: float, before: float) -> Iterator[str]:
    """改动时间在两个时刻（Unix 秒）之间的文件名；不是本模块取的名字不管。"""
    for path in _files():
        name = path.relative_to(settings.MEDIA_ROOT).as_posix()
        if _NAME.fullmatch(name) and since <= path.stat().st_mtime < before:
            yield name


def drop_drafts(before: float) -> int:
    """删掉断电留下的写到一半的临时文件（``.part``）；返回个数。"""
    drafts = [path for path in _files() if path.suffix == ".part" and path.stat().st_mtime < before]
    for path in drafts:
        path.unlink(missing_ok=True)
    return len(drafts)


def _files() -> Iterator[Path]:
    for folder, _, files in os.walk(settings.MEDIA_ROOT):
        yield from (Path(folder, file) for file in files)


def _new_name(suffix: str) -> str:
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token[2:4]}/{token}.{suffix}"


def _full(name: str) -> Path:
    """名字只能是本模块取的样子：数据库里的路径即使被改，也走不出文件柜。"""
    if not _NAME.fullmatch(name):
        raise DamagedFile(f"文件登记的存放位置不对（{name}）：请报告审计员。")
    return Path(settings.MEDIA_ROOT, name)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
