"""`minzheng cases` and `minzheng awards`: replay cases from their acts, recompute awards from their frozen basis."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click

from minzheng.kernel.awards.models import Award
from minzheng.kernel.awards.proof import recompute as proof_of
from minzheng.kernel.cases.draws.models import SpotDraw
from minzheng.kernel.cases.draws.proof import verify as draw_verify
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.running.replay import replay as replayed


@click.group()
def cases() -> None:
    """办件：重放核对。"""


@cases.command()
@click.option("--no", "number", default="", help="只核对这一件（办件编号）。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def replay(number: str, as_json: bool) -> None:
    """由动作重新推出每件的状态和期限，与存的比对；有一件对不上，退出码为 1。"""
    rows = Case.objects.filter(no=number) if number else Case.objects.all()
    _one_at_least(number, rows.exists())
    found = ((c.no or str(c.pk), replayed(c).problems) for c in rows.defer("form").iterator(chunk_size=500))
    _report(found, "办件", "状态和期限都由动作推得出", as_json)


@cases.group()
def draw() -> None:
    """抽查：复算。"""


@draw.command()
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def verify(number: str, as_json: bool) -> None:
    """用公布的范围和种子重新抽一遍，与登记的任务、审计链里的公布记录比对；对不上的，退出码为 1。"""
    one = SpotDraw.objects.filter(no=number).first()
    if one is None:
        raise click.BadParameter(f"没有编号为“{number}”的抽查，请核对。", param_hint="NUMBER")
    proof = draw_verify(one)
    if as_json:
        click.echo(json.dumps({**asdict(proof), "ok": proof.ok}, ensure_ascii=False))
    else:
        for sentence in proof.problems:
            click.echo(f"✗ {sentence}")
        click.echo(
            f"抽查 {proof.no}：范围 {proof.population} 件，任务 {proof.tasks} 件，"
            + ("复算一致。" if proof.ok else "对不上。")
        )
    sys.exit(0 if proof.ok else 1)


@click.group()
def awards() -> None:
    """待遇：复算核对。"""


@awards.command()
@click.option("--no", "number", default="", help="只复算这一项（证号）。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def recompute(number: str, as_json: bool) -> None:
    """用冻结的输入重算每项待遇，与登记的金额比到分；有一项对不上或依据被改动，退出码为 1。"""
    rows = Award.objects.filter(no=number) if number else Award.objects.all()
    _one_at_least(number, rows.exists())
    imported: list[str] = []

    def proofs() -> Iterator[tuple[str, tuple[str, ...]]]:
        for award in rows.iterator(chunk_size=500):
            proof = proof_of(award)
            imported.extend([proof.imported] if proof.imported else [])
            yield award.no, proof.problems

    _report(proofs(), "待遇", "金额都复算得出", as_json, imported)


def _one_at_least(number: str, any_row: bool) -> None:
    if number and not any_row:
        raise click.BadParameter(f"没有编号为“{number}”的记录，请核对。", param_hint="--no")


def _report(
    found: Iterable[tuple[str, tuple[str, ...]]],
    what: str,
    proved: str,
    as_json: bool,
    imported: Sequence[str] | None = None,
) -> None:
    """`imported`: awards taken over from a file, which have nothing to compute from; filled while `found` is read."""
    count, wrong = 0, []
    for number, problems in found:
        count += 1
        wrong += [{"no": number, "problem": sentence} for sentence in problems]
    if as_json:
        answer: dict[str, Any] = {"checked": count, "problems": wrong}
        if imported is not None:
            answer["imported"] = len(imported)
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for row in wrong:
            click.echo(f"✗ {row['no']}：{row['problem']}")
        if imported:
            told = f"；{imported[0]}" if count == 1 else ""
            click.echo(f"其中 {len(imported)} 件是存量导入，不是本系统测算的，只核对依据没有被改动{told}")
        click.echo(f"核对{what} {count} 件：" + (f"有 {len(wrong)} 处对不上。" if wrong else f"{proved}。"))
    sys.exit(1 if wrong else 0)
