"""Screens, tiles and problems are declared by the lines, in ``dashboards.py`` of any folder, and found here:

    @problem("cases.overdue", "超期办件", permission="case.read", line="assistance")
    def overdue(view: View) -> Iterable[Trouble]: ...

    SCREEN = screen(Screen("assistance", "社会救助", tiles=(Tile("number", "在享", ("assistance.dibao.persons", …)), …)))

A function looks only at ``view.place`` and only at what ``view.actor`` may see: it asks the selectors of its line. It puts a
constant number of questions to the database, however many rows there are."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from django.urls import reverse

from minzheng.kernel.discovery import import_all

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

READ = "board.read"
Kind = Literal["number", "series", "bars", "map", "list", "table"]


@dataclass(frozen=True)
class View:
    """Who looks at which place, on which day, at which period ("2026-10", "2026Q3", "2026H1", "2026")."""

    actor: Actor
    place: str
    today: datetime.date
    period: str = ""
    #: What one drawing has looked up already (places to choose from).
    notes: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def may(self, permission: str) -> bool:
        """Whether one post alone grants this over the whole place."""
        return bool(self.actor.can(permission, self.place))

    def address(self, page: str, permission: str, asked: str = "region", **query: str) -> str:
        """The list behind a number, narrowed to the place. Lists offer the places below one's own; one's own needs no
        narrowing."""
        if self.place not in self.actor.scopes(permission):
            query[asked] = self.place
        return f"{reverse(page)}?{urlencode(query)}" if query else reverse(page)


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong now: how many, in words, where it is dealt with. `tone`: bad (red) or warn."""

    count: int
    words: str
    url: str
    _: KW_ONLY
    tone: str = "bad"
    note: str = ""


@dataclass(frozen=True)
class Problem:
    """A question that finds troubles, in the order of importance. `permission` is needed over the whole place; without it
    the question is not put. `line`: "" for what concerns several lines."""

    code: str
    title: str
    permission: str
    find: Callable[[View], Iterable[Trouble]]
    order: int = 50
    line: str = ""


@dataclass(frozen=True)
class Row:
    """One row of a list or table tile; the first cell is the link."""

    cells: Sequence[str]
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Tile:
    """One part of a screen.

    number: each indicator with its change against the period before and the year before. series: the indicators month by
    month. bars: one indicator by place, largest first; or several of one unit side by side. map: one of the indicators over
    the towns. table: rows of `rows`, or the places with all the indicators. list: sentences of `rows`.

    `heads`: column heads of `rows`, the first for the linked cell. `only`: (dimension, value) of the indicators, for a
    part of them. `empty`: what would fill it. `wall`: shown on the large screen."""

    kind: Kind
    title: str
    indicators: tuple[str, ...] = ()
    _: KW_ONLY
    rows: Callable[[View], Iterable[Row]] | None = None
    heads: tuple[str, ...] = ()
    permission: str = ""
    months: int = 13
    how: str = ""
    empty: str = "还没有数据。"
    wide: bool = False
    wall: bool = True
    only: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Screen:
    """`code`: that of the line where it is a line's. `problems`: questions put first besides those of the line; "*": all that
    concern no single line. `permission` over the place opens the screen."""

    code: str
    title: str
    _: KW_ONLY
    tiles: tuple[Tile, ...]
    problems: tuple[str, ...] = ()
    permission: str = READ
    order: int = 50
    lead: str = ""


_screens: dict[str, Screen] = {}
_problems: dict[str, Problem] = {}


def screen(one: Screen) -> Screen:
    """Declare a screen. Raises ValueError where two folders use one code, or a tile has nothing to show."""
    known = _screens.get(one.code)
    if known is not None and known != one:
        raise ValueError(f"看板 {one.code} 已经声明过，请换一个代码。")
    for tile in one.tiles:
        if not tile.indicators and tile.rows is None:
            raise ValueError(f"看板 {one.code} 的“{tile.title}”要写 indicators（指标）或 rows（函数）。")
    _screens[one.code] = one
    return one


def problem(
    code: str, title: str, *, permission: str, order: int = 50, line: str = ""
) -> Callable[[Callable[[View], Iterable[Trouble]]], Callable[[View], Iterable[Trouble]]]:
    """Declare a question; see Problem. Raises ValueError where two folders use one code."""

    def declare(find: Callable[[View], Iterable[Trouble]]) -> Callable[[View], Iterable[Trouble]]:
        known = _problems.get(code)
        if known is not None and known.find.__module__ != find.__module__:
            raise ValueError(f"问题 {code} 已由 {known.find.__module__} 声明，请换一个代码。")
        _problems[code] = Problem(code, title, permission, find, order, line)
        return find

    return declare


def screens() -> dict[str, Screen]:
    """Every declared screen, in order."""
    import_all("dashboards")
    return {one.code: one for one in sorted(_screens.values(), key=lambda one: (one.order, one.code))}


def problems() -> dict[str, Problem]:
    """Every declared question, in order."""
    import_all("dashboards")
    return {one.code: one for one in sorted(_problems.values(), key=lambda one: (one.order, one.code))}


def problems_of(one: Screen) -> list[Problem]:
    """The questions of a screen, in their order: those of its line, those it names, all general ones for "*"."""
    general = "*" in one.problems
    return [
        each
        for each in problems().values()
        if each.code in one.problems or (each.line == one.code if each.line else general)
    ]
