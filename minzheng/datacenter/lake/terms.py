"""How many months a delivery of each source is kept (``terms.yaml``): dated values that a bureau settles as signed parameters,
an installation in ``VAR_DIR/lake_terms.yaml``. Law: 个人信息保护法第十九条, no longer than the purpose needs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from minzheng.kernel.terms import Term, Terms

TERMS = Terms(
    "lake.terms",
    "数据湖保留期",
    Path(__file__).with_name("terms.yaml"),
    prefix="数据保留",
    local="lake_terms.yaml",
)
#: Key of the value for sources that have none of their own.
DEFAULT = "default"


def keep_of(source: str, on: date | None = None) -> Term:
    """The months for which a batch of this source is kept after it came in, as they hold on a day."""
    return TERMS.term(source if source in TERMS.history() else DEFAULT, on)
