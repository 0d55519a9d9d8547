"""A plan's steps with known numbers written in: what thereby becomes certain or unnecessary goes.

Where a county's values are constants most branches close (a mode that is not chosen, a ratio of nothing), and with
them the steps that only those branches needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from minzheng.policy.compile import Plan, Step
from minzheng.policy.lowering import Node, bind, children, leaves, substitute


def bound(plan: Plan, params: Mapping[str, int], words: Mapping[str, Node]) -> dict[str, Step]:
    """The steps, in order, with the given parameters and words as numbers; only those that a result still needs."""
    known = {p: bool(v) if plan.is_yes_no(("param", p)) else v for p, v in params.items()}
    numbers: dict[str, Node] = dict(words)
    steps: dict[str, Step] = {}
    for _, batch in plan.stages:
        for step in batch:
            tree = substitute(bind(step.tree, known), numbers)
            if tree[0] == "lit" and tree[1] is not None and not step.how:
                numbers[step.name] = tree
            steps[step.name] = replace(step, tree=tree)
    return needed(steps, [o.step for o in plan.outputs if o.step])


def modes(plan: Plan) -> dict[str, int]:
    """Parameters that choose a way of reckoning, not an amount, and are the same in every region of the plan.

    They are options and yes/no values, which version of a rule is used, and what depends on those alone.
    """
    declared = plan.ruleset.params.declarations
    alike = {p: plan.table[0][p] for p in plan.params if len({row[p] for row in plan.table}) == 1}
    chosen = {
        p for p in [*plan.table[0]]
        if p.startswith("版本_") or (p in declared and declared[p].type in ("选项", "是否"))
    }  # fmt: skip
    for name, tree in plan.hoisted().items():
        if chosen.issuperset(leaves(tree, "param")):
            chosen.add(name)
    return {p: v for p, v in alike.items() if p in chosen}


def needed(steps: dict[str, Step], wanted: Iterable[str]) -> dict[str, Step]:
    """The steps behind the wanted ones, in their order."""
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name in steps and name not in found:
            found.add(name)
            waiting += steps[name].deps
    return {n: s for n, s in steps.items() if n in found}


def inlined(steps: list[Step], wanted: set[str], deepest: int = 0) -> list[Step]:
    """Write a step that is used once into the step that uses it; with ``deepest`` only while trees stay that shallow."""
    uses = Counter(d for s in steps for d in leaves(s.tree, "col"))
    gone: dict[str, Node] = {}
    kept: list[Step] = []
    for step in steps:
        tree = substitute(step.tree, gone)
        shallow = not deepest or depth(tree) < deepest
        if uses[step.name] == 1 and step.name not in wanted and not step.how and shallow:
            gone[step.name] = tree
        else:
            kept.append(replace(step, tree=tree))
    return kept


def depth(node: Node) -> int:
    """How many nodes lie on the longest way down."""
    return 1 + max((depth(c) for c in children(node)), default=0)
