"""The demo data folder: one meta.json and some CSV (UTF-8, commas, LF). The lists here are the format; no column name
is written elsewhere.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

from minzheng.demo.errors import DemoError

KIND, VERSION = "minzheng-demo", 2
META = "meta.json"

TABLES: dict[str, tuple[str, ...]] = {
    "regions": ("code", "name", "full_name", "level", "parent_code", "is_urban"),
    "organizations": ("code", "name", "kind", "parent_code", "region_code", "document_prefix"),
    "logins": ("username", "name", "role", "organization_code", "region_code", "post", "use", "phone", "person_no"),
    "persons": (
        "no", "name", "sex", "birth_date", "id_no", "phone", "region_code", "address", "health", "death_date",
    ),
    "households": ("no", "head_no", "region_code", "is_urban", "address", "since"),
    "members": ("household_no", "person_no", "relation", "valid_from"),
    "awards": (
        "no", "item_code", "household_no", "payee_no", "account_no", "account_bank", "amount_fen", "state",
        "first_month", "decided_on", "computed_on", "paid_from", "family", "covered",
    ),
    "cases": ("household_no", "applicant_no", "item_code", "channel", "target", "submitted_on", "form"),
}  # fmt: skip
#: What departments deliver to the lake, one file a source in the folder ``sources``: columns of datacenter/sources/<code>.
_WHO = ("id_no", "name")
SOURCES: dict[str, tuple[str, ...]] = {
    "deposit": (*_WHO, "answer", "bank", "kind", "account_tail", "cut_off", "balance"),
    "vehicle": (*_WHO, "plate", "plate_kind", "kind", "register_date", "usage", "state"),
    "real_estate": (*_WHO, "cert_no", "location", "usage", "area", "sharing", "register_date", "state"),
    "market_entity": (*_WHO, "entity", "credit_code", "kind", "role", "founded", "state", "trade"),
    "income_tax": (*_WHO, "item", "month", "income", "social", "tax"),
    "pension": (*_WHO, "kind", "month", "amount", "central_basic", "state", "office"),
    "prison": (*_WHO, "facility", "state", "since", "until"),
    "cremation": (*_WHO, "died", "cremated", "kind", "facility"),
}
DELIVERED = "sources"
TABLES |= {f"{DELIVERED}/{code}": columns for code, columns in SOURCES.items()}


def plain_json(value: Any) -> str:
    """One byte form of a JSON value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Writer(AbstractContextManager["Writer"]):
    """Writes every table of a folder, row by row; counts rows for meta.json."""

    def __init__(self, folder: Path) -> None:
        (folder / DELIVERED).mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.counts = dict.fromkeys(TABLES, 0)
        self._files = {
            name: open(folder / f"{name}.csv", "w", encoding="utf-8", newline="")  # noqa: SIM115
            for name in TABLES
        }
        self._writers = {name: csv.writer(file, lineterminator="\n") for name, file in self._files.items()}
        for name, columns in TABLES.items():
            self._writers[name].writerow(columns)

    def add(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        write = self._writers[table].writerow
        for row in rows:
            write(row)
            self.counts[table] += 1

    def close(self, meta: dict[str, Any]) -> dict[str, Any]:
        """Finish: meta.json is written last, so a folder without it is known to be incomplete."""
        whole = {"kind": KIND, "version": VERSION, **meta, "rows": self.counts}
        self.__exit__(None, None, None)
        text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        (self.folder / META).write_text(text, encoding="utf-8")
        return whole

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()


def read_meta(folder: Path) -> dict[str, Any]:
    """Raises DemoError naming the file when the folder is no demo folder of this version."""
    path = folder / META
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DemoError(
            f"{folder} 里没有 {META}：不是示范数据文件夹，或生成没有完成；请重新执行 demo generate。"
        ) from None
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise DemoError(f"{path} 读不进来（{error}）：请重新执行 demo generate。") from None
    if not isinstance(meta, dict) or meta.get("kind") != KIND:
        raise DemoError(f"{path} 不是示范数据的说明文件：请指定 demo generate 生成的文件夹。")
    if meta.get("version") != VERSION:
        raise DemoError(f"{path} 的版本是 {meta.get('version')}，本程序读版本 {VERSION}：请重新执行 demo generate。")
    return meta


def read_rows(folder: Path, table: str) -> Iterator[dict[str, str]]:
    """Rows as texts; the first row must name exactly this version's columns. Raises DemoError with file and line."""
    path = folder / f"{table}.csv"
    try:
        file = open(path, encoding="utf-8", newline="")  # noqa: SIM115
    except OSError:
        raise DemoError(f"缺少文件 {path}：请重新执行 demo generate。") from None
    with file:
        reader = csv.reader(file)
        columns = TABLES[table]
        if tuple(next(reader, ())) != columns:
            raise DemoError(f"{path} 第 1 行的列名不对：应是 {','.join(columns)}。")
        for line, row in enumerate(reader, start=2):
            if len(row) != len(columns):
                raise DemoError(f"{path} 第 {line} 行有 {len(row)} 列，应是 {len(columns)} 列。")
            yield dict(zip(columns, row, strict=True))
