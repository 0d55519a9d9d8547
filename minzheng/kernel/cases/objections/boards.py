"""公示榜: the sheet for a village's notice board, one for all rows of an item with the same period, issued as a numbered
N05 with its verification code."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minzheng.kernel.cases.publicity import public_lists
from minzheng.kernel.items import registry
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Publicity
    from minzheng.kernel.documents.models import IssuedDocument

CODE = "N05"
#: Where an objection can be made by voice; the government hotline takes it everywhere.
PHONE = "12345"


class NoSuchSheet(LookupError):
    """Nothing hangs there today, or it is another place's."""


@dataclass(frozen=True)
class Sheet:
    """``key`` names it in the form: village, item, first and last day."""

    key: str
    village: str
    item: str
    posted_on: datetime.date
    ends_on: datetime.date
    places: str
    rows: tuple[Publicity, ...]


def sheets(actor: Actor, on: datetime.date) -> list[Sheet]:
    """Today's sheets of the places where this actor posts."""
    rows = public_lists.current(on).filter(actor.scope_q("case.publicity")).order_by("region_code", "ends_on", "pk")
    found = []
    for (region, item, start, end), group in sorted(public_lists.boards(rows).items()):
        places = "、".join(dict.fromkeys(row.place for row in group))
        key = f"{region}|{item}|{start:%Y%m%d}|{end:%Y%m%d}"
        found.append(Sheet(key, region_name(region), registry.get(item).title, start, end, places, tuple(group)))
    return found


def issue(*, actor: Actor, key: str, on: datetime.date) -> IssuedDocument:
    """The sheet of this key as an issued document; the same rows are issued once and then found again.

    Raises NoSuchSheet, documents.DocumentError."""
    from minzheng.kernel.documents import services
    from minzheng.kernel.documents.models import IssuedDocument

    sheet = next((one for one in sheets(actor, on) if one.key == key), None)
    if sheet is None:
        raise NoSuchSheet("这张公示榜已经到期，或不在您的范围内，请刷新后再印。")
    region, fields = sheet.rows[0].region_code, _fields(sheet)
    for known in IssuedDocument.objects.filter(code=CODE, case=None, region_code=region, addressee_name=sheet.village):
        if known.fields.get("board") == fields["board"]:
            return known
    return services.issue(
        code=CODE, case=None, addressee_name=sheet.village, fields=fields, actor=actor, on=on, region_code=region
    )


def _fields(sheet: Sheet) -> dict[str, Any]:
    rows = []
    for row in sheet.rows:
        stored = row.public_row
        rows.append(
            {"applicant": stored["applicant_name"], "persons": stored["persons"], "amount_fen": stored["amount_fen"]}
        )
    item = registry.get(sheet.rows[0].case.item_code)
    return {
        "matter": item.title,
        "basis": [part for part in item.law.split("；") if part],
        "rows": rows,
        "place": sheet.places,
        "posted_on": sheet.posted_on,
        "ends_on": sheet.ends_on,
        "phone": PHONE,
        "board": sheet.key + "|" + ",".join(str(row.pk) for row in sheet.rows),
    }
