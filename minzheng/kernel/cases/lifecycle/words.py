"""Small readings of what was typed into an act."""

from __future__ import annotations


def lines_of(text: str) -> list[str]:
    """One entry a line, blanks and empty lines away."""
    return [line.strip() for line in text.splitlines() if line.strip()]
