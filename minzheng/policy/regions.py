"""Region codes as the parameters use them: six digits down to counties, twelve below; parents by code prefix.

A county that changed its code (撤县设市) is found by the code it had on the day: ``Successions`` is the dated table.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from minzheng.policy import yamltext
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


@dataclass(frozen=True)
class Succession:
    """From ``since`` on, county ``old`` is county ``new``."""

    old: str
    new: str
    since: datetime.date
    reference: str = ""
    evidence: str = ""
    line: int = 0


class Successions:
    """All changes of county codes. ``chain`` is ``region_chain`` of the code in use on a day."""

    def __init__(self, listed: Iterable[Succession] = ()):
        self.listed = tuple(sorted(listed, key=lambda s: s.since))

    def code_on(self, code: str, on: datetime.date) -> str:
        """The code under which a region's rules and values of that day are kept."""
        for change in self.listed:
            if on >= change.since and code[:6] == change.old:
                code = change.new + code[6:]
        for change in reversed(self.listed):
            if on < change.since and code[:6] == change.new:
                code = change.old + code[6:]
        return code

    def chain(self, code: str, on: datetime.date) -> list[str]:
        """The region and its parents as of that day, nearest first."""
        return region_chain(self.code_on(code, on))


def read_successions(path: Path) -> Successions:
    """The table of a ``successions.yaml``; empty when there is no such file. Raises InputError with file and line."""
    if not path.exists():
        return Successions()
    return Successions(_succession(spec, path) for spec in yamltext.load(path) or ())


def _succession(spec: object, path: Path) -> Succession:
    line = line_of(spec)
    if not isinstance(spec, dict) or not all(spec.get(k) for k in ("old", "new", "since", "reference", "evidence")):
        raise InputError("每条代码更替要写 old、new、since、reference、evidence", field=path.name, line=line)
    for key in ("old", "new"):
        if normalize_region(spec[key]) != str(spec[key]) or region_level(str(spec[key])) != "县":
            raise InputError(f"“{key}”应是县级的六位代码，写的是“{spec[key]}”", field=path.name, line=line)
    try:
        since = datetime.date.fromisoformat(str(spec["since"]))
    except ValueError:
        raise InputError(f"since 应为日期，写的是“{spec['since']}”", field=path.name, line=line) from None
    return Succession(str(spec["old"]), str(spec["new"]), since, str(spec["reference"]), str(spec["evidence"]), line)
