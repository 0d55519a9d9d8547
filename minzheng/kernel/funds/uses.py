"""Who is going to use money: capabilities above this one say so by a module named ``fund_uses.py``.

    @uses
    def of_batches(region_code: str, year: int) -> Iterable[Use]: ...

What has been drawn already is in the ledger and is not told here."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from minzheng.kernel.discovery import import_all

#: Approved and not yet drawn; being prepared.
COMMITTED, WAITING = "committed", "waiting"


@dataclass(frozen=True)
class Use:
    """Money that a place's benefit needs. `reference` names whoever needs it ("paybatch:12"); `month` is day 1; `fen` > 0."""

    reference: str
    region_code: str
    item_code: str
    month: datetime.date
    fen: int
    state: str


Teller = Callable[[str, int], Iterable[Use]]
_tellers: dict[str, Teller] = {}


def uses(teller: Teller) -> Teller:
    """Declare a teller; one a module and name."""
    _tellers[f"{teller.__module__}.{teller.__qualname__}"] = teller
    return teller


def told(region_code: str, year: int) -> list[Use]:
    """Every use of a place (12 digits, places below included) in a budget year, oldest month first."""
    import_all("fund_uses")
    found = [one for teller in _tellers.values() for one in teller(region_code, year)]
    return sorted(found, key=lambda one: (one.month, one.reference))
