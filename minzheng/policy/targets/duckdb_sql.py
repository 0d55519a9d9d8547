"""A plan as DuckDB SQL: the permanent second target, against which the loop is compared to the fen.

The text is written for one population and one region table: parameters that are the same everywhere become numbers, the
others a small table joined by region. Household stages are kept as temporary tables, person stages computed where they
are needed. Results are the temporary tables ``p_out`` and ``h_out``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from minzheng.policy.compile import MAX_MEMBERS, Output, Plan, Step
from minzheng.policy.lowering import DAY, Node, leaves
from minzheng.policy.ranges import Ranges
from minzheng.policy.specialise import bound, inlined
from minzheng.policy.targets.sql_text import Expressions, quote

KEY = "household_id"
PERSON_KEY = "person_id"
ROW = "区划行"


@dataclass
class Source:
    """Where one entity's words come from: a relation and, for each word, an expression over it."""

    relation: str
    words: dict[str, str]


@dataclass
class Frame:
    """A relation and the columns it has."""

    sql: str
    columns: set[str] = field(default_factory=set)


class SqlPlan:
    """The statements for one plan: ``statements`` in order, then ``p_out`` and ``h_out`` hold the results."""

    def __init__(
        self,
        plan: Plan,
        households: Source,
        persons: Source,
        choices: dict[str, dict[int, list[str | None]]],
        absent: dict[str, Node],
    ):
        """``absent``: words that the files do not have, as numbers."""
        self.plan, self.absent = plan, absent
        self.sources = {"户": households, "人": persons}
        self.varying = [p for p in plan.params if len({row[p] for row in plan.table}) > 1]
        self.needs_row = bool(self.varying) or any(any(o.missing) and not all(o.missing) for o in plan.outputs)
        self.steps = self._bound_steps()
        self.ranges = self._actual_ranges()
        self.write = Expressions(self.ranges, choices).write
        self.statements: list[str] = []
        self._print()

    # ---- trees with this table's numbers
    def _bound_steps(self) -> dict[str, Step]:
        """Steps with the constant parameters written in, and steps that thereby became numbers written in too."""
        same = {p: self.plan.table[0][p] for p in self.plan.params if p not in self.varying}
        return bound(self.plan, same, self.absent)

    def _actual_ranges(self) -> Ranges:
        """Ranges with the values that parameters have here, which are tighter than their declarations."""
        ranges = Ranges(self.plan)
        day = self.plan.table[0][DAY]
        if "出生日期" in ranges.columns:  # checked: nobody is born after the day
            ranges.columns["出生日期"] = (ranges.columns["出生日期"][0], day)
        ranges.params = {p: (min(vs), max(vs)) for p in self.varying for vs in [[row[p] for row in self.plan.table]]}
        for _, batch in self.plan.stages:
            for step in (self.steps[s.name] for s in batch if s.name in self.steps):
                low, high = ranges.of(step.tree)
                times = MAX_MEMBERS if step.how == "sum" else 1
                ranges.columns[step.name] = min(low, low * times), max(high, high * times)
        return ranges

    # ---- which steps a frame needs
    def _closure(self, wanted: Iterable[str], available: set[str], entity: str) -> list[Step]:
        """Steps of one entity behind the wanted columns that are not available yet, in order."""
        needed: set[str] = set()
        waiting = list(wanted)
        while waiting:
            name = waiting.pop()
            step = self.steps.get(name)
            if step is None or name in needed or name in available or step.home != entity or step.how:
                continue
            needed.add(name)
            waiting += step.deps
        return [s for s in self.steps.values() if s.name in needed]

    def _leaves(self, steps: Iterable[Step], wanted: Iterable[str]) -> set[str]:
        steps = list(steps)
        made = {s.name for s in steps}
        return ({d for s in steps for d in s.deps} | set(wanted)) - made

    def _params(self, steps: Iterable[Step]) -> list[str]:
        return [p for p in self.varying if any(p in leaves(s.tree, "param") for s in steps)]

    # ---- printing
    def _print(self) -> None:
        self._region_table()
        outputs = {e: [o for o in self.plan.outputs if o.entity == e and o.step] for e in ("户", "人")}
        people_stages = [batch for entity, batch in self.plan.stages if entity == "人"]
        home = self._base_household()
        for number, batch in enumerate(people_stages):
            sums = [self.steps[s.name] for s in batch if s.how and s.name in self.steps]
            last = number + 1 == len(people_stages)
            shown = [o.step for o in outputs["人"]] if last else []
            home = self._people(home, sums, shown, number)
        if not people_stages or not self._made_people:
            home = self._people(home, [], [o.step for o in outputs["人"]], len(people_stages))
        self._households_out(home, outputs["户"])

    _made_people = False

    def _region_table(self) -> None:
        if not self.needs_row:
            return
        columns = ", ".join([quote(ROW), *(quote(p) for p in self.varying)])
        rows = ", ".join(
            "(" + ", ".join([f"{i}::INTEGER", *(self._param_value(p, row[p]) for p in self.varying)]) + ")"
            for i, row in enumerate(self.plan.table)
        )
        self.statements.append(
            f"CREATE OR REPLACE TEMP TABLE region_params AS SELECT * FROM (VALUES {rows}) t({columns})"
        )

    def _param_value(self, name: str, value: int) -> str:
        if self.plan.is_yes_no(("param", name)):
            return "TRUE" if value else "FALSE"
        return f"{value}::BIGINT"

    def _base_household(self) -> Frame:
        source = self.sources["户"]
        needed = self._leaves(self.steps.values(), [])
        words = {w: e for w, e in source.words.items() if w in needed}
        keys = [quote(KEY), *([quote(ROW)] if self.needs_row else [])]
        columns = ", ".join([*keys, *(f"{e} AS {quote(w)}" for w, e in words.items())])
        return Frame(f"SELECT {columns} FROM {source.relation}", set(words))

    def _people(self, home: Frame, sums: list[Step], shown: list[str], number: int) -> Frame:
        """One walk over the persons: sums that the household needs, and in the last one the persons' results."""
        wanted = {d for s in sums for d in s.deps} | set(shown)
        steps = self._closure(wanted, set(), "人")
        asked = self._leaves([*steps, *sums], shown)
        of_household = {n for n in asked if self._home_of(n) == "户"}
        params = self._params([*steps, *sums])
        row_needed = bool(params) or (bool(shown) and self.needs_row)
        if of_household - home.columns or (of_household and not home.sql.startswith("SELECT * FROM h")):
            home = self._keep_household(home, of_household, f"h{number}")
        frame = self._person_frame(home, of_household, asked - of_household, params, row_needed)
        keys = [PERSON_KEY] if shown else []
        keys += [quote(ROW)] if row_needed and shown else []
        body = self._levels(frame, steps, sorted(wanted), [KEY, *keys], params)
        if shown:
            self._made_people = True
            self.statements.append(f"CREATE OR REPLACE TEMP TABLE p_out AS {body}")
            body = "SELECT * FROM p_out"
        if not sums:
            return home
        columns = ", ".join(f"{self._sum(s)} AS {quote(s.name)}" for s in sums)
        totals = f"SELECT {KEY}, {columns} FROM ({body}) GROUP BY {KEY}"
        return Frame(f"SELECT * FROM ({home.sql}) JOIN ({totals}) USING ({KEY})", home.columns | {s.name for s in sums})

    def _home_of(self, name: str) -> str:
        if name in self.steps:
            return self.steps[name].home
        return self.plan.ruleset.vocabulary.words[name].entity

    def _person_frame(self, home: Frame, household: set[str], words: set[str], params: list[str], row: bool) -> Frame:
        source = self.sources["人"]
        mine = {w: e for w, e in source.words.items() if w in words}
        columns = [KEY, PERSON_KEY, *(f"{e} AS {quote(w)}" for w, e in mine.items())]
        sql = f"SELECT {', '.join(columns)} FROM {source.relation}"
        if household or row:
            kept = ", ".join([KEY, *([quote(ROW)] if row else []), *(quote(c) for c in sorted(household))])
            sql = f"SELECT * FROM ({sql}) JOIN (SELECT {kept} FROM ({home.sql})) USING ({KEY})"
        return Frame(self._with_params(sql, params), set(mine) | household)

    def _with_params(self, sql: str, params: list[str]) -> str:
        if not params:
            return sql
        kept = ", ".join([quote(ROW), *(quote(p) for p in params)])
        return f"SELECT * FROM ({sql}) JOIN (SELECT {kept} FROM region_params) USING ({quote(ROW)})"

    def _sum(self, step: Step) -> str:
        tree = step.tree
        if step.how == "any":
            return f"bool_or({self.write(tree)})"
        if tree[0] == "if" and tree[2:] == (("lit", 1), ("lit", 0)):
            return f"count_if({self.write(tree[1])})::BIGINT"
        return f"SUM({self.write(tree)})::{self._integer(step.name)}"

    def _integer(self, name: str) -> str:
        low, high = self.ranges.columns[name]
        return "HUGEINT" if max(abs(low), abs(high)) >= 2**63 else "BIGINT"

    def _levels(self, frame: Frame, steps: list[Step], wanted: list[str], keys: list[str], params: list[str]) -> str:
        """Nested SELECTs that compute the steps over a frame, each carrying only what is still needed."""
        steps = inlined(steps, set(wanted))
        done, sql, waiting = set(frame.columns), frame.sql, list(steps)
        while waiting:
            made = {s.name for s in waiting}
            ready = [s for s in waiting if not made.intersection(s.deps)]
            waiting = [s for s in waiting if s not in ready]
            later = {d for s in waiting for d in s.deps} | set(wanted)
            carried = [*keys, *(quote(c) for c in sorted(done & later)), *(quote(p) for p in params if waiting)]
            computed = [f"{self._cast(s)} AS {quote(s.name)}" for s in ready]
            sql = f"SELECT {', '.join(dict.fromkeys([*carried, *computed]))} FROM ({sql})"
            done |= {s.name for s in ready}
        columns = ", ".join(dict.fromkeys([*keys, *(quote(c) for c in wanted)]))
        return f"SELECT {columns} FROM ({sql})"

    def _cast(self, step: Step) -> str:
        text = self.write(step.tree)
        if step.yes_no:
            return text
        return f"CAST({text} AS {self._integer(step.name)})" if "HUGEINT" in text else text

    def _keep_household(self, home: Frame, wanted: set[str], name: str) -> Frame:
        """A temporary table with what later stages need; everything that can be computed now is."""
        later = {d for s in self.steps.values() for d in s.deps} | {o.step for o in self.plan.outputs}
        ready = self._ready(home.columns)
        made = {s.name for s in ready}
        rest = [s for s in self.steps.values() if s.home == "户" and s.name not in made | home.columns]
        people = [s for s in self.steps.values() if s.entity == "人"]
        open_needs = {d for s in [*rest, *people] for d in s.deps} | {o.step for o in self.plan.outputs}
        kept = sorted((made | home.columns) & (open_needs | wanted) & (later | wanted))
        body = self._household_levels(home, ready, kept)
        self.statements.append(f"CREATE OR REPLACE TEMP TABLE {name} AS {body}")
        return Frame(f"SELECT * FROM {name}", set(kept))

    def _ready(self, columns: set[str]) -> list[Step]:
        known, found = set(columns), []
        for step in self.steps.values():
            if step.home == "户" and not step.how and step.name not in known and known.issuperset(step.deps):
                found.append(step)
                known.add(step.name)
        return found

    def _household_levels(self, home: Frame, steps: list[Step], wanted: list[str]) -> str:
        steps = self._closure_of(steps, wanted)
        params = self._params(steps)
        keys = [KEY, *([quote(ROW)] if self.needs_row else [])]
        frame = Frame(self._with_params(home.sql, params), home.columns)
        return self._levels(frame, steps, wanted, keys, params)

    @staticmethod
    def _closure_of(steps: list[Step], wanted: list[str]) -> list[Step]:
        needed, waiting = set(), list(wanted)
        by_name = {s.name: s for s in steps}
        while waiting:
            name = waiting.pop()
            if name in by_name and name not in needed:
                needed.add(name)
                waiting += by_name[name].deps
        return [s for s in steps if s.name in needed]

    def _households_out(self, home: Frame, outputs: list[Output]) -> None:
        body = self._household_levels(home, self._ready(home.columns), [o.step for o in outputs])
        self.statements.append(f"CREATE OR REPLACE TEMP TABLE h_out AS {body}")

    def result(self, entity: str) -> str:
        """The result of one entity as a query with the columns of the result file."""
        keys = [KEY] if entity == "户" else [KEY, PERSON_KEY]
        columns = [*keys, *(self._result_column(o) for o in self.plan.outputs if o.entity == entity)]
        return f"SELECT {', '.join(columns)} FROM {'h_out' if entity == '户' else 'p_out'}"

    @staticmethod
    def _result_column(output: Output) -> str:
        kind = "BOOLEAN" if output.kind == "是否" else "BIGINT"
        if not output.step or all(output.missing):
            return f"NULL::{kind} AS {quote(output.column)}"
        value = f"{quote(output.step)}::{kind}"
        if any(output.missing):
            rows = ", ".join(str(i) for i, missing in enumerate(output.missing) if missing)
            value = f"CASE WHEN {quote(ROW)} IN ({rows}) THEN NULL ELSE {value} END"
        return f"{value} AS {quote(output.column)}"
