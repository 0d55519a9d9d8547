"""说明: what a benefit is, computed from its rules: articles, formula in words, parameters in force in a place, a worked
example, and every change by date and area. Nothing is written by hand, so nothing can disagree with what is paid."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from minzheng.policy.cases import load_cases
from minzheng.policy.errors import PolicyError
from minzheng.policy.evaluate import Outcome, Program
from minzheng.policy.family import split_family
from minzheng.policy.params import show_value
from minzheng.policy.reference.wording import Chosen, lines_of
from minzheng.policy.regions import region_level
from minzheng.policy.rules import Rule

if TYPE_CHECKING:
    from minzheng.policy.cases import Case
    from minzheng.policy.ruleset import Ruleset

#: An example is looked for among so many cases of the benefit.
_TRIES = 40


@dataclass(frozen=True)
class RuleText:
    """One rule in force: what it gives, in the law's words, by which article."""

    name: str
    entity: str  # 户 | 人 | a linked household
    summary: str
    lines: tuple[str, ...]
    law: str
    since: str
    until: str
    region: str
    condition: str  # "R01 收入超标" where a 否 refuses
    paid: bool
    where: str  # file:line, for whoever changes it


@dataclass(frozen=True)
class Article:
    """One legal basis and the rules that rest on it."""

    law: str
    since: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One thing that changed (or will) on a day: a rule, its basis, or a value of a parameter in one area."""

    on: str
    kind: str  # 规则 | 依据 | 标准
    name: str
    region: str
    level: str
    before: str
    after: str
    source: str


@dataclass(frozen=True)
class Example:
    """A worked example out of the benefit's own cases."""

    title: str
    region: str
    on: str
    given: tuple[tuple[str, str], ...]
    supposed: tuple[tuple[str, str], ...]
    result: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, str, str], ...]  # (what, value, how)


@dataclass(frozen=True)
class Reference:
    """One benefit in one place on one day. JSON by ``as_json``."""

    code: str
    title: str
    region: str
    on: str
    configured: bool
    missing: tuple[str, ...]
    articles: tuple[Article, ...]
    results: tuple[RuleText, ...]
    conditions: tuple[RuleText, ...]
    steps: tuple[RuleText, ...]
    uses: tuple[str, ...]  # rules of other folders it rests on: "保障人口（家庭经济状况认定）"
    params: tuple[dict[str, Any], ...]
    example: Example | None = None
    changes: tuple[Change, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def describe(ruleset: Ruleset, code: str, region: str, on: datetime.date) -> Reference:
    """What benefit `code` is in a place on a day. Raises KeyError for an unknown code, InputError for a bad region."""
    benefit = ruleset.benefits[code]
    program = ruleset.program(region, on)
    chosen = Chosen(
        {name: found.row.value for name, found in program.found.items()},
        {name: found.as_dict()["shown"] for name, found in program.found.items()},
    )
    mine = [rule for rule in program.in_force.values() if rule.benefit == code]
    texts = {rule.name: _text(rule, chosen, on) for rule in mine}
    results = tuple(texts[r.name] for r in mine if r.output)
    conditions = tuple(texts[r.name] for r in mine if r.refuse and not r.output)
    steps = tuple(texts[r.name] for r in mine if not r.output and not r.refuse)
    return Reference(
        code=code,
        title=benefit.title,
        region=program.region,
        on=on.isoformat(),
        configured=code not in program.unconfigured,
        missing=tuple(program.unconfigured.get(code, ())),
        articles=_articles(mine, on),
        results=results,
        conditions=conditions,
        steps=steps,
        uses=_uses(ruleset, mine, code),
        params=tuple(_params(ruleset, program, mine, code)),
        example=_example(ruleset, code, program.region),
        changes=tuple(changes(ruleset, code, program.region, on)),
    )


def _text(rule: Rule, chosen: Chosen, on: datetime.date) -> RuleText:
    return RuleText(
        name=rule.name,
        entity=rule.entity,
        summary=rule.doc.splitlines()[0] if rule.doc else "",
        lines=tuple(lines_of(rule, chosen)),
        law=rule.law_on(on),
        since=rule.since,
        until=rule.until,
        region=rule.region,
        condition=rule.refuse,
        paid=rule.monthly,
        where=f"{rule.file}:{rule.line}",
    )


def _articles(rules: list[Rule], on: datetime.date) -> tuple[Article, ...]:
    by_law: dict[str, list[Rule]] = {}
    for rule in rules:
        by_law.setdefault(rule.law_on(on), []).append(rule)
    return tuple(
        Article(law, min(max(day for day in r.laws if day <= on.isoformat()) for r in found if r.law_on(on) == law),
                tuple(r.name for r in found))
        for law, found in by_law.items() if law
    )  # fmt: skip


def _uses(ruleset: Ruleset, rules: list[Rule], code: str) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for rule in rules:
        for name in [*rule.deps, *(n for _, n in rule.agg_deps)]:
            versions = ruleset.versions.get(name)
            if versions and versions[0].benefit != code:
                names[f"{name}（{ruleset.benefits[versions[0].benefit].title}）"] = None
    return tuple(names)


def _params(ruleset: Ruleset, program: Program, rules: list[Rule], code: str) -> list[dict[str, Any]]:
    """The benefit's own parameters and those of others that its rules name, with the value in force or None."""
    names = dict.fromkeys([n for n, d in ruleset.params.declarations.items() if d.benefit == code])
    names |= dict.fromkeys(p for rule in rules for p in rule.params)
    rows = []
    for name in names:
        declared, found = ruleset.params.declarations[name], program.found.get(name)
        rows.append(
            {"name": name, "title": declared.title, "unit": declared.unit, "basis": declared.basis,
             "set_by": list(declared.set_by), "value": found.as_dict() if found else None}
        )  # fmt: skip
    return rows


# ---- a worked example ----------------------------------------------------------------------------------------------


def _example(ruleset: Ruleset, code: str, region: str) -> Example | None:
    """The first case in which the benefit gives something, one of this area before others."""
    path = ruleset.benefits[code].path / "cases.yaml"
    if not path.exists():
        return None
    cases = [c for c in load_cases(path, code) if "输入错误" not in c.content["应得"]][:_TRIES]
    cases.sort(key=lambda c: str(c.content.get("地区", "")) != region[:6])
    for case in cases:
        told = _told(ruleset, case)
        if told is not None:
            return told
    return None


def _told(ruleset: Ruleset, case: Case) -> Example | None:
    words = ruleset.vocabulary
    given = {k: v for k, v in case.content.items() if k in ("地区", "日期", "家庭", *words.collections.values())}
    try:
        file = split_family(given, case.file.name)
        outcome = ruleset.evaluate(
            file.family, region=file.region, on=file.on, params_overrides=case.content.get("参数"), explain=True
        )
    except PolicyError:
        return None
    mine = set(ruleset.outputs(case.benefit))
    result = _results(outcome, mine)
    if not result:
        return None
    facts = [(key, "，".join(f"{k} {v}" for k, v in (file.family.get("家庭") or {}).items())) for key in ("家庭",)]
    facts += [
        (
            str(row.get("姓名") or f"{key}{i}"),
            "，".join(f"{k} {v}" for k, v in row.items() if k != "姓名") or "没有填别的",
        )
        for key in words.collections.values()
        for i, row in enumerate(file.family.get(key) or (), 1)
    ]
    return Example(
        title=case.name,
        region=file.region,
        on=file.on.isoformat(),
        given=tuple((k, v) for k, v in facts if v),
        supposed=tuple((str(k), str(v)) for k, v in (case.content.get("参数") or {}).items()),
        result=tuple(result),
        steps=tuple(_steps(ruleset, outcome, case.benefit, mine)),
    )


def _results(outcome: Outcome, mine: set[str]) -> list[tuple[str, str]]:
    """What the example gives: every result that is yes or more than nothing."""
    found = [(name, _say(value)) for name, value in outcome.household.items() if name in mine and value]
    for i, member in enumerate(outcome.members, 1):
        who = member.get("姓名") or f"成员{i}"
        found += [(f"{who}的{name}", _say(value)) for name, value in member.items() if name in mine and value]
    return found


def _steps(ruleset: Ruleset, outcome: Outcome, benefit: str, mine: set[str]) -> Iterator[tuple[str, str, str]]:
    """The benefit's own steps behind what is given, each once, in the order in which they build on each other; what other
    folders computed stands as a given number."""
    nodes = outcome.explanation["nodes"]
    names = {f"成员{i}": m["姓名"] for i, m in enumerate(outcome.members, 1)}
    program = outcome._program
    rules = program.rules if program else {}
    seen: set[str] = set()

    def walk(node_id: str) -> Iterator[tuple[str, str, str]]:
        node = nodes[node_id]
        if node_id in seen or node["value"] in (None, "0.00", "0", 0):
            return
        seen.add(node_id)
        rule = rules.get(node["name"])
        if rule is not None and rule.benefit == benefit:
            for child in node["inputs"]:
                yield from walk(child)
        row, dot, name = node_id.rpartition(".")
        label = f"{names.get(row) or row}的{name}" if dot else name
        how = rule.doc.splitlines()[0] if rule is not None and rule.doc else ""
        if rule is None and node["value"] is False:
            return
        yield label, _say(node["value"]), how

    for root in outcome.explanation["roots"]:
        if root.rpartition(".")[2] in mine and nodes[root]["value"] not in (None, False, "0.00", "0", 0):
            yield from walk(root)


def _say(value: Any) -> str:
    return "是" if value is True else "否" if value is False else f"{value}"


# ---- what changed, by date and area --------------------------------------------------------------------------------


def changes(ruleset: Ruleset, code: str, region: str, on: datetime.date) -> list[Change]:
    """Every dated change of the benefit's rules, their bases and its parameters in this place and above, newest first."""
    chain = set(ruleset.params.successions.chain(region, on))
    found = _rule_changes(ruleset, code, chain) + _value_changes(ruleset, code, chain)
    return sorted(found, key=lambda c: (c.on, c.kind, c.name), reverse=True)


def _rule_changes(ruleset: Ruleset, code: str, chain: set[str]) -> list[Change]:
    found = []
    for name, versions in ruleset.versions.items():
        mine = sorted(
            (r for r in versions if r.benefit == code and (not r.region or r.region in chain)), key=lambda r: r.start
        )
        before = ""
        for rule in mine:
            summary = rule.doc.splitlines()[0] if rule.doc else name
            level = region_level(rule.region) if rule.region else "国"
            for day, law in sorted(rule.laws.items()):
                kind = "规则" if day == rule.since or day == min(rule.laws) else "依据"
                after = summary if kind == "规则" else law
                found.append(Change(day, kind, name, rule.region or "000000", level, before, after, law))
                before = after
            if rule.until and rule is mine[-1]:
                found.append(Change(_next(rule.end), "规则", name, rule.region or "000000", level, summary, "废止", ""))
    return found


def _value_changes(ruleset: Ruleset, code: str, chain: set[str]) -> list[Change]:
    found = []
    for name, declared in ruleset.params.declarations.items():
        if declared.benefit != code:
            continue
        series: dict[str, list[Any]] = {}
        for row in ruleset.params.rows:
            if row.name == name and row.region in chain:
                series.setdefault(row.region, []).append(row)
        for region, rows in series.items():
            before = ""
            for row in sorted(rows, key=lambda r: r.since):
                shown = f"{show_value(declared, row.value)} {row.unit}".strip()
                if declared.choices:
                    shown = declared.choices.get(str(row.value), str(row.value))
                elif declared.type == "是否":
                    shown = "是" if row.value else "否"
                since = "" if row.since == datetime.date.min else row.since.isoformat()
                found.append(Change(since, "标准", name, region, region_level(region), before, shown, row.reference))
                before = shown
            last = max(rows, key=lambda r: r.until)
            if last.until != datetime.date.max:
                found.append(Change(_next(last.until), "标准", name, region, region_level(region), before, "到期", ""))
    return found


def _next(day: datetime.date) -> str:
    return (day + datetime.timedelta(days=1)).isoformat()


__all__ = ["Article", "Change", "Example", "Reference", "RuleText", "changes", "describe"]
