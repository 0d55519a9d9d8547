"""Rules of a source in words that a department's officer understands."""

from __future__ import annotations

import re

from minzheng.datacenter.sources.classes import KINDS
from minzheng.datacenter.sources.facts import fields_of_text
from minzheng.datacenter.sources.spec import Check, FactRule, SourceSpec
from minzheng.kernel.parts.fields import yuan_text


def amount(spec: SourceSpec, rule: FactRule) -> str:
    """How the sum comes about: 近 12 个月“收入额”减“专项扣除”之和 ÷ 12."""
    if not rule.amount:
        return "没有金额"
    parts = f"“{spec.column(rule.amount).label}”"
    if rule.minus:
        parts += "减" + "、".join(f"“{spec.column(name).label}”" for name in rule.minus)
    if rule.monthly is None:
        each = f" ÷ “{spec.column(rule.shared).label}”" if rule.shared else ""
        return (parts if rule.divisor == 1 else f"{parts} ÷ {rule.divisor}") + each
    divided = f"，除以 {rule.monthly.divisor}" if rule.monthly.divisor != 1 else ""
    return f"近 {rule.monthly.months} 个月{parts}之和{divided}"


def conditions(spec: SourceSpec, rule: FactRule) -> str:
    """Which rows count."""
    said = []
    for name, condition in rule.where.items():
        label = spec.column(name).label
        for key, value in condition.items():
            said.append(_condition(label, spec.column(name).is_money, key, value))
    if rule.newest is not None:
        per = "、".join(spec.column(name).label for name in rule.newest.per)
        said.append(f"每人{f'每个{per}' if per else ''}只取“{spec.column(rule.newest.column).label}”最近的")
    return "；".join(said) or "全部行"


def _condition(label: str, money: bool, key: str, value: object) -> str:
    if key in ("in", "not") and isinstance(value, tuple):
        return f"{label}{'是' if key == 'in' else '不是'}{'、'.join(value)}"
    if key == "blank":
        return f"{label}{'为空' if value else '不为空'}"
    if key == "is":
        return f"{label}为{'是' if value else '否'}"
    shown = f"{yuan_text(value)} 元" if money and isinstance(value, int) else str(value)
    return f"{label}{'不低于' if key == 'min' else '不高于'} {shown}"


def shown_as(spec: SourceSpec, template: str) -> str:
    """A title with the labels of its columns in 〔〕; parts that may be left out keep no mark."""
    plain = re.sub(r"[\[\]]", "", template)
    for name in fields_of_text(template):
        plain = plain.replace(f"{{{name}}}", f"〔{spec.column(name).label}〕")
    return plain


def kind(rule: FactRule) -> str:
    return KINDS[rule.kind]


def threshold(check: Check) -> str:
    """From what share on the delivery is questionable."""
    return f"超过 {check.most_percent:g}% 提示" if check.most_percent else "有一行就提示"
