"""Which inputs of a rule count here: branches that the county's own choices close are left out of the explanation.

A county that pays the difference (补差) must not see the 分档 amounts below its 低保金: the rule names them, but for this
region and day the branch can never be taken. Only conditions on 选项 and 是否 parameters close a branch; whatever depends
on the family stays, because "why not" is part of the explanation.
"""

from __future__ import annotations

from typing import Any

from minzheng.policy.rules import Rule

_Tree = tuple[Any, ...]


def live_inputs(rule: Rule, chosen: dict[str, Any]) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """(own inputs, (entity, name) pairs read from every row, parameters) of the branches that are open.

    ``chosen`` maps parameter names to their values (text and yes/no; others never close a branch). A name that stands in
    no branch at all, only in the rule's reason of refusal, is kept.
    """
    everywhere, reached = _Names(), _Names()
    everywhere.collect(rule.tree, None)
    reached.collect(rule.tree, chosen)

    def kept(name: str) -> bool:
        return name in reached.found or name not in everywhere.found

    return (
        [name for name in rule.deps if kept(name)],
        [pair for pair in rule.agg_deps if kept(pair[1])],
        [name for name in rule.params if kept(name)],
    )


class _Names:
    def __init__(self) -> None:
        self.found: set[str] = set()

    def collect(self, node: Any, chosen: dict[str, Any] | None) -> None:
        if not isinstance(node, tuple) or not node:
            return
        if node[0] in ("col", "param"):
            self.found.add(node[1])
            return
        if node[0] == "if" and chosen is not None:
            answer = _decided(node[1], chosen)
            if answer is not None:
                self.collect(node[1], chosen)
                self.collect(node[2] if answer else node[3], chosen)
                return
        for part in node[1:]:
            self.collect(part, chosen)


def _decided(condition: _Tree, chosen: dict[str, Any]) -> bool | None:
    """The condition's answer if the parameters alone give it, else None."""
    kind = condition[0]
    if kind == "param":
        value = chosen.get(condition[1])
        return value if isinstance(value, bool) else None
    if kind == "not":
        inner = _decided(condition[1], chosen)
        return None if inner is None else not inner
    if kind in ("and", "or"):
        answers = [_decided(part, chosen) for part in condition[1:]]
        ends = kind == "or"
        if ends in answers:
            return ends
        return None if None in answers else not ends
    if kind in ("==", "!=") and condition[1][0] == "param" and condition[2][0] == "lit":
        value = chosen.get(condition[1][1])
        if not isinstance(value, str):
            return None
        return (value == condition[2][1]) == (kind == "==")
    return None
