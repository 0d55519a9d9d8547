"""The checks that one statement answers. Each yields (line, code, severity, sentence, clearable) and begins at what is
rare (the dead, flagged accounts), so that a million lines cost one pass at most. Parameters: see checking.parameters."""

from __future__ import annotations

from minzheng.kernel.payruns.holders import rules

_LINES = "p.batch_id = %(batch)s AND p.excluded_for = ''"
_STOP = "CASE WHEN %(death_paid)s THEN p.month ELSE (p.month + interval '1 month')::date END"

# Died before the month: not payable. The family of a dead member is reckoned anew before it is paid again.
_DEAD = f"""
SELECT p.id, 'C01', %(severity)s, left(string_agg(DISTINCT d.name || to_char(d.death_date, ' YYYY-MM-DD') || ' 死亡，'
       || CASE WHEN p.persons > 1 THEN '这户须先按余下的人重新核定金额' ELSE '从次月起不再发放' END, '；'), 290), %(clearable)s
FROM kernel_person d JOIN kernel_awardmember m ON m.person_id = d.id
JOIN kernel_payline p ON p.award_id = m.award_id AND {_LINES}
WHERE d.death_date IS NOT NULL AND d.death_date < {_STOP}
GROUP BY p.id
UNION ALL
SELECT p.id, 'C01', CASE WHEN d.death_date < {_STOP} THEN %(severity)s ELSE 'warn' END,
       '领款人' || d.name || to_char(d.death_date, ' YYYY-MM-DD') || ' 死亡，'
       || CASE WHEN d.death_date < {_STOP} THEN '须先更换领款人或停发' ELSE '本月照发，请确认账户还能入账' END, %(clearable)s
FROM kernel_person d JOIN kernel_payline p ON p.person_id = d.id AND {_LINES}
WHERE d.death_date IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM kernel_awardmember m WHERE m.award_id = p.award_id AND m.person_id = d.id AND d.death_date < {_STOP})
"""

_ACCOUNT = f"""
SELECT p.id, 'C05', %(severity)s, '没有登记发放账户，请先补登', %(clearable)s
FROM kernel_payline p WHERE {_LINES} AND p.account_id IS NULL
UNION ALL
SELECT p.id, 'C05', %(severity)s, '尾号 ' || c.tail || ' 的账户' || CASE c.flag {{flags}} END || '，请先更正账户', %(clearable)s
FROM kernel_payeeaccount c JOIN kernel_payline p ON p.account_id = c.id AND {_LINES}
WHERE c.flag <> ''
"""

# One number for several payees: within a household it is told, otherwise it blocks. A guardian's account serves several.
_SHARED = f"""
SELECT p.id, 'C06', CASE WHEN bool_and(a.household_id IS NOT NULL AND a.household_id = oa.household_id)
       THEN 'warn' ELSE %(severity)s END,
       left('尾号 ' || min(c.tail) || ' 的账户还登记为' || string_agg(DISTINCT oa.payee_name, '、') || '等人的发放账户', 290),
       %(clearable)s
FROM (SELECT number_index FROM kernel_payeeaccount WHERE kind = 'own' AND number_index IS NOT NULL
      GROUP BY number_index HAVING min(person_id) <> max(person_id)) AS shared
JOIN kernel_payeeaccount c ON c.number_index = shared.number_index AND c.kind = 'own'
JOIN kernel_payline p ON p.account_id = c.id AND {_LINES}
JOIN kernel_award a ON a.id = p.award_id
JOIN kernel_payeeaccount oc ON oc.number_index = c.number_index AND oc.kind = 'own' AND oc.person_id <> p.person_id
JOIN kernel_award oa ON oa.account_id = oc.id AND oa.payee_id <> p.person_id AND oa.state IN ('active', 'tapering')
GROUP BY p.id
"""

_AMOUNT = f"""
SELECT p.id, 'C08', %(severity)s, '比上月 ' || to_char(o.due_fen / 100.0, 'FM999999990.00') || ' 元'
       || CASE WHEN p.due_fen > o.due_fen THEN '多 ' ELSE '少 ' END
       || to_char(abs(p.due_fen - o.due_fen) / 100.0, 'FM999999990.00') || ' 元，超过 ' || %(change)s || '%%', %(clearable)s
FROM kernel_payline p
JOIN kernel_payline o ON o.person_id = p.person_id AND o.month = %(before)s AND o.line_type = 'regular' AND o.live
     AND o.excluded_for = ''
JOIN kernel_paybatch b ON b.id = o.batch_id AND b.item_code = %(item)s AND b.id <> p.batch_id
WHERE {_LINES} AND p.month = %(month)s AND p.line_type = 'regular'
  AND abs(p.due_fen - o.due_fen) * 100 > o.due_fen * %(change)s
UNION ALL
SELECT p.id, 'C08', %(severity)s, '一笔 ' || to_char(p.amount_fen / 100.0, 'FM999999990.00') || ' 元，超过 '
       || to_char(%(cap)s / 100.0, 'FM999999990.00') || ' 元', %(clearable)s
FROM kernel_payline p WHERE {_LINES} AND p.amount_fen > %(cap)s
"""

_REVIEW = f"""
SELECT p.id, 'C09', CASE WHEN %(today)s - a.next_review_on > %(overdue)s THEN 'block' ELSE %(severity)s END,
       '应在 ' || a.next_review_on || ' 前复核，已逾期 ' || (%(today)s - a.next_review_on) || ' 天', %(clearable)s
FROM kernel_award a JOIN kernel_payline p ON p.award_id = a.id AND {_LINES}
WHERE a.item_code = %(item)s AND a.next_review_on < %(month)s AND a.next_review_on < %(today)s
"""

_AGE = f"""
SELECT p.id, 'C07', %(severity)s, left(string_agg(DISTINCT m.name || '在 ' || to_char(p.month, 'YYYY-MM') || ' {{words}}', '；'),
       290), %(clearable)s
FROM kernel_payline p JOIN kernel_awardmember m ON m.award_id = p.award_id JOIN kernel_person d ON d.id = m.person_id
WHERE {_LINES} AND d.birth_date IS NOT NULL AND d.birth_date {{beyond}}
GROUP BY p.id
"""


def statements(item_code: str) -> list[tuple[str, str]]:
    """(check, SQL) of a benefit."""
    found = [("C01", _DEAD), ("C05", _ACCOUNT.format(flags=_flags())), ("C06", _SHARED), ("C08", _AMOUNT)]
    return [*found, ("C09", _REVIEW), *_ages(item_code)]


def _flags() -> str:
    from minzheng.kernel.awards.models import PayeeAccount

    return " ".join(f"WHEN '{code}' THEN '{words}'" for code, words in PayeeAccount.FLAGS)


def _ages(item_code: str) -> list[tuple[str, str]]:
    bounds = rules()["ages"].get(item_code) or {}
    found = []
    if "under" in bounds:
        years = int(bounds["under"])
        beyond = f"< (p.month - interval '{years} years')::date"
        found.append(("C07", _AGE.format(words=f"已满 {years} 周岁，请核对是否仍在校就读", beyond=beyond)))
    if "from" in bounds:
        years = int(bounds["from"])
        beyond = f">= (p.month + interval '1 month' - interval '{years} years')::date"
        found.append(("C07", _AGE.format(words=f"不满 {years} 周岁", beyond=beyond)))
    return found
