"""Commands about the bank: `payrun formats`, `payrun return`, `payrun simulate-bank`. cli.py adds them to its group."""

from __future__ import annotations

import json
from pathlib import Path

import click

from minzheng.kernel.command_line import staff_or_system
from minzheng.kernel.payruns import access, formats, returns, simulator
from minzheng.kernel.payruns.errors import PayInput
from minzheng.kernel.payruns.formats.writing import yuan
from minzheng.kernel.payruns.models import PayBatch
from minzheng.kernel.payruns.returns import expiring

SHARE = click.FloatRange(0, 1)


def _readable(file: Path) -> Path:
    if not file.is_file():
        raise PayInput(f"没有文件 {file}，请核对路径。")
    return file


@click.command("formats")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON。")
def formats_command(as_json: bool) -> None:
    """列出已登记的银行、财政文件格式。"""
    found = [
        {
            "code": one.code, "title": one.title, "kind": one.kind, "encoding": one.encoding,
            "needs_confirmation": one.needs_confirmation, "codes": dict(one.codes),
        }
        for one in formats.all().values()
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps({"formats": found}, ensure_ascii=False))
        return
    for row in found:
        click.echo(
            f"{row['code']:<16}{row['title']}（{row['kind']}，{row['encoding']}）\n    {row['needs_confirmation']}"
        )


@click.command("return")
@click.argument("batch")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "user", default="", help="以谁的名义登记（须有财务岗位）；不写则由系统记名。")
@click.option("--format", "format_code", default="", help="文件格式；不写则按内容识别。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON。")
def return_command(batch: str, file: Path, user: str, format_code: str, as_json: bool) -> None:
    """登记银行回盘文件；同一份文件再登记一次，什么也不改。"""
    actor = staff_or_system(user)
    outcome = returns.book(
        actor=actor, batch=access.find(actor, batch), path=_readable(file), format_code=format_code, name=file.name
    )
    now = PayBatch.objects.get(pk=outcome.batch.pk)
    told = {
        "batch": now.no, "state": now.state, "lines": now.lines, "total_fen": now.total_fen, "sha": now.sha,
        "again": outcome.again, "paid": outcome.paid, "paid_fen": outcome.file.paid_fen, "returned": outcome.returned,
        "returned_fen": outcome.file.returned_fen, "unknown": outcome.unknown, "known": outcome.known,
        "rejected": outcome.rejected, "missing": outcome.missing, "missing_first": list(outcome.named),
        "rejects": [
            {"record": one.record, "seq": one.seq, "reason": one.reason} for one in outcome.file.rejects.all()[:200]
        ],
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"批次 {now.no}（{now.get_state_display()}）：{outcome.sentence}")
    for one in outcome.file.rejects.all()[:50]:
        click.echo(f"  第 {one.record} 条　序号 {one.seq}　{one.reason}")


@click.command("simulate-bank")
@click.argument("batch")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="回盘文件写到哪里。")
@click.option("--seed", type=int, required=True, help="种子：同样的种子得到同样的回盘。")
@click.option("--returned", type=SHARE, default=0.01, show_default=True, help="退回的比例。")
@click.option("--unknown", type=SHARE, default=0.001, show_default=True, help="结果不明（08）的比例。")
@click.option("--lost", type=SHARE, default=0.0, help="丢失的比例：始终没有结果。")
@click.option("--delayed", type=SHARE, default=0.0, help="迟到的比例：加 --later 的那一份里才有。")
@click.option("--repeated", type=SHARE, default=0.0, help="重复的比例。")
@click.option("--contradicted", type=SHARE, default=0.0, help="自相矛盾的比例。")
@click.option("--corrupted", type=SHARE, default=0.0, help="代码、账号、金额或序号写错的比例。")
@click.option("--tampered", is_flag=True, help="合计被改动一分。")
@click.option("--later", is_flag=True, help="后来的一份：迟到的、结果不明的有了结果。")
@click.option("--format", "format_code", default="", help="文件格式；不写则与报盘相同。")
@click.option("--as", "user", default="", help="以谁的名义查看批次；不写则由系统。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON。")
def simulate_command(
    batch: str, out: Path, seed: int, returned: float, unknown: float, lost: float, delayed: float, repeated: float,
    contradicted: float, corrupted: float, tampered: bool, later: bool, format_code: str, user: str, as_json: bool,
) -> None:  # fmt: skip
    """模拟代发银行：为已报盘的批次写一份回盘文件。只用于演示和演练，不入账。"""
    habits = simulator.Habits(returned, unknown, lost, delayed, repeated, contradicted, corrupted, tampered)
    if not out.parent.is_dir():
        raise PayInput(f"没有目录 {out.parent}，请先建好。")
    made = simulator.simulate(
        access.find(staff_or_system(user), batch), out, seed=seed, habits=habits, format_code=format_code, later=later
    )
    told = {
        "file": str(made.path), "format": made.format, "records": made.records, "total_fen": made.total_fen,
        "returned": made.returned, "unknown": made.unknown, "left_out": made.left_out,
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(
        f"已写 {made.path}：{made.records} 笔 {yuan(made.total_fen)} 元，退回 {made.returned} 笔，"
        f"结果不明 {made.unknown} 笔，没有写入 {made.left_out} 笔。"
    )


@click.command("give-back")
@click.argument("batch")
@click.option("--as", "user", required=True, help="由谁办理（须有财务岗位）。")
@click.option("--reason", required=True, help="理由。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON。")
def give_back_command(batch: str, user: str, reason: str, as_json: bool) -> None:
    """退回满规定月数仍未能重发的明细，记账交回财政。"""
    actor = staff_or_system(user)
    found = access.find(actor, batch)
    lines = expiring.give_back(actor=actor, batch=found, reason=reason)
    fen = sum(line.amount_fen for line in lines)
    if as_json:
        click.echo(json.dumps({"batch": found.no, "lines": len(lines), "total_fen": fen}, ensure_ascii=False))
        return
    click.echo(f"批次 {found.no}：{len(lines)} 笔 {yuan(fen)} 元记入退回财政。")


#: Added to the group `payrun`.
commands = (formats_command, return_command, simulate_command, give_back_command)
