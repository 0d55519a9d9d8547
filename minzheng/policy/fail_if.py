"""Every way a rule set can be wrong, one named function each.

Each function takes a loaded ``Ruleset`` and yields findings; its docstring begins "Fail if". What the reader already
found (types, unknown names, literals, unrounded money stored, cycles …) arrives in ``ruleset.findings``. The checks of
parameters and values stand in ``fail_if_values``.
"""

from __future__ import annotations

import datetime
import io
import itertools
import re
import string
import tokenize
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from minzheng.policy.compile import Plan
from minzheng.policy.errors import Finding, InputError
from minzheng.policy.fail_if_values import VALUE_CHECKS, Check, at
from minzheng.policy.regions import NATION
from minzheng.policy.rules import Rule
from minzheng.policy.types import RETURNS

if TYPE_CHECKING:
    from minzheng.policy.ruleset import Ruleset

_DAY = datetime.timedelta(days=1)


def run(ruleset: Ruleset) -> list[Finding]:
    """All findings: those of reading, then those of every check below, in file order."""
    found = list(ruleset.findings)
    for check in CHECKS:
        found += check(ruleset)
    unique = list(dict.fromkeys(found))
    return sorted(unique, key=lambda f: (f.file, f.line, f.check))


# ---- rules


def rule_versions_overlap(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if two versions of one rule are in force on the same day in the same region."""
    for name, ordered in _series(ruleset):
        for earlier, later in itertools.pairwise(ordered):
            if later.start <= earlier.end:
                yield Finding(
                    "rule_versions_overlap",
                    f"规则〈{name}〉自 {earlier.since} 与自 {later.since} 的两版日期重叠；请给旧版写 until",
                    later.file, later.line, later.source.split("\n")[0],
                )  # fmt: skip


def rule_versions_gap(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if between two versions of one rule there are days without a rule; a region's own may lapse."""
    for name, ordered in _series(ruleset):
        if ordered[0].region:
            continue
        for earlier, later in itertools.pairwise(ordered):
            if earlier.end < later.start - _DAY:
                yield Finding(
                    "rule_versions_gap",
                    f"规则〈{name}〉从 {earlier.end + _DAY} 到 {later.start - _DAY} 没有任何一版；请把日期接上",
                    later.file, later.line, later.source.split("\n")[0],
                )  # fmt: skip


def rule_region_wrong(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a rule's region is no full code, or its variant is shown, paid or refused otherwise than the others."""
    for rule in _rules(ruleset):
        first = ruleset.versions[rule.name][0]
        alike = (rule.output, rule.monthly, bool(rule.refuse)) == (first.output, first.monthly, bool(first.refuse))
        if rule.region and not re.fullmatch(r"\d{6}(\d{6})?", rule.region, re.ASCII):
            message = f"规则〈{rule.name}〉的 region 应是 6 位或 12 位区划代码，写的是“{rule.region}”"
        elif not alike:
            message = f"规则〈{rule.name}〉各版的 output、monthly、refuse 要一致（见 {first.file}:{first.line}）"
        else:
            continue
        yield Finding("rule_region", message, rule.file, rule.line, rule.source.split("\n")[0])


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
        elif RETURNS.get(rule.returns) != RETURNS.get(first.returns):
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
                yield at("imports", "规则文件只能从 minzheng.policy.rules 引入", str(path), number)


def full_width_lookalikes(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a name has full-width or compatibility letters: Python folds them, columns and YAML do not."""
    for benefit in ruleset.benefits.values():
        path = benefit.path / "rules.py"
        text = path.read_text(encoding="utf-8")
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NAME and unicodedata.normalize("NFKC", token.string) != token.string:
                yield at("lookalike", f"名字“{token.string}”里有全角或兼容字符，请用半角", str(path), token.start[0])
    named = [(d.name, d.file, d.line) for d in ruleset.params.declarations.values()]
    named += [(w.name, w.file, w.line) for w in ruleset.vocabulary.words.values()]
    for name, file, line in named:
        if unicodedata.normalize("NFKC", name) != name or not name.isidentifier():
            yield at(
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
            yield at("parameter_unused", message, declaration.file, declaration.line)


def bulk_not_provable(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if amounts can leave 64 bits, a divisor can be zero, or a word that may be empty is used unasked."""
    if ruleset.findings:
        return
    places = sorted(
        {NATION} | {row.region for row in ruleset.params.rows} | {r.region for r in _rules(ruleset) if r.region}
    )
    days = {r.start for r in _rules(ruleset)} | {row.since for row in ruleset.params.rows}
    versions = {tuple(id(r) for r in _rules(ruleset) if r.in_force(day)): day for day in sorted(days)}
    seen: set[tuple[str, int, str]] = set()
    for day in versions.values():
        try:
            found = Plan(ruleset, day, places, unproved=True).ranges
        except InputError:
            return  # a value beyond its limit: found by the checks of values
        for finding in [*found.problems, *found.too_wide]:
            key = (finding.file, finding.line, finding.check)
            if key not in seen:
                seen.add(key)
                yield finding


def _rules(ruleset: Ruleset) -> Iterator[Rule]:
    for versions in ruleset.versions.values():
        yield from versions


def _series(ruleset: Ruleset) -> Iterator[tuple[str, list[Rule]]]:
    """The versions of each rule for one region, by date."""
    for name, versions in ruleset.versions.items():
        for region in dict.fromkeys(r.region for r in versions):
            yield name, sorted((r for r in versions if r.region == region), key=lambda r: r.start)


CHECKS: tuple[Check, ...] = (
    rule_versions_overlap,
    rule_versions_gap,
    rule_region_wrong,
    rule_ends_before_it_begins,
    rule_without_law,
    rule_entity_unknown,
    rule_named_like_a_word,
    condition_badly_declared,
    monthly_is_not_money,
    rule_file_imports_more,
    full_width_lookalikes,
    parameter_used_by_nobody,
    *VALUE_CHECKS,
    bulk_not_provable,
)
