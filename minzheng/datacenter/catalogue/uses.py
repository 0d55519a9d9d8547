"""Who uses a source: items that check a family, and monitors. Computed from their declarations, never typed by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from minzheng.datacenter.matching import scopes
from minzheng.datacenter.monitoring import declare
from minzheng.datacenter.sources.spec import SourceSpec
from minzheng.kernel.cases.drafting.consents import scope_of
from minzheng.kernel.items import registry as items
from minzheng.kernel.items.items import Item


@dataclass(frozen=True)
class Use:
    """`how`: 核对 (asked about an applying family) or 监测 (watched while a benefit is paid)."""

    how: str
    title: str
    items: tuple[str, ...]
    classes: tuple[str, ...]


def uses_of(spec: SourceSpec) -> list[Use]:
    """Everything that reads facts of this source: the check of each item whose consent covers it, then the monitors."""
    return [*_checks(spec), *_monitors(spec)]


def item_titles(uses: Iterable[Use]) -> list[str]:
    """Titles of the items that use a source in any way, each once."""
    return list(dict.fromkeys(title for use in uses for title in use.items))


def _checks(spec: SourceSpec) -> list[Use]:
    """An item whose flow has the check asks every source that lies wholly within the lines of its consent."""
    found = []
    for item in items.all_items():
        if item.flow.act("run_match") is not None and scopes.covered(spec.code, scopes.items_of(scope_of(item))):
            found.append(Use("核对", item.title, (item.title,), spec.classes))
    return found


def _monitors(spec: SourceSpec) -> list[Use]:
    titles = {item.code: item.title for item in items.all_items()}
    found = []
    for monitor in declare.declared().values():
        shared = tuple(name for name in spec.classes if name in monitor.classes)
        if shared:
            about = tuple(titles[code] for code in _benefits(monitor, items.all_items()) if code in titles)
            found.append(Use("监测", monitor.title, about, shared))
    return found


def _benefits(monitor: declare.Monitor, known: Iterable[Item]) -> tuple[str, ...]:
    """Codes of the items whose people a monitor watches; one without any watches everybody."""
    return monitor.benefits or ((monitor.item,) if monitor.item else tuple(item.code for item in known))
