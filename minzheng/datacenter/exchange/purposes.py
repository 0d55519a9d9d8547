"""用途 of the exchange: what may be asked for what (data in purposes.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Purpose:
    """`title` for staff, `plain` for the citizen; `consent`: only with a valid consent of each person."""

    code: str
    title: str
    plain: str
    basis: str
    consent: bool


@cache
def all() -> dict[str, Purpose]:
    """Every purpose by code."""
    rows = yaml.safe_load(Path(__file__).with_name("purposes.yaml").read_text(encoding="utf-8"))
    return {code: Purpose(code, **row) for code, row in rows.items()}


def title(code: str) -> str:
    return all()[code].title if code in all() else code
