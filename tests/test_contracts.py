"""Layer contracts: the code keeps them now; one deliberate breach each must make its contract BROKEN (or the contract
might as well not be there).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERED = "The five territories are layered"
LINES = "Business lines do not know each other"
POLICY = "Policy is pure Python"
READING = "Reading a plan is pure Python"
RULES = "Rules import nothing but the rule vocabulary"
TABLES = "Kernel tables are reached through services and selectors"
CAPABILITIES = "Kernel capabilities are layered"

# what it shows → file of the breach, line written into it, contract that must complain
VIOLATIONS = {
    "规则引擎用了 Django": ("policy/planted.py", "import django.db", POLICY),
    "规则引擎引用底座": ("policy/planted.py", "import minzheng.kernel.ids", POLICY),
    "读计划的一层用了 Django": ("business/bureau/plans/parsing/planted.py", "import django.db", READING),
    "底座引用业务": ("kernel/regions/planted.py", "import minzheng.business.assistance", LAYERED),
    "底座引用数据中心": ("kernel/cases/planted.py", "import minzheng.datacenter", LAYERED),
    "数据中心引用业务": ("datacenter/planted.py", "import minzheng.business.assistance", LAYERED),
    "网上服务引用业务": ("online/planted.py", "import minzheng.business.assistance", LAYERED),
    "业务引用组装层": ("business/assistance/planted.py", "import minzheng.site.paths", LAYERED),
    "没有归层的新顶层文件夹": ("newcomer/__init__.py", "", LAYERED),
    "业务条线互相引用": ("business/elderly/planted.py", "import minzheng.business.assistance", LINES),
    "规则文件引用 Django": ("business/assistance/dibao/rules.py", "import django.db", RULES),
    "规则文件引用底座": ("business/assistance/dibao/rules.py", "import minzheng.kernel.ids", RULES),
    "网上服务直接用底座的表": ("online/planted.py", "import minzheng.kernel.cases.models", TABLES),
    "从总表绕过": ("online/planted.py", "from minzheng.kernel.models import Case", TABLES),
    "人和户引用办件": ("kernel/subjects/planted.py", "import minzheng.kernel.cases.services", CAPABILITIES),
    "能力引用画页面的一层": ("kernel/accounts/planted.py", "import minzheng.kernel.pages.registry", CAPABILITIES),
    "没有归层的新能力": ("kernel/newcomer/__init__.py", "", CAPABILITIES),
}


def lint(folder: Path) -> tuple[int, dict[str, str]]:
    """Run lint-imports in ``folder``; returns exit code and {contract: KEPT|BROKEN}."""
    # An absolute PYTHONPATH, so that the copy is checked and not the checkout
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", "pyproject.toml"],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(folder), "PYTHONSAFEPATH": ""}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    states = {}
    for line in done.stdout.splitlines():
        # "Contract name KEPT", with "(126 ignored imports)" behind it where a contract has agreed exceptions
        if verdict := re.fullmatch(r"(.+) (KEPT|BROKEN)( \(\d+ ignored imports?\))?", line.rstrip()):
            states[verdict[1]] = verdict[2]
    assert states or done.returncode, done.stdout + done.stderr
    return done.returncode, states


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    ignore = shutil.ignore_patterns("static", "fonts", "templates", "tests", "__pycache__", "*.yaml", "*.typ")
    shutil.copytree(ROOT / "minzheng", folder / "minzheng", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", folder)
    elderly = folder / "minzheng" / "business" / "elderly"
    elderly.mkdir(exist_ok=True)
    (elderly / "__init__.py").touch()
    return folder


def test_现在的代码守住全部契约() -> None:
    code, states = lint(ROOT)
    assert {name for name, state in states.items() if state != "KEPT"} == set()
    assert set(states) == {LAYERED, LINES, POLICY, READING, RULES, TABLES, CAPABILITIES}
    assert code == 0


@pytest.mark.parametrize(("place", "line", "contract"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_越界必被发现(copied: Path, place: str, line: str, contract: str) -> None:
    file = copied / "minzheng" / place
    before = file.read_text() if file.exists() else None
    new_folder = not file.parent.exists()
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{before or ''}\n{line}\n")
    try:
        code, states = lint(copied)
    finally:
        if before is not None:
            file.write_text(before)
        elif new_folder:
            shutil.rmtree(file.parent)
        else:
            file.unlink()
    assert code != 0
    if states:  # a new folder without a layer stops the whole check
        assert states[contract] == "BROKEN"
