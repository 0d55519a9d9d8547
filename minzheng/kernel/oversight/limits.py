"""The numbers of reading, exporting and findings: data with source and confirmation mark, overridden by settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class Limit:
    """`value` in `unit`; `needs_confirmation`: no rule gives the number, the bureau has to settle it."""

    name: str
    title: str
    value: int
    unit: str
    source: str
    needs_confirmation: bool


@cache
def declared() -> dict[str, Limit]:
    rows: dict[str, dict[str, Any]] = yaml.safe_load((DATA / "limits.yaml").read_text(encoding="utf-8"))
    return {name: Limit(name=name, **row) for name, row in rows.items()}


def limit(name: str) -> int:
    """The number in force: the setting of this name, else the shipped one."""
    return int(getattr(settings, name, declared()[name].value))
