"""Judging a pair, merging and parting again. Each act is one transaction with its line in the log.

Where a benefit in force hangs on one of the files, the merge is only asked for: somebody else with people.approve over the
place makes it, and only such a person takes it back."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.datacenter.people.errors import PeopleRefused
from minzheng.datacenter.people.homes.reporting import Lines, report
from minzheng.datacenter.people.models import DuplicatePair, PersonMerge
from minzheng.datacenter.people.resolution import selectors
from minzheng.datacenter.people.resolution.selectors import APPROVE, JUDGE
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.subjects import merging
from minzheng.kernel.subjects.errors import SubjectError
from minzheng.kernel.subjects.services import add_member, correct_membership, withdraw_membership

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

_LEAST = 4
#: A pair may be put off for so many days at most.
LONGEST_WAIT = 180


@dataclass(frozen=True)
class Kept:
    """What keeping one of two households did: the pair, the cases told of it, the awards for which nobody could be told."""

    pair: DuplicatePair
    asked: Lines
    unasked: Lines


@transaction.atomic
def call_different(*, actor: Actor, pair_id: int, reason: str) -> DuplicatePair:
    """不是同一人: the pair is never asked again. Raises PeopleRefused."""
    pair = _locked(actor, pair_id)
    return _judge(actor, pair, DuplicatePair.DIFFERENT, _words(reason))


@transaction.atomic
def put_off(*, actor: Actor, pair_id: int, until: datetime.date, reason: str = "") -> DuplicatePair:
    """以后再看: the pair comes back on a day. Raises PeopleRefused."""
    pair, today = _locked(actor, pair_id), clock.today()
    if not today < until <= today + datetime.timedelta(days=LONGEST_WAIT):
        raise PeopleRefused([], {"until": f"请选明天起 {LONGEST_WAIT} 天以内的日期。"})
    pair.look_again_on = until
    return _judge(actor, pair, DuplicatePair.LATER, " ".join(reason.split())[:200])


@transaction.atomic
def ask(
    *, actor: Actor, pair_id: int, survivor_id: int, picks: Mapping[str, str], household_id: int | None, reason: str
) -> PersonMerge:
    """合并: `survivor_id` stays; `picks` {field of merging.PICKABLE: "survivor" | "absorbed"}; `household_id` where they stand
    in two households. Made at once, or asked for where money hangs on it. Raises PeopleRefused."""
    pair = _locked(actor, pair_id)
    if pair.kind != DuplicatePair.PERSON or survivor_id not in (pair.first_id, pair.second_id):
        raise PeopleRefused("请选择两份档案中的一份保留。", {})
    survivor, absorbed = (pair.first, pair.second) if survivor_id == pair.first_id else (pair.second, pair.first)
    hindered = merging.obstacles(survivor, absorbed, household_id)
    if hindered:
        raise PeopleRefused([one.sentence for one in hindered])
    merge = PersonMerge.objects.create(
        pair=pair, region_code=pair.region_code, survivor=survivor, absorbed=absorbed, survivor_name=survivor.name,
        picks={name: side for name, side in picks.items() if name in merging.PICKABLE},
        household_id=household_id, money=bool(selectors.awards_in_force(survivor, absorbed)), reason=_words(reason),
        asked_by=actor.user, asked_name=actor.name, asked_at=clock.now(),
    )  # fmt: skip
    _judge(actor, pair, DuplicatePair.ASKED, merge.reason)
    return merge if merge.money else _make(actor, merge)


@transaction.atomic
def approve(*, actor: Actor, merge_id: int, opinion: str = "") -> PersonMerge:
    """Somebody else looked at it: the merge is made. Raises PeopleRefused."""
    merge = _asked(actor, merge_id)
    _decide(actor, merge, opinion)
    return _make(actor, merge)


@transaction.atomic
def refuse(*, actor: Actor, merge_id: int, opinion: str) -> PersonMerge:
    """Not agreed: the pair is open again. Raises PeopleRefused."""
    merge = _asked(actor, merge_id)
    _decide(actor, merge, _words(opinion))
    merge.state = PersonMerge.REFUSED
    merge.save(update_fields=["state"])
    _reopen(merge)
    audit.record(actor=actor, action="people.refuse", obj=merge, reason=merge.decision)
    return merge


@transaction.atomic
def undo(*, actor: Actor, merge_id: int, reason: str) -> PersonMerge:
    """Part the files again: everything the merge changed is put back. Raises PeopleRefused, naming what was changed since."""
    merge = _merge(actor, merge_id, PersonMerge.DONE)
    if not actor.can(APPROVE if merge.money else JUDGE, merge.region_code):
        raise PeopleRefused("合并涉及待遇，撤销须由有复核权限的人员办理。", {})
    words = _words(reason)
    try:
        merging.unmerge(
            actor=actor, survivor_id=merge.survivor_id, absorbed_id=merge.absorbed_id, changes=merge.changes["rows"],
            reason=words,
        )  # fmt: skip
    except SubjectError as error:
        raise PeopleRefused(str(error)) from error
    merge.state, merge.undone_by, merge.undone_name = PersonMerge.UNDONE, actor.user, actor.name
    merge.undone_at, merge.undo_reason = clock.now(), words
    merge.save(update_fields=["state", "undone_by", "undone_name", "undone_at", "undo_reason"])
    _reopen(merge)
    return merge


@transaction.atomic
def keep_home(*, actor: Actor, pair_id: int, household_id: int, since: datetime.date, reason: str) -> Kept:
    """One person, two households: from `since` only `household_id` holds; the other one is believed until the day before,
    or never, where it began later. The benefits of both are told of it. Raises PeopleRefused."""
    pair = _locked(actor, pair_id)
    if pair.kind != DuplicatePair.HOUSEHOLD or household_id not in (pair.first_household_id, pair.second_household_id):
        raise PeopleRefused("请选择保留哪一户。", {})
    words, rows = _words(reason), merging.homes_of(pair.first)
    kept = next((row for row in rows if row.household_id == household_id), None)
    if kept is None or since > clock.today():
        raise PeopleRefused([], {"since": "日期不能晚于今天；要保留的那一户里现在应有这个人。"})
    others = [row for row in rows if row.pk != kept.pk]
    for row in others:
        for one in merging.headless(row, household_id):
            raise PeopleRefused(one.sentence)
    try:
        for row in others:
            withdraw_membership(actor=actor, membership=row, reason=words)
        if kept.valid_from != since:
            correct_membership(actor=actor, membership=kept, valid_from=since, reason=words[:60])
        for row in others:
            if row.valid_from < since:
                add_member(
                    actor=actor, household=row.household, person=row.person, relation=row.relation,
                    valid_from=row.valid_from, valid_to=since - datetime.timedelta(days=1), reason=words[:60],
                )  # fmt: skip
    except SubjectError as error:
        raise PeopleRefused(str(error)) from error
    told = f"{pair.first.name}原来同时登记在两户，自 {since} 起只在户编号 {kept.household.no} 这一户。{words}"
    homes = [pair.first_household_id or 0, pair.second_household_id or 0]
    asked, unasked = report(actor=actor, homes=homes, people=[pair.first_id], words=told, on=since)
    return Kept(_judge(actor, pair, DuplicatePair.MERGED, words, asked=asked, unasked=unasked), asked, unasked)


def _locked(actor: Actor, pair_id: int) -> DuplicatePair:
    """The pair under its lock; two clerks judge it one after the other."""
    rows = DuplicatePair.objects.select_for_update(of=("self",)).select_related("first", "second")
    pair = rows.filter(pk=pair_id).first()
    if pair is None or not actor.can(JUDGE, pair.region_code):
        raise PeopleRefused("没有这一对疑似重复，或者不在您的办理范围内。", {})
    if pair.state not in (DuplicatePair.OPEN, DuplicatePair.LATER, DuplicatePair.GONE):
        raise PeopleRefused(f"这一对已由{pair.decided_name}判断为“{pair.get_state_display()}”，请刷新。", {})
    return pair


def _judge(
    actor: Actor,
    pair: DuplicatePair,
    state: str,
    reason: str,
    *,
    asked: Sequence[Any] = (),
    unasked: Sequence[Any] = (),
) -> DuplicatePair:
    pair.state, pair.remark = state, reason
    pair.decided_by, pair.decided_name, pair.decided_at = actor.user, actor.name, clock.now()
    pair.save(update_fields=["state", "remark", "decided_by", "decided_name", "decided_at", "look_again_on"])
    detail = {"score": pair.score, "asked": [one["no"] for one in asked], "unasked": [one["no"] for one in unasked]}
    audit.record(actor=actor, action=f"people.{state}", obj=pair, reason=reason, detail=detail)
    return pair


def _make(actor: Actor, merge: PersonMerge) -> PersonMerge:
    picked = [name for name, side in merge.picks.items() if side == "absorbed"]
    try:
        changes = merging.merge(
            actor=actor, survivor_id=merge.survivor_id, absorbed_id=merge.absorbed_id, picks=picked,
            household_id=merge.household_id, reason=merge.reason,
        )  # fmt: skip
    except SubjectError as error:
        raise PeopleRefused(str(error)) from error
    merge.state, merge.changes = PersonMerge.DONE, {"rows": [one.as_json() for one in changes]}
    merge.decided_at = merge.decided_at or clock.now()
    merge.save(update_fields=["state", "changes", "decided_at"])
    DuplicatePair.objects.filter(pk=merge.pair_id).update(state=DuplicatePair.MERGED)
    return merge


def _merge(actor: Actor, merge_id: int, state: str) -> PersonMerge:
    merge = PersonMerge.objects.select_for_update(of=("self",)).select_related("pair").filter(pk=merge_id).first()
    if merge is None or not (actor.can(JUDGE, merge.region_code) or actor.can(APPROVE, merge.region_code)):
        raise PeopleRefused("没有这项合并，或者不在您的办理范围内。", {})
    if merge.state != state:
        raise PeopleRefused(f"这项合并现在是“{merge.get_state_display()}”，不能这样办。", {})
    return merge


def _asked(actor: Actor, merge_id: int) -> PersonMerge:
    merge = _merge(actor, merge_id, PersonMerge.ASKED)
    if not actor.can(APPROVE, merge.region_code):
        raise PeopleRefused("您的岗位不能复核档案合并。", {})
    if merge.asked_by_id == actor.id:
        raise PeopleRefused("不能复核自己提出的合并，请由另一名有复核权限的人员办理。", {})
    return merge


def _decide(actor: Actor, merge: PersonMerge, opinion: str) -> None:
    merge.decided_by, merge.decided_name, merge.decided_at = actor.user, actor.name, clock.now()
    merge.decision = " ".join(opinion.split())[:200]
    merge.save(update_fields=["decided_by", "decided_name", "decided_at", "decision"])


def _reopen(merge: PersonMerge) -> None:
    DuplicatePair.objects.filter(pk=merge.pair_id).update(state=DuplicatePair.OPEN)


def _words(text: str) -> str:
    words = " ".join(text.split())[:200]
    if len(words) < _LEAST:
        raise PeopleRefused([], {"reason": f"请写明理由（至少 {_LEAST} 个字）。"})
    return words
