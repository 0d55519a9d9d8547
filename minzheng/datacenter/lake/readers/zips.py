"""Zip bombs: an Excel workbook is a zip, and what it unpacks to is counted before anything reads it."""

from __future__ import annotations

import zipfile
import zlib
from typing import Any

from minzheng.datacenter.lake.errors import LakeRefused

#: Unpacked bytes of a workbook at most; a million rows of twenty columns stay far below.
MOST_UNPACKED = 2 << 30
#: Unpacked ÷ packed above which a workbook of some size is none (sheets of real tables reach 5 to 60).
MOST_RATIO = 250
_SMALL = 64 << 20
MOST_MEMBERS = 2000


def refuse_bomb(file: Any, name: str) -> None:
    """Unpack every member once without keeping it: the sizes a zip states may be lies. Raises LakeRefused."""
    try:
        with zipfile.ZipFile(file) as packed:
            members = packed.infolist()
            if len(members) > MOST_MEMBERS:
                raise LakeRefused(f"文件“{name}”里有 {len(members)} 个部件，不像一张表：请重新从 Excel 另存后上传。")
            stated = sum(one.file_size for one in members)
            _refuse_large(stated, sum(one.compress_size for one in members), name)
            for one in members:
                _unpack(packed, one)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise LakeRefused(
            f"文件“{name}”已损坏或有密码（{type(error).__name__}）：请在 Excel 里取消密码、另存后再上传。"
        ) from None


def _refuse_large(unpacked: int, packed: int, name: str) -> None:
    if unpacked > MOST_UNPACKED:
        raise LakeRefused(
            f"文件“{name}”展开后有 {unpacked >> 20} MB，超过 {MOST_UNPACKED >> 20} MB：请改报 CSV，或按地区分成几个文件。"
        )
    if unpacked > _SMALL and unpacked > packed * MOST_RATIO:
        raise LakeRefused(
            f"文件“{name}”展开后是原来的 {unpacked // max(packed, 1)} 倍（{unpacked >> 20} MB），不像正常的表格，没有打开："
            "请重新从 Excel 另存，或改报 CSV。"
        )


def _unpack(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Reading stops at the stated size, and then the checksum does not fit: a lie is a BadZipFile."""
    with packed.open(member) as content:
        while content.read(1 << 20):
            pass
