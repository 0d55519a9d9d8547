"""`minzheng crypto`: state, rotation, escrow, drill and recovery of the keys."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto import escrow, keyring, shares
from minzheng.kernel.keys import resealing, selectors, services

SHARE = click.option(
    "--share", "given", multiple=True, required=True, help="托管份额：文本文件，或五行文字（行间用 / 隔开）；逐份给出。"
)
SEALED = click.option(
    "--file", "sealed", type=click.Path(path_type=Path, dir_okay=False), help="托管文件 ring.escrow（默认用本机的）。"
)
STATES = {"current": "使用中", "old": "旧（仍可解密）", "retired": "已停用"}


@click.group()
def crypto() -> None:
    """密钥：查看、更换、托管、演练、恢复。"""


@crypto.command()
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def status(as_json: bool) -> None:
    """各密钥的状态与用量、重新加密的进度、托管与最近一次演练（不显示密钥本身）。"""
    found = selectors.status()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for key in found["keys"]:
        click.echo(f"第 {key['number']} 号  {STATES[key['state']]}  {key['created_at']}  加密着 {key['values']} 项")
    click.echo(f"待重新加密 {found['pending_reseal']} 项；签名公钥指纹 {found['signing_fingerprint']}")
    click.echo(f"密钥文件 {keyring.path()}（与备份分开存放）；{_escrow_sentence(found['escrow'])}")


def _escrow_sentence(known: dict[str, Any] | None) -> str:
    if known is None:
        return "密钥没有托管：请执行 minzheng crypto escrow"
    drill = known["last_drill"]
    said = f"最近演练 {drill['at']}，{'通过' if drill['ok'] else '没有通过'}" if drill else "还没有演练过"
    return f"托管 {known['id']}：{known['shares']} 份中任意 {known['threshold']} 份，{said}"


@crypto.command()
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def rotate(as_json: bool) -> None:
    """启用新密钥，并在后台把旧数据改用它；可中断，会接着做。"""
    run = services.rotate()
    number = keyring.ring().current
    if as_json:
        click.echo(json.dumps({"current": number, "job": str(run.pk)}))
    else:
        click.echo(
            f"已启用第 {number} 号密钥；后台任务 {run.pk} 正把旧数据改用它，进度见 minzheng crypto status。"
            f"请立即另存密钥文件 {keyring.path()}。"
        )


@crypto.command()
def reseal() -> None:
    """不等后台任务，立即把旧密钥加密的内容改用当前密钥；可中断、可重复执行。"""
    done = resealing.reseal(progress=lambda percent, message: click.echo(f"{percent:3.0f}%  {message}", err=True))
    detail = {"rows": done.rows, "files": done.files, "key": keyring.ring().current}
    audit.record(actor=audit.SYSTEM, action="crypto.reseal", detail=detail)
    click.echo(f"重新加密了 {done.rows} 行、{done.files} 个文件。")


@crypto.command("escrow")
@click.option("--shares", "count", type=click.IntRange(2, 20), required=True, help="共几份。")
@click.option("--threshold", type=click.IntRange(2, 20), required=True, help="几份合起来可以恢复。")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="份额写到哪个文件夹。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON（不含份额内容）。")
def entrust(count: int, threshold: int, out: Path, as_json: bool) -> None:
    """把密钥托管给几个人：每人一份，打印后封存；够数才能恢复。旧的各份随即作废。"""
    files = services.entrust(count=count, threshold=threshold, folder=out)
    known = keyring.ring().escrow
    if as_json:
        click.echo(json.dumps({"escrow": known["id"], "files": [str(file) for file in files]}, ensure_ascii=False))
    else:
        click.echo(
            f"托管 {known['id']} 已建立，{count} 份在 {out}（每份一页 PDF、一份文本）。"
            "请打印封存后删去这些文件，再用 minzheng crypto drill 演练一次。"
        )


@crypto.command()
@SHARE
@SEALED
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def drill(given: tuple[str, ...], sealed: Path | None, as_json: bool) -> None:
    """用份额把密钥恢复到内存里，试着打开库里的加密内容；不写任何密钥到磁盘。"""
    result = services.drill(shares.read_all(given), sealed_file=_content(sealed) if sealed else None)
    if as_json:
        click.echo(
            json.dumps({"ok": result.ok, "opened": result.opened, "problems": result.problems}, ensure_ascii=False)
        )
    else:
        for sentence in result.problems[:10]:
            click.echo(f"✗ {sentence}")
        verdict = "演练通过" if result.ok else "演练没有通过：请立即重新托管，并查明原因"
        click.echo(f"{verdict}：用恢复出来的密钥打开了 {result.tables} 列的 {result.opened} 项，结果已记入审计。")
    sys.exit(0 if result.ok else 1)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise escrow.CannotRecover(f"读不到托管文件 {file}（{error.strerror}）：请核对路径。") from None
