"""What a source.yaml must satisfy beyond its shape: known types, unambiguous headers, facts on columns that exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from minzheng.datacenter.sources.classes import CLASSES, DEPARTMENT_TITLES
from minzheng.datacenter.sources.facts import fields_of_text
from minzheng.datacenter.sources.headers import key_of, unit_conflicts
from minzheng.datacenter.sources.spec import (
    DELIVERIES,
    FREQUENCIES,
    MODES,
    TYPES,
    Check,
    Column,
    FactRule,
    SourceSpec,
)  # fmt: skip

CODE = re.compile(r"[a-z][a-z0-9_]{1,30}", re.ASCII)
EVIDENCE = {"verified": "已核对原文", "needs_confirmation": "待业务部门确认"}
RULES = ("not_future", "between", "not_before", "unique", "filled")
#: Names that the lake writes itself beside the columns of a source.
RESERVED = {
    "id_token", "id_state", "name_token", "pinyin_token", "surname_token", "row_no", "sealed", "source", "period", "batch",
}  # fmt: skip
Told = Callable[..., None]


def check(spec: SourceSpec, told: Told) -> None:
    """Tell everything that is wrong with a source that could be read."""
    _head(spec, told)
    for column in spec.columns:
        _column(column, told)
    _headers(spec, told)
    for sentence in unit_conflicts(spec, [header for column in spec.columns for header in column.headers]):
        told(sentence)
    for rule in spec.facts:
        _fact(spec, rule, told)
    for one in spec.checks:
        _check(spec, one, told)
    _twice((one.code for one in spec.checks), "检查代码", told)


def _head(spec: SourceSpec, told: Told) -> None:
    if not CODE.fullmatch(spec.code):
        told(f"code 只能用小写字母、数字和下划线，以字母开头，写的是“{spec.code}”。")
    elif spec.folder.name != spec.code:
        told(f"code 写的是“{spec.code}”，文件夹却叫“{spec.folder.name}”，两个要一样。")
    for key, value, known in (
        ("department", spec.department, DEPARTMENT_TITLES),
        ("frequency", spec.frequency, FREQUENCIES),
        ("delivery", spec.delivery, DELIVERIES),
        ("mode", spec.mode, MODES),
    ):
        if value not in known:
            told(f"不认识的 {key}“{value}”；可以写：{'、'.join(known)}。")
    for basis in spec.basis:
        if basis.evidence not in EVIDENCE:
            told(f"依据“{basis.text}”的 evidence 要写 {' 或 '.join(EVIDENCE)}，写的是“{basis.evidence}”。")
        elif basis.evidence == "verified" and not basis.reference:
            told(f"依据“{basis.text}”写了 verified，就要在 reference 里写明核对的是哪一份文件。")
    types = {column.name: column.type for column in spec.columns}
    if types.get("id_no") != "id_no" or types.get("name") != "name":
        told("每个来源都要有 id_no（type: id_no）和 name（type: name）两列，没有身份证号的来源也要留这一列。")


def _column(column: Column, told: Told) -> None:
    if not CODE.fullmatch(column.name):
        told(f"列名“{column.name}”只能用小写字母、数字和下划线。", column.line)
    if column.name in RESERVED:
        told(f"列名“{column.name}”是数据湖自己用的，请换一个。", column.line)
    if column.type not in TYPES:
        told(f"列“{column.label}”的类型“{column.type}”不认识；可以写：{'、'.join(TYPES)}。", column.line)
    if column.type in ("id_no", "name") and not column.personal:
        told(f"列“{column.label}”是{TYPES[column.type][0]}，必须写 personal: true，入湖时封存。", column.line)
    if (column.type == "code") != bool(column.values):
        told(f"列“{column.label}”：代码列要写 values（词和别的写法），别的列不写。", column.line)
    spellings = [text for word, others in column.values.items() for text in (word, *others)]
    _twice(spellings, f"列“{column.label}”的代码值", told, column.line)


def _headers(spec: SourceSpec, told: Told) -> None:
    """A header means one column; equal after width, blanks and case are taken away counts as equal."""
    owner: dict[str, Column] = {}
    for column in spec.columns:
        for header in column.headers:
            key = key_of(header)
            first = owner.setdefault(key, column)
            if first is not column:
                told(f"表头“{header}”同时指“{first.label}”和“{column.label}”，只能留一个。", column.line)
        _twice(map(key_of, column.headers), f"列“{column.label}”的表头", told, column.line)


def _usable(spec: SourceSpec, name: str, what: str, told: Told, line: int, types: Iterable[str] = ()) -> bool:
    """Whether a fact or check may use this column; tells why not."""
    if not spec.has(name):
        told(f"{what}用了没有声明的列“{name}”。", line)
        return False
    column = spec.column(name)
    if column.personal:
        told(f"{what}用了个人信息列“{column.label}”，它在湖里是封存的，不能用。", line)
        return False
    if types and column.type not in types:
        told(f"{what}的列“{column.label}”类型是 {column.type}，要 {'、'.join(types)}。", line)
        return False
    return True


def _fact(spec: SourceSpec, rule: FactRule, told: Told) -> None:
    what, line = f"事实“{rule.class_}”", rule.line
    if rule.class_ not in CLASSES:
        told(f"{what}的类别不认识；现有：{'、'.join(CLASSES)}。", line)
        return
    money = ("money_yuan", "money_wan", "money_fen")
    for name in filter(None, (rule.amount, *rule.minus)):
        _usable(spec, name, f"{what}的金额", told, line, money)
    if rule.kind in ("income", "property") and not rule.amount:
        told(f"{what}是{rule.class_title}，要写 amount（金额列）。", line)
    if rule.minus and not rule.amount:
        told(f"{what}写了 minus，就要写 amount。", line)
    if _usable(spec, rule.on, f"{what}的日期 on", told, line, ("date", "month")) and rule.valid_to:
        _usable(spec, rule.valid_to, f"{what}的 valid_to", told, line, ("date", "month"))
    if spec.has(rule.on) and not spec.column(rule.on).required:
        told(f"{what}的日期列“{rule.on}”要写 required: true：没有日期的事实不能用。", line)
    if rule.monthly is not None:
        _usable(spec, rule.monthly.column, f"{what}的 monthly", told, line, ("date", "month"))
        if not 1 <= rule.monthly.months <= 36 or not 1 <= rule.monthly.divisor <= 36 or not rule.amount:
            told(f"{what}的 monthly：months、divisor 要在 1 到 36 之间，并且要写 amount。", line)
    if rule.newest is not None:
        _usable(spec, rule.newest.column, f"{what}的 newest", told, line, ("date", "month"))
        for name in rule.newest.per:
            _usable(spec, name, f"{what}的 newest", told, line)
    if rule.divisor != 1 and (not 1 <= rule.divisor <= 36 or not rule.amount or rule.monthly):
        told(f"{what}的 divisor 要在 1 到 36 之间、要写 amount，按月平均的写在 monthly 里。", line)
    if (
        rule.shared
        and _usable(spec, rule.shared, f"{what}的 shared", told, line, ("int",))
        and (not rule.amount or rule.monthly)
    ):
        told(f"{what}写了 shared（按几个人平分），就要写 amount，并且不能按月平均。", line)
    for template in (rule.title, rule.reference):
        try:
            for name in fields_of_text(template):
                _usable(spec, name, f"{what}的“{template}”", told, line)
        except ValueError:
            told(f"{what}的“{template}”里花括号没有配好，列名写成 {{列名}}。", line)
    _where(spec, rule, told)


def _where(spec: SourceSpec, rule: FactRule, told: Told) -> None:
    for name, condition in rule.where.items():
        what = f"事实“{rule.class_}”的条件"
        if not _usable(spec, name, what, told, rule.line):
            continue
        column = spec.column(name)
        for word in (*condition.get("in", ()), *condition.get("not", ())):
            if column.type != "code" or word not in column.values:
                told(f"{what}：列“{column.label}”没有“{word}”这个值。", rule.line)
        if ("min" in condition or "max" in condition) and column.clean_type != "BIGINT":
            told(f"{what}：列“{column.label}”不是数，不能比大小。", rule.line)
        if "is" in condition and column.type != "flag":
            told(f"{what}：列“{column.label}”不是“是否”列。", rule.line)


def _check(spec: SourceSpec, one: Check, told: Told) -> None:
    what = f"检查“{one.title}”"
    if one.rule not in RULES:
        told(f"{what}的 rule“{one.rule}”不认识；可以写：{'、'.join(RULES)}。", one.line)
        return
    types = {
        "not_future": ("date", "month"),
        "not_before": ("date", "month"),
        "between": ("money_yuan", "money_wan", "money_fen", "int"),
    }
    _usable(spec, one.column, what, told, one.line, types.get(one.rule, ()))
    if one.rule == "not_before":
        _usable(spec, one.other, f"{what}的 other", told, one.line, ("date", "month"))
    if one.rule == "between" and one.low is None and one.high is None:
        told(f"{what}要写 low 或 high。", one.line)


def _twice(words: Iterable[str], what: str, told: Told, line: int = 0) -> None:
    seen: set[str] = set()
    for word in words:
        if word in seen:
            told(f"{what}“{word}”写了两次。", line)
        seen.add(word)
