"""``minzheng plan …``: read a plan document, import it, measure the reader.

Exit codes: 0 done, 2 bad input (one Chinese sentence on stderr).
"""

from __future__ import annotations

from pathlib import Path

import click

from minzheng.business.bureau.command_line import file_given, office_given, print_json, refuse
from minzheng.business.bureau.plans.parsing import Document, UnreadableDocument, parse_file


@click.group("plan")
def plan() -> None:
    """工作计划：读文件、导入、测量准确率。"""


def read(path: str) -> Document:
    """The parsed document, or exit 2 with the reason."""
    try:
        return parse_file(Path(path))
    except UnreadableDocument as error:
        refuse(str(error))


@plan.command("parse")
@click.argument("file", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
def parse(file: str, as_json: bool) -> None:
    """读一份工作要点、总结或规划（文本、DOCX、PDF、网页），列出条目和每个量化指标。"""
    document = read(file)
    if as_json:
        print_json(document.as_json())
        return
    click.echo(f"{document.title}（{len(document.tree.items)} 个条目，{len(document.indicators)} 个指标）")
    for one in document.indicators:
        click.echo(f"{one.item or '前言'}\t{one.subject}\t{one.words}\t{one.kind}\t{one.why}")
    for finding in document.findings:
        click.echo(f"提示：{finding.sentence}", err=True)


@plan.command("bench")
@click.argument("labels", type=click.Path(exists=True, dir_okay=False))
@click.option("--documents", required=True, type=click.Path(), help="文件所在文件夹。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
def bench(labels: str, documents: str, as_json: bool) -> None:
    """用人工标注量准确率（读出的有多少是对的）和找全率（该读出的有多少读出了）。"""
    from minzheng.business.bureau.plans import measuring

    try:
        scores = measuring.score_files(measuring.read_labels(Path(labels)), Path(documents))
    except (ValueError, KeyError, TypeError) as error:
        refuse(f"标注文件 {labels} 无法使用：{error}")
    if not scores:
        refuse(f"文件夹 {documents} 里没有标注过的文件：请用 --documents 指定它们所在的文件夹。")
    total = measuring.Score()
    for score in scores.values():
        total.add(score)
    if as_json:
        print_json(
            {
                "files": {name: score.as_json() for name, score in scores.items()},
                "total": total.as_json(),
                "misses": total.misses,
            }
        )
        return
    click.echo(measuring.text(scores))
    for miss in total.misses:
        click.echo(miss, err=True)


@plan.command("import")
@click.argument("file", type=click.Path())
@click.option("--org", required=True, help="机构代码。")
@click.option("--year", required=True, type=int, help="年度（规划填起始年）。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
def import_(file: str, org: str, year: int, as_json: bool) -> None:
    """导入一份计划：同一文件再导入不会重复，改过的文件成为新版本。"""
    from minzheng.business.bureau.plans import importing
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.cases.errors import Refused

    office = office_given(org)
    path = file_given(file)
    try:
        done = importing.import_document(actor=SYSTEM, org=office, year=year, content=path.read_bytes(), name=path.name)
    except (UnreadableDocument, Refused) as error:
        refuse(str(error))
    if as_json:
        print_json(importing.as_json(done))
        return
    told = importing.as_json(done)
    said = f"已导入第 {told['version']} 版" if done.created else f"已经导入过（第 {told['version']} 版），没有改动"
    click.echo(f"{told['title']}：{said}，{told['items']} 个条目，{told['indicators']} 个指标。")
    for finding in told["findings"]:
        click.echo(f"提示：{finding['sentence']}", err=True)
