"""Asking for a check of a caseload, carrying it out, judging doubtful rows, wiping what has expired.

`ask` writes the record and queues the work; `carry_out` may be killed at any time: results come into the database in one
transaction at the end, and only from the run that still holds its lease.
"""

from __future__ import annotations

import datetime
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.datacenter.lake import places
from minzheng.datacenter.matching import scopes
from minzheng.datacenter.matching.bulk import applicants, caseload, from_lake, limits, storing
from minzheng.datacenter.matching.bulk import run as running
from minzheng.datacenter.matching.bulk.errors import MatchRefused
from minzheng.datacenter.matching.bulk.models import MatchFamily, MatchReview, MatchRun
from minzheng.datacenter.matching.bulk.selectors import RUN
from minzheng.datacenter.sources import registry
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit import services as audit
from minzheng.kernel.awards import selectors as awards
from minzheng.kernel.cases import selectors as case_files
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.jobs.services import enqueue
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import next_number

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

JOB = "matching.batch"
#: The line of the log: departments were asked about everybody of a caseload.
READ = "read.match_batch"
LEAST_WORDS = 4


@dataclass(frozen=True)
class Wanted:
    """`items`: codes of scopes.ITEMS; `benefits`: item codes, () for all in force."""

    region_code: str
    items: Sequence[str]
    purpose: str
    basis: str
    benefits: Sequence[str] = ()
    title: str = ""


def ask(*, actor: Actor, wanted: Wanted, queue: bool = True) -> MatchRun:
    """Enter a check and queue it. Raises Refused."""
    code = codes.full(wanted.region_code)
    acting = _acting(actor, code)
    purpose, basis = (" ".join(text.split())[:200] for text in (wanted.purpose, wanted.basis))
    errors = {}
    if not set(wanted.items) <= set(scopes.ITEMS) or not wanted.items:
        errors["items"] = "请选择核对哪些内容。"
    elif not sources_for(wanted.items):
        errors["items"] = "所选内容没有哪个来源全部在内：来源给的每一项都要在所选内容里，请多选几项。"
    for name, text, what in (("purpose", purpose, "用途"), ("basis", basis, "依据")):
        if len(text) < LEAST_WORDS:
            errors[name] = f"请写明{what}（至少 {LEAST_WORDS} 个字），记入查阅记录。"
    if errors:
        raise Refused([], errors)
    now = clock.now()
    with transaction.atomic():
        number = next_number("match.batch", region_code=code, year=now.year)
        run = MatchRun.objects.create(
            no=f"PH{codes.prefix(code)}-{now.year}-{number:04d}", region_code=code, benefits=list(wanted.benefits),
            title=(wanted.title.strip() or f"{now:%Y年%m月}批量核对")[:80], classes=list(wanted.items), purpose=purpose,
            basis=basis, asked_by=actor.user, asked_name=actor.name, asked_at=now,
            expires_on=clock.today() + datetime.timedelta(days=limits.TERMS.number("keep_days")),
        )  # fmt: skip
        if queue:
            run.job_id = enqueue(JOB, args={"run": str(run.pk)}, key=f"{JOB}:{run.pk}", requested_by_id=actor.id).pk
            run.save(update_fields=["job"])
        detail = {"no": run.no, "items": list(wanted.items), "benefits": list(wanted.benefits)}
        audit.record(actor=acting, action="match.batch", obj=run, reason=purpose, detail=detail)
    return run


def sources_for(items: Sequence[str]) -> list[str]:
    """Sources all of whose facts lie within these items; one that says more is not asked at all."""
    return [code for code in registry.all() if scopes.covered(code, items)]


def _acting(actor: Actor, region_code: str) -> Actor:
    if actor.is_system:
        return actor
    post = actor.can(RUN, region_code)
    if post is None:
        raise Refused("您的岗位不能在这个地区批量核对，请由核对人员办理。")
    return actor.acting_as(post).at_address(actor.address)


def carry_out(
    *, actor: Actor, pk: int, progress: Callable[[float, str], None] = lambda percent, sentence: None,
    fence: Callable[[], Any] = transaction.atomic,
) -> MatchRun:  # fmt: skip
    """Check and store. ``fence``: the transaction of the results (a job's own, which commits only under its lease).

    Raises Refused when the right is gone, MatchRefused or CheckFailed when the match itself could not be trusted."""
    run = MatchRun.objects.get(pk=pk)
    if run.state in (MatchRun.DONE, MatchRun.FAILED):
        return run
    acting = _acting(actor, run.region_code)
    MatchRun.objects.filter(pk=pk).update(state=MatchRun.RUNNING)
    began, on = time.monotonic(), clock.today()
    progress(1, "整理人员和授权")
    homes = caseload.homes(run.region_code, run.benefits, run.classes, on)
    asked = [(home.key, one) for home in homes for one in home.asked]
    if not asked:
        raise MatchRefused(_nobody(homes))
    audit.record_listing(
        actor=acting, page="matching.batch.new", rows=len(asked), action=READ, region_code=run.region_code,
        detail={"no": run.no, "purpose": run.purpose},
    )  # fmt: skip
    folder = _folder(pk)
    try:
        place = {home.key: home.region_code for home in homes}
        rows = [(key, one.pk, one.id_no, one.name, place[key]) for key, one in asked]
        how = running.asked(on=on, settled=True, classes=sorted(scopes.classes_of(run.classes)), progress=progress)
        materials = from_lake.materials(on, run.region_code, sources_for(run.classes))
        running.run(lambda work: applicants.known(rows, work), materials, folder, how)
        progress(90, "保存结果")
        return _stored(pk, homes, folder, on, began, fence)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _nobody(homes: Sequence[caseload.Home]) -> str:
    if not homes:
        return "所选地区和待遇没有在享的家庭，没有可以核对的人。"
    left = sum(len(home.left_out) for home in homes)
    return (
        f"所选的 {len(homes)} 户 {left} 人都没有可用的授权或证件号码，没有核对；请先补签授权（N16），或缩小核对内容。"
    )


def _folder(pk: int) -> Path:
    """Where the files of a run lie until they are stored; what a killed try left goes first."""
    root = places.root() / "match"
    root.mkdir(mode=0o700, exist_ok=True)
    folder = root / str(pk)
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _stored(
    pk: int, homes: list[caseload.Home], folder: Path, on: datetime.date, began: float, fence: Callable[[], Any]
) -> MatchRun:
    with fence():
        run = MatchRun.objects.select_for_update().get(pk=pk)
        if run.state == MatchRun.DONE:
            return run
        storing.store(run, homes, folder, scopes.classes_of(run.classes), on)
        run.state, run.done_at, run.error = MatchRun.DONE, clock.now(), ""
        run.seconds = round(time.monotonic() - began, 2)
        run.save()
    return run


def fail(*, pk: int, sentence: str) -> None:
    """The run cannot be done: say so on its page."""
    MatchRun.objects.filter(pk=pk).exclude(state=MatchRun.DONE).update(
        state=MatchRun.FAILED, error=sentence[:300], done_at=clock.now()
    )


@transaction.atomic
def judge(*, actor: Actor, pk: int, accept: bool, reason: str) -> MatchReview:
    """One doubtful row, one human decision with its reason. An accepted row joins the family's facts. Raises Refused."""
    review = MatchReview.objects.select_for_update().filter(pk=pk).first()
    if review is None or not (actor.is_system or actor.can(RUN, review.region_code)):
        raise NotFound("没有这条待复核的数据，或者不在您的办理范围内。")
    if review.state != MatchReview.OPEN:
        raise Refused(f"这条数据已经由{review.decided_name}认定为“{review.get_state_display()}”，不能再改。")
    words = " ".join(reason.split())[:200]
    if len(words) < LEAST_WORDS:
        raise Refused([], {"reason": f"请写明怎样核实的（至少 {LEAST_WORDS} 个字）。"})
    review.state = MatchReview.ACCEPTED if accept else MatchReview.REFUSED
    review.reason, review.decided_by, review.decided_name, review.decided_at = (
        words,
        actor.user,
        actor.name,
        clock.now(),
    )
    review.save(update_fields=["state", "reason", "decided_by", "decided_name", "decided_at"])
    family = MatchFamily.objects.select_for_update().get(pk=review.family_id)
    family.to_review = family.reviews.filter(state=MatchReview.OPEN).count()
    if accept:
        _add_facts(family, review)
    family.save()
    audit.record(
        actor=actor, action="match.judge", obj=review, reason=words, detail={"accepted": accept, "code": review.code}
    )
    return review


def _add_facts(family: MatchFamily, review: MatchReview) -> None:
    """The facts stand with the person's others, marked as accepted by hand."""
    content = dict(family.content)
    for member in content.get("members", ()):
        if member["person"] == str(review.person_id):
            member["facts"] = [*member["facts"], *(fact | {"accepted": True} for fact in review.content["facts"])]
    family.content, family.hits = content, family.hits + len(review.content["facts"])


def expire() -> dict[str, int]:
    """Wipe the details of families whose consents or time of keeping have ended or were taken back; the counts stay."""
    today, now = clock.today(), clock.now()
    over = list(MatchFamily.objects.filter(wiped_at=None, valid_until__lt=today))
    over += _taken_back(today, {one.pk for one in over})
    for family in over:
        with transaction.atomic():
            family.content, family.wiped_at = {}, now
            family.save(update_fields=["content", "wiped_at"])
            family.found_alerts.all().delete()
            family.reviews.all().delete()
    empty = MatchRun.objects.filter(state=MatchRun.DONE, wiped_at=None).exclude(homes__wiped_at=None)
    runs = empty.filter(expires_on__lt=today).update(wiped_at=now)
    return {"families": len(over), "runs": runs}


def _taken_back(today: datetime.date, but: set[int]) -> list[MatchFamily]:
    """Families of whom somebody took a consent back since and has given no new one."""
    kept = MatchFamily.objects.filter(wiped_at=None).exclude(pk__in=but)
    first = kept.order_by("run__asked_at").values_list("run__asked_at", flat=True).first()
    if first is None:
        return []
    revoked = case_files.visible_to(SYSTEM).filter(consents__revoked_at__gte=first).values_list("pk", flat=True)
    drawn = awards.visible_to(SYSTEM)
    touched = {str(pk) for pk in drawn.filter(case_id__in=set(revoked)).values_list("pk", flat=True)}
    found = []
    for family in kept if touched else ():
        if touched & set(family.awards):
            people = {int(one["person"]) for one in family.content.get("members", ())}
            if not caseload.still_allowed(drawn.filter(pk__in=[int(pk) for pk in family.awards]), people, today):
                found.append(family)
    return found
