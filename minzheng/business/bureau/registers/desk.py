"""The forms of registers as views: a new entry, a correction, the next step; and small acts on one entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.business.bureau.registers import forms, listing, selectors, services, showing
from minzheng.business.bureau.registers.declaring import Book
from minzheng.business.bureau.registers.models import RegisterEntry
from minzheng.business.bureau.registers.reading import book as book_of
from minzheng.business.bureau.registers.selectors import WRITE
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.pages.views.sending import send
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import Field, LongText
from minzheng.kernel.parts.page import Done

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

REASON = (LongText("reason", "原因", required=True, max_length=200, rows=2),)


def entry_url(entry: RegisterEntry) -> str:
    return reverse("registers.entry", kwargs={"pk": entry.pk})


def changeable(actor: Actor, pk: int) -> RegisterEntry | None:
    return selectors.entry(actor, pk, WRITE)


def named(request: HttpRequest, code: str) -> Book:
    """The book of the address, for one who may write into it; 404 otherwise."""
    found = selectors.named(actor_in(request), code, WRITE)
    if found is None:
        raise Http404("没有这本台账。")
    return found


def _entry(request: HttpRequest, pk: int) -> tuple[RegisterEntry, Book]:
    found = changeable(actor_in(request), pk)
    book = book_of(found.book) if found else None
    if found is None or book is None:
        raise Http404("没有找到。")
    return found, book


def _drawn(
    request: HttpRequest, book: Book, title: str, fields: Sequence[Field], call: Callable[[dict[str, Any]], Done],
    initial: dict[str, Any], *, lead: str = "", submit: str = "保存", entry: RegisterEntry | None = None,
) -> HttpResponse:  # fmt: skip
    sending = send(request, fields, call, initial)
    return sending.response or draw(
        request, "registers/form.html", request.page, title=title, lead=lead, submit=submit, book=book,  # type: ignore[attr-defined]
        entry=entry, list_url=showing.list_url(book), back=entry_url(entry) if entry else showing.list_url(book),
        version=request.POST.get("version", entry.version if entry else ""), **sending.context(),
    )  # fmt: skip


def _version(request: HttpRequest) -> int | None:
    told = request.POST.get("version", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else None


def new(request: HttpRequest, book: str) -> HttpResponse:
    """A new entry; “登记并再记一条” leads back to an empty form."""
    actor, declared = actor_in(request), named(request, book)

    def save(values: dict[str, Any]) -> Done:
        entry = forms.enter(actor, declared, values)
        again = reverse("registers.new", kwargs={"book": declared.code})
        return Done(f"已登记 {entry.no}。", again if request.POST.get("again") else entry_url(entry))

    fields = forms.entry_fields(actor, declared)
    initial = forms.entry_initial(actor, declared)
    return _drawn(
        request, declared, f"登记：{declared.title}", fields, save, initial, lead=declared.about, submit="登记"
    )


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    entry, book = _entry(request, pk)
    actor = actor_in(request)

    def save(values: dict[str, Any]) -> Done:
        return Done("已更正。", entry_url(forms.edit(actor, book, entry, values, _version(request))))

    fields, initial = forms.edit_fields(actor, book, entry), forms.edit_initial(book, entry)
    return _drawn(request, book, f"更正：{entry.title}", fields, save, initial, entry=entry)


def move(request: HttpRequest, pk: int) -> HttpResponse:
    """The next step of an entry. Where the declaration knows none, the entry itself says so."""
    entry, book = _entry(request, pk)
    actor, state = actor_in(request), book.state(entry.state)
    if not state.next:
        raise Http404("这条记录没有下一步。")

    def save(values: dict[str, Any]) -> Done:
        moved = forms.move(actor, book, entry, values, _version(request))
        return Done(f"已办成“{book.state(moved.state).label}”。", entry_url(moved))

    lead = f"现在是“{state.label}”。"
    fields, initial = forms.move_fields(actor, book, entry), forms.move_initial(book, entry)
    return _drawn(request, book, f"办理：{entry.title}", fields, save, initial, entry=entry, lead=lead, submit="办理")


def void(actor: Actor, entry: RegisterEntry, values: dict[str, Any]) -> Done:
    services.void(actor=actor, entry=entry, reason=values["reason"])
    return Done("已作废，不再计数。", entry_url(entry))


def head(entry: RegisterEntry, drawing: Drawing) -> dict[str, Any]:
    """What stands above an entry: its book, number, state, and which of its dates is near or over."""
    book = book_of(entry.book)
    badge = listing.state_badge()
    return {
        "book": book, "book_title": book.title if book else entry.book, "list_url": showing.list_url(book),
        "state": badge.cell(entry, drawing), "told": showing.dates_told(entry, drawing.today),
    }  # fmt: skip
