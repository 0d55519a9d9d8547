"""Errors of the policy engine. Each says in one Chinese sentence what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

#: The installed package ``minzheng``.
PACKAGE = Path(__file__).resolve().parent.parent


class PolicyError(Exception):
    """Base of all errors of this package; ``str(error)`` is one Chinese sentence."""


@dataclass(frozen=True)
class Finding:
    """One way in which a rule set is wrong: file, line (1-based, 0 = whole file), the offending line, a sentence."""

    check: str
    message: str
    file: str = ""
    line: int = 0
    source: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line} " if self.line else f"{self.file} " if self.file else ""
        tail = f"\n    {self.source.strip()}" if self.source.strip() else ""
        return f"{where}{self.message}{tail}"


class RulesetError(PolicyError):
    """The rule set itself is wrong: carries every finding, not only the first."""

    def __init__(self, findings: list[Finding]):
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


class InputError(PolicyError):
    """A family file or mapping is wrong. ``field`` names the place, ``line`` the line of the file (0 = unknown)."""

    def __init__(self, message: str, *, field: str = "", line: int = 0):
        self.field, self.line, self.reason = field, line, message
        super().__init__(f"{field}：{message}" if field else message)


class Unconfigured(PolicyError):
    """A benefit was asked for that cannot be computed in this region on this date."""

    def __init__(self, benefit: str, region: str, on: object, missing: list[str]):
        self.benefit, self.missing = benefit, missing
        lack = "、".join(f"“{name}”" for name in missing[:5]) or "当时有效的规则"
        super().__init__(
            f"{region} 在 {on} 不能计算 {benefit}：缺少{lack}；请在该地或上级地区的参数文件里补上当时有效的值"
        )


def source_line(path: str | Path, line: int) -> str:
    """The text of one line, empty when the file or line does not exist."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return lines[line - 1] if 0 < line <= len(lines) else ""


def display_path(path: str | Path) -> str:
    """Path relative to the project where possible, for messages."""
    try:
        return str(Path(path).resolve().relative_to(PACKAGE.parent))
    except ValueError:
        return str(path)
