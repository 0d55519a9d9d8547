"""``minzheng policy run | simulate | bench``: whole populations from Parquet. Loads NumPy and friends only when called."""

from __future__ import annotations

import datetime
import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from minzheng.policy.bulk.need import require
from minzheng.policy.errors import InputError, PolicyError
from minzheng.policy.ruleset import load_ruleset
from minzheng.policy.words import to_date

ENGINES = ("loop", "duckdb", "spark")


def _sentence(command: Callable[..., None]) -> Callable[..., None]:
    """Every PolicyError ends the command with exit code 2 and its first sentence on standard error."""

    @functools.wraps(command)
    def run(**options: Any) -> None:
        try:
            command(**options)
        except PolicyError as error:
            click.echo(str(error), err=True)
            sys.exit(2)

    return run


def _day(text: str) -> datetime.date:
    try:
        on = to_date(text)
    except ValueError as error:
        raise InputError(str(error), field="--on") from None
    if not 1949 <= on.year <= 2100:
        raise InputError(f"{on} 不在 1949 到 2100 年之间", field="--on")
    return on


def _population(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--on", required=True, metavar="DATE", help="核算日，如 2026-09-01：用当天有效的规则和参数"),
        click.option("--households", required=True, type=click.Path(path_type=Path), help="家庭文件（Parquet）"),
        click.option("--persons", required=True, type=click.Path(path_type=Path), help="成员文件（Parquet）"),
    ):
        command = option(command)
    return command


@click.command("run")
@_population
@click.option("--out", required=True, type=click.Path(path_type=Path), help="结果写到这个文件夹")
@click.option("--engine", type=click.Choice(ENGINES), default="loop", show_default=True, help="用哪种方式算，结果相同")
@_sentence
def run(persons: Path, households: Path, on: str, out: Path, engine: str) -> None:
    """成批计算：读成员与家庭两个文件，写 persons.parquet 与 households.parquet。

    家庭文件有 household_id、地区和家庭的词，成员文件有 household_id、person_id 和成员的词；金额列在词后加“_分”，
    是整数分。没有的列取默认值。结果列同样写法，算不了的为空。
    """
    require(engine)
    from minzheng.policy.bulk import run as running

    day, ruleset = _day(on), load_ruleset()
    if engine == "spark":
        from minzheng.policy.targets.spark import run_spark

        summary = run_spark(ruleset, persons, households, day, out)
    else:
        work = running.run_loop if engine == "loop" else running.run_duckdb
        summary = work(ruleset, persons, households, day, out)
    click.echo(f"{summary.households} 户、{summary.persons} 人，结果在 {out}", err=True)
    lacking: dict[str, list[str]] = {}
    for region, benefits in summary.unconfigured.items():
        lacking.setdefault("、".join(benefits), []).append(region)
    for listed, regions in lacking.items():
        if listed:
            more = f" 等 {len(regions)} 地" if len(regions) > 3 else ""
            click.echo(f"{'、'.join(sorted(regions)[:3])}{more}当天没有参数、未计算：{listed}", err=True)


@click.command("simulate")
@_population
@click.option("--set", "changes", multiple=True, metavar="参数@区划=值[@日期]", help="假设的值，可写多次")
@click.option(
    "--rules", type=click.Path(path_type=Path), help="假设一侧用这个文件夹里的规则（布局同 minzheng/business）"
)
@click.option(
    "--figures",
    "as_figures",
    is_flag=True,
    help="输出全部合计的 JSON：按月、地区、类别、福利、十等分、临界、应保与在保",
)
@click.option("--xlsx", type=click.Path(path_type=Path), help="全部合计写成这个表格文件")
@click.option("--benefit", "benefits", multiple=True, metavar="福利代码", help="只算这些福利，可写多次；不写全算")
@click.option("--months", default=12, show_default=True, type=int, help="全部合计算几个月，从核算日的月份起")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON")
@_sentence
def simulate(
    persons: Path, households: Path, on: str, changes: tuple[str, ...], rules: Path | None, as_figures: bool,
    xlsx: Path | None, benefits: tuple[str, ...], months: int, as_json: bool,
) -> None:  # fmt: skip
    """测算：现行参数与假设参数各算一遍，比户数、人数、当月支出，谁进谁出。只留合计，不留名单。"""
    require("loop")
    from minzheng.policy import figures_cli
    from minzheng.policy import simulate as simulating

    day, parsed = _day(on), [simulating.parse_change(text) for text in changes]
    for change in parsed:
        if change.since is not None and change.since > day and not as_figures and xlsx is None:
            click.echo(f"{change.name} 自 {change.since} 起，核算日 {day} 还没有生效，不影响本次测算", err=True)
    ruleset = load_ruleset()
    other = figures_cli.reform_rules(ruleset, rules) if rules is not None else None
    if as_figures or xlsx is not None:
        if benefits:
            raise InputError("不能和 --figures、--xlsx 一起用，全部合计总是分福利列出", field="--benefit")
        report = figures_cli.all_figures(ruleset, other, persons, households, day, parsed, months)
        if xlsx is not None:
            figures_cli.write_workbook(report, xlsx)
            click.echo(f"已写 {xlsx}", err=True)
        if as_figures:
            click.echo(json.dumps(report, ensure_ascii=False, indent=1))
        return
    answer = simulating.simulate(ruleset, persons, households, day, parsed, other, benefits or None)
    for change in simulating.without_households(parsed, [row["region"] for row in answer["by_region"]]):
        click.echo(f"家庭文件里没有 {change.region} 的家庭，{change.name} 的假设不影响本次测算", err=True)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    for side, title in (("baseline", "现行"), ("reform", "假设")):
        one = answer[side]
        click.echo(f"{title}：{one['households']} 户，{one['persons']} 人，每月 {_yuan(one['cost_fen'])} 元")
    click.echo(f"新进 {answer['entered']} 户，退出 {answer['left']} 户")
    for row in answer["by_region"]:
        more = row["reform"]["cost_fen"] - row["baseline"]["cost_fen"]
        click.echo(f"  {row['region']}：每月多支出 {_yuan(more)} 元，新进 {row['entered']} 户，退出 {row['left']} 户")


def _yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02}"


@click.command("bench")
@click.option("--persons", default=1_000_000, show_default=True, type=click.IntRange(1), help="生成多少人")
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1), help="每项量几次，取中位数")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON")
@_sentence
def bench(persons: int, runs: int, as_json: bool) -> None:
    """量速度：生成虚构人口，用编译循环和 DuckDB SQL 各算几遍并逐行比较，再量流式测算和单户计算。"""
    require("loop")
    from minzheng.policy.bulk.measure import measure

    answer = measure(load_ruleset(), persons, runs)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    for name, value in answer.items():
        click.echo(f"{name}: {json.dumps(value, ensure_ascii=False)}")
