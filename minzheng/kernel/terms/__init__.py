"""可由本单位确认的数字: days, counts, percentages that a rule leaves to the office. One mechanism for all of them.

A capability declares its numbers in a YAML file (title, unit, basis, least, most, dated values with their evidence) and
reads them through a `Terms`. What holds on a day, first found wins:

1. the override of the installation, for whoever runs it: a file in ``VAR_DIR`` or a setting, as the capability documents;
2. what the bureau has drafted and signed as a parameter, with its document (`kernel/standards`; asked through `sign_source`);
3. the shipped value that has begun last.

Nothing here knows the database: whoever keeps signed values says so by a module named ``signed_terms.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from minzheng.kernel import clock
from minzheng.kernel.discovery import import_all

#: Evidence of a value that the installation itself overrides.
LOCAL = "local"
SIGNED = "verified"
UNCONFIRMED = "needs_confirmation"


@dataclass(frozen=True)
class Term:
    """One value in force from a day on. ``evidence``: verified, local (the installation's own) or needs_confirmation."""

    key: str
    title: str
    value: int
    unit: str
    basis: str
    valid_from: date
    evidence: str
    least: int = 0
    most: int = 10_000
    valid_until: date | None = None

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


@dataclass(frozen=True)
class Signed:
    """A value that two people have signed, as `kernel/standards` keeps it."""

    value: int
    valid_from: date
    valid_until: date | None
    basis: str


class BadTerm(Exception):
    """A file of terms cannot be read, or a value lies outside its bounds."""

    exit_code = 2


_source: Callable[[str], list[Signed]] | None = None
_all: dict[str, Terms] = {}


def sign_source(source: Callable[[str], list[Signed]]) -> None:
    """Register who knows the signed values: parameter name → values, the one that wins first."""
    global _source
    _source = source


def all_terms() -> list[Terms]:
    """Every declared group, in the order in which their modules were imported."""
    return list(_all.values())


class Terms:
    """The numbers of one capability.

    `code` and `title` name the group on the confirmation page; `prefix` stands before a key in the parameter's name.
    `local`: name of the override file in ``VAR_DIR`` (same shape as the shipped one). `override`: key → a value set for
    the installation elsewhere (a setting), or None. `error`: what a bad file raises (a subclass of BadTerm)."""

    def __init__(
        self, code: str, title: str, shipped: Path, *, prefix: str, local: str = "",
        override: Callable[[str], Any] | None = None, error: type[BadTerm] = BadTerm,
    ) -> None:  # fmt: skip
        self.code, self.title, self.shipped, self.prefix = code, title, shipped, prefix
        self.local, self._override, self.error = local, override, error
        self._table = lru_cache(maxsize=4)(self._read_table)
        _all[code] = self

    # ---- reading ----

    def term(self, key: str, on: date | None = None) -> Term:
        """The value in force on a day (today by default). Raises BadTerm for an unknown key."""
        day, table = on or clock.today(), self._rows()
        if key not in table:
            raise self.error(f"没有名为“{key}”的期限参数；现有：{'、'.join(table)}。")
        begun = [row for row in table[key] if row.valid_from <= day]
        own = [row for row in begun if row.evidence == LOCAL]
        # Before the first value nothing else is known: the earliest is used and shown with its date
        shipped = (own or begun or table[key][:1])[-1]
        told = self._override(key) if self._override else None
        if told is not None:
            return _set_to(shipped, told)
        return shipped if own else self._signed(key, day, shipped)

    def number(self, key: str, on: date | None = None) -> int:
        return self.term(key, on).value

    def listing(self, on: date | None = None) -> list[Term]:
        """Every term in force on a day, for the list of values to confirm."""
        return [self.term(key, on) for key in self._rows()]

    def history(self) -> Mapping[str, list[Term]]:
        """Every shipped value and every one of the override file, also those to come, by key."""
        return self._rows()

    def overridden(self, key: str) -> Term | None:
        """The value that a setting puts over everything, whatever the day; None without one."""
        told = self._override(key) if self._override else None
        return None if told is None else _set_to(self._rows()[key][0], told)

    def name_of(self, key: str) -> str:
        """The parameter's name; also what a signed value is stored under."""
        return f"{self.prefix}_{key}"

    def _signed(self, key: str, day: date, shipped: Term) -> Term:
        import_all("signed_terms")
        rows = _source(self.name_of(key)) if _source else []
        for one in rows:
            if one.valid_from <= day <= (one.valid_until or date.max) and shipped.least <= one.value <= shipped.most:
                return replace(
                    shipped, value=one.value, basis=one.basis, valid_from=one.valid_from, evidence=SIGNED,
                    valid_until=one.valid_until,
                )  # fmt: skip
        return shipped

    # ---- files ----

    def _rows(self) -> dict[str, list[Term]]:
        path = Path(settings.VAR_DIR) / self.local if self.local else None
        return self._table(path, _stamp(path))

    def _read_table(self, local: Path | None, stamp: float) -> dict[str, list[Term]]:
        shipped = self._read(self.shipped)
        own = self._read(local) if local and stamp else {}
        unknown = set(own) - set(shipped)
        if unknown:
            raise self.error(f"{local} 里有不认识的参数：{'、'.join(sorted(unknown))}。现有：{'、'.join(shipped)}。")
        table = {}
        for key, said in shipped.items():
            rows = self._of(key, said, said.get("values", ()), self.shipped, "")
            if own.get(key) is not None:
                mine = own[key].get("values", own[key]) if isinstance(own[key], dict) else own[key]
                rows += self._of(key, said, mine, local, LOCAL)
            table[key] = sorted(rows, key=lambda row: row.valid_from)
        return table

    def _read(self, path: Path) -> dict[str, Any]:
        from minzheng.policy.errors import InputError
        from minzheng.policy.yamltext import load

        try:
            found = load(path)
        except (OSError, ValueError, InputError) as error:
            raise self.error(f"期限参数文件 {path} 读不出来：{error}") from error
        if not isinstance(found, dict):
            raise self.error(f"期限参数文件 {path} 应是“参数名: 内容”的表，请对照平台自带的 {self.shipped.name} 修改。")
        return found

    def _of(self, key: str, said: Mapping[str, Any], values: Any, path: Path | None, evidence: str) -> list[Term]:
        least, most = int(said["least"]), int(said["most"])
        try:
            rows = [
                Term(
                    key, str(said["title"]), int(one["value"]), str(said["unit"]),
                    str(one.get("basis") or said["basis"]), date.fromisoformat(one["from"]),
                    evidence or str(one["evidence"]), least, most,
                )
                for one in values
            ]  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self.error(
                f"{path} 里的“{key}”写得不对（{error}）：每个值要有 from（起用日期）和 value（整数）。"
            ) from error
        wrong = [row.value for row in rows if not least <= row.value <= most]
        if wrong:
            said_as = f"应在 {least} 到 {most} {said['unit']}之间"
            raise self.error(f"{path} 里“{said['title']}”的值 {wrong[0]} 不对：{said_as}。")
        return rows


def _set_to(term: Term, value: Any) -> Term:
    return replace(term, value=int(value), evidence=LOCAL, basis="本机设置")


def _stamp(path: Path | None) -> float:
    """A changed local file is read anew without a restart."""
    try:
        return path.stat().st_mtime if path else 0.0
    except OSError:
        return 0.0
