"""One family → exact result, reasons of refusal and the explanation graph.

A ``Program`` is the rule set bound to one region and day: rule versions picked by the event date, parameters found,
benefits without parameters set aside, the order fixed. Running it calls the rule functions themselves.
"""

from __future__ import annotations

import copy
import datetime
import decimal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from minzheng.policy.errors import InputError, Unconfigured
from minzheng.policy.explain import Explainer, show
from minzheng.policy.money import EXACT, FEN, to_fen_half_up
from minzheng.policy.params import Resolved
from minzheng.policy.rules import Rule
from minzheng.policy.runner import build_runner

if TYPE_CHECKING:
    from minzheng.policy.ruleset import Ruleset
    from minzheng.policy.targets.family import Facts, FastFamily
    from minzheng.policy.targets.family_graph import FastGraph


#: Totals made by the engine out of every ``monthly`` rule, so that a new benefit is one new folder.
PERSON_TOTAL, HOUSEHOLD_TOTAL = TOTALS = ("个人月待遇合计", "家庭月待遇合计")


#: Values of the household, and rows by entity.
Steps = tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]
#: So many families of one place, and it is worth a fraction of a second to write its rules out as whole numbers.
WORTH_WRITING_OUT = 64


@dataclass
class Outcome:
    """What one family gets. Money as Decimal 元 (whole 分), yes/no as bool, counts as int, None where not applicable."""

    household: dict[str, Any]
    members: list[dict[str, Any]]
    unconfigured: list[str]
    region: str
    on: datetime.date
    sha: str
    _program: Program | None = None
    _steps: Callable[[], Steps] = lambda: ({}, {})
    _graph: Callable[[Outcome], dict[str, Any]] = lambda outcome: {"roots": [], "nodes": {}}

    @cached_property
    def explanation(self) -> dict[str, Any]:
        """{"roots", "nodes"} where it was asked for, made when first read; parts of it are shared: do not change it."""
        return self._graph(self)

    @cached_property
    def _calculated(self) -> Steps:
        return self._steps()

    @property
    def values(self) -> dict[str, Any]:
        """Every value of the household, unrounded where the rule leaves it unrounded."""
        return self._calculated[0]

    @property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """The same for every row of each collection, by entity."""
        return self._calculated[1]

    @cached_property
    def reasons(self) -> list[dict[str, str]]:
        """Conditions not met, over all benefits: code, title, text, benefit, rule, law and (a person's) person."""
        return self._program.reasons(self.values, self.rows) if self._program else []

    @property
    def rule_versions(self) -> dict[str, str]:
        """Rule name → the date from which the version used is in force."""
        return {n: r.since for n, r in self._program.rules.items()} if self._program else {}

    @property
    def params_used(self) -> list[dict[str, Any]]:
        """name, value, unit, region, level, since, until, reference, evidence of every parameter behind the result."""
        return [dict(row) for row in self._program.params_as_json] if self._program else []

    def as_json(self) -> dict[str, Any]:
        """The contract's shape: money as text with two decimals."""
        return {
            "家庭": {n: _plain(v) for n, v in self.household.items()},
            "成员": [{n: _plain(v) for n, v in m.items()} for m in self.members],
            "未配置": list(self.unconfigured),
            "解释": self.explanation,
        }


def _plain(value: Any) -> Any:
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def _nothing(value: Any) -> None:
    return None


def _as_it_is(value: Any) -> Any:
    return value


def _money(value: Any) -> Decimal | None:
    """Two decimals always; unrounded money is shown rounded half up to the fen."""
    if type(value) is Decimal:
        return value.quantize(FEN, ROUND_HALF_UP)
    return None if value is None else to_fen_half_up(value)


class _Quick:
    """The quick ways of one program, written out when enough families have come; shared by its places and days."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.count = self.explained = 0
        self.way: FastFamily | None = None
        self.graph: FastGraph | None = None

    @cached_property
    def explainer(self) -> Explainer:
        """Made when first asked for: a third of the time that binding a program takes."""
        return Explainer(self.program)

    @cached_property
    def params(self) -> list[dict[str, Any]]:
        """The parameters behind a result, as JSON."""
        return [r.as_dict() for r in self.program.used_params]

    def of(self, program: Program) -> FastFamily | None:
        """The quick way to results, or None while (or where) there is none."""
        self.count += 1
        if self.count == WORTH_WRITING_OUT:
            from minzheng.policy.targets.family import build

            self.way = build(program)
        return self.way

    def graph_of(self, program: Program) -> FastGraph | None:
        """The same for the explanation."""
        self.explained += 1
        if self.explained == WORTH_WRITING_OUT:
            from minzheng.policy.targets.family_graph import build

            self.graph = build(program)
        return self.graph


class _Row:
    """A member or linked row: rules of the household read its attributes, the engine its ``__dict__``."""


class Program:
    """Rules and parameters in force in one region on one day, in order. Safe to run from several threads."""

    def __init__(
        self,
        ruleset: Ruleset,
        region: str,
        on: datetime.date,
        targets: tuple[str, ...] | None,
        overrides: dict[str, Any] | None,
    ):
        self.ruleset, self.region, self.on = ruleset, region, on
        self._quick = _Quick(self)
        self.in_force = self._versions(ruleset.params.successions.chain(region, on))
        self.found, idle = ruleset.params.resolve_all(region, on, overrides)
        self.params = SimpleNamespace(**{n: r.amount for n, r in self.found.items()}, **idle)
        self.missing = self._missing(set(self.found) | set(idle))
        self.unconfigured = self._unconfigured()
        self.zeroed = {
            n: self._zero(n)
            for n, vs in ruleset.versions.items()
            if vs[0].benefit in self.unconfigured or n not in self.in_force
        }
        self.targets = self._targets(targets)
        self.rules: dict[str, Rule] = {}
        for name in [*self.targets, *self._all_conditions(targets)]:
            self._need(name)
        self._bind()
        self.partial_runners: dict[frozenset[str], Callable[..., None]] = {}  # these two are kept by
        self.row_runners: dict[tuple[frozenset[str], str], Any] = {}  # ``entitlements.trials``

    @property
    def explainer(self) -> Explainer:
        """The same for every place and day that shares this program."""
        return self._quick.explainer

    @property
    def params_as_json(self) -> list[dict[str, Any]]:
        """The same for every result of the program: to be copied before it is given away."""
        return self._quick.params

    def at(self, region: str, on: datetime.date) -> Program:
        """The same program for another place and day on which the same rules and values are in force."""
        other = copy.copy(self)
        other.region, other.on = region, on
        return other

    def _versions(self, chain: list[str]) -> dict[str, Rule]:
        """The version of each rule for this place and day: the nearest region's, else the one for everywhere."""
        chosen: dict[str, Rule] = {}
        for name, versions in self.ruleset.versions.items():
            there = [r for r in versions if r.in_force(self.on) and (not r.region or r.region in chain)]
            if there:
                chosen[name] = min(there, key=lambda r: chain.index(r.region) if r.region else len(chain))
        return chosen

    # ---- what can be computed here
    def _missing(self, have: set[str]) -> dict[str, list[str]]:
        """Rule → parameters without a value here, its own and those behind it within what must be there."""
        missing: dict[str, list[str]] = {}
        benefits = self.ruleset.benefits

        def lack(name: str) -> list[str]:
            rule = self.in_force.get(name)
            if name in missing or name not in self.ruleset.versions:
                return missing.get(name, [])
            if rule is None:
                missing[name] = [] if not benefits[self.ruleset.versions[name][0].benefit].shared else [name]
                return missing[name]
            lacking = [p for p in rule.params if p not in have]
            missing[name] = lacking
            for dep in [*rule.deps, *(n for _, n in rule.agg_deps)]:
                other = self.ruleset.versions.get(dep)
                # What another benefit lacks is that benefit's matter: its result counts as nothing here.
                if other and (other[0].benefit == rule.benefit or benefits[other[0].benefit].shared):
                    lacking += [p for p in lack(dep) if p not in lacking]
            return lacking

        for name in self.ruleset.versions:
            lack(name)
        return missing

    def _unconfigured(self) -> dict[str, list[str]]:
        """Benefit code → missing parameters, for benefits that cannot be computed here on that day."""
        lacking: dict[str, list[str]] = {}
        for code in self.ruleset.benefit_codes():
            mine = [r for r in self.in_force.values() if r.benefit == code]
            names = [p for r in mine for p in self.missing.get(r.name, ())]
            if names or not mine:
                lacking[code] = list(dict.fromkeys(names))
        return lacking

    def _zero(self, name: str) -> Any:
        kind = self.ruleset.types[name][0]
        return {"元": Decimal(0), "比例": Decimal(0), "整数": 0, "是否": False}.get(kind)

    def _targets(self, targets: tuple[str, ...] | None) -> list[str]:
        if targets is None:
            chosen = [n for n in self.ruleset.versions if self.ruleset.versions[n][0].output]
        else:
            chosen = []
            for target in targets:
                if target in self.ruleset.benefits:
                    self.require(target)
                    chosen += self.ruleset.outputs(target)
                elif target in self.ruleset.versions:
                    chosen.append(target)
                elif target not in TOTALS:
                    raise InputError(f"没有“{target}”这个结果或福利", field="targets")
        self.output_words = list(dict.fromkeys(chosen))
        #: What the month's totals add up: the monthly cash asked for, or all of it where a total itself is asked for.
        whole = targets is not None and any(t in TOTALS for t in targets)
        monthly = [n for n, vs in self.ruleset.versions.items() if vs[0].monthly]
        self.paid = [n for n in monthly if whole or n in self.output_words]
        wanted = dict.fromkeys([*self.output_words, *self.paid])
        return [n for n in wanted if n not in self.zeroed and not self.missing.get(n)]

    def _all_conditions(self, targets: tuple[str, ...] | None) -> list[str]:
        """Conditions of whole benefits that are asked for, also those on which no result depends."""
        asked = self.ruleset.benefits if targets is None else targets
        return [n for n, r in self.in_force.items() if r.refuse and r.benefit in asked and not self.missing.get(n)]

    def require(self, benefit: str) -> None:
        """Raise Unconfigured, naming what is missing, unless the benefit can be computed here."""
        if benefit in self.unconfigured:
            raise Unconfigured(benefit, self.region, self.on, self.unconfigured[benefit])

    def _need(self, name: str) -> None:
        """Depth first, so that ``self.rules`` ends in the order of calculation."""
        rule = self.in_force.get(name)
        if rule is None or name in self.rules or name in self.zeroed:
            return
        for dep in [*rule.deps, *(n for _, n in rule.agg_deps)]:
            self._need(dep)
        self.rules[name] = rule

    def _entity_of(self, name: str) -> str:
        if name in self.ruleset.entities:
            return self.ruleset.entities[name]
        word = self.ruleset.vocabulary.words.get(name)
        return word.entity if word else ""

    # ---- binding
    def _bind(self) -> None:
        # What every row starts from: defaults, nothing for benefits set aside, and a place for each result, because a
        # dictionary that grows while it is filled costs a tenth of an evaluation.
        self._blanks = {entity: dict(defaults) for entity, defaults in self.ruleset.vocabulary.defaults.items()}
        for name in [*self.zeroed, *self.rules]:
            self._blanks[self.ruleset.entities[name]][name] = self.zeroed.get(name)
        self._blanks["人"][TOTALS[0]] = None
        self._blanks["户"] |= dict.fromkeys(["核算日", TOTALS[1], *self.ruleset.vocabulary.collections.values()])
        self._conditions = [r for r in self.rules.values() if r.refuse]
        cash = [n for n in self.rules if n in self.paid]
        self._monthly_person = [n for n in cash if self.ruleset.entities[n] == "人"]
        self._monthly_household = [n for n in cash if self.ruleset.entities[n] == "户"]
        shown = [(n, self._shown(n), self.ruleset.entities[n]) for n in self.output_words]
        self._out_household = [(n, how) for n, how, entity in shown if entity == "户"]
        self._out_person = [(n, how) for n, how, entity in shown if entity == "人"]
        monthly = {"人": self._monthly_person, "户": self._monthly_household}
        self._fill = build_runner(
            self.rules, self._entity_of, self.ruleset.vocabulary.collections, self.params, monthly, TOTALS
        )
        used = dict.fromkeys(p for r in self.rules.values() for p in r.params if p in self.found)
        self.used_params: list[Resolved] = [self.found[p] for p in used]
        self.any_benefit = len(self.unconfigured) < len(self.ruleset.benefit_codes())

    def _shown(self, name: str) -> Callable[[Any], Any]:
        """How a value leaves the engine: money with two decimals, nothing where it could not be computed."""
        if name not in self.rules:
            return _nothing
        return _money if self.ruleset.types[name][0] == "元" else _as_it_is

    # ---- running
    def let_rules_see(self, household: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> None:
        """Rules of the household read members by attribute."""
        for entity, key in self.ruleset.vocabulary.collections.items():
            objects = []
            for values in rows[entity]:
                row = _Row()
                row.__dict__ = values
                objects.append(row)
            household[key] = objects

    def calculate(
        self, household: dict[str, Any], rows: dict[str, list[dict[str, Any]]]
    ) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
        """Run the rules over values as ``run`` reads them; both arguments are filled in place and returned."""
        self.let_rules_see(household, rows)
        household["核算日"] = self.on
        self._fill(household, rows)
        return household, rows

    def run(self, family: dict[str, Any], *, explain: bool = False) -> Outcome:
        """Read, calculate and report one family. Raises InputError."""
        quick = None if self._has_linked(family) else self._quick.of(self)
        done = quick.run(family, self.on) if quick is not None else None
        if quick is None or done is None:
            return self.run_rules(family, explain=explain)
        whole, members, facts = done
        outcome = self._report(whole, members, lambda: self._exactly(*quick.exact(facts)))
        if explain:
            outcome._graph = lambda outcome: self._explained(outcome, facts)
        return outcome

    def run_rules(self, family: dict[str, Any], *, explain: bool = False) -> Outcome:
        """The same by the rule functions themselves, whatever came before. Raises InputError."""
        household, rows = self.ruleset.vocabulary.read_family(family, self.on, self._blanks)
        with decimal.localcontext(EXACT):
            self.calculate(household, rows)
            return self._outcome(household, rows, explain)

    def _explained(self, outcome: Outcome, facts: Facts) -> dict[str, Any]:
        way = self._quick.graph_of(self)
        return way.graph(facts, self.on) if way is not None else self._graph_of_steps(outcome)

    def _graph_of_steps(self, outcome: Outcome) -> dict[str, Any]:
        with decimal.localcontext(EXACT):
            return self.explainer.graph(outcome.values, outcome.rows)

    def _has_linked(self, family: dict[str, Any]) -> bool:
        """Whether other households are named, whose rules run one by one, or something unknown."""
        keys = self.ruleset.vocabulary.collections
        people, known = keys["人"], keys.values()
        return any(listed or key not in known for key, listed in family.items() if key not in ("家庭", people))

    def _exactly(self, household: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> Steps:
        """All steps of a family whose results were found the quick way."""
        top = {**self._blanks["户"], **household}
        full = {e: [{**self._blanks[e], **row} for row in rows.get(e, ())] for e in self.ruleset.vocabulary.collections}
        with decimal.localcontext(EXACT):
            return self.calculate(top, full)

    def _outcome(self, top: dict[str, Any], dicts: dict[str, list[dict[str, Any]]], explain: bool) -> Outcome:
        whole = {n: shown(top.get(n)) for n, shown in self._out_household}
        whole[HOUSEHOLD_TOTAL] = to_fen_half_up(top[HOUSEHOLD_TOTAL]) if self.any_benefit else None
        members = []
        for values in dicts["人"]:
            member = {"姓名": values.get("姓名", "")}
            for n, shown in self._out_person:
                member[n] = shown(values.get(n))
            member[PERSON_TOTAL] = to_fen_half_up(values[PERSON_TOTAL]) if self.any_benefit else None
            members.append(member)
        outcome = self._report(whole, members, lambda: (top, dicts))
        if explain:
            outcome._graph = self._graph_of_steps
        return outcome

    def _report(self, whole: dict[str, Any], members: list[dict[str, Any]], steps: Callable[[], Steps]) -> Outcome:
        return Outcome(
            household=whole,
            members=members,
            unconfigured=list(self.unconfigured),
            region=self.region,
            on=self.on,
            sha=self.ruleset.sha,
            _program=self,
            _steps=steps,
        )

    def reasons(self, top: dict[str, Any], dicts: dict[str, list[dict[str, Any]]]) -> list[dict[str, str]]:
        """Conditions that are not met: code, title, text, benefit, rule and (for a person's condition) person."""
        return [self.reason(rule, values, top) for rule, _, values in self.unmet(top, dicts)]

    def unmet(
        self, top: dict[str, Any], dicts: dict[str, list[dict[str, Any]]]
    ) -> Iterator[tuple[Rule, int, dict[str, Any]]]:
        """(condition, place, values) of what is not met; place 0 is the household, n the n-th row of the entity."""
        for rule in self._conditions:
            rows = [(0, top)] if rule.entity == "户" else enumerate(dicts[rule.entity], 1)
            yield from ((rule, place, values) for place, values in rows if values[rule.name] is False)

    def reason(self, rule: Rule, values: dict[str, Any], top: dict[str, Any]) -> dict[str, str]:
        """The sentence of one condition that is not met, with the facts of this household or row."""
        code, _, title = rule.refuse.partition(" ")
        facts = {n: self._fact(n, values, top) for n in dict.fromkeys([*rule.args, *rule.params])}
        reason = {"code": code, "title": title, "text": rule.because.format_map(facts)}
        reason |= {"benefit": rule.benefit, "rule": rule.name, "law": rule.law_on(self.on)}
        if rule.entity != "户":
            reason["person"] = str(values.get("姓名", ""))
        return reason

    def _fact(self, name: str, values: dict[str, Any], top: dict[str, Any]) -> str:
        """A value as the sentence of a reason says it: the row's own, the household's, or a parameter; a ratio as percent."""
        declared = self.ruleset.params.declarations.get(name)
        if declared is not None and declared.type == "比例" and name not in values and name not in top:
            value = Decimal(getattr(self.params, name))
            return f"{(value * 100).normalize():f}%" if declared.unit == "比例" else f"{value.normalize():f}"
        shown = show(values.get(name, top.get(name, getattr(self.params, name, ""))))
        return "是" if shown is True else "否" if shown is False else str(shown)
