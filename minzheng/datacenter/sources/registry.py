"""The sources there are: every folder here with a source.yaml, read once per process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from minzheng.datacenter.sources import reading
from minzheng.datacenter.sources.errors import SourceBroken, UnknownSource
from minzheng.datacenter.sources.spec import Basis, Check, Column, FactRule, Monthly, Newest, SourceSpec
from minzheng.policy.errors import Finding

__all__ = ["Basis", "Check", "Column", "FactRule", "Monthly", "Newest", "SourceSpec", "all", "found", "get", "title"]
FOLDER = Path(__file__).parent


def found(root: Path = FOLDER) -> dict[str, SourceSpec]:
    """Code → source of every folder of `root`, ordered by code. Raises SourceBroken with the findings of all files."""
    specs: dict[str, SourceSpec] = {}
    findings: list[Finding] = []
    for path in sorted(root.glob("*/source.yaml")):
        try:
            spec = reading.load(path.parent)
            specs[spec.code] = spec
        except SourceBroken as error:
            findings += error.findings
    if findings:
        raise SourceBroken(findings)
    return specs


@cache
def all() -> dict[str, SourceSpec]:
    """Every source by code. Do not change the answer."""
    return found()


def get(code: str) -> SourceSpec:
    """One source. Raises UnknownSource."""
    specs = all()
    if code not in specs:
        raise UnknownSource(code, list(specs))
    return specs[code]


def title(code: str) -> str:
    """The source's title; the code itself where its folder is gone."""
    spec = all().get(code)
    return spec.title if spec else code
