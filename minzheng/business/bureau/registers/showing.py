"""What the pages of registers show: the overview, one book, one entry with its papers and its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from minzheng.business.bureau.registers import counting, duties, listing, selectors, typed
from minzheng.business.bureau.registers.declaring import PERIODS, TYPES, Book, FieldSpec
from minzheng.business.bureau.registers.duties import Owed
from minzheng.business.bureau.registers.models import RegisterEntry
from minzheng.business.bureau.registers.reading import book as book_of
from minzheng.business.bureau.registers.services import fields_of
from minzheng.kernel.parts import charts
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Entry, Figure

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: How many lines of each kind the overview shows before “all of them”.
FIRST = 8


def list_url(book: Book | None = None, **values: str) -> str:
    """The list of a book with these filters."""
    query = urlencode(({"book": book.code} if book else {}) | values)
    return reverse("registers.list") + (f"?{query}" if query else "")


def book_url(book: Book) -> str:
    return reverse("registers.book", kwargs={"book": book.code})


@dataclass
class Line:
    """One book on the overview."""

    book: Book
    numbers: dict[str, int]
    short: list[Owed] = field(default_factory=list)
    writes: bool = False
    year: int = 0

    @property
    def url(self) -> str:
        return list_url(self.book)

    @property
    def year_url(self) -> str:
        return list_url(self.book, on_from=f"{self.year}-01-01", on_to=f"{self.year}-12-31")

    @property
    def open_url(self) -> str:
        return list_url(self.book, state=listing.OPEN)

    @property
    def near_url(self) -> str:
        return list_url(self.book, due=listing.NEAR)

    @property
    def new_url(self) -> str:
        return reverse("registers.new", kwargs={"book": self.book.code}) if self.writes else ""

    @property
    def about_url(self) -> str:
        return book_url(self.book)


def overview(drawing: Drawing, _arguments: Any = None) -> dict[str, Any]:
    """All books in reach by area with their counts, and before them what is due."""
    actor, today = drawing.actor, drawing.today
    numbers = duties.numbers(actor, today)
    owed = duties.owed(actor, today)
    short: dict[str, list[Owed]] = {}
    for one in owed:
        if one.state == "short":
            short.setdefault(one.book.code, []).append(one)
    lines = [
        Line(book, numbers.get(book.code, {}), short.get(book.code, []), selectors.may_write(actor, book), today.year)
        for book in selectors.readable_books(actor)
    ]
    late = duties.dates(actor, today, most=200)
    missing = [one for one in owed if one.state == "short"]
    return {
        "areas": [(area, list(group)) for area, group in groupby(lines, key=lambda line: line.book.area)],
        "missing": [(one, duty_url(one)) for one in missing[:FIRST]],
        "missing_more": max(len(missing) - FIRST, 0),
        "dates": [
            (one, reverse("registers.entry", kwargs={"pk": one.entry.pk}), one.late(today)) for one in late[:FIRST]
        ],
        "dates_more": list_url(due=listing.NEAR) if len(late) > FIRST else "",
        "figures": _overview_figures(lines, late, missing, today),
    }


def _overview_figures(lines: list[Line], late: list[duties.Date], missing: list[Owed], today: date) -> list[Figure]:
    year = sum(line.numbers.get("year", 0) for line in lines)
    over = len({one.entry.pk for one in late if one.late(today)})
    near = len({one.entry.pk for one in late}) - over
    return [
        Figure("今年登记", f"{year:,}", list_url(on_from=f"{today.year}-01-01", on_to=f"{today.year}-12-31")),
        Figure("期限已过", f"{over:,}", list_url(due=listing.LATE), "bad" if over else "plain"),
        Figure("快到期", f"{near:,}", list_url(due=listing.NEAR), "warn" if near else "plain"),
        Figure("次数不够", f"{len(missing):,}", "", "warn" if missing else "plain", "按要求算到本期"),
    ]


def duty_url(one: Owed) -> str:
    """The entries that a duty counts in its running period."""
    values = {"on_from": one.first.isoformat(), "on_to": one.last.isoformat()}
    return list_url(one.book, **values, **({"duty": one.rhythm.code} if one.rhythm.where else {}))


def book_figures(book: Book, drawing: Drawing) -> list[Figure]:
    """Counts of this month (or as they stand now) and rates, each a link to its entries."""
    first, last = counting.month_of(drawing.today)
    asked = [counting.Wanted(book, one) for one in book.counts]
    found = counting.ask(selectors.entries(drawing.actor), asked, first, last).get("", [])
    numbers = {one.count.code: number for one, number in zip(asked, found, strict=True)}
    figures = []
    for one in book.counts:
        spec = book.field(one.sum) if one.sum else None
        value = numbers[one.code]
        text = f"{value / 100:,.2f}" if spec and spec.type == "money" else f"{value.normalize():,f}"
        link = list_url(book, counted=f"{one.code}.{first:%Y-%m}.0")
        figures.append(Figure(one.title, text, link, "plain", f"{one.unit}，{'现有' if one.stock else '本月'}"))
    for rate in book.rates:
        share = counting.rate(rate, numbers)
        note = rate.definition if share is not None else f"{rate.definition}；还没有可算的"
        figures.append(Figure(rate.title, "—" if share is None else f"{share}%", "", "plain", note))
    return figures


def months(book: Book, drawing: Drawing) -> dict[str, Any]:
    """Entries by month of this year and the last: a chart above its table."""
    year = drawing.today.year
    rows = selectors.entries(drawing.actor)
    now, before = counting.by_month(rows, book, year), counting.by_month(rows, book, year - 1)
    table = [(month, before.get(month, 0), now.get(month, 0)) for month in range(1, 13)]
    named = [(f"{month} 月", old, new) for month, old, new in table]
    return {
        "chart": charts.columns(f"{book.title}：各月条数", named, "条", sides=(f"{year - 1} 年", f"{year} 年")),
        "rows": table, "year": year, "last": year - 1, "total": sum(now.values()), "before": sum(before.values()),
    }  # fmt: skip


def duties_of(book: Book, drawing: Drawing) -> list[dict[str, Any]]:
    """Every duty of the book by unit: how often it is due, how often it was done, now and in the period before."""
    found = []
    for one in duties.owed(drawing.actor, drawing.today, books=[book]):
        tone = {"done": "good", "short": "warn", "running": "info"}[one.state]
        word = {"done": "已够", "short": "还差", "running": "进行中"}[one.state]
        found.append({
            "owed": one, "url": duty_url(one), "tone": tone,
            "word": f"{word} {one.missing} 次" if one.state == "short" else word,
            "asked": f"每{PERIODS[one.rhythm.per]} {one.rhythm.at_least} 次",
            "before": f"上{PERIODS[one.rhythm.per]} {one.before} 次" + (f"，缺 {one.missed_before} 次" if one.missed_before else ""),
        })  # fmt: skip
    return found


def rules_of(book: Book) -> list[tuple[str, str, bool]]:
    """(rule in words, its basis, whether it waits for somebody to confirm it)."""
    found = [
        (f"{one.title}：每{PERIODS[one.per]}不少于 {one.at_least} 次，末月 {one.warn_day} 日起提醒", one.basis, one.needs_confirmation)
        for one in book.rhythms
    ]  # fmt: skip
    for one in book.reminders:
        label = getattr(book.field(one.field), "label", one.field)
        found.append((f"{one.say}：“{label}”前 {one.days} 天起提醒", one.basis, one.needs_confirmation))
    found += [(one.say, one.basis, one.needs_confirmation) for one in book.checks]
    return found


def fields_told(book: Book) -> list[dict[str, Any]]:
    """The fields for people: label, type, whether it must be filled in, options."""
    return [
        {
            "label": one.label,
            "type": "自动算出" if one.derived else TYPES[one.type],
            "needs": one.needs,
            "step": book.state(one.asked).label if one.asked else "",
            "options": "、".join(one.options.values()) or one.help or one.hint,
        }
        for one in book.fields
    ]


def facts(entry: RegisterEntry, drawing: Drawing) -> dict[str, Any]:
    """Label and value of an entry; what is empty and was not asked for is left out."""
    book = book_of(entry.book)
    pairs: list[tuple[str, str, str]] = [
        (book.dated if book else "日期", entry.on.isoformat(), "date"),
        ("单位", entry.org_name, ""),
        ("地区", drawing.region(entry.region_code), ""),
    ]
    for spec, value in fields_of(entry, book):
        if value in (None, ""):
            continue
        if isinstance(spec, FieldSpec):
            label, kind, text = spec.label, spec.type, listing.shown(spec, entry)
        else:
            label, kind, text = f"{spec['label']}（原栏目）", str(spec["type"]), typed.shown(spec, value)
        if kind == "region":
            text = drawing.region(str(value))
        pairs.append((label, text, "long" if kind == "long" else ""))
    return {"pairs": pairs, "columns": 2}


def dates_told(entry: RegisterEntry, today: date) -> list[tuple[str, str]]:
    """(sentence, tone) of each date of an open entry that is near or over."""
    book = book_of(entry.book)
    found = []
    for reminder in book.reminders if book and entry.state in book.open_states and entry.voided_at is None else ():
        text = entry.values.get(reminder.field)
        left = (date.fromisoformat(text) - today).days if text else None
        if left is not None and left <= reminder.days:
            when = f"已过 {-left} 天" if left < 0 else "就在今天" if left == 0 else f"还剩 {left} 天"
            found.append((f"{reminder.say}：{text}，{when}。", "error" if left < 0 else "warning"))
    return found


@dataclass(frozen=True)
class Paper:
    """One file of an entry."""

    name: str
    url: str
    picture: bool
    who: str
    at: Any
    drop: str


def papers(entry: RegisterEntry, drawing: Drawing) -> dict[str, Any]:
    """Photographs and papers; those who may change the entry may take one off."""
    from minzheng.kernel.documents.selectors import loose_attachments

    rows = list(selectors.files(entry))
    stored = loose_attachments([row.attachment_id for row in rows], "register")
    may = may_change(drawing.actor, entry)
    found = []
    for row in rows:
        one = stored.get(row.attachment_id)
        if one is None:
            continue
        where = {"pk": entry.pk, "attachment": row.attachment_id}
        found.append(Paper(
            one.label, reverse("registers.file", kwargs=where), one.content_type.startswith("image/"), row.added_name,
            row.added_at, reverse("registers.detach", kwargs=where) if may else "",
        ))  # fmt: skip
    return {"papers": found}


def may_change(actor: Actor, entry: RegisterEntry) -> bool:
    book = book_of(entry.book)
    return bool(
        entry.voided_at is None
        and book is not None
        and actor.can(selectors.WRITE, entry.region_code)
        and (not book.reserved or actor.can(selectors.RESERVED, entry.region_code))
    )


def has_next(actor: Actor, entry: RegisterEntry) -> bool:
    book = book_of(entry.book)
    return may_change(actor, entry) and bool(book and book.state(entry.state).next)


def history(entry: RegisterEntry) -> list[Entry]:
    """What was done to the entry, the newest last."""
    book = book_of(entry.book)
    return [
        Entry(
            one.at, _title(book, one), one.by_name or "系统", _changes(book, entry, one), note=one.note,
            tone={"void": "bad", "move": "info"}.get(one.kind, "plain"),
        )
        for one in entry.changes.all()
    ]  # fmt: skip


def _title(book: Book | None, one: Any) -> str:
    if one.kind == "move" and book is not None:
        return f"{book.state(one.from_state).label} → {book.state(one.to_state).label}"
    return str(one.get_kind_display())


def _changes(book: Book | None, entry: RegisterEntry, one: Any) -> str:
    """“整改期限：2026-11-20 → 2026-11-30”, one a line; nothing for the first entry, whose values stand above."""
    if one.kind in ("create", "import"):
        return ""
    return "\n".join(_told(book, entry, sorted({*one.before, *one.after}), one))


def _told(book: Book | None, entry: RegisterEntry, names: Iterable[str], one: Any) -> Iterable[str]:
    old = {shape["name"]: shape for shape in entry.shape.fields}
    for name in names:
        spec = book.field(name) if book else None
        shape = spec or old.get(name) or {"label": {"on": "日期", "org": "单位"}.get(name, name), "type": "text"}
        label = shape.label if isinstance(shape, FieldSpec) else shape["label"]
        before, after = (typed.shown(shape, values.get(name)) for values in (one.before, one.after))
        yield f"{label}：{before or '（空）'} → {after or '（空）'}" if before else f"{label}：{after}"
