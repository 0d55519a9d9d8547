"""minzheng people: search for duplicates and refresh the low-income database by hand."""

from __future__ import annotations

import json

import click


@click.group()
def people() -> None:
    """人员归一与低收入人口数据库。"""


@people.command()
@click.option("--county", default="", help="六位县级区划代码；不写的，全部县。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def find(county: str, as_json: bool) -> None:
    """查找疑似重复人员（平时每周自动查找）。"""
    from minzheng.datacenter.people.resolution import finding

    total = finding.Found()
    for place in _places(county):
        total += finding.find(place)
    if as_json:
        click.echo(json.dumps(total.__dict__, ensure_ascii=False))
        return
    click.echo(
        f"比对 {total.people} 份档案，算了 {total.compared} 对；待判断 {total.open} 对，其中新发现 {total.new} 对。"
    )


@people.command()
@click.option("--county", default="", help="六位县级区划代码；不写的，全部县。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def refresh(county: str, as_json: bool) -> None:
    """更新低收入人口数据库（平时每天自动更新）。"""
    from minzheng.datacenter.people.low_income.refresh import Refreshed
    from minzheng.datacenter.people.low_income.refresh import refresh as bring_up_to_date

    total = Refreshed()
    for place in _places(county):
        total += bring_up_to_date(place)
    if as_json:
        click.echo(json.dumps(total.__dict__, ensure_ascii=False))
        return
    click.echo(
        f"低收入人口 {total.people} 人：进入 {total.entered} 条，变化 {total.changed} 条，撤回 {total.withdrawn} 条；"
        f"标签新增 {total.tagged} 个，取消 {total.untagged} 个。"
    )


def _places(county: str) -> list[str]:
    """The county asked for, or every one; a wrong code ends with a sentence and exit code 2."""
    from minzheng.kernel.command_line import place_given
    from minzheng.kernel.regions import codes
    from minzheng.kernel.subjects.selectors import counties

    if not county:
        return counties()
    full = place_given(county, "--county")
    if codes.level(full) < 3:
        raise click.UsageError(f"“{county}”不是县级区划代码，请写六位，例如 990101。")
    return [full]
