"""Numbers of a report: texts to decimals and back, formulas, adding up what came from below, the digest of what is sealed.

Values travel as texts ({"row.column": "120" or None}), so that what was sealed is the same in every language and store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from minzheng.datacenter.statistics import expressions
from minzheng.datacenter.statistics.declaring import FORMULA, LEAST, MOST, OWN, Cell, Version
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.parts.field_base import FULLWIDTH

Texts = Mapping[str, str | None]
MOST_DIGITS = 15


def number(texts: Texts, address: str) -> Decimal | None:
    """The decimal in a cell; None when it is empty."""
    text = texts.get(address)
    return None if text is None else Decimal(text)


def told(value: Decimal | None, cell: Cell) -> str | None:
    """A decimal as it is stored: rounded half up to the cell's places."""
    if value is None:
        return None
    return str(value.quantize(Decimal(1).scaleb(-cell.decimals), rounding=ROUND_HALF_UP))


def typed(text: str, cell: Cell) -> str | None:
    """What a person typed, as it is stored; "" is empty. Raises ValueError with a Chinese sentence."""
    plain = text.translate(FULLWIDTH).replace(",", "").replace(" ", "").strip()
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise ValueError(f"{cell.title}要填数字，“{text[:20]}”不是：请只填数字，单位（{cell.unit}）不用写。") from None
    if not value.is_finite() or len(plain) > MOST_DIGITS + 5 or abs(value) >= 10**MOST_DIGITS:
        raise ValueError(f"{cell.title}的数字太大，请核对单位是不是{cell.unit}。")
    if value != value.quantize(Decimal(1).scaleb(-cell.decimals)):
        places = f"最多 {cell.decimals} 位小数" if cell.decimals else "应是整数"
        raise ValueError(f"{cell.title}的单位是{cell.unit}，{places}，现在是 {plain}：请核对单位和小数点。")
    return told(value, cell)


def shown(value: Decimal | str | None, cell: Cell) -> str:
    """For people: 1,234 or 1,234.50; “—” for an empty cell."""
    return "—" if value is None else f"{Decimal(value):,.{cell.decimals}f}"


def with_formulas(version: Version, texts: Texts, *, top: bool) -> dict[str, str | None]:
    """The same with every formula computed anew."""
    found = dict(texts)
    for cell in version.formulas:
        if top or not cell.row.at_top:
            value = expressions.evaluate(cell.formula, lambda kind, *names: number(found, names[0]))
            found[cell.address] = told(value, cell)
    return found


def gathered(version: Version, below: Iterable[Texts]) -> dict[str, str | None]:
    """Cells of the report above out of those below: sums, largest, smallest. An empty cell below counts for nothing; a cell
    that is empty everywhere stays empty. Formulas and cells that ask for their own place are left out."""
    rows = list(below)
    found: dict[str, str | None] = {}
    for cell in version.cells.values():
        if cell.kind == FORMULA or cell.gather == OWN:
            continue
        numbers = [value for value in (number(row, cell.address) for row in rows) if value is not None]
        joined = max if cell.gather == MOST else min if cell.gather == LEAST else sum
        found[cell.address] = told(Decimal(joined(numbers)), cell) if numbers else None
    return found


def digest(values: Mapping[str, Any], sources: Mapping[str, Any], notes: Mapping[str, Any]) -> str:
    """SM3 over the canonical form of what is sealed."""
    whole = {"values": values, "sources": sources, "notes": notes}
    return sm3(json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
