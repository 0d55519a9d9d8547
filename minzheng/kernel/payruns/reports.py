"""月报: 户数、人数、人次、金额 of a county's month, by benefit, and the proof that lines and ledger say the same.

应发 = 已发 + 待重发 + 待发 (what is on its way); all amounts in fen."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any

from django.db import connection

from minzheng.kernel.payruns.models import PayBatch
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIGURES = """
SELECT b.item_code,
       count(DISTINCT p.award_id) FILTER (WHERE {paid}) AS households,
       coalesce(sum(p.persons) FILTER (WHERE {paid} AND p.line_type = 'regular'), 0) AS person_times,
       count(*) FILTER (WHERE {held} AND p.amount_fen > 0) AS lines,
       coalesce(sum(p.due_fen + p.correction_fen) FILTER (WHERE {held}), 0) AS due_fen,
       coalesce(-sum(p.offset_fen) FILTER (WHERE {held}), 0) AS offset_fen,
       coalesce(sum(p.amount_fen) FILTER (WHERE {paid}), 0) AS paid_fen,
       coalesce(sum(p.amount_fen) FILTER (WHERE p.state = 'returned'), 0) AS returned_fen,
       coalesce(sum(p.amount_fen) FILTER (WHERE p.state = 'reissued'), 0) AS reissued_fen,
       count(*) FILTER (WHERE p.state = 'excluded' AND p.live) AS excluded_lines,
       coalesce(sum(p.due_fen) FILTER (WHERE p.state = 'excluded' AND p.live), 0) AS excluded_fen
FROM kernel_payline p JOIN kernel_paybatch b ON b.id = p.batch_id
WHERE b.month = %(month)s AND b.region_code BETWEEN %(low)s AND %(high)s AND b.state <> 'VOIDED'
GROUP BY b.item_code ORDER BY b.item_code
""".format(paid="p.state = 'paid' AND p.amount_fen > 0", held="p.excluded_for = '' AND p.state <> 'cancelled'")
#: People, counted once however many benefits or months they were paid for.
_PERSONS = """
SELECT b.item_code, count(DISTINCT m.member) FROM kernel_payline p JOIN kernel_paybatch b ON b.id = p.batch_id
CROSS JOIN LATERAL jsonb_array_elements_text(p.snapshot -> 'members') AS m (member)
WHERE b.month = %(month)s AND b.region_code BETWEEN %(low)s AND %(high)s AND p.state = 'paid' AND p.amount_fen > 0
GROUP BY GROUPING SETS ((b.item_code), ()) ORDER BY 1
"""
_KEYS = (
    "item_code", "households", "person_times", "lines", "due_fen", "offset_fen", "paid_fen", "returned_fen",
    "reissued_fen", "excluded_lines", "excluded_fen",
)  # fmt: skip


def month_report(county: str, month: datetime.date) -> dict[str, Any]:
    """{"month", "region_code", "benefits": [{…KEYS, "distinct_persons"}], "totals": {…}, "batches": [numbers]}."""
    low, high = codes.bounds(county)
    given: dict[str, Any] = {"month": month, "low": low, "high": high}
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, given)
        benefits = [
            {key: value if key == "item_code" else int(value) for key, value in zip(_KEYS, row, strict=True)}
            for row in cursor.fetchall()
        ]
        cursor.execute(_PERSONS, given)
        people = dict(cursor.fetchall())
    for one in benefits:
        one["distinct_persons"] = int(people.get(one["item_code"], 0))
    totals = {key: sum(one[key] for one in benefits) for key in _KEYS[1:]}
    totals["distinct_persons"] = int(people.get(None, 0))
    batches = PayBatch.objects.filter(codes.scope_q([county]), month=month).exclude(state="VOIDED").order_by("no")
    return {
        "month": f"{month:%Y-%m}", "region_code": county, "benefits": benefits, "totals": totals,
        "batches": list(batches.values_list("no", flat=True)),
    }  # fmt: skip


def canonical(report: Mapping[str, Any]) -> bytes:
    return json.dumps(report, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def untied(county: str, month: datetime.date) -> list[str]:
    """Differences between the lines of a month's batches and what the ledger holds of them."""
    from minzheng.kernel.payruns.ties import differences

    low, high = codes.bounds(county)
    return list(differences("b.month = %(month)s AND b.region_code BETWEEN %(low)s AND %(high)s",
                            {"month": month, "low": low, "high": high}))  # fmt: skip
