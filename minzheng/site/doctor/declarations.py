"""Declarations: policy rules, item folders, page register."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from minzheng.site import cli
from minzheng.site.commands import COMMANDS
from minzheng.site.doctor.result import Result, fail, ok
from minzheng.site.paths import PACKAGE

SHARED_FILES = ("rules.py", "params.yaml", "README.md")
BENEFIT_FILES = ("item.py", "rules.py", "params.yaml", "cases.yaml", "README.md")


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
    """A folder with ``item.py`` is a benefit and must have all five files, none empty; one with rules alone holds rules
    shared by its line.
    """
    wrong, count = [], 0
    for line in sorted(path for path in business.iterdir() if path.is_dir()):
        for folder in sorted(path for path in line.iterdir() if path.is_dir()):
            if not any((folder / name).exists() for name in ("item.py", "rules.py")):
                continue
            benefit = (folder / "item.py").exists()
            count += benefit
            for name in BENEFIT_FILES if benefit else SHARED_FILES:
                file = folder / name
                if not file.is_file() or not file.read_text(encoding="utf-8").strip():
                    wrong.append(f"{folder.relative_to(business.parent)} 缺 {name}（或为空）；请补齐后再检查。")
    if not count:
        return fail("事项", f"{business} 里一项待遇也没有；安装不完整。")
    return fail("事项", *wrong) if wrong else ok("事项", f"{count} 项，文件齐全")


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
