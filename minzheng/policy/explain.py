"""The explanation of a result: a graph with shared nodes, and the same as a readable tree.

Node ids: a household value is its name (低保金), a member's is 成员1.个人月收入 (counted from 1, input order), a linked
row's 赡养义务人1.计入赡养费. A node has exactly name, value, inputs (ids), params (by name, with region and source), law.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from minzheng.policy.live import live_inputs
from minzheng.policy.money import Unrounded, to_fen_half_up

if TYPE_CHECKING:
    from minzheng.policy.evaluate import Outcome, Program


def show(value: Any) -> Any:
    """A value as JSON: money text with two decimals, dates ISO, yes/no and counts as they are."""
    kind = type(value)
    if kind is Decimal:
        return f"{value:.2f}"
    if kind is Unrounded:
        return f"{to_fen_half_up(value):.2f}"
    if kind is datetime.date:
        return value.isoformat()
    return value


class Explainer:
    """Prepared once for a program; ``graph`` then only fills in values."""

    def __init__(self, program: Program):
        self.program = program
        entities = program.ruleset.entities
        words = program.ruleset.vocabulary.words
        self._keys = program.ruleset.vocabulary.collections

        def entity_of(name: str) -> str:
            return entities.get(name) or (words[name].entity if name in words else "户")

        self._money = {n for n in program.rules if program.ruleset.types[n][0] == "元"}
        shown = {name: found.as_dict() for name, found in program.found.items()}
        #: entity → (name, law, params, [(0 = own household, 1 = own row, 2 = every row, entity, name)])
        self._templates: dict[str, list[tuple[str, str, dict[str, Any], list[tuple[int, str, str]]]]] = {}
        leaves: dict[str, dict[str, None]] = {}
        chosen = {name: found.row.value for name, found in program.found.items()}
        for name, rule in program.rules.items():
            deps, every_row, named = live_inputs(rule, chosen)
            inputs = [(1 if entity_of(d) != "户" else 0, entity_of(d), d) for d in deps]
            inputs += [(2, e, n) for e, n in every_row]
            params = {p: shown[p] for p in named if p in shown}
            self._templates.setdefault(rule.entity, []).append((name, rule.law_on(program.on), params, inputs))
            for dep in [*deps, *(n for _, n in every_row)]:
                if dep not in program.rules:
                    leaves.setdefault(entity_of(dep), {})[dep] = None
        self._leaves = {e: list(names) for e, names in leaves.items()}

    def facts(self, entity: str) -> tuple[str, ...]:
        """Input words of a 户, a 人 or a linked row on which some result may depend here and on this day."""
        words = self.program.ruleset.vocabulary.words
        return tuple(name for name in self._leaves.get(entity, ()) if name in words)

    def graph(self, top: dict[str, Any], dicts: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
        """{"roots": [...], "nodes": {...}} for values as ``Program.calculate`` returns them."""
        nodes: dict[str, dict[str, Any]] = {}
        for name in self._leaves.get("户", ()):
            nodes[name] = {"name": name, "value": show(top[name]), "inputs": [], "params": {}, "law": ""}
        for entity, key in self._keys.items():
            leaves = self._leaves.get(entity, ())
            templates = self._templates.get(entity, ())
            for i, values in enumerate(dicts[entity], 1):
                prefix = f"{key}{i}."
                for name in leaves:
                    nodes[prefix + name] = {
                        "name": name, "value": show(values[name]), "inputs": [], "params": {}, "law": "",
                    }  # fmt: skip
                for name, law, params, inputs in templates:
                    nodes[prefix + name] = {
                        "name": name,
                        "value": self._value(name, values[name]),
                        "inputs": [prefix + n if where else n for where, _, n in inputs],
                        "params": params,
                        "law": law,
                    }
        for name, law, params, inputs in self._templates.get("户", ()):
            ids: list[str] = []
            for where, entity, dep in inputs:
                if where == 2:
                    key = self._keys[entity]
                    ids += [f"{key}{i}.{dep}" for i in range(1, len(dicts[entity]) + 1)]
                else:
                    ids.append(dep)
            value = self._value(name, top[name])
            nodes[name] = {"name": name, "value": value, "inputs": ids, "params": params, "law": law}
        return {"roots": self._roots_and_totals(nodes, top, dicts["人"]), "nodes": nodes}

    def _value(self, name: str, value: Any) -> Any:
        if name in self._money and value is not None and type(value) is int:
            return f"{value}.00"
        return show(value)

    def _roots_and_totals(self, nodes: dict[str, Any], top: dict[str, Any], people: list[dict[str, Any]]) -> list[str]:
        program = self.program
        from minzheng.policy.evaluate import HOUSEHOLD_TOTAL, PERSON_TOTAL

        roots = [n for n in program.targets if program.ruleset.entities[n] == "户"]
        mine = [n for n in program.targets if program.ruleset.entities[n] == "人"]
        law = "各项按月现金待遇之和"
        member_ids = []
        for i, values in enumerate(people, 1):
            prefix = f"成员{i}."
            roots += [prefix + n for n in mine]
            member_ids.append(prefix + PERSON_TOTAL)
            nodes[prefix + PERSON_TOTAL] = {
                "name": PERSON_TOTAL,
                "value": show(values[PERSON_TOTAL]),
                "inputs": [prefix + n for n in program._monthly_person],
                "params": {},
                "law": law,
            }
        nodes[HOUSEHOLD_TOTAL] = {
            "name": HOUSEHOLD_TOTAL,
            "value": show(top[HOUSEHOLD_TOTAL]),
            "inputs": [*program._monthly_household, *member_ids],
            "params": {},
            "law": law,
        }
        return [*roots, HOUSEHOLD_TOTAL]


def prune(graph: dict[str, Any], roots: list[str]) -> dict[str, Any]:
    """The part of a graph that lies behind the given roots (unknown roots are left out)."""
    nodes = graph["nodes"]
    kept: dict[str, Any] = {}
    roots = [r for r in roots if r in nodes]
    stack = roots[::-1]
    while stack:
        node_id = stack.pop()
        if node_id not in kept:
            kept[node_id] = nodes[node_id]
            stack += reversed(nodes[node_id]["inputs"])
    return {"roots": roots, "nodes": kept}


# ---- for people ----------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    return "是" if value is True else "否" if value is False else "无" if value is None else str(value)


class _Tree:
    """Writes a graph as an indented tree; facts of one step stand on one line, a step already shown is referred to."""

    def __init__(self, outcome: Outcome):
        self.nodes = outcome.explanation["nodes"]
        self.rules = outcome._program.rules if outcome._program else {}
        self.names = {f"成员{i}": m["姓名"] for i, m in enumerate(outcome.members, 1)}
        self.seen: set[str] = set()
        self.lines: list[str] = []

    def label(self, node_id: str) -> str:
        row, dot, name = node_id.rpartition(".")
        return f"{self.names.get(row) or row}的{name}" if dot else name

    def walk(self, node_id: str, depth: int) -> None:
        node = self.nodes[node_id]
        pad = "  " * depth
        line = f"{pad}{self.label(node_id)} = {_text(node['value'])}"
        if node_id in self.seen:
            self.lines.append(line + "（见上）")
            return
        self.seen.add(node_id)
        self.lines.append(line + (f"  〔{node['law']}〕" if node["law"] else ""))
        rule = self.rules.get(node["name"])
        if rule is not None and rule.doc:
            self.lines.append(f"{pad}  办法：{rule.doc.splitlines()[0]}")
        for name, param in node["params"].items():
            where = " ".join(filter(None, (param["level"], param["region"])))
            self.lines.append(f"{pad}  参数：{name} = {param['shown']}（{where}；{param['reference']}）")
        facts = [i for i in node["inputs"] if not self.nodes[i]["inputs"] and not self.nodes[i]["law"]]
        if facts:
            self.lines.append(
                pad + "  事实：" + "，".join(f"{self.label(i)} {_text(self.nodes[i]['value'])}" for i in facts)
            )
        for child in node["inputs"]:
            if child not in facts:
                self.walk(child, depth + 1)


def render(outcome: Outcome, roots: list[str] | None = None) -> str:
    """The explanation as an indented Chinese tree, from the graph's own roots or the given ones."""
    tree = _Tree(outcome)
    for root in roots if roots is not None else outcome.explanation["roots"]:
        tree.walk(root, 0)
    return "\n".join(tree.lines)
