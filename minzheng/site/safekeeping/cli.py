"""`minzheng backup` and `minzheng restore`."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from minzheng.kernel.crypto import keyring, shares
from minzheng.site import database
from minzheng.site.safekeeping import backup as making
from minzheng.site.safekeeping import keeping, places, rehearsal, restoring, state
from minzheng.site.safekeeping.wrapping import Keys


def _say(sentence: str) -> None:
    click.echo(f"· {sentence}", err=True)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="备份文件；给出文件夹时自动取名。")
@click.option("--keep", type=click.IntRange(1, 1000), help="同一文件夹里只留最近几份（更旧的删去）。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def backup(out: Path, keep: int | None, as_json: bool) -> None:
    """备份数据库、材料与文书、审计锚定和密钥环，写成一个加密文件；平台不必停。"""
    target = out.absolute()
    if out.is_dir() or str(out).endswith("/"):
        target = target / keeping.file_name(datetime.now().astimezone())
    with state.alone():
        made = making.make(target, say=_say)
        state.note_backup(made)
        removed = keeping.prune(target.parent, keep, but=target) if keep else []
    if as_json:
        click.echo(json.dumps(made.as_json() | {"removed": [one.name for one in removed]}, ensure_ascii=False))
    else:
        click.echo(f"已备份到 {target}：{made.rows} 行、{made.files} 个文件，{made.bytes / 1e6:.1f} MB。")
        if not keyring.ring().escrow:
            click.echo("提醒：密钥还没有托管。密钥文件与备份要分开存放；请执行 minzheng crypto escrow。", err=True)
    if made.missing:
        click.echo(
            f"错误：有 {len(made.missing)} 个登记在册的文件不在磁盘上（如 {made.missing[0]}）："
            "备份里没有它们，请从更早的备份找回。", err=True,
        )  # fmt: skip
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--rehearse", "only_rehearse", is_flag=True, help="演练：恢复到旁边的临时库里核对，核对完删去。")
@click.option("--replace", is_flag=True, help="换掉现有数据；旧数据改名保留。")
@click.option("--ring", "rings", type=click.Path(path_type=Path, dir_okay=False), multiple=True,
              help="备份那台机器的密钥文件 ring.json。")  # fmt: skip
@click.option("--share", "given", multiple=True, help="托管份额：文本文件，或五行文字；逐份给出。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def restore(
    file: Path, only_rehearse: bool, replace: bool, rings: tuple[Path, ...], given: tuple[str, ...], as_json: bool
) -> None:
    """由备份恢复（先在旁边核对，全部相符才换上），或只做恢复演练。"""
    if only_rehearse and replace:
        raise click.UsageError("--rehearse 不动现有数据，不能与 --replace 同用。")
    keys = keys_at_hand(rings, given)
    with database.available(), state.alone():
        if only_rehearse:
            report = rehearsal.rehearse(file.absolute(), keys, say=_say)
        else:
            report = restoring.restore(file.absolute(), keys, replacing=replace, say=_say)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print(report, only_rehearse)
    sys.exit(0 if report.ok else 1)


def keys_at_hand(rings: tuple[Path, ...], given: tuple[str, ...]) -> Keys:
    """The present ring (if there is one), rings named on the command line, and shares."""
    found = [keyring.read_file(one) for one in rings]
    if places.here().ring.exists():
        found.append(keyring.reload())
    return Keys(found, shares.read_all(given))


def _print(report: rehearsal.Report, only_rehearsed: bool) -> None:
    for check in report.checks:
        click.echo(f"{'✓' if check.ok else '✗'} {check.title}：{check.detail}")
    words: dict[tuple[bool, bool], str] = {
        (True, True): "演练通过：这份备份可以恢复。",
        (True, False): "演练没有通过：这份备份不能放心使用，请换一份并查明原因。",
        (False, True): "已恢复，可以启动平台（minzheng serve）。",
        (False, False): "没有恢复：核对不相符，原有数据没有动。",
    }
    click.echo(f"{report.tables} 张表、{report.rows} 行，用时 {report.seconds} 秒。{words[only_rehearsed, report.ok]}")
