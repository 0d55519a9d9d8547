"""``minzheng policy entitlements FILE``: the whole outcome of one family file. Exit codes as of ``minzheng policy``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from minzheng.policy.entitlements.model import CYCLES, Entitlement, Entitlements
from minzheng.policy.entitlements.whole import entitlements
from minzheng.policy.errors import InputError, PolicyError
from minzheng.policy.family import read_family_file
from minzheng.policy.ruleset import load_ruleset

#: So many missing facts are listed for people; --json has them all.
LISTED = 20


@click.command("entitlements")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--no-changes", is_flag=True, help="不试没有写的事实")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON")
def command(file: Path, no_changes: bool, as_json: bool) -> None:
    """一户能享受哪些福利：多少、什么挡住什么、缺的事实里哪些会改变结果。FILE 写明 地区、日期、家庭、成员。"""
    try:
        given = read_family_file(file)
        found = entitlements(load_ruleset(), given.family, given.region, given.on, would_change=not no_changes)
    except InputError as error:
        where = f"{file.name}:{error.line} " if error.line else f"{file.name} "
        click.echo(where + (error.reason if error.field == file.name else str(error)), err=True)
        sys.exit(2)
    except PolicyError as error:
        click.echo(f"{file.name} {error}", err=True)
        sys.exit(2)
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1) if as_json else readable(found))


def readable(found: Entitlements) -> str:
    """What is given first, then what is not and why, then what cannot be computed here, then what is still unknown."""
    lines = [f"地区 {found.region}，日期 {found.on}，{len(found.people)} 人", "", "能享受"]
    for one in found.eligible:
        lines += _given(one)
    if not found.eligible:
        lines.append("  没有")
    lines.append(f"  每月现金合计 {found.monthly:.2f} 元")
    refused = [one for one in found.benefits if one.status == "refused"]
    if refused:
        lines += ["", "不能享受"]
        for one in refused:
            lines += _refused(one)
    idle = [one for one in found.benefits if one.status == "unconfigured"]
    if idle:
        lines += ["", "当地没有参数，没有计算"]
        lines += [f"  {one.title}：缺{'、'.join(one.unconfigured or ()) or '当时有效的规则'}" for one in idle]
    if found.changes:
        lines += ["", "没有写的事实里，这些会改变结果"]
        for change in found.changes[:LISTED]:
            who = f"{change.person}的" if change.person else ""
            effects = "；".join(effect.text for effect in change.effects)
            lines.append(f"  {who}{change.question}为 {change.answer}：{effects}")
        if len(found.changes) > LISTED:
            lines.append(f"  还有 {len(found.changes) - LISTED} 项，用 --json 看全部")
    return "\n".join(lines)


def _given(one: Entitlement) -> list[str]:
    if not one.amounts:
        return [f"  {one.title}：符合条件"]
    lines = [f"  {one.title}"]
    for amount in one.amounts:
        who = f"（{amount.person}）" if amount.person else ""
        lines.append(f"    {amount.word}{who}：{CYCLES[amount.cycle]} {amount.amount:.2f} 元")
    return lines + _against(one)


def _refused(one: Entitlement) -> list[str]:
    lines = [f"  {one.title}"]
    said: dict[str, list[str]] = {}
    for reason in one.reasons:
        said.setdefault(reason.text, []).append(reason.person)
    for text, people in said.items():
        who = "、".join(filter(None, people))
        lines.append(f"    {who + '：' if who else ''}{text}")
    return lines + _against(one)


def _against(one: Entitlement) -> list[str]:
    lines = []
    for stop in one.excluded_by:
        who = f"（{stop.person}）" if stop.person else ""
        more = f"；没有它应为 {stop.without:.2f} 元，现为 {stop.now:.2f} 元" if stop.without else ""
        lines.append(f"    被{stop.by_title}挡住{who}：{stop.text}{more}")
    return lines + [f"    {distance.text}" for distance in one.distances]
