"""Reading alerts, narrowed to what the actor may see: places of a post with monitor.read, children's only with child.read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q

from minzheng.datacenter.monitoring.models import Alert, MonitorRun, MonitorSwitch
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.items import guarded
from minzheng.kernel.jobs import selectors as jobs

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.accounts.models import User

READ, VISIT, JUDGE, ASSIGN = "monitor.read", "monitor.visit", "monitor.judge", "monitor.assign"


def visible_to(actor: Actor) -> QuerySet[Alert]:
    """The sealed grounds are left out: a page asks for them."""
    rows = Alert.objects.defer("content")
    if actor.is_system:
        return rows
    return rows.filter(actor.scope_q(READ) & guarded.readable_q(actor))


def get(actor: Actor, pk: int) -> Alert | None:
    """One alert with its grounds; None for what the actor may not see."""
    rows = visible_to(actor).defer(None)
    return rows.select_related("person", "household", "case", "result_case", "assignee").filter(pk=pk).first()


def queue(actor: Actor) -> QuerySet[Alert]:
    """The queue: the assignee's name is fetched along."""
    return visible_to(actor).select_related("assignee")


def mine(actor: Actor) -> QuerySet[Alert]:
    """What this person has to visit, or may take up because nobody has been named yet; most urgent first."""
    if actor.id is None:
        return Alert.objects.none()
    waiting = Q(assignee_id=actor.id, state=Alert.ASSIGNED) | (
        Q(assignee=None, state__in=(Alert.NEW, Alert.ASSIGNED)) & actor.scope_q(VISIT)
    )
    later = Q(revisit_on=None) | Q(revisit_on__lte=clock.today())
    return visible_to(actor).filter(waiting & later).order_by("due_at")


def overdue_q() -> Q:
    """Open and past its deadline."""
    return ~Q(state=Alert.CLOSED) & Q(due_at__lt=clock.now())


def figures(actor: Actor) -> dict[str, int]:
    """Counts of the queue's head; each opens its list. One query."""
    month = clock.today().replace(day=1)
    opened = ~Q(state=Alert.CLOSED)
    return visible_to(actor).aggregate(
        open=Count("pk", filter=opened), red=Count("pk", filter=opened & Q(level=Alert.RED)),
        new=Count("pk", filter=Q(state=Alert.NEW)), overdue=Count("pk", filter=overdue_q()),
        escalated=Count("pk", filter=opened & Q(escalated_at__isnull=False)),
        month=Count("pk", filter=Q(period=month)), closed=Count("pk", filter=Q(state=Alert.CLOSED, closed_at__date__gte=month)),
        found=Count("pk", filter=opened & ~Q(channel=Alert.DATA)),
    )  # fmt: skip


def judged(actor: Actor) -> dict[str, dict[str, int]]:
    """Monitor → {"all", "open", "true", "false", "later"}; one query."""
    rows = visible_to(actor).values("monitor").annotate(
        all=Count("pk"), open=Count("pk", filter=~Q(state=Alert.CLOSED)), true=Count("pk", filter=Q(verdict="true")),
        false=Count("pk", filter=Q(verdict="false")), later=Count("pk", filter=Q(verdict="later")),
    )  # fmt: skip
    found: dict[str, dict[str, int]] = {}
    for row in rows.order_by("monitor"):
        told: dict[str, Any] = {**row}
        found[told.pop("monitor")] = told
    return found


def runs(actor: Actor) -> QuerySet[MonitorRun]:
    """Runs are about no single place: their counts may be seen by whoever may read alerts somewhere."""
    allowed = actor.is_system or actor.has(READ)
    return MonitorRun.objects.all() if allowed else MonitorRun.objects.none()


def run_progress(run: MonitorRun) -> dict[str, Any]:
    """{"percent", "message", "stuck"}; `stuck` is a sentence when nothing works on it."""
    job = jobs.runs().filter(pk=run.job_id).first() if run.job_id else None
    told: dict[str, Any] = {"percent": job.progress if job else 0, "message": job.message if job else "", "stuck": ""}
    if job is not None and job.state in ("failed", "cancelled"):
        told["stuck"] = f"后台任务{job.get_state_display()}，请系统管理员在“后台任务”里查看原因、重试。"
    elif jobs.health() != "ok":
        told["stuck"] = "后台任务进程没有在运行，监测会在它启动后继续；请联系系统管理员。"
    return told


def switched(actor: Actor) -> QuerySet[MonitorSwitch]:
    """Switches of the places of a post, the newest first."""
    rows = MonitorSwitch.objects.all() if actor.is_system else MonitorSwitch.objects.filter(actor.scope_q(READ))
    return rows.order_by("-at")


def visitors(alert: Alert) -> list[User]:
    """Who may visit about this alert today: people of the place who may also read it (a child's needs more)."""
    from minzheng.kernel.cases.deadlines.escalation import people_with

    found = people_with((VISIT,), alert.region_code)
    if alert.item_code not in {code for listed in guarded.codes().values() for code in listed}:
        return found
    return [one for one in found if guarded.may_read(actor_of(one), alert.item_code, alert.region_code)]


def load(people: list[int]) -> dict[int, int]:
    """User → open visits; one query."""
    rows = (
        Alert.objects.filter(assignee_id__in=people, state=Alert.ASSIGNED).values("assignee_id").annotate(n=Count("pk"))
    )
    return {row["assignee_id"]: row["n"] for row in rows}


def others_of_household(alert: Alert) -> QuerySet[Alert]:
    """Other alerts about the same household, newest first."""
    if alert.household_id is None:
        return Alert.objects.none()
    rows = Alert.objects.filter(household_id=alert.household_id).exclude(pk=alert.pk).defer("content")
    return rows.order_by(F("created_at").desc())
