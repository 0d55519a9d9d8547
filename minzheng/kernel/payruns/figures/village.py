"""村级发放台账: one village's payments of a month, by benefit, for the township's file and the village's board room.

Full names and amounts, account tails only; who may read it is who may read payments there. The public list is another
one (masked by each benefit's rule)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from minzheng.kernel.documents.catalogue import elements
from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.typesetting import rendering
from minzheng.kernel.documents.typesetting.amounts import capitals, yuan
from minzheng.kernel.payruns import reading
from minzheng.kernel.payruns.console.words import LINE_STATES, LINE_TYPES, item_short, month_text
from minzheng.kernel.payruns.figures import tables
from minzheng.kernel.payruns.models import PayLine

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

FORM = "F06"
#: A village has some hundreds of families; beyond this the list is exported, not printed.
MOST = 3000


def lines(actor: Actor, month: datetime.date, village: str) -> list[PayLine]:
    """What the village's ledger holds, by benefit and payee."""
    rows = tables.counted(reading.lines(actor).filter(batch__month=month, region_code=village))
    return list(rows.order_by("batch__item_code", "award__payee_name", "award_id", "month", "pk")[: MOST + 1])


def pdf(*, found: list[PayLine], month: datetime.date, village: str, agency: str, on: datetime.date) -> bytes:
    """The ledger as PDF. `village`: its full name; `found`: of `lines`, not empty."""
    form = catalogue.notice(FORM)
    kept = elements.stored(form, fields(found, month, village))
    head = {"title": f"{month_text(month)}{form.suffix}", "agency": agency, "addressee": village}
    return rendering.render(form, kept | head, issued_on=on.isoformat())


def fields(found: list[PayLine], month: datetime.date, village: str) -> dict[str, Any]:
    """The form's elements: rows by payee, one line a benefit, and the total in figures and capitals."""
    sums: dict[str, list[PayLine]] = defaultdict(list)
    for one in found:
        sums[one.batch.item_code].append(one)
    fen = sum(one.amount_fen for one in found)
    return {
        "matter": village,
        "month": month_text(month),
        "rows": [_row(n, one, month) for n, one in enumerate(found, start=1)],
        "sums": [
            {
                "item": item_short(code), "households": str(len({one.award_id for one in rows})),
                "persons": str(_persons(rows)), "amount": yuan(sum(one.amount_fen for one in rows)),
            }
            for code, rows in sums.items()
        ],
        "households": str(len({one.award_id for one in found})),
        "persons": str(_persons(found)),
        "total": yuan(fen),
        "capitals": capitals(fen),
    }  # fmt: skip


def _persons(rows: list[PayLine]) -> int:
    """People, once an award."""
    most: dict[int, int] = {}
    for one in rows:
        most[one.award_id] = max(most.get(one.award_id, 0), one.persons)
    return sum(most.values())


def _row(n: int, one: PayLine, month: datetime.date) -> dict[str, str]:
    for_month = "" if one.month == month else f"{month_text(one.month)}"
    kind = "" if one.line_type == "regular" else LINE_TYPES.get(one.line_type, one.line_type)
    more = [part for part in (kind, for_month) if part]
    return {
        "no": str(n), "name": one.award.payee_name, "item": item_short(one.batch.item_code), "persons": str(one.persons),
        "amount": yuan(one.amount_fen), "account": f"尾号 {one.account.tail}" if one.account and one.account.tail else "",
        "state": LINE_STATES[one.state], "note": "，".join(more),
    }  # fmt: skip
