"""`minzheng monitor`: run the monitors, see what was found, from the server's own command line."""

from __future__ import annotations

import datetime
import json
import sys

import click

from minzheng.datacenter.monitoring import declare, deliveries, running
from minzheng.datacenter.monitoring.errors import MonitorRefused
from minzheng.datacenter.monitoring.models import MonitorRun
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit.services import durable_reads


@click.group()
def monitor() -> None:
    """动态监测：部门新数据与救助对象比对，产生预警。"""


@monitor.command("run")
@click.option(
    "--since", default="", metavar="日期", help="从这天起入湖的批次再跑一遍，如 2026-11-01；不会重复产生预警。"
)
@click.option("--full", is_flag=True, help="全部在用数据跑一遍；默认只跑还没有跑过的。")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON。")
def run(since: str, full: bool, as_json: bool) -> None:
    """运行一次监测。"""
    day = _day(since)
    asked = running.ask(
        actor=SYSTEM, mode=MonitorRun.FULL if full and day is None else MonitorRun.DELTA, since=day, queue=False
    )
    try:
        with durable_reads():
            done = running.carry_out(pk=asked.pk, progress=lambda percent, words: _say(words, as_json))
    except MonitorRefused as error:
        running.fail(pk=asked.pk, sentence=str(error))
        raise
    told = {
        "monitors": len(declare.declared()), "watched": done.watched, "batches": len(done.batches), "rows": done.rows,
        "hits": done.hits, "new": done.new, "repeated": done.repeated, "upgraded": done.upgraded, "seconds": done.seconds,
        "by_monitor": done.figures,
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(
        f"{told['monitors']} 个监测项，监测 {done.watched} 人，读了 {told['batches']} 个批次 {done.rows} 行，"
        f"新预警 {done.new} 条，重复 {done.repeated} 条，升级 {done.upgraded} 条，用时 {done.seconds} 秒。"
    )
    for one in deliveries.seen(done):
        click.echo(f"  {one['title']} {one['rows']} 行")


def _day(text: str) -> datetime.date | None:
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise MonitorRefused(f"--since：日期请写成 2026-11-01 的样子，写的是“{text}”。") from None


def _say(words: str, quiet: bool) -> None:
    if not quiet and sys.stderr.isatty():
        click.echo(f"\r{words}　", nl=False, err=True)


@monitor.command("list")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON。")
def listing(as_json: bool) -> None:
    """有哪些监测项。"""
    rows = [
        {
            "code": one.code, "title": one.title, "level": one.level, "classes": list(one.classes),
            "benefits": list(one.benefits), "law": one.law,
        }
        for one in declare.declared().values()
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps({"monitors": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['code']}　{row['title']}（{row['level']}）")
