"""What can be wrong with a file, a mapping or a row. Each carries Chinese sentences: what, where, what to do."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class ImportRefused(Refused):
    """A step of an import that cannot be done (screen: above the form; command line: exit code 2)."""

    exit_code = 2


class UnreadableFile(ImportRefused):
    """The file as a whole cannot be read."""


class BadMapping(ImportRefused):
    """The mapping does not fit the file, or misses what an import cannot do without."""


class Bad(ValueError):
    """One cell or row is wrong: the reason, and how to mend it. `shown` says it without names of people, for the report
    (the sealed reject file has the whole reason). `line`: where it is not the row being read."""

    def __init__(self, reason: str, fix: str, *, shown: str = "", line: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.fix, self.shown, self.line = reason, fix, shown or reason, line
