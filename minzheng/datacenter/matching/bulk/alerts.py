"""Alerts of a batch check: rules as data (``alerts.yaml``), each one SQL statement over the hits.

Hits that await a review make no alert. An alert says why somebody should look; it stops nothing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from minzheng.datacenter.sources.classes import CLASSES
from minzheng.datacenter.sources.facts import literal
from minzheng.policy.yamltext import load

LEVELS = ("red", "orange", "yellow", "blue")
#: Columns of alerts.parquet after family_id and person_id.
COLUMNS = ("code", "level", "sentence", "on_date")


@dataclass(frozen=True)
class Rule:
    """``each``: one alert a person and source; ``sum`` (fen against a line in 元) and ``count``: one a family or person
    whose facts reach the line; ``matched_by``: one a person and source found in this way."""

    code: str
    title: str
    level: str
    each: tuple[str, ...] = ()
    sum: tuple[str, ...] = ()
    count: tuple[str, ...] = ()
    per: str = "family"
    recent: str = ""
    least: str = ""
    matched_by: str = ""

    @property
    def classes(self) -> tuple[str, ...]:
        return self.each or self.sum or self.count


@cache
def rules() -> tuple[Rule, ...]:
    """The shipped rules, checked. Raises ValueError naming the rule that is wrong."""
    rows: list[dict[str, Any]] = load(Path(__file__).with_name("alerts.yaml"))
    found = tuple(_rule({k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}) for row in rows)
    for rule in found:
        unknown = [one for one in rule.classes if one not in CLASSES]
        if unknown or rule.level not in LEVELS or not (rule.classes or rule.matched_by):
            raise ValueError(f"alerts.yaml 的规则 {rule.code} 写得不对：{unknown or rule.level}")
    return found


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(**row)


def titles() -> dict[str, str]:
    return {rule.code: rule.title for rule in rules()}


def alerts_sql(hits: str, limits: Mapping[str, int], on: datetime.date, sources: Mapping[str, str]) -> str:
    """family_id, person_id (NULL where it is about the whole family) and COLUMNS, for all rules. ``sources``: code → title."""
    facts = f"(SELECT * FROM {hits} WHERE NOT review AND {in_force(on)})"
    parts = []
    for rule in rules():
        if rule.matched_by:
            parts.append(_found_by(rule, hits, sources))
        elif rule.each:
            parts.append(_each(rule, facts, limits, on, sources))
        else:
            parts.append(_reached(rule, facts, limits))
    return "\nUNION ALL\n".join(parts)


def in_force(on: datetime.date) -> str:
    """Facts that hold on a day: begun, and not over."""
    day = f"DATE {literal(on.isoformat())}"
    return f"coalesce(on_date <= {day}, true) AND coalesce(valid_to >= {day}, true)"


def _each(
    rule: Rule, facts: str, limits: Mapping[str, int], on: datetime.date, sources: Mapping[str, str]
) -> str:  # fmt: skip
    where = f'"class" IN {_words(rule.each)}'
    if rule.recent:
        where += f" AND on_date > DATE {literal(on.isoformat())} - INTERVAL {limits[rule.recent]} MONTH"
    newest = "coalesce(on_date, DATE '0001-01-01')"
    return (
        f"SELECT family_id, person_id, {literal(rule.code)} AS code, {literal(rule.level)} AS level,"
        f" {literal(rule.title + '（')} || {_title_of(sources)} || '）：' || arg_max(title, {newest}) AS sentence,"
        f" max(on_date) AS on_date FROM {facts} WHERE {where} GROUP BY family_id, person_id, source"
    )


def _found_by(rule: Rule, hits: str, sources: Mapping[str, str]) -> str:
    return (
        f"SELECT family_id, person_id, {literal(rule.code)} AS code, {literal(rule.level)} AS level,"
        f" {literal(rule.title + '（')} || {_title_of(sources)} || '）：证件号码相同，' || max(note) || '，请核实是不是本人' AS sentence,"
        f" max(on_date) AS on_date FROM {hits} WHERE code = {literal(rule.matched_by)} GROUP BY family_id, person_id, source"
    )


def _reached(rule: Rule, facts: str, limits: Mapping[str, int]) -> str:
    """Sums in 元 with two decimals, counts as they are."""
    line = limits[rule.least]
    person = "person_id" if rule.per == "person" else "NULL AS person_id"
    group = "family_id, person_id" if rule.per == "person" else "family_id"
    total, unit = ("sum(coalesce(amount_fen, 0))", "元") if rule.sum else ("count(*)", "项")
    shown = f"(({total}) // 100) || '.' || lpad(CAST(({total}) % 100 AS VARCHAR), 2, '0')" if rule.sum else total
    return (
        f"SELECT family_id, {person}, {literal(rule.code)} AS code, {literal(rule.level)} AS level,"
        f" {literal(rule.title + '：合计 ')} || {shown} || {literal(f' {unit}（提示线 {line} {unit}）')} AS sentence,"
        f' max(on_date) AS on_date FROM {facts} WHERE "class" IN {_words(rule.classes)} GROUP BY {group}'
        f" HAVING {total} >= {line * 100 if rule.sum else line}"
    )


def _title_of(sources: Mapping[str, str]) -> str:
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(title)}" for code, title in sources.items())
    return f"CASE source {cases} ELSE source END" if cases else "source"


def _words(words: Sequence[str]) -> str:
    return f"({', '.join(literal(word) for word in words)})"
