"""核算 as all items do it: the rule set asked for one family, and what of its answer is frozen as evidence."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

from minzheng.kernel.standards import values
from minzheng.kernel.standards.values import ruleset as load_ruleset
from minzheng.policy import Outcome, Unconfigured
from minzheng.policy.explain import show
from minzheng.policy.money import Unrounded, to_fen_half_up

Family = dict[str, Any]
_only_amounts: ContextVar[bool] = ContextVar("only_amounts", default=False)


def digest(data: Any) -> str:
    """SM3 of facts, as evidence has it."""
    from minzheng.kernel.cases.running.evidence import digest as of_evidence

    return of_evidence(data)


def run(family: Family, region: str, on: datetime.date, targets: Sequence[str], *, explain: bool) -> Outcome:
    """The rules of these benefits and words for one family in one place on one day."""
    return load_ruleset().evaluate(family, region=region, on=on, targets=list(targets), explain=explain)


def by_payable_month(
    family: Family, region: str, on: datetime.date, targets: Sequence[str], outcome: Outcome, holds: Any
) -> Outcome:
    """By the standards of the first paid month; by today's where those are not published yet. `holds`: whether an outcome
    still grants."""
    try:
        later = run(family, region, on, targets, explain=True)
    except Unconfigured:
        return outcome
    return later if holds(later) else outcome


def evidence(
    benefit: str,
    family: Family,
    region: str,
    on: datetime.date,
    payable_on: datetime.date,
    notes: Sequence[str],
    outcome: Outcome,
    paid: Outcome,
) -> dict[str, Any]:
    """What an assessment rests on, as JSON: inputs, result, explanation, versions of rules and parameters."""
    if _only_amounts.get():
        return {}
    return {
        "benefit": benefit,
        "region": region,
        "on": on.isoformat(),
        "payable_on": (payable_on if paid is not outcome else on).isoformat(),
        "family": family,
        "notes": list(notes),
        "facts_sha": digest(family),
        "outcome": paid.as_json(),
        "rule_versions": {name: str(value) for name, value in paid.rule_versions.items()},
        "params": paid.params_used,
        "own_values": values.kept(region),
        "ruleset_sha": paid.sha,
        "reasons_in_full": outcome.reasons,
    }


@contextmanager
def only_amounts() -> Iterator[None]:
    """Answers without their evidence, which costs as much as the rest: where thousands are asked and nothing is decided."""
    token = _only_amounts.set(True)
    try:
        yield
    finally:
        _only_amounts.reset(token)


def as_json(family: Family) -> Family:
    """The same family with text for money and dates: what is frozen and hashed."""

    def plain(value: Any) -> Any:
        if isinstance(value, Decimal):
            return f"{value:.2f}"
        return value.isoformat() if isinstance(value, datetime.date) else value

    linked = {key: rows for key, rows in family.items() if key != "家庭"}
    return {"家庭": {k: plain(v) for k, v in family.get("家庭", {}).items()}} | {
        key: [{k: plain(v) for k, v in row.items()} for row in rows] for key, rows in linked.items()
    }


def fen(value: Any) -> int | None:
    """元 of an outcome as whole fen; None stays None."""
    return None if value is None else int((Decimal(value) * 100).to_integral_value())


def yuan_of(amount_fen: Any) -> Decimal:
    """Whole fen as exact 元."""
    return Decimal(int(amount_fen)) / 100


def in_yuan(value: Any) -> str:
    """An amount as people read it: 1,551.00. What is no number (not applicable) is shown as the engine shows it."""
    if isinstance(value, Unrounded):
        value = to_fen_half_up(value)
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(show(value))


def as_decided(frozen: Mapping[str, Any]) -> Any:
    """Context: compute with the own values that a decision froze, and no others."""
    return values.as_frozen(frozen.get("own_values"))
