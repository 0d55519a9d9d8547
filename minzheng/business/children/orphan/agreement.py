"""养育协议: whoever raises an orphan of the place undertakes in writing how, before the money begins (民发〔2010〕161号)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.lifecycle.facts import beneficiary, standing_facts
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Date, LongText, Photo, Text

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

KIND = "raising_agreement"


def on_agreement(ctx: Ctx) -> None:
    evidence.add(ctx, KIND, ctx.pick("guardian", "relation", "signed_on", "duties", "agreement"))


def in_institution(ctx: Ctx) -> bool:
    child = beneficiary(ctx)
    return child is not None and standing_facts(child).get("guardian_relation") == "institution"


@guard("raising_agreed")
def raising_agreed(ctx: Ctx) -> str:
    """Not of an institution, which raises children by law; a change of guardian after it asks for a new one."""
    if in_institution(ctx):
        return ""
    changed = ctx.last_act("guardian_changed")
    if any(changed is None or row.at >= changed.at for row in ctx.evidence(KIND)):
        return ""
    return "还没有养育协议：请先和照顾孩子的人签订，再办理“登记养育协议”。"


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "raising_agreement",
            "登记养育协议",
            ("ACCEPTED", "INVESTIGATING", "INITIAL_OPINION", "REVIEW", "TOWN_CONFIRM", "RECHECK", "IN_PAYMENT"),
            by=("case.investigate", "case.accept"),
            fields=(
                Text("guardian", "监护人（照顾孩子的人）", required=True, max_length=30),
                Text("relation", "和孩子的关系", required=True, max_length=20),
                Date("signed_on", "签订日期", required=True, not_after=clock.today),
                LongText("duties", "约定的主要内容", required=True, help="怎样照顾、上学、看病，钱怎样用，谁来看望。"),
                Photo("agreement", "协议照片", required=True, kind="agreement"),
            ),
            effects=(on_agreement,),
            help="社会散居孤儿都要有；换了监护人的重新签。",
        ),
        Act(
            "guardian_changed",
            "监护人变更",
            ("IN_PAYMENT", "RECHECK"),
            by=("case.investigate", "case.accept"),
            fields=(
                Text("guardian", "新的监护人", required=True, max_length=30),
                LongText("opinion", "变更的情况和依据", required=True),
            ),
            help="变更以后要重新签养育协议，下次复核时会检查。",
        ),
    )
