"""核对在办件里: the step kinds that the flows name. Requests and reports are in `requests`, a person's judgement of each
difference is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minzheng.datacenter.matching import objections, requests
from minzheng.datacenter.matching.asking import SOURCES
from minzheng.datacenter.matching.requests import NoConsent, check_consents
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.cases.running.kinds import step_kind

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case, CaseAct
    from minzheng.kernel.cases.running.context import Ctx

__all__ = ["SOURCES", "NoConsent", "check_consents", "run_match"]

step_kind("match")(requests.start)
step_kind("match_collect")(requests.collect)
step_kind("match_sign")(requests.sign)
step_kind("match_review")(objections.review)
step_kind("match_recheck")(objections.recheck)


def run_match(*, case: Case, actor: Actor, version: int | None = None) -> CaseAct:
    """Run the check of a case as an act of its flow; the report is the act's evidence "match_report"."""
    from minzheng.kernel.cases.services import perform

    return perform(case_id=case.pk, act="run_match", actor=actor, version=version)


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
    figures = {"declared": row["declared"], "found": row["found"]} if row else {}
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
            **figures,
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
