"""复核与更正: a doubtful hit that a person accepts, and what the source's department put right after an objection. Each makes
version n+1 of the report; the version before stays as it was (reference §2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minzheng.datacenter.matching import asking, composing, requests, reuse, scopes
from minzheng.datacenter.matching.composing import Known
from minzheng.kernel.cases.drafting.consents import scope_of
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.running import evidence

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Evidence
    from minzheng.kernel.cases.running.context import Ctx


def review(ctx: Ctx) -> None:
    """Accept or refuse one doubtful hit, with the reason. Accepted, it counts, in a new version of the report."""
    report = ctx.newest("match_report")
    key = ctx.text("key")
    hit = next(h for h in report.data["hits"] if h["key"] == key)
    said = {**ctx.pick("take", "reason", "proofs"), "report": str(report.pk), "key": key, "label": hit["label"]}
    evidence.add(ctx, "match_review", said)
    if ctx.text("take") == "accept":
        known = Known.of_report(report)
        known.reviews[key] = {"take": "accept", "reason": ctx.text("reason"), "by": ctx.actor.name}
        _reissue(ctx, report, known)


def recheck(ctx: Ctx) -> None:
    """The re-check of an objection: corrected makes a new version, upheld is noted with the request."""
    if ctx.text("result") == "corrected":
        correct(ctx)
        return
    request = reuse.of_this_case(ctx.newest("match_report"), ctx)
    if request is not None:
        request.state = "upheld"
        request.save(update_fields=["state"])


def correct(ctx: Ctx) -> None:
    """What the department corrected: a figure with its receipt, an alarm that is somebody else, or, where nothing is
    typed, whatever the sources say today. Raises Refused where that is what they said before."""
    report = ctx.newest("match_report")
    known = Known.of_report(report)
    key, receipt = ctx.text("key"), ctx.text("receipt").strip()
    row = next((d for d in report.data["differences"] if d["key"] == key), None)
    alarm = next((a for a in report.data.get("alarms", []) if a["key"] == key), None)
    typed = ctx.data.get("amount" if row is None or row["money"] else "count")
    if row is not None and typed is not None:
        _need(receipt)
        kept = [one for one in known.corrections if one["key"] != key]
        known.corrections = [
            *kept,
            {"key": key, "found": int(typed), "receipt": receipt, "was": row["found"], "on": ctx.today},
        ]
    elif alarm is not None and receipt:
        known.withdrawn = [*known.withdrawn, key]
    else:
        _ask_again(ctx, report, known, [d for d in (row,) if d] or report.data["differences"])
    _reissue(ctx, report, known)


def _need(receipt: str) -> None:
    if not receipt:
        raise Refused([], {"receipt": "填写更正后的数，要有来源部门的回执文号。"})


def _ask_again(ctx: Ctx, report: Evidence, known: Known, rows: list[dict[str, Any]]) -> None:
    """The sources of the disputed classes once more: a dispute is what the limit on repeated queries does not hold for."""
    classes = {name for row in rows for name in row.get("classes", [])}
    sources = {f.source for facts in known.facts.values() for f in facts if f.class_ in classes}
    people = requests.people_of([*ctx.counted, *composing.lookable(ctx)])
    everybody = {p.member_id for p in people}
    found = asking.ask(
        people, ctx.today, scopes.items_of(scope_of(ctx.item)),
        wanted=dict.fromkeys(sources, everybody), region_code=ctx.case.region_code,
    )  # fmt: skip
    before = _said(known, sources)
    answers = [line for line in found.queries if line["state"] == asking.ANSWERED]
    known.take(found, {line["source"]: line["people"] for line in answers})
    if not answers or _said(known, sources) == before:
        raise Refused(
            "来源部门现在的数据没有变化：部门确认有误、还没改到数据里的，请选“哪一项”，填写更正后的数和回执文号；"
            "部门确认无误的，复查结果选“核对结果无误”。"
        )


def _said(known: Known, sources: set[str]) -> set[tuple[Any, ...]]:
    return {
        (pk, f.source, f.class_, f.amount_fen, f.on, f.title, f.reference)
        for pk, facts in known.facts.items()
        for f in facts
        if f.source in sources
    }


def _reissue(ctx: Ctx, report: Evidence, known: Known) -> None:
    """Version n+1 under the same number. A report carried over from another case gets a request, and a number, here."""
    request = reuse.of_this_case(report, ctx)
    if request is None:
        request = requests.new_request(ctx)
        request.people = [{"member": m["member"], "name": m["name"]} for m in report.data["members"]]
        request.persons = len(request.people)
        request.save()
    request.state = "disputed"
    requests.issue(ctx, request, known, report.data.get("consents") or {})
