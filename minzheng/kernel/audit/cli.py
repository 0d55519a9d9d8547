"""`minzheng audit`: verify the audit chain."""

from __future__ import annotations

import json
import sys

import click

from minzheng.kernel import clock
from minzheng.kernel.audit import anchor, chain, services, verification


@click.group()
def audit() -> None:
    """审计链：校验、封存。"""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def verify(as_json: bool) -> None:
    """逐条校验审计记录和审计链；发现改动、删除、调换或截断时退出码为 1。"""
    report = verification.verify()
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print(report)
    sys.exit(0 if report.ok else 1)


def _print(report: verification.Report) -> None:
    for sentence in report.errors:
        click.echo(f"✗ {sentence}")
    if report.more:
        click.echo(f"✗ 另有 {report.more} 处同类问题未列出。")
    verdict = "完好" if report.ok else "不完好"
    click.echo(f"审计链{verdict}：共 {report.entries} 条，本次新封存 {report.sealed} 条，链头 {report.head.hash[:16]}…")


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def seal(as_json: bool) -> None:
    """把尚未入链的审计记录封存入链（平时由后台任务每几秒完成）。"""
    count = chain.seal_pending(thorough=True)
    head = chain.head()
    if as_json:
        click.echo(json.dumps({"sealed": count, "head": {"seq": head.seq, "hash": head.hash}}))
    else:
        click.echo(f"封存 {count} 条，链头为第 {head.seq} 环。")


@audit.command("anchor")
@click.option("--reason", required=True, help="为什么重新锚定（恢复备份、更换服务器等），会记入审计。")
def anchor_again(reason: str) -> None:
    """恢复备份或更换服务器后，以现有链尾重新锚定。旧锚定文件改名保留。"""
    services.record(actor=services.SYSTEM, action="audit.anchor", reason=reason)
    before = chain.head()
    anchor.start_again(before, at=clock.now().isoformat(timespec="seconds"), note=reason)
    chain.seal_pending(thorough=True)
    click.echo(f"已从第 {before.seq} 环重新锚定，并记入审计。")
