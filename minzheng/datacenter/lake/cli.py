"""``minzheng lake``: sources, templates, invented deliveries, ingest, batches, links, verify."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from minzheng.datacenter.lake import announcing, places, rejects, verifying
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeBatch, LakeLink
from minzheng.datacenter.sources import registry, template
from minzheng.datacenter.sources import simulate as inventing
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.command_line import staff_or_system

if TYPE_CHECKING:
    from django.db.models import QuerySet


@click.group()
def lake() -> None:
    """数据湖：来源、模板、入湖、批次、没有办完的和到期的、数据库链接、核对。"""


_as = click.option("--as", "username", default="", help="以谁的名义：工作人员的用户名；默认由系统记名。")
_json = click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")


@lake.command()
@_json
def sources(as_json: bool) -> None:
    """列出全部数据来源。"""
    rows = [_source(code) for code in registry.all()]
    if as_json:
        click.echo(json.dumps({"sources": rows}, ensure_ascii=False))
        return
    for one in rows:
        newest = f"最近 {one['newest_period']}，{one['rows']:,} 行" if one["batch"] else "还没有数据"
        click.echo(f"{one['code']}　{one['title']}　{one['department_title']}　{newest}")


def _source(code: str) -> dict[str, Any]:
    from minzheng.datacenter.lake import reading

    spec, held = registry.get(code), reading.batches(code)
    newest = held[-1] if held else None
    return {
        "code": code, "title": spec.title, "department": spec.department, "department_title": spec.department_title,
        "basis": [one.text for one in spec.basis], "frequency": spec.frequency, "delivery": spec.delivery,
        "mode": spec.mode, "classes": list(spec.classes),
        "columns": [
            {"name": one.name, "label": one.label, "type": one.type, "required": one.required, "personal": one.personal}
            for one in spec.columns
        ],
        "batch": newest.no if newest else None, "newest_period": newest.period if newest else None,
        "rows": sum(one.accepted for one in held),
    }  # fmt: skip


@lake.command("template")
@click.argument("source")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="写到哪里：.xlsx、.csv 或 .parquet。")
@_json
def template_(source: str, out: Path, as_json: bool) -> None:
    """写出一个来源的空模板。"""
    template.write(announcing.spec_of(source), out)
    click.echo(json.dumps({"file": str(out)}, ensure_ascii=False) if as_json else f"模板写在 {out}")


@lake.command()
@click.argument("source")
@click.option("--rows", required=True, type=click.IntRange(0), help="行数。")
@click.option("--seed", default=1, show_default=True, type=int, help="种子：相同的参数得到相同的内容。")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="写到哪里：.csv、.xlsx 或 .parquet。")
@click.option("--people", type=click.Path(path_type=Path), help="从这个文件（id_no、name 两列）里取人；默认虚构。")
@click.option("--dirty", default=0.0, show_default=True, type=float, help="带一处错误的行所占的比例，0 到 1。")
@click.option("--encoding", default="utf-8", show_default=True, help="CSV 的编码：utf-8 或 gb18030。")
@click.option("--period", help="数据截止的月份，如 2026-10；默认上个月。")
@_json
def simulate(
    source: str, rows: int, seed: int, out: Path, people: Path | None, dirty: float, encoding: str, period: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """虚构一份数据文件，供演示和测试。"""
    made = inventing.simulate(source, rows, seed, out, people, dirty, encoding, period)
    told = {"file": str(made.path), "rows": made.rows, "dirtied": dict(made.dirtied)}
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else f"写出 {made.rows:,} 行：{made.path}")


@lake.command()
@click.argument("source")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--period", required=True, help="数据所属的月份，如 2026-10。")
@click.option("--region", default="", help="数据是哪里的，区划代码；默认本局所在地。")
@click.option("--basis", help="法律依据；默认用来源自己声明的。")
@click.option("--supersedes", default="", help="更正哪一批，写批次号；旧批次随之停用。")
@_as
@_json
def ingest(
    source: str, file: Path, period: str, region: str, basis: str | None, supersedes: str, username: str, as_json: bool
) -> None:
    """检查一份数据文件并收进数据湖；同一份文件再来还是原来那一批。一行也不合格时退出码为 2。"""
    from minzheng.datacenter.lake.ingest import ingest as bring

    done = bring(
        staff_or_system(username), source, file, period, basis=basis, supersedes=supersedes, region=region,
        progress=_silent if as_json else _say,
    )  # fmt: skip
    _tell(done, as_json)


def _tell(done: LakeBatch, as_json: bool) -> None:
    reject_file = _written_rejects(done)
    if as_json:
        told = {
            "batch": done.no, "rows": done.rows, "accepted": done.accepted, "rejected": done.rejected,
            "reject_file": reject_file,
        }  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(
            f"批次 {done.no}：{done.get_state_display()}，共 {done.rows:,} 行，合格 {done.accepted:,}，退回 {done.rejected:,}。"
        )
        for sentence in done.report.get("sentences", ()):
            click.echo(sentence)
        for one in done.report.get("reasons", ()):
            click.echo(f"退回 {one['rows']:,} 行：{one['reason']}")
        if reject_file:
            click.echo(f"退回的行和原因写在 {reject_file}；姓名和号码已遮盖，用完请删除。")
    if done.state == LakeBatch.FAILED:
        click.echo(done.message, err=True)
        sys.exit(2)


def _written_rejects(done: LakeBatch) -> str | None:
    """The reject file as a file of this user's alone; None when no row was rejected."""
    if not done.has_rejects:
        return None
    path = places.rejects() / f"{done.no}.csv"
    path.touch(mode=0o600)
    path.write_bytes(rejects.get(done.pk))
    return str(path)


def _silent(rows: int, sentence: str) -> None:
    return None


def _say(rows: int, sentence: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{sentence}", nl=False, err=True)


@lake.command()
@click.argument("batch", required=False, default="")
@click.option("--discard", is_flag=True, help="不要了：清除封存的原件，批次登记留痕。")
@click.option("--reason", default="", help="为什么不要。")
@_as
@_json
def finish(batch: str, discard: bool, reason: str, username: str, as_json: bool) -> None:
    """收好了却没有入湖的批次（例如处理中断了）：不写批次号就列出；写了就接着入湖，或者 --discard 清除。"""
    from minzheng.datacenter.lake import desk, ending, loading, selectors

    actor = staff_or_system(username)
    if not batch:
        _list_batches(selectors.unfinished(actor, announcing.INGEST).order_by("created_at"), as_json, _NONE_WAITS)
        return
    found = LakeBatch.objects.filter(no=batch).first()
    if found is None:
        raise LakeRefused(f"没有批次“{batch}”，请用 minzheng lake finish 列出没有办完的批次。")
    if discard:
        done = ending.discard(actor=actor, pk=found.pk, reason=reason)
        told = {"batch": done.no, "state": done.state}
        click.echo(json.dumps(told, ensure_ascii=False) if as_json else f"批次 {done.no} 没有入湖，原件已清除。")
        return
    desk.whole(found)
    _tell(loading.load(actor=actor, pk=found.pk, progress=_silent if as_json else _say), as_json)


@lake.command()
@_json
def due(as_json: bool) -> None:
    """列出保留期已满、等人核对后销毁的批次。"""
    from minzheng.datacenter.lake import retention

    rows = retention.due(SYSTEM).order_by("held_at")
    _list_batches(rows, as_json, "没有到期的批次。", lambda one: {"keep_until": str(retention.last_day(one))})


_NONE_WAITS = "没有等着办完的批次。"


@lake.command()
@click.argument("source", required=False)
@_json
def batches(source: str | None, as_json: bool) -> None:
    """列出批次，最近的在前。"""
    rows = LakeBatch.objects.order_by("-created_at").defer("key")
    if source:
        rows = rows.filter(source=announcing.spec_of(source).code)
    _list_batches(rows, as_json, "还没有批次。用 minzheng lake ingest 来源 文件 --period 月份 收进第一批。")


def _list_batches(
    rows: QuerySet[LakeBatch], as_json: bool, none: str, more: Callable[[LakeBatch], dict[str, str]] = lambda one: {}
) -> None:
    """At most a thousand, each with its counts; `more` adds to a line."""
    told = [
        {
            "batch": one.no, "source": one.source, "period": one.period, "region_code": one.region_code, "state": one.state,
            "rows": one.rows, "accepted": one.accepted, "rejected": one.rejected, "sm3": one.file_sha, **more(one),
        }
        for one in rows[:1000]
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps({"batches": told}, ensure_ascii=False))
        return
    names = dict(LakeBatch.STATES)
    for line in told:
        until = f"　保留到 {line['keep_until']}" if "keep_until" in line else ""
        click.echo(
            f"{line['batch']}　{line['period']}　{names[str(line['state'])]}　合格 {line['accepted']:,}　退回 {line['rejected']:,}{until}"
        )
    if not told:
        click.echo(none)


@lake.command()
@click.argument("batch", required=False, default="")
@click.option("--no-originals", is_flag=True, help="不核对封存的原件，只核对数据文件。")
@_json
def verify(batch: str, no_originals: bool, as_json: bool) -> None:
    """重新数一遍、算一遍 SM3，与登记的比对；有不符的退出码为 1。"""
    done = verifying.verify(
        batch, lambda sentence: None if as_json else click.echo(sentence, err=True), originals=not no_originals
    )
    if as_json:
        click.echo(json.dumps(done.as_json(), ensure_ascii=False))
    else:
        for problem in done.problems:
            click.echo(problem)
        click.echo(f"核对了 {done.batches} 批、{done.files} 个文件、{done.rows:,} 行，{len(done.problems)} 处不符。")
    sys.exit(1 if done.problems else 0)


@lake.command()
@click.argument("no", metavar="链接编号", type=int, required=False)
@click.option("--period", default="", help="数据所属的月份；写了就读取一次，不写就列出链接。")
@_as
@_json
def link(no: int | None, period: str, username: str, as_json: bool) -> None:
    """列出数据库链接，或由一个链接读取一次入湖。"""
    from minzheng.datacenter.lake import links

    if no is None or not period:
        rows = LakeLink.objects.order_by("title").defer("password")
        told = [{"link": str(one.pk), "title": one.title, "source": one.source, "active": one.active} for one in rows]
        click.echo(json.dumps({"links": told}, ensure_ascii=False) if as_json else "\n".join(
            f"{one['link']}　{one['title']}　{one['source']}" for one in told
        ) or "还没有数据库链接，请在“数据库链接”页登记。")  # fmt: skip
        return
    if not LakeLink.objects.filter(pk=no).exists():
        raise LakeRefused(f"没有编号为 {no} 的数据库链接，请用 minzheng lake link 查看。")
    done = links.read(actor=staff_or_system(username), pk=no, period=period, progress=_silent if as_json else _say)
    _tell(done, as_json)
