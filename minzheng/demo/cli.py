"""``minzheng demo``: generate, load and unload the demo county, list its logins. Progress goes to standard error; with
``--json`` standard output is JSON alone.
"""

from __future__ import annotations

import datetime
import json
import tempfile
from pathlib import Path
from typing import Any

import click

from minzheng.demo.errors import DemoError, NotLoaded

_PERSONS, _SEED = 20_000, 1


@click.group()
def demo() -> None:
    """示范县（虚构）：生成、装入、演示账号。"""


def _say(line: str) -> None:
    click.echo(line, err=True)


def _progress(done: int, of: int) -> None:
    _say(f"已生成 {done}／{of} 人")


def _as_of(text: str | None) -> datetime.date:
    from minzheng.demo.outcomes import default_as_of
    from minzheng.kernel import clock

    if text is None:
        return default_as_of(clock.today())
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise DemoError(f"--as-of {text} 不是日期：请写成 2026-11-21 的样子。") from None


def _print(result: dict[str, Any] | list[Any], as_json: bool, sentence: str) -> None:
    click.echo(json.dumps(result, ensure_ascii=False, indent=1) if as_json else sentence)


@demo.command()
@click.option("--persons", type=int, default=_PERSONS, show_default=True, help="人数。")
@click.option("--seed", type=int, default=_SEED, show_default=True, help="种子：同样的参数得到同样的字节。")
@click.option("--as-of", "as_of", help="以哪一天为“今天”（默认今天）。")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="放到哪个文件夹。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def generate(persons: int, seed: int, as_of: str | None, out: Path, as_json: bool) -> None:
    """生成示范数据文件夹（CSV）。"""
    from minzheng.demo.generate import generate as make

    meta = make(persons=persons, seed=seed, as_of=_as_of(as_of), out=out, progress=_progress)
    _print({**meta, "out": str(out)}, as_json, f"已生成 {persons} 人的示范数据：{out}")


@demo.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--dir",
    "named",
    type=click.Path(path_type=Path, file_okay=False),
    help="demo generate 生成的文件夹，也可以直接写在后面；不给则现生成。",
)
@click.option("--persons", type=int, default=_PERSONS, show_default=True, help="现生成时的人数。")
@click.option("--seed", type=int, default=_SEED, show_default=True, help="现生成时的种子。")
@click.option("--as-of", "as_of", help="现生成时以哪一天为“今天”（默认今天）。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def load(folder: Path | None, named: Path | None, persons: int, seed: int, as_of: str | None, as_json: bool) -> None:
    """装入示范数据，只替换旧的示范数据。FOLDER 同 --dir。"""
    from minzheng.demo.generate import generate as make
    from minzheng.demo.load import load as put

    folder = named or folder
    if folder is not None:
        result = put(folder, say=_say)
    else:
        with tempfile.TemporaryDirectory(prefix="minzheng-demo-") as temporary:
            made = Path(temporary)
            make(persons=persons, seed=seed, as_of=_as_of(as_of), out=made, progress=_progress)
            result = put(made, say=_say)
    _print(result, as_json, f"示范县已装入：{result['persons']} 人，以 {result['as_of']} 为准")


@demo.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def unload(as_json: bool) -> None:
    """撤走示范数据，不动其他数据。"""
    from minzheng.demo.load import unload as take_out

    removed = take_out(say=_say)
    _print({"removed": removed}, as_json, f"共撤走 {sum(removed.values())} 行")


@demo.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def status(as_json: bool) -> None:
    """示范数据在不在、有多少。"""
    from minzheng.demo.state import status as state

    found = state()
    sentence = "没有装入示范数据"
    if found["loaded"]:
        now = found["now"]
        sentence = f"示范县 {now['persons']} 人、{now['households']} 户，在保 {now['awards']}，办件 {now['cases']}"
    _print(found, as_json, sentence)


@demo.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def logins(as_json: bool) -> None:
    """演示账号：用户名、口令、岗位、地区、用来看什么。"""
    from minzheng.demo.logins import listed
    from minzheng.demo.state import is_loaded

    if not is_loaded():
        raise NotLoaded("这个数据库里没有示范数据，演示账号不可用：请先执行 minzheng demo load。")
    rows = listed()
    lines = (
        f"{row['username']:<16}{row['password'] or '（验证码）':<12}{row['role']}  {row['region']}  {row['for']}"
        for row in rows
    )
    _print(rows, as_json, "\n".join(lines))
