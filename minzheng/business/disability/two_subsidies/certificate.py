"""残联审核: before the county decides, the disabled persons' federation says what the certificate is worth today.

The federation has no post here: whoever works on the case writes down its written or online answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.business.disability.two_subsidies.facts import CERTIFICATE
from minzheng.kernel import clock
from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.lifecycle.facts import fact_fields, found_facts, in_words, somebody_asks
from minzheng.kernel.cases.lifecycle.opinion import assess
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Choice, Date, LongText, Photo

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

KIND = "certificate"
SOURCES = (("online", "残疾人证系统查询"), ("letter", "县残联书面答复"))


def on_certificate(ctx: Ctx) -> None:
    """The answer replaces what was declared; what differed is written out."""
    changed = in_words(found_facts(ctx)) or "与申报一致"
    evidence.add(ctx, KIND, {**ctx.pick("source", "answered_on", "findings", "proofs"), "changed": changed})
    if ctx.latest("assessment") is not None:  # an opinion was given: the sheet follows what the federation said
        assess(ctx)


@guard("certificate_reviewed")
def certificate_reviewed(ctx: Ctx) -> str:
    """Looked at since the case was accepted or opened for a re-check."""
    start = ctx.last_act("accept", "open_recheck")
    if any(start is None or row.at >= start.at for row in ctx.evidence(KIND)):
        return ""
    return "还没有残联的证件审核结果：请先办理“登记残联审核结果”。"


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "certificate",
            "登记残联审核结果",
            ("ACCEPTED", "INVESTIGATING", "INITIAL_OPINION", "REVIEW", "TOWN_CONFIRM", "RECHECK"),
            by=("case.investigate", "case.confirm"),
            guards=(somebody_asks, guards.clock_running),
            fields=(
                Choice("source", "从哪里知道的", required=True, options=SOURCES),
                Date("answered_on", "查询或答复日期", required=True, not_after=clock.today),
                *fact_fields(CERTIFICATE),
                LongText("findings", "说明", help="与申报一致的可以不写。"),
                Photo("proofs", "答复照片", kind="proof"),
            ),
            effects=(on_certificate,),
            help="残疾人证的状态、类别、等级与申报不一致的，在这里改成残联的；一致的不用动。",
        ),
    )
