"""Splitting and joining households. One transaction and one HouseholdChange each; memberships are bitemporal.

A benefit of a household that changes is not touched here: the change is reported to its case (the same report that a family
makes, 57号第二十九条), which opens the re-check; awards without a case are listed so that somebody starts theirs."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.datacenter.people.errors import PeopleRefused
from minzheng.datacenter.people.homes import selectors
from minzheng.datacenter.people.homes.reporting import report
from minzheng.datacenter.people.homes.selectors import CHANGE
from minzheng.datacenter.people.models import HouseholdChange
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.subjects.errors import SubjectError
from minzheng.kernel.subjects.moving import change_head, relate
from minzheng.kernel.subjects.selectors import household_members
from minzheng.kernel.subjects.services import end_membership, move_member, open_household

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.subjects.models import Household, HouseholdMember

HEAD = "户主"


@transaction.atomic
def split(
    *,
    actor: Actor,
    household_id: int,
    leaving: Mapping[int, str],
    head_id: int,
    on: datetime.date,
    reason_code: str,
    text: str = "",
    next_head_id: int | None = None,
) -> HouseholdChange:
    """分户: the people of `leaving` ({person: relation to the new head}) form a household of their own from `on`, whose head
    is `head_id`. `next_head_id`: who heads those who stay, where the head leaves. Raises PeopleRefused."""
    home, members = _home(actor, household_id)
    _day(home, on)
    gone = [row for row in members if row.person_id in leaving]
    staying = [row for row in members if row.person_id not in leaving]
    if not gone or not staying:
        raise PeopleRefused([], {"leave": "分户要至少分出一人、留下一人；全家并到别处的，请办并户。"})
    if head_id not in leaving:
        raise PeopleRefused([], {"head": "新户的户主应是分出去的人。"})
    if home.head_id in leaving and next_head_id not in {row.person_id for row in staying}:
        raise PeopleRefused([], {"next_head": "原户主分出去了，请选择留下的人中谁做户主。"})
    why = dict(HouseholdChange.REASONS)[reason_code]
    before = _before(members)
    first = next(row for row in gone if row.person_id == head_id)
    try:
        end_membership(actor=actor, membership=first, last_day=on - datetime.timedelta(days=1), reason=why)
        fresh = open_household(
            actor=actor, head=first.person, region_code=home.region_code, is_urban=home.is_urban, valid_from=on,
            address=str(first.person.address or ""), is_demo=home.is_demo,
        )  # fmt: skip
        for row in gone:
            if row is not first:
                move_member(
                    actor=actor,
                    membership=row,
                    to=fresh,
                    on=on,
                    relation=leaving[row.person_id] or row.relation,
                    reason=why,
                )
        if next_head_id is not None and home.head_id in leaving:
            _new_head(actor, home, next_head_id, {}, on, why)
    except SubjectError as error:
        raise PeopleRefused(str(error)) from error
    return _written(actor, HouseholdChange.SPLIT, home, fresh, on, reason_code, text, before)


@transaction.atomic
def join(
    *,
    actor: Actor,
    household_id: int,
    into_id: int,
    relations: Mapping[int, str],
    on: datetime.date,
    reason_code: str,
    text: str = "",
) -> HouseholdChange:
    """并户: everybody of `household_id` belongs to `into_id` from `on`, in these relations to its head. Raises
    PeopleRefused."""
    if household_id == into_id:
        raise PeopleRefused([], {"into": "不能并到自己这一户，请填另一户的户编号。"})
    home, members = _home(actor, household_id)
    into, others = _home(actor, into_id)
    _day(home, on)
    missing = [row.person.name for row in members if not relations.get(row.person_id, "").strip()]
    if missing or not members:
        raise PeopleRefused(
            f"请填写{'、'.join(missing)}与新户主的关系。" if missing else "这一户现在没有成员，不用并户。", {}
        )
    before = _before([*members, *others])
    why = dict(HouseholdChange.REASONS)[reason_code]
    try:
        for row in members:
            move_member(
                actor=actor, membership=row, to=into, on=on, relation=relations[row.person_id].strip(), reason=why
            )
    except SubjectError as error:
        raise PeopleRefused(str(error)) from error
    return _written(actor, HouseholdChange.JOIN, home, into, on, reason_code, text, before)


@transaction.atomic
def new_head(
    *,
    actor: Actor,
    household_id: int,
    head_id: int,
    relations: Mapping[int, str],
    on: datetime.date,
    reason_code: str,
    text: str = "",
) -> HouseholdChange:
    """户主变更: another member heads the household from `on`; `relations` {person: relation to the new head}. When the former
    head died, his membership ends with that day. Raises PeopleRefused."""
    home, members = _home(actor, household_id)
    _day(home, on)
    former = next((row for row in members if row.person_id == home.head_id), None)
    died = former.person.death_date if former is not None else None
    if reason_code == "death" and died is None:
        raise PeopleRefused("户主没有登记死亡日期：请先在办件里登记成员死亡，或改选别的事由。", {})
    if head_id == home.head_id:
        raise PeopleRefused([], {"head": "这个人已经是户主。"})
    before, why = _before(members), dict(HouseholdChange.REASONS)[reason_code]
    try:
        _new_head(actor, home, head_id, relations, on, why)
        if former is not None and died is not None:
            current = next((row for row in household_members(home, died) if row.person_id == former.person_id), None)
            if current is not None and (current.valid_to is None or current.valid_to > died):
                end_membership(actor=actor, membership=current, last_day=died, reason=why)
    except SubjectError as error:
        raise PeopleRefused(str(error)) from error
    return _written(actor, HouseholdChange.HEAD, home, None, on, reason_code, text, before)


def _new_head(
    actor: Actor, home: Household, head_id: int, relations: Mapping[int, str], on: datetime.date, why: str
) -> None:
    """Head and relations from a day; a former head without a given relation becomes 家庭成员."""
    members = household_members(home)
    chosen = next((row for row in members if row.person_id == head_id), None)
    if chosen is None:
        raise PeopleRefused([], {"head": "新户主应是这一户现在的成员。"})
    if chosen.person.death_date is not None:
        raise PeopleRefused([], {"head": f"{chosen.person.name}已登记死亡，不能做户主。"})
    former = home.head_id
    change_head(actor=actor, household=home, head=chosen.person, reason=why)
    for row in members:
        wanted = relations.get(row.person_id, "").strip() or row.relation
        if row.person_id == head_id:
            wanted = HEAD
        elif row.person_id == former and wanted == HEAD:
            wanted = "家庭成员"
        if row.person.death_date is None:
            relate(actor=actor, membership=row, relation=wanted, on=on, reason=why)


def _home(actor: Actor, household_id: int) -> tuple[Household, list[HouseholdMember]]:
    home = selectors.changeable(actor, household_id)
    if home is None:
        raise PeopleRefused("没有这一户，或者不在您的办理范围内。", {})
    return home, household_members(home)


def _day(home: Household, on: datetime.date) -> None:
    if on > clock.today():
        raise PeopleRefused([], {"on": "生效日期不能晚于今天。"})
    started = [row.valid_from for row in household_members(home, on)]
    if not started:
        raise PeopleRefused([], {"on": f"{on} 这一户还没有成员，请核对日期。"})


def _before(members: Iterable[HouseholdMember]) -> dict[int, tuple[str, str]]:
    return {row.person_id: (row.person.name, row.relation) for row in members}


def _written(
    actor: Actor,
    kind: str,
    home: Household,
    other: Household | None,
    on: datetime.date,
    reason_code: str,
    text: str,
    before: Mapping[int, tuple[str, str]],
) -> HouseholdChange:
    """The record of the change, with the cases that were told of it."""
    after = {row.person_id: row for one in (home, other) if one is not None for row in household_members(one)}
    people = [
        {"person": str(pk), "name": name, "before": relation,
         "after": f"{after[pk].household.no} {after[pk].relation}" if pk in after else "已不在户内"}
        for pk, (name, relation) in before.items()
    ]  # fmt: skip
    change = HouseholdChange(
        kind=kind, household=home, other=other, on=on, reason_code=reason_code, text=" ".join(text.split())[:200],
        people=people, by=actor.user, by_name=actor.name, at=clock.now(), region_code=home.region_code,
    )  # fmt: skip
    homes = [one.pk for one in (home, other) if one is not None]
    words = f"{change.get_kind_display()}（{change.get_reason_code_display()}），{change.on} 起。{change.text}".strip()
    change.asked, change.unasked = report(actor=actor, homes=homes, people=list(before), words=words, on=on)
    change.save(force_insert=True)
    audit.record(
        actor=actor, action=f"household.{kind}", obj=home, reason=change.text or change.get_reason_code_display(),
        detail={"other": str(other.pk) if other else "", "people": len(people), "asked": len(change.asked)},
    )  # fmt: skip
    return change


__all__ = ["CHANGE", "HEAD", "join", "new_head", "split"]
