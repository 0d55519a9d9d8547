"""What every step of a plan can be at most and at least, from declared input ranges; and what must never happen.

Three things are proved before anything runs: no whole number leaves 64 bits (the compiled loop) or 128 bits (SQL), no
division by a number that may be zero, and no word that may be empty is used before the rule asked whether it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.policy.errors import Finding
from minzheng.policy.lowering import Node
from minzheng.policy.params import LIMITS
from minzheng.policy.types import RATIO_SCALE
from minzheng.policy.words import MAX_YUAN, Word

if TYPE_CHECKING:
    from minzheng.policy.compile import Plan, Step

Range = tuple[int, int]
INT64 = 2**63 - 1
INT128 = 2**127 - 1
YES_NO: Range = (0, 1)
COMPARED = frozenset(["==", "!=", ">", "<="])
#: Days from 1850 to 2200: a birthday may lie 150 years before the first law, nothing lies further ahead.
DAYS: Range = (18500101, 22001231)
_FEN = 100
_SMALLER = "请给用到的参数写更小的 ceiling，或先舍入再乘"
Facts = frozenset[tuple[str, str]]  # ("there" | "not zero", column)


class Ranges:
    """Range of every column, parameter and node of a plan; ``wide`` names the steps that need more than 64 bits."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.columns: dict[str, Range] = {w.name: word_range(w) for ws in plan.inputs.values() for w in ws}
        self.params: dict[str, Range] = {}
        self._memo: dict[Node, Range] = {}
        self.problems: list[Finding] = []  # fatal for every target
        self.too_wide: list[Finding] = []  # fatal for targets of 64 bits

    def param(self, name: str) -> Range:
        """Range that a parameter may take by its declaration, not only here and now: what is compiled is kept."""
        if name not in self.params:
            self.params[name] = self._find_param(name)
        return self.params[name]

    def _find_param(self, name: str) -> Range:
        declared = self.plan.ruleset.params.declarations.get(name)
        if declared is None:
            tree = self.plan.hoisted().get(name)
            return self.of(tree) if tree is not None else DAYS if name == "核算日" else (0, 1000)
        if declared.type == "是否":
            return YES_NO
        if declared.type == "日期":
            return DAYS
        if declared.type == "选项":
            return (0, len(self.plan.codes))
        scale = RATIO_SCALE if declared.type == "比例" else declared.scale * (_FEN if declared.type == "元" else 1)
        limit = LIMITS[declared.type]
        low = -limit if declared.floor is None else declared.floor
        high = limit if declared.ceiling is None else declared.ceiling
        return min(0, int(low * scale)), max(0, int(high * scale))  # 0 stands in where there is no value

    def of(self, node: Node) -> Range:
        """Smallest and largest value of a node."""
        found = self._memo.get(node)  # 1 and True are one key: their range is the same
        if found is None:
            found = self._memo[node] = self._of(node)
        return found

    def _of(self, node: Node) -> Range:
        op = node[0]
        if op == "lit":
            return (0, 0) if node[1] is None else (int(node[1]), int(node[1]))
        if op == "col":
            return self.columns[node[1]]
        if op == "param":
            return self.param(node[1])
        if op == "if":
            a, b = self.of(node[2]), self.of(node[3])
            return min(a[0], b[0]), max(a[1], b[1])
        if op == "fn":
            return _function(node[1], [self.of(a) for a in node[2:]])
        if op in ("round", "monthly"):
            return self._rounded(node)
        if op in ("+", "-", "*", "min", "max"):
            return _two(op, self.of(node[1]), self.of(node[2]))
        return YES_NO

    def _rounded(self, node: Node) -> Range:
        """Rounding adds at most one 元; dividing by at least 1 (a divisor is proved positive elsewhere)."""
        top, bottom = self.of(node[2]), self.of(node[3])
        least = max(1, bottom[0])
        low, high = -(-min(top[0], 0) // least) - _FEN if top[0] < 0 else 0, max(top[1], 0) // least + _FEN
        return (low - 11 * high, high - 11 * low) if node[0] == "monthly" else (low, high)

    def widest(self, node: Node) -> int:
        """Largest magnitude that occurs anywhere while a node is computed."""
        low, high = self.of(node)
        most = max(abs(low), abs(high))
        for child in node[1:]:
            if isinstance(child, tuple) and child and isinstance(child[0], str):
                most = max(most, self.widest(child))
        if node[0] in ("round", "monthly"):
            bottom = self.of(node[3])[1] * (1200 if node[0] == "monthly" else _FEN)
            most = max(most, abs(self.of(node[2])[0]) + bottom, self.of(node[2])[1] + bottom)
        return most


def word_range(word: Word) -> Range:
    """Whole-number range of an input word by its declaration."""
    if word.type == "元":
        most = int(MAX_YUAN) * _FEN
        return (-most if word.allow_negative else 0), most
    if word.type == "整数":
        return word.low if word.low is not None else -(10**6), word.high if word.high is not None else 10**6
    if word.type == "是否":
        return YES_NO
    if word.type == "日期":
        return DAYS
    if word.type == "比例":
        return -100 * RATIO_SCALE, 100 * RATIO_SCALE
    return (0, 1000)


def _two(op: str, a: Range, b: Range) -> Range:
    if op == "+":
        return a[0] + b[0], a[1] + b[1]
    if op == "-":
        return a[0] - b[1], a[1] - b[0]
    if op == "min":
        return min(a[0], b[0]), min(a[1], b[1])
    if op == "max":
        return max(a[0], b[0]), max(a[1], b[1])
    corners = [x * y for x in a for y in b]
    return min(corners), max(corners)


def _function(name: str, args: list[Range]) -> Range:
    if name == "周岁":
        return (args[1][0] - args[0][1]) // 10000, (args[1][1] - args[0][0]) // 10000
    return (1, 12) if name == "月份" else DAYS


def analyse(plan: Plan) -> Ranges:
    """Ranges of the whole plan, and what is wrong with it: ``problems`` no target may do, ``too_wide`` no 64 bits hold."""
    from minzheng.policy.compile import MAX_MEMBERS

    found = Ranges(plan)
    for _, steps in plan.stages:
        for step in steps:
            low, high = found.of(step.tree)
            if step.how == "sum":
                low, high = min(low, 0) * MAX_MEMBERS, max(high, 0) * MAX_MEMBERS
            found.columns[step.name] = step.low, step.high = low, high
            most = max(found.widest(step.tree), abs(low), abs(high))
            if most > INT64:
                found.too_wide.append(_say(plan, step, f"最大可到 {most:.1e}，超过 64 位整数；{_SMALLER}"))
            if most > INT128:
                found.problems.append(_say(plan, step, f"最大可到 {most:.1e}，超过 128 位整数；{_SMALLER}"))
            found.problems += [_say(plan, step, what) for what in _flow(found, step.tree, frozenset())]
    return found


def sentences(findings: list[Finding]) -> str:
    """One sentence a rule, each with file and line."""
    return "\n".join(dict.fromkeys(f"{f.file}:{f.line} {f.message}" if f.file else f.message for f in findings))


def _say(plan: Plan, step: Step, what: str) -> Finding:
    rule = step.rule
    if rule is None:  # a sum over members: name the first rule that reads it
        rule = next((s.rule for s in plan.steps.values() if step.name in s.deps and s.rule), None)
    if rule is None:
        return Finding("bulk_range", f"〈{step.name}〉：{what}")
    return Finding("bulk_range", f"规则〈{rule.name}〉：{what}", rule.file, rule.line, rule.source.split("\n")[0])


# ---- what may be empty or zero


def _flow(ranges: Ranges, node: Node, facts: Facts) -> list[str]:
    """What is used although it may be empty, or divided by although it may be zero, given what is known here."""
    op = node[0]
    if op == "col":
        word = ranges.plan.ruleset.vocabulary.words.get(node[1])
        empty = word is not None and word.optional and ("there", node[1]) not in facts
        return [f"“{node[1]}”可以不填，要先问 is None 再用"] if empty else []
    if op in ("lit", "param", "isnull"):
        return []
    if op in ("and", "or"):
        more = learned(node[1], op == "and")
        return _flow(ranges, node[1], facts) + _flow(ranges, node[2], facts | more)
    if op == "if":
        return [
            *_flow(ranges, node[1], facts),
            *_flow(ranges, node[2], facts | learned(node[1], True)),
            *_flow(ranges, node[3], facts | learned(node[1], False)),
        ]
    found = []
    if op in ("round", "monthly") and not _positive(ranges, node[3], facts):
        found.append("除数可能是零，要先判断再除")
    for child in node[1:]:
        if isinstance(child, tuple) and child and isinstance(child[0], str):
            found += _flow(ranges, child, facts)
    return found


def _positive(ranges: Ranges, node: Node, facts: Facts) -> bool:
    low, _ = ranges.of(node)
    if low > 0:
        return True
    if node[0] == "*":
        return _positive(ranges, node[1], facts) and _positive(ranges, node[2], facts)
    return node[0] == "col" and low == 0 and ("not zero", node[1]) in facts


def learned(condition: Node, outcome: bool) -> Facts:
    """What is certain about columns when a condition has the given outcome."""
    op = condition[0]
    if op == "not":
        return learned(condition[1], not outcome)
    if op == "isnull" and condition[1][0] == "col" and not outcome:
        return frozenset([("there", condition[1][1])])
    if (op == "and" and outcome) or (op == "or" and not outcome):
        return learned(condition[1], outcome) | learned(condition[2], outcome)
    with_zero = op in COMPARED and condition[1][0] == "col" and condition[2] == ("lit", 0)
    if with_zero and ((op in ("==", "<=") and not outcome) or (op in ("!=", ">") and outcome)):
        return frozenset([("not zero", condition[1][1])])
    return frozenset()
