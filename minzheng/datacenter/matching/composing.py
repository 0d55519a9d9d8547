"""Putting a report together from what is known: facts, corrections, reviews. The same facts always give the same report, so
a new version is composed anew from the earlier one's evidence."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.matching import asking, hits, items, obligors, report
from minzheng.datacenter.matching.interface import Fact

if TYPE_CHECKING:
    from minzheng.datacenter.matching.models import MatchRequest
    from minzheng.kernel.cases.models import CaseMember, Evidence
    from minzheng.kernel.cases.running.context import Ctx

NOTICE = "仅供本事项参考，不作为唯一依据；是否符合条件由乡镇（街道）和县级民政部门依法认定。"


@dataclass
class Known:
    """Everything a report rests on. `reviews`: {key of a hit: {"take", "reason"}}; `withdrawn`: keys of alarms that the
    source's department has put right (not this person)."""

    facts: dict[int, list[Fact]] = field(default_factory=dict)
    queries: list[dict[str, Any]] = field(default_factory=list)
    corrections: list[dict[str, Any]] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    reviews: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        facts = {str(pk): [report.fact_row(f, "") for f in rows] for pk, rows in self.facts.items()}
        return {
            "facts": facts,
            "queries": self.queries,
            "corrections": self.corrections,
            "withdrawn": self.withdrawn,
            "reviews": self.reviews,
        }

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Known:
        facts = {int(pk): [report.fact_of(row) for row in rows] for pk, rows in stored.get("facts", {}).items()}
        return cls(
            facts,
            list(stored.get("queries", [])),
            list(stored.get("corrections", [])),
            list(stored.get("withdrawn", [])),
            dict(stored.get("reviews", {})),
        )

    @classmethod
    def of_report(cls, row: Evidence) -> Known:
        """What an issued report rested on, from the evidence alone (it may have been carried over from another case)."""
        data = row.data
        facts = {int(m["member"]): [report.fact_of(f) for f in m["facts"]] for m in data["members"]}
        return cls(
            {pk: rows for pk, rows in facts.items() if rows},
            [dict(line) for line in data.get("queries", [])],
            list(data.get("corrections", [])),
            list(data.get("withdrawn", [])),
            dict(data.get("reviews", {})),
        )

    def take(self, more: asking.Collected, replaced: Mapping[str, Iterable[str]]) -> None:
        """New answers take the place of what was known from the same source about the same people."""
        for code, people in replaced.items():
            gone = {int(pk) for pk in people}
            for pk in gone & set(self.facts):
                self.facts[pk] = [f for f in self.facts[pk] if f.source != code]
            for line in self.queries:
                if line["source"] == code:
                    line["people"] = [pk for pk in line["people"] if int(pk) not in gone]
        self.queries = [line for line in self.queries if line["people"]] + more.queries
        for pk, rows in more.facts.items():
            self.facts.setdefault(pk, []).extend(rows)


def compose(
    ctx: Ctx, request: MatchRequest, known: Known, *, consents: Mapping[str, str], versions: Sequence[str]
) -> dict[str, Any]:
    """The report of a case as JSON: what the act freezes as evidence."""
    members, willing = ctx.counted, lookable(ctx)
    titles = asking.titles()
    facts = hits.with_reviews([*members, *willing], known.facts, known.reviews)
    counted = report.accepted(facts)
    household = ctx.case.form.get("property") or {}
    found = [
        *report.differences(members, counted, household, ctx.params),
        *obligors.differences(ctx.obligors, {m.pk for m in willing}, counted, ctx.params),
    ]
    period_end = request.as_of.replace(day=1) - datetime.timedelta(days=1)
    silent = [line for line in known.queries if line["state"] == asking.MISSING]
    return {
        "no": request.no,
        "version": request.version + 1,
        "versions": list(versions),
        "request": str(request.pk),
        "purpose": ctx.item.code,
        "as_of": request.as_of,
        "period": [_year_before(period_end), period_end],
        "composition": [str(m.pk) for m in members],
        "consents": dict(consents),
        "missing_sources": list(dict.fromkeys(line["title"] for line in silent)),
        "members": [_member(m, facts, titles) for m in [*members, *willing]],
        "differences": report.corrected(found, known.corrections, ctx.params),
        "alarms": [a for a in report.alarms(members, counted) if a["key"] not in known.withdrawn],
        "hits": hits.rows([*members, *willing], facts, titles),
        "items": items.table(
            members, facts, household, ctx.params, missing=[line["source"] for line in silent],
            limits=limits_of(ctx), titles=titles, corrections=known.corrections,
        ),
        "queries": known.queries,
        "corrections": known.corrections,
        "withdrawn": known.withdrawn,
        "reviews": known.reviews,
        "notice": NOTICE,
    }  # fmt: skip


def lookable(ctx: Ctx) -> list[CaseMember]:
    """Those of other households who owe support and have signed themselves."""
    from minzheng.kernel.cases.lifecycle import guards

    return [m for m in ctx.obligors if m.id_no and guards.valid_consent(ctx, m) is not None]


def limits_of(ctx: Ctx) -> dict[str, int]:
    """The benefit's own limits on property, by class, where its rules name one; they do not depend on the answers."""
    return dict(ctx.item.limits(ctx.case, ctx.today)) if ctx.item.limits is not None else {}


def _member(member: CaseMember, facts: Mapping[int, Sequence[Fact]], titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "member": str(member.pk),
        "seq": member.seq,
        "name": member.name,
        "relation": member.relation,
        "facts": [report.fact_row(f, titles.get(f.source, f.source)) for f in facts.get(member.pk, [])],
    }


def _year_before(day: datetime.date) -> datetime.date:
    """First day of the twelve months that end on `day`."""
    return (day + datetime.timedelta(days=1)).replace(year=(day + datetime.timedelta(days=1)).year - 1)
