"""C04: whose name is on the account. The statement leaves out what is plainly right (the payee, somebody of the family, a
guardian or an agency with papers); the few that are left are compared as people write names (holders.py)."""

from __future__ import annotations

from typing import Any

from minzheng.kernel.payruns import holders

_DIFFERENT = """
SELECT p.id, p.holder, p.name, p.kind, p.tail, array(SELECT m.name FROM pay_members m WHERE m.line_id = p.id) AS family
FROM pay_lines p
WHERE p.holder <> p.name AND NOT (p.kind IN ('guardian', 'agency') AND p.relation <> '')
  AND NOT EXISTS (SELECT 1 FROM pay_members m WHERE m.line_id = p.id AND m.name = p.holder)
ORDER BY p.id
"""


def names_and_holders(cursor: Any) -> None:
    """Put the findings into pay_found."""
    cursor.execute(_DIFFERENT)
    found = [row for row in map(_judge, cursor.fetchall()) if row is not None]
    if found:
        cursor.executemany("INSERT INTO pay_found VALUES (%s, 'C04', %s, %s, %s)", found)


def _judge(row: tuple[Any, ...]) -> tuple[int, str, str, bool] | None:
    line, holder, name, kind, tail, family = row
    answers = {holders.compare(holder, one) for one in (name, *family)}
    if holders.SAME in answers:
        return None
    rule = holders.rules()["severities"]["C04"]
    if holders.PERHAPS in answers:
        told = f"尾号 {tail} 的户名“{holder}”与“{name}”只差生僻字或间隔号，请向银行核实后写明理由"
        return line, rule["severity"], told, True
    if kind in ("guardian", "agency"):
        told = f"尾号 {tail} 的户名“{holder}”是监护或代管账户，还没有登记关系和手续"
        return line, rule["severity"], told, bool(rule["clearable"])
    told = f"尾号 {tail} 的户名“{holder}”不是领款人{name}，也不是家庭成员或监护人，请先更正账户"
    return line, rule["severity"], told, bool(rule["clearable"])
