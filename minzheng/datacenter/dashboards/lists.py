"""Troubles counted by the very list that they open: the page's own rows and filters, narrowed to the place, so that a number
and its list cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from minzheng.datacenter.dashboards.declaring import Trouble, View, problem
from minzheng.datacenter.monitoring.models import Alert
from minzheng.kernel.items import registry as items
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.views.table import chosen_rows
from minzheng.kernel.parts.bodies import ListBody
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: Groups of one question shown by name; the rest is in the list.
MOST = 6


def rows_of(view: View, page: str, *, field: str = "region_code", **query: str) -> QuerySet[Any]:
    """What the list `page` shows this person with these filters, of the view's place. `field`: where its rows keep it."""
    declared = registry.get(page).body
    assert isinstance(declared, ListBody)
    body = declared.asked(view.actor, query)
    # Lists keep what may be chosen under the names of their filters: only the places are the same for all.
    drawing = Drawing(actor=view.actor, today=view.today, notes=dict(view.notes))
    rows = chosen_rows(body, query, drawing).filter(codes.scope_q([view.place], field)).order_by()
    view.notes.update({name: found for name, found in drawing.notes.items() if name.startswith("places:")})
    return rows


def trouble(
    view: View, page: str, words: str, *, asked: str = "region", field: str = "region_code", tone: str = "bad",
    note: str = "", **query: str,
) -> Trouble:  # fmt: skip
    """One trouble for all these rows; `asked`: the list's filter by place. One query."""
    permission = str(registry.get(page).permission)
    url = view.address(page, permission, asked, **query)
    return Trouble(rows_of(view, page, field=field, **query).count(), words, url, tone=tone, note=note)


def listed(
    code: str, title: str, page: str, words: str, *, order: int, line: str = "", asked: str = "region",
    field: str = "region_code", tone: str = "bad", **query: str,
) -> None:  # fmt: skip
    """Declare a question that is the number of rows of a list; its permission is that of the page."""

    @problem(code, title, permission=str(registry.get(page).permission), order=order, line=line)
    def find(view: View) -> Iterable[Trouble]:
        return [trouble(view, page, words, asked=asked, field=field, tone=tone, **query)]


def split(
    view: View, page: str, by: str, starts: str, words: Callable[[str], str], *, given: str, asked: str = "region",
    tone: str = "bad", **query: str,
) -> Iterator[Trouble]:  # fmt: skip
    """One trouble for each value of the field `by` that begins with `starts`, the most numerous first; `given`: the list's
    filter by it. One query."""
    permission = str(registry.get(page).permission)
    rows = rows_of(view, page, **query).filter(**{f"{by}__startswith": starts}).values_list(by)
    for value, count in rows.annotate(n=Count("pk")).order_by("-n", by)[:MOST]:
        url = view.address(page, permission, asked, **query, **{given: value})
        yield Trouble(count, words(value), url, tone=tone)


def of_line(line: str) -> None:
    """Declare the questions that every line has: its overdue cases and returned payments by benefit, its red alerts."""
    starts = f"{line}."

    @problem(f"{line}.overdue", "超期办件", permission="case.read", order=10, line=line)
    def overdue(view: View) -> Iterable[Trouble]:
        return split(
            view,
            "cases.list",
            "item_code",
            starts,
            lambda code: f"件{_short(code)}办件超过办理期限",
            given="item",
            due="overdue",
        )

    @problem(f"{line}.red", "未销号的红色预警", permission="monitor.read", order=20, line=line)
    def red(view: View) -> Iterable[Trouble]:
        return split(
            view, "monitor.queue", "monitor", starts, lambda code: f"条红色预警没有销号：{_monitor(code)}", given="monitor",
            asked="town", level=Alert.RED, state="open",
        )  # fmt: skip

    @problem(f"{line}.returned", "银行退回的发放", permission="payment.read", order=30, line=line)
    def returned(view: View) -> Iterable[Trouble]:
        return split(
            view, "payruns.lines", "batch__item_code", starts, lambda code: f"笔{_short(code)}发放被银行退回", given="item",
            state="returned", counted="live",
        )  # fmt: skip


def _short(code: str) -> str:
    return items.get(code).short


def _monitor(code: str) -> str:
    from minzheng.datacenter.monitoring.declare import get

    found = get(code)
    return found.title if found else code
