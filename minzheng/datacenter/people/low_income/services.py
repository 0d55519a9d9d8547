"""Classes and tags by hand: with a reason and an end, by whoever manages the place's low-income database."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.datacenter.people.errors import PeopleRefused
from minzheng.datacenter.people.low_income.catalogue import class_title, classes, manual_months, tag_title, tags
from minzheng.datacenter.people.low_income.selectors import MANAGE
from minzheng.datacenter.people.models import LowIncomeEntry, PersonTag
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.months import same_day_after
from minzheng.kernel.subjects.selectors import visible_persons

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.subjects.models import Person

_LEAST_REASON = 4


@transaction.atomic
def enter(
    *, actor: Actor, person_id: int, code: str, since: datetime.date, expires_on: datetime.date, basis: str
) -> LowIncomeEntry:
    """Put a person into a class that is kept by hand (其他困难、防返贫监测), from a day until a day. Raises PeopleRefused."""
    person = _person(actor, person_id)
    known = classes().get(code)
    if known is None or not known.manual:
        raise PeopleRefused(f"“{class_title(code)}”不能人工登记：它随待遇或认定自动进入、自动退出，请从办件办理。", {})
    words = _checked(basis, since, expires_on)
    if LowIncomeEntry.objects.filter(person_id=person.pk, class_code=code, until=None, withdrawn_at=None).exists():
        raise PeopleRefused(f"{person.name}已经在“{known.short}”里，不用再登记；要延长的，先退出再登记。", {})
    entry = LowIncomeEntry.objects.create(
        person_id=person.pk, region_code=person.region_code, class_code=code, since=since, by="manual", basis=words,
        expires_on=expires_on, recorded_by=actor.user, recorded_at=clock.now(), is_demo=person.is_demo,
        main=not LowIncomeEntry.objects.filter(person_id=person.pk, main=True).exists(),
    )  # fmt: skip
    audit.record(
        actor=actor,
        action="low_income.enter",
        obj=entry,
        reason=words,
        detail={"person": str(person.pk), "class": code},
    )
    return entry


@transaction.atomic
def leave(*, actor: Actor, pk: int, until: datetime.date, reason: str) -> LowIncomeEntry:
    """End an entry by hand on a day. Raises PeopleRefused; entries of awards end with the award."""
    entry = LowIncomeEntry.objects.select_for_update().filter(actor.scope_q(MANAGE), pk=pk, until=None).first()
    if entry is None or entry.by != "manual":
        raise PeopleRefused("只有人工登记、还没有退出的类别可以在这里退出；随待遇进入的，待遇停发后自动退出。", {})
    if not entry.since <= until <= clock.today():
        raise PeopleRefused([], {"until": f"退出日期应在 {entry.since} 至今天之间。"})
    entry.until, entry.main = until, False
    entry.save(update_fields=["until", "main"])
    _next_main(entry.person_id)
    audit.record(
        actor=actor, action="low_income.leave", obj=entry, reason=reason, detail={"person": str(entry.person_id)}
    )
    return entry


def _next_main(person_id: int) -> None:
    """After the main class ended: the first of those still in force."""
    rank = {code: one.rank for code, one in classes().items()}
    rows = list(LowIncomeEntry.objects.filter(person_id=person_id, until=None, withdrawn_at=None))
    for row in sorted(rows, key=lambda r: rank.get(r.class_code, 99))[:1]:
        LowIncomeEntry.objects.filter(pk=row.pk).update(main=True)


@transaction.atomic
def tag(*, actor: Actor, person_id: int, code: str, expires_on: datetime.date, basis: str) -> PersonTag:
    """Give a person a tag by hand, from today until a day. Raises PeopleRefused."""
    person, known = _person(actor, person_id), tags().get(code)
    if known is None or not known.manual:
        raise PeopleRefused(f"“{tag_title(code)}”由系统计算，不能人工登记。", {})
    if known.reader and not actor.can(known.reader, person.region_code):
        raise PeopleRefused("您的岗位不能登记这个标签。", {})
    today = clock.today()
    words = _checked(basis, today, expires_on)
    if PersonTag.objects.filter(person_id=person.pk, code=code, until=None).exists():
        raise PeopleRefused(f"{person.name}已有“{known.title}”这个标签。", {})
    row = PersonTag.objects.create(
        person_id=person.pk, region_code=person.region_code, code=code, since=today, by="manual", basis=words,
        expires_on=expires_on, reader=known.reader, recorded_by=actor.user, recorded_name=actor.name,
        recorded_at=clock.now(), is_demo=person.is_demo,
    )  # fmt: skip
    audit.record(
        actor=actor, action="low_income.tag", obj=row, reason=words, detail={"person": str(person.pk), "tag": code}
    )
    return row


@transaction.atomic
def untag(*, actor: Actor, pk: int, reason: str) -> PersonTag:
    """Take a tag by hand away again, today. Raises PeopleRefused."""
    row = PersonTag.objects.select_for_update().filter(actor.scope_q(MANAGE), pk=pk, until=None).first()
    if row is None or row.by != "manual":
        raise PeopleRefused("只有人工登记的标签可以取消；系统计算的标签随情况变化自动取消。", {})
    row.until = max(clock.today(), row.since)
    row.save(update_fields=["until"])
    audit.record(actor=actor, action="low_income.untag", obj=row, reason=reason, detail={"person": str(row.person_id)})
    return row


def _person(actor: Actor, person_id: int) -> Person:
    person = visible_persons(actor, MANAGE).filter(pk=person_id).first()
    if person is None:
        raise PeopleRefused("没有这个人的档案，或者不在您的办理范围内。", {})
    if person.merged_into_id:
        raise PeopleRefused("这份档案已并入另一份，请在保留的档案上登记。", {})
    if person.death_date:
        raise PeopleRefused("档案登记为已死亡，不能再登记类别或标签。", {})
    return person


def _checked(basis: str, since: datetime.date, expires_on: datetime.date) -> str:
    words, today = " ".join(basis.split())[:120], clock.today()
    wrong = {}
    if len(words) < _LEAST_REASON:
        wrong["basis"] = f"请写明依据（至少 {_LEAST_REASON} 个字）。"
    if since > today:
        wrong["since"] = "进入日期不能晚于今天。"
    latest = same_day_after(max(since, today), manual_months())
    if not today <= expires_on <= latest:
        wrong["expires_on"] = f"到期日应在今天至 {latest} 之间（最多 {manual_months()} 个月，到期可以再登记）。"
    if wrong:
        raise PeopleRefused([], wrong)
    return words
