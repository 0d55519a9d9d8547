"""The numbers of the law behind an amount: the parameters on the branches that this family really took."""

from __future__ import annotations

from typing import Any

from minzheng.policy.entitlements.trials import Family

_Tree = Any


def standards(family: Family, words: list[tuple[str, str, int]]) -> tuple[dict[str, Any], ...]:
    """Values, with their documents, behind the results named by (entity, word, place); in the order of calculation."""
    found: dict[str, None] = {}
    done: set[tuple[str, int]] = set()
    stack = list(words)
    while stack:
        entity, name, place = stack.pop()
        rule = family.program.rules.get(name)
        if rule is None or (name, place) in done:
            continue
        done.add((name, place))
        values = family.top if entity == "户" or not place else family.rows[entity][place - 1]
        names: dict[str, None] = {}
        params: dict[str, None] = {}
        _walk(rule.tree, values, family.top, names, params)
        found |= params
        for dep in names:
            home = family.program._entity_of(dep)
            stack += [(home, dep, place if home == entity else 0)] if home in (entity, "户") else []
    return tuple(family.program.found[name].as_dict() for name in found if name in family.program.found)


def _walk(
    node: _Tree, values: dict[str, Any], top: dict[str, Any], names: dict[str, None], params: dict[str, None]
) -> None:
    if not isinstance(node, tuple) or not node:
        return
    if node[0] == "col":
        names[node[1]] = None
    elif node[0] == "param":
        params[node[1]] = None
    elif node[0] == "if":
        answer = _decided(node[1], values, top)
        _walk(node[1], values, top, names, params)
        for branch in (node[2:],) if answer is None else ((node[2] if answer else node[3],),):
            for part in branch:
                _walk(part, values, top, names, params)
    elif node[0] != "agg":
        for part in node[1:]:
            _walk(part, values, top, names, params)


def _decided(node: _Tree, values: dict[str, Any], top: dict[str, Any]) -> bool | None:
    """The answer of a condition that names yes/no values, options and grades alone; None for any other."""
    kind = node[0]
    if kind == "col":
        value = values.get(node[1], top.get(node[1]))
        return value if isinstance(value, bool) else None
    if kind == "not":
        inner = _decided(node[1], values, top)
        return None if inner is None else not inner
    if kind in ("and", "or"):
        answers = [_decided(part, values, top) for part in node[1:]]
        ends = kind == "or"
        return ends if ends in answers else None if None in answers else not ends
    if kind in ("==", "!=", "in") and node[1][0] == "col":
        value = values.get(node[1][1], top.get(node[1][1]))
        if kind == "in":
            return value in node[2]
        if node[2][0] == "lit":
            return (value == node[2][1]) == (kind == "==")
    return None
