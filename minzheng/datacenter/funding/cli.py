"""minzheng funds: a year's allocations from a file, the balance, the forecast."""

from __future__ import annotations

from pathlib import Path

import click

from minzheng.datacenter.funding import importing, services
from minzheng.datacenter.funding.models import FundForecast
from minzheng.kernel import clock
from minzheng.kernel.command_line import place_given, staff, tell
from minzheng.kernel.funds import selectors, sources
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.hands import READ
from minzheng.kernel.parts.fields import yuan_text


class Refused(click.ClickException):
    exit_code = 1


@click.group()
def funds() -> None:
    """资金：导入指标、余额、预测。"""


@funds.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--region", required=True, help="下达到哪个县（区划代码）")
@click.option("--year", type=int, help="表里没有写年度的行算哪一年，默认今年")
@click.option("--as", "username", required=True, help="以谁的名义录入")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 对象")
def take_in(file: Path, region: str, year: int | None, username: str, as_json: bool) -> None:
    """从表格导入一年的指标；有问题的行列出行号和原因，其余的录为待确认。"""
    actor, place = staff(username), place_given(region)
    try:
        report = importing.take_in(
            actor=actor, region_code=place, year=year or clock.today().year, data=file.read_bytes(), name=file.name
        )
    except FundsRefused as refused:
        raise Refused(str(refused)) from None
    tell(
        report.as_dict(), as_json,
        [f"录入 {report.entered} 条，合计 {yuan_text(report.fen)} 元；已有 {report.same} 条；有问题 {len(report.bad)} 条。", *map(str, report.bad)],
    )  # fmt: skip


@funds.command()
@click.option("--region", required=True, help="哪个县（区划代码）")
@click.option("--year", type=int, help="年度，默认今年")
@click.option("--as", "username", required=True, help="以谁的名义查看")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 对象")
def balance(region: str, year: int | None, username: str, as_json: bool) -> None:
    """一年的下达、拨付、占用和余额，按资金来源。"""
    actor, place = staff(username), place_given(region)
    if not actor.can(READ, place):
        raise Refused("您的岗位不能查看这个地区的资金。")
    told = selectors.balance(place, year or clock.today().year)
    rows = {
        code: {"allotted_fen": row.allotted, "drawn_fen": row.drawn, "back_fen": row.back, "committed_fen": row.committed, "left_fen": row.left}
        for code, row in told.sources.items()
    }  # fmt: skip
    lines = [
        f"{sources.title(code)}：下达 {yuan_text(row.allotted)}，已拨付 {yuan_text(row.drawn)}，退回 {yuan_text(row.back)}，"
        f"已批待拨 {yuan_text(row.committed)}，余额 {yuan_text(row.left)}"
        for code, row in told.sources.items()
    ]
    data = {
        "region": told.region_code,
        "year": told.year,
        "known": told.known,
        "sources": rows,
        "left_fen": told.whole.left,
    }
    tell(data, as_json, lines)


@funds.command()
@click.option("--region", required=True, help="哪个县（区划代码）")
@click.option("--as", "username", required=True, help="以谁的名义预测")
@click.option("--no-trend", is_flag=True, help="不考虑新增和没有预先知道的退出")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 对象")
def forecast(region: str, username: str, no_trend: bool, as_json: bool) -> None:
    """预测今年的钱够不够、哪个月开始不够。"""
    actor, place = staff(username), place_given(region)
    try:
        row: FundForecast = services.forecast(actor=actor, region_code=place, trend=not no_trend)
    except FundsRefused as refused:
        raise Refused(str(refused)) from None
    told = {"region": row.region_code, "year": row.year, "level": row.level, "short_month": row.figures["short_month"],
            "short_fen": row.figures["short_fen"], "need_fen": row.figures["need"], "left_fen": row.figures["left"], "sentence": row.sentence}  # fmt: skip
    tell(told, as_json, [row.sentence, *row.figures["assumptions"]])
