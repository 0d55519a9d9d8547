"""``minzheng register …``: the books, their entries, what is due, a table taken in.

Exit codes: 0 done, 2 bad input (one Chinese sentence on stderr)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from minzheng.business.bureau.command_line import file_given, office_given, print_json, refuse


@click.group("register")
def register() -> None:
    """工作台账：各本台账、记录、到期和次数、导入。"""


def _book(code: str) -> Any:
    from minzheng.business.bureau.registers.reading import books

    found = books().get(code)
    if found is None:
        refuse(f"没有代码为“{code}”的台账：用 minzheng register list 查代码。")
    return found


@register.command("list")
@click.option("--book", default="", help="只列一本台账的记录。")
@click.option("--most", default=50, show_default=True, type=click.IntRange(1, 5000), help="最多列几条记录。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
def list_(book: str, most: int, as_json: bool) -> None:
    """列出全部台账和条数；加 --book 列一本台账的记录。"""
    from minzheng.business.bureau.registers import duties, selectors
    from minzheng.business.bureau.registers.reading import books
    from minzheng.kernel import clock
    from minzheng.kernel.accounts.actors import SYSTEM

    if book:
        _book(book)
        rows = selectors.of_book(SYSTEM, book).order_by("-on", "-pk")
        found = [
            {"no": one.no, "on": one.on.isoformat(), "title": one.title, "org": one.org_name, "state": one.state}
            for one in rows[:most]
        ]
        if as_json:
            print_json({"book": book, "total": rows.count(), "entries": found})
            return
        for row in found:
            click.echo("\t".join(row.values()))
        return
    counts = duties.numbers(SYSTEM, clock.today())
    lines = [
        {"code": one.code, "title": one.title, "area": one.area, "seeds": list(one.seeds), **counts.get(one.code, {})}
        for one in books().values()
    ]
    if as_json:
        print_json({"books": lines})
        return
    for line in lines:
        click.echo(f"{line['code']}\t{line['title']}\t{line['area']}\t{line.get('all', 0)} 条")


@register.command("show")
@click.argument("no")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
def show(no: str, as_json: bool) -> None:
    """看一条记录（按编号）：内容、状态、更改记录。"""
    from minzheng.business.bureau.registers import selectors, showing
    from minzheng.kernel import clock
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.parts.drawing import Drawing

    entry = selectors.everything(SYSTEM).filter(no=no).first()
    if entry is None:
        refuse(f"没有编号为“{no}”的台账记录。")
    pairs = [(label, text) for label, text, _ in showing.facts(entry, Drawing(SYSTEM, clock.today()))["pairs"]]
    history = [(one.at.isoformat() if one.at else "", one.title, one.who, one.note) for one in showing.history(entry)]
    if as_json:
        print_json({
            "no": entry.no, "book": entry.book, "title": entry.title, "state": entry.state, "on": entry.on.isoformat(),
            "org": entry.org_name, "void": entry.voided_at is not None, "values": entry.values,
            "history": [dict(zip(("at", "what", "who", "note"), one, strict=True)) for one in history],
        })  # fmt: skip
        return
    click.echo(f"{entry.no} {entry.title}")
    for label, text in pairs:
        click.echo(f"{label}：{text}")
    for at, what, who, note in history:
        click.echo(f"  {at[:16]} {what} {who} {note}".rstrip())


@register.command("due")
@click.option("--on", "day", default="", help="按哪一天算，默认今天。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
def due(day: str, as_json: bool) -> None:
    """列出快到期、已过期的记录，和次数还不够的要求。"""
    from minzheng.business.bureau.registers import duties
    from minzheng.kernel import clock
    from minzheng.kernel.accounts.actors import SYSTEM

    try:
        on = date.fromisoformat(day) if day else clock.today()
    except ValueError:
        refuse(f"日期“{day}”看不懂，请写成 2026-11-22。")
    dates = [
        {"no": one.entry.no, "title": one.entry.title, "what": one.reminder.say, "on": one.on.isoformat(), "late": one.late(on)}
        for one in duties.dates(SYSTEM, on)
    ]  # fmt: skip
    short = [
        {"book": one.book.code, "unit": one.unit, "what": one.rhythm.title, "missing": one.missing, "until": one.last.isoformat()}
        for one in duties.owed(SYSTEM, on)
        if one.state == "short"
    ]  # fmt: skip
    if as_json:
        print_json({"on": on.isoformat(), "dates": dates, "short": short})
        return
    for row in dates:
        click.echo(f"{'已过期' if row['late'] else '快到期'}\t{row['on']}\t{row['no']}\t{row['title']}\t{row['what']}")
    for row in short:
        click.echo(f"还差 {row['missing']} 次\t{row['until']}\t{row['unit']}\t{row['what']}")


@register.command("import")
@click.argument("file", type=click.Path())
@click.option("--book", required=True, help="台账代码。")
@click.option("--org", required=True, help="机构代码。")
@click.option("--trial", is_flag=True, help="只试算，不写入。")
@click.option("--rejects", type=click.Path(dir_okay=False), help="退回的行写到这个 XLSX 文件。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
def import_(file: str, book: str, org: str, trial: bool, rejects: str, as_json: bool) -> None:
    """从表格导入：好的行登记，坏的行带行号和原因退回；再导入不重复。"""
    from minzheng.business.bureau.registers import importing
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.cases.errors import Refused

    declared, office, path = _book(book), office_given(org), file_given(file)
    try:
        done = importing.take_in(
            actor=SYSTEM, book=declared, org=office, data=path.read_bytes(), name=path.name, trial=trial
        )  # fmt: skip
    except Refused as error:
        refuse(str(error))
    if rejects and done.refused:
        Path(rejects).write_bytes(importing.rejects(declared, done.refused))
    if as_json:
        print_json(done.as_json())
        return
    said = "试算：可以导入" if trial else "已导入"
    click.echo(f"{declared.title}：{said} {done.taken} 行，已有 {done.same} 行，退回 {len(done.refused)} 行。")
    for row in done.refused:
        click.echo(f"第 {row['line']} 行：{row['why']}", err=True)
