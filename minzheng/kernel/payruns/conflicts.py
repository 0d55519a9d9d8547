"""C03: the same person drawing, in the same month, what must not be drawn together; the rows of the conflict matrix that
hold in the place say which of the two gives way (reference §7.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minzheng.kernel.items import registry
from minzheng.kernel.payruns.holders import rules
from minzheng.kernel.standards import values
from minzheng.policy.entitlements.matrix import Conflict, conflicts
from minzheng.policy.regions import normalize_region

if TYPE_CHECKING:
    from minzheng.kernel.payruns.models import PayBatch

# Everybody in the batch who is covered by another monthly award in force in the month of the line; one pass for all rows.
_OTHERS = """
CREATE TEMP TABLE pay_others ON COMMIT DROP AS
SELECT m.line_id, m.name, o.item_code, o.no, (o.decided_on, o.id) < (p.decided_on, p.award_id) AS earlier
FROM pay_members m JOIN pay_lines p ON p.id = m.line_id
JOIN kernel_awardmember other ON other.person_id = m.person_id AND other.award_id <> m.award_id
JOIN kernel_award o ON o.id = other.award_id
WHERE o.item_code = ANY(%(items)s) AND o.first_month <= m.month AND (o.last_month IS NULL OR o.last_month >= m.month)
  AND o.state IN ('active', 'tapering', 'ended') AND o.amount_fen > 0 AND o.cycle = 'monthly'
"""
_OTHER = """
INSERT INTO pay_found
SELECT line_id, 'C03', %(severity)s, left(string_agg(DISTINCT name || '同月享受' || %(title)s || '（' || no || '），' || %(words)s,
       '；'), 290), %(clearable)s
FROM pay_others WHERE item_code = ANY(%(others)s) GROUP BY line_id
"""
# The same benefit twice: the later decision gives way.
_TWICE = """
INSERT INTO pay_found
SELECT line_id, 'C03', %(severity)s, left(string_agg(DISTINCT name || '同月还在' || no || '享受同一项待遇', '；'), 290),
       %(clearable)s
FROM pay_others WHERE item_code = %(item)s AND earlier GROUP BY line_id
"""


def conflicting(cursor: Any, batch: PayBatch) -> None:
    """Put the findings into pay_found."""
    rule, item = rules()["severities"]["C03"], registry.get(batch.item_code)
    rows = [(row, _granting(row.stands, but=item.code)) for row in in_force(batch) if row.yields in item.grants]
    cursor.execute("DROP TABLE IF EXISTS pay_others")
    cursor.execute(_OTHERS, {"items": [item.code, *(code for _, others in rows for code in others)]})
    cursor.execute(_TWICE, {"item": item.code, **rule})
    # An item that grants several benefits does not say here which one this award is: a person looks.
    sure = len(item.grants) == 1
    for row, others in rows:
        if others:
            told = {
                "others": others, "title": registry.get(others[0]).short, "words": f"{item.short}应让出（{row.basis}）",
                "severity": rule["severity"] if sure else "warn", "clearable": rule["clearable"] or not sure,
            }  # fmt: skip
            cursor.execute(_OTHER, told)
    cursor.execute("DROP TABLE pay_others")


def _granting(benefit: str, *, but: str) -> list[str]:
    """Items that grant a benefit."""
    return [one.code for one in registry.all_items() if benefit in one.grants and one.code != but]


def in_force(batch: PayBatch) -> list[Conflict]:
    """The excluding rows that hold in the batch's place and month, also where the place may choose."""
    params = values.with_values(values.ruleset().params)
    place = normalize_region(batch.region_code)
    found = []
    for row in conflicts(values.ruleset(), batch.month):
        chosen = [(params.resolve(name, place, batch.month), wanted) for name, wanted in row.when]
        if row.mode == "exclude" and all(one is not None and _text(one.row.value) == wanted for one, wanted in chosen):
            found.append(row)
    return found


def _text(value: Any) -> str:
    return values.text_of(value)
