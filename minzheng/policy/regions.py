"""Region codes as the parameters use them: six digits down to counties, twelve below; parents by code prefix."""

from __future__ import annotations

import re

from minzheng.policy.errors import InputError
from minzheng.policy.yamltext import line_of

NATION = "000000"
LEVELS = ("国", "省", "市", "县", "乡", "村")


def normalize_region(code: object) -> str:
    """2, 4, 6, 9 or 12 digits → the 6-digit code down to counties, 12 digits below. Raises InputError."""
    text = str(code).strip()
    if not re.fullmatch(r"[0-9]+", text, re.ASCII) or len(text) not in (2, 4, 6, 9, 12):
        raise InputError(f"行政区划代码应为 2、4、6、9 或 12 位数字，写的是“{text}”", field="地区", line=line_of(code))
    full = text.ljust(12, "0")
    return full[:6] if full[6:] == "000000" else full


def region_level(code: str) -> str:
    """Level of a normalised code: 国 省 市 县 乡 村."""
    if code == NATION:
        return "国"
    if len(code) == 12:
        return "乡" if code.endswith("000") else "村"
    return "省" if code.endswith("0000") else "市" if code.endswith("00") else "县"


def region_chain(code: str) -> list[str]:
    """The region itself and its parents by code prefix, nearest first, the nation last."""
    chain = [code]
    if len(code) == 12:
        chain += [code[:9] + "000", code[:6]]
    county = code[:6]
    chain += [county[:4] + "00", county[:2] + "0000", NATION]
    return list(dict.fromkeys(chain))
