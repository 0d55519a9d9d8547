"""`minzheng documents`: official documents (文书)."""

from __future__ import annotations

import json
from pathlib import Path

import click

from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.errors import UnknownNotice
from minzheng.kernel.documents.typesetting import easyread, preview


@click.group()
def documents() -> None:
    """文书：目录、样张。"""


@documents.command("list")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def list_notices(as_json: bool) -> None:
    """列出全部文书和打印表单。"""
    rows = [
        {
            "code": one.code,
            "title": one.suffix,
            "adverse": one.adverse,
            "served": bool(one.word) and one.served,
            "easy": one.code in easyread.RETOLD,
            "law": one.law,
        }
        for one in (*catalogue.NOTICES.values(), *catalogue.FORMS.values())
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['code']:<5} {row['title']}　{row['law']}")


@documents.command("preview")
@click.argument("code")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪个 PDF 文件。")
@click.option("--easy", is_flag=True, help="大字说明版。")
def preview_notice(code: str, out: Path, easy: bool) -> None:
    """用虚构的要素排一份样张，供政策科看版面。"""
    try:
        catalogue.notice(code)
    except UnknownNotice as error:
        raise click.BadParameter(str(error), param_hint="CODE") from error
    if easy and code not in easyread.RETOLD:
        raise click.BadParameter(f"{code} 没有大字说明版；有的是：{'、'.join(easyread.RETOLD)}。", param_hint="--easy")
    try:
        out.write_bytes(preview.pdf(code, easy=easy))
    except OSError as error:
        raise click.BadParameter(
            f"写不了 {out}：{error.strerror}。请换一个可以写的位置。", param_hint="--out"
        ) from error
    click.echo(f"已写出 {out}。")
