"""The command: a platform of its own is made, loaded, hurt round after round, proved and thrown away."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import click

from bench.faults.platform import Platform
from bench.faults.rounds import PROMISES, kept, measure


@click.command()
@click.option("--rounds", default=100, show_default=True, help="杀多少轮。")
@click.option("--seed", default=1, show_default=True, help="种子：同样的种子在同样的时刻杀同样的进程。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON。")
def faults(rounds: int, seed: int, as_json: bool) -> None:
    """一边办件一边 kill -9 网页、网页的一个工作进程、后台任务、数据库；办过的一件不少、一件不重。"""
    folder = Path(tempfile.mkdtemp(prefix="minzheng-faults-"))
    folder.chmod(0o755)  # the database's own account must reach it
    begun = time.monotonic()
    try:
        found = measure(Platform(folder / "var"), rounds=rounds, seed=seed)
    finally:
        home = (folder / "var" / "pg").resolve()
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    found["seconds"] = round(time.monotonic() - begun, 1)
    found["kept"] = kept(found)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        killed = "、".join(f"{name} {count}" for name, count in found["killed"].items())
        click.echo(f"{found['survived']}／{rounds} 轮之后自己恢复；杀了 {killed}")
        click.echo(f"办理 {found['acts']} 件：当场答复 {found['acknowledged_at_once']}，重试时已办 "
                   f"{found['found_done_when_tried_again']}；连接被切断 {found['cut_off']} 次，503 页 {found['plain_pages']} 次")  # fmt: skip
        broken = {name: found[name] for name in PROMISES if found[name]}
        click.echo("全部守住" if found["kept"] else f"没有守住：{broken} {found['unexpected']} {found['audit_errors']}")
    sys.exit(0 if found["kept"] else 1)
