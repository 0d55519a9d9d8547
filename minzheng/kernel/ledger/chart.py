"""科目表 as data (chart.yaml): read once, put into the table when the first posting needs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from minzheng.kernel.ledger.models import LedgerAccount


@dataclass(frozen=True)
class Planned:
    """One account of the chart: `kind` and `unit` are codes of `LedgerAccount`."""

    code: str
    title: str
    kind: str
    unit: str
    parent: str | None = None


class UnknownAccount(ValueError):
    """A posting names an account that the chart does not have."""


@cache
def planned() -> dict[str, Planned]:
    """Every account of chart.yaml by code, in its order. Raises ValueError for a kind or unit that is none."""
    rows = yaml.safe_load((Path(__file__).parent / "chart.yaml").read_text("utf-8"))
    found = {row["code"]: Planned(**row) for row in rows}
    kinds, units = dict(LedgerAccount.KINDS), dict(LedgerAccount._meta.get_field("unit").flatchoices)
    for one in found.values():
        if one.kind not in kinds or one.unit not in units or (one.parent and one.parent not in found):
            raise ValueError(f"科目 {one.code} 的类别、单位或上级写错了，请修正 chart.yaml。")
    return found


def ensure() -> None:
    """Accounts of the chart that the table lacks are put in; safe when many do it at once."""
    have = set(LedgerAccount.objects.values_list("code", flat=True))
    missing = [one for code, one in planned().items() if code not in have]
    if missing:
        # upper accounts come first in the file; a loser of the race finds the winner's rows
        LedgerAccount.objects.bulk_create(
            [LedgerAccount(one.code, one.title, one.kind, one.unit, one.parent) for one in missing],
            ignore_conflicts=True,
        )


def title(code: str) -> str:
    """The account's Chinese title; the code itself when it has left the chart."""
    one = planned().get(code)
    return one.title if one else code
