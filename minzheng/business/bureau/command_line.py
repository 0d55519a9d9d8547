"""What the commands of the bureau's work share. Nothing of the platform is loaded before it is asked for: a plan is read
from a file without database."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from minzheng.kernel.orgs.models import Organization


def refuse(sentence: str) -> NoReturn:
    """One sentence on standard error, exit code 2."""
    click.echo(sentence, err=True)
    sys.exit(2)


def print_json(value: Any) -> None:
    """One JSON object to read, on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def office_given(code: str) -> Organization:
    """The organisation that has this code today; refuses any other."""
    from minzheng.kernel.orgs import selectors as orgs

    return orgs.current(code=code) or refuse(f"没有代码为“{code}”的机构：请用“机构”页上的代码。")


def file_given(file: str) -> Path:
    """An existing file; refuses any other."""
    path = Path(file)
    return path if path.is_file() else refuse(f"找不到文件 {path.name}：请检查路径。")
