"""账号安全的数字: how long, how many, how often. Declared in ``limits.yaml`` with their source; a bureau settles one as a signed
parameter (see kernel/terms), and ``settings.ACCOUNT_LIMITS`` overrides it for an installation.

Standards name the kind of rule and often leave the number to the office's own rules: those are marked
``needs_confirmation`` and are listed at set-up with the other values to confirm.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from minzheng.kernel.terms import UNCONFIRMED, Terms

TERMS = Terms(
    "accounts.limits",
    "账号与口令",
    Path(__file__).with_name("limits.yaml"),
    prefix="账号",
    override=lambda code: getattr(settings, "ACCOUNT_LIMITS", {}).get(code),
)


def limit(code: str) -> int:
    """The number in force."""
    return TERMS.number(code)


def listing() -> Iterator[dict[str, object]]:
    """Every number with its source, for the list of values to confirm."""
    for one in TERMS.listing():
        yield {
            "code": one.key,
            "title": one.title,
            "value": one.value,
            "unit": one.unit,
            "source": one.basis,
            "needs_confirmation": one.evidence == UNCONFIRMED,
        }
