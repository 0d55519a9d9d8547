"""The other side of a query: a department that answers a list of people, well or badly. For demos and tests only."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from minzheng.datacenter.sources import files, simulate
from minzheng.datacenter.sources.errors import SourceRefused
from minzheng.datacenter.sources.inventing import invent, listed
from minzheng.datacenter.sources.spec import SourceSpec

#: What can go wrong with a reply, by the word that asks for it.
FAULTS = {
    "late": "到期没有回复：不写文件",
    "partial": "只回复一部分人",
    "duplicate": "有些行重复",
    "shifted": "有些行整体左移一格",
    "stranger": "多出没有问过的人",
    "nothing": "一个人都没有查到",
    "gb18030": "文件是 GB18030 编码",
}
#: Of a hundred people asked, how many a department knows.
_KNOWN = 60
_ANSWERED = 0.7
_FAULTY = 0.15


@dataclass(frozen=True)
class Reply:
    """`written` is False when the department is late. `found`: people with at least one record."""

    asked: int
    found: int
    rows: int
    written: bool


def reply(
    spec: SourceSpec, request_path: str | Path, out_path: str | Path, seed: int, faults: Sequence[str] = (),
    last: datetime.date | None = None,
) -> Reply:  # fmt: skip
    """Answer the people of `request_path` (.csv UTF-8 or .parquet with `id_no`, `name`, and if wanted `request_no`).

    `out_path`: .csv, .xlsx or .parquet. A source of mode query_reply answers everybody, "无" where it knows nothing; any
    other leaves them out. `last`: the day the answer speaks of, else the end of last month. `faults`: words of FAULTS.
    Raises SourceRefused.
    """
    unknown = [fault for fault in faults if fault not in FAULTS]
    if unknown:
        raise SourceRefused(f"不认识的回复差错“{unknown[0]}”；可以写：{'、'.join(FAULTS)}。")
    rng = np.random.default_rng(seed)
    asked = _asked(Path(request_path))
    day = last or simulate.last_day(None)
    if "late" in faults:
        return Reply(asked.num_rows, 0, 0, written=False)
    if "partial" in faults:
        asked = asked.slice(0, int(asked.num_rows * _ANSWERED))
    table, found = _answers(spec, asked, rng, day, known=0 if "nothing" in faults else _KNOWN)
    text = _spoilt(spec, files.as_text(spec, table), rng, faults, day)
    encoding = "gb18030" if "gb18030" in faults else "utf-8"
    files.write(spec, text, Path(out_path), encoding=encoding)
    return Reply(asked.num_rows, found, text.num_rows, written=True)


def _asked(path: Path) -> pa.Table:
    names = ("id_no", "name", "request_no")
    try:
        if path.suffix.lower() == ".parquet":
            table = pq.read_table(path)
        else:
            options = pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
            table = pa.csv.read_csv(path, convert_options=options)
    except (OSError, pa.ArrowInvalid) as error:
        raise SourceRefused(f"请求文件 {path} 读不出来（{error}）；要 UTF-8 的 CSV 或 Parquet。") from error
    missing = [name for name in names[:2] if name not in table.column_names]
    if missing:
        raise SourceRefused(f"请求文件 {path} 缺少列 {'、'.join(missing)}。")
    return table.select([name for name in names if name in table.column_names])


def _answers(
    spec: SourceSpec, asked: pa.Table, rng: np.random.Generator, day: datetime.date, known: int
) -> tuple[pa.Table, int]:
    """One to three records of everybody who is known, a "无" of the others where the source answers so."""
    count = asked.num_rows
    has = rng.integers(0, 100, count) < known
    records = np.where(has, rng.integers(1, 4, count), 1 if spec.mode == "query_reply" else 0)
    people = np.repeat(np.arange(count), records)
    if not len(people):
        return simulate.made(spec, 0, rng, None, day), int(has.sum())
    who = listed(asked.take(pa.array(people)))
    given: dict[str, pa.Array] = {}
    if spec.has("answer"):
        given["answer"] = pc.if_else(pa.array(has[people]), "有", "无")
    if spec.has("request_no") and "request_no" in asked.column_names:
        given["request_no"] = asked["request_no"].combine_chunks().take(pa.array(people))
    return simulate.about(spec, who, rng, day, given=given), int(has.sum())


def _spoilt(
    spec: SourceSpec, table: pa.Table, rng: np.random.Generator, faults: Sequence[str], day: datetime.date
) -> pa.Table:
    count = table.num_rows
    some = max(1, int(count * _FAULTY))
    if "stranger" in faults:
        others = simulate.about(spec, invent(some, rng, (20, 60), day), rng, day)
        table = pa.concat_tables([table, files.as_text(spec, others)])
    if "duplicate" in faults and count:
        table = pa.concat_tables([table, table.take(pa.array(rng.choice(count, some, replace=False)))])
    if "shifted" in faults and count:
        rows = table.to_pylist()
        names = table.column_names
        for at in rng.choice(count, some, replace=False):
            cells = list(rows[at].values())
            rows[at] = dict(zip(names, [*cells[1:], None], strict=True))
        table = pa.Table.from_pylist(rows, schema=table.schema)
    return table
