"""`minzheng parameters propose`: the formulas, and what one of them proposes for a place."""

from __future__ import annotations

import datetime
import json
import sys
from typing import Any

import click

from minzheng.kernel import clock
from minzheng.kernel.standards.proposals.comparing import Compared
from minzheng.kernel.standards.proposals.comparing import propose as propose_for
from minzheng.kernel.standards.proposals.formulas import FormulaError, all_formulas, read_inputs
from minzheng.policy.errors import PolicyError
from minzheng.policy.regions import normalize_region


@click.command()
@click.argument("region")
@click.option("--formula", "code", default="", help="公式代码；不写就列出全部公式。")
@click.option(
    "--figure", "figures", multiple=True, metavar="名字=数", help="公式要填的一个数，可写多次，如 农村消费支出=14000。"
)
@click.option(
    "--rounding", default="", help="舍入方式：FEN_HALF_UP、JIAO_UP、YUAN_UP、YUAN_HALF_UP；不写用公式自己的。"
)
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="打算从哪天起执行，默认明年一月一日。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def propose(
    region: str, code: str, figures: tuple[str, ...], rounding: str, since: datetime.datetime | None, as_json: bool
) -> None:
    """按公式测算一个地区的下一年标准：结果、与现行标准的差、下限、年均增长率。只算不存。"""
    today = clock.today()
    if not code:
        _list(as_json)
        return
    valid_from = since.date() if since else datetime.date(today.year + 1, 1, 1)
    try:
        formula = all_formulas().get(code)
        if formula is None:
            raise FormulaError(f"没有“{code}”这个公式，只有：{'、'.join(all_formulas())}。")
        lines = propose_for(
            normalize_region(region), formula, read_inputs(formula, _pairs(figures)),
            valid_from=valid_from, today=today, rounding=rounding,
        )  # fmt: skip
    except (FormulaError, PolicyError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    if as_json:
        told = {"formula": code, "valid_from": valid_from.isoformat(), "lines": [as_plain(one) for one in lines]}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for one in lines:
        click.echo("\n".join(_said(one)))


def _pairs(figures: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for text in figures:
        name, sign, value = text.partition("=")
        if not sign:
            raise FormulaError(f"“{text}”要写成 名字=数，例如 农村消费支出=14000。")
        pairs[name.strip()] = value
    return pairs


def _list(as_json: bool) -> None:
    if as_json:
        told: list[dict[str, Any]] = [
            {"code": one.code, "title": one.title, "source": one.source,
             "inputs": [{"name": i.name, "title": i.title, "unit": i.unit, "default": i.default} for i in one.inputs]}
            for one in all_formulas().values()
        ]  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for formula in all_formulas().values():
        click.echo(f"{formula.code}  {formula.title}")
        for figure in formula.inputs:
            default = f"，默认 {figure.default}" if figure.default else "，可空着" if figure.optional else ""
            click.echo(f"    {figure.name}（{figure.unit}）：{figure.title}{default}")


def as_plain(one: Compared) -> dict[str, Any]:
    """One line for programs: money as text with two decimals, rates in percent."""
    grown = one.growth
    return {
        "parameter": one.result.parameter,
        "value": f"{one.result.value:.2f}",
        "unit": one.result.unit,
        "steps": one.result.steps,
        "in_force": "" if one.now_amount is None else f"{one.now_amount:.2f}",
        "gap": "" if one.gap is None else f"{one.gap:.2f}",
        "gap_percent": "" if one.gap_percent is None else str(one.gap_percent),
        "warnings": list(one.warnings),
        "refusals": list(one.refusals),
        "kept": list(one.kept),
        "history": [[year, f"{value:.2f}"] for year, value in one.history],
        "growth": None if grown is None else {
            "years": grown.years, "simple_percent": str(grown.simple), "compound_percent": str(grown.compound),
            "target_percent": "" if one.percent_target is None else str(one.percent_target),
        },
    }  # fmt: skip


def _said(one: Compared) -> list[str]:
    lines = [f"{one.title}：{one.result.value:.2f} {one.result.unit}（{one.result.steps}）"]
    if one.now_amount is None:
        lines.append("  现在没有值。")
    else:
        lines.append(f"  现行 {one.now_amount:.2f} {one.result.unit}，相差 {one.gap:+.2f}（{one.gap_percent:+}%）。")
    if one.growth is not None:
        grown = one.growth
        lines.append(
            f"  {one.history[0][0]} 年起 {grown.years} 年，年均增长：平均法 {grown.simple}%，复合法 {grown.compound}%。"
        )
    return [*lines, *(f"  符合：{text}" for text in one.kept), *(f"  注意：{text}" for text in one.warnings),
            *(f"  不能起草：{text}" for text in one.refusals)]  # fmt: skip
