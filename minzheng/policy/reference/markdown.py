"""One benefit's reference as a page of Markdown, for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from minzheng.policy.params import EVIDENCE
from minzheng.policy.reference import Example, Reference, RuleText


def as_markdown(told: Reference, place: str) -> str:
    """The whole page without its first heading."""
    parts = [f"代码 `{told.code}`。下面是{place}在 {told.on} 有效的规定。"]
    if not told.configured:
        parts.append(f"**这里当天算不出来**：缺参数 {'、'.join(told.missing) or '（没有有效的规则）'}。")
    parts += ["## 给什么、给多少", *map(_rule, told.results)]
    if told.conditions:
        parts += ["## 条件", *map(_rule, told.conditions)]
    if told.steps:
        parts += ["## 中间步骤", *map(_rule, told.steps)]
    if told.uses:
        parts.append(f"还用到：{'、'.join(told.uses)}。")
    parts += ["## 现行参数", _table(("参数", "值", "来自", "起止", "依据", "证据"), _params(told))]
    if told.example:
        parts += [f"## 算例：{told.example.title}", *_example(told.example)]
    parts += ["## 依据", "\n".join(f"- {a.law}（自 {a.since}）：{'、'.join(a.rules)}" for a in told.articles)]
    parts += [
        "## 变更",
        _table(
            ("日期", "地区", "什么", "原来", "改为", "依据"),
            ((c.on, c.region, f"{c.kind}：{c.name}", c.before or "—", c.after, c.source or "—") for c in told.changes),
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _rule(rule: RuleText) -> str:
    marks = "".join(f"（{mark}）" for mark in (rule.condition, "按月发" if rule.paid else "") if mark)
    until = f" 至 {rule.until}" if rule.until else ""
    body = "\n".join(f"> {line}  " for line in rule.lines)
    whose = "每人" if rule.entity == "人" else "全家" if rule.entity == "户" else rule.entity
    told = (f"### {rule.name}{marks}", rule.summary, body, f"{whose}；{rule.law}；自 {rule.since}{until}。")
    return "\n\n".join(part for part in told if part)


def _params(told: Reference) -> Iterator[tuple[str, ...]]:
    for one in told.params:
        value = one["value"]
        if value is None:
            yield one["title"], "没有值", "", "", one["basis"], ""
            continue
        level = "平台默认" if value["level"] == "默认" else f"{value['level']}级 {value['region']}"
        span = f"{value['since'] or '—'} 至 {value['until'] or '—'}"
        yield one["title"], value["shown"], level, span, value["reference"], EVIDENCE.get(value["evidence"], "")


def _example(example: Example) -> list[str]:
    given = [f"- {who}：{facts}" for who, facts in example.given]
    given += [f"- 假设当地规定：{name} {value}" for name, value in example.supposed]
    steps = ((what, value, how) for what, value, how in example.steps)
    result = "，".join(f"{what} {value}" for what, value in example.result)
    return [
        f"{example.region}，{example.on}。人物是虚构的。",
        "\n".join(given),
        _table(("一步一步", "结果", "怎么来的"), steps),
        f"**结果**：{result}。",
    ]


def _table(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    heads = list(heads)
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(v).replace("|", "\\|").replace("\n", " ") for v in row) + " |" for row in rows]
    return "\n".join(lines)
