"""`minzheng audit`: verify the audit chain, seal, sign its head. Printing it is added above (kernel/oversight/cli.py)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from minzheng.kernel import clock
from minzheng.kernel.audit import anchor, chain, heads, services, verification


@click.group()
def audit() -> None:
    """审计链：校验、封存、导出链头。"""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
@click.option(
    "--head", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="与导出的链头文件比对。"
)
@click.option("--hash", "paper", help="与纸面上的链头比对：序号:链头，或只写链头。")
def verify(as_json: bool, file: Path | None, paper: str | None) -> None:
    """逐条校验审计记录和审计链；发现改动、删除、调换或截断时退出码为 1。"""
    extra: dict[int, str] = {}
    if file is not None:
        extra |= heads.known(heads.read(file.read_text(encoding="utf-8", errors="replace"), f"文件 {file.name} "))
    if paper:
        extra |= heads.from_paper(paper)
    report = verification.verify(extra)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print(report, extra)
    sys.exit(0 if report.ok else 1)


def _print(report: verification.Report, extra: dict[int, str]) -> None:
    for sentence in report.errors:
        click.echo(f"✗ {sentence}")
    if report.more:
        click.echo(f"✗ 另有 {report.more} 处同类问题未列出。")
    for sentence in report.checked():
        click.echo(f"· {sentence}")
    for seq in extra:
        if report.ok:
            click.echo(f"✓ 所给链头（第 {seq} 环）与现在的链一致：该环之前的记录没有任何变动。")
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


def anchor_again(reason: str) -> None:
    """Begin a new head file at the present end of the chain (after a restore or a move); the old one is kept aside."""
    services.record(actor=services.SYSTEM, action="audit.anchor", reason=reason)
    before = chain.head()
    anchor.start_again(before, at=clock.now().isoformat(timespec="seconds"), note=reason)
    chain.seal_pending(thorough=True)
    click.echo(f"已从第 {before.seq} 环重新锚定，并记入审计。")
