"""Headers of delivered files: what counts as the same header, and a unit in a header that contradicts the column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from minzheng.datacenter.sources.spec import SourceSpec

_NOISE = re.compile(r"[\s*:_\-—·]+")
_TAIL = re.compile(r"[(\[【](元|万元|分|人民币元|元/月|必填|选填)[)\]】]$")
#: Unit written in a header → type of the money column it speaks of.
UNITS = {"元": "money_yuan", "人民币元": "money_yuan", "元/月": "money_yuan", "万元": "money_wan", "分": "money_fen"}


@lru_cache(maxsize=10_000)
def key_of(header: str) -> str:
    """Header without width, case, blanks, stars, colons and a trailing unit or (必填): what is compared."""
    return _TAIL.sub("", _plain(header))


def _plain(header: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", str(header)).lower())


def mapping(spec: SourceSpec, headers: Sequence[str]) -> dict[int, str]:
    """Position in the file → ASCII name of the column, for headers that are understood."""
    known = {key_of(header): name for header, name in spec.headers.items()}
    return {i: known[key_of(header)] for i, header in enumerate(headers) if key_of(header) in known}


def unit_conflicts(spec: SourceSpec, headers: Sequence[str]) -> list[str]:
    """Sentences about headers whose unit is not the one declared: a file in 万元 read as 元 is wrong by 10 000."""
    told = []
    for i, name in mapping(spec, headers).items():
        column, unit = spec.column(name), _TAIL.search(_plain(headers[i]))
        wanted = UNITS.get(unit.group(1)) if unit else None
        if column.is_money and wanted not in (None, column.type):
            declared = next(word for word, kind in UNITS.items() if kind == column.type)
            told.append(
                f"表头“{headers[i]}”的单位与声明不符：“{column.label}”应以{declared}为单位；"
                "请改正文件里的单位，或请部门按模板重报。"
            )
    return told
