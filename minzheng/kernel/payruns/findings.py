"""What others know about the people of a batch: death records, prison, payrolls, lists of other counties.

Capabilities above this one tell it by a module named ``pay_findings.py``:

    @finding("C02")
    def custody() -> tuple[str, list]: ...    # SQL of (person_id, sentence, sure) and its parameters

The SQL reads the temporary table ``pay_people(person_id)``; `sure` false makes a finding that a person may clear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from minzheng.kernel.discovery import import_all

Teller = Callable[[], tuple[str, Sequence[Any]]]
_tellers: dict[str, tuple[str, Teller]] = {}


def finding(code: str) -> Callable[[Teller], Teller]:
    """Declare a teller for a check (C01, C02, C07, C10, C11)."""

    def declare(teller: Teller) -> Teller:
        _tellers[f"{teller.__module__}.{teller.__qualname__}"] = (code, teller)
        return teller

    return declare


def told(only: Sequence[str] = ()) -> list[tuple[str, str, Sequence[Any]]]:
    """(check, SQL, parameters) of every teller, or of these checks."""
    import_all("pay_findings")
    return [(code, *teller()) for _, (code, teller) in sorted(_tellers.items()) if not only or code in only]
