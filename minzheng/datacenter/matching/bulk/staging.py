"""Plain files (``--files SOURCE=F.parquet``) made into clean rows: the numbers and names become tokens on the way, row by
row group, and only the columns that facts are made of go on. No plain number and no name is written anywhere.

The files lie in the run's own folder and are gone with it; they have the shape of the lake's, so that one join serves both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from minzheng.datacenter.lake import tokens
from minzheng.datacenter.lake.cells import Cells, trimmed
from minzheng.datacenter.linkage import normalise, repair
from minzheng.datacenter.matching.bulk import doubtful, parquet, publishing
from minzheng.datacenter.matching.bulk.errors import MatchRefused
from minzheng.datacenter.matching.bulk.material import Material, Opened, Part
from minzheng.datacenter.matching.bulk.unread import Unread
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.errors import UnknownSource
from minzheng.datacenter.sources.facts import columns_used
from minzheng.datacenter.sources.spec import Column, SourceSpec

LABEL = "--files"
_MARKS = pa.schema([(name, pa.int64()) for name in ("pinyin_token", "surname_token")])
_REPAIRS = pa.schema([("row_no", pa.int64()), ("id_token", pa.int64()), *_MARKS])


def parse(texts: Sequence[str]) -> list[tuple[str, Path]]:
    """``SOURCE=F.parquet`` as (code, path), in the order given. Raises MatchRefused."""
    found = []
    for text in texts:
        code, sign, path = text.partition("=")
        if not sign or not code or not path:
            raise MatchRefused(
                f"{LABEL}：“{text}”写得不对，请写成 来源代码=文件.parquet 的样子，例如 vehicle=车辆.parquet。"
            )
        try:
            registry.get(code)
        except UnknownSource as error:
            raise MatchRefused(f"{LABEL}：{error}") from None
        found.append((code, Path(path)))
    doubled = {str(path) for code, path in found if found.count((code, path)) > 1}
    if doubled:
        raise MatchRefused(f"{LABEL}：{'、'.join(sorted(doubled))} 给了不止一次，同一行会算两遍，请只给一次。")
    return found


def materials(files: Sequence[tuple[str, Path]]) -> Callable[[Path], list[Material]]:
    """What ``run`` asks for its clean files. Every file is opened and its columns checked before any is converted."""

    def staged(work: Path) -> list[Material]:
        opened = [(registry.get(code), _opened(registry.get(code), path)) for code, path in files]
        unread = Unread(work / publishing.REJECTS)
        found: dict[str, Material] = {}
        for number, (spec, file) in enumerate(opened):
            part = stage(spec, file, work / "files", number, unread)
            material = found.setdefault(spec.code, Material(spec, []))
            material.parts.append(part)
            material.names[part.batch] = file.path.name
            material.unread = dict(unread.counts.get(spec.code, {}))
        unread.write()
        return list(found.values())

    return staged


def _opened(spec: SourceSpec, path: Path) -> parquet.File:
    file = parquet.File(path, f"{LABEL} {spec.code}")
    named = header_of(spec, file)
    missing = [column for column in spec.columns if column.required and column.name not in named]
    if missing:
        raise MatchRefused(
            f"{file.label}：{path.name} 缺少列“{'、'.join(f'{one.name}（{one.label}）' for one in missing)}”，"
            f"现有的列是“{'、'.join(file.schema.names)}”；模板见 minzheng lake template {spec.code}。"
        )
    number = file.schema.field(named["id_no"])
    if not parquet.is_text(number.type):
        raise MatchRefused(
            f"{file.label}：{path.name} 的列“{number.name}”应当是文字，现在是 {number.type}；证件号码存成数字会丢掉末尾几位，请按文字重新导出。"
        )
    for name, held in named.items():
        _readable(file, spec.column(name), file.schema.field(held).type, held)
    file.refuse_empty("数据")
    return file


def header_of(spec: SourceSpec, file: parquet.File) -> dict[str, str]:
    """ASCII name → header in the file (a name, a label or an alias). Raises MatchRefused when two mean the same."""
    named: dict[str, str] = {}
    for header in file.schema.names:
        name = spec.headers.get(header.strip())
        if name is None:
            continue
        if name in named:
            raise MatchRefused(f"{file.label}：{file.path.name} 的列“{named[name]}”和“{header}”是同一项，请只留一列。")
        named[name] = header
    return named


def _readable(file: parquet.File, column: Column, kind: pa.DataType, header: str) -> None:
    """Texts are read as people write them; of typed columns only those that can mean the same thing are taken."""
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    day = pa.types.is_date(kind) or pa.types.is_timestamp(kind)
    fits = {
        "date": day, "month": day or pa.types.is_integer(kind), "flag": pa.types.is_boolean(kind) or pa.types.is_integer(kind),
        "int": number, "money_yuan": number, "money_wan": number, "money_fen": number,
    }.get(column.type, pa.types.is_integer(kind) and column.type in ("code", "text"))  # fmt: skip
    if not (fits or parquet.is_text(kind)):
        raise MatchRefused(
            f"{file.label}：{file.path.name} 的列“{header}”类型不对：应当是{_WANTED.get(column.type, '文字')}，现在是 {kind}，请改正后重新导出。"
        )


_WANTED = {"date": "日期或文字", "month": "月份（2026-01）或日期", "flag": "是否或文字"} | dict.fromkeys(("int", "money_yuan", "money_wan", "money_fen"), "数或文字")  # fmt: skip


def stage(spec: SourceSpec, file: parquet.File, root: Path, number: int, unread: Unread) -> Part:
    """One file as a clean part with its repair candidates; what could not be read is told to ``unread``."""
    named = header_of(spec, file)
    wanted = [spec.column(name) for name in columns_used(spec)]
    cells = [Cells(column) for column in wanted]
    own = [(one.column.name, one.arrow_type) for one in cells]
    placed = [("county", pa.string())] if "county" in file.schema.names and not spec.has("county") else []
    schema = pa.schema(
        [("id_token", pa.int64()), ("id_state", pa.string()), *_MARKS, ("row_no", pa.int64()), *own, *placed]
    )
    folder = root / f"source={spec.code}" / "period=000000" / f"batch=f{number}"
    folder.mkdir(parents=True)
    path, repairs = folder / "part-0.parquet", folder / "repairs.parquet"
    wanted_headers = list(
        dict.fromkeys(named[name] for name in ["id_no", "name", *columns_used(spec)] if name in named)
    )
    wanted_headers += [name for name, _ in placed]
    with pq.ParquetWriter(path, schema, compression="zstd") as out, pq.ParquetWriter(repairs, _REPAIRS) as near:
        for first, batch in _numbered(file, wanted_headers):
            ids, names = trimmed(parquet.as_text(batch[named["id_no"]])), _text_of(batch, named.get("name"))
            read_ids = normalise.numbers(ids)
            unread.numbers(spec.code, file.path.name, first, [spec.column("id_no")], ids, names, read_ids)
            who, candidates = _who(read_ids, names, first)
            values = []
            for cell in cells:
                texts = _texts(cell.column, batch, named.get(cell.column.name))
                typed, bad = cell.convert(texts)
                unread.cells(spec.code, file.path.name, first, cell.column, texts, bad)
                values.append(typed)
            values += [doubtful.places(parquet.as_text(batch[name])) for name, _ in placed]
            out.write_table(pa.Table.from_arrays([*who, *values], schema=schema))
            near.write_table(candidates)
    plain = [named["id_no"], named.get("name"), "county" if placed else None]
    return Part(path, file.rows, repairs, opened=lambda rows: _opened_rows(file, plain, rows))


def _opened_rows(file: parquet.File, headers: Sequence[str | None], rows: Sequence[int]) -> Opened:
    """Some rows of the delivered file once more, as they stand there."""
    wanted, told = np.array(rows, dtype=np.int64), []
    for first, batch in _numbered(file, [one for one in headers if one is not None]):
        here = wanted[(wanted >= first) & (wanted < first + len(batch))] - first
        columns = [_text_of(batch, header) for header in headers]
        told += list(zip(*(column.take(pa.array(here)).to_pylist() for column in columns), strict=True))
    ids, names, counties = (
        ([text or "" for text in column] for column in zip(*told, strict=True)) if told else ([], [], [])
    )
    return Opened(ids, names, counties)


def _numbered(file: parquet.File, read: list[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    first = 1
    for batch in file.batches(read):
        yield first, batch
        first += len(batch)


def _who(read: normalise.Numbers, names: pa.Array, first: int) -> tuple[list[pa.Array], pa.Table]:
    """id_token, id_state, two tokens of the name, row_no; and the candidates of invalid numbers."""
    own, states = tokens.column(normalise.id18s(read.keys)), pa.array(normalise.STATES).take(pa.array(read.states))
    marks = [tokens.pinyins(names), tokens.surnames(names)]
    rows = pa.array(np.arange(first, first + len(names)), pa.int64())
    places, near = repair.candidate_keys(read)
    at = pa.array(places)
    ids_near = tokens.column(normalise.id18s(near))
    found = pa.Table.from_arrays([rows.take(at), ids_near, *(mark.take(at) for mark in marks)], schema=_REPAIRS)
    return [own, states, *marks, rows], found


def _text_of(batch: pa.RecordBatch, header: str | None) -> pa.Array:
    return pa.nulls(len(batch), pa.string()) if header is None else trimmed(parquet.as_text(batch[header]))


def _texts(column: Column, batch: pa.RecordBatch, header: str | None) -> pa.Array:
    """A column as people write it; what cannot be read stays empty (in the lake such a row is sent back)."""
    if header is None:
        return pa.nulls(len(batch), pa.string())
    values = batch[header]
    if not parquet.is_text(values.type):
        values = _written(column, values)
    return trimmed(parquet.as_text(values))


def _written(column: Column, values: pa.Array) -> pa.Array:
    """Typed values as people write them, so that one reader serves all: days without a time, sums without an exponent."""
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False)
    elif pa.types.is_floating(values.type):
        known = pc.if_else(pc.is_finite(values), values, pa.scalar(None, values.type))
        values = pc.round(known, 6).cast(pa.decimal128(24, 6), safe=False)
    texts = values.cast(pa.string())
    if pa.types.is_decimal(values.type):
        texts = pc.replace_substring_regex(texts, r"\.?0+$", "") if values.type.scale else texts
    return texts
