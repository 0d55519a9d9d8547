"""Small forms of the tests, and a sheet filled without a database."""

from __future__ import annotations

from typing import Any

from minzheng.datacenter.statistics import checking, reading
from minzheng.datacenter.statistics.checking import Finding, Known, Sheet
from minzheng.datacenter.statistics.declaring import Shell

HEAD = """
code: {code}
title: {title}
number: 测01表
periodicity: month
basis: 测试
versions:
  - since: 2026-01
    columns: [{{code: n, title: 数量, unit: 个}}]
"""


def form(rows: str, checks: str = "", code: str = "test", title: str = "测试表") -> Shell:
    """A monthly form with one column ``n``. `rows`, `checks`: lines of YAML list items."""
    text = HEAD.format(code=code, title=title)
    text += "    rows:\n" + "".join(f"      {line.strip()}\n" for line in rows.strip().splitlines())
    if checks:
        text += "    checks:\n" + "".join(f"      {line.strip()}\n" for line in checks.strip().splitlines())
    return reading.read(text, f"{code}.yaml")


def found(
    shell: Shell, values: dict[str, str | None], notes: dict[str, str] | None = None, sources: Any = None, **known: Any
) -> list[Finding]:
    """What the checks say of a sheet of this form."""
    full = {address: values.get(address) for address in shell.versions[0].cells}
    return checking.run(Sheet(shell.versions[0], full, sources or {}, notes or {}), Known(**known))


def only(findings: list[Finding]) -> Finding:
    """The one finding there is."""
    assert len(findings) == 1, [one.sentence for one in findings]
    return findings[0]
