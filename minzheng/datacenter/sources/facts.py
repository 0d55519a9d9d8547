"""Facts as SQL over clean rows: the same text serves a whole caseload and the monitors. For the few rows of one family
`facts_few` reads the same rules without an engine."""

from __future__ import annotations

import datetime
import re
import string
from collections.abc import Sequence

from minzheng.datacenter.sources.spec import Column, FactRule, SourceSpec

#: What `facts_sql` gives, in this order, with types of DuckDB.
COLUMNS = (
    ("id_token", "BIGINT"),
    ("class", "VARCHAR"),
    ("amount_fen", "BIGINT"),
    ("on_date", "DATE"),
    ("valid_to", "DATE"),
    ("title", "VARCHAR"),
    ("reference", "VARCHAR"),
    ("row_no", "BIGINT"),
)
_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_QUERY = re.compile(r"(from|select|with)\b", re.IGNORECASE)


def columns_used(spec: SourceSpec, classes: Sequence[str] = ()) -> list[str]:
    """The source's own columns that its facts are made of; nothing else is read from the files."""
    names: dict[str, None] = {}
    for rule in spec.facts:
        if not classes or rule.class_ in classes:
            names |= dict.fromkeys(_rule_columns(rule))
    return [name for name in names if name]


def _rule_columns(rule: FactRule) -> list[str]:
    templates = [
        name for text in (rule.title, rule.reference) for _, name, _, _ in string.Formatter().parse(text) if name
    ]
    monthly = rule.monthly.column if rule.monthly else ""
    return [rule.on, rule.amount, *rule.minus, rule.shared, rule.valid_to, monthly, *rule.where, *templates]


def facts_sql(
    spec: SourceSpec, relation: str, *, on: datetime.date | None = None, keep: Sequence[str] = (),
    classes: Sequence[str] = (),
) -> str:  # fmt: skip
    """A SELECT with the columns of COLUMNS (then those of `keep`) over the clean rows of `relation`.

    `relation`: a table, a function call or a whole query. `on`: the day asked about: monthly rules then take the months
    before its month; without it, the newest months there are. `keep`: columns of the relation handed through (of the
    newest row where rows are added up). `classes`: only these. Rows without a token give one fact each (never added up
    with other people's), so that a repaired number can find its row; a join on the token leaves them out.
    A source without any such rule gives a SELECT of no rows.
    """
    source = f"({relation})" if _QUERY.match(relation.strip()) else relation
    rules = [rule for rule in spec.facts if not classes or rule.class_ in classes]
    parts = [(_monthly if rule.monthly else _single)(spec, rule, _newest(rule, source), on, keep) for rule in rules]
    if not parts:
        empty = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in COLUMNS)
        return f"SELECT {empty}{_kept(keep)} FROM {source} WHERE false"
    return "\nUNION ALL\n".join(parts)


def _newest(rule: FactRule, source: str) -> str:
    """Before any condition: an answer "nothing found" replaces what was found before."""
    if rule.newest is None:
        return source
    column, per = quoted(rule.newest.column), ", ".join(map(quoted, ("id_token", *rule.newest.per)))
    return f"(FROM {source} QUALIFY id_token IS NULL OR {column} = max({column}) OVER (PARTITION BY {per}))"


def _single(spec: SourceSpec, rule: FactRule, source: str, on: datetime.date | None, keep: Sequence[str]) -> str:
    total, d = f"greatest({_amount(rule)}, 0)", rule.divisor
    amount = "NULL" if not rule.amount else total if d == 1 else f"(2 * {total} + {d}) // {2 * d}"
    if rule.shared:
        amount = f"({amount}) // greatest(coalesce({quoted(rule.shared)}, 1), 1)"
    return (
        f"SELECT id_token, {literal(rule.class_)} AS class, CAST({amount} AS BIGINT) AS amount_fen,"
        f" {_day(spec.column(rule.on))} AS on_date, {_valid_to(spec, rule)} AS valid_to,"
        f" {_text(spec, rule.title)} AS title, {_text(spec, rule.reference)} AS reference,"
        f" CAST(row_no AS BIGINT) AS row_no{_kept(keep)}"
        f" FROM {source} WHERE {_where(rule)}"
    )


def _monthly(spec: SourceSpec, rule: FactRule, source: str, on: datetime.date | None, keep: Sequence[str]) -> str:
    """One fact a person. Sums stay whole fen; the division is rounded half up once: (2·sum + d) // (2·d)."""
    monthly = rule.monthly
    if monthly is None:
        raise ValueError("rule has no monthly part")
    month, where = quoted(monthly.column), _where(rule)
    if on is not None:
        end = f"date_trunc('month', DATE {literal(on.isoformat())})"
    else:
        end = f"(SELECT date_trunc('month', max({month})) + INTERVAL 1 MONTH FROM {source} WHERE {where})"
    newest = f"(year({month}) * 12 + month({month})) * 1099511627776 + row_no"
    total, d = f"greatest(sum({_amount(rule)}), 0)", monthly.divisor
    kept = "".join(f", arg_max({quoted(name)}, {newest}) AS {quoted(name)}" for name in keep)
    return (
        f"SELECT id_token, {literal(rule.class_)} AS class,"
        f" CAST((2 * {total} + {d}) // {2 * d} AS BIGINT) AS amount_fen,"
        f" CAST(last_day(max({_day(spec.column(rule.on))})) AS DATE) AS on_date,"
        f" CAST(arg_max({_valid_to(spec, rule)}, {newest}) AS DATE) AS valid_to,"
        f" arg_max({_text(spec, rule.title)}, {newest}) AS title,"
        f" arg_max({_text(spec, rule.reference)}, {newest}) AS reference,"
        f" CAST(arg_max(row_no, {newest}) AS BIGINT) AS row_no{kept}"
        f" FROM {source} WHERE {where} AND {month} < {end} AND {month} >= {end} - INTERVAL {monthly.months} MONTH"
        " GROUP BY id_token, CASE WHEN id_token IS NULL THEN row_no END"
    )


def _amount(rule: FactRule) -> str:
    less = "".join(f" - coalesce({quoted(name)}, 0)" for name in rule.minus)
    return f"coalesce({quoted(rule.amount)}, 0){less}"


def _day(column: Column) -> str:
    """A month speaks of its last day."""
    name = quoted(column.name)
    return f"CAST(last_day({name}) AS DATE)" if column.type == "month" else f"CAST({name} AS DATE)"


def _valid_to(spec: SourceSpec, rule: FactRule) -> str:
    return _day(spec.column(rule.valid_to)) if rule.valid_to else "CAST(NULL AS DATE)"


def _kept(keep: Sequence[str]) -> str:
    return "".join(f", {quoted(name)}" for name in keep)


def _where(rule: FactRule) -> str:
    parts = [_condition(name, key, value) for name, one in rule.where.items() for key, value in one.items()]
    return " AND ".join(parts) or "true"


def _condition(name: str, key: str, value: object) -> str:
    column = quoted(name)
    if key in ("in", "not") and isinstance(value, tuple):
        words = ", ".join(literal(word) for word in value)
        return f"{column} IN ({words})" if key == "in" else f"coalesce({column} NOT IN ({words}), true)"
    if key in ("min", "max") and isinstance(value, int):
        return f"{column} {'>=' if key == 'min' else '<='} {value}"
    if key == "blank":
        return f"{column} IS {'' if value else 'NOT '}NULL"
    if key == "is":
        return f"coalesce({column}, false) = {'true' if value else 'false'}"
    raise ValueError(f"unknown condition {key}")


def _text(spec: SourceSpec, template: str) -> str:
    """A template as an SQL expression; a part in [brackets] is left out when one of its columns is empty."""
    parts = []
    for text, optional in optional_parts(template):
        parts += [_optional(spec, text)] if optional else _pieces(spec, text, blank=True)
    return f"({' || '.join(parts)})" if parts else "''"


def optional_parts(template: str) -> list[tuple[str, bool]]:
    """The template cut at its [brackets]: (text, whether it stood in brackets)."""
    parts, at = [], 0
    for match in _OPTIONAL.finditer(template):
        parts += [(template[at : match.start()], False), (match.group(1), True)]
        at = match.end()
    return [*parts, (template[at:], False)]


def _optional(spec: SourceSpec, inside: str) -> str:
    pieces = _pieces(spec, inside, blank=False)
    return f"coalesce({' || '.join(pieces)}, '')" if pieces else "''"


def _pieces(spec: SourceSpec, template: str, *, blank: bool) -> list[str]:
    pieces = []
    for before, name, _, _ in string.Formatter().parse(template):
        if before:
            pieces.append(literal(before))
        if name:
            shown = _shown(spec.column(name))
            pieces.append(f"coalesce({shown}, '')" if blank else shown)
    return pieces


def _shown(column: Column) -> str:
    """A value as people read it: dates 2026-11-21, months 2026-11, money in 元 with two decimals."""
    name = quoted(column.name)
    if column.type == "date":
        return f"strftime({name}, '%Y-%m-%d')"
    if column.type == "month":
        return f"strftime({name}, '%Y-%m')"
    if column.is_money:
        return f"(CASE WHEN {name} < 0 THEN '-' ELSE '' END || (abs({name}) // 100) || '.' || lpad(CAST(abs({name}) % 100 AS VARCHAR), 2, '0'))"
    if column.type == "flag":
        return (
            f"(CASE WHEN {name} THEN '是' ELSE '否' END)"
            if column.required
            else f"(CASE {name} WHEN true THEN '是' WHEN false THEN '否' END)"
        )
    return f"CAST({name} AS VARCHAR)"


def fields_of_text(template: str) -> list[str]:
    """Columns named in a title or reference. Raises ValueError when the braces do not fit."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


def literal(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A column's name in SQL."""
    return '"' + name.replace('"', '""') + '"'
