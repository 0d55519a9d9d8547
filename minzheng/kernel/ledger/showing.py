"""How amounts and kinds of transactions read."""

from __future__ import annotations

from minzheng.kernel.ledger import chart
from minzheng.kernel.ledger.models import FEN, LedgerAccount
from minzheng.kernel.ledger.models import UNITS as _UNITS

UNITS = dict(_UNITS)
KINDS_OF_ACCOUNTS = dict(LedgerAccount.KINDS)

#: Kinds of transactions by code; whoever posts a kind of its own adds its title with `name_kinds`.
_kinds: dict[str, str] = {
    "approve": "批次审批", "fund": "财政拨付", "paid": "发放成功", "returned": "银行退回", "reissue": "重新发放",
    "clawback": "追回", "written_off": "核销", "treasury": "退回财政", "void": "批次作废", "fund.opening": "启用前的余额",
}  # fmt: skip


def name_kinds(titles: dict[str, str]) -> None:
    """Chinese titles of further kinds of transactions."""
    _kinds.update(titles)


#: Titles of what is booked under `benefit` without being an item that one applies for.
_benefits: dict[str, str] = {}


def name_benefits(titles: dict[str, str]) -> None:
    """Chinese titles of further values of `benefit`."""
    _benefits.update(titles)


def benefit_title(code: str) -> str:
    return _benefits.get(code, code)


#: Titles of sources of money by code, and of what a voucher came from: prefix of `reference` → (title, page of its row).
_sources: dict[str, str] = {}
_origins: dict[str, tuple[str, str]] = {}


def name_sources(titles: dict[str, str]) -> None:
    """Chinese titles of values of `source`."""
    _sources.update(titles)


def source_title(code: str) -> str:
    return _sources.get(code, code)


def name_origins(origins: dict[str, tuple[str, str]]) -> None:
    """Prefix of `reference` → (Chinese title, code of the page that shows the row with this number; "" for none)."""
    _origins.update(origins)


def origin(reference: str) -> tuple[str, str, str]:
    """(title, page, number) of what a voucher came from; the reference itself where nobody named its prefix."""
    prefix, _, number = reference.partition(":")
    title, page = _origins.get(prefix, (reference, ""))
    return title, page if number.isdigit() else "", number


def kind_title(code: str) -> str:
    return _kinds.get(code, code)


def kinds() -> list[tuple[str, str]]:
    return list(_kinds.items())


def amount_text(amount: int, unit: str) -> str:
    """An amount of whole units as people write it: 123456 fen → "1,234.56 元", 12 pieces → "12 件"."""
    text = f"{amount:,}"
    if unit == FEN:
        text = f"{'-' if amount < 0 else ''}{abs(amount) // 100:,}.{abs(amount) % 100:02}"
    return f"{text} {UNITS.get(unit, unit)}"


def unit_of(account: str) -> str:
    one = chart.planned().get(account)
    return one.unit if one else FEN
