"""What one source is: its columns, the facts made of its rows, the checks of a delivery. Plain data, no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from minzheng.datacenter.sources.classes import CLASSES, DEPARTMENT_TITLES

#: Column type → (what people call it, type of the clean column in DuckDB's words).
TYPES: dict[str, tuple[str, str]] = {
    "id_no": ("证件号码", "VARCHAR"),
    "name": ("姓名", "VARCHAR"),
    "text": ("文字", "VARCHAR"),
    "code": ("代码", "VARCHAR"),
    "date": ("日期", "DATE"),
    "month": ("月份", "DATE"),
    "money_yuan": ("金额（元）", "BIGINT"),
    "money_wan": ("金额（万元）", "BIGINT"),
    "money_fen": ("金额（分）", "BIGINT"),
    "int": ("整数", "BIGINT"),
    "flag": ("是否", "BOOLEAN"),
}
#: Fen in one unit of a money column.
FEN = {"money_yuan": 100, "money_wan": 1_000_000, "money_fen": 1}
MODES = {"batch": "成批报送", "query_reply": "一户一查，按请求回复"}
FREQUENCIES: dict[str, tuple[str, int | None]] = {
    "daily": ("每日", 3),
    "weekly": ("每周", 12),
    "monthly": ("每月", 45),
    "quarterly": ("每季", 110),
    "half_yearly": ("每半年", 210),
    "yearly": ("每年", 400),
    "on_request": ("按请求", None),
}
#: How deliveries follow one another: a whole register each time, or only what is new.
DELIVERIES = {
    "snapshot": "全量：每批是当时的全部，最新一批有效",
    "increment": "增量：每批只有新的，各批合起来有效",
}
#: Spellings of yes and no in any flag column (compared lower-case).
YES = ("是", "有", "1", "y", "yes", "true", "t", "√")
NO = ("否", "无", "0", "n", "no", "false", "f", "×")


@dataclass(frozen=True)
class Column:
    """One column of a delivery. A header is understood when it equals the name, the label or an alias.

    `personal`: sealed in the lake, so no fact, condition or title may use it. `values` (type code): the words kept in the
    clean rows, each with the other spellings and codes that departments send. `simulate`: hints for invented rows."""

    name: str
    label: str
    type: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    personal: bool = False
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: str = ""
    simulate: Mapping[str, Any] = field(default_factory=dict)
    line: int = 0

    @property
    def clean_type(self) -> str:
        """Type in the clean rows (before sealing), in DuckDB's words."""
        return TYPES[self.type][1]

    @property
    def is_money(self) -> bool:
        return self.type in FEN

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that means this column."""
        return (self.name, self.label, *self.aliases)

    @property
    def accepts(self) -> dict[str, str]:
        """Text that may be sent → word kept; empty for columns that are not of type code."""
        return {text: word for word, others in self.values.items() for text in (word, *others)}


@dataclass(frozen=True)
class Monthly:
    """Rows of single months become one fact: the sum over the last `months` months ÷ `divisor`, rounded half up once.

    The last months end with the newest month of the rows, or with the month before the day asked about."""

    column: str
    months: int = 12
    divisor: int = 12


@dataclass(frozen=True)
class Newest:
    """Of several rows of one person (and of the same values in `per`), only those with the newest `column` are in force."""

    column: str
    per: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactRule:
    """Facts of one class from clean rows. Columns are named by their ASCII names.

    `amount` minus the columns of `minus` (never below zero) is the sum in fen; None when the class has no sum. `divisor`:
    12 where a row gives a year's sum of a monthly class. `shared`: the column with how many people own it together: each
    has an equal part unless proved otherwise (民法典第三百零九条), rounded down to fen. `monthly` and `newest` say how several rows become one.
    `where`: column → condition (`{"in": (…)}`, `{"not": (…)}`, `{"min": n}`, `{"max": n}`, `{"blank": bool}`,
    `{"is": bool}`), all of which must hold. `title` and `reference` are templates with {column}."""

    class_: str
    on: str
    title: str
    reference: str = ""
    amount: str = ""
    minus: tuple[str, ...] = ()
    divisor: int = 1
    shared: str = ""
    monthly: Monthly | None = None
    newest: Newest | None = None
    valid_to: str = ""
    where: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    note: str = ""
    line: int = 0

    @property
    def class_title(self) -> str:
        return CLASSES[self.class_][0]

    @property
    def kind(self) -> str:
        return CLASSES[self.class_][2]


@dataclass(frozen=True)
class Check:
    """One count over the clean rows of a delivery: how many rows break the rule. A finding, never a reason to drop rows.

    `rule`: not_future | between | not_before | unique | filled. `column` and `other` are column names; `low`, `high` are
    fen for money. `most_percent`: above this share the delivery is questionable and the catalogue says so."""

    code: str
    title: str
    rule: str
    column: str
    other: str = ""
    low: int | None = None
    high: int | None = None
    most_percent: float = 0.0
    line: int = 0


@dataclass(frozen=True)
class Basis:
    """One legal basis; `mark` says how well it is known: verified (read in the text) or needs_confirmation."""

    text: str
    evidence: str
    reference: str = ""


@dataclass(frozen=True)
class SourceSpec:
    """One source of data as its folder declares it."""

    code: str
    title: str
    department: str
    basis: tuple[Basis, ...]
    frequency: str
    delivery: str
    mode: str
    scope: str
    columns: tuple[Column, ...]
    facts: tuple[FactRule, ...]
    checks: tuple[Check, ...] = ()
    readme: str = ""
    simulate: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = Path()

    @property
    def department_title(self) -> str:
        return DEPARTMENT_TITLES[self.department]

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of the facts made here, each once, in the order declared."""
        return tuple(dict.fromkeys(rule.class_ for rule in self.facts))

    @property
    def fixture(self) -> Path:
        """The invented sample file."""
        return self.folder / "fixture.csv"

    @property
    def overdue_after(self) -> int | None:
        """Days after the end of the newest period when the next delivery is overdue; None when sent on request."""
        return FREQUENCIES[self.frequency][1]

    def column(self, name: str) -> Column:
        """The column of this ASCII name. Raises KeyError."""
        return self._by_name[name]

    def has(self, name: str) -> bool:
        return name in self._by_name

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def headers(self) -> dict[str, str]:
        """Every header that is understood → the ASCII name of its column."""
        return {header: column.name for column in self.columns for header in column.headers}
