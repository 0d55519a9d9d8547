"""Asking for a simulation and carrying it out.

`ask` writes the record and queues the work; `carry_out` opens every family of the place in memory, adds up and keeps the sums.
It may be killed at any time: nothing is written before the end, the next try begins anew, and only the run that still
holds its lease writes (see `begin` and `finish`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.datacenter.simulation import asking, telling
from minzheng.datacenter.simulation.asking import Options
from minzheng.datacenter.simulation.caseload import Caseload
from minzheng.datacenter.simulation.computing import compute
from minzheng.datacenter.simulation.errors import SimulationRefused
from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.jobs.services import enqueue
from minzheng.kernel.months import same_day_after
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import next_number
from minzheng.kernel.standards import values
from minzheng.policy.errors import PolicyError
from minzheng.policy.regions import normalize_region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minzheng.kernel.accounts.actors import Actor

PERMISSION = "policy.simulate"
JOB = "simulation.run"
#: The line of the log: every family of a place was opened to add them up.
READ = "read.simulation"
LEAST_PURPOSE = 4
MOST_CHANGES = 100


@dataclass(frozen=True)
class Wanted:
    """`changes`: as the record keeps them (asking.as_change). `rules`: a folder on the server, from the command line only."""

    region_code: str
    title: str
    purpose: str
    changes: Sequence[Mapping[str, str]] = ()
    options: Options = field(default_factory=lambda: Options(this_month()))
    set_id: int | None = None
    set_title: str = ""
    rules: str = ""


def this_month() -> str:
    return f"{clock.today():%Y-%m}"


def ask(*, actor: Actor, wanted: Wanted, queue: bool = True) -> SimulationRun:
    """Enter a simulation and queue it (``queue=False``: the caller carries it out). Raises SimulationRefused."""
    code = codes.full(wanted.region_code)
    acting = _acting(actor, code)
    _check(wanted, code)
    with transaction.atomic():
        now = clock.now()
        number = next_number("simulation", region_code=code, year=now.year)
        run = SimulationRun.objects.create(
            no=f"CS{codes.prefix(code)}-{now.year}-{number:04d}", region_code=code, title=wanted.title.strip()[:80],
            purpose=" ".join(wanted.purpose.split())[:200], changes=[dict(one) for one in wanted.changes],
            set_id=wanted.set_id, set_title=wanted.set_title[:80], rules=wanted.rules[:200],
            options=wanted.options.as_dict(), asked_by=actor.user, asked_name=actor.name, asked_at=now,
        )  # fmt: skip
        if queue:
            # The job names the post it is done under, so that it never reads more than this person may.
            run.job_id = enqueue(
                JOB, args={"run": str(run.pk)}, key=f"{JOB}:{run.pk}", requested_by_id=actor.id
            ).pk  # fmt: skip
            run.save(update_fields=["job"])
        detail = {"no": run.no, "changes": [asking.as_text(one) for one in run.changes], "set": str(run.set_id or "")}
        audit.record(actor=acting, action="simulation.ask", obj=run, reason=run.purpose, detail=detail)
    return run


def _acting(actor: Actor, region_code: str) -> Actor:
    if actor.is_system:
        return actor
    post = actor.can(PERMISSION, region_code)
    if post is None:
        raise SimulationRefused("您的岗位不能测算这个地区，请由政策科人员、县级审核确认人员或局领导办理。")
    return actor.acting_as(post).at_address(actor.address)


def _check(wanted: Wanted, code: str) -> None:
    """Everything that can be told before families are opened."""
    errors: dict[str, str] = {}
    if not wanted.title.strip():
        errors["title"] = "请给这次测算起个名字，例如“2027年城市低保标准提到950元”。"
    if len(" ".join(wanted.purpose.split())) < LEAST_PURPOSE:
        errors["purpose"] = "请写明用途（至少 4 个字）。测算要读取全部在册家庭，用途记入查阅记录。"
    if not wanted.changes and not wanted.rules:
        errors["changes"] = "还没有假设：请至少加入一个参数的新值。"
    if len(wanted.changes) > MOST_CHANGES:
        errors["changes"] = f"一次最多 {MOST_CHANGES} 个假设，现在有 {len(wanted.changes)} 个；请分几次测算。"
    if not 1 <= wanted.options.months <= asking.MOST_MONTHS:
        errors["months"] = f"月数应在 1 到 {asking.MOST_MONTHS} 之间。"
    for one in wanted.changes:
        place = codes.full(one["region"])
        if not (codes.covers(code, place) or codes.covers(place, code)):
            errors["changes"] = f"“{one['name']}”假设在 {place}，不影响所测算的地区，请改正地区或去掉。"
    if errors:
        raise SimulationRefused([], errors)
    try:
        asking.sides(values.ruleset(), wanted.changes, wanted.options, wanted.rules)
    except PolicyError as error:
        raise SimulationRefused([], {"changes": f"{error}。"}) from error


def carry_out(
    *,
    actor: Actor,
    pk: int,
    progress: Callable[[float, str], None] = lambda percent, message: None,
    fence: Callable[[], Any] = transaction.atomic,
) -> SimulationRun:
    """Compute a run and keep its sums. ``actor``: whose right and whose reading it is. ``fence``: the transaction in which
    the result is written (a job's own, which commits only while its lease holds).

    Raises SimulationRefused when the right is gone or what was asked no longer computes."""
    run = SimulationRun.objects.get(pk=pk)
    if run.state in (SimulationRun.DONE, SimulationRun.FAILED):
        return run
    acting = _acting(actor, run.region_code)
    SimulationRun.objects.filter(pk=pk).exclude(state=SimulationRun.DONE).update(state=SimulationRun.RUNNING)
    began = time.monotonic()
    try:
        sides = asking.sides(values.ruleset(), run.changes, Options.of(run.options), run.rules)
    except PolicyError as error:
        raise SimulationRefused(f"{error}。") from error
    caseload = caseload_of(run.region_code, Options.of(run.options), sides)
    total = caseload.awards().count()
    audit.record_listing(
        actor=acting, page="simulation.new", rows=total, action=READ, region_code=run.region_code,
        detail={"no": run.no, "purpose": run.purpose},
    )  # fmt: skip
    figures = compute(caseload, sides, lambda done: _tell(progress, done, total))
    figures |= telling.facts(sides, run, normalize_region(run.region_code), figures)
    with fence():
        done = SimulationRun.objects.select_for_update().get(pk=pk)
        if done.state == SimulationRun.DONE:
            return done
        done.figures, done.families = figures, figures["total"]["families"]
        done.summary = telling.sentence(figures)[:300]
        done.base_sha, done.reform_sha = sides.baseline.sha, sides.reform.sha
        done.state, done.done_at, done.error = SimulationRun.DONE, clock.now(), ""
        done.seconds = round(time.monotonic() - began, 2)
        done.save()
    return done


def caseload_of(region_code: str, options: Options, sides: asking.Sides) -> Caseload:
    """The families of a place that a question is asked about."""
    back = options.refused_months
    since = same_day_after(clock.today(), -back) if back else None
    benefits = dict.fromkeys([*sides.baseline.benefit_codes(), *sides.reform.benefit_codes()])
    return Caseload(region_code, sides.baseline.vocabulary, benefits, sides.frame.months[0], since)


def _tell(progress: Callable[[float, str], None], done: int, total: int) -> None:
    """Every fifty families: telling also asks whether the work is still ours."""
    if done % 50 == 0 or done == 1:
        progress(min(99.0, 100 * done / max(total, 1)), f"已算 {done:,} 户")


def fail(*, pk: int, sentence: str) -> None:
    """The run cannot be done: say so on its page."""
    SimulationRun.objects.filter(pk=pk).exclude(state=SimulationRun.DONE).update(
        state=SimulationRun.FAILED, error=sentence[:300], done_at=clock.now()
    )
