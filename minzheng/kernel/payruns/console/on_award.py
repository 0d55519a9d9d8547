"""What an award's page shows of its payments: every attempt with its batch, and the payee's own account in the ledger."""

from __future__ import annotations

from typing import Any

from minzheng.kernel.ledger import chart, selectors
from minzheng.kernel.parts.columns import Badge, Column, Date, Link, Money, Month, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Table
from minzheng.kernel.payruns.console.columns import BatchLink, Note, said_by_bank
from minzheng.kernel.payruns.console.words import LINE_STATES, LINE_TONES, LINE_TYPES
from minzheng.kernel.payruns.models import PayLine

#: Rows drawn here; the whole is in the lists.
SHOWN = 40
#: Accounts that are about one payee.
OWN = ("payable", "reissue", "receivable")
ATTEMPTS: tuple[Column, ...] = (
    Link(
        lambda row: f"{row.month.year}年{row.month.month}月",
        "所属月",
        page="payruns.line",
        args={"pk": "pk"},
        css="nowrap",
    ),
    Text(lambda row: LINE_TYPES.get(row.line_type, row.line_type), "类型", css="nowrap"),
    Money("amount_fen", "实发（元）"),
    Badge("state", "状态", names=LINE_STATES, tones=LINE_TONES),
    BatchLink("batch.no", "批次", css="nowrap"),
    Date("resulted_on", "银行结果", narrow=False),
    Note(said_by_bank, "原因"),
)
STATEMENT: tuple[Column, ...] = (
    Date("transaction.occurred_on", "日期"),
    Text(lambda row: chart.title(row.account_id), "科目"),
    Money(lambda row: max(row.amount, 0), "借方（元）"),
    Money(lambda row: max(-row.amount, 0), "贷方（元）"),
    Month("month", "所属月"),
    Text("transaction.memo", "摘要"),
)


def attempts(award: Any, drawing: Drawing) -> Any:
    """Every attempt to pay this award, the newest first."""
    rows = PayLine.objects.filter(award=award).select_related("batch", "award")
    return rows.defer("award__frozen", "award__account_no").order_by("-month", "-attempt", "-pk")[:SHOWN]


def statement(award: Any, drawing: Drawing) -> Any:
    """Entries of the payee and this benefit: owed, waiting to be paid again, to be paid back."""
    if award.payee_id is None:
        return ()
    rows = selectors.entries_visible_to(drawing.actor).filter(
        party=award.payee_id, benefit=award.item_code, account__in=OWN
    )
    return rows.order_by("-transaction__occurred_on", "-transaction_id", "seq")[:SHOWN]


PANELS = (
    Table(
        "发放经过", permission="payment.read", rows=attempts, columns=ATTEMPTS,
        empty="还没有进过发放批次。每月的批次里发了多少、到账没有，会列在这里。",
    ),
    Table(
        "领款人的账", permission="ledger.read", rows=statement, columns=STATEMENT,
        empty="账上还没有这份待遇的记录。批次审批以后记应付，到账以后冲减。",
    ),
)  # fmt: skip
