"""`minzheng sampling`: sizes, samples and the replay of a draw, from the server's own command line."""

from __future__ import annotations

import json

import click

from minzheng.datacenter.sampling import selectors, sizing, words
from minzheng.datacenter.sampling.errors import SamplingRefused
from minzheng.datacenter.sampling.proof import replay as steps_of
from minzheng.kernel.accounts.actors import SYSTEM


class SamplingError(SamplingRefused):
    """A command that cannot be done; ends with code 2."""

    exit_code = 2


@click.group()
def sampling() -> None:
    """抽样检查：样本量、清单、复算。"""


@sampling.command()
@click.argument("population", type=click.IntRange(1, 100_000_000))
@click.option("--confidence", default=95.0, show_default=True, help="置信度，百分数。")
@click.option("--tolerable", default=5.0, show_default=True, help="可容忍差错率，百分数。")
@click.option("--expected", default=1.0, show_default=True, help="预计差错率，百分数。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def size(population: int, confidence: float, tolerable: float, expected: float, as_json: bool) -> None:
    """总体有 POPULATION 个时要抽多少。"""
    try:
        found = sizing.needed(
            population, confidence=confidence / 100, tolerable=tolerable / 100, expected=expected / 100
        )
    except ValueError as error:
        raise SamplingError(str(error)) from None
    told = {"population": population, "size": found.wanted, "by_formula": found.by_formula, "exact": found.exact,
            "allowed": found.allowed}  # fmt: skip
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(
            f"抽 {found.wanted} 个（按公式 {found.by_formula}，按超几何分布 {found.exact}，至多允许 {found.allowed} 个差错）"
        )


@sampling.command("list")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def listing(as_json: bool) -> None:
    """全部抽样。"""
    rows = list(selectors.visible_to(SYSTEM).order_by("-published_at"))
    if as_json:
        told = [
            {"no": r.no, "title": r.title, "subject": r.subject, "state": r.state, "population": r.size, "sample": r.wanted}
            for r in rows
        ]  # fmt: skip
        click.echo(json.dumps({"samples": told}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row.no}  {words.STATES[row.state]}  {row.title}  {row.size} 个中抽 {row.wanted} 个")
    if not rows:
        click.echo("还没有抽样。在“大数据中心—抽样检查”里组织。")


@sampling.command()
@click.argument("no")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def replay(no: str, as_json: bool) -> None:
    """由种子复算编号为 NO 的抽样；有一项不符，退出码为 1。"""
    sample = selectors.by_no(no)
    if sample is None:
        raise SamplingError(f"没有编号为“{no}”的抽样，用 minzheng sampling list 查看全部编号。")
    steps = steps_of(sample)
    ok = all(step.ok for step in steps)
    if as_json:
        told = [{"title": step.title, "ok": step.ok, "problem": step.problem} for step in steps]
        units = sample.units.count()
        click.echo(
            json.dumps(
                {"no": no, "ok": ok, "population": sample.size, "drawn": units, "steps": told}, ensure_ascii=False
            )
        )
    else:
        for step in steps:
            click.echo(f"{'✓' if step.ok else '✗'} {step.title}{'：' + step.problem if step.problem else ''}")
    if not ok:
        raise SystemExit(1)
