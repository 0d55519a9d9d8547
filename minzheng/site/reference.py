"""``make docs``: ``docs/reference`` and the flow charts of the manuals, generated from code so that they cannot
disagree with it (a test checks).
"""

from __future__ import annotations

import datetime
import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from minzheng.site.paths import checkout

DEMO_COUNTY, DEMO_DAY = "990101", datetime.date(2026, 9, 1)
#: Acts possible from this many states are left out of the chart.
_MANY = 4
BEGIN, END = "<!-- 以下由 make docs 生成，不要手改 -->", "<!-- 生成到此为止 -->"


@click.command("docs", help="由代码生成 docs/reference。")
@click.option("--check", is_flag=True, help="只检查是否与代码一致；不一致时退出码为 1。")
def docs(check: bool) -> int:
    root = checkout()
    if root is None:
        raise click.UsageError("只能在源码检出目录里生成文档。")
    stale = [path for path, text in generated(root).items() if _old(path) != text]
    if check:
        for path in stale:
            click.echo(f"{path.relative_to(root)} 与代码不一致，请运行 make docs。", err=True)
        return 1 if stale else 0
    for path, text in generated(root).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    click.echo(f"已生成 docs/reference，更新 {len(stale)} 个文件。", err=True)
    return 0


def generated(root: Path) -> dict[Path, str]:
    """File → the full text it should have. In the manuals only the stretch between the markers is replaced."""
    folder = root / "docs" / "reference"
    files = {folder / f"{name}.md": make() for name, make in _FILES.items()}
    files |= {folder / "flows" / f"{code}.svg": drawn for code, drawn in _flows().items()}
    files |= {folder / "benefits" / f"{code}.md": text for code, text in _benefits().items()}
    for path, make in _BLOCKS.items():
        whole = root / "docs" / path
        if whole.is_file():
            files[whole] = _between(whole.read_text(encoding="utf-8"), make())
    return files


def _benefits() -> dict[str, str]:
    """A page for every benefit, as it is in the demo county on a fixed day."""
    from minzheng.policy import load_ruleset
    from minzheng.policy.reference import describe
    from minzheng.policy.reference.markdown import as_markdown

    ruleset = load_ruleset()
    pages = {}
    for code in ruleset.benefit_codes():
        told = describe(ruleset, code, DEMO_COUNTY, DEMO_DAY)
        lead = "由规则、参数和用例算出来：依据、算法、现行参数、算例、变更。网页上的“待遇说明”是同一份，按当地和当天。"
        pages[code] = _page(told.title, lead, as_markdown(told, "示范县（虚构）"))
    return pages


def _old(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _between(text: str, inner: str) -> str:
    head, found, rest = text.partition(BEGIN)
    if not found:
        return text
    return head + BEGIN + "\n\n" + inner.strip() + "\n\n" + END + rest.partition(END)[2]


def _page(title: str, lead: str, *parts: str) -> str:
    body = "\n\n".join(part.strip() for part in parts if part.strip())
    return f"# {title}\n\n{lead}\n\n{BEGIN}\n\n{body}\n\n{END}\n"


def _table(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    heads = list(heads)
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return str(value if value is not None else "").replace("|", "\\|").replace("\n", " ")


def _commands() -> str:
    from minzheng.site.commands import COMMANDS

    parts = []
    for name, entry in COMMANDS.items():
        if entry.exists():
            command = getattr(importlib.import_module(entry.module), entry.attribute)
            parts.append(f"## minzheng {name}\n\n{entry.help}。")
            parts += _command_lines(f"minzheng {name}", command)
    lead = "结果写标准输出，进度与错误写标准错误；`--json` 时标准输出只有 JSON。退出码：0 完成，1 检查不通过，2 输入有误，3 数据库不可用。"
    return _page("命令", lead, *parts)


def _command_lines(name: str, command: click.Command) -> list[str]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        parts = []
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            if found is not None and not found.hidden:
                parts += [f"### {name} {sub}\n\n{_first(found)}", *_command_lines(f"{name} {sub}", found)]
        return parts
    rows = [
        (
            f"`{' '.join(one.opts) if isinstance(one, click.Option) else one.human_readable_name}`",
            getattr(one, "help", "") or "",
        )
        for one in command.params
        if not getattr(one, "hidden", False)
    ]
    return [_table(("参数", "说明"), rows)] if rows else []


def _first(command: click.Command) -> str:
    return ((command.help or command.short_help or "").strip().splitlines() or [""])[0]


def _pages() -> str:
    from minzheng.kernel.accounts.roles import PERMISSIONS
    from minzheng.kernel.pages import registry

    special = {None: "公开", "citizen": "群众本人", "staff": "工作人员"}
    rows = [
        (
            row["code"],
            row["title"],
            f"`{row['url']}`",
            special.get(row["permission"]) or PERMISSIONS.get(row["permission"], row["permission"]),
            row["kind"],
        )
        for row in sorted(registry.listing(examples=False), key=lambda one: (one["audience"], one["url"]))
    ]
    return _page(
        "页面",
        "全部页面、导出与接口。每一页都经过同一道权限门。",
        _table(("代码", "标题", "地址", "权限", "种类"), rows),
    )


def _parameters() -> str:
    from minzheng.policy.ruleset import load_ruleset

    rules = load_ruleset()
    parts = []
    by_benefit: dict[str, list[Any]] = {}
    for found in rules.params.declarations.values():
        by_benefit.setdefault(found.benefit, []).append(found)
    for benefit, rows in sorted(by_benefit.items()):
        parts.append(f"## {benefit}")
        parts.append(
            _table(
                ("参数", "类型", "单位", "说明", "依据", "谁可以定", "默认"),
                (
                    (one.name, one.type, one.unit, one.title, one.basis, "、".join(one.set_by), _default(one))
                    for one in rows
                ),
            )
        )
    return _page(
        "政策参数", "法规里的数字和可选做法。各地的值在 `minzheng/regions/<区划>/`，每个值都带起止日期和出处。", *parts
    )


def _default(declared: Any) -> str:
    if declared.default is None:
        return "无（须由当地公布）"
    value = declared.default.value
    return ("是" if value else "否") if isinstance(value, bool) else str(declared.choices.get(value, value))


def _flows() -> dict[str, str]:
    """Item code → its flow, drawn."""
    from minzheng.kernel.cases.diagram import svg
    from minzheng.kernel.items import registry

    return {item.code: svg(item.flow) + "\n" for item in registry.all_items()}


def _items() -> str:
    from minzheng.kernel.items import registry

    parts = []
    for item in registry.all_items():
        parts += [f"## {item.title}（{item.code}）", item.intro, f"依据：{item.law}" if item.law else ""]
        parts.append(
            "### 申请表\n\n"
            + _table(
                ("步骤", "填什么", "为什么"),
                ((s.title, "、".join(f.label for f in s.fields), s.why) for s in item.form.steps),
            )
        )
        parts.append(
            "### 状态\n\n"
            + _table(("代码", "名称", "群众看到的"), ((s.code, s.title, s.public) for s in item.flow.states))
        )
        parts.append(
            f"### 流程图\n\n图上的数字是各步的序号，任何环节都能办的（撤回、登记死亡等）不画。\n\n![{item.title}流程图](flows/{item.code}.svg)"
        )
        parts.append(
            "### 动作\n\n"
            + _table(("代码", "名称", "从", "到", "谁", "文书"), (_act(act, item.flow) for act in item.flow.acts))
        )
        titles = {state.code: state.title for state in item.flow.states}
        acts = {act.code: act.title for act in item.flow.acts}
        clocks = (
            (c.title, "、".join(acts.get(a, a) for a in c.starts), "、".join(titles.get(s, s) for s in c.states))
            for c in item.flow.clocks
        )
        parts.append("### 时限\n\n" + _table(("名称", "起算", "进行中的状态"), clocks))
    return _page("事项", "每个事项的申请表、状态、动作和时限，由声明生成。", *parts)


def _act(act: Any, flow: Any) -> tuple[str, ...]:
    from minzheng.kernel.accounts.roles import PERMISSIONS
    from minzheng.kernel.cases.flow import CITIZEN, PUBLIC, STAY, SYSTEM_ONLY

    titles = {state.code: state.title for state in flow.states} | {STAY: "不变"}
    who = PERMISSIONS | {CITIZEN: "申请人", SYSTEM_ONLY: "系统", PUBLIC: "任何人"}
    return (
        act.code,
        act.title,
        "、".join(titles[code] for code in act.from_states),
        "、".join(titles[code] for code in act.to) or "不变",
        "、".join(who[code] for code in act.by),
        act.notice if isinstance(act.notice, str) else "按结果",
    )


def _notices() -> str:
    from minzheng.kernel.documents.catalogue.notices import FORMS, NOTICES

    parts = []
    for notice in [*NOTICES.values(), *FORMS.values()]:
        parts.append(f"## {notice.code} {notice.suffix}\n\n依据：{notice.law}")
        rows = ((f"`{n.key}`", n.label, n.kind, "必填" if n.required else "", n.law) for n in notice.needs)
        parts.append(_table(("键", "要素", "类型", "必填", "出处"), rows))
    return _page("文书要素", "每种文书必须写明的内容。缺一项就不能制发。", *parts)


def _roles() -> str:
    from minzheng.kernel.accounts.roles import PERMISSIONS, ROLES

    rows = (
        (
            role.title,
            role.code,
            "、".join(PERMISSIONS[p] for p in PERMISSIONS if p in role.permissions),
            "、".join(ROLES[other].title for other in ROLES if other in role.incompatible),
        )
        for role in ROLES.values()
    )
    return _page(
        "岗位与权限", "一个人可以有几个任职，但权限从不合并。", _table(("岗位", "代码", "权限", "不得兼任"), rows)
    )


def _dibao_diagram() -> str:
    from minzheng.kernel.items import registry

    flow = registry.get("assistance.dibao").flow
    return diagram(flow)


def _ends(act: Any) -> list[str]:
    """The other states an act may lead to; staying put is not drawn."""
    from minzheng.kernel.cases.flow import STAY

    return [end for end in act.to if end != STAY]


def _act_pairs() -> str:
    from minzheng.kernel.items import registry

    pairs: dict[str, dict[str, None]] = {}
    for item in registry.all_items():
        for act in item.flow.acts:
            # In brackets, the words of each item: 低保边缘 has no publicity, so its “上报” does not read “拟不同意”
            bare = {title.partition("（")[0] for title in pairs.setdefault(act.code, {})}
            if act.title.partition("（")[0] not in bare:
                pairs[act.code][act.title] = None
    return _table(("代码", "中文"), ((code, "；".join(titles)) for code, titles in pairs.items()))


def diagram(flow: Any) -> str:
    """A declared flow as a Mermaid state diagram; closing acts possible in many states (撤回, 终止) are listed in a
    sentence of their own, to keep the chart legible.
    """
    titles = {state.code: state.title for state in flow.states}
    edges: dict[tuple[str, str], list[str]] = {}
    anytime: list[str] = []
    for act in flow.acts:
        ends = _ends(act)
        if len(act.from_states) >= _MANY and ends:
            anytime.append(f"{act.title} → {'、'.join(titles[end] for end in ends)}")
            continue
        for start in act.from_states:
            for end in ends:
                edges.setdefault((start, end), []).append(act.title)
    used = [code for code in titles if any(code in pair for pair in edges)]
    lines = [
        "```mermaid",
        "stateDiagram-v2",
        *(f"    {code}: {titles[code]}" for code in used),
        f"    [*] --> {flow.initial}",
    ]
    lines += [f"    {start} --> {end}: {'／'.join(dict.fromkeys(names))}" for (start, end), names in edges.items()]
    lines += [f"    {state.code} --> [*]" for state in flow.states if state.terminal and state.code in used]
    return "\n".join([*lines, "```", "", f"办结之前随时可以：{'；'.join(anytime)}。" if anytime else ""]).rstrip()


_FILES: dict[str, Callable[[], str]] = {
    "commands": _commands,
    "pages": _pages,
    "parameters": _parameters,
    "items": _items,
    "notices": _notices,
    "roles": _roles,
}

#: The generated stretches of hand-written documents.
_BLOCKS: dict[str, Callable[[], str]] = {"handbook/04-低保办理全流程.md": _dibao_diagram, "glossary.md": _act_pairs}
