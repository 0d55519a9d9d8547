"""从计划立项: sentences and targets of a plan become tasks. One sentence with three targets gives three tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.business.bureau.plans.models import PlanIndicator, PlanItem, PlanVersion
from minzheng.business.bureau.supervision.hands import MANAGE, supervising
from minzheng.business.bureau.supervision.models import GONE, SupervisedTask
from minzheng.business.bureau.supervision.starting import Share, Source, assign, divide, propose
from minzheng.kernel.cases.errors import Refused

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Kinds of extractions that say what is to be reached.
WANTED = ("target", "plan", "table_row")
#: More at once is a mistake of the hand.
MOST = 300


@dataclass(frozen=True)
class Candidate:
    """A task that the plan offers. `key`: "t<indicator>" or "s<item>.<sentence>"; `no`: of the task made of it, "" if none."""

    key: str
    sentence: str
    title: str
    item: PlanItem | None
    indicator: PlanIndicator | None = None
    task: int | None = None
    no: str = ""


def candidates(version: PlanVersion) -> list[Candidate]:
    """In the order of the text: each target by itself, each sentence without one. Five queries."""
    targets = list(
        version.indicators.filter(kind__in=WANTED, merged_into=None).exclude(state="struck")
        .select_related("item", "target_link").order_by("start", "seq")
    )  # fmt: skip
    taken = list(
        SupervisedTask.objects.filter(plan=version.plan).exclude(state__in=GONE)
        .values_list("pk", "no", "sentence", "title", "source_indicator_id")
    )  # fmt: skip
    by_indicator = {indicator: (pk, no) for pk, no, _s, _t, indicator in taken if indicator}
    by_words = {(sentence, title): (pk, no) for pk, no, sentence, title, _i in taken}
    found: list[tuple[int, Candidate]] = []
    for one in targets:
        words = _flat(one.sentence)
        title = f"{one.subject} {one.figure}"[:120]
        pk, no = by_indicator.get(one.pk) or by_words.get((words, title)) or (None, "")
        found.append((one.start, Candidate(f"t{one.pk}", words, title, one.item, one, pk, no)))
    starts = [one.start for one in targets]
    for item in version.items.filter(is_part=False).order_by("seq"):
        for n, sentence in enumerate(item.sentences):
            start, end = sentence["span"]
            if any(start <= at < end for at in starts):
                continue
            words = _flat(sentence["text"])
            pk, no = by_words.get((words, words[:120])) or (None, "")
            found.append((start, Candidate(f"s{item.pk}.{n}", words, words[:120], item, None, pk, no)))
    return [one for _at, one in sorted(found, key=lambda pair: pair[0])]


def _flat(text: str) -> str:
    return " ".join(text.split())


@transaction.atomic
def from_plan(
    *, actor: Actor, version: PlanVersion, chosen: Iterable[str], kind: str, share: Share | None = None, assign_now: bool = False
) -> list[SupervisedTask]:  # fmt: skip
    """Tasks of the chosen candidates, supervised by the plan's organisation; with `share` divided at once, and given out with
    `assign_now`. Those that are tasks already are left out. Raises NotAllowed, Refused."""
    owner = version.plan.org
    supervising(actor, MANAGE, owner.region_code)
    keys = list(dict.fromkeys(chosen))
    offered = {one.key: one for one in candidates(version)}
    picked = [offered[key] for key in keys if key in offered and offered[key].task is None]
    if not picked:
        raise Refused("请至少勾选一句还没有立项的任务。")
    if len(picked) > MOST:
        raise Refused(f"一次最多立项 {MOST} 项，现在勾选了 {len(picked)} 项：请分几次。")
    made = []
    for one in picked:
        task = propose(
            actor=actor, owner=owner, kind=kind, year=version.plan.year, source=_source(version, one),
            basis=_basis(version, one),
        )  # fmt: skip
        if share is not None:
            task = divide(actor=actor, task=task, share=share)
            task = assign(actor=actor, task=task) if assign_now else task
        made.append(task)
    return made


def _basis(version: PlanVersion, one: Candidate) -> str:
    return f"{version.plan.title} {one.item.label if one.item else ''}".strip()[:120]


def _source(version: PlanVersion, one: Candidate) -> Source:
    indicator = one.indicator
    if indicator is None:
        return Source(one.sentence, one.title, version.plan, one.item)
    link = getattr(indicator, "target_link", None)
    return Source(
        one.sentence, one.title, version.plan, one.item, indicator, None, link.code[:60] if link else "",
        indicator.comparator, indicator.value, indicator.unit,
    )  # fmt: skip


def shared(candidates: Sequence[Candidate]) -> int:
    """How many of them are tasks already."""
    return sum(1 for one in candidates if one.task is not None)
