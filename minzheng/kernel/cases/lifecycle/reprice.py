"""按新标准调整: the act by which a batch of repricing raises an award, or pays what it is owed (see awards.repricing)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.flow import SYSTEM_ONLY, Act
from minzheng.kernel.cases.states import PAID
from minzheng.kernel.parts.fields import Text

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx


def on_reprice(ctx: Ctx) -> None:
    """The line of the approved batch is carried out; the act keeps what the family is told."""
    from minzheng.kernel.awards.repricing import applying
    from minzheng.kernel.awards.repricing.models import RepricingLine

    line = RepricingLine.objects.select_related("batch", "award").filter(pk=int(ctx.text("line"))).first()
    if line is None or line.award.case_id != ctx.case.pk or line.state != "open" or line.batch.state != "applying":
        raise Refused("这次调整没有经过批准，或者已经执行，不能再办。")
    try:
        applying.change(line)
    except applying.Skipped as error:
        raise Refused(str(error)) from error
    ctx.values |= {"award": line.new_award or line.award, "told": applying.sentence(line)}
    ctx.done.opinion = ctx.values["told"]


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "reprice",
            "按新标准调整",
            ("APPROVED", *PAID),
            by=(SYSTEM_ONLY,),
            fields=(Text("line", "重算明细编号", required=True, max_length=20),),
            effects=(on_reprice,),
        ),
    )
