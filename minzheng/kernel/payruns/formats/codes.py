"""Our own result codes (reference §3.6): what came of a line, and in plain words what to do. Data: declared/codes.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from minzheng.kernel.payruns.formats.spec import BadFormat

FILE = Path(__file__).parent / "declared" / "codes.yaml"
OUTCOMES = ("paid", "returned", "unknown")
REPAIRS = ("none", "account", "identity", "bank", "retry")


@dataclass(frozen=True)
class Code:
    """`outcome`: paid, returned or unknown; `repair`: what must change before it is paid again; `plain` and `advice` are
    for the citizen; `flag`: what it says of the account (PayeeAccount.FLAGS)."""

    code: str
    title: str
    outcome: str
    repair: str
    plain: str
    advice: str
    flag: str = ""


@cache
def all() -> Mapping[str, Code]:
    """By code, in the order of the file. Raises BadFormat."""
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))["codes"]
    found = {code: Code(code, **row) for code, row in rows.items()}
    for one in found.values():
        if one.outcome not in OUTCOMES or one.repair not in REPAIRS:
            raise BadFormat(f"{FILE.name}：代码 {one.code} 的 outcome 或 repair 不对。")
    return found


def get(code: str) -> Code:
    """One code; what nobody declared counts as 99."""
    return all().get(code) or all()["99"]


def with_outcome(outcome: str) -> tuple[str, ...]:
    return tuple(one.code for one in all().values() if one.outcome == outcome)
