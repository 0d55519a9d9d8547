"""Delivered rows → clean rows: typed, tokenised, sealed; what cannot be used goes to the reject file.

Everything works on whole columns. The order of the checks is that of the reasons people understand best: damaged bytes,
shifted cells, the ID number, then column by column.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minzheng.datacenter.lake import tokens
from minzheng.datacenter.lake.cells import FORMS, Cells, trimmed
from minzheng.datacenter.lake.readers.blocks import Block
from minzheng.datacenter.lake.readers.encodings import MARK
from minzheng.datacenter.lake.readers.heads import Mapping
from minzheng.datacenter.lake.readers.workbooks import FORMULA
from minzheng.datacenter.lake.rejects import Rejects
from minzheng.datacenter.lake.sealed import SEPARATOR, Sealer
from minzheng.datacenter.lake.verdicts import Reason, Verdict
from minzheng.datacenter.linkage import normalise, repair
from minzheng.datacenter.sources.spec import Column, SourceSpec

#: Columns every source has in the lake, before its own.
COMMON = (("id_token", pa.int64()), ("id_state", pa.string()), ("name_token", pa.int64()), ("pinyin_token", pa.int64()),
          ("surname_token", pa.int64()), ("row_no", pa.int64()), ("sealed", pa.binary()))  # fmt: skip
REPAIRS = pa.schema(
    [(name, pa.int64()) for name in ("row_no", "id_token", "name_token", "pinyin_token", "surname_token")]
)
#: Those of them that a look-up of one family asks for.
REPAIRS_LOOKED_UP = ("row_no", "id_token", "pinyin_token")
#: Numbers that a spreadsheet wrote in scientific notation.
LOST = r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]+$"
_HAN = "[\u3400-\u9fff]"
_NUMBER = "^[0-9]{15,17}[0-9Xx]?$"
_REPORT = "请对照原始资料改正后，和其他退回的行一起重报。"


def token_name(column: str) -> str:
    """The token column beside a second ID number: spouse_id_no → spouse_id_token."""
    return column.replace("id_no", "id_token") if "id_no" in column else f"{column}_token"


def schema(spec: SourceSpec) -> pa.Schema:
    """Columns of the clean rows of a source."""
    fields = [pa.field(name, kind) for name, kind in COMMON]
    for column in _own(spec):
        fields.append(pa.field(column.name, pa.binary() if column.personal else Cells(column).arrow_type))
        if column.type == "id_no":
            fields.append(pa.field(token_name(column.name), pa.int64()))
    return pa.schema(fields)


def _own(spec: SourceSpec) -> list[Column]:
    return [column for column in spec.columns if column.name not in ("id_no", "name")]


@dataclass
class Clean:
    """What one block gives: clean rows, and the repair candidates of its invalid numbers."""

    rows: pa.Table
    repairs: pa.Table


@dataclass
class Checker:
    """Checks the blocks of one file in their order. `dry`: counts and rejects only; nothing is tokenised or sealed."""

    spec: SourceSpec
    mapping: Mapping
    rejects: Rejects
    sealer: Sealer
    dry: bool = False
    rows: int = 0
    states: Counter[str] = field(default_factory=Counter)
    cells: dict[str, Cells] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cells = {column.name: Cells(column) for column in self.spec.columns}

    def check(self, block: Block) -> Clean | None:
        """None when dry or when no row of the block is good."""
        self.rows += len(block)
        verdict = Verdict(len(block))
        texts = {column.name: self._texts(block, column, verdict) for column in self.spec.columns}
        if block.marked:
            self._damaged(texts, verdict)
        self._shifted(texts, verdict)
        numbers = normalise.numbers(texts["id_no"])
        self._numbers(texts, numbers, verdict)
        typed = {column.name: self._typed(column, texts[column.name], verdict) for column in _own(self.spec)}
        good = verdict.good
        verdict.hand_over(block, self.rejects)
        for state, count in enumerate(np.bincount(numbers.states[good], minlength=len(normalise.STATES))):
            self.states[normalise.STATES[state]] += int(count)
        if self.dry or not good.any():
            return None
        return self._clean(block, good, texts, typed, numbers)

    def _texts(self, block: Block, column: Column, verdict: Verdict) -> pa.Array:
        """The cells of a column, trimmed; of a header that occurs twice, what both say."""
        places = self.mapping.places.get(column.name)
        if not places:
            return pa.nulls(len(block), pa.string())
        texts = trimmed(block.columns[places[0]])
        for place in places[1:]:
            other = trimmed(block.columns[place])
            verdict.against(
                pc.not_equal(texts, other),
                Reason(column.label, "同名的两列内容不一致。", "请删去重复的列，或把两列改成一致。"),
            )
            texts = pc.coalesce(texts, other)
        return texts

    def _damaged(self, texts: dict[str, pa.Array], verdict: Verdict) -> None:
        for name, values in texts.items():
            label = self.spec.column(name).label
            verdict.against(pc.match_substring(values, MARK), Reason(label, "有读不出来的字符（编码错误）。", _REPORT))
            verdict.against(
                pc.equal(values, FORMULA),
                Reason(
                    label, "单元格是公式，文件里没有算出的值。", "请在 Excel 里重新计算并保存，或“粘贴为数值”后重报。"
                ),
            )

    def _shifted(self, texts: dict[str, pa.Array], verdict: Verdict) -> None:
        """A name in the column of numbers, or a number in the column of names."""
        ids, names = texts["id_no"], texts["name"]
        reason = Reason("", "单元格错位：身份证号列里是文字，或姓名列里是号码。", "请检查这一行是否整体左移或右移了。")
        # the looks for characters are only worth it where a number is not plain ASCII, or a name is
        if not pc.all(pc.string_is_ascii(ids)).as_py():
            verdict.against(pc.match_substring_regex(ids, _HAN), reason)
        if pc.any(pc.string_is_ascii(names)).as_py():
            verdict.against(pc.match_substring_regex(names, _NUMBER), reason)

    def _numbers(self, texts: dict[str, pa.Array], numbers: normalise.Numbers, verdict: Verdict) -> None:
        label = self.spec.column("id_no").label
        invalid = numbers.states == normalise.STATES.index("invalid")
        none = numbers.states == normalise.STATES.index("none")
        if invalid.any():
            text = "号码被表格软件按数字存过，末几位已经丢失。"
            fix = "请由来源把这一列设成“文本”后重新导出；丢失的数字补不回来。"
            verdict.against(pc.match_substring_regex(texts["id_no"], LOST), Reason(label, text, fix))
            verdict.against(normalise.rounded(numbers.text) & invalid, Reason(label, text, fix))
        if none.any():
            nameless = np.asarray(texts["name"].is_null())
            verdict.against(none & nameless, Reason("", "身份证号和姓名都是空的。", "请补上其中一项，或删去这一行。"))

    def _typed(self, column: Column, texts: pa.Array, verdict: Verdict) -> pa.Array:
        typed, bad = self.cells[column.name].convert(texts)
        what = FORMS.get(column.type, _REPORT)
        verdict.against(bad, Reason(column.label, unreadable(column), what))
        if column.required and typed.null_count:
            verdict.against(typed.is_null(), Reason(column.label, "必填的一项是空的。", f"请补上{column.label}。"))
        # a personal value is kept as it was written
        return texts if column.personal else typed

    def _clean(
        self, block: Block, good: np.ndarray, texts: dict[str, pa.Array], typed: dict[str, pa.Array],
        numbers: normalise.Numbers,
    ) -> Clean:  # fmt: skip
        keep = pa.array(good)
        ids, names = texts["id_no"].filter(keep), texts["name"].filter(keep)
        states, keys = numbers.states[good], numbers.keys[good]
        name_token, pinyin_token, surname_token = tokens.name_tokens(names)
        columns: dict[str, pa.Array] = {
            "id_token": tokens.of_keys(keys),
            "id_state": pa.DictionaryArray.from_arrays(pa.array(states), list(normalise.STATES)).dictionary_decode(),
            "name_token": name_token, "pinyin_token": pinyin_token,
            "surname_token": surname_token, "row_no": pa.array(block.lines[good]),
            "sealed": self._sealed(ids, names, keys),
        }  # fmt: skip
        for column in _own(self.spec):
            values = typed[column.name].filter(keep)
            columns[column.name] = self.sealer.seal(column.name, values) if column.personal else values
            if column.type == "id_no":
                columns[token_name(column.name)] = tokens.of_keys(normalise.numbers(values).keys)
        return Clean(pa.table(columns, schema=schema(self.spec)), _repairs(numbers, good, columns))

    def _sealed(self, ids: pa.Array, names: pa.Array, keys: np.ndarray) -> pa.Array:
        """Number (as it counts; as written where it is invalid) and name, one sealed value."""
        valid = keys >= 0
        counted = normalise.id18s(keys)
        shown = pc.if_else(pa.array(valid), pc.cast(counted, pa.string()), ids)
        both = pc.binary_join_element_wise(shown, names, SEPARATOR, null_handling="replace", null_replacement="")
        return self.sealer.seal("sealed", both)


def unreadable(column: Column) -> str:
    """Why a cell of this column was not taken: the reason of a reject file."""
    if column.type == "code":
        return "不是代码表里的词或代码。"
    return (
        f"不是能认的{ {'date': '日期', 'month': '月份', 'flag': '“是/否”', 'int': '整数'}.get(column.type, '金额') }。"
    )


def _repairs(numbers: normalise.Numbers, good: np.ndarray, columns: dict[str, pa.Array]) -> pa.Table:
    """Tokens of every valid number that is one slip away from an invalid one."""
    wrong = np.flatnonzero(numbers.states[good] == normalise.STATES.index("invalid"))
    if not len(wrong):
        return REPAIRS.empty_table()
    texts = numbers.text.filter(pa.array(good)).take(pa.array(wrong))
    found = repair.candidates(texts)
    rows = pa.array(wrong).take(found["row"].combine_chunks())
    made = {name: columns[name].take(rows) for name in REPAIRS.names}
    return pa.table(made | {"id_token": tokens.column(found["id18"])}, schema=REPAIRS)
