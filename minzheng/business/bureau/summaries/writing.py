"""Writing a summary: which case of a sentence the numbers call for, and the tokens behind its words.

Nothing is made up: a sentence is one of those its form declares, a number is an indicator's value, a next step is a
sentence of the plan. What has no number is said to have none, or left out and listed as left out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from minzheng.business.bureau.plans import targets
from minzheng.business.bureau.plans.models import Plan
from minzheng.business.bureau.summaries import declaring as forms
from minzheng.business.bureau.summaries.documents import Body, Tokens
from minzheng.business.bureau.summaries.facts import FACTS
from minzheng.datacenter.indicators import declaring
from minzheng.datacenter.indicators import selectors as indicators
from minzheng.datacenter.indicators.showing import rounded, shown

if TYPE_CHECKING:
    from minzheng.business.bureau.summaries.declaring import Form, Sentence
    from minzheng.business.bureau.summaries.periods import Term
    from minzheng.datacenter.indicators.selectors import Change, Value
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.orgs.models import Organization

Dims = tuple[tuple[str, str], ...]


@dataclass
class Writing:
    """One summary while it is written. ``actor`` reads all that is in it."""

    actor: Actor
    org: Organization
    term: Term
    form: Form
    tokens: Tokens = field(default_factory=Tokens)
    dropped: list[dict[str, str]] = field(default_factory=list)

    @cached_property
    def plan(self) -> Plan | None:
        """The organisation's plan of the year that is summed up: the work points before anything else."""
        return plan_of(self.org.pk, self.term.period.last.year)

    @cached_property
    def progress(self) -> list[targets.Progress]:
        """The plan's targets at the end of the period."""
        if self.plan is None:
            return []
        rows = targets.targets(self.actor).filter(version__plan=self.plan).order_by("start", "seq")
        return targets.progress(self.actor, rows, self.term.period.ends_on)

    @cached_property
    def changes(self) -> dict[tuple[str, Dims, str], Change]:
        """Every indicator of the form beside its former value: (code, dims, last_year|last_period)."""
        wanted: dict[tuple[Dims, str], set[str]] = defaultdict(set)
        for sentence in self.form.sentences():
            dims: Dims = tuple(sorted(sentence.dims.items()))
            wanted[(dims, sentence.compare)] |= {sentence.of} - {""}
            wanted[((), sentence.compare)] |= sentence.codes()
        found = {}
        for (dims, compare), codes in wanted.items():
            former = self.term.period.back(1) if compare == "last_year" else self.term.period.before
            told = indicators.many_series(
                sorted(codes), self.org.region_code, [self.term.code, former.text], actor=self.actor, dims=dict(dims)
            )
            for code, (now, before) in told.items():
                found[(code, dims, compare)] = indicators.change(now, before)
        return found


def plan_of(org_pk: int, year: int) -> Plan | None:
    rows = list(Plan.objects.filter(org=org_pk, year=year).exclude(kind="summary").order_by("-pk"))
    order = {"points": 0, "other": 1, "outline": 2}
    return min(rows, key=lambda plan: order.get(plan.kind, 3), default=None)


class _Missing(Exception):
    """A mark that has nothing behind it; the text says why."""


def body(writing: Writing) -> Body:
    """The document by its form."""
    from minzheng.business.bureau.summaries import nextsteps, tables

    preamble = [done for one in writing.form.preamble if (done := sentence(writing, one)) is not None]
    parts: list[dict[str, Any]] = []
    for part in writing.form.parts:
        items = [
            {"title": _plain(writing, item.title), "points": points}
            for item in part.items
            if (points := _points(writing, item.points))
        ]
        if part.fill == "next_steps":
            items = nextsteps.items(writing)
        found = tables.tables(writing) if part.fill == "tables" else []
        if items or found:
            parts.append({"title": _plain(writing, part.title), "items": items, "tables": found})
    title = _titled(writing)
    return {
        "title": title,
        "org": writing.org.name,
        "period": writing.term.code,
        "preamble": preamble,
        "parts": parts,
        "tokens": writing.tokens.found,
        "dropped": writing.dropped,
    }


def _points(writing: Writing, points: tuple[tuple[Sentence, ...], ...]) -> list[list[dict[str, Any]]]:
    written = [[done for one in point if (done := sentence(writing, one)) is not None] for point in points]
    return [point for point in written if point]


def _plain(writing: Writing, title: str) -> str:
    return title.replace("{bare}", writing.term.bare).replace("{next}", writing.term.following)


def _titled(writing: Writing) -> str:
    period = writing.tokens.put(FACTS["period"](writing) or {})
    return _plain(writing, writing.form.title).replace("{org}", writing.org.name).replace("{period}", period)


#: Nothing now and nothing before: there is nothing to say, whatever sentences are declared.
ZERO = "zero"


def sentence(writing: Writing, one: Sentence) -> dict[str, Any] | None:
    """The sentence in the case that the numbers call for; None when it has to be left out (which is noted)."""
    case, why = case_of(writing, one)
    if case == ZERO:
        writing.dropped.append({"key": one.key, "why": why})
        return None
    for chosen in dict.fromkeys((case, "first", "none")):
        text = one.cases.get(chosen)
        if text is None or (chosen == "first" and case in ("none", "always")):
            continue
        try:
            return {"key": one.key, "case": chosen, "text": _filled(writing, one, text)}
        except _Missing as missing:
            why = why or str(missing)
    writing.dropped.append({"key": one.key, "why": why or "没有写这种情形的句子"})
    return None


def case_of(writing: Writing, one: Sentence) -> tuple[str, str]:
    """(case, why a number is missing): better or worse where the indicator has a good direction, else more or less."""
    if "always" in one.cases:
        return "always", ""
    change = writing.changes[(one.of, tuple(sorted(one.dims.items())), one.compare)]
    if change.now.value is None:
        return "none", f"“{declaring.get(one.of).name}”{change.now.why_missing}"
    if change.now.value == 0 and change.before.value == 0:
        return ZERO, f"“{declaring.get(one.of).name}”现在和去年同期都是 0"
    # a former number of 0 is mostly one from before the platform kept the books: nothing is compared with it
    if change.difference is None or (change.before.value == 0 and change.now.value):
        return "first", ""
    # what is printed decides: two numbers that read the same have not changed
    if _words(change.now) == _words(change.before):
        return ("same" if "same" in one.cases else "first"), ""
    if change.turn in ("better", "worse") and change.turn in one.cases:
        return change.turn, ""
    return ("more" if change.difference > 0 else "less"), ""


def _filled(writing: Writing, one: Sentence, text: str) -> str:
    return forms.MARK.sub(lambda match: _mark(writing, one, match), text)


def _mark(writing: Writing, one: Sentence, match: re.Match[str]) -> str:
    name, aspect = match["name"], match["aspect"]
    if name.startswith("fact:"):
        token = FACTS[name.removeprefix("fact:")](writing)
        if token is None:
            raise _Missing(f"没有“{name.removeprefix('fact:')}”可写")
        return writing.tokens.put(token)
    dims: Dims = ()
    code = name
    if name in forms.ASPECTS:
        code, aspect, dims = one.of, name, tuple(sorted(one.dims.items()))
    change = writing.changes[(code, dims, one.compare)]
    return writing.tokens.put(token_of(change, aspect or "value", dict(dims)))


def token_of(change: Change, aspect: str, dims: Mapping[str, str]) -> dict[str, Any]:
    """The token of one aspect of an indicator. Raises _Missing when that aspect has no number."""
    declared = declaring.get(change.now.code)
    value = change.before if aspect == "before" else change.now
    if value.value is None:
        raise _Missing(f"“{declared.name}”{value.why_missing}")
    words, number = _words(value), value.value
    if aspect in ("change", "rate"):
        if change.difference is None or (aspect == "rate" and change.rate is None):
            raise _Missing(f"“{declared.name}”没有可比的数")
        number = abs(change.difference if aspect == "change" else change.rate or Decimal(0))
        unit = "个百分点" if declared.unit == "%" else declared.unit
        words = official(shown(number, unit, declared.decimals)) if aspect == "change" else f"{rounded(number, 1)}%"
    return {
        "kind": aspect,
        "words": words,
        "number": str(number),
        "code": declared.code,
        "region": value.region_code,
        "period": value.period,
        "dims": dict(dims),
        "version": value.version,
        "frozen": value.frozen and (aspect not in ("change", "rate") or change.before.frozen),
        "as_of": value.as_of.isoformat(),
        "source": declared.name + _SOURCES[aspect].format(former=change.before.period),
        "url": value.url,
    }


_SOURCES = {
    "value": "",
    "before": "（对比期）",
    "change": "，与 {former} 相比的增减",
    "rate": "，与 {former} 相比的增减幅度",
}


def _words(value: Value) -> str:
    return official(value.shown)


def official(words: str) -> str:
    """As official papers print it: no thousands separator, no space before the unit."""
    return words.replace(",", "").replace(" ", "")


def safe(writing: Writing, words: str, source: str, url: str = "") -> str:
    """Words of others for the text: with a digit in them they stand behind a mark, as everything with digits does."""
    if not any(char.isdigit() for char in words):
        return words
    return writing.tokens.put({"kind": "name", "words": words, "source": source, "url": url})
