"""A yearly holiday notice as data: the shipped files, and the CSV or JSON that a bureau loads when a notice appears."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

OFF, ON = "休", "班"
KINDS = {"休": OFF, "放假": OFF, "off": OFF, "班": ON, "上班": ON, "on": ON}
FOLDER = resources.files("minzheng.kernel.calendar") / "data"


class BadNotice(Exception):
    """The file cannot be loaded; each sentence names its line."""

    exit_code = 2

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = list(sentences)
        super().__init__("\n".join(self.sentences))


@dataclass(frozen=True)
class Notice:
    """The days that one notice names: (day, works, name), sorted."""

    year: int
    source: str
    notice_no: str
    days: tuple[tuple[date, bool, str], ...]

    @property
    def first(self) -> date:
        """A notice also settles the last days of the December before (元旦), so its period is shifted by a week."""
        return date(self.year - 1, 12, 25)

    @property
    def last(self) -> date:
        return date(self.year, 12, 24)


@lru_cache(maxsize=1)
def shipped() -> tuple[Notice, ...]:
    """All years that come with the platform, oldest first."""
    files = sorted(item.name for item in FOLDER.iterdir() if item.name.endswith(".json"))
    return tuple(from_json(json.loads((FOLDER / name).read_text("utf-8"))) for name in files)


def read(path: Path, *, year: int | None, source: str, notice_no: str) -> Notice:
    """A notice from a file: JSON as shipped, or a CSV with the columns 日期,类型(休/班),说明 and the rest as arguments.

    Raises BadNotice with every fault found."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadNotice([f"文件 {path} 读不出来（{error.strerror}），请检查路径和权限。"]) from None
    except UnicodeDecodeError:
        text = path.read_bytes().decode("gb18030", "replace")
    if path.suffix.lower() == ".json":
        try:
            return from_json(json.loads(text))
        except (ValueError, KeyError, TypeError) as error:
            raise BadNotice([f"文件 {path} 不是本平台的日历 JSON（{error}），请改用 CSV：日期,类型,说明。"]) from None
    if year is None or not source:
        raise BadNotice(["导入 CSV 时请用 --year 写明年度、用 --source 写明通知标题。"])
    return checked(year, source, notice_no, _csv_rows(text))


def from_json(body: dict[str, Any]) -> Notice:
    rows = [(f"第 {at} 天", *map(str, row)) for at, row in enumerate(body["days"], 1)]
    return checked(int(body["year"]), str(body["source"]), str(body.get("notice_no", "")), rows)


def _csv_rows(text: str) -> list[tuple[str, ...]]:
    try:
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise BadNotice([f"CSV 的引号或换行不对（{error}）：请用表格软件打开后另存为 CSV 再导入。"]) from None
    if lines and lines[0] and not lines[0][0][:1].isdigit():
        lines[0] = []
    padded = ((f"第 {at} 行", *[cell.strip() for cell in line], "", "", "") for at, line in enumerate(lines, 1) if line)
    return [row[:4] for row in padded if any(row[1:4])]


def checked(year: int, source: str, notice_no: str, rows: Iterable[tuple[str, ...]]) -> Notice:
    """Refuses what no notice says: foreign years, doubled days, a Monday as 调休上班, a year without 元旦 or 国庆."""
    notice = Notice(year, source, notice_no, ())
    faults: list[str] = []
    days: dict[date, tuple[bool, str]] = {}
    for where, text, kind, name in rows:
        try:
            day, works = _row(notice, text, kind)
            if day in days:
                raise ValueError(f"{text} 重复。")
            days[day] = (works, name)
        except ValueError as error:
            faults.append(f"{where}：{error}")
    for day, title in ((date(year, 1, 1), "元旦"), (date(year, 10, 1), "国庆节")):
        if days.get(day, (True, ""))[0] and not faults:
            faults.append(f"缺少 {day}（{title}）放假：请核对是否漏行。")
    if faults:
        raise BadNotice(faults)
    return Notice(year, source, notice_no, tuple((day, *told) for day, told in sorted(days.items())))


def _row(notice: Notice, text: str, kind: str) -> tuple[date, bool]:
    try:
        day = date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise ValueError(f"日期“{text}”写得不对，请写成 2027-01-01 的样子。") from None
    if kind not in KINDS:
        raise ValueError(f"{text} 的类型“{kind}”看不懂：请填“休”或“班”。")
    if not notice.first <= day <= notice.last:
        raise ValueError(f"{text} 不在 {notice.year} 年的通知范围内（{notice.first} 至 {notice.last}）。")
    works = KINDS[kind] == ON
    if works and day.weekday() < 5:
        raise ValueError(f"{text} 是周{'一二三四五'[day.weekday()]}，本来就上班，不需要列为调休上班，请核对。")
    return day, works
