"""到期自动办理的事: each is an act of the system, done case by case, so that one refused case does not stop the rest."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case, Escalation, Evidence, PublicTry
from minzheng.kernel.items import registry
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic

HALF_HOUR = 1800


@periodic(every_seconds=HALF_HOUR)
@job("cases.due", title="到期办件自动办理", atomic=False)
def due(ctx: Context) -> dict[str, int]:
    """Supplement overdue (补正逾期), first payment, new amount in force, delegation ended, change reported, term over,
    review due (put off first, where an emergency lets it). Safe to run again: an act whose time has not come is refused.
    """
    today = clock.today()
    reported, told = (
        Evidence.objects.filter(kind=kind, closed_at=None).values("case_id") for kind in ("change", "complaint")
    )
    month = today.replace(day=1)
    waiting: tuple[tuple[str, QuerySet[Case], dict[str, str]], ...] = (
        ("supplement_timeout", Case.objects.filter(state="SUPPLEMENT", due_on__lt=today), {}),
        ("start_payment", Case.objects.filter(state="APPROVED", awards__first_month__lte=today), {}),
        ("apply_adjustment", Case.objects.filter(state="ADJUSTED", awards__first_month__lte=month), {}),
        ("recall_delegation", Case.objects.filter(state="TOWN_CONFIRM"), {}),
        (
            "open_recheck",
            Case.objects.filter(state__in=("IN_PAYMENT", "TAPERING"), pk__in=reported),
            {"why": "change"},
        ),
        (
            "open_recheck",
            Case.objects.filter(state__in=("IN_PAYMENT", "TAPERING"), pk__in=told),
            {"why": "complaint"},
        ),
        ("expire", Case.objects.filter(state="IN_PAYMENT", due_on__lte=today, item_code__in=_with_term()), {}),
        ("defer_recheck", Case.objects.filter(state="IN_PAYMENT", due_on__lte=today), {}),
        (
            "open_recheck",
            Case.objects.filter(state__in=("IN_PAYMENT", "TAPERING"), due_on__lte=today),
            {"why": "review"},
        ),
    )
    done: dict[str, int] = {}
    for act, rows, data in waiting:
        done[act] = done.get(act, 0) + _each(ctx, act, rows.values_list("pk", flat=True).distinct(), data)
    return done


def _with_term() -> list[str]:
    """Items whose recognition ends by itself on its last day."""
    return [item.code for item in registry.all_items() if item.flow.act("expire") is not None]


def _each(ctx: Context, act: str, cases: Iterable[int], data: dict[str, str]) -> int:
    from minzheng.kernel.cases.services import perform

    done = 0
    for pk in list(cases):
        try:
            with ctx.atomic():
                perform(case_id=pk, act=act, actor=SYSTEM, data=data)
            done += 1
        except Refused:
            continue
    return done


@periodic(every_seconds=6 * 3600)
@job("cases.remind", title="补正期限提醒")
def remind(ctx: Context) -> dict[str, int]:
    """One reminder a few working days before the papers are due (reference §1.4.1: 逾期前须提醒)."""
    from minzheng.kernel.calendar.selectors import working_days_left
    from minzheng.kernel.notices.models import OutboxMessage
    from minzheng.kernel.notices.services import tell

    today, sent = clock.today(), 0
    rows = Case.objects.filter(state="SUPPLEMENT", due_on__gte=today, due_on__lte=today + datetime.timedelta(days=20))
    for case in rows.select_related("applicant"):
        params = registry.get(case.item_code).flow.params(case.region_code, today)
        if (
            case.due_on is None
            or working_days_left(today, case.due_on) > params.resubmit_reminder_days
            or case.applicant is None
        ):
            continue
        asked = case.acts.filter(code="ask_supplement").last()
        body = f"提醒：您的{registry.get(case.item_code).short}申请（{case.no}）请在{case.due_on:%m月%d日}前补齐材料，逾期将终止审核。"
        sent_before = [
            m
            for m in OutboxMessage.objects.filter(case=case, created_at__gte=asked.at if asked else case.created_at)
            if m.body == body
        ]
        if not sent_before:
            tell(case=case, person=case.applicant, body=body)
            sent += 1
    return {"reminded": sent}


@periodic(every_seconds=6 * 3600)
@job("cases.recount", title="日历公布后重算暂定期限", atomic=False)
def recount(ctx: Context) -> dict[str, int]:
    """Deadlines counted by plain weekends are put right once the year's calendar is loaded."""
    from minzheng.kernel.cases.deadlines.timing import recount_clocks

    changed = 0
    waiting = Q(due_provisional=True) | Q(due_on__isnull=False, yellow_on=None)
    for pk in list(Case.objects.filter(waiting).values_list("pk", flat=True)):
        with ctx.atomic():
            changed += recount_clocks(pk)
    return {"changed": changed}


@periodic(every_seconds=6 * 3600)
@job("awards.lines", title="生成当月发放明细", atomic=False)
def lines(ctx: Context) -> dict[str, int]:
    """The regular line of this month for every award in force; the unique key makes it once."""
    from minzheng.kernel.awards.services import monthly_lines

    made = {}
    for item in registry.all_items():
        with ctx.atomic():
            made[item.code] = monthly_lines(clock.today(), item_code=item.code)
    return made


@periodic(every_seconds=24 * 3600)
@job("cases.purge_drafts", title="清理长期没有提交的草稿", atomic=False)
def purge_drafts(ctx: Context) -> dict[str, int]:
    """Drafts nobody came back to are removed with their photos, one by one: data is kept no longer than needed."""
    from minzheng.kernel.cases.drafting import agent_drafts

    removed = 0
    for pk in agent_drafts.abandoned(clock.now()):
        with ctx.atomic():
            removed += agent_drafts.purge(pk, SYSTEM)
    return {"removed": removed}


@periodic(every_seconds=24 * 3600)
@job("cases.prune_tries", title="清理公开查询记录")
def prune_tries(ctx: Context) -> dict[str, int]:
    """Tries of the public query older than a day: they only serve to slow down guessing."""
    gone, _ = PublicTry.objects.filter(at__lt=clock.now() - datetime.timedelta(days=1)).delete()
    return {"removed": gone}


@periodic(every_seconds=3600)
@job("cases.escalate", title="期限提醒与督办", atomic=False)
def escalate(ctx: Context) -> dict[str, int]:
    """Deadlines that have turned yellow or red are brought to the clerk, the leader, the county: each once."""
    from minzheng.kernel.cases.deadlines import escalation

    today, told = clock.today(), {degree: 0 for degree, _ in Escalation.DEGREES}
    for case in escalation.due_cases(today).iterator(chunk_size=500):
        with ctx.atomic():
            for degree in escalation.escalate(case, today):
                told[degree] += 1
    return told


@job("cases.many", title="一并办理", atomic=False)
def many(ctx: Context, case_ids: list[str], act: str, user: str) -> dict[str, object]:
    """One act on many cases, for the person who asked, with the rights they hold when it runs. Done again after a
    crash, cases done before are refused by their state: nothing happens twice."""
    from minzheng.kernel.accounts.actors import actor_of
    from minzheng.kernel.accounts.models import User
    from minzheng.kernel.cases.running.many import perform_many

    actor = actor_of(User.objects.filter(pk=int(user)).first())
    refused: list[dict[str, object]] = []
    for count, pk in enumerate(case_ids, start=1):
        with ctx.atomic():
            [one] = perform_many(case_ids=[int(pk)], act=act, actor=actor)
        refused += [] if one.done else [{"no": one.no, "why": one.sentences}]
        ctx.progress(100 * count / len(case_ids), f"{count}／{len(case_ids)} 件")
    return {"done": len(case_ids) - len(refused), "refused": refused}
