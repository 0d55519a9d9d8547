"""All items, found by looking into the folders of the business lines: ``minzheng/business/<line>/<benefit>/item.py``.

The kernel names no line: it imports whatever lies there. A folder whose item does not import stops the start, with the
folder named: a half-filled benefit must not be silently absent."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from minzheng.kernel.items.items import Item

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

ROOT = "minzheng.business"


class UnknownItem(LookupError):
    """No folder declares an item of this code."""

    exit_code = 2  # for commands: bad input


@cache
def _all() -> dict[str, Item]:
    found: dict[str, Item] = {}
    spec = importlib.util.find_spec(ROOT)
    for place in sorted(spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(place).glob("*/*/item.py")):
            line, folder = path.parts[-3:-1]
            item = importlib.import_module(f"{ROOT}.{line}.{folder}.item").ITEM
            if item.code in found:
                raise ValueError(f"事项代码 {item.code} 被两个文件夹声明：请改其中 {line}/{folder}/item.py 的代码。")
            found[item.code] = item
    return found


def all_items() -> list[Item]:
    """Every declared item, by code."""
    return [item for _, item in sorted(_all().items())]


def get(code: str) -> Item:
    """The item of this code, e.g. ``assistance.dibao``."""
    try:
        return _all()[code]
    except KeyError:
        raise UnknownItem(f"没有代码为“{code}”的事项：请检查事项代码，或先建立它的文件夹。") from None


def for_case(case: Case) -> Item:
    """The item in the version under which this case was accepted; the newest, before acceptance."""
    item = get(case.item_code)
    if item.former is None or case.event_date is None:
        return item
    return version_of(item, case.item_version)


def version_of(item: Item, since: str) -> Item:
    """The version whose first day is `since` (ISO; "" = the first one there was)."""
    found: Item | None = item
    while found is not None:
        if found.since == since:
            return found
        found = found.former
    raise UnknownItem(f"事项“{item.title}”没有自 {since or '最初'} 起的版本：办过件的旧版本不能从代码里删掉。")


def portal_items() -> list[Item]:
    """Items a citizen may apply for on the phone."""
    return [item for item in all_items() if item.portal]
