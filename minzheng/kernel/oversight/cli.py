"""`minzheng audit anchor`: the chain's head given out as a signed file or on paper."""

from __future__ import annotations

from pathlib import Path

import click

from minzheng.kernel.audit import heads
from minzheng.kernel.audit.cli import anchor_again, audit
from minzheng.kernel.oversight import papers

__all__ = ["audit"]

_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@audit.command("anchor")
@click.option("--reason", help="恢复备份或更换服务器后，以现有链尾重新锚定；写明原因，会记入审计。")
@click.option("--print", "pdf", type=_FILE, help="把签名的链头排成一页 PDF，打印后签字存档。")
@click.option("--out", type=_FILE, help="把签名的链头写成 JSON 文件，交别处保存。")
def anchor(reason: str | None, pdf: Path | None, out: Path | None) -> None:
    """链头：打印、导出，或（恢复备份后）重新锚定。"""
    if not (reason or pdf or out):
        raise click.UsageError("请写明要做什么：--print 文件.pdf 打印，--out 文件.json 导出，--reason 原因 重新锚定。")
    if reason:
        anchor_again(reason)
    if pdf or out:
        head = heads.sign_head()
        if out:
            heads.write(head, out)
            click.echo(f"第 {head.seq} 环的签名链头已写到 {out}。")
        if pdf:
            pdf.write_bytes(papers.head_page(head))
            click.echo(f"第 {head.seq} 环的链头已排版到 {pdf}，公钥指纹 {head.fingerprint}。")
