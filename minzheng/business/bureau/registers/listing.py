"""The list of entries: one page for all books, whose columns and filters follow the book in its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from minzheng.business.bureau.registers import counting, selectors, typed
from minzheng.business.bureau.registers.declaring import Book, Counted, FieldSpec
from minzheng.business.bureau.registers.models import RegisterEntry
from minzheng.business.bureau.registers.reading import book as book_of
from minzheng.business.bureau.registers.selectors import READ
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.behind import Behind, Condition
from minzheng.kernel.parts.bodies import ListBody
from minzheng.kernel.parts.columns import Badge, Column, Date, Link, Money, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.filters import ByChoice, ByRegion, DateRange, Filter, Search

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

Rows = QuerySet[Any]
NEAR, LATE = "near", "late"
#: All states of a book in which something is still to be done.
OPEN = "-open"
ARGS = {"pk": "pk"}


def value_of(entry: RegisterEntry, name: str) -> Any:
    return entry.values.get(name)


def shown(spec: FieldSpec, entry: RegisterEntry) -> str:
    """A value of an entry for people; a code that is no longer among the options is named as it was declared then."""
    shape = spec.as_shape()
    known = next((one for one in entry.shape.fields if one["name"] == spec.name), None)
    if known is not None:
        shape["options"] = {**(known.get("options") or {}), **shape["options"]}
    return typed.shown(shape, entry.values.get(spec.name))


def _column(spec: FieldSpec, wide_only: bool) -> Column:
    name = spec.name
    sort = f"values__{name}" if spec.type in ("date", "number", "money") else ""
    common: dict[str, Any] = {"narrow": not wide_only, "sort": sort}
    match spec.type:
        case "money":
            return Money(lambda row: _whole(row, name), spec.label, **common)
        case "number":
            return Number(lambda row: _whole(row, name), spec.label, **common)
        case "region":
            return Region(lambda row: str(row.values.get(name) or ""), spec.label, **common)
        case _:
            css = "nowrap" if spec.type == "date" else ""
            return Text(lambda row: shown(spec, row), spec.label, css=css, **common)


def _whole(row: RegisterEntry, name: str) -> int | None:
    """A whole number, or nothing where an older declaration kept something else."""
    value = row.values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def state_badge() -> Badge:
    return Badge(
        "state", "状态", names=lambda row: _state(row)[0], tones=lambda row: _state(row)[1], css="nowrap"
    )  # fmt: skip


def _state(row: RegisterEntry) -> tuple[str, str]:
    book = book_of(row.book)
    state = book.state(row.state) if book else None
    if row.voided_at is not None:
        return "已作废", "plain"
    return (state.label, state.tone) if state else (row.state, "plain")


def book_title(row: RegisterEntry) -> str:
    book = book_of(row.book)
    return book.title if book else row.book


def columns_of(book: Book) -> list[Column]:
    """Number, day, the declared columns, office, state."""
    specs = [spec for name in book.columns if (spec := book.field(name))]
    return [
        Link("no", "编号", page="registers.entry", args=ARGS, sort="no", css="nowrap"),
        Date("on", book.dated, sort="on", css="nowrap"),
        *[_column(spec, n > 2) for n, spec in enumerate(specs)],
        Text("org_name", "单位", narrow=False),
        state_badge(),
    ]


def export_columns(book: Book) -> list[Column]:
    """Everything of an entry, for files."""
    found = [_column(spec, False) for spec in book.fields if spec.type != "file"]
    own: list[Column] = [Text("no", "编号"), Date("on", book.dated), *found]
    return [*own, Text("org_name", "单位"), Region("region_code", "地区"), state_badge(), Text("made_name", "登记人")]


def _by_value(name: str) -> Any:
    def narrow(rows: Rows, value: str, drawing: Drawing) -> Rows:
        wanted: Any = {"yes": True, "no": False}.get(value, value)
        return rows.filter(selectors.where_q({name: (wanted,)}))

    return narrow


def _by_words(rows: Rows, value: str, drawing: Drawing) -> Rows:
    return selectors.by_words(rows, value)


def _by_state(book: Book) -> Any:
    return lambda rows, value, drawing: rows.filter(state__in=book.open_states if value == OPEN else [value])


def _by_due(book: Book | None) -> Any:
    def narrow(rows: Rows, value: str, drawing: Drawing) -> Rows:
        condition = Q(pk__in=[])
        for one in [book] if book else selectors.readable_books(drawing.actor):
            if one.reminders:
                condition |= selectors.remind_q(one, drawing.today, late=value == LATE)
        return rows.filter(condition)

    return narrow


def _by_duty(book: Book) -> Any:
    """Only the entries that one duty of the book counts."""
    where = {one.code: one.where for one in book.rhythms}
    return lambda rows, value, drawing: rows.filter(selectors.where_q(where[value]))


def _filters(book: Book | None, values: Mapping[str, str]) -> list[Filter]:
    found: list[Filter] = [Search("q", "检索", by=_by_words, placeholder="编号、名称、内容里的字")]
    if book is None:
        found.append(ByChoice("book", "台账", choices=_readable))
    else:
        if len(book.states) > 1:
            states = ((OPEN, "未办结"), *((one.code, one.label) for one in book.states))
            found.append(ByChoice("state", "状态", choices=states, by=_by_state(book)))
        for spec in (spec for name in book.filters if (spec := book.field(name))):
            options = tuple(spec.options.items()) or (("yes", "是"), ("no", "否"))
            found.append(ByChoice(f"f_{spec.name}", spec.label, choices=options, by=_by_value(spec.name)))
        if any(one.where for one in book.rhythms) and "duty" in values:
            found.append(
                ByChoice("duty", "要求", choices=tuple((r.code, r.title) for r in book.rhythms), by=_by_duty(book))
            )
    if book is None or book.reminders:
        found.append(ByChoice("due", "期限", choices=((NEAR, "快到期和已过期"), (LATE, "已过期")), by=_by_due(book)))
    found += [DateRange("on", book.dated if book else "日期"), ByRegion("region", "地区", permission=READ)]
    if book is not None:
        found.append(behind_of(book))
    return found


def _readable(drawing: Drawing) -> list[tuple[str, str]]:
    return [(one.code, one.title) for one in selectors.readable_books(drawing.actor)]


@dataclass(frozen=True)
class Counting(Behind):
    """The entries behind a count of a book in a month, with what a sum adds up as `summed`."""

    _: KW_ONLY
    book: Book

    def rows(self, rows: Rows, value: str) -> Rows:
        count = self.book.count(value.partition(".")[0])
        return counting.summed(super().rows(rows, value), count) if count else rows.none()


def behind_of(book: Book) -> Counting:
    """The filter that leads from a number of the book to its entries."""
    conditions = {one.code: Condition(one.title, _means(book, one)) for one in book.counts}
    parts = {
        code: f"（{label}）"
        for one in book.counts
        if one.split and (spec := book.field(one.split))
        for code, label in spec.options.items()
    }
    fields = [one.split for one in book.counts if one.split]
    return Counting("counted", "统计口径", conditions=conditions, parts=parts, split=_split(fields), book=book)


def _means(book: Book, count: Counted) -> Any:
    return lambda month: counting.counted_q(book, count, *counting.month_of(month))


def _split(fields: list[str]) -> Any:
    """Rows of one code of the split field; a book splits by one field."""

    def narrow(rows: Rows, part: str) -> Rows:
        return rows.filter(selectors.where_q({fields[0]: (part,)})) if fields else rows.none()

    return narrow


def writes(actor: Actor, book: Any) -> bool:
    return selectors.may_write(actor, book)


ABOUT = {"book": "code"}
OVERVIEW = Action("全部台账", "registers.overview")
BOOK_ACTIONS = (
    Action("登记", "registers.new", args=ABOUT, icon="plus", primary=True, offered=writes),
    Action("导入", "registers.import", args=ABOUT, icon="doc", offered=writes),
    Action("次数与期限", "registers.book", args=ABOUT),
    OVERVIEW,
)


def all_entries() -> ListBody:
    """The declared body: every book together; `tailored` narrows it to the book of the address."""
    return ListBody(
        selectors.entries,
        (
            Link("no", "编号", page="registers.entry", args=ARGS, sort="no", css="nowrap"),
            Text(book_title, "台账"), Text("title", "名称"), Date("on", "日期", sort="on", css="nowrap"),
            Text("org_name", "单位", narrow=False), state_badge(),
        ),
        filters=_filters(None, {}), sort="-on", export="registers.export", actions=(OVERVIEW,),
        lead="各本台账的记录放在一起查；选一本台账，就按它自己的栏目列出。",
        empty="还没有台账记录。打开“工作台账”，选一本台账登记。", tailored=tailored,
    )  # fmt: skip


def tailored(actor: Actor, values: Mapping[str, str]) -> ListBody:
    """The list of one book where the address names one that the actor may read; else that of all."""
    book = selectors.named(actor, values.get("book", ""))
    declared = replace(_ALL, tailored=None)
    if book is None:
        return declared
    return replace(
        declared,
        rows=lambda who: selectors.of_book(who, book.code), columns=columns_of(book),
        export_columns=export_columns(book), filters=_filters(book, values),
        actions=BOOK_ACTIONS, title=book.title, about=book, keep=("book",), lead=book.about,
        empty=f"没有符合条件的记录。点“登记”记第一条，或点“导入”从表格导入“{book.title}”。",
    )  # fmt: skip


_ALL = all_entries()
