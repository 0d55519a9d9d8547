"""逾期督办: an alert past its deadline is brought to the county, once for each deadline. The twin for cases is
kernel/cases/deadlines/escalation.py, whose way to find the people it borrows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minzheng.datacenter.monitoring import selectors
from minzheng.datacenter.monitoring.models import Alert, AlertAct
from minzheng.kernel import clock
from minzheng.kernel.cases.deadlines.escalation import people_with
from minzheng.kernel.regions import codes


def run(fence: Callable[[], Any]) -> dict[str, int]:
    """Escalate what is overdue; each in a transaction of its own, so that one that fails does not stop the rest."""
    told = 0
    waiting = Alert.objects.filter(selectors.overdue_q(), escalated_at=None).values_list("pk", flat=True)
    for pk in list(waiting):
        with fence():
            told += _escalate(pk)
    return {"escalated": told}


def _escalate(pk: int) -> int:
    alert = Alert.objects.select_for_update().filter(selectors.overdue_q(), pk=pk, escalated_at=None).first()
    if alert is None:
        return 0
    county = codes.full(alert.region_code[:6])
    people = [one.name for one in people_with((selectors.ASSIGN,), county)]
    last = alert.acts.order_by("-seq").values_list("seq", flat=True).first() or 0
    AlertAct.objects.create(
        alert=alert, seq=last + 1, code="escalate", from_state=alert.state, to_state=alert.state, actor_name="系统",
        role="system", at=clock.now(), data={"due_at": alert.due_at.isoformat(), "told": people},
    )  # fmt: skip
    alert.escalated_at = clock.now()
    alert.save(update_fields=["escalated_at"])
    return 1
