"""What the commands share: who acts, which place is meant, how the answer is told. Bad input ends with exit code 2."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from minzheng.kernel.accounts.actors import SYSTEM, Actor, staff_actor
from minzheng.kernel.regions import codes


def staff(username: str, option: str = "--as") -> Actor:
    """The member of staff with this user name, with today's posts. Raises click.BadParameter when there is none, or none
    in service."""
    found = staff_actor(username)
    if found is None:
        raise click.BadParameter(f"没有用户名为“{username}”的在职工作人员，请核对。", param_hint=option)
    return found


def staff_or_system(username: str, option: str = "--as") -> Actor:
    """The same; the platform itself where no name is given."""
    return staff(username, option) if username else SYSTEM


def place_given(code: str, option: str = "--region") -> str:
    """The 12 digits of a region code. Raises click.BadParameter for what is none."""
    try:
        return codes.full(code)
    except codes.BadRegionCode as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def tell(data: Mapping[str, Any], as_json: bool, lines: Sequence[str]) -> None:
    """The answer on standard output: one JSON object, or lines to read."""
    click.echo(json.dumps(data, ensure_ascii=False) if as_json else "\n".join(lines))
