"""`minzheng payrun audit`: a month recomputed from the decisions alone."""

from __future__ import annotations

import datetime
import json
import sys
from dataclasses import asdict

import click

from minzheng.kernel.command_line import place_given
from minzheng.kernel.items import registry
from minzheng.kernel.payruns.recomputing.months import Recomputed, recompute_month


@click.command("audit")
@click.option("--month", required=True, help="所属月，如 2026-03。")
@click.option("--region", default="", help="区划代码，不写为全部。")
@click.option("--benefit", default="", help="待遇代码，不写为全部。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def audit(month: str, region: str, benefit: str, as_json: bool) -> None:
    """独立复算：由决定、暂停和冻结的依据重新算出某月应发，逐笔与明细、到账核对；有不符时退出码为 1。"""
    told = recompute_month(
        _month(month), region_code=place_given(region) if region else "", item_code=_benefit(benefit)
    )
    if as_json:
        click.echo(json.dumps(as_told(told), ensure_ascii=False))
    else:
        for one in told.differences:
            click.echo(
                f"✗ {one.award_no} {one.sentence}：明细 {one.stored_fen / 100:,.2f} 元，复算 {one.computed_fen / 100:,.2f} 元"
            )
        click.echo(
            f"{told.month:%Y年%m月}：{told.awards} 份待遇、{told.lines} 笔明细，应发 {told.owed_fen / 100:,.2f} 元，"
            f"已到账 {told.paid_fen / 100:,.2f} 元，{len(told.differences)} 处不符。"
        )
    sys.exit(0 if told.ok else 1)


def as_told(told: Recomputed) -> dict[str, object]:
    """Totals in fen and the differences, without names."""
    found = [{k: v for k, v in asdict(one).items() if k != "payee"} for one in told.differences]
    totals = {k: v for k, v in vars(told).items() if k not in ("month", "differences")}
    return {"ok": told.ok, "month": f"{told.month:%Y-%m}", **totals, "differences": found}


def _month(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise click.UsageError(f"月份“{text}”看不懂，请写成 2026-03 的样子。") from None


def _benefit(text: str) -> str:
    known = {item.code for item in registry.all_items()}
    if text and text not in known:
        raise click.UsageError(f"没有代码为“{text}”的待遇；可用：{'、'.join(sorted(known))}。")
    return text
