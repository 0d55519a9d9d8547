"""核对: check the consents, ask every source, write the report; record a person's judgement of each difference."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.matching import obligors, recorded, report
from minzheng.datacenter.matching.interface import Asked, Fact, Source, SourceUnavailable
from minzheng.kernel.cases.drafting.members import consenting
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.cases.running.kinds import step_kind
from minzheng.kernel.crypto.fields import BlindIndex

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case, CaseAct, CaseMember
    from minzheng.kernel.cases.running.context import Ctx

#: Live adapters by department code; the rest is answered from the record.
SOURCES: dict[str, Callable[[], Source]] = {}


class NoConsent(Refused):
    """A query without a valid consent is refused before any source is asked."""


def run_match(*, case: Case, actor: Actor, version: int | None = None) -> CaseAct:
    """Run the check of a case as an act of its flow; the report is the act's evidence "match_report"."""
    from minzheng.kernel.cases.services import perform

    return perform(case_id=case.pk, act="run_match", actor=actor, version=version)


def all_sources() -> list[Source]:
    """Live adapters where there are any, the record elsewhere; in the order of the report."""
    answering: list[Source] = []
    for source in recorded.sources():
        answering.append(SOURCES[source.code]() if source.code in SOURCES else source)
    return answering


@step_kind("match")
def match(ctx: Ctx) -> None:
    """The whole check inside the act's transaction."""
    members = ctx.counted
    consents = check_consents(ctx, members)
    willing = [m for m in ctx.obligors if m.id_no and guards.valid_consent(ctx, m) is not None]
    facts, missing, titles = ask([*members, *willing], ctx.today)
    period_end = ctx.today.replace(day=1) - datetime.timedelta(days=1)
    data = {
        "no": _number(ctx),
        "purpose": ctx.item.code,
        "as_of": ctx.today,
        "period": [_year_before(period_end), period_end],
        "composition": [str(m.pk) for m in members],
        "consents": consents,
        "missing_sources": missing,
        "members": [
            {
                "member": str(m.pk),
                "seq": m.seq,
                "name": m.name,
                "relation": m.relation,
                "facts": [report.fact_row(f, titles[f.source]) for f in facts.get(m.pk, [])],
            }
            for m in [*members, *willing]
        ],
        "differences": [
            *report.differences(members, facts, ctx.case.form.get("property") or {}, ctx.params),
            *obligors.differences(ctx.obligors, {m.pk for m in willing}, facts, ctx.params),
        ],
        "alarms": report.alarms(members, facts),
        "notice": "仅供本事项参考，不作为唯一依据；是否符合条件由乡镇（街道）和县级民政部门依法认定。",
    }
    evidence.add(
        ctx, "match_report", data, valid_until=ctx.today + datetime.timedelta(days=ctx.params.report_valid_days)
    )


def check_consents(ctx: Ctx, members: Sequence[CaseMember]) -> dict[str, str]:
    """{member id: consent id}. Minors stand under their guardian's consent. Raises NoConsent naming who is missing."""
    own = {str(m.pk): guards.valid_consent(ctx, m) for m in consenting(ctx.case, members, ctx.today)}
    missing = [m.name for m in members if str(m.pk) in own and own[str(m.pk)] is None]
    if missing or not own:
        raise NoConsent(f"没有{'、'.join(missing) or '成年家庭成员'}的有效授权，不能查询。请先取得授权书（N16）。")
    return {pk: str(c.pk) for pk, c in own.items() if c is not None}


def ask(members: Sequence[CaseMember], on: datetime.date) -> tuple[dict[int, list[Fact]], list[str], dict[str, str]]:
    """(facts by member, titles of sources that did not answer, source titles)."""
    people = [Asked(m.pk, m.name, BlindIndex.of_value("id_no", m.id_no)) for m in members if m.id_no]
    facts: dict[int, list[Fact]] = {}
    missing: list[str] = []
    titles: dict[str, str] = {}
    for source in all_sources():
        titles[source.code] = source.title
        try:
            for member_id, rows in source.facts(people, on).items():
                facts.setdefault(member_id, []).extend(rows)
        except SourceUnavailable:
            missing.append(source.title)
    return facts, missing, titles


def _number(ctx: Ctx) -> str:
    from minzheng.kernel.registers.numbering import next_number

    county, year = ctx.case.region_code[:6], ctx.today.year
    return f"{county}-HD-{year}-{next_number('match.report', region_code=county.ljust(12, '0'), year=year):06d}"


def _year_before(day: datetime.date) -> datetime.date:
    """First day of the twelve months that end on `day`."""
    return (day + datetime.timedelta(days=1)).replace(year=(day + datetime.timedelta(days=1)).year - 1)


@step_kind("judge")
def judge(ctx: Ctx) -> None:
    """One difference or alarm, one human decision with its reason; the value that counts from now on."""
    found = ctx.newest("match_report")
    key = ctx.text("key")
    row = next((d for d in found.data["differences"] if d["key"] == key), None)
    alarm = next((a for a in found.data.get("alarms", []) if a["key"] == key), None)
    if row is None and alarm is None:
        raise Refused([], {"key": "最近一次核对报告里没有这一项差异，请重新选择。"})
    value = _settled(ctx, row) if row else None
    title = (row or alarm or {}).get("label") or (alarm or {}).get("sentence", "")
    evidence.add(
        ctx,
        "judgement",
        {
            "report": str(found.pk),
            "key": key,
            "label": title,
            "take": ctx.text("take"),
            "value": value,
            "reason": ctx.text("reason"),
            "proofs": ctx.data.get("proofs"),
        },
    )
    if row is not None:
        write_verified(ctx, key, value)


def _settled(ctx: Ctx, row: dict[str, Any]) -> int:
    take = ctx.text("take")
    if take == "found" and row["found"] is None:
        raise Refused([], {"take": "这一项没有核对结果，请采用申报数，或另行核定。"})
    if take != "other":
        return int(row["found" if take == "found" else "declared"])
    name = "amount" if row["money"] else "count"
    if ctx.data.get(name) is None:
        raise Refused([], {name: "另行核定的，请填写核定的数。"})
    return int(ctx.data[name])


def write_verified(ctx: Ctx, key: str, value: int | None) -> None:
    """Income goes to the member's verified values, property to the applicant's row under "household"."""
    seq, word = key.split(".", 1)
    member = next(m for m in ctx.everybody if m.seq == int(seq)) if seq != "0" else ctx.members[0]
    if seq == "0":
        member.verified = {**member.verified, "household": {**(member.verified.get("household") or {}), word: value}}
    else:
        member.verified = {**member.verified, word: value}
    member.save(update_fields=["verified"])
    ctx.forget()
