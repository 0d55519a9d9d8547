"""The commands: a platform of its own is made, loaded, hurt round after round, proved and thrown away."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bench.faults import paying as pay
from bench.faults.platform import Platform
from bench.faults.rounds import PROMISES, kept, measure


@click.group(invoke_without_command=True)
@click.pass_context
@click.option("--rounds", default=100, show_default=True, help="杀多少轮。")
@click.option("--seed", default=1, show_default=True, help="种子：同样的种子在同样的时刻杀同样的进程。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON。")
def faults(context: click.Context, rounds: int, seed: int, as_json: bool) -> None:
    """一边办件一边 kill -9 网页、网页的一个工作进程、后台任务、数据库；办过的一件不少、一件不重。"""
    if context.invoked_subcommand is not None:
        return
    found = _on_a_platform(lambda platform, folder: measure(platform, rounds=rounds, seed=seed))
    found["kept"] = kept(found)
    _told(found, as_json, _sentences)


@faults.command()
@click.option("--rounds", default=200, show_default=True, help="多少个批次，每个批次杀一次。")
@click.option("--seed", default=1, show_default=True, help="种子：同样的种子杀同样的步骤。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON。")
def paying(rounds: int, seed: int, as_json: bool) -> None:
    """发放批次从生成到回盘，每批在某一步 kill -9 命令、后台任务、网页或数据库，再做同一步；一分不丢、不重、不变。"""

    def tell(said: str) -> None:
        click.echo(said, err=True)

    found = _on_a_platform(
        lambda platform, folder: pay.measure(platform, folder, rounds=rounds, seed=seed, tell=tell), workers=1
    )
    found["kept"] = pay.kept(found)
    _told(found, as_json, _paying_sentences)


def _on_a_platform(act: Callable[[Platform, Path], dict[str, Any]], *, workers: int = 2) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="minzheng-faults-"))
    folder.chmod(0o755)  # the database's own account must reach it
    begun = time.monotonic()
    try:
        found = act(Platform(folder / "var", workers=workers), folder)
    finally:
        home = (folder / "var" / "pg").resolve()
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    return found | {"seconds": round(time.monotonic() - begun, 1)}


def _told(found: dict[str, Any], as_json: bool, sentences: Callable[[dict[str, Any]], list[str]]) -> None:
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        for sentence in sentences(found):
            click.echo(sentence)
    sys.exit(0 if found["kept"] else 1)


def _killed(found: dict[str, Any]) -> str:
    return "、".join(f"{name} {count}" for name, count in found["killed"].items())


def _sentences(found: dict[str, Any]) -> list[str]:
    broken = {name: found[name] for name in PROMISES if found[name]}
    return [
        f"{found['survived']}／{found['rounds']} 轮之后自己恢复；杀了 {_killed(found)}",
        f"办理 {found['acts']} 件：当场答复 {found['acknowledged_at_once']}，重试时已办 "
        f"{found['found_done_when_tried_again']}；连接被切断 {found['cut_off']} 次，503 页 {found['plain_pages']} 次",
        "全部守住" if found["kept"] else f"没有守住：{broken} {found['unexpected']} {found['audit_errors']}",
    ]


def _paying_sentences(found: dict[str, Any]) -> list[str]:
    broken = {name: found[name] for name in pay.PROMISES if found[name]}
    rows = [
        ("批次（轮）", found["rounds"]), ("办完的", found["finished"]), ("杀了", _killed(found)),
        ("杀在哪一步", "、".join(f"{step} {count}" for step, count in found["steps_hit"].items())),
        ("被切断的步骤", found["cut_off"]), ("再做时已经办好", found["found_done_when_tried_again"]),
        ("应发（元）", f"{found['owed_fen'] / 100:.2f}"), ("银行文件（元）", f"{found['file_fen'] / 100:.2f}"),
        ("到账＋退回（元）", f"{found['paid_fen'] / 100:.2f}＋{found['returned_fen'] / 100:.2f}"),
        ("丢失／重复／变动（笔）", f"{found['lost']}／{found['doubled']}／{found['altered']}"),
        ("账目凭证", f"{found['ledger_transactions']}，{'相符' if found['ledger_ok'] else '不符'}"),
        ("独立复算", f"{found['audit_awards']} 份待遇，{found['audit_differences']} 处不符"),
        ("每轮（秒）", found["seconds_a_round"]),
    ]  # fmt: skip
    verdict = "全部守住" if found["kept"] else f"没有守住：{broken} {found['unexpected']} {found['ledger_errors']}"
    return [*(f"{name:<14}{value}" for name, value in rows), verdict]
