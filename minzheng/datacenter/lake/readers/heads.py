"""Where the headers of a table are, and which column of the file is which column of the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.sources import headers as words
from minzheng.datacenter.sources.spec import SourceSpec

#: Titles, notes and merged lines above the headers: no more than this.
MOST_ABOVE = 20


def guess(spec: SourceSpec, lines: Sequence[Sequence[str]]) -> int:
    """Which of the first lines holds the headers: the one that names most columns. Raises LakeRefused."""
    found = [len(set(words.mapping(spec, line).values())) for line in lines[:MOST_ABOVE]]
    best = max(range(len(found)), key=lambda place: (found[place], -place), default=None)
    if best is None:
        raise LakeRefused("文件是空的：没有表头，也没有数据。请核对导出的是不是这张表。")
    if found[best] < 2:
        shown = "、".join(text for text in list(lines[best])[:8] if text) or "（空）"
        wanted = "、".join(column.label for column in spec.columns if column.required)
        raise LakeRefused(
            f"前 {MOST_ABOVE} 行里没有找到表头。第一行写的是：{shown[:120]}。“{spec.title}”要有这些列：{wanted}；"
            "请按模板改正列名后重报。"
        )
    return best


@dataclass(frozen=True)
class Mapping:
    """`places`: ASCII name → positions in the file (more than one where a header occurs twice). `unused`: headers that
    mean nothing here. `sentences`: what the report says about it."""

    places: dict[str, list[int]]
    unused: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


def mapping(spec: SourceSpec, headers: Sequence[str]) -> Mapping:
    """Raises LakeRefused when a required column is missing or a unit contradicts the declaration."""
    known = words.mapping(spec, headers)
    places: dict[str, list[int]] = {}
    for place, name in known.items():
        places.setdefault(name, []).append(place)
    missing = [column.label for column in spec.columns if column.required and column.name not in places]
    if missing:
        shown = "、".join(header for header in headers if header)[:200]
        raise LakeRefused(
            f"缺少必需的列：{'、'.join(missing)}。文件里的列是：{shown}。请补上这些列，或按模板改正列名后重报。"
        )
    conflicts = words.unit_conflicts(spec, headers)
    if conflicts:
        raise LakeRefused("".join(conflicts))
    sentences = [
        f"“{spec.column(name).label}”出现了 {len(at)} 次（第 {'、'.join(str(one + 1) for one in at)} 列）："
        "内容一致的行照收，不一致的行退回。"
        for name, at in places.items()
        if len(at) > 1
    ]
    absent = [column.label for column in spec.columns if not column.required and column.name not in places]
    if absent:
        sentences.append(f"文件里没有这些可选的列：{'、'.join(absent)}。")
    unused = [header for place, header in enumerate(headers) if header and place not in known]
    if unused:
        sentences.append(f"文件里多出的列没有用：{'、'.join(unused)[:200]}。")
    return Mapping(places, unused, sentences)
