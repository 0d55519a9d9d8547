"""What the source folders refuse."""

from __future__ import annotations

from minzheng.policy.errors import Finding


class SourceRefused(Exception):
    """Not done; the text is a Chinese sentence that says what is wrong, where, and what to do."""

    exit_code = 2


class UnknownSource(SourceRefused):
    """No folder of this code."""

    def __init__(self, code: str, known: list[str]):
        self.code = code
        super().__init__(f"没有代码为“{code}”的数据来源；现有：{'、'.join(known)}。")


class SourceBroken(SourceRefused):
    """A source.yaml is wrong: carries every finding (file, line, sentence), not only the first."""

    def __init__(self, findings: list[Finding]):
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))
