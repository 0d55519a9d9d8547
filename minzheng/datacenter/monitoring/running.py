"""A run of the monitors: daily on what came since the last run, monthly over everything in force.

Nothing is written before the end: alerts, figures and the name of the new state file become true in one transaction, and
only if no other run ended meanwhile. A run killed anywhere leaves the old state; the next one does the same work again and
adds nothing twice."""

from __future__ import annotations

import datetime
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.datacenter.lake import engine
from minzheng.datacenter.monitoring import asking, declare, deliveries, joining, places, recording, switches, watched
from minzheng.datacenter.monitoring.errors import MonitorRefused
from minzheng.datacenter.monitoring.joining import Reading
from minzheng.datacenter.monitoring.models import MonitorRun
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit import services as audit
from minzheng.kernel.jobs.services import enqueue
from minzheng.kernel.subjects.selectors import demo_loaded

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

JOB = "monitor.run"
READ = "monitor.read_all"
Progress = Callable[[float, str], None]
#: States and snapshots of so many finished runs are kept.
_KEEP = 3


def ask(
    *, actor: Actor, mode: str = MonitorRun.DELTA, since: datetime.date | None = None, queue: bool = True
) -> MonitorRun:
    """Enter a run and queue it (`queue=False`: the caller carries it out). Raises MonitorRefused."""
    if not (actor.is_system or actor.has(switches.MANAGE)):
        raise MonitorRefused("您的岗位不能运行监测，请由县级核对人员、审核确认人员办理。")
    with transaction.atomic():
        busy = MonitorRun.objects.filter(state__in=(MonitorRun.QUEUED, MonitorRun.RUNNING), job__isnull=False)
        waiting = busy.filter(asked_at__gte=clock.now() - datetime.timedelta(hours=6)).order_by("-asked_at").first()
        if queue and waiting is not None:
            return waiting
        run = MonitorRun.objects.create(
            mode=mode, since=since, asked_by=actor.user, asked_name=actor.name, asked_at=clock.now(),
            state=MonitorRun.QUEUED, is_demo=demo_loaded(),
        )  # fmt: skip
        if queue:
            run.job = enqueue(JOB, args={"run": str(run.pk)}, key=f"{JOB}:{run.pk}", requested_by_id=actor.id)
            run.save(update_fields=["job"])
        audit.record(actor=actor, action="monitor.ask", obj=run, detail={"mode": mode})
    return run


def newest() -> MonitorRun | None:
    """The last run that ended well."""
    return MonitorRun.objects.filter(state=MonitorRun.DONE).exclude(state_file="").order_by("-done_at").first()


def carry_out(
    *, pk: int, reading: Reading | None = None, progress: Progress = lambda percent, words: None,
    fence: Callable[[], Any] = transaction.atomic,
) -> MonitorRun:  # fmt: skip
    """Do a run. `reading`: what is read instead of the lake (files of a test or a measurement). `fence`: the transaction
    in which the result is written (a job's own, which commits only while its lease holds). Raises MonitorRefused."""
    run = MonitorRun.objects.get(pk=pk)
    if run.state in (MonitorRun.DONE, MonitorRun.FAILED):
        return run
    MonitorRun.objects.filter(pk=pk).exclude(state=MonitorRun.DONE).update(state=MonitorRun.RUNNING)
    began, last = time.monotonic(), newest()
    progress(2, "正在整理监测名单")
    people = watched.snapshot()
    reading = reading or deliveries.to_read(run, last)
    state = places.state_file(last.state_file) if last else None
    if state is not None and not state.exists():
        state = None  # removed by hand: everybody is watched for the first time again
    target = places.state_file(f"known-{run.pk}.parquet")
    unset: Counter[str] = Counter()
    with engine.connect() as con:
        run.watched, run.hits = _match(con, people, state, reading, progress)
        found = list(_ask(con, unset, progress))
        joining.next_state(con, target, clock.today())
    _write(run, last, reading, found, target, fence, began, unset)
    _sweep(people)
    return MonitorRun.objects.get(pk=pk)


def _match(con: Any, people: Path, state: Path | None, reading: Reading, progress: Progress) -> tuple[int, int]:
    """Watched people and facts that hit them."""
    total = joining.begin(con, people, state)
    progress(10, f"监测 {total:,} 人，正在与 {reading.rows:,} 行新数据比对")
    hits = joining.join(con, reading, declare.declared().values())
    joining.grade(con, watched.names)
    joining.compare(con, reading.again)
    progress(60, f"命中 {hits:,} 条，正在研判")
    return total, hits


def _ask(con: Any, unset: Counter[str], progress: Progress) -> Any:
    def tell(done: int, total: int) -> None:
        progress(60 + 30 * done / max(total, 1), f"已研判 {done:,}／{total:,} 人")

    return asking.ask(con, declare.declared().values(), clock.today(), switches.asker(), unset, tell)


def _write(
    run: MonitorRun, last: MonitorRun | None, reading: Reading, found: list[asking.Found], target: Path,
    fence: Callable[[], Any], began: float, unset: Counter[str],
) -> None:  # fmt: skip
    counts = recording.Counts()
    with fence():
        row = MonitorRun.objects.select_for_update().get(pk=run.pk)
        if row.state == MonitorRun.DONE:
            return
        now_last = newest()
        if (now_last.pk if now_last else None) != (last.pk if last else None):
            raise MonitorRefused("另一次监测刚刚完成，这一次没有写入任何预警；请再运行一次。")
        recording.record(found, row, counts)
        row.watched, row.hits, row.rows = run.watched, run.hits, reading.rows
        row.new, row.repeated, row.upgraded = (counts.total(one) for one in ("new", "repeated", "upgraded"))
        row.batches = [{"source": one.source, "id": one.batch, "rows": one.rows} for one in reading.fresh]
        for code, people in unset.items():
            counts.by_monitor[code]["unset"] = people
        row.figures, row.state_file = counts.as_dict(), target.name
        row.state, row.done_at, row.error = MonitorRun.DONE, clock.now(), ""
        row.seconds = round(time.monotonic() - began, 2)
        row.save()
        audit.record_listing(
            actor=SYSTEM, page="monitor.runs", rows=row.watched, action=READ, detail={"run": str(row.pk)}
        )


def _sweep(people: Path) -> None:
    """Old snapshots and states, and what a killed run left behind. What a run under way writes is younger than a day."""
    kept = MonitorRun.objects.filter(state=MonitorRun.DONE).exclude(state_file="").order_by("-done_at")[:_KEEP]
    yesterday = time.time() - 24 * 3600
    young = {path.name for path in places.folder().glob("*.parquet*") if path.stat().st_mtime > yesterday}
    places.sweep({one.state_file for one in kept} | {people.name} | young)


def fail(*, pk: int, sentence: str) -> None:
    """The run cannot be done: say so on its page."""
    MonitorRun.objects.filter(pk=pk).exclude(state=MonitorRun.DONE).update(
        state=MonitorRun.FAILED, error=sentence[:300], done_at=clock.now()
    )
