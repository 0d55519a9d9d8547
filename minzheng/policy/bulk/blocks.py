"""A population in two Parquet files, walked in blocks of whole households with bounded memory.

Both files are sorted by household. A block is some row groups of the persons; a household that crosses into the next
row group is completed from its head. Household row groups are kept while neighbouring blocks need them.
"""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from minzheng.policy.bulk.columns import HOUSEHOLD, PERSON, REGION, Decoder, RowError
from minzheng.policy.bulk.files import File, NotSorted
from minzheng.policy.errors import InputError
from minzheng.policy.words import Vocabulary, Word

#: Persons in a block, as near as row groups allow. Two blocks are in work at a time.
BLOCK = 200_000


@dataclass
class Span:
    """Row groups [first, end) of the persons and the households (above, up_to] that belong to them."""

    first: int
    end: int
    above: int | None
    up_to: int | None


@dataclass
class Block:
    """Whole households and their members. ``groups``: position of each household's region in ``Population.regions``."""

    household_ids: Any
    person_ids: Any  # None where only totals are asked for
    person_households: Any
    groups: Any
    values: dict[str, Any]  # word → array of the household's or the persons' length
    empty: dict[str, Any]
    first_household: int
    first_person: int


class Population:
    """Both files. ``regions`` are the distinct texts of 地区; ``spans`` the blocks, in order."""

    def __init__(self, persons: Path, households: Path, vocabulary: Vocabulary):
        self.households = File(households, "户", vocabulary)
        self.persons = File(persons, "人", vocabulary)
        self.regions = self._distinct_regions()
        self._group_of = {text: i for i, text in enumerate(self.regions)}
        self.household_ranges = self._ranges(self.households, strictly=True)
        self.spans = self._cut(self._ranges(self.persons, strictly=False))

    def _distinct_regions(self) -> list[str]:
        """All texts of 地区. Raises InputError when one is empty."""
        found: dict[str, None] = {}
        for group in self.households.groups:
            for chunk in self.households.read([group], [REGION])[REGION].chunks:
                encoded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
                texts = encoded.dictionary.to_pylist()
                if encoded.null_count or any(t is None or not t.strip() for t in texts):
                    values = encoded.to_pylist()
                    at = next((i for i, t in enumerate(values) if t is None or not t.strip()), None)
                    if at is not None:
                        row = int(self.households.starts[group]) + at + 1
                        raise RowError("不能为空", self.households.name, row, REGION)
                found.update(dict.fromkeys(texts))
        if not found:
            raise InputError("没有一户人家", field=self.households.name)
        return list(found)

    @staticmethod
    def _ranges(file: File, strictly: bool) -> list[tuple[int, int]]:
        ranges = [file.key_range(group) for group in file.groups]
        for (_, before), (after, _) in itertools.pairwise(ranges):
            if after < before or (strictly and after == before):
                raise NotSorted(file.name)
        return ranges

    def _cut(self, ranges: list[tuple[int, int]]) -> list[Span]:
        groups = self.persons.groups
        if not groups:
            raise InputError("没有一个人", field=self.persons.name)
        spans: list[Span] = []
        start, rows, above = 0, 0, None
        for i, group in enumerate(groups):
            rows += self.persons.metadata.row_group(group).num_rows
            last = i + 1 == len(groups)
            if rows >= BLOCK or last:
                up_to = None if last else ranges[i][1]
                spans.append(Span(start, i + 1, above, up_to))
                start, rows, above = i + 1, 0, up_to
        return spans


class BlockReader:
    """Reads blocks of a population as the arrays a plan asks for; used from several threads."""

    def __init__(
        self,
        population: Population,
        inputs: dict[str, list[Word]],
        decoders: dict[str, Decoder],
        *,
        check_all: bool = True,
        person_ids: bool = True,
    ):
        """``check_all``: columns that are not asked for are checked too, as a caller's own file must be;
        ``person_ids``: whether blocks carry them (totals need none)."""
        self.population, self.decoders = population, decoders
        self.person_ids = person_ids
        self.words = inputs
        self.files = {"户": population.households, "人": population.persons}
        self.read_columns = {
            e: [self.files[e].columns[w.name] for w in inputs[e] if w.name in self.files[e].columns] for e in inputs
        }
        self.checked = {
            c.name: self.files[e].bounds_hold(c, decoders[e]) for e, cs in self.read_columns.items() for c in cs
        }
        if check_all:
            self._check_unused()
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, dict[str, Any]] = OrderedDict()
        self._constant: dict[str, Any] = {}

    def _check_unused(self) -> None:
        """Columns that no rule reads are still checked, by reading them once where statistics do not tell."""
        for entity, file in self.files.items():
            for column in file.columns.values():
                if column.name in self.checked or column.word.type in ("文字", "是否"):
                    continue  # nothing can be wrong with it
                if not file.bounds_hold(column, self.decoders[entity]):
                    for group in file.groups:
                        data = file.read([group], [column.name])[column.name]
                        self.decoders[entity].decode(column, data, int(file.starts[group]), False)
        if not self.person_ids:
            self.files["人"].no_empty(PERSON)

    def _decode(self, entity: str, table: pa.Table, first_row: int) -> tuple[dict[str, Any], dict[str, Any]]:
        values, empty = {}, {}
        for column in self.read_columns[entity]:
            name = column.word.name
            values[name], mask = self.decoders[entity].decode(
                column, table[column.name], first_row, self.checked[column.name]
            )
            if mask is not None:
                empty[name] = mask
        return values, empty

    def block(self, span: Span) -> Block:
        """One block. Raises InputError with the row, NotSorted when the order is not that of household_id."""
        persons, first_person = self._persons(span)
        ids = persons[HOUSEHOLD].to_numpy()
        values, empty = self._decode("人", persons, first_person)
        household = self._households(span)
        values |= {k: v for k, v in household.items() if not k.startswith("@")}
        values |= {
            w.name: self.constant(w, e, len(household["@id"] if e == "户" else ids))
            for e, ws in self.words.items() for w in ws if w.name not in values
        }  # fmt: skip
        block = Block(
            household["@id"], persons[PERSON].to_numpy() if self.person_ids else None, ids, household["@group"], values, empty,
            int(household["@first"]), first_person,
        )  # fmt: skip
        self._birthdays(block)
        return block

    def constant(self, word: Word, entity: str, length: int) -> Any:
        """An array of a word's default, for words the file does not have."""
        with self._lock:
            found = self._constant.get(word.name)
            if found is None or len(found) < length:
                decoder = self.decoders[entity]
                found = np.full(max(length, BLOCK), decoder.default(word), decoder.dtype(word))
                self._constant[word.name] = found
        return found[:length]

    def _persons(self, span: Span) -> tuple[pa.Table, int]:
        file = self.files["人"]
        ids = [HOUSEHOLD, PERSON] if self.person_ids else [HOUSEHOLD]
        names = [*ids, *(c.name for c in self.read_columns["人"])]
        groups = file.groups[span.first : span.end]
        table = file.read(groups, names)
        first = int(file.starts[groups[0]])
        if span.above is not None:  # the head belongs to a household of the block before
            skip = int(np.searchsorted(table[HOUSEHOLD].to_numpy(), span.above, side="right"))
            table, first = table.slice(skip), first + skip
        if span.up_to is not None:
            table = pa.concat_tables([table, *self._rest_of(span, names)])
        return table, first

    def _rest_of(self, span: Span, names: list[str]) -> Iterator[pa.Table]:
        """The rows with which the next row groups begin that still belong to this block's last household."""
        file, last = self.files["人"], span.up_to or 0
        for group in file.groups[span.end :]:
            for batch in file.open().iter_batches(
                batch_size=1024, row_groups=[group], columns=names, use_threads=False
            ):
                ids = batch.column(names.index(HOUSEHOLD)).to_numpy()
                mine = int(np.searchsorted(ids, last, side="right"))
                if mine:
                    yield pa.Table.from_batches([batch.slice(0, mine)])
                if mine < len(ids):
                    return

    def _households(self, span: Span) -> dict[str, Any]:
        file, ranges = self.files["户"], self.population.household_ranges
        parts = []
        for i, group in enumerate(file.groups):
            low, high = ranges[i]
            if (span.above is not None and high <= span.above) or (span.up_to is not None and low > span.up_to):
                continue
            whole = self._household_group(group)
            ids = whole["@id"]
            a = 0 if span.above is None else int(np.searchsorted(ids, span.above, side="right"))
            b = len(ids) if span.up_to is None else int(np.searchsorted(ids, span.up_to, side="right"))
            parts.append({k: v[a:b] if k != "@first" else v + a for k, v in whole.items()})
        if not parts:
            return {k: v[:0] if k != "@first" else v for k, v in self._household_group(file.groups[0]).items()}
        first = parts[0]["@first"]
        if len(parts) == 1:
            return parts[0]
        return {k: np.concatenate([p[k] for p in parts]) if k != "@first" else first for k in parts[0]}

    def _household_group(self, group: int) -> dict[str, Any]:
        with self._lock:
            if group in self._kept:
                self._kept.move_to_end(group)
                return self._kept[group]
        file = self.files["户"]
        table = file.read([group], [HOUSEHOLD, REGION, *(c.name for c in self.read_columns["户"])])
        values, _ = self._decode("户", table, int(file.starts[group]))
        values["@id"] = table[HOUSEHOLD].to_numpy()
        values["@group"] = self._region_groups(table[REGION])
        values["@first"] = int(file.starts[group])
        with self._lock:
            self._kept[group] = values
            while len(self._kept) > 3:
                self._kept.popitem(last=False)
        return values

    def _region_groups(self, data: pa.ChunkedArray) -> Any:
        parts = []
        for chunk in data.chunks:
            encoded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
            table = np.array([self.population._group_of[t] for t in encoded.dictionary.to_pylist()], np.int32)
            parts.append(table[encoded.indices.to_numpy()])
        return np.concatenate(parts)

    def _birthdays(self, block: Block) -> None:
        """Children without a birthday are ten; a death before birth cannot be."""
        word = next((w for w in self.words["人"] if w.name == "出生日期"), None)
        if word is None:
            return
        decoder, born = self.decoders["人"], block.values[word.name]
        given = word.name in self.files["人"].columns
        empty = block.empty.get(word.name)
        flags = [block.values[f] for f in word.child_when if f in self.files["人"].columns]
        if flags and (empty is not None or not given):
            child = np.logical_or.reduce(flags)
            child = child & empty if empty is not None else child
            ten = decoder.on.replace(year=decoder.on.year - 10, month=1, day=1)
            born = block.values[word.name] = np.where(child, np.int32(ten.toordinal() - 719163), born)
        died = block.values.get("死亡日期")
        if died is not None and given:
            wrong = (
                (died < born) & (died > -10_000_000) & (died != decoder.default(_word(self.words["人"], "死亡日期")))
            )
            wrong = wrong & ~empty if empty is not None else wrong
            if wrong.any():
                at = int(np.argmax(wrong))
                raise decoder.error("死亡日期", block.first_person + at, "早于出生日期")


def _word(words: list[Word], name: str) -> Word:
    return next(w for w in words if w.name == name)


__all__ = ["BLOCK", "Block", "BlockReader", "File", "NotSorted", "Population", "Span"]
