"""From the reader's tree to the tree that bulk targets print: whole numbers only, sums taken out, constants folded.

Lowered nodes are those of ``reader`` without ``agg`` and without text: choices are numbers (``Codes``), the day is the
parameter 核算日, a sum over members is a column of its own, and what depends on parameters alone is one parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minzheng.policy.whole import MODES, interpret

Node = tuple[Any, ...]
TRUE: Node = ("lit", True)
FALSE: Node = ("lit", False)
#: The day for which everything is computed, as a parameter.
DAY = "核算日"
YES_NO = frozenset(["<", "<=", ">", ">=", "==", "!=", "in", "isnull", "and", "or", "not"])
_KNOWN = frozenset(["+", "-", "*", "min", "max", "<", "<=", ">", ">=", "==", "!=", "in", "round", "monthly", "fn"])


class Codes(dict[str, int]):
    """One number for every choice text of words and parameters; rounding modes first, in the order of ``MODES``."""

    def __init__(self, texts: list[str]):
        super().__init__((text, i) for i, text in enumerate(dict.fromkeys([*MODES, *sorted(texts)])))
        self.texts = list(self)


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node."""
    return (child for child in node[1:] if isinstance(child, tuple) and child and isinstance(child[0], str))


def leaves(node: Node, kind: str) -> Iterator[str]:
    """Names of all ``("col", name)`` or ``("param", name)`` leaves, in order, with repetitions."""
    if node[0] == kind:
        yield node[1]
    elif node[0] not in ("lit", "col", "param"):
        for child in node[1:]:
            if isinstance(child, tuple) and child and isinstance(child[0], str):
                yield from leaves(child, kind)


def substitute(node: Node, columns: dict[str, Node]) -> Node:
    """The tree with columns replaced by trees, folded again."""
    if node[0] == "col":
        return columns.get(node[1], node)
    if node[0] in ("lit", "param"):
        return node
    return fold(tuple(substitute(c, columns) if _is_node(c) else c for c in node))


def bind(node: Node, params: dict[str, int]) -> Node:
    """The tree with the given parameters written in as numbers, folded."""
    if node[0] == "param":
        return ("lit", params[node[1]]) if node[1] in params else node
    if node[0] in ("lit", "col"):
        return node
    return fold(tuple(bind(c, params) if _is_node(c) else c for c in node))


def _is_node(child: Any) -> bool:
    return isinstance(child, tuple) and bool(child) and isinstance(child[0], str)


def fold(node: Node) -> Node:
    """The node without work whose outcome is known: decided conditions, arithmetic on numbers, + 0, × 1."""
    op = node[0]
    if op == "if":
        return _chosen(node)
    if op in ("and", "or"):
        for one, other in ((node[1], node[2]), (node[2], node[1])):
            if one[0] == "lit":
                decided = bool(one[1]) == (op == "or")
                return ("lit", op == "or") if decided else other
        return node
    if op == "not":
        return ("lit", not node[1][1]) if node[1][0] == "lit" else node[1][1] if node[1][0] == "not" else node
    if op in _KNOWN and all(c[0] == "lit" and c[1] is not None for c in children(node)):
        value = interpret(node, {})
        return ("lit", bool(value) if op in YES_NO else value)
    if op == "isnull" and node[1][0] == "lit":
        return ("lit", node[1][1] is None)
    if op in ("+", "-") and node[2] == ("lit", 0):
        return node[1]
    if op == "+" and node[1] == ("lit", 0):
        return node[2]
    if op == "*" and ("lit", 1) in node[1:]:
        return node[2] if node[1] == ("lit", 1) else node[1]
    return node


def _chosen(node: Node) -> Node:
    """A choice whose outcome is known, or a choice between yes, no and a condition, without the choice."""
    _, condition, yes, no = node
    if condition[0] == "lit":
        return yes if condition[1] else no
    if repr(yes) == repr(no):  # to Python 1 and True are equal
        return yes
    opposite = fold(("not", condition))
    for one, made in (
        (yes, ("or", condition, no) if yes == TRUE else ("and", opposite, no)),
        (no, ("or", opposite, yes) if no == TRUE else ("and", condition, yes)),
    ):
        if one[0] == "lit" and isinstance(one[1], bool):
            return fold(made)
    return node


class Lowering:
    """Lowers trees of one rule set and collects the sums and hoisted parameters they need."""

    def __init__(self, codes: Codes, members: str = "人"):
        self.codes, self.members = codes, members
        # Keyed by text, because to Python the numbers 1 and True are one key.
        self.sums: dict[str, tuple[str, str, Node]] = {}  # → column, sum|any, lowered tree
        self.hoisted: dict[str, tuple[str, Node]] = {}  # → parameter, tree over parameters

    def lower(self, tree: Node) -> Node:
        """One tree of the reader, lowered. Columns of choice words hold codes."""
        return self._hoist(self._plain(tree))

    def _plain(self, node: Node) -> Node:
        op = node[0]
        if op == "lit":
            return ("lit", self.codes[node[1]]) if isinstance(node[1], str) else node
        if op == "col":
            return ("param", DAY) if node[1] == DAY else node
        if op == "param":
            return node
        if op == "in":
            values = tuple(self.codes[v] if isinstance(v, str) else int(v) for v in node[2])
            return fold(("in", self._plain(node[1]), values))
        if op == "agg":
            return self._sum(node)
        if op == "fn":
            return fold((op, node[1], *(self._plain(a) for a in node[2:])))
        return fold((op, *(self._plain(c) for c in node[1:])))

    def _sum(self, node: Node) -> Node:
        _, how, entity, tree = node
        if entity != self.members:  # other households are not part of bulk input: there are none
            return ("lit", {"sum": 0, "any": False, "all": True}[how])
        # 全都是 = 没有一个不是: one kind of yes/no sum is enough for every target
        inner = self._hoist(self._plain(tree))
        if how == "all":
            return fold(("not", self._column("any", fold(("not", inner)))))
        return self._column(how, inner)

    def _column(self, how: str, inner: Node) -> Node:
        if inner[0] == "lit" and not inner[1]:
            return inner
        made = (f"汇总_{len(self.sums) + 1}", how, inner)
        return ("col", self.sums.setdefault(f"{how} {inner!r}", made)[0])

    def _hoist(self, node: Node) -> Node:
        """Replace the largest subtrees that depend on parameters alone by parameters of their own."""
        if node[0] in ("lit", "col", "param"):
            return node
        if not any(True for _ in leaves(node, "col")):
            made = (f"预算_{len(self.hoisted) + 1}", node)
            return ("param", self.hoisted.setdefault(repr(node), made)[0])
        return (node[0], *(self._hoist(c) if _is_node(c) else c for c in node[1:]))
