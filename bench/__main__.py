"""Command line: make the database, load it, measure pages and concurrent submissions, print tables and write
``bench/results/*.json``.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

from bench import table
from bench.datacenter import datacenter
from bench.faults.command import faults
from bench.plans.command import plans

RESULTS = Path(__file__).resolve().parent / "results"


@click.group(invoke_without_command=True)
@click.pass_context
@click.option(
    "--persons", default="20000,200000", show_default=True, help="人口规模，逗号分隔；最小的一个用来量并发提交。"
)
@click.option("--requests", default=120, show_default=True, help="每个页面量多少次。")
@click.option("--writers", default=8, show_default=True, help="几个进程同时提交申请。")
@click.option("--each", default=25, show_default=True, help="每个进程提交几件。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON。")
def bench(context: click.Context, persons: str, requests: int, writers: int, each: int, as_json: bool) -> None:
    """测量页面与并发提交的速度。页面时间是 Django 测试客户端在进程内量的服务器时间，不含网络。"""
    if context.invoked_subcommand is not None:
        return
    sizes = sorted(int(size) for size in persons.split(","))
    result: dict[str, Any] = {"at": time.strftime("%Y-%m-%d %H:%M:%S"), "machine": _machine(), "pages": {}, "setup": {}}
    from minzheng.site import database

    with database.available():
        for size in sizes:
            _size(result, size, requests, (writers, each) if size == sizes[0] else None)
    table.add_ratios(result, sizes)
    path = _save(result)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        click.echo(table.text(result, sizes))
        click.echo(f"结果写入 {path}", err=True)
    sys.exit(0 if table.kept(result, sizes) else 1)


bench.add_command(faults)
bench.add_command(datacenter)
bench.add_command(plans)


@bench.command()
@click.option("--lines", default=1_000_000, show_default=True, help="多少笔。")
def paying(lines: int) -> None:
    """发放：生成、校验、报盘与直接 SQL 之比，回盘与 COPY 加连接之比，各在自己的数据库里。"""
    sizes = ["--lines", str(lines)]
    codes = [subprocess.run([sys.executable, "-m", f"bench.{name}", *sizes], check=False).returncode
             for name in ("payrun", "payrun_returns")]  # fmt: skip
    sys.exit(max(codes))


def _size(result: dict[str, Any], size: int, requests: int, writing: tuple[int, int] | None) -> None:
    name = f"minzheng_bench_{size}"
    try:
        result["setup"][str(size)] = _step("prepare", name, size=size)
        result["pages"][str(size)] = _step("pages", name, requests=requests)
        if writing:
            result["writers"] = _step("writers", name, writers=writing[0], each=writing[1])
    finally:
        _step("drop", name)


def _step(what: str, database_name: str, **options: Any) -> dict[str, Any]:
    """Each step is a fresh process, so that connections, caches and identities do not mix. Its result is read back from
    a file.
    """
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        arguments = [sys.executable, "-m", "bench.steps", what, database_name, out.name, json.dumps(options)]
        subprocess.run(arguments, check=True, stdout=sys.stderr)
        return dict(json.loads(Path(out.name).read_text() or "{}"))


def _machine() -> dict[str, Any]:
    import os

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return {
        "cpus": os.cpu_count(),
        "memory_gb": memory,
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def _save(result: dict[str, Any]) -> Path:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


if __name__ == "__main__":
    bench()
