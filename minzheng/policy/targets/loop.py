"""A plan as one loop over households, compiled by numba: 分 as int64, members side by side, no hash join anywhere.

The generated module is written to ``var/policy/<sha>.py`` and kept with numba's own cache, so the second start costs
nothing. It depends on rules, declarations and the ways of reckoning (options and yes/no values that are the same in
every region), not on amounts: a what-if of a standard runs the same compiled loop.
"""

from __future__ import annotations

import datetime
import hashlib
import importlib.util
import inspect
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from minzheng.policy import whole
from minzheng.policy.compile import MAX_MEMBERS, CompileError, Output, Plan, Step
from minzheng.policy.errors import PACKAGE
from minzheng.policy.lowering import Node, children, leaves
from minzheng.policy.ranges import sentences
from minzheng.policy.specialise import bound, inlined, modes
from minzheng.policy.targets import walk
from minzheng.policy.words import Word

#: Days since 1970 that the calendar table turns into YYYYMMDD: from one before 1850 ("nothing") to the end of 2200.
CALENDAR_FROM, CALENDAR_TO = (
    (datetime.date(*day) - datetime.date(1970, 1, 1)).days for day in ((1849, 12, 31), (2200, 12, 31))
)
_HEADER = '''"""由 minzheng.policy.targets.loop 生成，随规则重新生成，不要改。"""
from typing import Any
from numba import njit, types
from numba.extending import intrinsic
import numpy as np
FLAG, CODE, DAY, FEN = (types.Array(t, 1, "C", readonly=True) for t in (types.bool_, types.int16, types.int32, types.int64))
TABLE = types.Array(types.int64, 2, "C", readonly=True)
FLAGS, FENS, TOTALS = types.bool_[::1], types.int64[::1], types.int64[:, ::1]
NOTHING = np.int64(-2**63)
@intrinsic
def pick(typing, condition, yes, no):
    kind = types.boolean if isinstance(yes, types.Boolean) and isinstance(no, types.Boolean) else types.int64
    return kind(types.boolean, kind, kind), lambda context, builder, signature, args: builder.select(*args)
'''
#: Deeper trees than Python's parser likes are not written into one line.
DEEPEST = 40
_OPTIONS = "nogil=True, cache=True, error_model='numpy'"


def var_folder() -> Path:
    """Where generated modules are kept: ``$MINZHENG_VAR/policy``, else ``var/policy`` of the checkout."""
    named = os.environ.get("MINZHENG_VAR")
    root = PACKAGE.parent if (PACKAGE.parent / "pyproject.toml").is_file() else Path.cwd()
    folder = (Path(named).expanduser() if named else root / "var") / "policy"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass
class Loop:
    """A compiled loop. Arguments: see ``source``; ``params`` are the columns of the region table."""

    run: Callable[..., None]
    match: Callable[..., tuple[int, int]]
    tally: Callable[..., None]
    crossed: Callable[..., None]
    households: list[Word]
    persons: list[Word]
    params: list[str]
    household_outputs: list[Output]
    person_outputs: list[Output]
    path: Path


def build(plan: Plan, *, compiled: bool = True) -> Loop:
    """Print, write, import and compile (some seconds, the first time). Raises CompileError where 64 bits do not suffice.

    ``compiled=False`` lets Python itself run the printed loop: slow, exact, and without numba.
    """
    if plan.ranges.too_wide:
        raise CompileError(sentences(plan.ranges.too_wide))
    text = source(plan)
    if not compiled:
        return _loop(plan, SimpleNamespace(**_interpreted(text)), Path())
    path = _write(text)
    return _loop(plan, _imported(f"minzheng_policy_{path.stem}", path), path)


def _interpreted(text: str) -> dict[str, Any]:
    """The names of the generated module, its functions left to Python."""
    names: dict[str, Any] = {
        "NOTHING": whole.NOTHING,
        "pick": whole.pick,
        "njit": lambda *_, **__: lambda function: function,
        "Any": Any,
    }
    body = text[len(_HEADER) :].replace("np.int64(", "int(")
    names |= dict.fromkeys(("FLAG", "CODE", "DAY", "FEN", "TABLE", "FLAGS", "FENS", "TOTALS"))
    names |= {"types": SimpleNamespace(int64=None), "np": _Scratch}
    exec(compile(body, "<规则循环>", "exec"), names)  # noqa: S102 (our own text, names checked to be identifiers)
    return names


class _Scratch:
    """What the interpreted loop needs of NumPy: room for one household."""

    int64, bool_ = int, bool

    @staticmethod
    def empty(length: int, kind: type) -> list[Any]:
        return [kind(0)] * length


def _loop(plan: Plan, module: Any, path: Path) -> Loop:
    printer = _Printer(plan)
    outputs = {e: [o for o in plan.outputs if o.entity == e and o.step] for e in ("户", "人")}
    return Loop(
        module.households,
        module.match,
        module.tally,
        module.crossed,
        printer.inputs["户"],
        printer.inputs["人"],
        printer.params,
        outputs["户"],
        outputs["人"],
        path,
    )


def _imported(name: str, path: Path) -> Any:
    """The generated module, imported once. numba finds its cached code again only for a module it can import."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)  # type: ignore[union-attr]
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def _write(text: str) -> Path:
    path = var_folder() / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".draft")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        os.replace(draft, path)
    return path


def source(plan: Plan) -> str:
    """The module's text. ``households(start, stop, off, region, table, calendar, inputs…, outputs…)``

    ``off[h]:off[h+1]`` are the members of household h; ``region[h]`` its row of ``table`` (int64, one column per
    parameter); ``calendar[d - CALENDAR_FROM]`` is day d as YYYYMMDD, -1 for nothing. Inputs 户, inputs 人, outputs 户, outputs 人 follow,
    in the plan's order.
    """
    names = [*plan.steps, *plan.params, *(w.name for ws in plan.inputs.values() for w in ws)]
    if not all(name.isidentifier() for name in names):
        raise CompileError("规则、参数和词的名字必须是合法的标识符")
    printer = _Printer(plan)
    parts = [_HEADER]
    helpers: list[Any] = [whole.half_up, whole.ceiling, whole.round_whole, whole.round_plain, whole.monthly]
    helpers += whole.FUNCTIONS.values()
    for helper in helpers:
        parts.append(f"@njit(nogil=True, error_model='numpy')\n{inspect.getsource(helper)}\n")
    signed = [(walk.match, "FEN, FEN, FENS, types.int64"), (walk.tally, "FEN, FEN, FEN, DAY, TOTALS"), (walk.crossed, "FEN, FEN, DAY, TOTALS")]  # fmt: skip
    function: Any
    for function, types in signed:
        parts.append(f"@njit([({types})], {_OPTIONS})\n{inspect.getsource(function)}\n")
    return "\n".join([*parts, f"@njit([({printer.signature()})], {_OPTIONS})", printer.kernel(), ""])


def _costly(node: Node) -> bool:
    """Whether a choice is worth a branch: one of its sides divides. Without a branch both sides are worked out, which
    costs less than the branch does, there and above all in the compiler.
    """
    return any(_divides(child) for child in node[2:])


def _divides(node: Node) -> bool:
    return node[0] in ("round", "monthly") or any(_divides(child) for child in children(node))


class _Printer:
    """Prints straight lines: yes and no are numbers, joined by & and |, so that the compiler meets few branches."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.results = {o.step: f"o_{o.step}" for o in plan.outputs if o.step}
        self.stages = self._specialised()
        steps = [s for _, batch in self.stages for s in batch]
        self.steps = {s.name: s for s in steps}
        read = {d for s in steps for d in s.deps}
        self.inputs = {e: [w for w in ws if w.name in read] for e, ws in plan.inputs.items()}
        self.words = {w.name: w for ws in self.inputs.values() for w in ws}
        self.params = list(dict.fromkeys(p for s in steps for p in leaves(s.tree, "param")))
        self.kept = self._kept_between_loops()

    def _specialised(self) -> list[tuple[str, list[Step]]]:
        """The stages with the ways of reckoning written in: which are the same everywhere, what-ifs seldom change them."""
        left = bound(self.plan, modes(self.plan), {})
        stages = [(e, [left[s.name] for s in batch if s.name in left]) for e, batch in self.plan.stages]
        made = []
        for i, (entity, batch) in enumerate(stages):
            elsewhere = {d for j, (_, other) in enumerate(stages) if j != i for s in other for d in s.deps}
            made.append((entity, inlined(batch, elsewhere | set(self.results), DEEPEST)))
        return [(entity, batch) for entity, batch in made if batch]

    def _kept_between_loops(self) -> set[str]:
        """Person values made in one walk over the members and read in a later one."""
        made: dict[str, int] = {}
        kept: set[str] = set()
        for i, (_, steps) in enumerate(self.stages):
            for step in steps:
                kept |= {d for d in step.deps if made.get(d, i) < i}
                if step.home == "人":
                    made[step.name] = i
        return kept

    def kernel(self) -> str:
        plan = self.plan
        households, persons = self.inputs["户"], self.inputs["人"]
        outputs = [o for e in ("户", "人") for o in plan.outputs if o.entity == e and o.step]
        names = [f"i_{w.name}" for w in [*households, *persons]] + [f"o_{o.step}" for o in outputs]
        lines = [f"def households(start, stop, off, region, table, calendar, {', '.join(names)}):"]
        for name in sorted(self.kept - set(self.results)):
            kind = "np.bool_" if self.steps[name].yes_no else "np.int64"
            lines.append(f"    k_{name} = np.empty({MAX_MEMBERS}, {kind})")
        lines += ["    for h in range(start, stop):", "        first = off[h]", "        end = off[h + 1]"]
        lines += ["        row = table[region[h]]"]
        lines += [f"        q_{p} = row[{i}]{self._as_param(p)}" for i, p in enumerate(self.params)]
        lines += [line for w in households for line in self._load(w, "h", "        ")]
        for entity, steps in self.stages:
            lines += self._household(steps) if entity == "户" else self._members(steps)
        lines += [f"        o_{o.step}[h] = v_{o.step}" for o in outputs if o.entity == "户"]
        return "\n".join(lines)

    def signature(self) -> str:
        """Types of the arguments of ``kernel``: given outright, so that one compilation serves every kind of array."""
        kinds = {"是否": "FLAG", "日期": "DAY", "选项": "CODE"}
        kinds |= {"整数": "DAY"}
        inputs = [
            "FEN" if w.optional and w.type in ("整数", "是否") else kinds.get(w.type, "FEN")
            for e in ("户", "人") for w in self.inputs[e]
        ]  # fmt: skip
        outputs = [o for e in ("户", "人") for o in self.plan.outputs if o.entity == e and o.step]
        made = ["FLAGS" if o.kind == "是否" else "FENS" for o in outputs]
        return ", ".join(["types.int64", "types.int64", "FEN", "DAY", "TABLE", "DAY", *inputs, *made])

    def _as_param(self, name: str) -> str:
        return " != 0" if self.plan.is_yes_no(("param", name)) else ""

    @staticmethod
    def _load(word: Word, index: str, pad: str) -> list[str]:
        """Read one word. Where it may be empty, ``n_`` says so and the value is 0: nothing odd ever enters a sum."""
        raw, name = f"i_{word.name}[{index}]", word.name
        if word.type == "日期":
            raw = f"np.int64(calendar[np.int64({raw}) - {CALENDAR_FROM}])"
        elif word.type != "是否" or word.optional:
            raw = f"np.int64({raw})"
        if not word.optional:
            return [f"{pad}v_{name} = {raw}"]
        empty = {"日期": "< 0", "选项": "< 0"}.get(word.type, "== NOTHING")
        lines = [f"{pad}x_{name} = {raw}", f"{pad}n_{name} = x_{name} {empty}"]
        value = f"pick(n_{name}, np.int64(0), x_{name})"
        return [*lines, f"{pad}v_{name} = {value} != 0" if word.type == "是否" else f"{pad}v_{name} = {value}"]

    def _household(self, steps: list[Step]) -> list[str]:
        return [f"        v_{s.name} = {self.text(s.tree)}" for s in steps]

    def _members(self, steps: list[Step]) -> list[str]:
        made = {s.name for s in steps if not s.how}
        read = dict.fromkeys(d for s in steps for d in s.deps if d not in made)
        lines = [f"        v_{s.name} = {'False' if s.how == 'any' else 'np.int64(0)'}" for s in steps if s.how]
        lines.append("        for p in range(first, end):")
        for name in read:
            word = self.words.get(name)
            if word is not None and word.entity == "人":
                lines += self._load(word, "p", "            ")
            elif name in self.kept:
                lines.append(f"            v_{name} = {self._place(name)}")
        for step in steps:
            text = self.text(step.tree)
            if step.how == "any":
                lines.append(f"            v_{step.name} |= {text}")
            elif step.how == "sum":
                lines.append(f"            v_{step.name} += {text}")
            else:
                lines.append(f"            v_{step.name} = {text}")
                if step.name in self.kept or step.name in self.results:
                    lines.append(f"            {self._place(step.name)} = v_{step.name}")
        return lines

    def _place(self, name: str) -> str:
        return f"o_{name}[p]" if name in self.results else f"k_{name}[p - first]"

    def text(self, node: Node) -> str:
        """A lowered tree as an expression."""
        op = node[0]
        if op == "lit":
            return "NOTHING" if node[1] is None else repr(node[1])
        if op == "col":
            return f"v_{node[1]}"
        if op == "param":
            return f"q_{node[1]}"
        if op == "if":
            yes, no, condition = self.text(node[2]), self.text(node[3]), self.text(node[1])
            return f"({yes} if {condition} else {no})" if _costly(node) else f"pick({condition}, {yes}, {no})"
        if op == "not":
            return f"(not {self.text(node[1])})"
        if op in ("and", "or"):
            return f"({self.text(node[1])} {'&' if op == 'and' else '|'} {self.text(node[2])})"
        if op == "isnull":
            return f"n_{node[1][1]}"
        if op == "in":
            one = self.text(node[1])
            return "(" + " | ".join(f"({one} == {v})" for v in node[2]) + ")"
        if op == "fn":
            return f"{whole.FUNCTIONS[node[1]].__name__}({', '.join(self.text(a) for a in node[2:])})"
        args = [self.text(a) for a in node[1:]]
        if op == "round" and self.plan.ranges.of(node[2])[0] >= 0 and self.plan.ranges.of(node[3])[0] > 0:
            return f"round_plain({', '.join(args)})"
        if op in ("round", "monthly"):
            return f"{'round_whole' if op == 'round' else 'monthly'}({', '.join(args)})"
        if op in ("min", "max"):
            return f"{op}({args[0]}, {args[1]})"
        return f"({args[0]} {op} {args[1]})"


__all__ = ["CALENDAR_FROM", "CALENDAR_TO", "Loop", "build", "source", "var_folder"]
