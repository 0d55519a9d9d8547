"""Run ``cases.yaml``: families with what they must get, each named by what it shows.

- 名称: 人均等于标准的不是低保
  地区: "370503"
  日期: 2021-09-01
  参数: {就业成本方式: PCT_OF_STANDARD}     # optional: values supposed for this case only
  家庭: {城乡: 城市}
  成员: [{姓名: 甲, 工资性收入: 869}]
  应得:
    家庭: {低保资格: 否}
    成员: [{分类施保金: 0}]
    理由: [R01 收入超标]                     # every reason of the case's benefit, in order
    未配置: []                               # these cannot be computed; this benefit only if named
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minzheng.policy import yamltext
from minzheng.policy.errors import InputError, PolicyError
from minzheng.policy.explain import show
from minzheng.policy.family import split_family
from minzheng.policy.words import to_yes
from minzheng.policy.yamltext import line_of

if TYPE_CHECKING:
    from minzheng.policy.evaluate import Outcome
    from minzheng.policy.family import FamilyFile
    from minzheng.policy.ruleset import Ruleset

_KEYS = {"名称", "说明", "地区", "日期", "参数", "家庭", "应得"}
_EXPECTED = {"家庭", "理由", "未配置", "不能计算", "输入错误"}


@dataclass(frozen=True)
class Case:
    """One worked example of a benefit."""

    name: str
    benefit: str
    file: Path
    line: int
    content: dict[str, Any]


def load_cases(path: Path, benefit: str) -> list[Case]:
    """The cases of one file. Raises InputError for a case without name or with an unknown key."""
    cases = []
    for content in yamltext.load(path) or []:
        if not isinstance(content, dict) or not content.get("名称") or "应得" not in content:
            raise InputError("每个用例都要有 名称 和 应得", field=path.name, line=line_of(content))
        cases.append(Case(str(content["名称"]), benefit, path, line_of(content), content))
    return cases


def all_cases(ruleset: Ruleset) -> list[Case]:
    """Every case of every benefit folder, in order."""
    cases: list[Case] = []
    for benefit in ruleset.benefits.values():
        path = benefit.path / "cases.yaml"
        if path.exists():
            cases += load_cases(path, benefit.code)
    return cases


def run_case(ruleset: Ruleset, case: Case) -> list[str]:
    """What differs from what the case expects, one Chinese sentence each; empty when it holds."""
    content = case.content
    expected = content["应得"]
    given = {k: v for k, v in content.items() if k not in _KEYS - {"地区", "日期", "家庭"}}
    try:
        file = split_family(given, case.file.name)
        outcome = ruleset.evaluate(file.family, region=file.region, on=file.on, params_overrides=content.get("参数"))
        _fill_in(ruleset, outcome, expected, file, content.get("参数"))
    except PolicyError as error:
        wanted = expected.get("输入错误")
        if wanted and str(wanted) in str(error):
            return []
        return [f"{case.file.name}:{case.line}〈{case.name}〉不能计算：{error}"]
    problems = _compare(outcome, expected, case)
    return [f"{case.file.name}:{case.line}〈{case.name}〉{problem}" for problem in problems]


def _compare(outcome: Outcome, expected: dict[str, Any], case: Case) -> list[str]:
    if "输入错误" in expected:
        return [f"应报输入错误“{expected['输入错误']}”，却算出了结果"]
    problems = _values(outcome.values, outcome.household, expected.get("家庭") or {}, "家庭", outcome)
    keys = {key: entity for entity, key in outcome._program.ruleset.vocabulary.collections.items()}  # type: ignore[union-attr]
    for key, entity in keys.items():
        for i, wanted in enumerate(expected.get(key) or (), 1):
            row = outcome.rows[entity][i - 1] if i <= len(outcome.rows[entity]) else {}
            shown = outcome.members[i - 1] if entity == "人" and i <= len(outcome.members) else {}
            problems += _values(row, shown, wanted or {}, f"{key}{i}", outcome)
    if "理由" in expected:
        mine = [f"{r['code']} {r['title']}" for r in outcome.reasons if r["benefit"] == case.benefit]
        wanted = [str(w) for w in expected["理由"]]
        if len(mine) != len(wanted) or not all(m.startswith(w) for m, w in zip(mine, wanted, strict=True)):
            problems.append(f"理由应为 {wanted}，实为 {mine}")
    if "未配置" in expected and not _unconfigured_as(expected["未配置"], outcome.unconfigured, case.benefit):
        problems.append(f"未配置应为 {[str(w) for w in expected['未配置']]}，实为 {outcome.unconfigured}")
    unknown = set(expected) - _EXPECTED - set(keys)
    return [*problems, *(f"应得里不认识“{key}”" for key in sorted(unknown))]


def _fill_in(ruleset: Ruleset, outcome: Outcome, expected: dict[str, Any], file: FamilyFile, supposed: Any) -> None:
    """Put into ``outcome`` the steps that the case names and on which no result shown to the outside depends."""
    keys = ruleset.vocabulary.collections
    named = {**(expected.get("家庭") or {})}
    for key in keys.values():
        for wanted in expected.get(key) or ():
            named |= wanted or {}
    steps = [n for n in named if n in ruleset.versions and not _computed(outcome, ruleset.entities[n], n)]
    if not steps:
        return
    more = ruleset.evaluate(file.family, region=file.region, on=file.on, targets=steps, params_overrides=supposed)
    outcome.values.update({n: v for n, v in more.values.items() if n in steps})
    for entity in keys:
        for row, other in zip(outcome.rows[entity], more.rows[entity], strict=True):
            row.update({n: v for n, v in other.items() if n in steps})


def _computed(outcome: Outcome, entity: str, name: str) -> bool:
    return name in outcome.values if entity == "户" else all(name in row for row in outcome.rows[entity])


def _unconfigured_as(wanted: list[Any], got: list[str], benefit: str) -> bool:
    """Whether every benefit named is unconfigured, and the case's own only if named: others are not its matter."""
    named = {str(code) for code in wanted}
    return named <= set(got) and (benefit in got) <= (benefit in named)


def _values(
    values: dict[str, Any], shown: dict[str, Any], wanted: dict[str, Any], where: str, outcome: Outcome
) -> list[str]:
    problems = []
    for name, raw in wanted.items():
        if name not in shown and name not in values:
            problems.append(f"{where}没有“{name}”这个结果")
            continue
        got = shown[name] if name in shown else values[name]
        if not _same(got, raw):
            problems.append(f"{where}的“{name}”应为 {raw}，实为 {_say(got)}")
    return problems


def _say(value: Any) -> Any:
    value = show(value)
    return "是" if value is True else "否" if value is False else "无" if value is None else value


def _same(got: Any, raw: Any) -> bool:
    text = str(raw)
    if got is None or text == "无":
        return got is None and text == "无"
    if isinstance(got, bool):
        return got is to_yes(text)
    if isinstance(got, str):
        return got == text
    try:
        wanted = Decimal(text)
    except ArithmeticError:
        return False
    return bool(got == wanted)
