"""Days, times and percentages of serving, sending and keeping papers: dated values with their source, declared in
``terms.yaml`` and read by the common mechanism (kernel/terms). A bureau settles one as a signed parameter; values in
``VAR_DIR/terms.yaml`` in the same shape override it for an installation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from minzheng.kernel import terms as common
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.terms import Term, Terms

__all__ = ["TERMS", "BadTerm", "Term", "history", "listing", "number", "term"]


class BadTerm(DocumentError, common.BadTerm):
    """A terms file cannot be read, or a value lies outside its bounds."""


TERMS = Terms(
    "documents.terms",
    "文书、送达、消息与归档期限",
    Path(__file__).with_name("terms.yaml"),
    prefix="文书期限",
    local="terms.yaml",
    error=BadTerm,
)


def term(key: str, on: date | None = None) -> Term:
    """The value in force on a day (today by default)."""
    return TERMS.term(key, on)


def number(key: str, on: date | None = None) -> int:
    return TERMS.number(key, on)


def listing(on: date | None = None) -> list[Term]:
    """Every term in force on a day, for the list of values to confirm."""
    return TERMS.listing(on)


def history() -> Mapping[str, list[Term]]:
    """Every shipped or overriding value of every term, also those to come, by key."""
    return TERMS.history()
