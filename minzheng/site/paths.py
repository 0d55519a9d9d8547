"""Where this program lives on disk: the checkout, the run-time folder (``var/``) and the files in it."""

from __future__ import annotations

import os
from pathlib import Path

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
    0600/0700 themselves.
    """
    var = var_dir()
    var.mkdir(parents=True, exist_ok=True)
    return var
