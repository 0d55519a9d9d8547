"""Forms of a book: a new entry, a correction, the next step; and what they send to the services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from minzheng.business.bureau.registers import services, typed
from minzheng.business.bureau.registers.declaring import Book, FieldSpec
from minzheng.business.bureau.registers.models import RegisterEntry
from minzheng.business.bureau.registers.selectors import WRITE
from minzheng.kernel import clock
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.orgs import selectors as orgs
from minzheng.kernel.parts import fields as parts

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.orgs.models import Organization

#: Names of the form's own fields; a book's fields cannot end in two lines.
ORG, ON, TO, NOTE = "org__", "on__", "to__", "note__"


def offices(actor: Actor) -> list[tuple[str, str]]:
    return orgs.organizations_in(actor.scopes(WRITE))


def _office_field(offices: list[tuple[str, str]]) -> list[parts.Field]:
    return [parts.Choice(ORG, "单位", required=True, options=offices, radio_up_to=0)] if len(offices) > 1 else []


def office_of(actor: Actor, values: Mapping[str, Any]) -> Organization:
    """The organisation that was chosen, or the only one. Raises Refused."""
    known = offices(actor)
    chosen = values.get(ORG) or (known[0][0] if len(known) == 1 else "")
    org = orgs.current(pk=int(chosen)) if chosen in dict(known) else None
    if org is None:
        raise Refused(
            "您负责的地区还没有机构：请系统管理员先在“机构”里登记。" if not known else "请选择单位。",
            {ORG: "请选择单位。"} if known else {},
        )
    return org


def entry_fields(actor: Actor, book: Book, extra: Iterable[FieldSpec] = ()) -> list[parts.Field]:
    """The entry form: office, day, the book's own fields; `extra`: fields of later steps that are filled in already."""
    return [
        *_office_field(offices(actor)),
        parts.Date(ON, book.dated, required=True),
        *typed.inputs(book, book.typed, actor, WRITE),
        *typed.inputs(book, extra, actor, WRITE),
    ]


def entry_initial(actor: Actor, book: Book) -> dict[str, Any]:
    """Today, and the office of the post that writes."""
    held = [one for one in actor.assignments if actor.acting_as(one).has(WRITE)]
    return {ON: clock.today(), ORG: str(held[0].organization_id) if held else ""}


def _uploads(specs: Iterable[FieldSpec], values: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {one.name: values[one.name] for one in specs if one.type == "file" and values.get(one.name)}


def enter(actor: Actor, book: Book, values: Mapping[str, Any]) -> RegisterEntry:
    return services.enter(
        actor=actor, book=book, org=office_of(actor, values), on=values[ON], values=typed.stored(book.typed, values),
        uploads=_uploads(book.typed, values),
    )  # fmt: skip


def later(book: Book, entry: RegisterEntry) -> list[FieldSpec]:
    """Fields asked for by a later step that this entry has answered: they may be corrected, too."""
    asked = [one for one in book.fields if one.asked and one.type != "file"]
    return [one for one in asked if one.name in entry.values]


def edit_initial(book: Book, entry: RegisterEntry) -> dict[str, Any]:
    return {**entry.values, ON: entry.on, ORG: str(entry.org_id)}


def edit(
    actor: Actor, book: Book, entry: RegisterEntry, values: Mapping[str, Any], version: int | None
) -> RegisterEntry:
    """Save a correction. One who may write for a single office leaves the entry with its own."""
    specs = [*book.typed, *later(book, entry)]
    chosen = values.get(ORG)
    return services.correct(
        actor=actor, entry=entry, on=values[ON], values=typed.stored(specs, values), uploads=_uploads(specs, values),
        org=office_of(actor, values) if chosen and chosen != str(entry.org_id) else None, version=version,
        names=[one.name for one in specs], note=values.get(NOTE) or "",
    )  # fmt: skip


def edit_fields(actor: Actor, book: Book, entry: RegisterEntry) -> list[parts.Field]:
    return [
        *entry_fields(actor, book, later(book, entry)),
        parts.LongText(NOTE, "更正说明", max_length=400, rows=2, help="为什么改，记在更改记录里。"),
    ]


def move_fields(actor: Actor, book: Book, entry: RegisterEntry) -> list[parts.Field]:
    """The next states, and under each what it asks for."""
    targets = [book.state(code) for code in book.state(entry.state).next]
    found: list[parts.Field] = [
        parts.Choice(TO, "办成", required=True, options=tuple((one.code, one.label) for one in targets), radio_up_to=6),
        parts.Date(ON, "办理日期", required=True, not_after=clock.today),
    ]
    for target in targets:
        found += [
            replace(one, when=parts.When(TO, (target.code,)))
            for one in typed.inputs(book, book.asked_for(target.code), actor, WRITE)
        ]
    return [*found, parts.LongText(NOTE, "说明", max_length=400, rows=2)]


def move_initial(book: Book, entry: RegisterEntry) -> dict[str, Any]:
    following = book.state(entry.state).next
    return {**entry.values, ON: clock.today(), TO: following[0] if len(following) == 1 else ""}


def move(
    actor: Actor, book: Book, entry: RegisterEntry, values: Mapping[str, Any], version: int | None
) -> RegisterEntry:
    specs = book.asked_for(values[TO])
    day: date = values[ON]
    return services.move(
        actor=actor, entry=entry, to=values[TO], values=typed.stored(specs, values), on=day,
        uploads=_uploads(specs, values), note=values.get(NOTE) or "", version=version,
    )  # fmt: skip
