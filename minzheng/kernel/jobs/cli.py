"""`minzheng jobs`: background jobs."""

from __future__ import annotations

import json
from typing import Any

import click
from django.utils import timezone

from minzheng.kernel.jobs import registry, selectors, services, worker
from minzheng.kernel.jobs.models import JobRun


@click.group()
def jobs() -> None:
    """后台任务：执行、查看、重试。"""


@jobs.command()
@click.option("--threads", default=2, show_default=True, help="同时执行几个任务。")
@click.option("--lease", default=30.0, show_default=True, help="租约秒数：进程意外退出后多久由别的进程接手。")
@click.option("--once", is_flag=True, help="做完当前到期的任务就退出。")
def work(threads: int, lease: float, once: bool) -> None:
    """启动任务执行进程；收到 SIGTERM 或 Ctrl-C 时做完手上的再退出。"""
    if once:
        click.echo(f"执行了 {worker.drain()} 个任务。")
        return
    worker.Worker(threads=threads, lease=lease, beat=min(5.0, lease / 4)).run()


@jobs.command("list")
@click.option("--state", type=click.Choice([code for code, _ in JobRun.STATES]), help="只看某种状态。")
@click.option("--name", default="", help="只看某个任务名。")
@click.option("--limit", default=50, show_default=True, help="最多列几条。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def list_runs(state: str | None, name: str, limit: int, as_json: bool) -> None:
    """列出最近的任务，新的在前。"""
    rows = [_row(run) for run in selectors.runs(state=state or "", name=name)[:limit]]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    titles = {name: one.title for name, one in registry.declared().items()}
    for row in rows:
        title = titles.get(row["name"], row["name"])
        click.echo(
            f"{row['id']}  {row['created_at']}  {row['state']:<9} {row['progress']:>3}%  {title}  {row['message']}"
        )
        if row["error"]:
            click.echo(f"    {row['error']}")
    if not rows:
        click.echo("没有符合条件的任务。")


@jobs.command()
@click.argument("run_id", type=int, required=False)
@click.option("--all-failed", is_flag=True, help="重试全部失败的任务。")
def retry(run_id: int | None, all_failed: bool) -> None:
    """重新排队一个失败或取消的任务。"""
    if (run_id is None) == (not all_failed):
        raise click.UsageError("请给出任务编号，或用 --all-failed 重试全部失败的任务。")
    chosen = [run.pk for run in selectors.runs(state="failed")] if run_id is None else [run_id]
    for one in chosen:
        services.retry(run_id=one)
    click.echo(f"已重新排队 {len(chosen)} 个任务。")


def _row(run: JobRun) -> dict[str, Any]:
    return {
        "id": str(run.pk),
        "name": run.name,
        "key": run.key,
        "state": run.state,
        "attempts": run.attempts,
        "progress": run.progress,
        "message": run.message,
        "error": run.error,
        "created_at": timezone.localtime(run.created_at).strftime("%Y-%m-%d %H:%M:%S"),
    }
