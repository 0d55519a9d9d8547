"""What the monitors know about people in a pay batch (kernel/payruns/findings): alerts that are in force, i.e. neither
closed nor judged untrue. Where only a name or a repaired number points to the person, it is a warning: somebody looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minzheng.kernel.payruns.findings import finding

_ALERTS = """
SELECT a.person_id, a.title || '（预警 ' || a.no || '）' || CASE WHEN a.in_doubt THEN '身份待核实' ELSE '' END,
       NOT a.in_doubt
FROM datacenter_alert a JOIN pay_people w ON w.person_id = a.person_id
WHERE a.monitor = ANY(%s) AND a.state <> 'CLOSED' AND a.verdict <> 'false'
"""


@finding("C01")
def dead() -> tuple[str, Sequence[Any]]:
    """Death records and cremations that nobody has looked into yet."""
    return _ALERTS, [["common.death", "common.cremation"]]


@finding("C02")
def in_custody() -> tuple[str, Sequence[Any]]:
    """服刑、强制隔离戒毒; short detention (行政拘留) makes no fact, so no alert either."""
    return _ALERTS, [["common.custody"]]


@finding("C07")
def certificate_lapsed() -> tuple[str, Sequence[Any]]:
    """残疾人证过期、冻结、注销; it matters to the subsidies that rest on it, not to other benefits of the same person."""
    same_benefit = "AND EXISTS (SELECT 1 FROM pay_lines l JOIN kernel_award k ON k.id = l.award_id WHERE k.item_code = a.item_code)"
    return _ALERTS + same_benefit, [["disability.certificate.lapsed"]]


@finding("C10")
def on_public_payroll() -> tuple[str, Sequence[Any]]:
    return _ALERTS, [["common.fiscal_pay"]]


@finding("C11")
def elsewhere() -> tuple[str, Sequence[Any]]:
    """The province's list of people who draw the same benefit in another county."""
    return _ALERTS, [["assistance.dibao.elsewhere"]]
