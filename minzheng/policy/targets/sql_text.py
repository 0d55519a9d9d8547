"""Lowered trees as DuckDB expressions: exact whole numbers, no division of negatives left to the engine.

``//`` in DuckDB rounds towards zero and ``1 // 0`` is NULL, so divisions are written for the sign that the range
analysis proves; where 64 bits are not enough the left operand becomes HUGEINT.
"""

from __future__ import annotations

from minzheng.policy.lowering import Node
from minzheng.policy.ranges import INT64, Range, Ranges
from minzheng.policy.whole import NO_CHOICE


def quote(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text literal."""
    return "'" + value.replace("'", "''") + "'"


class Expressions:
    """Writes nodes of one frame. ``choices``: word → code → the texts in the file that mean it (None for NULL)."""

    def __init__(self, ranges: Ranges, choices: dict[str, dict[int, list[str | None]]]):
        self.ranges, self.choices = ranges, choices

    def write(self, node: Node) -> str:
        """One node as an SQL expression."""
        op = node[0]
        if op == "lit":
            return self._literal(node[1])
        if op in ("col", "param"):
            return quote(node[1])
        if op == "if":
            return f"CASE WHEN {self.write(node[1])} THEN {self.write(node[2])} ELSE {self.write(node[3])} END"
        if op == "not":
            return f"(NOT {self.write(node[1])})"
        if op in ("and", "or"):
            return f"({self.write(node[1])} {op.upper()} {self.write(node[2])})"
        if op == "isnull":
            return (
                self._one_of(node[1], (NO_CHOICE,)) if self._is_choice(node[1]) else f"({self.write(node[1])} IS NULL)"
            )
        if op == "in":
            return self._one_of(node[1], node[2])
        if op == "fn":
            return self._function(node)
        if op == "round":
            return self._rounded(node[1], node[2], node[3])
        if op == "monthly":
            return self._monthly(node)
        return self._two(node)

    @staticmethod
    def _literal(value: object) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        return f"{value}::BIGINT"

    def _two(self, node: Node) -> str:
        op, left, right = node
        if op in ("==", "!=") and right[0] == "lit" and self._is_choice(left):
            found = self._one_of(left, (right[1],))
            return found if op == "==" else f"(NOT {found})"
        a, b = self.write(left), self.write(right)
        if op in ("min", "max"):
            return f"{'least' if op == 'min' else 'greatest'}({a}, {b})"
        if op in ("+", "-", "*") and _wide(self.ranges.of(node)):
            a = f"CAST({a} AS HUGEINT)"
        return f"({a} { {'==': '=', '!=': '<>'}.get(op, op) } {b})"

    def _is_choice(self, node: Node) -> bool:
        return bool(node[0] == "col" and node[1] in self.choices)

    def _one_of(self, node: Node, codes: tuple[int, ...]) -> str:
        if not self._is_choice(node):
            return f"({self.write(node)} IN ({', '.join(str(c) for c in codes)}))"
        name = self.write(node)
        meant = [t for code in codes for t in self.choices[node[1]].get(code, [])]
        texts = [text(t) for t in meant if t is not None]
        found = f"{name} IN ({', '.join(texts)})" if texts else "FALSE"
        if None in meant:
            return f"({name} IS NULL OR {found})"
        has_null = any(None in listed for listed in self.choices[node[1]].values())
        return f"coalesce({found}, FALSE)" if has_null and texts else f"({found})"

    # ---- division
    def _floor(self, top: str, low: int, bottom: str) -> str:
        """top // bottom rounded down, for a positive bottom."""
        if low >= 0:
            return f"({top} // {bottom})"
        return f"CASE WHEN {top} >= 0 THEN {top} // {bottom} ELSE -((-({top}) + {bottom} - 1) // {bottom}) END"

    def _half_up(self, top: str, low: int, bottom: str) -> str:
        if low >= 0:
            return f"(({top} + {bottom} // 2) // {bottom})"
        return f"CASE WHEN {top} >= 0 THEN ({top} + {bottom} // 2) // {bottom} ELSE -((-({top}) + {bottom} // 2) // {bottom}) END"

    def _ceiling(self, top: str, low: int, bottom: str) -> str:
        if low >= 0:
            return f"(({top} + {bottom} - 1) // {bottom})"
        return f"CASE WHEN {top} >= 0 THEN ({top} + {bottom} - 1) // {bottom} ELSE -((-({top})) // {bottom}) END"

    def _rounded(self, mode: Node, top: Node, bottom: Node, times: int = 1) -> str:
        """``times``: by how much more to divide (12 for a month of a year)."""
        low, high = self.ranges.of(top)
        over, below = self.write(top), self.write(bottom)
        if times != 1:
            below = f"({below} * {times})"
        if _wide((low, high + self.ranges.of(bottom)[1] * 100 * times)):
            over, below = f"CAST({over} AS HUGEINT)", f"CAST({below} AS HUGEINT)"

        def one(number: int) -> str:
            if number == 0:
                return self._half_up(over, low, below)
            step = 10 if number == 1 else 100
            divide = self._half_up if number == 3 else self._ceiling
            return f"({divide(over, low, f'({below} * {step})')} * {step})"

        if mode[0] == "lit":
            return one(mode[1])
        cases = " ".join(f"WHEN {number} THEN {one(number)}" for number in range(3))
        return f"CASE {self.write(mode)} {cases} ELSE {one(3)} END"

    def _monthly(self, node: Node) -> str:
        _, mode, year, bottom, month = node
        share = self._rounded(mode, year, bottom, 12)
        rest = f"({self._rounded(mode, year, bottom)} - 11 * {share})"
        if month[0] == "lit":
            return share if month[1] < 12 else rest
        return f"CASE WHEN {self.write(month)} < 12 THEN {share} ELSE {rest} END"

    def _function(self, node: Node) -> str:
        if node[1] == "周岁":
            difference = ("-", node[3], node[2])
            return self._floor(self.write(difference), self.ranges.of(difference)[0], "10000")
        day = self.write(node[2])
        return f"({day} // 100 * 100 + 1)" if node[1] == "月初" else f"({day} // 100 % 100)"


def _wide(found: Range) -> bool:
    return max(abs(found[0]), abs(found[1])) > INT64
