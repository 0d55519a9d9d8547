"""``minzheng summary …``: write a summary from the indicators of the moment and put it into a file.

Exit codes: 0 done, 2 bad input (one Chinese sentence on stderr)."""

from __future__ import annotations

import json
from pathlib import Path

import click

from minzheng.business.bureau.command_line import office_given, print_json, refuse


@click.group("summary")
def summary() -> None:
    """工作总结：由指标生成半年、年度总结和五年指标表。"""


@summary.command("generate")
@click.option("--org", required=True, help="机构代码。")
@click.option("--period", required=True, help="半年 2026H1，全年 2026，规划期 2021-2025。")
@click.option("--format", "kind", type=click.Choice(["docx", "pdf", "md"]), required=True, help="文件格式。")
@click.option("--out", required=True, type=click.Path(), help="写到哪个文件。")
@click.option("--save", is_flag=True, help="同时存入平台（成为新版本），以后在页面上修改、签发。")
@click.option("--anew", is_flag=True, help="与 --save 同用：不保留人工修改的句子，全部重写。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
def generate(org: str, period: str, kind: str, out: str, save: bool, anew: bool, as_json: bool) -> None:
    """用现在的指标写一份总结，每个数都来自指标，没有数的句子不写。"""
    from minzheng.business.bureau.summaries import services, showing
    from minzheng.business.bureau.summaries.outputs import render
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.cases.errors import Refused

    office = office_given(org)
    target = Path(out)
    if not target.parent.is_dir():
        refuse(f"文件夹 {target.parent} 不存在：请先建立，或改 --out。")
    try:
        version = services.generate(actor=SYSTEM, org=office, period=period, anew=anew) if save else None
        body = version.body if version else services.compose(actor=SYSTEM, org=office, period=period)
        colophon = showing.colophon(version.summary) if version else showing.draft_colophon(office.name)
        target.write_bytes(render(body, kind, colophon))
    except Refused as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"文件 {target} 写不进去（{error.strerror}）：请检查路径和权限。")
    told = {
        "out": str(target), "format": kind, "title": showing.title_of(body), "numbers": len(body["tokens"]),
        "unfrozen": len(showing.unfrozen(body)), "dropped": body["dropped"],
        "summary": version.summary_id if version else None, "version": version.number if version else None,
    }  # fmt: skip
    if as_json:
        print_json(told)
        return
    saved = f"，已存为第 {version.number} 版" if version else ""
    click.echo(f"{told['title']}：{told['numbers']} 个数有出处，写到 {target}{saved}。")
    for one in body["dropped"]:
        click.echo(f"没有写第 {one['key']} 句：{one['why']}", err=True)
    if told["unfrozen"]:
        click.echo(f"有 {told['unfrozen']} 个数的月份还没有冻结，以后可能变动。", err=True)


@summary.command("forms")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
def forms(as_json: bool) -> None:
    """已声明的总结体例。"""
    from minzheng.business.bureau.summaries import declaring

    rows = [
        {"code": form.code, "name": form.name, "periods": list(form.periods), "sentences": len(list(form.sentences()))}
        for form in declaring.forms().values()
    ]
    if as_json:
        click.echo(json.dumps({"forms": rows}, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(f"{row['code']}\t{row['name']}\t{row['sentences']} 句")
