"""`minzheng match run`: a caseload against plain files or against the lake, in one batch."""

from __future__ import annotations

import datetime
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from minzheng.datacenter.matching.bulk.run import Totals

_HELP = """把一批人和各来源的数据成批核对，写出命中、各户报告和预警。

\b
人员 Parquet 要有 family_id、person_id（整数或文字，一人一行）、id_no、name、county 五列。
--files 的文件要有 id_no、name 和来源模板的列（minzheng lake template 来源）；不用数据库。
--lake 用已经导入数据湖、现在有效的批次。

\b
DIR 里的结果：hits.parquet 命中的每一条，families.parquet 每户一行，alerts.parquet 预警，
run.json 自检和用时；有读不出来的单元格时，rejects.csv 写明行号和原因。
证件号码不写进任何结果。

\b
合计的意思：rows 读了各来源多少行；matched 号码相符、自动认定的行（E1 姓名也相符，
E2 姓名像是笔误）；review 只是可能、要人复核的行（E2 姓名不同，R1 号码错一位而姓名
相符，Q1 号码错两三位，Q2 没有号码而同名同县）；
unmatched 其余的行；rows = matched + unmatched + review。families 报告了多少户，
没有查到什么的户也算。待复核的不进任何合计。
"""


@click.command(name="run", help=_HELP)
@click.option("--applicants", required=True, type=click.Path(path_type=Path), help="要核对的人，Parquet。")
@click.option("--files", multiple=True, metavar="SOURCE=F.parquet", help="一个来源的数据文件，可写多次。")
@click.option("--lake", is_flag=True, help="核对数据湖里现在有效的批次。")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="结果文件夹；整体替换，中途停下保留原有结果。"
)
@click.option("--on", default="", metavar="DATE", help="核对基准日，如 2026-11-22；默认今天。")
@click.option("--engine", default="duckdb", show_default=True, help="duckdb，或 spark（另装，联接在集群上做）。")
@click.option("--memory", default="", help="引擎内存上限，如 1GB；默认 MINZHENG_LAKE_MEMORY，再默认 1GB。")
@click.option("--json", "as_json", is_flag=True, help="只输出合计的 JSON。")
def run(
    applicants: Path, files: tuple[str, ...], lake: bool, out: Path, on: str, engine: str, memory: str, as_json: bool
) -> None:
    from minzheng.datacenter.matching.bulk import run as running
    from minzheng.datacenter.matching.bulk.errors import MatchRefused

    if bool(files) == lake:
        raise MatchRefused("请用 --files 来源=文件 给出数据文件（可写多次），或用 --lake 核对数据湖，二者选一。")
    try:
        day = datetime.date.fromisoformat(on) if on else None
    except ValueError:
        raise MatchRefused(f"--on：日期请写成 2026-11-22 的样子，写的是“{on}”。") from None
    how = running.asked(on=day, settled=lake, engine=engine, memory=memory or None, progress=_progress(as_json))
    totals = running.run(applicants, _materials(files, lake, day), out, how)
    _tell(totals, out, as_json)


def _materials(files: tuple[str, ...], lake: bool, on: datetime.date | None) -> Any:
    if lake:
        from minzheng.datacenter.matching.bulk import from_lake

        return from_lake.materials(on)
    from minzheng.datacenter.matching.bulk import staging

    return staging.materials(staging.parse(files))


def _progress(quiet: bool) -> Any:
    if quiet or not sys.stderr.isatty():
        return None
    return lambda percent, sentence: click.echo(f"\r{percent:3.0f}% {sentence}\033[K", nl=percent >= 100, err=True)


def _tell(totals: Totals, out: Path, as_json: bool) -> None:
    from minzheng.datacenter.matching.bulk import publishing

    unread = [one["unread"] for one in json.loads((out / "run.json").read_text("utf-8"))["sources"]]
    if any(unread):
        count = sum(sum(one.values()) for one in unread)
        click.echo(
            f"提示：有 {count:,} 个单元格读不出来（这些行照样参加核对，该项按空缺），行号和原因见 {out / publishing.REJECTS}。",
            err=True,
        )
    if as_json:
        click.echo(json.dumps(asdict(totals)))
        return
    click.echo(
        f"读了 {totals.rows:,} 行：自动认定 {totals.matched:,} 行，待复核 {totals.review:,} 行，其余 {totals.unmatched:,} 行；"
        f"报告 {totals.families:,} 户。"
    )
    click.echo(f"结果写入 {out}。")
