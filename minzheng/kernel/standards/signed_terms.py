"""Numbers that the office confirms (kernel/terms), among the parameters: they stand on the confirmation page, are drafted
and signed like any other value, and what is signed is what the platform goes by.

They hold for the whole installation. Where places on several levels have signed one, the highest place's value counts."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import lru_cache

from django.db import Error as DatabaseError

from minzheng.kernel import terms
from minzheng.kernel.regions import codes
from minzheng.kernel.standards import sets, values
from minzheng.kernel.terms import Signed, Term, Terms
from minzheng.policy.params import Declaration, ParamSet, Row
from minzheng.policy.regions import NATION

# An override of the installation is its own decision, made on the spot: nothing is left to confirm.
EVIDENCE = {terms.LOCAL: "verified"}
#: Levels that may settle one: those that run an installation.
SET_BY = ("国", "省", "市", "县")


def signed(name: str) -> list[Signed]:
    """Signed values of this parameter, the highest place's and there the latest first. Empty while the database is away:
    whoever asks then goes by the shipped value."""
    try:
        rows = [row for row in values.current() if row.name == name]
    except DatabaseError:
        return []
    rows.sort(key=lambda row: codes.level(row.region))
    return [
        Signed(int(row.value), row.since, None if row.until == datetime.date.max else row.until, row.reference)
        for row in rows
    ]


def param_set(group: Terms) -> ParamSet:
    """The group's numbers as the confirmation page reads them, with what overrides them in front."""
    table = tuple((key, tuple(rows), group.overridden(key)) for key, rows in group.history().items())
    return _param_set(group.code, group.prefix, table)


@lru_cache(maxsize=16)
def _param_set(code: str, prefix: str, table: tuple[tuple[str, tuple[Term, ...], Term | None], ...]) -> ParamSet:
    declared, rows = {}, []
    for key, shipped, override in table:
        name, first = f"{prefix}_{key}", shipped[0]
        declared[name] = Declaration(
            name=name,
            benefit=code.partition(".")[0],
            type="整数",
            title=first.title,
            unit=first.unit,
            basis=first.basis,
            set_by=SET_BY,
            floor=Decimal(first.least),
            ceiling=Decimal(first.most),
        )
        told = [override] if override else []
        # The one in force is the last that has begun; the installation's own go before the shipped ones.
        told += sorted(shipped, key=lambda row: (row.evidence == terms.LOCAL, row.valid_from), reverse=True)
        for one in told:
            evidence, since = EVIDENCE.get(one.evidence, one.evidence), one.valid_from
            rows.append(Row(name, NATION, one.value, since, datetime.date.max, one.unit, one.basis, evidence))
    return ParamSet(declared, rows)


def register_all() -> None:
    """Put every group declared so far among the sets (again is harmless)."""
    for group in terms.all_terms():
        sets.register(group.code, group.title, lambda group=group: param_set(group), file=group.code.replace(".", "/"))  # type: ignore[misc]


terms.sign_source(signed)
