"""The explanation graph of one family out of whole numbers: every step of a place printed as one Python function.

The graph is that of ``explain.Explainer``, value by value and in the same order (compared on every case and on random
families). Worth printing where many families of one place are explained.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from minzheng.policy.compile import HOUSEHOLD_TOTAL, PERSON_TOTAL, Output, Plan
from minzheng.policy.errors import PolicyError
from minzheng.policy.evaluate import TOTALS
from minzheng.policy.explain import NO_INPUTS, NO_PARAMS, TOTALS_LAW, show, show_ratio
from minzheng.policy.lowering import DAY, Node
from minzheng.policy.targets.family import HELPERS, Facts, number_of
from minzheng.policy.targets.family_rows import RowReader, day_of
from minzheng.policy.targets.family_text import Printer

if TYPE_CHECKING:
    from minzheng.policy.evaluate import Program


class _Shown(dict[int, Any]):
    """A whole number → what the graph shows of it, remembered: few values occur often."""

    def __init__(self, how: Callable[[int], Any]):
        super().__init__()
        self.how = how

    def __missing__(self, number: int) -> Any:
        if len(self) > 50_000:
            self.clear()
        made = self[number] = show(self.how(number))
        return made


class _FactNodes(dict[Any, dict[str, Any]]):
    """What is said about one word → the node of that fact, the same in all graphs."""

    def __init__(self, name: str, how: Callable[[Any], Any]):
        super().__init__()
        self.name, self.how = name, how

    def __missing__(self, value: Any) -> dict[str, Any]:
        if len(self) > 500:
            self.clear()
        shown = None if value is None else self.how(value)
        made = self[value] = _node(self.name, shown, NO_INPUTS, NO_PARAMS, "")
        return made


def _node(name: str, value: Any, inputs: list[str], params: dict[str, Any], law: str) -> dict[str, Any]:
    return {"name": name, "value": value, "inputs": inputs, "params": params, "law": law}


class FastGraph:
    """``graph(facts, on)`` → {"roots", "nodes"}. ``build`` makes one."""

    def __init__(self, program: Program, plan: Plan):
        self.explainer, self.program = program.explainer, program
        slots = {e: list(RowReader(e, program.ruleset.vocabulary, plan.codes).slots) for e in ("户", "人")}
        printer = self._printer = _GraphPrinter(plan, slots, program)
        scope: dict[str, Any] = dict(HELPERS) | printer.show
        self.source = printer.source()
        scope |= printer.constants
        exec(compile(self.source, "<一户的解释>", "exec"), scope)  # noqa: S102 (names checked to be identifiers)
        self._run: Callable[..., list[Any]] = scope["run"]
        self._frames: dict[int, tuple[list[Any], list[Any], tuple[str, ...], list[str]]] = {}

    def graph(self, facts: Facts, on: datetime.date) -> dict[str, Any]:
        """The graph. What does not depend on the family is shared by all graphs: do not change it."""
        count = len(facts[1])
        household, people, ids, roots = self._frames.get(count) or self._frame(count)
        nodes = self._run(*facts, number_of(on), household, people)
        return {"roots": roots.copy(), "nodes": dict(zip(ids, nodes, strict=True))}

    def _frame(self, count: int) -> tuple[list[Any], list[Any], tuple[str, ...], list[str]]:
        """For so many members: input ids of the household's steps and of each member's; all ids in order; the roots."""
        explainer = self.explainer
        rows = [explainer.row_frame("人", i) for i in range(1, count + 1)]
        counts = tuple(count if entity == "人" else 0 for entity in explainer.keys)
        steps = explainer.household_frame(counts)
        roots, member_ids, totals = explainer.totals(count)
        ids = [*explainer.leaves.get("户", ())]
        for leaves, own in rows:
            ids += [node_id for node_id, _ in leaves] + [node_id for node_id, *_ in own]
        ids += [name for name, *_ in steps] + [*member_ids, HOUSEHOLD_TOTAL]
        ready = self._printer.ready
        household = [*(ready(*step) for step in steps), totals[-1]]
        people = [[*(ready(*step[1:]) for step in own), total] for (_, own), total in zip(rows, totals, strict=False)]
        made = self._frames[count] = (household, people, tuple(ids), roots)
        return made


class _GraphPrinter(Printer):
    """``run(H, P, day, I, J)`` → nodes in order; ``I`` and ``J[i]``: what is ready of the household's and members' steps."""

    def __init__(self, plan: Plan, slots: dict[str, list[str]], program: Program):
        super().__init__(plan, slots)
        self.program, self.explainer = program, program.explainer
        self.by_word: dict[str, Output] = {o.word: o for o in self.outputs}
        self.constants: dict[str, Any] = {}
        self._named: dict[Any, str] = {}
        texts = {code: text for text, code in plan.codes.items()}
        self.show: dict[str, _Shown] = {
            "元": _Shown(lambda v: Decimal(v).scaleb(-2)),
            "比例": _Shown(lambda v: show_ratio(Decimal(v) / 10_000)),
            "日期": _Shown(day_of),
            "选项": _Shown(texts.__getitem__),
        }
        words = program.ruleset.vocabulary.words
        for entity, names in self.explainer.leaves.items():
            if entity in self.also_read:
                self.also_read[entity] |= {n for n in names if n in words}

    def _head(self) -> list[str]:
        return ["def run(H, P, day, I, J):", "    members = iter(J)", "    totals = []"]

    def _member_shown(self) -> list[str]:
        leaves, steps = self.explainer.row_frame("人", 1)
        nodes = [self._fact(n) for _, n in leaves]
        nodes += [self._step(n, law, params, f"K[{i}]") for i, (_, n, law, params, _) in enumerate(steps)]
        total = self._step(PERSON_TOTAL, TOTALS_LAW, {}, f"K[{len(steps)}]")
        return ["K = next(members)", f"people += ({''.join(n + ', ' for n in nodes)})", f"totals.append({total})"]

    def _returned(self) -> str:
        """All nodes, in order."""
        steps = self.explainer.household_frame(tuple(0 for _ in self.explainer.keys))
        facts = [self._fact(n) for n in self.explainer.leaves.get("户", ())]
        own = [self._step(n, law, params, f"I[{i}]") for i, (n, law, params, _) in enumerate(steps)]
        total = self._step(HOUSEHOLD_TOTAL, TOTALS_LAW, {}, f"I[{len(steps)}]")
        return f"[{', '.join([*facts, '*people', *own, '*totals', total])}]"

    def _fact(self, name: str) -> str:
        """The node of a fact, or of the result of a benefit that is set aside here."""
        if name == "核算日":
            return self._node(name, f"日期[q_{DAY}]")
        if name in self.program.zeroed:
            return self._constant("Z", _node(name, show(self.program.zeroed[name]), NO_INPUTS, NO_PARAMS, ""))
        word = self.program.ruleset.vocabulary.words[name]
        if word.type == "文字":  # names are not remembered
            return self._node(name, f"v_{name}")
        how = self.show[word.type].__getitem__ if word.type in self.show else lambda value: value
        return f"{self._constant('F', _FactNodes(name, how), name)}[v_{name}]"

    def _step(self, name: str, law: str, params: dict[str, Any], place: str) -> str:
        """A step's node: ready where its value is certain, one of two for yes and no, else made out of its inputs."""
        output, fixed = self.by_word[name], self._certain(name)
        if name not in TOTALS and fixed is not None:
            return place
        if name not in TOTALS and self._yes_no(output):
            return f"{place}[v_{output.step}]"
        value = f"v_{output.step}" if fixed is None else self.text(fixed)
        return self._node(name, self._text_of(output.kind, value, output.may_be_nothing), place, params, law)

    def _certain(self, name: str) -> Node | None:
        return self.fixed.get(self.by_word[name].step)

    @staticmethod
    def _yes_no(output: Output) -> bool:
        return output.kind == "是否" and not output.may_be_nothing

    def ready(self, name: str, law: str, params: dict[str, Any], inputs: list[str]) -> Any:
        """What the printed function finds in a step's place: its node, both nodes it may have, or its inputs."""
        output, fixed = self.by_word[name], self._certain(name)
        if fixed is not None:
            value = fixed[1]
            how = self.show.get(output.kind)
            return _node(name, value if how is None or value is None else how[value], inputs, params, law)
        if self._yes_no(output):
            return tuple(_node(name, value, inputs, params, law) for value in (False, True))
        return inputs

    @staticmethod
    def _text_of(kind: str, value: str, may_be_nothing: bool) -> str:
        if kind not in ("元", "比例", "日期", "选项"):
            return value
        return f"(None if {value} is None else {kind}[{value}])" if may_be_nothing else f"{kind}[{value}]"

    def _node(self, name: str, shown: str, inputs: str = "", params: Any = NO_PARAMS, law: str = "") -> str:
        inputs = inputs or self._constant("N", NO_INPUTS)
        parts = {"name": repr(name), "value": shown, "inputs": inputs}
        parts |= {"params": self._constant("C", params), "law": self._constant("L", law)}
        return "{" + ", ".join(f"{key!r}: {text}" for key, text in parts.items()) + "}"

    def _constant(self, letter: str, value: Any, key: Any = None) -> str:
        """The name under which the printed function knows a value."""
        key = (letter, key or (value if letter == "L" else id(value)))
        if key not in self._named:
            self._named[key] = f"{letter}{len(self._named)}"
            self.constants[self._named[key]] = value
        return self._named[key]


def build(program: Program) -> FastGraph | None:
    """The printed graph for a program's place and values, or None where whole numbers do not reach."""
    every = copy.copy(program)
    entities = program.ruleset.entities
    every.output_words = [name for name in program.rules if entities[name] in ("户", "人")]
    try:
        return FastGraph(program, Plan(program.ruleset, program.on, [program.region], programs=[every]))
    except (PolicyError, KeyError, ValueError):
        return None
