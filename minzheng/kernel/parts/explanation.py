"""An explanation graph (rule engine) as a tree for people: every value with its law, its parameters and its parts.

Shape of the graph: ``{"roots": [id], "nodes": {id: {"name", "value", "inputs": [id], "params": {name: …}, "law"}}}``.
A value used twice is explained where it first appears and referred to afterwards.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_MONEY = re.compile(r"-?\d+\.\d{2}")
_ROW = re.compile(r"(\D+?)(\d+)\.")


@dataclass(frozen=True)
class Parameter:
    """A number of the law: its value, the region level it came from, since when, and the sentence it stands in."""

    name: str
    value: str
    unit: str
    place: str
    since: str
    reference: str
    unproved: bool


@dataclass
class Branch:
    """One value. ``again``: explained above, so its parts are not repeated."""

    id: str
    label: str
    value: str
    law: str = ""
    parameters: list[Parameter] = field(default_factory=list)
    parts: list[Branch] = field(default_factory=list)
    again: bool = False

    @property
    def is_leaf(self) -> bool:
        return not self.parts and not self.parameters and not self.law


def branches(
    graph: Mapping[str, Any], roots: list[str] | None = None, names: Mapping[str, str] | None = None
) -> list[Branch]:
    """The trees below the roots. ``names`` maps a row prefix ("成员1") to a person's name.

    Breadth first: a value that is used more than once is explained where it stands nearest to the result."""
    nodes = graph.get("nodes") or {}
    wanted = [root for root in (roots if roots is not None else graph.get("roots") or []) if root in nodes]
    explained: set[str] = set()
    tops: list[Branch] = []
    queue: deque[tuple[str, list[Branch]]] = deque()
    for root in wanted:
        if root not in explained:
            queue.append((root, tops))
        while queue:
            node_id, beside = queue.popleft()
            node = nodes[node_id]
            branch = Branch(node_id, _label(node_id, node, names or {}), shown(node.get("value")))
            beside.append(branch)
            inputs = [child for child in node.get("inputs") or [] if child in nodes]
            if node_id in explained:
                branch.again = bool(inputs)
                continue
            explained.add(node_id)
            branch.law = str(node.get("law") or "")
            branch.parameters = [_parameter(name, one) for name, one in (node.get("params") or {}).items()]
            queue.extend((child, branch.parts) for child in inputs)
    return tops


def graph_of(kept: Mapping[str, Any], depth: int = 3) -> dict[str, Any]:
    """The explanation graph somewhere inside what an assessment keeps; empty where there is none."""
    for value in kept.values():
        if isinstance(value, dict) and "roots" in value and "nodes" in value:
            return value
    for value in kept.values():
        if isinstance(value, dict) and depth:
            found = graph_of(value, depth - 1)
            if found:
                return found
    return {}


def leading_roots(graph: Mapping[str, Any], prefix: str) -> list[str]:
    """What a reader looks for first: the result named after the item (``prefix``; a sum before a yes/no), then every
    other sum that is not nought, is no part of it and is no total over it. All roots when none is named so."""
    nodes = graph.get("nodes") or {}
    roots = [root for root in graph.get("roots") or [] if root in nodes]
    named = [root for root in roots if str(nodes[root].get("name")).startswith(prefix)]
    if not named:
        return roots
    first = next((root for root in named if _is_money(nodes[root].get("value"))), named[0])
    chosen = [first]
    for root in roots:
        value = nodes[root].get("value")
        if (
            _is_money(value)
            and value != "0.00"
            and not any(root in _below(nodes, one) or one in _below(nodes, root) for one in chosen)
        ):
            chosen.append(root)
    return chosen


def _is_money(value: Any) -> bool:
    return bool(_MONEY.fullmatch(str(value)))


def _below(nodes: Mapping[str, Any], top: str) -> set[str]:
    """A node and everything it rests on."""
    found: set[str] = set()
    stack = [top]
    while stack:
        node_id = stack.pop()
        if node_id not in found and node_id in nodes:
            found.add(node_id)
            stack += nodes[node_id].get("inputs") or []
    return found


def shown(value: Any) -> str:
    """A value as text: yes/no, thousands in money, a dash for what does not apply."""
    if value is True or value is False:
        return "是" if value else "否"
    if value is None or value == "":
        return "不适用"
    text = str(value)
    return f"{text[:-3] and _thousands(text[:-3])}{text[-3:]}" if _MONEY.fullmatch(text) else text


def _thousands(whole: str) -> str:
    return f"{int(whole):,}" if whole not in ("-", "-0") else whole


def _label(node_id: str, node: Mapping[str, Any], names: Mapping[str, str]) -> str:
    name = str(node.get("name") or node_id).replace("_", " ")
    row = _ROW.match(node_id)
    if not row:
        return name
    who = names.get(row[1] + row[2])
    return f"{who}：{name}" if who else f"{row[1]} {row[2]}：{name}"


def _parameter(name: str, raw: Mapping[str, Any]) -> Parameter:
    place = " ".join(filter(None, (str(raw.get("level") or ""), str(raw.get("region") or ""))))
    text = str(raw.get("shown") or "")
    return Parameter(
        name.replace("_", " "),
        text or shown(raw.get("value")),
        "" if text else str(raw.get("unit") or ""),
        place,
        str(raw.get("since") or ""),
        str(raw.get("reference") or ""),
        raw.get("evidence") == "needs_confirmation",
    )
