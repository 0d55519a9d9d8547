"""Elements of a notice: whatever comes in becomes JSON to store; the JSON stored becomes what is printed.

Both steps are pure: the same elements always give the same text, so a notice can be printed again from its ``fields``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from minzheng.kernel.documents.catalogue.notices import Need, Notice
from minzheng.kernel.documents.errors import MissingField
from minzheng.kernel.documents.typesetting import amounts
from minzheng.kernel.subjects.masking import mask_account, mask_id

_STOPS = "。！？；"
#: Amounts with two decimals but no thousands separator: ``3000.00 元``.
_THOUSANDS = re.compile(r"(?<![\d,.])(\d{4,})(\.\d{2})(?= ?元)")
#: Keys hidden as the rules say, at whatever depth; plain values never enter a notice.
_MASKED = {"id_no": mask_id, "account": mask_account}


def chinese_date(value: date | str) -> str:
    """``2026年11月21日``."""
    day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_month(value: date | str) -> str:
    """``2026年12月``."""
    text = value if isinstance(value, str) else value.isoformat()
    return f"{int(text[:4])}年{int(text[5:7])}月"


def stored(notice: Notice, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Elements to store: dates as ISO text, pairs as dicts, ID and account numbers hidden, empty values dropped.
    MissingField when a kind does not fit.
    """
    kinds = {need.key: need for need in notice.needs}
    kept: dict[str, Any] = {}
    for key, value in fields.items():
        value = _plain(value)
        if value in (None, "", [], {}):
            continue
        need = kinds.get(key)
        kept[key] = _typed(notice, need, value) if need else value
    return _masked(kept)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _typed(notice: Notice, need: Need, value: Any) -> Any:
    try:
        match need.kind:
            case "date":
                return date.fromisoformat(str(value)[:10]).isoformat()
            case "month":
                return date.fromisoformat(str(value)[:7] + "-01").isoformat()
            case "fen" | "count":
                return _whole(value)
            case "texts":
                return [str(item) for item in ([value] if isinstance(value, str) else value)]
            case "rows":
                return [_row(need, row) for row in value]
            case _:
                return str(value)
    except (ValueError, TypeError):
        raise MissingField(
            f"{notice.code}《{notice.suffix}》的“{need.label}”写得不对：{value!r}。请按要素目录的类型重填。",
            (need.key,),
        ) from None


def _whole(value: Any) -> int:
    if isinstance(value, (bool, float)) or int(value) != value:
        raise ValueError(value)
    return int(value)


def _row(need: Need, row: Any) -> dict[str, Any]:
    """One row: a dict, or items in the order of ``columns``; ``x_fen`` supplies a printable ``x``."""
    if isinstance(row, str):
        row = [row]
    if isinstance(row, list):
        keys = [key for key, _ in need.columns]
        # (code, sentence) and (item, result): one more than the required columns means the first is the code
        row = dict(zip(keys if len(row) <= len(keys) else ["code", *keys], row, strict=False))
    filled = {key: value for key, value in row.items() if value not in (None, "")}
    for key, value in list(filled.items()):
        if key.endswith("_fen"):
            filled.setdefault(
                key.removesuffix("_fen"), amounts.yuan(_whole(value)) + (" 元" if key == "value_fen" else "")
            )
    return filled


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _MASKED[key](item) if key in _MASKED and isinstance(item, str) else _masked(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return value


def printed(notice: Notice, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Elements as printed: dates in Chinese, amounts also in figures and capitals, ISO dates inside rows likewise."""
    kinds = {need.key: need.kind for need in notice.needs}
    shown: dict[str, Any] = {}
    for key, value in fields.items():
        kind = kinds.get(key, "text")
        if kind == "date":
            shown[key] = chinese_date(value)
        elif kind == "month":
            shown[key] = chinese_month(value)
        elif kind == "fen":
            shown[key.removesuffix("_fen")] = {"figures": amounts.yuan(value), "capitals": amounts.capitals(value)}
        elif kind == "rows":
            shown[key] = [{name: _cell(name, item) for name, item in row.items()} for row in value]
        else:
            shown[key] = value if isinstance(value, (list, dict, bool)) else str(value)
    return shown


def _cell(name: str, value: Any) -> str:
    text = _THOUSANDS.sub(lambda found: f"{int(found[1]):,}{found[2]}", str(value))
    if name == "sentence" and text[-1:] not in _STOPS:
        text += "。"
    if len(text) == 10 and text[4:5] == "-" and text[7:8] == "-":
        try:
            return chinese_date(text)
        except ValueError:
            return text
    return text
