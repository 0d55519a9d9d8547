"""What every page's frame needs: who is signed in, the menu that person may use, the day, version and demo mark.

A context processor; everything is computed only when a template asks, so that public pages cost no query.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from minzheng import __version__
from minzheng.kernel import clock
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.gate import allowed, ensure_actor
from minzheng.kernel.parts.page import Menu, Page

CARE_COOKIE = "care"
#: Order of the menu's groups; groups not named here follow in order of their first page.
GROUPS = ("办理", "待遇", "档案", "计划", "大数据中心", "数据", "监督", "系统")


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    icon: str
    current: bool


@dataclass(frozen=True)
class NavGroup:
    title: str
    items: list[NavItem]


class Shell:
    """The frame's data for one request."""

    version = __version__

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def actor(self) -> Any:
        return ensure_actor(self.request)

    @cached_property
    def page(self) -> Page | None:
        return getattr(self.request, "page", None)

    @cached_property
    def care(self) -> bool:
        """大字版: the cookie of this browser decides; without one, the user's own setting."""
        cookie = self.request.COOKIES.get(CARE_COOKIE)
        if cookie is not None:
            return cookie == "1"
        return bool(self.actor.user and self.actor.user.care_mode)

    @cached_property
    def today(self) -> Any:
        return clock.today()

    @cached_property
    def demo(self) -> bool:
        from minzheng.kernel.subjects.selectors import demo_loaded

        return demo_loaded()

    @cached_property
    def bureau(self) -> str:
        """The name in the title bar: the organisation of the first valid post."""
        assignments = self.actor.assignments
        return assignments[0].organization.name if assignments else ""

    @cached_property
    def nav(self) -> list[NavGroup]:
        """The menu of this actor. No entry leads to a refusal."""
        groups: dict[str, list[tuple[int, NavItem]]] = {name: [] for name in GROUPS}
        for page in registry.pages().values():
            if page.menu and page.audience == "console" and allowed(self.actor, page):
                groups.setdefault(page.menu.group, []).append((page.menu.order, self._item(page, page.menu)))
        return [
            NavGroup(title, [item for _order, item in sorted(found, key=lambda pair: pair[0])])
            for title, found in groups.items()
            if found
        ]

    @cached_property
    def posts(self) -> list[tuple[int, str, str, bool]]:
        """(id, title, organisation, chosen) of whoever has several posts; 0 stands for all of them together."""
        from minzheng.kernel.accounts.selectors import post_title

        held, used = self.actor.posts, self.actor.assignments
        if len(held) < 2:
            return []
        one = used[0].pk if len(used) == 1 else 0
        rows = [(post.pk, post_title(post), post.organization.name, post.pk == one) for post in held]
        return [(0, "全部岗位", "", one == 0), *rows]

    @property
    def can_search(self) -> bool:
        page = registry.pages().get("search.results")
        return bool(page and allowed(self.actor, page))

    def _item(self, page: Page, menu: Menu) -> NavItem:
        here = self.page
        current = here is not None and page.code in self._line(here)
        return NavItem(menu.label or page.title, reverse(page.code), menu.icon, current)

    @staticmethod
    def _line(page: Page) -> list[str]:
        """The page and those above it: a form stands under its object, the object under its list."""
        found = [page.code]
        while (above := registry.pages().get(getattr(page.body, "parent", ""))) and above.code not in found:
            found.append(above.code)
            page = above
        return found

    @property
    def parent(self) -> tuple[str, str] | None:
        """(title, address) of the page above the current one, for the breadcrumb."""
        code = getattr(self.page.body, "parent", "") if self.page else ""
        parent = registry.pages().get(code)
        if parent is None or not allowed(self.actor, parent):
            return None
        match = self.request.resolver_match
        for given in ({}, dict(match.kwargs) if match else {}):  # the list above, or the object that the form is about
            try:
                return parent.title, reverse(code, kwargs=given)
            except NoReverseMatch:
                continue
        return None


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": Shell(request)}
