"""The order of calculation, written out as one Python function that calls the rule functions.

Looking up every argument in a dictionary cost half the time of an evaluation. So the plan of a program is printed once
as plain assignments (``v_低保金 = f_低保金(v_低保资格, …)``) and compiled. Only names of rules and words are printed,
all checked to be identifiers; no text of a rule and no data is executed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any

from minzheng.policy.money import ZERO
from minzheng.policy.rules import Rule

Runner = Callable[[dict[str, Any], dict[str, list[dict[str, Any]]]], None]


def stages(rules: dict[str, Rule]) -> list[tuple[str, list[Rule]]]:
    """Cut the rules into runs of one entity each, as few as a simple greedy pass finds, dependencies first."""
    waiting = dict(rules)
    needs = {n: {d for d in (*r.deps, *(one for _, one in r.agg_deps)) if d in rules} for n, r in rules.items()}
    done: set[str] = set()
    order = list(dict.fromkeys(["户", *(r.entity for r in rules.values())]))
    plan: list[tuple[str, list[Rule]]] = []
    while waiting:
        for entity in order:
            batch: list[Rule] = []
            moved = True
            while moved:  # a rule may free the next one of the same entity
                ready = [r for r in waiting.values() if r.entity == entity and needs[r.name] <= done]
                moved = bool(ready)
                for rule in ready:
                    batch.append(rule)
                    done.add(rule.name)
                    del waiting[rule.name]
            if batch:
                plan.append((entity, batch))
    return plan


def build_runner(
    rules: dict[str, Rule],
    entity_of: Callable[[str], str],
    collections: dict[str, str],
    params: object,
    monthly: dict[str, list[str]],
    totals: tuple[str, str],
) -> Runner:
    """A function (household, rows by entity) → None that fills in every rule's value and the month's cash totals.

    ``household[key]`` must hold the row objects of each collection; ``household["核算日"]`` the day; ``monthly``
    names the cash results of 人 and 户; ``totals`` are the names of the person's and the household's total.
    """
    names = {n for r in rules.values() for n in (r.name, *r.args)}
    if not all(name.isidentifier() for name in names):
        raise ValueError("规则和词的名字必须是合法的标识符")
    scope: dict[str, Any] = {f"f_{name}": rule.fn for name, rule in rules.items()}
    scope["v_参数"] = params
    lines = ["def run(H, R):"]
    keys = set(collections.values())
    outer = {n for r in rules.values() for n in r.args if n not in rules and n != "参数"}
    lines += [f"    v_{n} = H[{n!r}]" for n in sorted(outer) if n in keys or n == "核算日" or entity_of(n) == "户"]
    for entity, batch in stages(rules):
        if entity == "户":
            lines += [f"    v_{r.name} = H[{r.name!r}] = {_call(r)}" for r in batch]
            continue
        made = {r.name for r in batch}
        read = dict.fromkeys(n for r in batch for n in r.args if entity_of(n) == entity and n not in made)
        lines.append(f"    for m in R[{entity!r}]:")
        lines += [f"        v_{n} = m[{n!r}]" for n in read]
        lines += [f"        v_{r.name} = m[{r.name!r}] = {_call(r)}" for r in batch]
    lines += [
        f"    whole = {' + '.join(['zero', *(f'v_{n}' for n in monthly['户'])])}",
        "    for m in R['人']:",
        f"        own = m[{totals[0]!r}] = {' + '.join(['zero', *(f'm[{n!r}]' for n in monthly['人'])])}",
        "        whole += own",
        f"    H[{totals[1]!r}] = whole",
    ]
    scope["zero"] = ZERO
    exec(_compiled("\n".join(lines)), scope)  # noqa: S102 (see above)
    return scope["run"]


@lru_cache(maxsize=64)
def _compiled(text: str) -> CodeType:
    """Most places run the same rules in the same order: only their values differ."""
    return compile(text, "<规则次序>", "exec")


def _call(rule: Rule) -> str:
    return f"f_{rule.name}({', '.join('v_' + a for a in rule.args)})"
