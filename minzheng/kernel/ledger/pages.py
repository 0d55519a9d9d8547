"""账目: trial balance, vouchers, entries and the statement of one account. Read only: acts elsewhere do the booking."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.items import registry
from minzheng.kernel.ledger import chart, selectors, showing
from minzheng.kernel.ledger.models import LedgerTransaction
from minzheng.kernel.ledger.showing import amount_text, kind_title, unit_of
from minzheng.kernel.pages import registry as pages
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.gate import allowed
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Column, Date, Link, Moment, Month, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByChoice, ByMonth, ByRegion, DateRange, Search
from minzheng.kernel.parts.page import Custom, DetailBody, ExportBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table
from minzheng.kernel.parts.places import places_below
from minzheng.kernel.parts.plain_fields import parse_date

READ = selectors.READ
#: Accounts whose party is a lot of goods, not a person.
_LOTS = ("stock", "received", "loss")
IMPERSONAL = "只有科目、凭证和合计，没有任何人的姓名"


@dataclass(frozen=True)
class Amount(Column):
    """An amount with its unit; `side` "debit" or "credit" shows only that side of a signed amount."""

    side: str = ""
    unit: Callable[[Any], str] = lambda row: unit_of(row.account_id)

    align: ClassVar[str] = "num"

    def text(self, row: Any, drawing: Drawing) -> str:
        value = int(self.get(row) or 0)
        if self.side:
            value = max(value if self.side == "debit" else -value, 0)
        return amount_text(value, self.unit(row)) if value else ""


@dataclass(frozen=True)
class Party(Column):
    """Who an entry is about, by name; one query for all rows."""

    def prepare(self, rows: Sequence[Any], drawing: Drawing) -> None:
        from minzheng.kernel.subjects.models import Person

        wanted = {row.party for row in rows if row.party and row.account_id not in _LOTS}
        names = Person.objects.filter(pk__in=wanted).values_list("pk", "name") if wanted else ()
        drawing.notes["ledger_parties"] = dict(names)

    def text(self, row: Any, drawing: Drawing) -> str:
        return str(drawing.notes.get("ledger_parties", {}).get(row.party, ""))


@dataclass(frozen=True)
class Origin(Text):
    """What a voucher came from, in words; opens it for those who may."""

    def text(self, row: Any, drawing: Drawing) -> str:
        return showing.origin(row.reference)[0]

    def cell(self, row: Any, drawing: Drawing) -> str:
        title, page, number = showing.origin(row.reference)
        found = pages.pages().get(page)
        if found is None or not allowed(drawing.actor, found):
            return title or "—"
        return format_html('<a href="{}">{}</a>', reverse(page, kwargs={"pk": int(number)}), title)


def _item_title(code: str) -> str:
    return {item.code: item.short for item in registry.all_items()}.get(code) or showing.benefit_title(code)


def _items(drawing: Drawing) -> list[tuple[str, str]]:
    return [(item.code, item.title) for item in registry.all_items()]


def _accounts(drawing: Drawing) -> list[tuple[str, str]]:
    return [(one.code, one.title) for one in chart.planned().values()]


def _by_reference(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    """A voucher by its number, by what it came from (``paybatch:12``), or by how its memo begins (a batch's number)."""
    if text.isascii() and text.isdigit():
        return rows.filter(pk=int(text[:18]))
    return rows.filter(reference=text) if ":" in text else rows.filter(memo__startswith=text)


def _of_voucher(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    if text.isascii() and text.isdigit():
        return rows.filter(transaction_id=int(text[:18]))
    return rows.filter(transaction__in=_by_reference(LedgerTransaction.objects.all(), text, drawing))


def _one(actor: Any, pk: int) -> LedgerTransaction | None:
    return selectors.visible_to(actor).select_related("reverses", "reversal").filter(pk=pk).first()


def _actor_name(one: LedgerTransaction) -> str:
    from minzheng.kernel.accounts.models import User

    return User.objects.filter(pk=one.actor_id).values_list("name", flat=True).first() or "系统"


def _sums(one: LedgerTransaction, drawing: Drawing) -> Any:
    return selectors.totals_visible_to(drawing.actor).filter(transaction=one).order_by("id")[:100]


@dataclass(frozen=True)
class _Period:
    """What a board's address asks for; anything unreadable falls back to this year, the whole scope."""

    since: datetime.date
    until: datetime.date
    region: str
    places: list[tuple[str, str]]

    @classmethod
    def of(cls, request: HttpRequest, actor: Any) -> _Period:
        today = clock.today()
        places = places_below(actor.scopes(READ))
        region = request.GET.get("region", "")
        return cls(
            parse_date(request.GET.get("from", "")) or today.replace(month=1, day=1),
            parse_date(request.GET.get("to", "")) or today,
            region if region in dict(places) else "",
            places,
        )

    def query(self, **more: str) -> str:
        from urllib.parse import urlencode

        values = {"from": self.since.isoformat(), "to": self.until.isoformat(), "region": self.region, **more}
        return urlencode({name: value for name, value in values.items() if value})


def trial(request: HttpRequest) -> HttpResponse:
    """科目余额表: opening, both sides and closing of every account; the closing sums are 0."""
    actor = actor_in(request)
    period = _Period.of(request, actor)
    rows = selectors.trial_balance(
        period.region, period.until, since=period.since, rows=selectors.totals_visible_to(actor)
    )
    sums = [
        (showing.UNITS[unit], [amount_text(sum(getattr(row, side) for row in rows if row.unit == unit), unit)
                               for side in ("debit", "credit", "closing")])
        for unit in showing.UNITS if any(row.unit == unit for row in rows)
    ]  # fmt: skip
    lines = [
        (row, showing.KINDS_OF_ACCOUNTS.get(row.kind, ""), f"{reverse('ledger.statement')}?{period.query(account=row.account)}",
         [amount_text(value, row.unit) for value in (row.opening, row.debit, row.credit, row.closing)])
        for row in rows
    ]  # fmt: skip
    return draw(request, "ledger/trial.html", request.page, period=period, lines=lines, sums=sums)  # type: ignore[attr-defined]


def statement(request: HttpRequest) -> HttpResponse:
    """One account's statement: opening balance, every voucher, closing balance."""
    actor = actor_in(request)
    period, planned = _Period.of(request, actor), chart.planned()
    account = request.GET.get("account", "")
    account = account if account in planned else next(iter(planned))
    benefit, source = request.GET.get("benefit", "")[:60], request.GET.get("source", "")[:24]
    found = selectors.statement(
        account, period.since, period.until, region=period.region, benefit=benefit, source=source,
        rows=selectors.totals_visible_to(actor),
    )  # fmt: skip
    unit = planned[account].unit
    shown = found.movements[-500:]
    lines = [(one, kind_title(one.kind), amount_text(one.debit, unit) if one.debit else "",
              amount_text(one.credit, unit) if one.credit else "", amount_text(one.balance, unit)) for one in shown]  # fmt: skip
    ends = [amount_text(value, unit) for value in (found.opening, found.debit, found.credit, found.closing)]
    drawing = drawing_of(request)
    return draw(
        request, "ledger/statement.html", request.page, period=period, account=account, accounts=_accounts(drawing),  # type: ignore[attr-defined]
        items=_items(drawing), benefit=benefit, lines=lines, ends=ends, left_out=len(found.movements) - len(shown),
        account_title=planned[account].title, parent="ledger.trial",
    )  # fmt: skip


LINES = (
    Text(lambda row: chart.title(row.account_id), "科目"),
    Amount("amount", "借方", side="debit"),
    Amount("amount", "贷方", side="credit"),
    Party("party", "对象"),
    Text(lambda row: _item_title(row.benefit), "待遇事项"),
    Text(lambda row: showing.source_title(row.source), "资金来源", narrow=False),
    Month("month", "所属月", narrow=False),
    Region("region_code", "地区", narrow=False),
)
VOUCHERS = (
    Text(lambda row: str(row.pk), "凭证号", css="nowrap"),
    Date("occurred_on", "业务日期", sort="occurred_on"),
    Badge("kind", "业务", names=lambda row: kind_title(row.kind)),
    Text("memo", "摘要"),
    Origin("reference", "来自", css="nowrap", narrow=False),
    Region("region_code", "地区", css="nowrap", narrow=False),
    Badge(lambda row: "reversal" if row.reverses_id else "", "冲正", names={"reversal": "冲正", "": ""},
          tones={"reversal": "warn"}),
    Moment("created_at", "记账时间", narrow=False),
)  # fmt: skip
_ENTRIES = ListBody(
    selectors.entries_visible_to,
    (
        Date("transaction.occurred_on", "业务日期", sort="transaction__occurred_on"),
        Link(lambda row: kind_title(row.transaction.kind), "业务", page="ledger.detail", args={"pk": "transaction_id"}),
        *LINES,
    ),
    filters=(
        Search("q", "凭证号或摘要", by=_of_voucher, placeholder="凭证号，或摘要开头（如批次号）"),
        ByChoice("account", "科目", field="account_id", choices=_accounts),
        ByChoice("benefit", "待遇事项", choices=_items),
        ByRegion("region", "地区", permission=READ),
        ByMonth("month", "所属月"),
        DateRange("day", "业务日期", field="transaction__occurred_on"),
    ),
    sort="-transaction__occurred_on",
    export="ledger.entries_export",
    empty="没有符合条件的分录。发放批次审批、拨付、出结果，物资入库、发放时，分录自动记入。",
)
_DETAIL = DetailBody(
    _one,
    (
        Facts("凭证", items=(*VOUCHERS[1:6], Text(_actor_name, "记账人"), Moment("created_at", "记账时间"))),
        Table(
            "借贷合计",
            rows=_sums,
            columns=(
                Text(lambda row: chart.title(row.account_id), "科目"),
                Amount("debit", "借方"),
                Amount("credit", "贷方"),
                *LINES[4:],
            ),
            more=lambda one: ("这笔凭证的全部分录", f"{reverse('ledger.entries')}?q={one.pk}"),
        ),
    ),
    side=(
        Facts(
            "留痕",
            columns=1,
            items=(
                Link(
                    lambda row: f"凭证 {row.reverses_id}" if row.reverses_id else "",
                    "冲正的凭证",
                    page="ledger.detail",
                    args={"pk": "reverses_id"},
                ),
                Text("key", "幂等键", css="digest"),
                Text("digest", "内容校验码", css="digest"),
            ),
        ),
    ),
    title=lambda one: f"{kind_title(one.kind)} · {one.occurred_on}",
    subtitle=lambda one: f"凭证 {one.pk}" + ("（已冲正）" if hasattr(one, "reversal") else ""),
    parent="ledger.transactions",
)
_example = first_of(LedgerTransaction.objects.order_by("pk"))

PAGES = [
    Page("ledger.trial", "console/ledger/", "科目余额表", READ, Custom(trial, kind="board", methods=("GET",)),
         menu=Menu("待遇", 60, "chart"), impersonal=IMPERSONAL),
    Page("ledger.statement", "console/ledger/statement/", "科目对账单", READ, Custom(statement, methods=("GET",)),
         impersonal=IMPERSONAL),
    Page("ledger.transactions", "console/ledger/vouchers/", "记账凭证", READ, ListBody(
        selectors.visible_to, VOUCHERS,
        filters=(
            Search("q", "凭证号或摘要", by=_by_reference, placeholder="凭证号，或摘要开头（如批次号）"),
            ByChoice("kind", "业务", choices=lambda drawing: showing.kinds()),
            ByRegion("region", "地区", permission=READ),
            DateRange("day", "业务日期", field="occurred_on"),
        ),
        sort="-occurred_on", link=("ledger.detail", {"pk": "pk"}), export="ledger.transactions_export",
        actions=(Action("全部分录", "ledger.entries"),),
        lead="账只增不改，记错了用冲正的凭证抵销。系统管理员可以用命令 minzheng ledger verify 由分录重新核算全部账目。",
        empty="还没有凭证。发放批次审批、拨付、出结果，物资入库、发放时，凭证自动记入。"),
         menu=Menu("待遇", 61, "list"), impersonal=IMPERSONAL),
    Page("ledger.transactions_export", "console/ledger/vouchers/export/", "导出记账凭证", READ, ExportBody("ledger.transactions")),
    Page("ledger.detail", "console/ledger/vouchers/<int:pk>/", "记账凭证", READ, _DETAIL, example=_example,
         impersonal=IMPERSONAL),
    Page("ledger.entries", "console/ledger/entries/", "分录", READ, _ENTRIES),
    Page("ledger.entries_export", "console/ledger/entries/export/", "导出分录", READ, ExportBody("ledger.entries"), step_up=True),
]  # fmt: skip
