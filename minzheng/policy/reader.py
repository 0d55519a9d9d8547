"""Read a rule's source once into a small typed tree.

The tree serves the checks (types, unknown names, literals, unrounded money), the dependency graph and the bulk targets;
the scalar path calls the function itself. Nodes are tuples, all numbers whole (money in 分, ratios in 1/10 000):

    ("lit", v) ("col", word) ("param", name) ("if", c, a, b) ("not", x) ("and"|"or", a, b) ("<"…"!=", a, b)
    ("+"|"-"|"*"|"min"|"max", a, b) ("in", x, values) ("isnull", x) ("agg", "sum"|"any"|"all", entity, x)
    ("round", mode, numerator, denominator) ("monthly", mode, numerator, denominator, month) ("fn", name, *args)
"""

from __future__ import annotations

import ast
import textwrap
from math import lcm
from typing import Any

from minzheng.policy.errors import Finding
from minzheng.policy.rules import Rule
from minzheng.policy.types import (
    BOOL,
    COMPARE,
    CONTEXT,
    DATE,
    INT,
    MONEY,
    NONE,
    PLAIN_NUMBERS,
    QUOTIENT,
    RETURNS,
    ROUNDERS,
    TEXT,
    ZERO,
    Scope,
    Type,
    Typed,
)


class ReadError(Exception):
    """Carries one Finding; raised inside the reader, collected by the loader."""

    def __init__(self, finding: Finding):
        self.finding = finding
        super().__init__(str(finding))


def read_rule(rule: Rule, scope: Scope) -> Type:
    """Fill ``rule.tree/deps/agg_deps/params`` from its source and return its type. Raises ReadError."""
    return _Reader(rule, scope).run()


class _Reader:
    def __init__(self, rule: Rule, scope: Scope):
        self.rule, self.scope = rule, scope
        self.deps: dict[str, None] = {}
        self.aggs: dict[tuple[str, str], None] = {}
        self.params: dict[str, None] = {}

    def fail(self, node: ast.AST | None, check: str, message: str) -> ReadError:
        lines = self.rule.source.splitlines()
        offset = getattr(node, "lineno", 1) - 1
        source = lines[offset] if offset < len(lines) else ""
        finding = Finding(
            check, f"规则〈{self.rule.name}〉：{message}", self.rule.file, self.rule.line + offset, source
        )
        return ReadError(finding)

    def run(self) -> Type:
        tree = ast.parse(textwrap.dedent(self.rule.source)).body[0]
        if not isinstance(tree, ast.FunctionDef):
            raise self.fail(tree, "rule_shape", "规则必须是一个 def 函数")
        for name in self.rule.args:
            if name not in CONTEXT and name not in self.scope.collections and self.scope.names(name) is None:
                raise self.fail(tree, "unknown_name", f"不认识“{name}”，既不是规则也不是词表里的词")
            if name in self.scope.display_only:
                raise self.fail(tree, "display_only", f"“{name}”只供显示，可能为空，不能再参加计算")
            if name not in CONTEXT and name not in self.scope.collections:
                # An argument is a dependency even where only the sentence of a refusal uses it.
                self.on_Name(ast.copy_location(ast.Name(name), tree), {})
        if self.rule.returns not in RETURNS:
            raise self.fail(tree, "return_type", f"要写明返回类型：{'、'.join(RETURNS)} 之一")
        kind, node = self.block(tree.body, {}, tree)
        kind, node = self.check_return(tree.body[-1], kind, node)
        self.rule.tree, self.rule.type = node, kind
        self.rule.deps, self.rule.agg_deps = tuple(self.deps), tuple(self.aggs)
        self.rule.params = tuple(self.params)
        return kind

    def check_return(self, last: ast.AST, kind: Type, node: tuple[Any, ...]) -> Typed:
        declared = self.rule.returns
        if kind == QUOTIENT:
            raise self.fail(last, "unrounded_stored", "按人数平均的金额必须当场写明舍入方式")
        if declared in ("元", "元或无") and kind[0] == "元" and kind[1] != 1:
            raise self.fail(
                last, "unrounded_stored", "未舍入的金额不能存储或发放，请写明舍入方式（如 四舍五入到分、按规定舍入）"
            )
        if declared == "未舍入元" and self.rule.monthly:
            raise self.fail(last, "unrounded_stored", "未舍入的金额不能作为待遇发放，请写明舍入方式")
        if node == ZERO and RETURNS[declared] in ("元", "比例"):
            return (RETURNS[declared], 1), node
        if kind == NONE or kind[0] != RETURNS[declared]:
            raise self.fail(last, "return_type", f"声明返回{declared}，实际算出的是{kind[0]}")
        return kind, node

    # ---- statements
    def block(self, body: list[ast.stmt], env: dict[str, Any], owner: ast.AST) -> Typed:
        for i, s in enumerate(body):
            if isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) and isinstance(s.value.value, str):
                continue
            if isinstance(s, ast.Return) and s.value is not None:
                return self.value(s.value, env)
            if isinstance(s, ast.Assign) and len(s.targets) == 1 and isinstance(s.targets[0], ast.Name):
                name = s.targets[0].id
                if self.scope.names(name) is not None:
                    raise self.fail(s, "shadowing", f"“{name}”是别的规则或词的名字，中间量请换个名字")
                env = {**env, name: self.value(s.value, env)}
                continue
            if isinstance(s, ast.If):
                condition = self.condition(s.test, env)
                rest = body[i + 1 :]  # both branches go on with what follows, unless they return
                yes = self.block([*s.body, *rest], env, s)
                no = self.block([*s.orelse, *rest], env, s)
                return self.choose(s, condition, yes, no)
            raise self.fail(s, "rule_shape", "规则里只能用 if、return 和给中间量取名")
        raise self.fail(body[-1] if body else owner, "rule_shape", "有的分支没有 return")

    def choose(self, node: ast.AST, condition: tuple[Any, ...], yes: Typed, no: Typed) -> Typed:
        if NONE in (yes[0], no[0]):
            if self.rule.returns != "元或无":
                raise self.fail(node, "return_type", "只有返回“元或无”的规则才能返回 None")
            kind = yes[0] if no[0] == NONE else no[0]
            return kind, ("if", condition, yes[1], no[1])
        kind, a, b = self.unify(node, yes, no)
        return kind, ("if", condition, a, b)

    # ---- types
    def lift(self, value: Typed, target: Type) -> tuple[Any, ...] | None:
        (kind, scale), node = value
        if (kind, scale) == target:
            return node
        if node == ZERO and target[0] in ("元", "比例"):
            return node
        if kind == target[0] and kind in ("元", "比例") and target[1] % scale == 0:
            return ("*", node, ("lit", target[1] // scale))
        return None

    def unify(self, at: ast.AST, a: Typed, b: Typed) -> tuple[Type, tuple[Any, ...], tuple[Any, ...]]:
        if QUOTIENT in (a[0], b[0]):
            raise self.fail(at, "unrounded_stored", "按人数平均的金额必须先写明舍入方式，才能继续计算")
        target = b[0] if a[1] == ZERO else a[0]
        if a[0][0] == b[0][0]:
            target = (a[0][0], lcm(a[0][1], b[0][1]))
        x, y = self.lift(a, target), self.lift(b, target)
        if x is None or y is None:
            raise self.fail(at, "type_mismatch", f"{self.call_it(a[0])}和{self.call_it(b[0])}不能放在一起计算或比较")
        return target, x, y

    @staticmethod
    def call_it(kind: Type) -> str:
        if kind == QUOTIENT:
            return "按人数平均的金额"
        return "未舍入金额" if kind[0] == "元" and kind[1] != 1 else kind[0]

    def condition(self, node: ast.expr, env: dict[str, Any]) -> tuple[Any, ...]:
        kind, tree = self.value(node, env)
        if kind != BOOL:
            raise self.fail(node, "type_mismatch", f"这里要一个是/否的条件，写的是{self.call_it(kind)}")
        return tree

    # ---- expressions
    def value(self, node: ast.expr, env: dict[str, Any]) -> Typed:
        method = getattr(self, "on_" + type(node).__name__, None)
        if method is None:
            raise self.fail(node, "rule_shape", "规则里不能用这种写法")
        return method(node, env)

    def on_Constant(self, node: ast.Constant, env: dict[str, Any]) -> Typed:
        value = node.value
        if value is None:
            return NONE, ("lit", None)
        if isinstance(value, bool):
            return BOOL, ("lit", value)
        if isinstance(value, int) and value in PLAIN_NUMBERS:
            return INT, ("lit", value)
        if isinstance(value, str):
            raise self.fail(node, "literal", f"文字“{value}”只能用来和选项比较")
        raise self.fail(node, "literal", f"规则里不许写数字 {value!r}：请放进参数文件，写 参数.名字")

    def on_Name(self, node: ast.Name, env: dict[str, Any]) -> Typed:
        if node.id in env:
            return env[node.id]
        if node.id == "核算日" and node.id in self.rule.args:
            return DATE, ("col", "核算日")
        known = self.scope.names(node.id)
        if known is None or node.id not in self.rule.args:
            hint = "，请写进函数的参数表" if known else "，既不是规则也不是词表里的词"
            raise self.fail(node, "unknown_name", f"不认识“{node.id}”{hint}")
        entity, kind = known
        if entity not in (self.rule.entity, "户"):
            key = next(k for k, e in self.scope.collections.items() if e == entity)
            raise self.fail(
                node, "entity", f"“{node.id}”是每个{entity}的量，这里要写 sum/any/all(… for {entity} in {key})"
            )
        self.deps[node.id] = None
        return kind, ("col", node.id)

    def on_Attribute(self, node: ast.Attribute, env: dict[str, Any]) -> Typed:
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        if owner == "参数" and "参数" in self.rule.args:
            if node.attr not in self.scope.params:
                raise self.fail(node, "unknown_parameter", f"没有声明参数“{node.attr}”，请写进 params.yaml")
            self.params[node.attr] = None
            return self.scope.params[node.attr], ("param", node.attr)
        member = env.get("@each")
        if member and owner == member[0]:
            known = self.scope.names(node.attr)
            if known is None or known[0] != member[1]:
                raise self.fail(node, "unknown_name", f"{member[1]}没有“{node.attr}”这个量")
            if node.attr in self.scope.display_only:
                raise self.fail(node, "display_only", f"“{node.attr}”只供显示，不能再参加计算")
            self.aggs[(member[1], node.attr)] = None
            return known[1], ("col", node.attr)
        raise self.fail(node, "rule_shape", f"不认识“{owner}.{node.attr}”；只能写 参数.名字，或在 for 里写 人.名字")

    def on_UnaryOp(self, node: ast.UnaryOp, env: dict[str, Any]) -> Typed:
        if isinstance(node.op, ast.Not):
            return BOOL, ("not", self.condition(node.operand, env))
        raise self.fail(node, "rule_shape", "规则里不能用这种运算")

    def on_BoolOp(self, node: ast.BoolOp, env: dict[str, Any]) -> Typed:
        op = "and" if isinstance(node.op, ast.And) else "or"
        tree = self.condition(node.values[0], env)
        for other in node.values[1:]:
            tree = (op, tree, self.condition(other, env))
        return BOOL, tree

    def on_IfExp(self, node: ast.IfExp, env: dict[str, Any]) -> Typed:
        return self.choose(
            node, self.condition(node.test, env), self.value(node.body, env), self.value(node.orelse, env)
        )

    def on_Compare(self, node: ast.Compare, env: dict[str, Any]) -> Typed:
        tree: tuple[Any, ...] | None = None
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            one = self.compare(node, op, left, right, env)
            tree = one if tree is None else ("and", tree, one)
            left = right
        return BOOL, tree  # type: ignore[return-value]

    def compare(self, node: ast.Compare, op: ast.cmpop, left: ast.expr, right: ast.expr, env: dict[str, Any]) -> Any:
        if isinstance(op, (ast.Is, ast.IsNot)):
            tree = self.value(left, env)[1]
            if not (isinstance(right, ast.Constant) and right.value is None) or tree[-1] not in self.scope.optional:
                raise self.fail(node, "rule_shape", "is 只能用来看可以不填的词是否为 None")
            return ("isnull", tree) if isinstance(op, ast.Is) else ("not", ("isnull", tree))
        if isinstance(op, (ast.In, ast.NotIn)):
            if not isinstance(right, ast.Tuple):
                raise self.fail(node, "rule_shape", "in 的右边要写成 (甲, 乙)")
            values = tuple(self.constant(node, left, item) for item in right.elts)
            tree = ("in", self.value(left, env)[1], values)
            return tree if isinstance(op, ast.In) else ("not", tree)
        symbol = COMPARE.get(type(op))
        if symbol is None:
            raise self.fail(node, "rule_shape", "规则里不能用这种比较")
        for one, other in ((left, right), (right, left)):
            if isinstance(other, ast.Constant) and self.named_constant(one, other):
                return (symbol, self.value(one, env)[1], ("lit", self.constant(node, one, other)))
        _, a, b = self.unify(node, self.value(left, env), self.value(right, env))
        return (symbol, a, b)

    def named_constant(self, one: ast.expr, other: ast.Constant) -> bool:
        """Whether the comparison is with a choice (text) or with a grade, which a rule may name."""
        name = one.id if isinstance(one, ast.Name) else one.attr if isinstance(one, ast.Attribute) else ""
        is_text = isinstance(other.value, str)
        return is_text or (name in self.scope.codes and type(other.value) is int)

    def constant(self, node: ast.AST, one: ast.expr, item: ast.expr) -> Any:
        name = one.id if isinstance(one, ast.Name) else one.attr if isinstance(one, ast.Attribute) else ""
        value = item.value if isinstance(item, ast.Constant) else None
        if isinstance(value, str):
            allowed = self.scope.choices.get(name, ())
            if value not in allowed:
                raise self.fail(
                    node, "unknown_choice", f"“{name}”没有“{value}”这个选项，只有：{'、'.join(allowed) or '无'}"
                )
            return value
        if name in self.scope.codes and type(value) is int:
            return value
        raise self.fail(node, "literal", "这里只能写选项的文字，或等级词的数字")

    def on_BinOp(self, node: ast.BinOp, env: dict[str, Any]) -> Typed:
        a, b = self.value(node.left, env), self.value(node.right, env)
        if isinstance(node.op, (ast.Add, ast.Sub)):
            symbol = "+" if isinstance(node.op, ast.Add) else "-"
            if a[0] == DATE or a[0] == BOOL or a[0] == TEXT:
                raise self.fail(node, "type_mismatch", f"{a[0][0]}不能相加减")
            kind, x, y = self.unify(node, a, b)
            return kind, (symbol, x, y)
        if isinstance(node.op, ast.Mult):
            kinds = {a[0][0], b[0][0]}
            scale = a[0][1] * b[0][1]
            if scale and kinds <= {"元", "比例", "整数"} and (kinds != {"元"}):
                product = "元" if "元" in kinds else "比例" if "比例" in kinds else "整数"
                return (product, scale), ("*", a[1], b[1])
        if isinstance(node.op, (ast.Div, ast.FloorDiv, ast.Mod)):
            raise self.fail(node, "rule_shape", "规则里不用除号：请用 平均(总额, 份数) 或 每月(年额)")
        raise self.fail(node, "type_mismatch", f"{self.call_it(a[0])}与{self.call_it(b[0])}不能这样运算")

    def on_Call(self, node: ast.Call, env: dict[str, Any]) -> Typed:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ("min", "max") and len(node.args) > 1:
            result = self.value(node.args[0], env)
            for other in node.args[1:]:
                kind, x, y = self.unify(node, result, self.value(other, env))
                result = (kind, (name, x, y))
            return result
        if name in ("sum", "any", "all") and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return self.aggregate(node, name, node.args[0], env)
        args = [self.value(a, env) for a in node.args]
        if name in ROUNDERS and len(args) == 1:
            return self.rounded(node, ("lit", ROUNDERS[name]), args[0])
        if name == "按规定舍入" and len(args) == 2 and args[1][0] == TEXT:
            return self.rounded(node, args[1][1], args[0])
        if name == "平均" and len(args) == 2 and args[0][0][0] == "元" and args[1][0] == INT:
            scale = args[0][0][1]
            return QUOTIENT, (args[0][1], ("*", args[1][1], ("lit", scale)) if scale != 1 else args[1][1])
        if name == "每月" and len(args) == 1 and args[0][0][0] == "元":
            return ("元", args[0][0][1] * 12), args[0][1]
        if name == "按月发放" and [a[0] for a in args[1:]] == [INT, TEXT] and args[0][0][0] == "元":
            return MONEY, ("monthly", args[2][1], args[0][1], ("lit", args[0][0][1]), args[1][1])
        if name == "周岁" and [a[0] for a in args] == [DATE, DATE]:
            return INT, ("fn", name, args[0][1], args[1][1])
        if name in ("月初", "月份") and [a[0] for a in args] == [DATE]:
            return (DATE if name == "月初" else INT), ("fn", name, args[0][1])
        raise self.fail(node, "rule_shape", f"规则里不能这样用“{name or '这个函数'}”")

    def rounded(self, node: ast.AST, mode: tuple[Any, ...], value: Typed) -> Typed:
        kind, tree = value
        if kind == QUOTIENT:
            return MONEY, ("round", mode, tree[0], tree[1])
        if kind[0] != "元":
            raise self.fail(node, "type_mismatch", f"只有金额可以舍入，写的是{self.call_it(kind)}")
        return MONEY, ("round", mode, tree, ("lit", kind[1]))

    def aggregate(self, node: ast.Call, name: str, each: ast.GeneratorExp, env: dict[str, Any]) -> Typed:
        generator = each.generators[0]
        key = generator.iter.id if isinstance(generator.iter, ast.Name) else ""
        if len(each.generators) != 1 or key not in self.scope.collections or not isinstance(generator.target, ast.Name):
            raise self.fail(node, "rule_shape", f"只能写 {name}(… for 人 in 成员)")
        if self.rule.entity != "户":
            raise self.fail(node, "entity", "只有“户”的规则可以汇总成员")
        entity = self.scope.collections[key]
        inner = {**env, "@each": (generator.target.id, entity)}
        kind, tree = self.value(each.elt, inner)
        if kind == QUOTIENT:
            raise self.fail(node, "unrounded_stored", "按人数平均的金额必须先写明舍入方式，才能相加")
        if name == "sum" and kind[0] not in ("元", "比例", "整数"):
            raise self.fail(node, "type_mismatch", f"{kind[0]}不能相加")
        if name != "sum" and kind != BOOL:
            raise self.fail(node, "type_mismatch", f"{name} 里要是/否的条件")
        empty = ("lit", name == "all") if name != "sum" else ZERO
        for test in generator.ifs:
            tree = ("if", self.condition(test, inner), tree, empty)
        return (kind if name == "sum" else BOOL), ("agg", name, entity, tree)
