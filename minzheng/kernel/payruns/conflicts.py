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

_IN_FORCE = """(o.first_month <= p.month AND (o.last_month IS NULL OR o.last_month >= p.month)
    AND o.state IN ('active', 'tapering', 'ended') AND o.amount_fen > 0 AND o.cycle = 'monthly')"""

_OTHER = f"""
INSERT INTO pay_found
SELECT p.id, 'C03', %(severity)s, left(string_agg(DISTINCT m.name || '同月享受' || %(title)s || '（' || o.no || '），'
       || %(words)s, '；'), 290), %(clearable)s
FROM kernel_award o JOIN kernel_awardmember other ON other.award_id = o.id
JOIN kernel_awardmember m ON m.person_id = other.person_id
JOIN kernel_payline p ON p.award_id = m.award_id AND p.batch_id = %(batch)s AND p.excluded_for = ''
WHERE o.item_code = ANY(%(others)s) AND {_IN_FORCE}
GROUP BY p.id
"""

# The same benefit twice: the later decision gives way.
_TWICE = f"""
INSERT INTO pay_found
SELECT p.id, 'C03', %(severity)s, left(string_agg(DISTINCT m.name || '同月还在' || o.no || '享受同一项待遇', '；'), 290),
       %(clearable)s
FROM (SELECT m.person_id FROM kernel_awardmember m JOIN kernel_award a ON a.id = m.award_id
      WHERE a.item_code = %(item)s AND a.amount_fen > 0 AND a.cycle = 'monthly' AND m.person_id IS NOT NULL
        AND a.first_month <= %(month)s AND (a.last_month IS NULL OR a.last_month >= %(month)s)
        AND a.state IN ('active', 'tapering')
      GROUP BY m.person_id HAVING min(m.award_id) <> max(m.award_id)) AS twice
JOIN kernel_awardmember m ON m.person_id = twice.person_id
JOIN kernel_payline p ON p.award_id = m.award_id AND p.batch_id = %(batch)s AND p.excluded_for = ''
JOIN kernel_award a ON a.id = p.award_id
JOIN kernel_awardmember other ON other.person_id = m.person_id AND other.award_id <> m.award_id
JOIN kernel_award o ON o.id = other.award_id AND o.item_code = %(item)s AND {_IN_FORCE}
     AND (o.decided_on, o.id) < (a.decided_on, a.id)
GROUP BY p.id
"""


def conflicting(cursor: Any, batch: PayBatch, given: dict[str, Any]) -> None:
    """Put the findings into pay_found."""
    rule = rules()["severities"]["C03"]
    cursor.execute(_TWICE, {**given, **rule})
    item = registry.get(batch.item_code)
    for row in in_force(batch):
        if row.yields not in item.grants:
            continue
        # An item that grants several benefits does not say here which one this award is: a person looks.
        sure = len(item.grants) == 1
        others = [one.code for one in registry.all_items() if row.stands in one.grants and one.code != item.code]
        if others:
            told = {
                "others": others, "title": registry.get(others[0]).short, "words": f"{item.short}应让出（{row.basis}）",
                "severity": rule["severity"] if sure else "warn", "clearable": rule["clearable"] or not sure,
            }  # fmt: skip
            cursor.execute(_OTHER, {**given, **told})


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
