"""Items whose files not every reader of cases may open: a child's (未成年人保护法第四条、第一百零三条: 保护隐私和个人信息).

An item names the permission that its readers need besides the common ones (`Item.reader`). Rows of such items are left out
of every list, board and count of whoever lacks it; whoever typed an application in keeps sight of that one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from minzheng.kernel.items import registry

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


def codes() -> dict[str, list[str]]:
    """Permission → codes of the items that need it."""
    found: dict[str, list[str]] = {}
    for item in registry.all_items():
        if item.reader:
            found.setdefault(item.reader, []).append(item.code)
    return found


def readable_q(actor: Actor, item: str = "item_code", region: str = "region_code") -> Q:
    """Filter for rows of cases and awards: everything that is open, and what is guarded where the actor may read it.
    `item`, `region`: the fields of the filtered rows."""
    guarded = codes()
    allowed = ~Q(**{f"{item}__in": [code for listed in guarded.values() for code in listed]})
    for permission, listed in guarded.items():
        if actor.scopes(permission):
            allowed |= Q(**{f"{item}__in": listed}) & actor.scope_q(permission, region)
    return allowed


def may_read(actor: Actor, item_code: str, region_code: str) -> bool:
    """The same of one row."""
    reader = registry.get(item_code).reader
    return not reader or actor.can(reader, region_code) is not None


def guarded_case(actor: Actor, arguments: Mapping[str, Any]) -> bool:
    """Whether the page opens a guarded case that this actor may see at all: then a fresh proof of identity is asked; one
    query."""
    from minzheng.kernel.cases.selectors import visible_to

    listed = [code for one in codes().values() for code in one]
    return visible_to(actor).filter(pk=arguments["pk"], item_code__in=listed).exists()
