"""档案合并: two files of one person become one. Both rows stay; the absorbed one points at the survivor.

What happens to everything that points at a person is declared beside it (`references.py` in each folder): a reference
follows while its row is alive (an award in force, a case under way, a login) and stays where it is history: what was
decided, posted, sent or read under a file was so, and is not rewritten. Whatever the merge changes is returned as a list
of changes; `unmerge` puts exactly these back, or refuses where somebody has changed one of them since.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.discovery import import_all
from minzheng.kernel.subjects.errors import SubjectError
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person, PersonNameChar
from minzheng.kernel.subjects.names import name_characters

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: What of a file may be taken from the one that is given up. The number, and birth and sex with it, stay with their file.
PICKABLE = ("name", "phone", "address", "hukou_region", "region_code", "health", "death_date")
_WHY = "档案合并"


class MergeRefused(SubjectError):
    """The two files cannot become one now."""


class UndoRefused(SubjectError):
    """The merge cannot be taken back: something it moved has been changed since."""


@dataclass(frozen=True)
class Reference:
    """A field that points at a person. `live`: which rows follow the survivor (None: none, all is history). `alone`: a row
    follows only if the survivor has no live row with the same values of these fields (() = no live row at all; None = does
    not matter). `reset`: what changes in a row that follows when the survivor has live rows already."""

    model: str
    field: str
    live: Q | None = None
    alone: tuple[str, ...] | None = None
    reset: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def rows(self, person_id: int) -> models.QuerySet[Any]:
        table = apps.get_model(self.model)
        if self.live is None:
            return table._default_manager.none()
        return table._default_manager.filter(self.live, **{f"{self.field}_id": person_id})


@dataclass(frozen=True)
class Obstacle:
    """Why two files cannot become one yet, and the page (code, URL arguments) where that can be settled."""

    sentence: str
    page: str = ""
    args: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    label: str = ""


@dataclass(frozen=True)
class Change:
    """One value before and after, as JSON; `field` "" means that the row was made by the merge."""

    model: str
    pk: int
    field: str
    before: Any = None
    after: Any = None

    def as_json(self) -> list[Any]:
        return [self.model, str(self.pk), self.field, self.before, self.after]


_references: dict[tuple[str, str], Reference] = {}
_obstacles: list[Callable[[Person, Person], Iterable[Obstacle]]] = []


def speaking(person: Person) -> Person:
    """The file that speaks for this one: itself, or the one it was merged into."""
    return person.merged_into if person.merged_into_id else person


def files_of(person_id: int) -> list[int]:
    """This file and all that were merged into it; history stands under each of them. One query."""
    return [person_id, *Person.objects.filter(merged_into_id=person_id).values_list("pk", flat=True)]


def declare(*references: Reference) -> None:
    """Say in a folder's `references.py` what happens to its rows."""
    for one in references:
        _references[one.model, one.field] = one


def obstacle(
    function: Callable[[Person, Person], Iterable[Obstacle]],
) -> Callable[[Person, Person], Iterable[Obstacle]]:
    """Declare a reason why two people (survivor, absorbed) cannot be merged yet."""
    if function not in _obstacles:
        _obstacles.append(function)
    return function


def references() -> dict[tuple[str, str], Reference]:
    """(model label, field) → what happens to it."""
    import_all("references")
    return dict(_references)


def obstacles(survivor: Person, absorbed: Person, household_id: int | None = None) -> list[Obstacle]:
    """Everything that must be settled before; empty when the merge may be made."""
    import_all("references")
    found = list(_own_obstacles(survivor, absorbed, household_id))
    for function in _obstacles:
        found += function(survivor, absorbed)
    return found


def _own_obstacles(survivor: Person, absorbed: Person, household_id: int | None) -> Iterable[Obstacle]:
    if survivor.merged_into_id or absorbed.merged_into_id:
        yield Obstacle("其中一份档案已经并入别的档案，请刷新后再看。")
    if absorbed.id_index and not survivor.id_index:
        yield Obstacle("要保留的档案没有证件号码，另一份有：请改为保留有证件号码的那一份。")
    rows = homes_of(survivor, absorbed)
    if len({row.household_id for row in rows}) > 1:
        if household_id is None:
            yield Obstacle("两份档案登记在不同的家庭里，请选择保留哪一户的成员登记。")
        for row in rows:
            yield from headless(row, household_id)


def headless(row: HouseholdMember, household_id: int | None) -> Iterable[Obstacle]:
    """A household must not lose its head unnoticed."""
    home = row.household
    if household_id is None or row.household_id == household_id or home.head_id != row.person_id:
        return
    others = HouseholdMember.objects.filter(_in_force(clock.today()), household=home).exclude(person_id=row.person_id)
    if others.exists():
        yield Obstacle(
            f"{row.person.name}是户编号 {home.no} 的户主，户内还有别人：请先给这一户办理户主变更。",
            "households.file", {"pk": home.pk}, f"家庭 {home.no}",
        )  # fmt: skip


def _in_force(on: datetime.date) -> Q:
    return Q(valid_to=None, superseded_at=None) | Q(valid_to__gte=on, superseded_at=None)


def homes_of(*people: Person) -> list[HouseholdMember]:
    """Memberships in force of these people, with household and person."""
    rows = HouseholdMember.objects.filter(_in_force(clock.today()), person__in=people)
    return list(rows.select_related("household", "person").order_by("pk"))


@transaction.atomic
def merge(
    *,
    actor: Actor,
    survivor_id: int,
    absorbed_id: int,
    picks: Iterable[str] = (),
    household_id: int | None = None,
    reason: str,
) -> list[Change]:
    """Let the file `absorbed_id` point at `survivor_id`. `picks`: fields of PICKABLE taken from the absorbed file;
    `household_id`: the household that stays where they stand in different ones. Raises MergeRefused. The caller has
    checked the right over both files and keeps the changes."""
    rows = {
        p.pk: p for p in Person.objects.select_for_update().filter(pk__in=(survivor_id, absorbed_id)).order_by("pk")
    }
    if len(rows) != 2:
        raise MergeRefused("合并要有两份不同的档案，请刷新后再试。")
    survivor, absorbed = rows[survivor_id], rows[absorbed_id]
    hindered = obstacles(survivor, absorbed, household_id)
    if hindered:
        raise MergeRefused("；".join(one.sentence for one in hindered))
    work = _Work()
    _take_fields(work, survivor, absorbed, [name for name in PICKABLE if name in set(picks)])
    _join_homes(work, actor, survivor, absorbed, household_id)
    for reference in references().values():
        _follow(work, reference, survivor.pk, absorbed.pk)
    for earlier in Person.objects.select_for_update().filter(merged_into_id=absorbed.pk):
        work.set(earlier, "merged_into_id", survivor.pk)
    work.set(absorbed, "merged_into_id", survivor.pk)
    detail = {"absorbed": str(absorbed.pk), "changes": len(work.changes), "fields": sorted(picks)}
    audit.record(actor=actor, action="person.merge", obj=survivor, reason=reason, detail=detail)
    audit.record(
        actor=actor, action="person.merged_into", obj=absorbed, reason=reason, detail={"survivor": str(survivor.pk)}
    )
    return work.changes


class _Work:
    """Writes values and remembers what they were."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def set(self, row: models.Model, name: str, value: Any) -> None:
        before = _plain(getattr(row, name))
        if before == _plain(value):
            return
        setattr(row, name, value)
        row.save(update_fields=[_column(row, name)])
        self.changes.append(Change(row._meta.label, row.pk, name, before, _plain(value)))

    def made(self, row: models.Model) -> None:
        self.changes.append(Change(row._meta.label, row.pk, ""))


def _field(row: models.Model, name: str) -> models.Field[Any, Any]:
    """The field behind a name or a column's name (`person_id`)."""
    return next(f for f in row._meta.concrete_fields if name in (f.name, f.attname))


def _column(row: models.Model, name: str) -> str:
    """`update_fields` wants the field's name, we keep the column's."""
    return _field(row, name).name


def _plain(value: Any) -> Any:
    """As JSON carries it; ids as text, because they have 64 bits."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _take_fields(work: _Work, survivor: Person, absorbed: Person, picks: list[str]) -> None:
    for name in picks:
        work.set(survivor, name, getattr(absorbed, name))
    if {"name", "region_code"} & set(picks):
        index_name(survivor)


def index_name(person: Person) -> None:
    """Characters of the name for the search; rows that are right already stay."""
    wanted = set(name_characters(person.name))
    rows = PersonNameChar.objects.filter(person=person)
    rows.exclude(char__in=wanted).delete()
    rows.exclude(region_code=person.region_code).update(region_code=person.region_code)
    missing = wanted - set(rows.values_list("char", flat=True))
    PersonNameChar.objects.bulk_create(
        PersonNameChar(char=char, person=person, region_code=person.region_code) for char in sorted(missing)
    )


def _join_homes(work: _Work, actor: Actor, survivor: Person, absorbed: Person, household_id: int | None) -> None:
    """One person, one household from today: as new knowledge, the former rows stay readable."""
    today, now = clock.today(), clock.now()
    rows = HouseholdMember.objects.select_for_update().filter(_in_force(today), person__in=(survivor, absorbed))
    held = list(rows.select_related("household").order_by("pk"))
    homes = {row.household_id for row in held}
    stays = household_id if household_id in homes else next(iter(homes), None)
    present = any(row.household_id == stays and row.person_id == survivor.pk for row in held)
    for row in held:
        if row.household_id == stays and row.person_id == survivor.pk:
            continue
        work.set(row, "superseded_at", now)
        person, until = row.person_id, row.valid_to
        if row.household_id != stays:
            until = max(row.valid_from, today - datetime.timedelta(days=1))
        elif present:
            continue  # the survivor stands in this household already: the second row is no one else
        else:
            person = survivor.pk
        work.made(
            HouseholdMember.objects.create(
                household=row.household, person_id=person, relation=row.relation, valid_from=row.valid_from,
                valid_to=until, lives_together_since=row.lives_together_since, recorded_at=now, recorded_by=actor.user,
                reason=_WHY,
            )
        )  # fmt: skip
    for home in Household.objects.filter(pk__in=homes, head=absorbed):
        if home.pk == stays:
            work.set(home, "head_id", survivor.pk)


def _follow(work: _Work, reference: Reference, survivor: int, absorbed: int) -> None:
    standing = list(reference.rows(survivor)) if reference.alone is not None or reference.reset else []
    for row in reference.rows(absorbed):
        if reference.alone is not None and any(_alike(row, other, reference.alone) for other in standing):
            continue
        for name, value in reference.reset.items() if standing else ():
            work.set(row, name, value)
        work.set(row, f"{reference.field}_id", survivor)


def _alike(row: models.Model, other: models.Model, names: tuple[str, ...]) -> bool:
    return all(getattr(row, name) == getattr(other, name) for name in names)


@transaction.atomic
def unmerge(*, actor: Actor, survivor_id: int, absorbed_id: int, changes: Iterable[Iterable[Any]], reason: str) -> None:
    """Put every value back that a merge changed (as `Change.as_json` rows). Raises UndoRefused, naming what was changed
    since; then nothing is put back."""
    rows = {
        p.pk: p for p in Person.objects.select_for_update().filter(pk__in=(survivor_id, absorbed_id)).order_by("pk")
    }
    if len(rows) != 2 or rows[absorbed_id].merged_into_id != survivor_id:
        raise UndoRefused("这两份档案现在不是合并的状态，不用撤销。")
    done = [Change(model, int(pk), name, before, after) for model, pk, name, before, after in changes]
    loaded = {(one.model, one.pk): _row(one) for one in done}
    _refuse_if_changed(done, loaded)
    for one in reversed(done):
        row = loaded[one.model, one.pk]
        assert row is not None
        if not one.field:
            row.delete()
            continue
        setattr(row, one.field, _typed(row, one.field, one.before))
        row.save(update_fields=[_column(row, one.field)])
    index_name(Person.objects.get(pk=survivor_id))
    for pk in (survivor_id, absorbed_id):
        audit.record(actor=actor, action="person.unmerge", obj=rows[pk], reason=reason, detail={"changes": len(done)})


def _row(change: Change) -> models.Model | None:
    return apps.get_model(change.model)._default_manager.select_for_update().filter(pk=change.pk).first()


def _refuse_if_changed(done: list[Change], loaded: Mapping[tuple[str, int], models.Model | None]) -> None:
    last = {(one.model, one.pk, one.field): one for one in done}
    wrong = []
    for one in last.values():
        row = loaded[one.model, one.pk]
        title = str(apps.get_model(one.model)._meta.verbose_name)
        if row is None:
            wrong.append(f"一条“{title}”已被删除")
        elif one.field and _plain(getattr(row, one.field)) != one.after:
            label = _field(row, one.field).verbose_name
            wrong.append(f"一条“{title}”的“{label}”在合并以后又改过")
        elif not one.field and getattr(row, "superseded_at", None) is not None:
            wrong.append(f"一条“{title}”在合并以后又更正过")
    if wrong:
        raise UndoRefused(f"不能撤销：{'；'.join(dict.fromkeys(wrong))}。请逐项改回，或按现状重新建档后办理。")


def _typed(row: models.Model, name: str, value: Any) -> Any:
    column = _field(row, name)
    if value is None or isinstance(value, (dict, list)):
        return value
    if isinstance(column, models.ForeignKey):
        return int(value)
    return column.to_python(value) if not isinstance(column, models.BinaryField) else value
