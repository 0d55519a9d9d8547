"""这套程序在磁盘上的位置：检出目录、运行数据目录（``var/``）和其中的文件。"""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def checkout() -> Path | None:
    """源码检出目录；以轮子安装、没有检出时为 None。"""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() else None


def var_dir() -> Path:
    """运行数据目录：``MINZHENG_VAR``，否则检出目录（或当前目录）下的 ``var``。"""
    named = os.environ.get("MINZHENG_VAR")
    if named:
        return Path(named).expanduser().absolute()
    return (checkout() or Path.cwd()) / "var"


def ensure_var() -> Path:
    """建好运行数据目录；里面有密钥和个人数据，所以只许本人进入的文件各自设 0600/0700。"""
    var = var_dir()
    var.mkdir(parents=True, exist_ok=True)
    return var
