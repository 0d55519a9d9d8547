"""A plan as one plain Python function over one family in whole numbers: the fast way to results without explanation.

For one place its values are constants, so the function holds only the branches that are open there. It gives what the
rule functions give, to the fen (compared on every case and on random families); whoever wants the steps, the reasons
or the explanation runs the rule functions themselves. No NumPy, nothing compiled.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from minzheng.policy import whole
from minzheng.policy.compile import HOUSEHOLD_TOTAL, PERSON_TOTAL, Output, Plan, Step
from minzheng.policy.errors import PolicyError
from minzheng.policy.lowering import DAY, Node, bind, leaves
from minzheng.policy.ranges import Ranges
from minzheng.policy.specialise import bound, inlined
from minzheng.policy.words import MAX_YUAN, Vocabulary, Word, convert
from minzheng.policy.yamltext import Scalar

if TYPE_CHECKING:
    from minzheng.policy.evaluate import Program

Row = dict[str, Any]
#: Deeper trees than Python's parser likes are not written into one line.
DEEPEST = 40
_PARTS = {"元": 100, "比例": 10_000}
_IN_WHOLE = frozenset([*_PARTS, "日期", "选项"])
_HELPERS = {f.__name__: f for f in (whole.round_whole, whole.half_up, whole.ceiling, whole.monthly)}


class _Yuan(dict[int, Decimal]):
    """分 → 元 with two decimals, remembered: few amounts occur often."""

    def __missing__(self, fen: int) -> Decimal:
        if len(self) > 50_000:
            self.clear()
        made = self[fen] = Decimal(fen).scaleb(-2)
        return made


class FastFamily:
    """``run(family, on)`` → results as ``Outcome`` has them. ``build`` makes one."""

    def __init__(self, program: Program, plan: Plan):
        self.words = program.ruleset.vocabulary
        used = {w.name: w for ws in plan.inputs.values() for w in ws}
        self._rows = {e: _RowReader(e, self.words, used, plan.codes) for e in ("户", "人")}
        self._key = self.words.collections["人"]
        scope: dict[str, Any] = dict(_HELPERS) | {
            "Y": _Yuan(),
            "day_of": _day_of,
            "ratio": lambda v: Decimal(v) / 10_000,
        }
        self.source = _Printer(plan, {e: list(r.slots) for e, r in self._rows.items()}).source()
        exec(compile(self.source, "<一户的规则>", "exec"), scope)  # noqa: S102 (names checked to be identifiers)
        self._run: Callable[[list[Any], list[list[Any]], int], tuple[Row, list[Row]]] = scope["run"]

    def run(self, family: dict[str, Any], on: datetime.date) -> tuple[Row, list[Row], Callable[[], Any]] | None:
        """Results of one family, and what gives its facts back as exact values; None where anything is unusual."""
        day = on.year * 10000 + on.month * 100 + on.day
        try:
            household = self._rows["户"].read(family.get("家庭") or {}, day)
            read = self._rows["人"].read
            people = [read(given, day) for given in family[self._key]]
        except (KeyError, ValueError, TypeError, AttributeError):
            return None
        if not people:
            return None
        whole, members = self._run(household, people, day)
        return whole, members, lambda: self._exact(household, people)

    def _exact(self, household: list[Any], people: list[list[Any]]) -> tuple[Row, dict[str, list[Row]]]:
        back = self._rows["人"].back
        return self._rows["户"].back(household), {"人": [back(row) for row in people]}


class _RowReader:
    """Reads the words of one 户 or 人 as whole numbers into a list. Whatever it does not expect it refuses."""

    def __init__(self, entity: str, words: Vocabulary, used: dict[str, Word], codes: dict[str, int]):
        mine = [w for w in words.words.values() if w.entity == entity]
        self.slots = {w.name: i for i, w in enumerate(mine)}
        self._readers = {w.name: (i, _reader(w, codes)) for i, w in enumerate(mine)}
        self._blank = [_whole(w, w.default, codes) for w in mine]
        texts = {code: text for text, code in codes.items()}
        self._back = [(w.name, _back(w, texts)) for w in mine]
        birthday = next((w for w in mine if w.name == "出生日期"), None)
        self._born = self.slots["出生日期"] if birthday else -1
        self._died = self.slots.get("死亡日期", -1)
        self._children = [self.slots[f] for f in birthday.child_when] if birthday else []

    def read(self, given: dict[str, Any], day: int) -> list[Any]:
        """All words in their places. Raises KeyError, TypeError or ValueError."""
        row = self._blank.copy()
        readers = self._readers
        for name, raw in given.items():
            slot, convert = readers[name]
            row[slot] = convert(raw)
        if self._born >= 0:
            self._check(row, given, day)
        return row

    def _check(self, row: list[Any], given: dict[str, Any], day: int) -> None:
        born = row[self._born]
        if "出生日期" in given:
            died = row[self._died] if self._died >= 0 else None
            if born > day or day // 10000 - born // 10000 > 150 or (died is not None and died < born):
                raise ValueError("出生日期")
        elif any(row[i] for i in self._children):
            row[self._born] = (day // 10000 - 10) * 10000 + 101

    def back(self, row: list[Any]) -> Row:
        """The row as exact values by name."""
        return {name: exact(v) if v is not None else None for (name, exact), v in zip(self._back, row, strict=True)}


def build(program: Program) -> FastFamily | None:
    """The fast way for a program's place and values, or None where whole numbers do not reach."""
    try:
        plan = Plan(program.ruleset, program.on, [program.region], programs=[program])
        return FastFamily(program, plan)
    except (PolicyError, KeyError, ValueError):
        return None


def _whole(word: Word, value: Any, codes: dict[str, int]) -> Any:
    """An exact value as the whole number of its type; yes/no and text as they are."""
    if value is None or word.type not in _IN_WHOLE:
        return value
    return whole.to_whole(word.type, 10_000 if word.type == "比例" else 1, value, codes)


def _reader(word: Word, codes: dict[str, int]) -> Callable[[Any], Any]:
    """What is said about a word → whole number; the usual Python types by the shortest way."""

    def any_form(raw: Any) -> Any:
        if raw is None or isinstance(raw, Scalar):
            raise ValueError(word.name)  # nothing said, or said in a file: the exact way knows where
        return _whole(word, convert(word, raw), codes)

    if word.type == "元":
        most = int(MAX_YUAN)
        return lambda raw: raw * 100 if type(raw) is int and 0 <= raw <= most else any_form(raw)
    if word.type == "是否":
        return lambda raw: raw if type(raw) is bool else any_form(raw)
    if word.type == "日期":
        return lambda raw: raw.year * 10000 + raw.month * 100 + raw.day if type(raw) is datetime.date else any_form(raw)
    if word.type == "选项":
        known = {text: codes[choice] for text, choice in word.aliases.items()}
        return lambda raw: known[raw] if type(raw) is str and raw in known else any_form(raw)
    if word.type == "文字":
        return lambda raw: raw.strip() if type(raw) is str else any_form(raw)
    return any_form


def _back(word: Word, texts: dict[int, str]) -> Callable[[int], Any]:
    if word.type == "日期":
        return _day_of
    if word.type == "选项":
        return texts.__getitem__
    if word.type in _PARTS:
        parts = _PARTS[word.type]
        return lambda v: Decimal(v) / parts
    return lambda v: v


def _day_of(number: int) -> datetime.date:
    return datetime.date(number // 10000, number // 100 % 100, number % 100)


class _Printer:
    """Writes the steps of a plan for one place as the text of ``run(H, P, day)``."""

    def __init__(self, plan: Plan, slots: dict[str, list[str]]):
        """``slots``: the order of the words in the rows that are passed."""
        self.plan, self.slots = plan, slots
        hoisted = plan.hoisted()
        self.daily = self._depend_on_day(hoisted)
        known = {p: v for p, v in plan.table[0].items() if p not in self.daily}
        steps = bound(plan, known, {})
        self.fixed = {n: s.tree for n, s in steps.items() if s.tree[0] == "lit" and not s.how}
        self.steps = {n: s for n, s in steps.items() if n not in self.fixed}
        self.hoisted = {n: t for n, t in hoisted.items() if n in self.daily}
        self.known = known
        self.ranges = Ranges(plan)
        self.ranges.columns |= plan.ranges.columns
        self.words = {w.name: w for ws in plan.inputs.values() for w in ws}
        self.outputs = [o for o in plan.outputs if o.step]

    @staticmethod
    def _depend_on_day(hoisted: dict[str, Node]) -> set[str]:
        """Parameters that change from day to day while values and rules stay."""
        found = {DAY}
        for name, tree in hoisted.items():
            if found.intersection(leaves(tree, "param")):
                found.add(name)
        return found

    def source(self) -> str:
        """The text of the function."""
        lines = ["def run(H, P, day):", f"    q_{DAY} = day"]
        lines += [f"    q_{n} = {self.text(self._bind(t))}" for n, t in self.hoisted.items()]
        batches = self._batches()
        kept = self._kept(batches)
        read = {d for _, batch in batches for s in batch for d in s.deps}
        lines.append(f"    {self._unpacked('户', read)} = H")
        final = max((i for i, (entity, _) in enumerate(batches) if entity == "人"), default=-1)
        lines.append("    people = []")
        for i, (entity, batch) in enumerate(batches):
            if entity == "户":
                lines += [f"    v_{s.name} = {self.text(s.tree)}" for s in batch]
            else:
                lines += self._members(batch, kept, i == final)
        if final < 0:
            lines += ["    for m in P:", f"        people.append({self._person()})"]
        lines.append("    return " + self._household() + ", people")
        return "\n".join(lines)

    def _bind(self, tree: Node) -> Node:
        is_yes_no = self.plan.is_yes_no
        return bind(tree, {p: bool(v) if is_yes_no(("param", p)) else v for p, v in self.known.items()})

    def _batches(self) -> list[tuple[str, list[Step]]]:
        """Stages with what is left of them; a value used once in its stage is written where it is used."""
        shown = {o.step for o in self.outputs}
        stages = [(e, [self.steps[s.name] for s in batch if s.name in self.steps]) for e, batch in self.plan.stages]
        made = []
        for i, (entity, batch) in enumerate(stages):
            later = {d for j, (_, b) in enumerate(stages) if j != i for s in b for d in s.deps}
            made.append((entity, inlined(batch, shown | later, DEEPEST)))
        return [(e, batch) for e, batch in made if batch]

    def _kept(self, batches: list[tuple[str, list[Step]]]) -> set[str]:
        """Persons' values that a later walk over the members reads; the last one also reads the results."""
        at = {s.name: i for i, (e, batch) in enumerate(batches) for s in batch if s.home == "人"}
        last = max(at.values(), default=0)
        kept = {o.step for o in self.outputs if o.entity == "人" and at.get(o.step, last) < last}
        for i, (_, batch) in enumerate(batches):
            kept |= {d for s in batch for d in s.deps if at.get(d, i) < i}
        return kept

    def _members(self, batch: list[Step], kept: set[str], final: bool) -> list[str]:
        made = {s.name for s in batch if not s.how}
        read = dict.fromkeys(d for s in batch for d in s.deps if d not in made)
        if final:
            read |= dict.fromkeys(o.step for o in self.outputs if o.entity == "人" and o.step in kept)
        before = [n for n in read if n in kept]
        stored = [s.name for s in batch if s.name in kept]
        lines = [f"    v_{s.name} = {'False' if s.how == 'any' else '0'}" for s in batch if s.how]
        lines += [f"    k_{n} = []" for n in stored]
        lines += [f"    a_{n} = k_{n}.append" for n in stored]
        each = ", ".join(["m", *(f"v_{n}" for n in before)])
        over = f"zip({', '.join(['P', *(f'k_{n}' for n in before)])})" if before else "P"
        lines.append(f"    for {each} in {over}:")
        lines.append(f"        {self._unpacked('人', set(read))} = m")
        for step in batch:
            text = self.text(step.tree)
            if step.how == "any":
                lines += [f"        if {text}:", f"            v_{step.name} = True"]
            elif step.how == "sum":
                lines.append(f"        v_{step.name} += {text}")
            else:
                lines.append(f"        v_{step.name} = {text}")
                lines += [f"        a_{step.name}(v_{step.name})"] if step.name in kept else []
        return [*lines, f"        people.append({self._person()})"] if final else lines

    def _unpacked(self, entity: str, read: set[str]) -> str:
        """The names for a row's values, in order; one name for all that nobody reads."""
        return "(" + ", ".join(f"v_{n}" if n in read else "_" for n in self.slots[entity]) + ",)"

    # ---- results
    def _household(self) -> str:
        mine = [o for o in self.plan.outputs if o.entity == "户" and o.word != HOUSEHOLD_TOTAL]
        total = [o for o in self.plan.outputs if o.word == HOUSEHOLD_TOTAL]
        return "{" + ", ".join(f"{o.word!r}: {self._shown(o)}" for o in [*mine, *total]) + "}"

    def _person(self) -> str:
        mine = [o for o in self.plan.outputs if o.entity == "人" and o.word != PERSON_TOTAL]
        mine += [o for o in self.plan.outputs if o.word == PERSON_TOTAL]
        name = f"m[{self.slots['人'].index('姓名')}]"
        return "{" + ", ".join([f"'姓名': {name}", *(f"{o.word!r}: {self._shown(o)}" for o in mine)]) + "}"

    def _shown(self, output: Output) -> str:
        """A result as it leaves the engine; a step that became a number stands for itself."""
        if not output.step or output.missing[0]:
            return "None"
        fixed = self.fixed.get(output.step)
        if fixed == ("lit", None):
            return "None"
        value = f"v_{output.step}" if fixed is None else self.text(fixed)
        show = {"元": f"Y[{value}]", "日期": f"day_of({value})", "比例": f"ratio({value})"}.get(output.kind, value)
        nothing = output.may_be_nothing and fixed is None
        return f"(None if {value} is None else {show})" if nothing else show

    # ---- expressions
    def text(self, node: Node) -> str:
        """A lowered tree as a Python expression on whole numbers; nothing is None."""
        op = node[0]
        if op == "lit":
            return repr(node[1])
        if op in ("col", "param"):
            return f"{'v' if op == 'col' else 'q'}_{node[1]}"
        if op == "if":
            return f"({self.text(node[2])} if {self.text(node[1])} else {self.text(node[3])})"
        if op == "not":
            return f"(not {self.text(node[1])})"
        if op == "isnull":
            return f"({self.text(node[1])} is None)"
        if op == "in":
            return f"({self.text(node[1])} in {tuple(node[2])!r})"
        if op == "fn":
            return self._function(node)
        if op == "round" and node[1][0] == "lit":
            return self._rounded(node[1][1], node[2], self.text(node[3]))
        args = [self.text(a) for a in node[1:]]
        if op in ("round", "monthly"):
            return f"{'round_whole' if op == 'round' else 'monthly'}({', '.join(args)})"
        if op in ("min", "max"):
            return self._extreme(op, args)
        return f"({args[0]} {op} {args[1]})"

    @staticmethod
    def _extreme(op: str, args: list[str]) -> str:
        """A call of min or max costs more than asking a name twice."""
        for one, other in (args, args[::-1]):
            if one.isidentifier() and other.isdecimal():
                return f"({one} if {one} {'>' if op == 'max' else '<'} {other} else {other})"
        return f"{op}({args[0]}, {args[1]})"

    def _function(self, node: Node) -> str:
        args = [self.text(a) for a in node[2:]]
        if node[1] == "周岁":
            return f"(({args[1]} - {args[0]}) // 10000)"
        return f"({args[0]} // 100 * 100 + 1)" if node[1] == "月初" else f"({args[0]} // 100 % 100)"

    def _rounded(self, mode: int, top: Node, bottom: str) -> str:
        """top ÷ bottom by a known mode; the short forms hold where nothing is negative and the divisor is a number."""
        over = self.text(top)
        if not bottom.isdecimal() or int(bottom) < 1 or self.ranges.of(top)[0] < 0:
            return f"round_whole({mode}, {over}, {bottom})"
        step = (1, 10, 100, 100)[mode]
        below = int(bottom) * step
        divided = f"({over} + {below // 2}) // {below}" if mode in (0, 3) else f"-(-({over}) // {below})"
        if mode == 0 and below == 1:
            return f"({over})"
        return f"({divided})" if step == 1 else f"({divided}) * {step}"
