"""`minzheng simulation`: a simulation on the live caseload from the server's own command line, in the name of a person."""

from __future__ import annotations

import json
import sys

import click

from minzheng.datacenter.simulation import asking, selectors, services
from minzheng.datacenter.simulation.asking import Options
from minzheng.datacenter.simulation.errors import SimulationRefused
from minzheng.kernel.command_line import staff
from minzheng.policy.errors import PolicyError


@click.group()
def simulation() -> None:
    """测算：标准和规则的变化对在册家庭的影响。"""


@simulation.command()
@click.option("--region", required=True, help="算哪里的家庭，区划代码。")
@click.option("--set", "changes", multiple=True, metavar="参数@区划=值[@日期]", help="假设的值，可写多次。")
@click.option("--rules", default="", help="假设一侧用服务器上这个文件夹里的规则（布局同 minzheng/business）。")
@click.option("--as", "username", required=True, help="以谁的名义：工作人员的用户名，须有测算权限；记入查阅记录。")
@click.option("--title", default="", help="名称；默认由假设写成。")
@click.option("--purpose", default="命令行测算", show_default=True, help="用途，记入查阅记录。")
@click.option("--from", "start", default="", help="起始月份，如 2026-12；默认本月。")
@click.option("--months", default=12, show_default=True, type=int, help="算几个月。")
@click.option(
    "--refused-months",
    default=12,
    show_default=True,
    type=click.IntRange(0, 60),
    help="加上近几个月未予确认的，0 为不加。",
)
@click.option("--json", "as_json", is_flag=True, help="只输出全部合计的 JSON。")
def run(
    region: str, changes: tuple[str, ...], rules: str, username: str, title: str, purpose: str, start: str, months: int,
    refused_months: int, as_json: bool,
) -> None:  # fmt: skip
    """测算一次，结果也留在“测算”页上；只留合计。"""
    try:
        kept = [asking.as_change(text) for text in changes]
        options = Options(start or services.this_month(), months, refused_months)
        options.first  # noqa: B018  a month that is none is told before anything else
    except PolicyError as error:
        raise SimulationRefused(f"{error}。") from error
    except ValueError:
        raise SimulationRefused(f"--from：起始月份请写成 2026-12 的样子，写的是“{start}”。") from None
    wanted = services.Wanted(
        region, title or "；".join(changes)[:80] or "另一套规则", purpose, kept, options, rules=rules
    )
    actor = staff(username)
    asked = services.ask(actor=actor, wanted=wanted, queue=False)
    try:
        done = services.carry_out(actor=actor, pk=asked.pk, progress=lambda percent, words: _say(words, as_json))
    except SimulationRefused as error:
        services.fail(pk=asked.pk, sentence=str(error))
        raise
    if as_json:
        click.echo(json.dumps({"no": done.no, "summary": done.summary, **done.figures}, ensure_ascii=False, indent=1))
    else:
        click.echo(f"{done.no}　{done.summary}")
        click.echo(f"算了 {done.families} 户，用时 {done.seconds} 秒；详见“测算”页。")


def _say(words: str, quiet: bool) -> None:
    if not quiet and sys.stderr.isatty():
        click.echo(f"\r{words}", nl=False, err=True)


@simulation.command("list")
@click.option("--as", "username", required=True, help="以谁的名义看：工作人员的用户名。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def listing(username: str, as_json: bool) -> None:
    """最近的测算。"""
    rows = list(selectors.visible_to(staff(username)).order_by("-asked_at")[:50])
    if as_json:
        told = [
            {"no": r.no, "title": r.title, "region": r.region_code, "state": r.state, "summary": r.summary, "set": r.set_title}
            for r in rows
        ]  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row.no}  {row.get_state_display()}  {row.title}  {row.summary}")
    if not rows:
        click.echo("还没有测算。")
