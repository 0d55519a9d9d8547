"""`minzheng parameters`: what a county still has to confirm, and its own values as a region file."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from minzheng.kernel import clock
from minzheng.kernel.regions import codes
from minzheng.kernel.standards import selectors
from minzheng.kernel.standards.export import as_yaml, write_files
from minzheng.kernel.standards.models import ParameterValue
from minzheng.kernel.standards.proposals.cli import propose
from minzheng.policy.regions import normalize_region


@click.group()
def parameters() -> None:
    """本地参数：待确认清单、导出。"""


@parameters.command("list")
@click.argument("region")
@click.option("--all", "everything", is_flag=True, help="连已确认的一起列出。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def listing(region: str, everything: bool, as_json: bool) -> None:
    """今天在一个地区有效的参数；还有没确认的，退出码为 1。"""
    rows = selectors.in_force(normalize_region(region), clock.today())
    shown = [row for row in rows if everything or row.open]
    if as_json:
        told = [
            {"name": r.name, "title": r.title, "value": r.value, "unit": r.unit, "level": r.level, "state": r.state,
             "source": r.source, "since": r.since, "items": list(r.items)}
            for r in shown
        ]  # fmt: skip
        click.echo(json.dumps({"parameters": told, **selectors.counts(rows)}, ensure_ascii=False))
    else:
        for row in shown:
            level = selectors.LEVELS.get(row.level, "没有值")
            click.echo(f"{row.name}  {row.shown or '—'}  {level}  {row.evidence_words}  {row.source}")
        count = selectors.counts(rows)
        click.echo(
            f"待确认 {count['open']}，缺值 {count['missing']}，待签发 {count['pending']}，已定 {count['settled']}。"
        )
    sys.exit(1 if any(row.open for row in rows) else 0)


@parameters.command()
@click.argument("region")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path),
    help="写成完整的地区文件放进这个文件夹（平台自带的和签发的合在一起），可以代替 minzheng/regions 里的同名文件。",
)  # fmt: skip
def export(region: str, out: Path | None) -> None:
    """把一个地区已签发的值写成地区参数文件（YAML）。"""
    if out is not None:
        for path in write_files(region, out):
            click.echo(str(path))
        return
    rows = ParameterValue.objects.filter(region_code=codes.full(normalize_region(region)), state="signed")
    click.echo(as_yaml(rows), nl=False)


parameters.add_command(propose)
