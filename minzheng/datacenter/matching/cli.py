"""`minzheng match`: two lists of people linked with each other (`link`), a caseload checked against sources (`run`)."""

from __future__ import annotations

import json
from pathlib import Path

import click

from minzheng.datacenter.matching.bulk.cli import run


@click.group()
def match() -> None:
    """匹配：两张名册互相匹配、成批核对。"""


@match.command()
@click.option("--left", required=True, type=click.Path(path_type=Path), help="左表 Parquet：uid、id_no、name、county。")
@click.option("--right", required=True, type=click.Path(path_type=Path), help="右表 Parquet，同样四列。")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="结果写到哪个 Parquet 文件。")
@click.option(
    "--engine",
    type=click.Choice(["cascade", "splink"]),
    default="cascade",
    show_default=True,
    help="cascade 按证件号码逐级匹配；splink 给没有证件号码的名册按概率匹配（另装，还要 birth_date、sex 两列）。",
)
@click.option("--memory", default="2GB", show_default=True, help="连接时最多用多少内存，如 1GB、512MB。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON：左右行数、自动认定和待复核的对数。")
def link(left: Path, right: Path, out: Path, engine: str, memory: str, as_json: bool) -> None:
    """把两张名册里的同一个人找出来；不确定的列为待复核，不认定。不用数据库。"""
    from minzheng.datacenter.linkage import files  # Arrow, DuckDB and pinyin only for this command

    links = files.link_files(left, right, out, engine=engine, memory=memory)
    for note in links.notes:
        click.echo(f"提示：{note}", err=True)
    if as_json:
        told = {"left": links.left, "right": links.right, "auto": links.auto, "review": links.review}
        click.echo(json.dumps(told))
        return
    click.echo(f"左表 {links.left} 行，右表 {links.right} 行：自动认定 {links.auto} 对，待复核 {links.review} 对。")
    click.echo(f"结果写入 {out}。")


match.add_command(run)
