"""Where this program lives on disk: the checkout, the run-time folder (``var/``) and the files in it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from minzheng.site.errors import BadSetting

PACKAGE = Path(__file__).resolve().parent.parent


def checkout() -> Path | None:
    """The source checkout; None when installed from a wheel without one."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() else None


def var_dir() -> Path:
    """The run-time folder: ``MINZHENG_VAR``, else ``var`` under the checkout (or the current folder)."""
    named = os.environ.get("MINZHENG_VAR")
    if named:
        return Path(named).expanduser().absolute()
    return (checkout() or Path.cwd()) / "var"


def ensure_var() -> Path:
    """Make the run-time folder. It holds keys and personal data: the files and folders that are the owner's alone set
    0600/0700 themselves. Raises BadSetting when it cannot be made or written to.
    """
    var = var_dir()
    try:
        var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"运行数据目录 {var} 建不起来（{_why(error)}）；请用 MINZHENG_VAR 换一个位置。") from None
    if not os.access(var, os.W_OK | os.X_OK):
        raise BadSetting(f"运行数据目录 {var} 不能写入；请改权限，或用 MINZHENG_VAR 换一个位置。")
    return var


def _why(error: OSError) -> str:
    known = {
        errno.EACCES: "没有权限", errno.EPERM: "没有权限", errno.EROFS: "只读", errno.ENOSPC: "磁盘已满",
        errno.ENOENT: "上级目录不存在", errno.EEXIST: "那里是一个文件", errno.ENOTDIR: "上级是一个文件",
    }  # fmt: skip
    return known.get(error.errno or 0, error.strerror or type(error).__name__)
