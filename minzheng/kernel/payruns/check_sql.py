"""The checks that one statement answers. Each yields (line, code, severity, sentence, clearable) out of what check_tables
gathered, and begins at what is rare, so that a million lines cost one pass at most. Parameters: see checking.parameters."""

from __future__ import annotations

from minzheng.kernel.payruns.holders import rules

_STOP = "CASE WHEN %(death_paid)s THEN p.month ELSE (p.month + interval '1 month')::date END"

# Died before the month: not payable. The family of a dead member is reckoned anew before it is paid again.
_DEAD = f"""
SELECT p.line_id, 'C01', %(severity)s, left(string_agg(DISTINCT d.name || to_char(d.death_date, ' YYYY-MM-DD') || ' 死亡，'
       || CASE WHEN p.persons > 1 THEN '这户须先按余下的人重新核定金额' ELSE '从次月起不再发放' END, '；'), 290), %(clearable)s
FROM kernel_person d JOIN pay_members p ON p.person_id = d.id
WHERE d.death_date IS NOT NULL AND d.death_date < {_STOP}
GROUP BY p.line_id
UNION ALL
SELECT p.id, 'C01', CASE WHEN p.death_date < {_STOP} THEN %(severity)s ELSE 'warn' END,
       '领款人' || p.name || to_char(p.death_date, ' YYYY-MM-DD') || ' 死亡，'
       || CASE WHEN p.death_date < {_STOP} THEN '须先更换领款人或停发' ELSE '本月照发，请确认账户还能入账' END, %(clearable)s
FROM pay_lines p
WHERE p.death_date IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM pay_members m WHERE m.line_id = p.id AND m.person_id = p.person_id AND p.death_date < {_STOP})
"""

_ACCOUNT = """
SELECT p.id, 'C05', %(severity)s, CASE WHEN p.account_id IS NULL THEN '没有登记发放账户，请先补登'
       ELSE '尾号 ' || p.tail || ' 的账户' || CASE p.flag {flags} ELSE p.flag END || '，请先更正账户' END, %(clearable)s
FROM pay_lines p WHERE p.account_id IS NULL OR p.flag <> ''
"""

# One number for several payees: within a household it is told, otherwise it blocks. A guardian's account serves several.
_SHARED = """
SELECT p.id, 'C06', CASE WHEN bool_and(p.household_id IS NOT NULL AND p.household_id = oa.household_id)
       THEN 'warn' ELSE %(severity)s END,
       left('尾号 ' || min(p.tail) || ' 的账户还登记为' || string_agg(DISTINCT oa.payee_name, '、') || '等人的发放账户', 290),
       %(clearable)s
FROM (SELECT number_index FROM kernel_payeeaccount WHERE kind = 'own' AND number_index IS NOT NULL
      GROUP BY number_index HAVING min(person_id) <> max(person_id)) AS shared
JOIN pay_lines p ON p.number_index = shared.number_index AND p.kind = 'own'
JOIN kernel_payeeaccount oc ON oc.number_index = p.number_index AND oc.kind = 'own' AND oc.person_id <> p.person_id
JOIN kernel_award oa ON oa.account_id = oc.id AND oa.payee_id <> p.person_id AND oa.state IN ('active', 'tapering')
GROUP BY p.id
"""

# One payee with several accounts of their own: paid here and elsewhere into different ones. It is told; nothing is wrong yet.
_SEVERAL = """
SELECT p.id, 'C06', 'warn',
       left('领款人' || p.name || '的待遇发到不同账户：本批尾号 ' || p.tail || '，尾号 '
            || string_agg(DISTINCT oc.tail, '、') || ' 的账户领着别的待遇，请核对是否应并入一个“一卡通”账户', 290), %(clearable)s
FROM (SELECT payee_id FROM kernel_award WHERE state IN ('active', 'tapering') GROUP BY payee_id
      HAVING min(account_id) <> max(account_id)) AS several
JOIN pay_lines p ON p.person_id = several.payee_id
JOIN kernel_award oa ON oa.payee_id = p.person_id AND oa.id <> p.award_id AND oa.state IN ('active', 'tapering')
JOIN kernel_payeeaccount oc ON oc.id = oa.account_id AND oc.kind = 'own' AND oc.number_index IS DISTINCT FROM p.number_index
WHERE p.kind = 'own' AND p.number_index IS NOT NULL AND oc.number_index IS NOT NULL
GROUP BY p.id, p.name, p.tail
"""

_AMOUNT = """
SELECT p.id, 'C08', %(severity)s, '比上月 ' || to_char(o.due_fen / 100.0, 'FM999999990.00') || ' 元'
       || CASE WHEN p.due_fen > o.due_fen THEN '多 ' ELSE '少 ' END
       || to_char(abs(p.due_fen - o.due_fen) / 100.0, 'FM999999990.00') || ' 元，超过 ' || %(change)s || '%%', %(clearable)s
FROM pay_lines p
JOIN kernel_payline o ON o.person_id = p.person_id AND o.month = %(before)s AND o.line_type = 'regular' AND o.live
     AND o.excluded_for = ''
JOIN kernel_paybatch b ON b.id = o.batch_id AND b.item_code = %(item)s AND b.id <> %(batch)s
WHERE p.month = %(month)s AND p.line_type = 'regular' AND abs(p.due_fen - o.due_fen) * 100 > o.due_fen * %(change)s
UNION ALL
SELECT p.id, 'C08', %(severity)s, '一笔 ' || to_char(p.amount_fen / 100.0, 'FM999999990.00') || ' 元，超过 '
       || to_char(%(cap)s / 100.0, 'FM999999990.00') || ' 元', %(clearable)s
FROM pay_lines p WHERE p.amount_fen > %(cap)s
"""

_REVIEW = """
SELECT p.id, 'C09', CASE WHEN %(today)s - p.next_review_on > %(overdue)s THEN 'block' ELSE %(severity)s END,
       '应在 ' || p.next_review_on || ' 前复核，已逾期 ' || (%(today)s - p.next_review_on) || ' 天', %(clearable)s
FROM pay_lines p WHERE p.next_review_on < %(month)s AND p.next_review_on < %(today)s
"""

_AGE = """
SELECT p.line_id, 'C07', %(severity)s, left(string_agg(DISTINCT p.name || '在 ' || to_char(p.month, 'YYYY-MM') || ' {words}',
       '；'), 290), %(clearable)s
FROM pay_members p JOIN kernel_person d ON d.id = p.person_id WHERE d.birth_date {beyond} GROUP BY p.line_id
"""


def statements(item_code: str) -> list[tuple[str, str]]:
    """(check, SQL) of a benefit."""
    found = [("C01", _DEAD), ("C05", _ACCOUNT.format(flags=_flags())), ("C06", _SHARED), ("C06", _SEVERAL),
             ("C08", _AMOUNT)]  # fmt: skip
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
