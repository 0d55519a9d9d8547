"""Declarations: policy rules, item folders, page register."""

from __future__ import annotations

import ast
import contextlib
import io
from pathlib import Path

from minzheng.site import cli
from minzheng.site.commands import COMMANDS
from minzheng.site.doctor.result import Result, fail, ok
from minzheng.site.paths import PACKAGE

SHARED_FILES = ("rules.py", "params.yaml", "README.md")
BENEFIT_FILES = ("rules.py", "params.yaml", "cases.yaml", "README.md")
ITEM_FILES = ("item.py", "README.md")


def policy() -> list[Result]:
    """等于 ``minzheng policy check``。"""
    if not COMMANDS["policy"].exists():
        return fail("政策规则", "没有 policy 命令；安装不完整，请重新安装。")
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        code = cli.run(["policy", "check"])
    if code != 0:
        lines = [line for line in output.getvalue().splitlines() if line.strip()]
        return fail("政策规则", *(lines[-10:] or [f"policy check 退出码 {code}。"]))
    return ok("政策规则", (output.getvalue().strip().splitlines() or ["检查通过"])[-1])


def benefit_folders(business: Path = PACKAGE / "business") -> list[Result]:
    """Rules of a benefit come with parameters and cases, whether it is applied for or paid by list; ``SHARED`` rules with
    parameters alone. An item without rules of its own must name the benefits it grants by, which must be there.
    """
    wrong, count = [], 0
    for line in sorted(path for path in business.iterdir() if path.is_dir()):
        for folder in sorted(path for path in line.iterdir() if path.is_dir()):
            if not any((folder / name).exists() for name in ("item.py", "rules.py")):
                continue
            where = folder.relative_to(business.parent)
            item, granted = (folder / "item.py").exists(), _granted(folder)
            count += item
            wrong += [
                f"{where} 缺 {name}（或为空）；请补齐后再检查。"
                for name in _needed(folder, granted)
                if not _filled(folder / name)
            ]
            wrong += [
                f"{where} 写明按 {code} 的规则发放，而没有这项规则；请核对 benefits。"
                for code in granted
                if not _filled(business / code.replace(".", "/") / "rules.py")
            ]
    if not count:
        return fail("事项", f"{business} 里一项待遇也没有；安装不完整。")
    return fail("事项", *wrong) if wrong else ok("事项", f"{count} 项，文件齐全")


def _needed(folder: Path, granted: tuple[str, ...]) -> tuple[str, ...]:
    rules = folder / "rules.py"
    if granted and not rules.exists():
        return ITEM_FILES
    shared = rules.is_file() and any(
        isinstance(step, ast.Assign) and ast.unparse(step) == "SHARED = True" for step in _body(rules)
    )
    if shared:
        return SHARED_FILES
    return (*ITEM_FILES[:1], *BENEFIT_FILES) if (folder / "item.py").exists() else BENEFIT_FILES


def _granted(folder: Path) -> tuple[str, ...]:
    """What ``ITEM = Item(…, benefits=(…))`` names, read without importing the folder."""
    named = [
        ast.literal_eval(keyword.value)
        for step in _body(folder / "item.py")
        for call in ast.walk(step)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "benefits" and isinstance(keyword.value, ast.Tuple)
    ]
    return tuple(named[0]) if named else ()


def _body(file: Path) -> list[ast.stmt]:
    """The statements of a file; none where it is absent or cannot be read (the rule check says why)."""
    try:
        return ast.parse(file.read_text(encoding="utf-8")).body
    except (OSError, SyntaxError):
        return []


def _filled(file: Path) -> bool:
    return file.is_file() and bool(file.read_text(encoding="utf-8").strip())


def pages() -> list[Result]:
    """No page code twice; every page names its permission (public ones too) and an example address."""
    if not COMMANDS["pages"].exists():
        return fail("页面", "没有 pages 命令；安装不完整，请重新安装。")
    from minzheng.kernel.pages import registry

    rows = registry.listing()
    codes = [row["code"] for row in rows]
    wrong = [f"页面代码 {code} 重复登记。" for code in sorted({code for code in codes if codes.count(code) > 1})]
    wrong += [f"页面 {row['code']} 没有写 permission。" for row in rows if "permission" not in row]
    wrong += [f"页面 {row['code']} 没有地址。" for row in rows if not row.get("url")]
    if not rows:
        wrong.append("一个页面也没有登记。")
    return fail("页面", *wrong) if wrong else ok("页面", f"{len(rows)} 个")
