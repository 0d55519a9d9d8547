"""The invented sample of a source: what the catalogue shows, tests ingest, and a new folder starts with."""

from __future__ import annotations

import csv
import zlib
from pathlib import Path

import numpy as np

from minzheng.datacenter.sources import dirt, files, simulate
from minzheng.datacenter.sources.spec import SourceSpec

ROWS = 32
PERIOD = "2026-10"
#: Share of the rows written in another of the ways that must be understood.
_STYLED = 0.3


def write(spec: SourceSpec, out: Path | None = None) -> Path:
    """Write the sample (always the same for the same declaration) to `out`, by default the folder's fixture.csv."""
    rng = np.random.default_rng(zlib.crc32(f"fixture {spec.code}".encode()))
    table = simulate.made(spec, ROWS, rng, None, simulate.last_day(PERIOD), most_each=3)
    text, _ = dirt.soil(spec, files.as_text(spec, table), _STYLED, rng, only=dirt.HARMLESS)
    path = out or spec.fixture
    files.write(spec, text, path)
    return path


def rows(spec: SourceSpec) -> tuple[list[str], list[list[str]]]:
    """(headers, rows) of the folder's sample; both empty when the folder has none."""
    if not spec.fixture.is_file():
        return [], []
    with spec.fixture.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    return (lines[0], lines[1:]) if lines else ([], [])
