"""Reading entries, narrowed to the places of a post and, for reserved books, to the posts that may know of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from minzheng.business.bureau.registers.declaring import Book, Reminder
from minzheng.business.bureau.registers.models import RegisterEntry, RegisterFile, RegisterImport
from minzheng.business.bureau.registers.reading import book as book_of
from minzheng.business.bureau.registers.reading import books

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

READ, WRITE, RESERVED = "register.read", "register.write", "register.reserved"


def reserved() -> list[str]:
    return [one.code for one in books().values() if one.reserved]


def may_read(actor: Actor, one: Book) -> bool:
    """Whether any entry of this book could be this actor's to see: for menus, lists of books and forms."""
    return actor.is_system or (actor.has(READ) and (not one.reserved or actor.has(RESERVED)))


def may_write(actor: Actor, one: Book) -> bool:
    return actor.is_system or (actor.has(WRITE) and may_read(actor, one))


def readable_books(actor: Actor) -> list[Book]:
    """The books of an actor, in the order of the overview."""
    return [one for one in books().values() if may_read(actor, one)]


def named(actor: Actor, book: str, permission: str = READ) -> Book | None:
    """The book of a page's address, if this actor may open it."""
    found = book_of(book)
    allowed = may_write if permission == WRITE else may_read
    return found if found is not None and allowed(actor, found) else None


def entries(actor: Actor, permission: str = READ) -> QuerySet[RegisterEntry]:
    """Entries within reach that are not void."""
    return everything(actor, permission).filter(voided_at=None)


def everything(actor: Actor, permission: str = READ) -> QuerySet[RegisterEntry]:
    """The same with those that were voided."""
    rows = RegisterEntry.objects.select_related("shape")
    if actor.is_system:
        return rows
    shut = reserved()
    within = actor.scope_q(permission)
    if shut:
        within &= ~Q(book__in=shut) | actor.scope_q(RESERVED)
    return rows.filter(within)


def of_book(actor: Actor, code: str) -> QuerySet[RegisterEntry]:
    return entries(actor).filter(book=code)


def entry(actor: Actor, pk: int, permission: str = READ) -> RegisterEntry | None:
    """One entry; void ones can be read, not changed."""
    rows = everything(actor, permission) if permission == READ else entries(actor, permission)
    return rows.filter(pk=pk).first()


def by_words(rows: QuerySet[RegisterEntry], words: str) -> QuerySet[RegisterEntry]:
    """Entries in which every one of the words stands somewhere."""
    for word in words.split()[:6]:
        rows = rows.filter(Q(search__icontains=word) | Q(no__icontains=word))
    return rows


def where_q(conditions: dict[str, tuple[Any, ...]] | Any) -> Q:
    """The condition of a declaration ({field or "state": values}) on rows."""
    found = Q()
    for name, values in conditions.items():
        if name in ("state", "on"):
            found &= Q(**{f"{name}__in": values})
            continue
        one = Q()
        for value in values:
            one |= Q(**{f"values__{name}": value}) | Q(**{f"values__{name}__contains": [value]})
        found &= one
    return found


def remind_q(one: Book, on: date, *, late: bool = False, only: Reminder | None = None) -> Q:
    """Open entries of the book whose date is near (or, with `late`, over) on a day."""
    found = Q(pk__in=[])
    for reminder in [only] if only else one.reminders:
        until = on - timedelta(days=1) if late else on + timedelta(days=reminder.days)
        found |= Q(**{f"values__{reminder.field}__lte": until.isoformat()})
    return Q(book=one.code, state__in=one.open_states) & found


def due(
    actor: Actor, on: date, permission: str = READ, wanted: Iterable[Book] | None = None
) -> QuerySet[RegisterEntry]:
    """Open entries of these books (all that the actor reads) with a date that is near or over."""
    condition = Q(pk__in=[])
    for one in readable_books(actor) if wanted is None else wanted:
        if one.reminders:
            condition |= remind_q(one, on)
    return entries(actor, permission).filter(condition)


def files(one: RegisterEntry) -> QuerySet[RegisterFile]:
    return one.files.filter(removed_at=None)


def file(actor: Actor, pk: int, attachment: int) -> RegisterFile | None:
    """A file of an entry within reach."""
    return RegisterFile.objects.filter(
        entry__in=everything(actor).filter(pk=pk).values("pk"), attachment_id=attachment, removed_at=None
    ).first()


def imports(actor: Actor) -> QuerySet[RegisterImport]:
    """What was taken in from files, within the places where the actor may write."""
    rows = RegisterImport.objects.all()
    if actor.is_system:
        return rows
    shut = reserved()
    within = actor.scope_q(WRITE)
    return rows.filter(within & (~Q(book__in=shut) | actor.scope_q(RESERVED)) if shut else within)
