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


#: A fact has neither; shared by all facts of all graphs.
NO_INPUTS: list[str] = []
NO_PARAMS: dict[str, Any] = {}
TOTALS_LAW = "各项按月现金待遇之和"


class _Texts(dict[Decimal, str]):
    """元 → text with two decimals, remembered: writing a Decimal out costs more than finding it."""

    def __missing__(self, amount: Decimal) -> str:
        if len(self) > 20_000:
            self.clear()
        made = self[amount] = f"{to_fen_half_up(amount):.2f}" if amount else "0.00"  # as results are shown
        return made


_TEXTS = _Texts()


def show(value: Any) -> Any:
    """A value as JSON: money text with two decimals, dates ISO, yes/no and counts as they are."""
    kind = type(value)
    if kind is bool:
        return value
    if kind is Decimal:
        return _TEXTS[value]
    if kind is Unrounded:
        return f"{to_fen_half_up(value):.2f}"
    if kind is datetime.date:
        return value.isoformat()
    return value


def show_ratio(value: Any) -> str:
    """A ratio as text: two decimals, up to four where it has them (0.10, 0.036)."""
    text = f"{value:.4f}"
    return text[:-2] if text.endswith("00") else text.removesuffix("0")


class Explainer:
    """Prepared once for a program; ``graph`` then only fills in values."""

    def __init__(self, program: Program):
        self.program = program
        entities = program.ruleset.entities
        words = program.ruleset.vocabulary.words
        self.keys = program.ruleset.vocabulary.collections

        def entity_of(name: str) -> str:
            return entities.get(name) or (words[name].entity if name in words else "户")

        self._money = {n for n in program.rules if program.ruleset.types[n][0] in ("元", "比例")}
        self._ratios = {n for n in program.rules if program.ruleset.types[n][0] == "比例"}
        self._ratios |= {n for n, word in words.items() if word.type == "比例"}
        shown = {name: found.as_dict() for name, found in program.found.items()}
        #: entity → (name, law, params, [(0 = own household, 1 = own row, 2 = every row, entity, name)])
        self._templates: dict[str, list[tuple[str, str, dict[str, Any], list[tuple[int, str, str]]]]] = {}
        self._frames: dict[tuple[str, int], tuple[list[Any], list[Any]]] = {}
        self._wholes: dict[tuple[int, ...], list[Any]] = {}
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
        self.leaves = {e: list(names) for e, names in leaves.items()}

    def facts(self, entity: str) -> tuple[str, ...]:
        """Input words of a 户, a 人 or a linked row on which some result may depend here and on this day."""
        words = self.program.ruleset.vocabulary.words
        return tuple(name for name in self.leaves.get(entity, ()) if name in words)

    def graph(self, top: dict[str, Any], dicts: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
        """{"roots": [...], "nodes": {...}} for values as ``Program.calculate`` returns them.

        What does not depend on the family (ids, inputs, parameters, law) is shared by all graphs: do not change it.
        """
        nodes: dict[str, dict[str, Any]] = {}
        value_of = self._value
        for name in self.leaves.get("户", ()):
            nodes[name] = {
                "name": name,
                "value": value_of(name, top[name]),
                "inputs": NO_INPUTS,
                "params": NO_PARAMS,
                "law": "",
            }
        for entity in self.keys:
            for i, values in enumerate(dicts[entity], 1):
                leaves, steps = self.row_frame(entity, i)
                for node_id, name in leaves:
                    nodes[node_id] = {
                        "name": name, "value": value_of(name, values[name]), "inputs": NO_INPUTS, "params": NO_PARAMS, "law": "",
                    }  # fmt: skip
                for node_id, name, law, params, inputs in steps:
                    nodes[node_id] = {
                        "name": name, "value": value_of(name, values[name]), "inputs": inputs, "params": params, "law": law,
                    }  # fmt: skip
        counts = tuple(len(dicts[entity]) for entity in self.keys)
        for name, law, params, inputs in self.household_frame(counts):
            value = value_of(name, top[name])
            nodes[name] = {"name": name, "value": value, "inputs": inputs, "params": params, "law": law}
        return {"roots": self._roots_and_totals(nodes, top, dicts["人"]), "nodes": nodes}

    def row_frame(self, entity: str, i: int) -> tuple[list[Any], list[Any]]:
        """Of the i-th row of an entity: (id, name) of its facts, and of its steps (id, name, law, params, input ids)."""
        frame = self._frames.get((entity, i))
        if frame is None:
            prefix = f"{self.keys[entity]}{i}."
            leaves = [(prefix + name, name) for name in self.leaves.get(entity, ())]
            steps = [
                (prefix + name, name, law, params, [prefix + n if where else n for where, _, n in inputs])
                for name, law, params, inputs in self._templates.get(entity, ())
            ]
            frame = self._frames[entity, i] = (leaves, steps)
        return frame

    def household_frame(self, counts: tuple[int, ...]) -> list[Any]:
        """The household's steps (name, law, params, input ids) for so many rows of each collection."""
        frame = self._wholes.get(counts)
        if frame is None:
            rows = dict(zip(self.keys, counts, strict=True))
            frame = self._wholes[counts] = [
                (name, law, params, [i for one in inputs for i in self._ids(one, rows)])
                for name, law, params, inputs in self._templates.get("户", ())
            ]
        return frame

    def _ids(self, one: tuple[int, str, str], rows: dict[str, int]) -> list[str]:
        where, entity, name = one
        if where != 2:
            return [name]
        return [f"{self.keys[entity]}{i}.{name}" for i in range(1, rows[entity] + 1)]

    def _value(self, name: str, value: Any) -> Any:
        if name in self._ratios and value is not None:
            return show_ratio(value)
        if name in self._money and value is not None and type(value) is int:
            return f"{value}.00"
        return show(value)

    def totals(self, people: int) -> tuple[list[str], list[str], list[list[str]]]:
        """For so many members: the roots; the ids of the members' totals; their inputs and, last, the household total's."""
        program = self.program
        from minzheng.policy.evaluate import HOUSEHOLD_TOTAL, PERSON_TOTAL

        prefixes = [f"{self.keys['人']}{i}." for i in range(1, people + 1)]
        roots = [n for n in program.targets if program.ruleset.entities[n] == "户"]
        mine = [n for n in program.targets if program.ruleset.entities[n] == "人"]
        roots += [prefix + n for prefix in prefixes for n in mine]
        ids = [prefix + PERSON_TOTAL for prefix in prefixes]
        inputs = [[prefix + n for n in program._monthly_person] for prefix in prefixes]
        return [*roots, HOUSEHOLD_TOTAL], ids, [*inputs, [*program._monthly_household, *ids]]

    def _roots_and_totals(self, nodes: dict[str, Any], top: dict[str, Any], people: list[dict[str, Any]]) -> list[str]:
        roots, ids, inputs = self.totals(len(people))
        for node_id, behind, values in zip([*ids, roots[-1]], inputs, [*people, top], strict=True):
            name = node_id.rpartition(".")[2]
            nodes[node_id] = {
                "name": name, "value": show(values[name]), "inputs": behind, "params": {}, "law": TOTALS_LAW,
            }  # fmt: skip
        return roots


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
