"""The numbers of reading, exporting and findings: declared in ``data/limits.yaml`` with source and confirmation mark, settled
by the bureau as signed parameters (see kernel/terms); a setting of the same name overrides one for an installation."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from minzheng.kernel.terms import Terms

DATA = Path(__file__).resolve().parent / "data"

TERMS = Terms(
    "oversight.limits",
    "查阅、导出与异常发现",
    DATA / "limits.yaml",
    prefix="监督",
    override=lambda name: getattr(settings, name, None),
)


def limit(name: str) -> int:
    """The number in force."""
    return TERMS.number(name)
