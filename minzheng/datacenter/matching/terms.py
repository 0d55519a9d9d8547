"""Days, shares and sums of the check that are not the procedure of one benefit: dated values with their source, declared in
``terms.yaml``; a bureau settles one as a signed parameter, an installation in ``VAR_DIR/match_terms.yaml``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from minzheng.kernel.terms import Terms

TERMS = Terms(
    "matching.terms",
    "信息核对期限与口径",
    Path(__file__).with_name("terms.yaml"),
    prefix="核对",
    local="match_terms.yaml",
)


def number(key: str, on: date | None = None) -> int:
    return TERMS.number(key, on)
