"""``minzheng policy …``: explain one family, list parameters, check the rule set. Populations stand in ``bulk_cli``, the
whole outcome of a family in ``entitlements.cli``.

Needs no database and no server.

Exit codes: 0 done, 1 a check failed, 2 bad input (one Chinese sentence naming file, line or field).
"""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import click

from minzheng.policy import bulk_cli
from minzheng.policy import explain as explaining
from minzheng.policy.cases import all_cases, run_case
from minzheng.policy.entitlements.cli import command as entitlements
from minzheng.policy.errors import PACKAGE, InputError, PolicyError
from minzheng.policy.evaluate import Outcome
from minzheng.policy.family import read_family_file
from minzheng.policy.params import show_value
from minzheng.policy.regions import normalize_region
from minzheng.policy.ruleset import Ruleset, load_ruleset
from minzheng.policy.words import to_date

#: The benefit that must be computable when none is named.
DEFAULT_BENEFIT = "assistance.dibao"


@click.group("policy")
def policy() -> None:
    """规则引擎：算一户、成批计算、测算、看参数、查规则。"""


for _command in (bulk_cli.run, bulk_cli.simulate, bulk_cli.bench, entitlements):
    policy.add_command(_command)


def _bad_input(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(2)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _load() -> Ruleset:
    try:
        return load_ruleset()
    except PolicyError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@policy.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--benefit", metavar="CODE", help="只解释这一项，如 assistance.dibao；当地不能计算时退出码为 2")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON")
def explain(file: Path, benefit: str | None, as_json: bool) -> None:
    """算一户，并说明每个数从哪里来。FILE 写明 地区、日期、家庭、成员。"""
    ruleset = _load()
    try:
        if benefit is not None and benefit not in ruleset.benefit_codes():
            raise InputError(f"没有“{benefit}”这项福利，有：{'、'.join(ruleset.benefit_codes())}", field="--benefit")
        family = read_family_file(file)
        ruleset.program(family.region, family.on).require(benefit or DEFAULT_BENEFIT)
        outcome = ruleset.evaluate(family.family, region=family.region, on=family.on, explain=True)
    except InputError as error:
        where = f"{file.name}:{error.line} " if error.line else f"{file.name} "
        return _bad_input(where + (error.reason if error.field == file.name else str(error)))
    except PolicyError as error:
        return _bad_input(f"{file.name} {error}")
    if benefit is not None:
        outcome.explanation = explaining.prune(outcome.explanation, _roots_of(ruleset, benefit, outcome))
    if as_json:
        _print_json(outcome.as_json())
    else:
        click.echo(_readable(outcome, benefit))
    return None


def _roots_of(ruleset: Ruleset, benefit: str, outcome: Outcome) -> list[str]:
    mine = set(ruleset.outputs(benefit))
    return [r for r in outcome.explanation["roots"] if r.rpartition(".")[2] in mine]


def _readable(outcome: Outcome, benefit: str | None) -> str:
    """Results first, then reasons of refusal, then how each figure came about."""
    lines = [f"地区 {outcome.region}，日期 {outcome.on}", "", "结果"]
    lines += [f"  {name}：{_say(value)}" for name, value in outcome.household.items()]
    for i, member in enumerate(outcome.members, 1):
        results = "，".join(f"{n} {_say(v)}" for n, v in member.items() if n != "姓名" and v)
        lines.append(f"  {member['姓名'] or f'成员{i}'}：{results or '没有单独的待遇'}")
    if outcome.unconfigured:
        lines.append(f"  当地没有参数、未计算：{'、'.join(outcome.unconfigured)}")
    refused = [r for r in outcome.reasons if benefit in (None, r["benefit"])]
    if refused:
        lines += ["", "不符合的条件"]
        for reason in refused:
            person = f"（{reason['person']}）" if reason.get("person") else ""
            lines.append(f"  {reason['benefit']}{person}：{reason['code']} {reason['title']}。{reason['text']}")
    return "\n".join([*lines, "", "计算过程", explaining.render(outcome)])


def _say(value: Any) -> str:
    return "是" if value is True else "否" if value is False else "不适用" if value is None else str(value)


@policy.command()
@click.option("--region", metavar="CODE", help="行政区划代码（2、4、6、9 或 12 位）")
@click.option("--date", "on", metavar="DATE", help="哪一天有效，默认今天")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON")
def params(region: str | None, on: str | None, as_json: bool) -> None:
    """列出全部参数；给了地区，就列出当地当天用的值、出自哪一级、依据哪句话。"""
    ruleset = _load()
    try:
        day = to_date(on) if on else datetime.date.today()  # noqa: DTZ011 (the local calendar day is meant)
        code = normalize_region(region) if region else None
    except ValueError as error:
        return _bad_input(f"--date：{error}")
    except InputError as error:
        return _bad_input(f"--region：{error.reason}")
    listed = [_parameter(ruleset, name, code, day) for name in ruleset.params.declarations]
    if as_json:
        return _print_json({"地区": code, "日期": day.isoformat(), "参数": listed})
    for item in listed:
        value = item["value"]
        shown = (
            ""
            if not code
            else "  （当地没有值）"
            if value is None
            else (f"  {value['shown']}（{value['level']} {value['region']}，{value['reference']}）")
        )
        click.echo(f"{item['benefit']}  {item['name']}  {item['type']} {item['unit']}{shown}")
    return None


def _parameter(ruleset: Ruleset, name: str, region: str | None, on: datetime.date) -> dict[str, Any]:
    declared = ruleset.params.declarations[name]
    found = ruleset.params.resolve(name, region, on) if region else None
    return {
        "name": name,
        "benefit": declared.benefit,
        "title": declared.title,
        "type": declared.type,
        "unit": declared.unit,
        "units": list(declared.units),
        "basis": declared.basis,
        "set_by": list(declared.set_by),
        "floor": None if declared.floor is None else str(declared.floor),
        "choices": declared.choices,
        "default": None if declared.default is None else show_value(declared, declared.default.value),
        "value": found.as_dict() if found else None,
    }


@policy.command()
@click.option("--cases/--no-cases", default=True, help="连同 cases.yaml 的用例一起跑（默认）")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON")
def check(cases: bool, as_json: bool) -> None:
    """检查全部规则、词表、参数和用例。有问题时退出码为 1。"""
    try:
        ruleset = Ruleset(*_default_folders())
    except PolicyError as error:
        return _bad_input(str(error))
    findings = ruleset.check()
    failed: list[str] = []
    count = 0
    if cases and not findings:
        listed = all_cases(ruleset)
        count = len(listed)
        failed = [problem for case in listed for problem in run_case(ruleset, case)]
    if as_json:
        _print_json({"问题": [f.__dict__ for f in findings], "用例": count, "用例不符": failed, "规则集": ruleset.sha})
    else:
        for finding in findings:
            click.echo(str(finding))
        for problem in failed:
            click.echo(problem)
        rules = sum(len(v) for v in ruleset.versions.values())
        click.echo(
            f"规则 {rules} 条，参数 {len(ruleset.params.declarations)} 个，各地的值 {len(ruleset.params.rows)} 个，"
            f"用例 {count} 个：{'没有问题' if not findings and not failed else f'{len(findings) + len(failed)} 处要改'}"
        )
    if findings or failed:
        sys.exit(1)
    return None


def _default_folders() -> tuple[Path, Path]:
    return PACKAGE / "business", PACKAGE / "regions"
