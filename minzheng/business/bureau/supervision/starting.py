"""立项、分解、交办: taking a task on, saying who does it by when, giving it out; in bulk from a plan; on to places below.

All of it is the supervising side's (duty.manage over the owner's place)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.business.bureau.supervision import people
from minzheng.business.bureau.supervision.hands import MANAGE, supervising
from minzheng.business.bureau.supervision.models import CYCLES, KINDS, Milestone, SupervisedTask
from minzheng.business.bureau.supervision.writing import locked, need, write
from minzheng.kernel import clock
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.orgs import selectors as orgs
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import next_number

if TYPE_CHECKING:
    from minzheng.business.bureau.plans.models import Plan, PlanIndicator, PlanItem
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.orgs.models import Organization


@dataclass(frozen=True)
class Source:
    """Where a task comes from. `target` with `comparator` and `unit` as the document writes them."""

    sentence: str
    title: str = ""
    plan: Plan | None = None
    item: PlanItem | None = None
    indicator: PlanIndicator | None = None
    parent: SupervisedTask | None = None
    indicator_code: str = ""
    comparator: str = ""
    target: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True)
class Share:
    """Who does it by when. `milestones`: [(title, day)]; `assisting`: ids of offices; `responsible`: id of a user."""

    lead_org: int
    start: datetime.date
    end: datetime.date
    lead_office: str = ""
    responsible: int | None = None
    leader: str = ""
    weight: Decimal = Decimal(1)
    cycle: str = "monthly"
    assisting: Sequence[int] = ()
    milestones: Sequence[tuple[str, datetime.date]] = field(default=())


@transaction.atomic
def propose(
    *, actor: Actor, owner: Organization, kind: str, year: int, source: Source, basis: str = "", goals: Iterable[str] = (),
    evidence_wanted: str = "",
) -> SupervisedTask:  # fmt: skip
    """立项 for an organisation that will supervise it. Raises NotAllowed, Refused."""
    hand = supervising(actor, MANAGE, owner.region_code)
    sentence = need(source.sentence, "sentence", "请写明任务的原文句。")
    if kind not in dict(KINDS):
        raise Refused([], {"kind": "请选择清单。"})
    if not 2000 <= year <= 2100:
        raise Refused([], {"year": "请填四位年份。"})
    if source.target is not None and source.target < 0:
        raise Refused([], {"target": "目标值不能小于 0。"})
    serial = next_number("duty", region_code=owner.region_code, year=year)
    task = SupervisedTask(
        region_code=owner.region_code, owner_region=owner.region_code, owner_name=owner.name, kind=kind, year=year,
        no=f"{codes.prefix(owner.region_code)}-DB-{year}-{serial:04d}", sentence=sentence,
        title=(source.title.strip() or sentence)[:120], basis=basis.strip()[:120], goals=_words(goals),
        evidence_wanted=evidence_wanted.strip()[:120], plan=source.plan, source_item=source.item,
        source_indicator=source.indicator, parent=source.parent, indicator_code=source.indicator_code,
        comparator=source.comparator, target=source.target, unit=source.unit[:30], made_by=actor.user, made_at=clock.now(),
    )  # fmt: skip
    task.save(force_insert=True)
    write(task, hand, "propose", note=basis, data={"region": owner.region_code})
    return task


def _words(goals: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one.strip()[:40] for one in goals if one.strip()))


@transaction.atomic
def divide(*, actor: Actor, task: SupervisedTask, share: Share) -> SupervisedTask:
    """分解: lead and assisting offices, person, dates, steps. May be repeated until the task is given out."""
    row = locked(task)
    hand = supervising(actor, MANAGE, row.owner_region)
    lead = lead_for(row, share.lead_org)
    person = people.worker(share.responsible, lead) if share.responsible else None
    _dates(row, share)
    row.leader, row.weight, row.cycle = share.leader.strip()[:60], _weight(share.weight), _cycle(share.cycle)
    row.assisting = [{"org": one.pk, "name": one.name} for one in _assisting(row, share, lead)]
    row.save(update_fields=["leader", "weight", "cycle", "assisting"])
    write(
        row, hand, "divide",
        data=lead_data(lead, person, share.lead_office) | {"start": share.start.isoformat(), "end": share.end.isoformat()},
    )  # fmt: skip
    row.milestones.all().delete()
    Milestone.objects.bulk_create(
        Milestone(task=row, region_code=row.region_code, seq=n, title=title[:80], due=day)
        for n, (title, day) in enumerate(share.milestones, start=1)
    )
    return row


def lead_data(lead: Organization, person: Any, office: str) -> dict[str, Any]:
    """What the acts of dividing and transferring keep of the lead."""
    return {
        "region": lead.region_code, "lead_org": lead.pk, "lead_name": lead.name, "lead_office": office.strip()[:60],
        "responsible": person.pk if person else None, "responsible_name": person.name if person else "",
    }  # fmt: skip


def lead_for(task: SupervisedTask, pk: int) -> Organization:
    """The office of today within the place of the supervisor. Raises Refused."""
    lead = orgs.current(pk=pk)
    if lead is None or not codes.covers(task.owner_region, lead.region_code):
        raise Refused([], {"lead_org": "请选择本地区现有的单位作牵头单位。"})
    return lead


def _assisting(task: SupervisedTask, share: Share, lead: Organization) -> list[Organization]:
    found = [orgs.current(pk=pk) for pk in dict.fromkeys(share.assisting) if pk != lead.pk]
    if any(one is None or not codes.covers(task.owner_region, one.region_code) for one in found):
        raise Refused([], {"assisting": "配合单位里有本地区没有的单位，请重新选择。"})
    return [one for one in found if one is not None]


def _dates(task: SupervisedTask, share: Share) -> None:
    if share.end < share.start:
        raise Refused([], {"end": "期限不能早于开始日期。"})
    if task.parent is not None and task.parent.end and share.end > task.parent.end:
        raise Refused([], {"end": f"子任务的期限不能晚于上级任务的期限 {task.parent.end}。"})
    outside = [title for title, day in share.milestones if not share.start <= day <= share.end]
    if outside:
        raise Refused([], {"milestones": f"节点“{outside[0]}”不在开始和期限之间。"})


def _weight(weight: Decimal) -> Decimal:
    if not 0 < weight <= 1000:
        raise Refused([], {"weight": "权重应大于 0，最多 1000。"})
    return weight


def _cycle(cycle: str) -> str:
    if cycle not in dict(CYCLES):
        raise Refused([], {"cycle": "请选择反馈周期。"})
    return cycle


@transaction.atomic
def assign(*, actor: Actor, task: SupervisedTask) -> SupervisedTask:
    """交办: from now on the lead office has to sign, then to report."""
    row = locked(task)
    hand = supervising(actor, MANAGE, row.owner_region)
    write(
        row,
        hand,
        "assign",
        note=f"交办给{row.lead_name}{'（' + row.responsible_name + '）' if row.responsible_name else ''}",
    )
    return row


@transaction.atomic
def drop(*, actor: Actor, task: SupervisedTask, reason: str) -> SupervisedTask:
    """撤项, as long as it was not given out."""
    row = locked(task)
    write(row, supervising(actor, MANAGE, row.owner_region), "drop", note=need(reason, "reason", "请写明撤项的原因。"))
    return row


@transaction.atomic
def delegate(*, actor: Actor, task: SupervisedTask, shares: Mapping[int, Decimal | None], end: datetime.date,
             assign_now: bool = True) -> list[SupervisedTask]:  # fmt: skip
    """Sub-tasks for offices at or below the task's place: {office id → its part of the target, None without one}.

    The place of the task supervises them: a township may hand its own on to villages."""
    row = locked(task)
    hand = supervising(actor, MANAGE, row.region_code)
    if not shares:
        raise Refused([], {"orgs": "请至少选一个单位。"})
    owner = orgs.current(pk=row.lead_org_id or 0)
    if owner is None:
        raise Refused(f"牵头单位“{row.lead_name}”已经撤销，请先转办，再往下分解。")
    known = set(row.children.exclude(state__in=("dropped", "merged")).values_list("lead_org_id", flat=True))
    twice = [one.name for one in (orgs.current(pk=key) for key in shares) if one is not None and one.pk in known]
    if twice:
        raise Refused(f"{'、'.join(twice[:3])}已经有这项任务的子任务，不用再分解。")
    start = max(clock.today(), row.start or clock.today())
    made = []
    for pk, part in shares.items():
        source = Source(
            row.sentence, row.title, row.plan, row.source_item, row.source_indicator, row, row.indicator_code,
            row.comparator if part is not None else "", part, row.unit if part is not None else "",
        )  # fmt: skip
        child = propose(actor=actor, owner=owner, kind=row.kind, year=row.year, source=source, basis=f"由 {row.no} 分解",
                        goals=row.goals, evidence_wanted=row.evidence_wanted)  # fmt: skip
        child = divide(actor=actor, task=child, share=Share(pk, start, end, cycle=row.cycle, leader=row.leader))
        made.append(assign(actor=actor, task=child) if assign_now else child)
    write(
        row,
        hand,
        "delegate",
        note="分解给" + "、".join(one.lead_name for one in made),
        data={"tasks": [one.pk for one in made]},
    )
    return made
