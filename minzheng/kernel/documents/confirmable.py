"""The terms among the parameters to confirm: every day count and percentage of serving, sending and keeping papers, with
its source, on the page where the policy section signs. A signature settles a value; another value is written into
``VAR_DIR/terms.yaml`` (see ``terms``), because terms hold for the whole installation and not for one place of it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import lru_cache

from minzheng.kernel.documents import terms
from minzheng.kernel.standards import sets
from minzheng.policy.params import Declaration, ParamSet, Row
from minzheng.policy.regions import NATION

CODE, TITLE = "documents.terms", "文书、送达、消息与归档期限"
# The bureau's own file is its own decision, made on the spot: nothing is left to confirm.
EVIDENCE = {"local": "verified"}


def name_of(key: str) -> str:
    """The parameter's name; also what a signed value is stored under."""
    return f"文书期限_{key}"


def param_set() -> ParamSet:
    return _param_set(tuple((key, tuple(rows)) for key, rows in terms.history().items()))


@lru_cache(maxsize=4)
def _param_set(table: tuple[tuple[str, tuple[terms.Term, ...]], ...]) -> ParamSet:
    declared, rows = {}, []
    for key, values in table:
        name, first = name_of(key), values[0]
        declared[name] = Declaration(
            name=name,
            benefit="documents",
            type="整数",
            title=first.title,
            unit=first.unit,
            basis=first.basis,
            set_by=("国",),
            floor=Decimal(first.least),
            ceiling=Decimal(first.most),
        )
        # The one in force is the last that has begun; the bureau's own go before the shipped ones.
        for one in sorted(values, key=lambda row: (row.evidence == "local", row.valid_from), reverse=True):
            evidence = EVIDENCE.get(one.evidence, one.evidence)
            rows.append(Row(name, NATION, one.value, one.valid_from, datetime.date.max, one.unit, one.basis, evidence))
    return ParamSet(declared, rows)


sets.register(CODE, TITLE, param_set, file="terms")
