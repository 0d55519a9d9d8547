"""Run a plan as DuckDB SQL over two Parquet files: the files checked as strictly as for the loop, NULLs kept out."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any

import duckdb

from minzheng.policy.bulk.columns import EPOCH, HOUSEHOLD, PERSON, REGION, Column, Decoder, RowError
from minzheng.policy.bulk.files import File
from minzheng.policy.bulk.results import FILES
from minzheng.policy.compile import MAX_MEMBERS, Plan
from minzheng.policy.errors import InputError
from minzheng.policy.regions import normalize_region
from minzheng.policy.ruleset import Ruleset
from minzheng.policy.targets.duckdb_sql import ROW, Source, SqlPlan
from minzheng.policy.targets.sql_text import quote, text
from minzheng.policy.whole import to_whole
from minzheng.policy.words import Word


def connect() -> Any:
    """An in-memory DuckDB with two threads that loads nothing from elsewhere."""
    return duckdb.connect(
        config={"threads": 2, "autoload_known_extensions": "false", "preserve_insertion_order": "false"}
    )


def relation(path: Path) -> str:
    """A Parquet file as a table expression."""
    return f"read_parquet({text(str(path))})"


class SqlEngine:
    """One population as SQL: ``prepare`` checks and plans, ``run`` makes p_out and h_out."""

    def __init__(
        self,
        ruleset: Ruleset,
        persons: Path,
        households: Path,
        on: datetime.date,
        targets: tuple[str, ...] | None = None,
    ):
        """``targets``: output words or benefit codes to calculate, default all."""
        self.on, self.connection = on, connect()
        self.files = {"户": File(households, "户", ruleset.vocabulary), "人": File(persons, "人", ruleset.vocabulary)}
        texts = self._regions()
        self.codes = [self._code(t) for t in texts]
        self.plan = Plan(ruleset, on, self.codes, targets=targets)
        self.decoders = {e: Decoder(f.name, self.plan.codes, on) for e, f in self.files.items()}
        self._check_keys()
        self.choices: dict[str, dict[int, list[str | None]]] = {}
        here = {e: [w for w in self.plan.inputs[e] if self._in_file(e, w)] for e in ("户", "人")}
        words = {e: {w.name: self._word(e, w) for w in here[e]} for e in here}
        absent = {
            w.name: ("lit", None if w.default is None else self._as_number(w))
            for e in here for w in self.plan.inputs[e] if w not in here[e]
        }  # fmt: skip
        self._check_others()
        self.sql = SqlPlan(
            self.plan,
            Source(self._household_relation(texts), words["户"]),
            Source(relation(persons), words["人"]),
            self.choices,
            absent,
        )

    def run(self) -> None:
        """Execute all statements."""
        for statement in self.sql.statements:
            self.connection.execute(statement).fetchall()

    def write(self, out: Path) -> None:
        """Write both result files; they appear only when both are complete."""
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"不能写到 {out}（{error.strerror}）", field="--out") from None
        drafts = {e: out / f".{name}.{os.getpid()}" for e, name in FILES.items()}
        try:
            for entity, draft in drafts.items():
                query = f"COPY ({self.sql.result(entity)} ORDER BY ALL) TO {text(str(draft))} (FORMAT parquet)"
                self.connection.execute(query).fetchall()
            for entity, draft in drafts.items():
                os.replace(draft, out / FILES[entity])
        finally:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)

    # ---- regions
    def _regions(self) -> list[str]:
        path = relation(self.files["户"].path)
        found = self._all(f"SELECT {quote(REGION)}, min(file_row_number) FROM {path} GROUP BY 1 ORDER BY 2")
        for value, row in found:
            if value is None or not value.strip():
                raise RowError("不能为空", self.files["户"].name, row + 1, REGION)
        if not found:
            raise InputError("没有一户人家", field=self.files["户"].name)
        return [value for value, _ in found]

    def _code(self, value: str) -> str:
        try:
            return normalize_region(value)
        except InputError as error:
            raise self._first(self.files["户"], REGION, f"{quote(REGION)} = {text(value)}", error.reason) from None

    def _household_relation(self, texts: list[str]) -> str:
        path = relation(self.files["户"].path)
        if len(self.plan.table) == 1:
            return f"(SELECT *, 0 AS {quote(ROW)} FROM {path})"
        pairs = ", ".join(f"({text(t)}, {self.plan.rows[c]}::INTEGER)" for t, c in zip(texts, self.codes, strict=True))
        return f"(SELECT * FROM {path} JOIN (SELECT * FROM (VALUES {pairs}) t({quote(REGION)}, {quote(ROW)})) USING ({quote(REGION)}))"

    def _in_file(self, entity: str, word: Word) -> bool:
        """Whether a word's values differ from row to row: it, or a flag that stands for it, has a column."""
        return any(name in self.files[entity].columns for name in (word.name, *word.child_when))

    def _as_number(self, word: Word) -> int | bool:
        number = to_whole(word.type, 10000 if word.type == "比例" else 1, word.default, self.plan.codes)
        return bool(number) if word.type == "是否" else number

    # ---- values
    def _word(self, entity: str, word: Word) -> str:
        """The expression of a word as a whole number, its default where the file has none."""
        column = self.files[entity].columns.get(word.name)
        if word.type == "选项":
            return self._choice(entity, word, column)
        default = self._default(word)
        if column is None:
            return self._birthday("NULL::DATE", entity, word) if word.child_when else self._whole(word, default)
        name = quote(column.name)
        empty = self._check(entity, column)
        if not empty or word.optional:
            return self._whole(word, name)
        if word.child_when:
            return self._birthday(name, entity, word)
        return self._whole(word, f"coalesce({name}, {default})")

    @staticmethod
    def _default(word: Word) -> str:
        if word.default is None:
            return "NULL::DATE" if word.type == "日期" else "NULL::BIGINT"
        if word.type == "日期":
            return f"DATE '{word.default}'"
        if word.type == "是否":
            return "TRUE" if word.default else "FALSE"
        return str(int(word.default * {"元": 100, "比例": 10000}.get(word.type, 1)))

    @staticmethod
    def _whole(word: Word, value: str) -> str:
        if word.type == "日期":
            return f"(year({value}) * 10000 + month({value}) * 100 + day({value}))::BIGINT"
        return value if word.type == "是否" else f"({value})::BIGINT"

    def _birthday(self, name: str, entity: str, word: Word) -> str:
        """Children of certain kinds without a birthday are ten years old."""
        have = [f for f in word.child_when if f in self.files[entity].columns]
        ten = f"DATE '{self.on.year - 10:04}-01-01'"
        flags = " OR ".join(f"coalesce({quote(f)}, FALSE)" for f in have) or "FALSE"
        return self._whole(word, f"coalesce({name}, CASE WHEN {flags} THEN {ten} ELSE {self._default(word)} END)")

    def _choice(self, entity: str, word: Word, column: Column | None) -> str:
        decoder = self.decoders[entity]
        if column is None:
            raise AssertionError(word.name)  # absent words are numbers
        file, name = self.files[entity], quote(column.name)
        meant: dict[int, list[str | None]] = {}
        for (value,) in self._all(f"SELECT DISTINCT {name} FROM {relation(file.path)}"):
            code = decoder._code(word, value)
            if code is None:
                reason = f"只能是 {'、'.join(word.choices)}，写的是“{value}”"
                raise self._first(file, column.name, f"{name} = {text(value)}", reason)
            meant.setdefault(code, []).append(value)
        self.choices[word.name] = meant
        return name

    # ---- checks
    def _check(self, entity: str, column: Column) -> bool:
        """Raise for an impossible value; say whether any is empty."""
        file, decoder = self.files[entity], self.decoders[entity]
        counts = [file.statistics(g, column.name) for g in file.groups]
        complete = all(s is not None and s.has_null_count and s.null_count == 0 for s in counts)
        if complete and (column.word.type == "是否" or file.bounds_hold(column, decoder)):
            return False
        name = quote(column.name)
        if column.word.type not in ("是否", "选项", "文字"):
            low, high = decoder.bounds(column.word)
            value = f"({name} - DATE '{EPOCH}')" if column.word.type == "日期" else name
            wrong = f"{value} NOT BETWEEN {low} AND {high}"
            found = self._all(
                f"SELECT {value}::BIGINT, file_row_number FROM {relation(file.path)} WHERE {wrong} ORDER BY 2 LIMIT 1"
            )
            if found:
                raise decoder.wrong(column, found[0][1], found[0][0])
        return bool(self._all(f"SELECT count(*) FROM {relation(file.path)} WHERE {name} IS NULL")[0][0])

    def _check_others(self) -> None:
        """Words that no rule reads now, and dates of death before birth."""
        for entity, file in self.files.items():
            used = {w.name for w in self.plan.inputs[entity]}
            for name, column in file.columns.items():
                if name not in used and column.word.type == "选项":
                    self._choice(entity, column.word, column)
                    del self.choices[name]
                elif name not in used and column.word.type != "文字":
                    self._check(entity, column)
        if {"死亡日期", "出生日期"} <= set(self.files["人"].columns):
            self._none(self.files["人"], "死亡日期", '"死亡日期" < "出生日期"', "早于出生日期")

    def _check_keys(self) -> None:
        people, homes = self.files["人"], self.files["户"]
        for file, names in ((homes, [HOUSEHOLD]), (people, [HOUSEHOLD, PERSON])):
            for name in names:
                self._none(file, name, f"{name} IS NULL", "不能为空")
        for file, name in ((homes, HOUSEHOLD), (people, PERSON)):
            twice = f"SELECT {name} FROM {relation(file.path)} GROUP BY 1 HAVING count(*) > 1"
            found = self._all(
                f"SELECT {name}, max(file_row_number) FROM {relation(file.path)} WHERE {name} IN ({twice}) GROUP BY 1 LIMIT 1"
            )
            if found:
                raise RowError(f"{found[0][0]} 出现了两次", file.name, found[0][1] + 1, name)
        unknown = f"{HOUSEHOLD} NOT IN (SELECT {HOUSEHOLD} FROM {relation(homes.path)})"
        self._none(people, HOUSEHOLD, unknown, f"{homes.name} 里没有这一户")
        counts = f"SELECT {HOUSEHOLD} FROM {relation(people.path)} GROUP BY 1"
        self._none(homes, HOUSEHOLD, f"{HOUSEHOLD} NOT IN ({counts})", "这一户至少要有一名成员")
        big = f"{HOUSEHOLD} IN ({counts} HAVING count(*) > {MAX_MEMBERS})"
        self._none(homes, HOUSEHOLD, big, f"这一户成员超过 {MAX_MEMBERS} 人")

    def _none(self, file: File, column: str, condition: str, reason: str) -> None:
        found = self._all(f"SELECT min(file_row_number) FROM {relation(file.path)} WHERE {condition}")
        if found[0][0] is not None:
            raise RowError(reason, file.name, found[0][0] + 1, column)

    def _first(self, file: File, column: str, condition: str, reason: str) -> RowError:
        row = self._all(f"SELECT min(file_row_number) FROM {relation(file.path)} WHERE {condition}")[0][0]
        return RowError(reason, file.name, row + 1, column)

    def _all(self, query: str) -> list[Any]:
        return list(self.connection.execute(query).fetchall())
