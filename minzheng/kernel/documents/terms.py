"""Days, times and percentages of serving, sending and keeping papers: dated values with their source, read from
``terms.yaml``. A bureau's own values stand in ``VAR_DIR/terms.yaml`` in the same shape and win.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from minzheng.kernel import clock
from minzheng.kernel.documents.errors import DocumentError

SHIPPED = Path(__file__).with_name("terms.yaml")
LOCAL = "terms.yaml"


@dataclass(frozen=True)
class Term:
    """One value in force from a day on. ``evidence``: verified, local (the bureau's own) or needs_confirmation."""

    key: str
    title: str
    value: int
    unit: str
    basis: str
    valid_from: date
    evidence: str
    least: int = 0
    most: int = 10_000

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


class BadTerm(DocumentError):
    """A terms file cannot be read, or a value lies outside its bounds."""

    exit_code = 2


def term(key: str, on: date | None = None) -> Term:
    """The value in force on a day (today by default)."""
    day = on or clock.today()
    table = _table(_local(), _stamp())
    if key not in table:
        raise BadTerm(f"没有名为“{key}”的期限参数；现有：{'、'.join(table)}。")
    rows = [row for row in table[key] if row.valid_from <= day]
    own = [row for row in rows if row.evidence == "local"]
    # Before the first value nothing else is known: the earliest is used and shown with its date
    return (own or rows or table[key][:1])[-1]


def number(key: str, on: date | None = None) -> int:
    return term(key, on).value


def listing(on: date | None = None) -> list[Term]:
    """Every term in force on a day, for the list of values to confirm."""
    return [term(key, on) for key in _table(_local(), _stamp())]


def history() -> dict[str, list[Term]]:
    """Every value of every term, also those to come, by key."""
    return _table(_local(), _stamp())


def _local() -> Path:
    return Path(settings.VAR_DIR) / LOCAL


def _stamp() -> float:
    """A changed local file is read anew without a restart."""
    try:
        return _local().stat().st_mtime
    except OSError:
        return 0.0


@lru_cache(maxsize=4)
def _table(local: Path, stamp: float) -> dict[str, list[Term]]:
    shipped = _read(SHIPPED)
    own = _read(local) if stamp else {}
    unknown = set(own) - set(shipped)
    if unknown:
        raise BadTerm(f"{local} 里有不认识的参数：{'、'.join(sorted(unknown))}。现有：{'、'.join(shipped)}。")
    return {
        key: sorted(
            [*_rows(key, said, said.get("values", ()), SHIPPED, ""), *_own(key, said, own.get(key), local)],
            key=lambda row: row.valid_from,
        )
        for key, said in shipped.items()
    }


def _read(path: Path) -> dict[str, Any]:
    from minzheng.policy.errors import InputError
    from minzheng.policy.yamltext import load

    try:
        found = load(path)
    except (OSError, ValueError, InputError) as error:
        raise BadTerm(f"期限参数文件 {path} 读不出来：{error}") from error
    if not isinstance(found, dict):
        raise BadTerm(f"期限参数文件 {path} 应是“参数名: 内容”的表，请对照平台自带的 terms.yaml 修改。")
    return found


def _own(key: str, said: dict[str, Any], own: Any, path: Path) -> list[Term]:
    if own is None:
        return []
    return _rows(key, said, own.get("values", own) if isinstance(own, dict) else own, path, "local")


def _rows(key: str, said: dict[str, Any], values: Any, path: Path, evidence: str) -> list[Term]:
    least, most = int(said["least"]), int(said["most"])
    try:
        rows = [
            Term(
                key,
                str(said["title"]),
                int(one["value"]),
                str(said["unit"]),
                str(one.get("basis") or said["basis"]),
                date.fromisoformat(one["from"]),
                evidence or str(one["evidence"]),
                least,
                most,
            )
            for one in values
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadTerm(
            f"{path} 里的“{key}”写得不对（{error}）：每个值要有 from（起用日期）和 value（整数）。"
        ) from error
    wrong = [row.value for row in rows if not least <= row.value <= most]
    if wrong:
        raise BadTerm(f"{path} 里“{said['title']}”的值 {wrong[0]} 不对：应在 {least} 到 {most} {said['unit']}之间。")
    return rows
