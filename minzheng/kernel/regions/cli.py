"""`minzheng regions`: administrative divisions (行政区划)."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from minzheng.kernel import clock
from minzheng.kernel.regions import codes, selectors, services, table, villages
from minzheng.kernel.regions.models import Region, RegionAlias


@click.group()
def regions() -> None:
    """行政区划：装入、导入村级、查询。"""


@regions.command()
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def load(as_json: bool) -> None:
    """装入随平台发布的区划表（省、市、县、乡四级）；可反复执行。"""
    done = services.load_shipped()
    told = table.provenance()
    if as_json:
        click.echo(
            json.dumps(
                {"added": done.added, "closed": done.closed, "unchanged": done.unchanged, "as_of": told["as_of"]}
            )
        )
    else:
        click.echo(
            f"{told['title']}（{told['as_of']}）：新增 {done.added}，停用 {done.closed}，不变 {done.unchanged}。"
        )


@regions.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--county", default="", help="只接受这个县（6 位代码）以内的村级代码。")
@click.option("--from", "valid_from", default=None, help="启用日期，默认今天。")
@click.option("--source", default="", help="来源说明，默认用文件名。")
@click.option("--rejects", type=click.Path(path_type=Path), help="不合格的行写到哪里，默认在原文件旁。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def import_villages(
    file: Path, county: str, valid_from: str | None, source: str, rejects: Path | None, as_json: bool
) -> None:
    """导入一个县的村（居）代码表；合格的行入库，不合格的行说明原因，改好后可再导。"""
    outcome = villages.import_file(
        file,
        county=_code(county) if county else "",
        valid_from=_day(valid_from),
        source=source or f"县级提供：{file.name}",
    )
    target = rejects or file.with_suffix(".rejected.csv")
    if outcome.rejected:
        villages.write_rejects(outcome, target)
    if as_json:
        errors = [{"line": number, "reason": reason} for number, reason, _ in outcome.rejected]
        done = outcome.loaded
        click.echo(
            json.dumps(
                {"added": done.added, "closed": done.closed, "unchanged": done.unchanged, "errors": errors},
                ensure_ascii=False,
            )
        )
    else:
        _tell(outcome, target)
    sys.exit(1 if outcome.rejected else 0)


def _tell(outcome: villages.Import, target: Path) -> None:
    done = outcome.loaded
    for number, reason, _ in outcome.rejected[:20]:
        click.echo(f"第 {number} 行：{reason}")
    click.echo(f"新增 {done.added}，更名 {done.closed}，不变 {done.unchanged}，不合格 {len(outcome.rejected)}。")
    if outcome.rejected:
        click.echo(f"不合格的行和原因写在 {target}，改好后可再次导入。")


@regions.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def show(code: str, as_json: bool) -> None:
    """查询一个代码或名称（也认统计用代码和旧名）。"""
    found = selectors.resolve(code)
    if as_json:
        click.echo(json.dumps([_described(one) for one in found], ensure_ascii=False))
        sys.exit(0 if found else 2)
    if not found:
        raise click.BadParameter(f"区划表中没有“{code}”。请核对代码，或先执行 minzheng regions load。")
    for one in found:
        told = _described(one)
        click.echo(f"{one.code}  {one.full_name}（{one.get_level_display()}）  下级 {told['children']} 个")
        click.echo(f"    来源：{one.source}；自 {one.valid_from}{f'至 {one.valid_to}' if one.valid_to else ''}")
        for alias in told["aliases"]:
            click.echo(f"    别名：{alias['system']} {alias['code']} {alias['name']}")


def _described(one: Region) -> dict[str, Any]:
    aliases = RegionAlias.objects.filter(region_code=one.code).values("system", "code", "name", "source")
    return {
        "code": one.code,
        "name": one.name,
        "full_name": one.full_name,
        "level": one.level,
        "parent_code": one.parent_code,
        "valid_from": str(one.valid_from),
        "valid_to": str(one.valid_to) if one.valid_to else None,
        "source": one.source,
        "children": selectors.children(one.code).count(),
        "aliases": list(aliases),
    }


def _code(text: str) -> str:
    try:
        return codes.full(text)
    except codes.BadRegionCode as error:
        raise click.BadParameter(str(error)) from None


def _day(text: str | None) -> date:
    if text is None:
        return clock.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"日期“{text}”写得不对，请写成 2026-01-31 的样子。") from None
