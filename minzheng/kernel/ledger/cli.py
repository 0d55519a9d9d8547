"""`minzheng ledger`: are the books whole, and what do they say."""

from __future__ import annotations

import datetime
import json
import sys

import click

from minzheng.kernel.ledger import proofs, selectors
from minzheng.kernel.ledger.showing import UNITS, amount_text
from minzheng.kernel.regions import codes


@click.group()
def ledger() -> None:
    """账：核对、余额。"""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def verify(as_json: bool) -> None:
    """由分录重新核算全部账目，并与发放批次、物资批次对账；不符时退出码为 1。"""
    report = proofs.verify()
    if as_json:
        told = {"ok": report.ok, "transactions": report.transactions, "errors": list(report.errors)}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for sentence in report.errors:
            click.echo(f"✗ {sentence}")
        click.echo(
            f"账目{'完好' if report.ok else '不符'}：共 {report.transactions} 笔凭证，{len(report.errors)} 处不符。"
        )
    sys.exit(0 if report.ok else 1)


@ledger.command()
@click.option("--region", default="", help="区划代码，不写为全部。")
@click.option("--on", "day", default="", help="截止日期，如 2026-03-31；不写为全部。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def balance(region: str, day: str, as_json: bool) -> None:
    """试算平衡：每个科目的借方、贷方和余额，每种单位的合计必须为 0。"""
    try:
        place = codes.full(region) if region else ""
    except codes.BadRegionCode as error:
        raise click.UsageError(str(error)) from None
    try:
        on = datetime.date.fromisoformat(day) if day else None
    except ValueError:
        raise click.UsageError(f"日期“{day}”看不懂，请写成 2026-03-31 的样子。") from None
    rows = selectors.trial_balance(place, on)
    sums = {unit: sum(row.closing for row in rows if row.unit == unit) for unit in UNITS}
    if as_json:
        accounts = [
            {"account": r.account, "title": r.title, "unit": r.unit, "debit": r.debit, "credit": r.credit,
             "balance": r.closing} for r in rows
        ]  # fmt: skip
        click.echo(json.dumps({"accounts": accounts, "sums": sums}, ensure_ascii=False))
        return
    for row in rows:
        parts = [amount_text(value, row.unit) for value in (row.debit, row.credit, row.closing)]
        click.echo(f"{row.title}（{row.account}）：借方 {parts[0]}，贷方 {parts[1]}，余额 {parts[2]}")
    for unit, total in sums.items():
        if total:
            click.echo(
                f"✗ {UNITS[unit]}：借贷相差 {amount_text(total, unit)}。跨地区的凭证只看一处时会这样；全部地区应为 0。"
            )
