"""The division table that ships with the platform (levels 1 to 4), and how a table becomes rows."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import lzma
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

from minzheng.kernel.regions import codes

FOLDER = resources.files("minzheng.kernel.regions") / "data"


class BrokenTable(Exception):
    """The shipped file is not the one that its provenance file describes."""

    exit_code = 1


@dataclass(frozen=True)
class Place:
    """One division: 12-digit code, its own name, level 1 to 5, 12-digit parent ("" for a province), name with all
    places above it, urban or rural where known."""

    code: str
    name: str
    level: int
    parent: str
    full_name: str
    is_urban: bool | None = None


@dataclass(frozen=True)
class Table:
    """Places as of a day, with the source that every row names."""

    as_of: date
    source: str
    places: tuple[Place, ...]


def shipped() -> Table:
    """The newest table in the data folder. Raises BrokenTable."""
    about = provenance()
    packed = (FOLDER / about["file"]).read_bytes()
    if hashlib.sha256(packed).hexdigest() != about["sha256"]:
        raise BrokenTable(f"区划数据文件 {about['file']} 与来源说明中的摘要不符：请重新安装本平台。")
    reader = csv.DictReader(io.StringIO(lzma.decompress(packed).decode("utf-8")))
    places = tuple(arrange((row["code"], row["name"]) for row in reader))
    return Table(date.fromisoformat(about["as_of"]), f"{about['title']}（{about['as_of']}）", places)


def provenance() -> dict[str, Any]:
    """Title, date, counts and digests of the newest shipped table."""
    newest = max(
        item.name for item in FOLDER.iterdir() if item.name.startswith("regions-") and item.name.endswith(".json")
    )
    told: dict[str, Any] = json.loads((FOLDER / newest).read_text("utf-8"))
    return told


def aliases() -> list[dict[str, str]]:
    """Known other codes and names: region_code, system, code, name, source."""
    return list(csv.DictReader(io.StringIO((FOLDER / "aliases.csv").read_text("utf-8"))))


def arrange(rows: Iterable[tuple[str, str]]) -> list[Place]:
    """(code, name) pairs → places with parents and full names.

    The parent is the nearest place above that exists: a county under direct provincial rule (省直辖县级) has none at the
    city level. Rows may come in any order; a place whose province is missing raises BadRegionCode."""
    names = {codes.full(code): name for code, name in rows}
    placed: dict[str, Place] = {}
    for code in sorted(names):
        depth = codes.level(code)
        above = codes.parent(code)
        while above and above not in placed:
            above = codes.parent(above)
        if depth > 1 and not above:
            raise codes.BadRegionCode(f"区划 {code} {names[code]} 的上级不在表中，请补上后重试。")
        prefix = placed[above].full_name if above else ""
        placed[code] = Place(code, names[code], depth, above, prefix + names[code])
    return list(placed.values())
