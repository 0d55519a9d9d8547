"""minzheng indicators: the catalogue, one number, computing, freezing, restating."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import click

from minzheng.datacenter.indicators import declaring, periods, selectors, services, words
from minzheng.datacenter.indicators.errors import IndicatorRefused
from minzheng.datacenter.indicators.selectors import Value
from minzheng.kernel.command_line import place_given, staff_or_system, tell


class Refused(click.ClickException):
    exit_code = 1


@click.group()
def indicators() -> None:
    """指标：目录、查数、计算、冻结、更正。"""


def _month(text: str) -> Any:
    try:
        return words.month_of(text)
    except periods.BadPeriod as error:
        raise click.BadParameter(str(error), param_hint="--month") from None


_REGION = click.option("--region", required=True, help="哪个地方（区划代码）")
_MONTH = click.option("--month", required=True, help="月份，例如 2026-06")
_AS = click.option("--as", "username", default="", help="以谁的名义办理，不写为系统")
_JSON = click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 对象")


@indicators.command("list")
@click.option("--line", default="", help="只列一项业务的，例如 assistance")
@click.option("--source", type=click.Choice(["system", "manual", "external"]), help="只列一种来源的")
@_JSON
def catalogue(line: str, source: str | None, as_json: bool) -> None:
    """列出已声明的指标。"""
    found = [one for one in declaring.all() if line in ("", one.line) and source in (None, one.source)]
    data = [
        {
            "code": one.code, "name": one.name, "unit": one.unit, "line": one.line, "period": one.period,
            "source": "formula" if one.formula else one.source, "better": one.better, "aggregate": one.aggregate,
            "definition": one.definition, "basis": one.basis, "formula": declaring.said_formula(one),
        }
        for one in found
    ]  # fmt: skip
    tell({"indicators": data}, as_json, [f"{one.code}\t{one.name}（{one.unit}）" for one in found])


@indicators.command()
@click.argument("code")
@_REGION
@click.option("--period", required=True, help="2026-06、2026Q2、2026H1、2026 或 2021-2025")
@click.option("--by-town", is_flag=True, help="下一级各地分别列出")
@_JSON
def show(code: str, region: str, period: str, by_town: bool, as_json: bool) -> None:
    """一个指标在一个地方、一个期间的数。"""
    place = place_given(region)
    try:
        value = selectors.value(code, place, period)
        parts = selectors.by_town(code, place, period) if by_town else []
    except (declaring.UnknownIndicator, periods.BadPeriod) as error:
        raise click.BadParameter(str(error)) from None
    data = _data(value) | ({"parts": [{"name": part.name, **_data(one)} for part, one in parts]} if by_town else {})
    name = declaring.get(code).name
    lines = [f"{name} {period}：{value.shown}{f'（{value.why_missing}）' if value.why_missing else ''}"]
    tell(data, as_json, lines + [f"  {part.name}：{one.shown}" for part, one in parts])


def _data(value: Value) -> dict[str, Any]:
    return {
        "code": value.code, "region": value.region_code, "period": value.period, "value": _number(value.value),
        "unit": value.unit, "shown": value.shown, "frozen": value.frozen, "version": value.version,
        "as_of": value.as_of.isoformat(), "why_missing": value.why_missing,
    }  # fmt: skip


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _do(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except IndicatorRefused as refused:
        raise Refused(str(refused)) from None


@indicators.command()
@_REGION
@_MONTH
@_AS
@_JSON
def compute(region: str, month: str, username: str, as_json: bool) -> None:
    """重新计算一个县一个月的全部系统指标。"""
    place, day, actor = place_given(region), _month(month), staff_or_system(username)
    done = _do(lambda: services.compute(actor=actor, region_code=place, month=day))
    data = {"region": done.region_code, "month": month, "values": done.rows, "seconds": done.seconds}
    tell(data, as_json, [f"{done.region_code} {month}：{done.rows} 个数，用时 {done.seconds:.2f} 秒。"])


@indicators.command()
@_REGION
@_MONTH
@_AS
@_JSON
def freeze(region: str, month: str, username: str, as_json: bool) -> None:
    """冻结一个县已经结束的月份。"""
    place, day, actor = place_given(region), _month(month), staff_or_system(username)
    done = _do(lambda: services.freeze(actor=actor, region_code=place, month=day))
    data = {"region": done.region_code, "month": month, "version": done.version, "values": done.rows, "sha": done.sha}
    tell(data, as_json, [f"{done.region_code} {month} 已冻结：{done.rows} 个数。"])


@indicators.command()
@_REGION
@_MONTH
@click.option("--reason", required=True, help="更正的理由")
@_AS
@_JSON
def restate(region: str, month: str, reason: str, username: str, as_json: bool) -> None:
    """更正一个已冻结的月份，另成一版，列出变化。"""
    place, day, actor = place_given(region), _month(month), staff_or_system(username)
    done = _do(lambda: services.restate(actor=actor, region_code=place, month=day, reason=reason))
    data = {
        "region": done.region_code,
        "month": month,
        "version": done.version,
        "reason": done.reason,
        "diff": done.diff,
    }
    lines = [f"{one['code']} {one['region']}：{one['old']} → {one['new']}" for one in done.diff]
    tell(data, as_json, [f"{done.region_code} {month} 已更正为第 {done.version} 版，{len(lines)} 个数有变化。", *lines])
