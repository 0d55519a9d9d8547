"""Totals per town and item, held against the bureau's own control totals.

What is compared is the state after the import: awards in force already plus those the file adds. So a corrected reject
file ties with the same control totals as the whole file did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum
from django.db.models.functions import Substr

from minzheng.kernel.awards.models import Award
from minzheng.kernel.exchange.caseload import cells
from minzheng.kernel.exchange.caseload.errors import Bad, BadMapping
from minzheng.kernel.exchange.caseload.known import IN_FORCE
from minzheng.kernel.items import registry
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.exchange.caseload.places import Places

#: (9-digit town, item code) → [households, persons, fen]
Sums = dict[tuple[str, str], list[int]]
COLUMNS = ("households", "persons", "fen")


def add(sums: Sums, region: str, item: str, persons: int, fen: int, households: int = 1) -> None:
    line = sums.setdefault((region[:9], item), [0, 0, 0])
    for place, value in enumerate((households, persons, fen)):
        line[place] += value


def in_force(county: str) -> Sums:
    """Awards in force in a county per town and item; one query."""
    rows = (
        Award.objects.filter(codes.scope_q([county]), state__in=IN_FORCE)
        .annotate(town=Substr("region_code", 1, 9))
        .values_list("town", "item_code")
        .annotate(households=Count("pk"), persons=Sum("persons"), fen=Sum("amount_fen"))
    )
    return {(town, item): [n, int(persons or 0), int(fen or 0)] for town, item, n, persons, fen in rows.order_by()}


def tie(
    added: Sums, county: str, control: Iterable[Mapping[str, Any]], places: Places, *, written: bool = False
) -> tuple[bool, list[dict[str, Any]]]:
    """(all control totals met, lines for the report). Without control totals nothing is tied. Raises BadMapping.

    `written`: what was added is in the database already."""
    after: Sums = {key: list(line) for key, line in in_force(county).items()}
    for (town, item), line in () if written else added.items():
        add(after, town + "000", item, line[1], line[2], line[0])
    wanted = read_control(control, places)
    lines = [_line(town, item, added, after, wanted, places) for town, item in sorted(after.keys() | wanted.keys())]
    return bool(wanted) and all(line["ok"] for line in lines if line["control"]), lines


def _line(
    town: str, item: str, added: Sums, after: Sums, wanted: Mapping[tuple[str, str], Mapping[str, int]], places: Places
) -> dict[str, Any]:
    inside = [line for key, line in after.items() if key[0].startswith(town) and (not item or key[1] == item)]
    have = dict(zip(COLUMNS, map(sum, zip(*inside, strict=True)), strict=True)) if inside else dict.fromkeys(COLUMNS, 0)
    new = [line for key, line in added.items() if key[0].startswith(town) and (not item or key[1] == item)]
    plus = dict(zip(COLUMNS, map(sum, zip(*new, strict=True)), strict=True)) if new else dict.fromkeys(COLUMNS, 0)
    control = dict(wanted.get((town, item), {}))
    return {
        "town": places.towns.get(town.ljust(12, "0"), town) if town else "全县",
        "item": item_title(item) if item else "全部事项",
        "added": plus,
        "after": have,
        "control": control,
        "ok": all(have[key] == value for key, value in control.items()),
    }


def item_title(code: str) -> str:
    return next((item.short for item in registry.all_items() if item.code == code), code)


def read_control(control: Iterable[Mapping[str, Any]], places: Places) -> dict[tuple[str, str], dict[str, int]]:
    """(9-digit town or "", item or "") → the figures given. Raises BadMapping naming the line."""
    from minzheng.kernel.exchange.caseload.trial import item_texts

    items, found = item_texts(), {}
    for number, one in enumerate(control, start=1):
        try:
            town = str(one.get("town") or "").strip()
            code = places.town(town)[:9] if town and town not in ("全县", "合计") else ""
            text = str(one.get("item") or "").strip()
            item = cells.one_of(text, items, "事项") if text and text not in ("全部", "合计") else ""
            figures: dict[str, int] = {}
            for key in ("households", "persons"):
                if one.get(key) not in (None, ""):
                    figures[key] = int(str(one[key]).replace(",", ""))
            fen = cells.fen(one.get("yuan"))
            if fen is not None:
                figures["fen"] = fen
        except (Bad, ValueError) as error:
            raise BadMapping(f"对照数第 {number} 行不对：{error}") from None
        if figures:
            found[(code, item)] = figures
    return found
