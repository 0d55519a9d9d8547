"""Every way a rule set can be wrong, one named function each.

Each function takes a loaded ``Ruleset`` and yields findings; its docstring begins "Fail if". What the reader already
found (types, unknown names, literals, unrounded money stored, cycles …) arrives in ``ruleset.findings``.
"""

from __future__ import annotations

import datetime
import io
import itertools
import re
import string
import tokenize
import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from minzheng.policy import reader
from minzheng.policy.errors import Finding, source_line
from minzheng.policy.params import EVIDENCE, LEVELS, NATION, Declaration, Row, region_chain, region_level
from minzheng.policy.rules import Rule

if TYPE_CHECKING:
    from minzheng.policy.ruleset import Ruleset

Check = Callable[["Ruleset"], Iterator[Finding]]
_DAY = datetime.timedelta(days=1)


def run(ruleset: Ruleset) -> list[Finding]:
    """All findings: those of reading, then those of every check below, in file order."""
    found = list(ruleset.findings)
    for check in CHECKS:
        found += check(ruleset)
    unique = list(dict.fromkeys(found))
    return sorted(unique, key=lambda f: (f.file, f.line, f.check))


def _path(path: str) -> str:
    from minzheng.policy.ruleset import display_path

    return display_path(path) if path else ""


def _at(check: str, message: str, path: str, line: int) -> Finding:
    return Finding(check, message, _path(path), line, source_line(path, line))


# ---- rules


def rule_versions_overlap(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if two versions of one rule are in force on the same day."""
    for name, versions in ruleset.versions.items():
        ordered = sorted(versions, key=lambda r: r.start)
        for earlier, later in itertools.pairwise(ordered):
            if later.start <= earlier.end:
                yield Finding(
                    "rule_versions_overlap",
                    f"规则〈{name}〉自 {earlier.since} 与自 {later.since} 的两版日期重叠；请给旧版写 until",
                    later.file, later.line, later.source.split("\n")[0],
                )  # fmt: skip


def rule_versions_gap(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if between two versions of one rule there are days without a rule."""
    for name, versions in ruleset.versions.items():
        ordered = sorted(versions, key=lambda r: r.start)
        for earlier, later in itertools.pairwise(ordered):
            if earlier.end < later.start - _DAY:
                yield Finding(
                    "rule_versions_gap",
                    f"规则〈{name}〉从 {earlier.end + _DAY} 到 {later.start - _DAY} 没有任何一版；请把日期接上",
                    later.file, later.line, later.source.split("\n")[0],
                )  # fmt: skip


def rule_ends_before_it_begins(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if ``until`` of a rule lies before its ``since``."""
    for rule in _rules(ruleset):
        if rule.end < rule.start:
            message = f"规则〈{rule.name}〉的 until {rule.until} 早于 since {rule.since}"
            yield Finding("rule_dates", message, rule.file, rule.line, rule.source.split("\n")[0])


def rule_without_law(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a rule names no legal basis for some day on which it is in force, or dates the basis wrongly."""
    for rule in _rules(ruleset):
        dated = all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", day, re.ASCII) for day in rule.laws)
        if not dated or not rule.law_on(rule.start).strip() or not all(law.strip() for law in rule.laws.values()):
            message = f"规则〈{rule.name}〉自 {rule.since} 起没有写依据（law=）"
            yield Finding("rule_without_law", message, rule.file, rule.line, rule.source.split("\n")[0])


def rule_entity_unknown(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a rule is of something that is neither 人, 户 nor a declared collection, or its versions disagree."""
    known = ("户", *ruleset.vocabulary.collections)
    for rule in _rules(ruleset):
        first = ruleset.versions[rule.name][0]
        if rule.entity not in known:
            message = f"规则〈{rule.name}〉写在“{rule.entity}”上，只能是 {'、'.join(known)}"
        elif (rule.entity, rule.benefit) != (first.entity, first.benefit):
            message = f"规则〈{rule.name}〉已在 {first.file}:{first.line} 定义过，各版须在同一文件、属于同一对象"
        elif reader.RETURNS.get(rule.returns) != reader.RETURNS.get(first.returns):
            message = f"规则〈{rule.name}〉各版的返回类型不同：{first.returns} 与 {rule.returns}"
        else:
            continue
        yield Finding("rule_entity", message, rule.file, rule.line, rule.source.split("\n")[0])


def rule_named_like_a_word(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a rule has the name of an input word, so that one of them would be hidden."""
    for rule in _rules(ruleset):
        word = ruleset.vocabulary.words.get(rule.name)
        if word is not None:
            message = f"规则〈{rule.name}〉与词表里的词同名（{Path(word.file).name}:{word.line}），请改名"
            yield Finding("rule_named_like_a_word", message, rule.file, rule.line, rule.source.split("\n")[0])


def condition_badly_declared(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a refusal has no code Rnn, no sentence, is not yes/no, or its sentence names what the rule does not use."""
    for rule in _rules(ruleset):
        if not rule.refuse:
            continue
        fields = [f for _, f, _, _ in string.Formatter().parse(rule.because) if f is not None]
        strange = [f for f in fields if f not in rule.deps and f not in rule.params and f not in rule.args]
        if not re.match(r"R\d\d \S", rule.refuse, re.ASCII) or not rule.because:
            message = f"规则〈{rule.name}〉的 refuse 要写成“R01 名称”，并写明 because"
        elif rule.returns != "是否":
            message = f"规则〈{rule.name}〉是审查条件，应返回 是否"
        elif strange:
            message = f"规则〈{rule.name}〉的理由里用了规则没有用到的“{'”“'.join(strange)}”"
        else:
            continue
        yield Finding("condition", message, rule.file, rule.line, rule.source.split("\n")[0])


def monthly_is_not_money(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a monthly benefit is no money, or belongs to a linked household."""
    for rule in _rules(ruleset):
        if rule.monthly and (rule.returns != "元" or rule.entity not in ("人", "户")):
            message = f"规则〈{rule.name}〉是每月待遇，应是“人”或“户”的规则并返回 元"
            yield Finding("monthly", message, rule.file, rule.line, rule.source.split("\n")[0])


def rule_file_imports_more(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a rule file imports anything but the rule vocabulary."""
    for benefit in ruleset.benefits.values():
        path = benefit.path / "rules.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            stripped = line.strip()
            if re.match(r"(import|from)\s", stripped) and not stripped.startswith("from minzheng.policy.rules import"):
                yield _at("imports", "规则文件只能从 minzheng.policy.rules 引入", str(path), number)


def full_width_lookalikes(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a name has full-width or compatibility letters: Python folds them, columns and YAML do not."""
    for benefit in ruleset.benefits.values():
        path = benefit.path / "rules.py"
        text = path.read_text(encoding="utf-8")
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NAME and unicodedata.normalize("NFKC", token.string) != token.string:
                yield _at("lookalike", f"名字“{token.string}”里有全角或兼容字符，请用半角", str(path), token.start[0])
    named = [(d.name, d.file, d.line) for d in ruleset.params.declarations.values()]
    named += [(w.name, w.file, w.line) for w in ruleset.vocabulary.words.values()]
    for name, file, line in named:
        if unicodedata.normalize("NFKC", name) != name or not name.isidentifier():
            yield _at(
                "lookalike", f"名字“{name}”里有全角、兼容字符或标点，请只用汉字、半角字母、数字和下划线", file, line
            )


def parameter_used_by_nobody(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a declared parameter is used by no rule."""
    used = {p for rule in _rules(ruleset) for p in rule.params}
    if ruleset.findings:
        return  # rules that could not be read may use it
    for declaration in ruleset.params.declarations.values():
        if declaration.name not in used:
            message = f"参数“{declaration.name}”没有规则用到，请删去或改正名字"
            yield _at("parameter_unused", message, declaration.file, declaration.line)


# ---- parameters


def declaration_incomplete(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a parameter lacks basis, unit (money, ratio, number), known levels, choices, or a known ``required_if``."""
    declared = ruleset.params.declarations
    for d in declared.values():
        if not d.basis:
            message = "没有写依据（basis）"
        elif d.type in ("元", "比例", "整数") and not d.unit:
            message = "没有写单位（unit）"
        elif any(level not in LEVELS for level in d.set_by) or not d.set_by:
            message = f"set_by 只能是 {'、'.join(LEVELS)}"
        elif d.type == "选项" and not d.choices:
            message = "是选项，但没有写 choices"
        elif d.required_if and (d.required_if[0] not in declared or declared[d.required_if[0]].default is None):
            message = f"required_if 所看的“{d.required_if[0]}”不存在或没有默认值"
        elif d.unit and d.unit not in d.units:
            message = f"units 里要有自己的单位 {d.unit}"
        else:
            continue
        yield _at("declaration", f"参数“{d.name}”{message}", d.file, d.line)


def value_without_source(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a value has no reference or no known evidence mark."""
    for row in _values(ruleset):
        if not row.reference:
            yield _at("value_without_source", f"参数“{row.name}”的值没有写出处（reference）", row.file, row.line)
        if row.evidence not in EVIDENCE:
            message = f"参数“{row.name}”的证据标记（evidence）应为 {'、'.join(EVIDENCE)} 之一，写的是“{row.evidence}”"
            yield _at("value_evidence", message, row.file, row.line)


def value_unit_not_allowed(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a value is given in a unit that the parameter does not allow."""
    for row in _values(ruleset):
        d = ruleset.params.declarations[row.name]
        if row.unit != d.unit and row.unit not in d.units:
            message = f"参数“{row.name}”的单位应为 {'、'.join(d.units) or '（无）'}，写的是“{row.unit}”"
            yield _at("value_unit", message, row.file, row.line)


def _monthly(row: Row) -> Decimal | None:
    if not isinstance(row.value, (Decimal, int)) or isinstance(row.value, bool):
        return None
    return Decimal(row.value) / 12 if row.unit.endswith("/年") else Decimal(row.value)


def value_out_of_bounds(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a value is under the declared floor or over the ceiling (yearly money compared by the month)."""
    for row in _values(ruleset):
        d, value = ruleset.params.declarations[row.name], _monthly(row)
        if value is None:
            continue
        if d.floor is not None and value < d.floor:
            yield _at("value_under_floor", f"参数“{row.name}”的值 {row.value} 低于下限 {d.floor}", row.file, row.line)
        if d.ceiling is not None and value > d.ceiling:
            yield _at(
                "value_over_ceiling", f"参数“{row.name}”的值 {row.value} 高于上限 {d.ceiling}", row.file, row.line
            )


def value_under_upper_floor(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a region sets less than the floor that a region above it has set for the same days."""
    floors = [row for row in ruleset.params.rows if row.as_floor]
    for row in ruleset.params.rows:
        mine = _monthly(row)
        for floor in floors:
            above = floor.region != row.region and floor.region in region_chain(row.region)
            if floor.name != row.name or not above or row.until < floor.since or row.since > floor.until:
                continue
            low = _monthly(floor)
            if mine is not None and low is not None and mine < low:
                message = (
                    f"参数“{row.name}”的值 {row.value}{row.unit} 低于{region_level(floor.region)}（{floor.region}）"
                    f"规定的最低 {floor.value}{floor.unit}"
                )
                yield _at("value_under_floor", message, row.file, row.line)


def value_set_by_wrong_level(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a value is set by a level that may not set it; the nation's file may hold verified law only."""
    for row in ruleset.params.rows:
        d, level = ruleset.params.declarations[row.name], region_level(row.region)
        if level not in d.set_by:
            message = f"参数“{row.name}”不能由{level}级（{row.region}）规定，只能由 {'、'.join(d.set_by)} 规定"
            yield _at("value_level", message, row.file, row.line)
        if row.region == NATION and row.evidence != "verified":
            message = f"参数“{row.name}”：全国（000000）只放已核对原文的法定值，其余请写成默认值"
            yield _at("value_level", message, row.file, row.line)


def _series(ruleset: Ruleset) -> Iterator[tuple[Declaration, list[Row]]]:
    grouped: dict[tuple[str, str], list[Row]] = {}
    for row in ruleset.params.rows:
        grouped.setdefault((row.name, row.region), []).append(row)
    for (name, _), rows in grouped.items():
        yield ruleset.params.declarations[name], sorted(rows, key=lambda r: r.since)


def value_dates_overlap(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if one region has two values for one day, or a value ends before it begins."""
    for d, rows in _series(ruleset):
        for row in rows:
            if row.until < row.since:
                yield _at(
                    "value_dates", f"参数“{d.name}”的 until {row.until} 早于 since {row.since}", row.file, row.line
                )
        for earlier, later in itertools.pairwise(rows):
            if later.since <= earlier.until:
                message = f"参数“{d.name}”自 {later.since} 的值与自 {earlier.since} 的值日期重叠；请给前一段写 until"
                yield _at("value_dates_overlap", message, later.file, later.line)


def value_dates_gap(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if between two values of one region there are days without a value."""
    for d, rows in _series(ruleset):
        for earlier, later in itertools.pairwise(rows):
            if earlier.until < later.since - _DAY:
                message = f"参数“{d.name}”从 {earlier.until + _DAY} 到 {later.since - _DAY} 没有值；请把日期接上"
                yield _at("value_dates_gap", message, later.file, later.line)


def value_in_wrong_file(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a region's value stands in a file not named after the benefit that declares the parameter."""
    for row in ruleset.params.rows:
        d = ruleset.params.declarations[row.name]
        home = d.benefit.partition(".")[2] + ".yaml"
        if Path(row.file).name != home:
            yield _at("value_file", f"参数“{row.name}”由 {d.benefit} 声明，值应写在 {home} 里", row.file, row.line)


def _rules(ruleset: Ruleset) -> Iterator[Rule]:
    for versions in ruleset.versions.values():
        yield from versions


def _values(ruleset: Ruleset) -> Iterator[Row]:
    yield from ruleset.params.rows
    yield from (d.default for d in ruleset.params.declarations.values() if d.default is not None)


CHECKS: tuple[Check, ...] = (
    rule_versions_overlap,
    rule_versions_gap,
    rule_ends_before_it_begins,
    rule_without_law,
    rule_entity_unknown,
    rule_named_like_a_word,
    condition_badly_declared,
    monthly_is_not_money,
    rule_file_imports_more,
    full_width_lookalikes,
    parameter_used_by_nobody,
    declaration_incomplete,
    value_without_source,
    value_unit_not_allowed,
    value_out_of_bounds,
    value_under_upper_floor,
    value_set_by_wrong_level,
    value_dates_overlap,
    value_dates_gap,
    value_in_wrong_file,
)
