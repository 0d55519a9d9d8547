"""One plan for all bulk targets: which rules, in which order, over which columns and which small table of parameters.

A plan is made for one day and the regions of one population. Everything that differs between regions (values, a
county's own version of a rule, a benefit that cannot be computed there) becomes a row of the region table, so a target
prints one program for all of them. All columns are whole numbers: see ``lowering`` and ``whole``.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from minzheng.policy import ranges
from minzheng.policy.errors import InputError, PolicyError
from minzheng.policy.evaluate import TOTALS, Program
from minzheng.policy.lowering import DAY, YES_NO, Codes, Lowering, Node, fold, leaves
from minzheng.policy.params import LIMITS
from minzheng.policy.rules import Rule
from minzheng.policy.types import RATIO_SCALE
from minzheng.policy.whole import interpret, to_whole
from minzheng.policy.words import Word

if TYPE_CHECKING:
    from minzheng.policy.ruleset import Ruleset

PERSON_TOTAL, HOUSEHOLD_TOTAL = TOTALS
#: More members than any household has; bounds the sums over members.
MAX_MEMBERS = 100


class CompileError(PolicyError):
    """A rule cannot be printed for a bulk target: one Chinese sentence per rule with file and line."""


@dataclass
class Step:
    """One computed column. ``how`` is sum or any for a household's value made while its members are walked."""

    name: str
    entity: str
    tree: Node
    yes_no: bool
    how: str = ""
    rule: Rule | None = None
    #: What it can be at least and at most; set by the range analysis.
    low: int = 0
    high: int = 1

    @property
    def home(self) -> str:
        """Whose value it is: a sum over members belongs to the household."""
        return "户" if self.how else self.entity

    @cached_property
    def deps(self) -> list[str]:
        """Columns the tree reads, each once, in order: what is printed must be the same in every process."""
        return list(dict.fromkeys(leaves(self.tree, "col")))


@dataclass
class Output:
    """One result column as it leaves the engine. ``column`` is the file's name: money carries the suffix _分."""

    word: str
    column: str
    entity: str
    kind: str  # 元 整数 是否 比例 日期
    step: str
    missing: list[bool] = field(default_factory=list)  # per region row: cannot be computed there
    may_be_nothing: bool = False


class Plan:
    """See the module. ``stages``: runs of steps of one entity; ``table``: region row → parameter → whole number.

    ``targets``: output words or benefit codes, default all. Raises CompileError for what no target may do, unless
    ``unproved``; InputError for a target that does not exist or a value beyond its limit.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        on: datetime.date,
        regions: Iterable[str],
        *,
        targets: tuple[str, ...] | None = None,
        programs: Iterable[Program] | None = None,
        unproved: bool = False,
    ):
        """``programs``: of these regions, where they are bound already (with supposed values, say)."""
        self.ruleset, self.on = ruleset, on
        wanted = _result_words(ruleset, targets)
        self._find_programs(programs or (ruleset.program(code, on, wanted) for code in regions), list(regions))
        words, declared = ruleset.vocabulary.words, ruleset.params.declarations
        texts = {c for w in words.values() for c in w.choices} | {c for d in declared.values() for c in d.choices}
        self.codes = Codes(sorted(texts))
        self._lowering = Lowering(self.codes)
        self.steps: dict[str, Step] = {}
        self.outputs: list[Output] = []
        self._switches: dict[str, list[Rule | None]] = {}
        self._make_outputs()
        self._prune()
        self.inputs = self._find_inputs()
        self.stages = _postponed(self._cut_stages())
        self.table = [self._row(i, program) for i, program in enumerate(self.programs)]
        # Where nothing can be computed any numbers do; those of another place leave fewer that differ.
        usual = next((row for row, p in zip(self.table, self.programs, strict=True) if p.rules), self.table[0])
        self.table = [row if p.rules else usual for row, p in zip(self.table, self.programs, strict=True)]
        self.params = list(dict.fromkeys(p for s in self.steps.values() for p in leaves(s.tree, "param")))
        self.ranges = ranges.analyse(self)
        if self.ranges.problems and not unproved:
            raise CompileError(ranges.sentences(self.ranges.problems))

    # ---- regions
    def _find_programs(self, programs: Iterable[Program], regions: list[str]) -> None:
        """``rows``: region code → row; regions that share all values and rules share a row."""
        self.programs: list[Program] = []
        self.rows: dict[str, int] = {}
        seen: dict[int, int] = {}
        for code, program in zip(regions, programs, strict=True):
            key = id(program._blanks)  # shared by every place that shares the bound program
            if key not in seen:
                seen[key] = len(self.programs)
                self.programs.append(program)
            self.rows[code] = seen[key]
        self._asked = [self._asked_of(program) for program in self.programs]

    def _asked_of(self, program: Program) -> set[str]:
        """Names whose value matters in a region: what its rules read, and what the totals add up."""
        asked = {d for r in program.rules.values() for d in (*r.deps, *(n for _, n in r.agg_deps))}
        return asked | set(program.paid) if program.any_benefit else asked

    def unconfigured(self) -> dict[str, list[str]]:
        """Region code → benefits that cannot be computed there on that day."""
        return {code: list(self.programs[row].unconfigured) for code, row in self.rows.items()}

    # ---- steps
    def _make_outputs(self) -> None:
        versions = self.ruleset.versions
        for name in [n for n in self.programs[0].output_words if versions[n][0].entity in ("人", "户")]:
            kind, scale = self.ruleset.types[name]
            missing = [name not in p.rules for p in self.programs]
            if all(missing):
                self.outputs.append(Output(name, _column(name, kind), self.ruleset.entities[name], kind, "", missing))
                continue
            self._add(name)
            step = name
            if kind == "元" and scale != 1:
                step = f"显示_{name}"
                shown = ("round", ("lit", 0), ("col", name), ("lit", scale))
                self.steps[step] = Step(step, self.ruleset.entities[name], shown, False, rule=self.steps[name].rule)
            nothing = any(v.returns == "元或无" for v in versions[name])
            self.outputs.append(
                Output(name, _column(name, kind), self.ruleset.entities[name], kind, step, missing, nothing)
            )
        self._add_totals()

    def _add_totals(self) -> None:
        missing = [not p.any_benefit for p in self.programs]
        paid: dict[str, list[Node]] = {"人": [], "户": []}
        for name in self.programs[0].paid:
            if name in self.steps:
                paid[self.ruleset.entities[name]].append(("col", name))
        self.steps[PERSON_TOTAL] = Step(PERSON_TOTAL, "人", _added(paid["人"]), False)
        self.steps["成员合计"] = Step("成员合计", "人", ("col", PERSON_TOTAL), False, how="sum")
        whole = _added([*paid["户"], ("col", "成员合计")])
        self.steps[HOUSEHOLD_TOTAL] = Step(HOUSEHOLD_TOTAL, "户", whole, False)
        for name, entity in ((PERSON_TOTAL, "人"), (HOUSEHOLD_TOTAL, "户")):
            self.outputs.append(Output(name, _column(name, "元"), entity, "元", name, missing))

    def _add(self, name: str) -> None:
        """The step of a rule and of everything behind it, dependencies first."""
        if name in self.steps or name not in self.ruleset.versions:
            return
        used = _different(program.rules.get(name) for program in self.programs)
        # Where nobody asks for the value it may be anything, so the usual version serves.
        chosen = [
            program.rules.get(name, used[0] if used and name not in asked else None)
            for program, asked in zip(self.programs, self._asked, strict=True)
        ]
        kind, scale = self.ruleset.types[name]
        zero: Node = ("lit", False) if kind == "是否" else ("lit", 0)
        tree = zero
        for rule in reversed(used):
            finer = scale // rule.type[1] if rule.type[0] == "元" else 1
            own = self._lowering.lower(rule.tree)
            own = own if finer == 1 else fold(("*", own, ("lit", finer)))
            if len(used) == 1 and None not in chosen:
                tree = own
            else:
                number = self._switch(name, chosen, rule)
                tree = ("if", ("==", ("param", f"版本_{name}"), ("lit", number)), own, tree)
        for dep in dict.fromkeys(leaves(tree, "col")):
            self._add_sum(dep) if dep.startswith("汇总_") else self._add(dep)
        first = used[0] if used else None
        self.steps[name] = Step(name, self.ruleset.entities[name], tree, kind == "是否", rule=first)

    def _switch(self, name: str, chosen: list[Rule | None], rule: Rule) -> int:
        """Number of a version in the parameter that says which version a region uses; 0 is none."""
        self._switches[f"版本_{name}"] = chosen
        return 1 + [id(r) for r in _different(chosen)].index(id(rule))

    def _add_sum(self, column: str) -> None:
        if column in self.steps:
            return
        _, how, tree = next(made for made in self._lowering.sums.values() if made[0] == column)
        for dep in dict.fromkeys(leaves(tree, "col")):
            self._add(dep)
        self.steps[column] = Step(column, "人", tree, how == "any", how=how)

    def _prune(self) -> None:
        """Keep what some result needs."""
        needed: set[str] = set()
        waiting = [o.step for o in self.outputs if o.step]
        while waiting:
            name = waiting.pop()
            if name in self.steps and name not in needed:
                needed.add(name)
                waiting += self.steps[name].deps
        self.steps = {n: s for n, s in self.steps.items() if n in needed}

    def _find_inputs(self) -> dict[str, list[Word]]:
        words = self.ruleset.vocabulary.words
        used = dict.fromkeys(d for s in self.steps.values() for d in s.deps if d in words)
        flags = dict.fromkeys(f for w in used for f in words[w].child_when)
        listed = [words[w] for w in {**used, **flags}]
        return {entity: [w for w in listed if w.entity == entity] for entity in ("户", "人")}

    def _cut_stages(self) -> list[tuple[str, list[Step]]]:
        """Runs of steps of one entity. A sum over members is known only after their run."""
        waiting, done = dict(self.steps), set(self.ruleset.vocabulary.words)
        stages: list[tuple[str, list[Step]]] = []
        while waiting:
            before = len(waiting)
            for entity in ("户", "人"):
                batch: list[Step] = []
                known = set(done)
                moved = True
                while moved:
                    ready = [s for s in waiting.values() if s.entity == entity and known.issuperset(s.deps)]
                    moved = bool(ready)
                    for step in ready:
                        batch.append(waiting.pop(step.name))
                        if not step.how:
                            known.add(step.name)
                if batch:
                    stages.append((entity, batch))
                    done |= {s.name for s in batch}
            if len(waiting) == before:
                raise CompileError(f"排不出计算次序：{'、'.join(waiting)}")
        return stages

    # ---- the region table
    def _row(self, i: int, program: Program) -> dict[str, int]:
        row = {DAY: self.on.year * 10000 + self.on.month * 100 + self.on.day}
        for name, declared in self.ruleset.params.declarations.items():
            scale = RATIO_SCALE if declared.type == "比例" else declared.scale
            found = program.found.get(name)
            row[name] = 0 if found is None else to_whole(declared.type, scale, found.amount, self.codes)
            limit = LIMITS.get(declared.type)
            if found is not None and limit is not None and abs(found.row.value) > limit:
                raise InputError(f"值 {found.row.value} 超过 {limit}，不能成批计算", field=f"参数“{name}”")
        for name, chosen in self._switches.items():
            numbers = {id(one): n for n, one in enumerate(_different(chosen), 1)}
            row[name] = 0 if chosen[i] is None else numbers[id(chosen[i])]
        for name, tree in self._lowering.hoisted.values():
            row[name] = interpret(tree, row)
        return row

    def hoisted(self) -> dict[str, Node]:
        """Parameter → the tree over parameters it stands for, in the order in which they may be computed."""
        return dict(self._lowering.hoisted.values())

    def is_yes_no(self, node: Node) -> bool:
        """Whether a lowered node is a condition (targets print conditions and numbers differently)."""
        op = node[0]
        if op == "lit":
            return isinstance(node[1], bool)
        if op == "if":
            return self.is_yes_no(node[2]) or self.is_yes_no(node[3])
        if op == "col":
            word = self.ruleset.vocabulary.words.get(node[1])
            return word.type == "是否" if word else self.steps[node[1]].yes_no
        if op == "param":
            declared = self.ruleset.params.declarations.get(node[1])
            if declared is not None:
                return declared.type == "是否"
            return self.is_yes_no(self.hoisted()[node[1]]) if node[1] in self.hoisted() else False
        return op in YES_NO


def _result_words(ruleset: Ruleset, targets: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Output words for targets; a benefit's are empty where it cannot be computed. Raises InputError for unknown ones."""
    if targets is None:
        return None
    words: dict[str, None] = {}
    for target in targets:
        listed = ruleset.outputs(target) if target in ruleset.benefits else [target]
        if target not in ruleset.benefits and target not in (*ruleset.outputs(), *TOTALS):
            raise InputError(f"没有“{target}”这个结果或福利", field="--benefit")
        words |= dict.fromkeys(listed)
    return tuple(words)


def _postponed(stages: list[tuple[str, list[Step]]]) -> list[tuple[str, list[Step]]]:
    """The same stages with every step in the last one that is early enough for all who read it.

    What is computed in the walk that reads it need not be kept between walks, and is skipped where its reader needs it
    only under a condition.
    """
    listed = [(i, step) for i, (_, batch) in enumerate(stages) for step in batch]
    last = {entity: max((i for i, (e, _) in enumerate(stages) if e == entity), default=0) for entity in ("户", "人")}
    before: dict[str, int] = {}  # step → first stage in which it is read; a sum is read only after its own stage
    place: dict[str, int] = {}
    for i, step in reversed(listed):
        latest = before.get(step.name, last[step.entity] + (1 if step.how else 0))
        own = latest - 1 if step.how or stages[min(latest, len(stages) - 1)][0] != step.entity else latest
        while stages[own][0] != step.entity:
            own -= 1
        place[step.name] = own = max(own, i)
        for dep in step.deps:
            before[dep] = min(before.get(dep, len(stages)), own)
    moved: list[list[Step]] = [[] for _ in stages]
    for _, step in listed:
        moved[place[step.name]].append(step)
    return [(entity, batch) for (entity, _), batch in zip(stages, moved, strict=True) if batch]


def _added(nodes: list[Node]) -> Node:
    total: Node = ("lit", 0)
    for node in nodes:
        total = fold(("+", total, node))
    return total


def _column(word: str, kind: str) -> str:
    return f"{word}_分" if kind == "元" else word


def _different(rules: Iterable[Rule | None]) -> list[Rule]:
    return list({id(rule): rule for rule in rules if rule is not None}.values())
