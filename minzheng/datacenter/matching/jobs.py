"""核对的后台任务: replies that have come in, and limits that have passed, carry waiting requests on."""

from __future__ import annotations

from minzheng.datacenter.matching import outside
from minzheng.datacenter.matching.models import MatchRequest
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.cases.services import perform
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic

TEN_MINUTES = 600


@periodic(every_seconds=TEN_MINUTES)
@job("matching.collect", title="接收核对答复、到期出具报告", atomic=False)
def collect(ctx: Context) -> dict[str, int]:
    """Each waiting request by itself. Safe to run again: what still waits is refused and tried the next time."""
    done = {"cases": 0, "outside": 0, "waiting": 0}
    for pk, case_id in MatchRequest.objects.filter(state__in=("querying", "partial")).values_list("pk", "case_id"):
        try:
            with ctx.atomic():
                if case_id is not None:
                    perform(case_id=case_id, act="collect_match", actor=SYSTEM, data={})
                    done["cases"] += 1
                elif outside.collect(request=MatchRequest.objects.get(pk=pk)):
                    done["outside"] += 1
                else:
                    done["waiting"] += 1
        except (Refused, NotFound):
            done["waiting"] += 1
    return done
