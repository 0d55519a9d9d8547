"""Limits on public pages: so many tries per address and period, whatever the number of web processes.

One statement counts and answers. An address that is over its limit is remembered by the process until its period ends,
so a flood costs the database nothing more. An IPv6 caller owns a whole /64, so that is what is counted.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from minzheng.kernel.crypto import sealing
from minzheng.kernel.documents.models import PublicCount

_REMEMBERED = 10_000
_refused: OrderedDict[str, float] = OrderedDict()

_COUNT = """
INSERT INTO kernel_publiccount (key, since, tries) VALUES (%(key)s, now(), 1)
ON CONFLICT (key) DO UPDATE SET
  tries = CASE WHEN kernel_publiccount.since <= now() - %(period)s THEN 1 ELSE kernel_publiccount.tries + 1 END,
  since = CASE WHEN kernel_publiccount.since <= now() - %(period)s THEN now() ELSE kernel_publiccount.since END
RETURNING tries, extract(epoch FROM since + %(period)s - now())
"""


def allow(kind: str, address: str, *, tries: int, seconds: int) -> bool:
    """Count once; returns whether still within the limit. The window starts at the first and is counted anew when it
    has passed.
    """
    key = sealing.blind_index("public_count", f"{kind}|{_network(address)}").hex()
    if _refused.get(key, 0.0) > time.monotonic():
        return False
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"key": key, "period": timedelta(seconds=seconds)}
        cursor.execute(_COUNT, values)
        count, left = cursor.fetchone()
    if count <= tries:
        return True
    _remember(key, time.monotonic() + float(left))
    return False


def forget() -> None:
    """Start anew in this process (tests)."""
    _refused.clear()


def drop_old(age: timedelta = timedelta(days=1)) -> int:
    """Delete the counts of periods long past; returns how many."""
    return PublicCount.objects.filter(since__lt=Now() - age).delete()[0]


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and not found.ipv4_mapped:
        return str(IPv6Network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)


def _remember(key: str, until: float) -> None:
    _refused[key] = until
    _refused.move_to_end(key)
    while len(_refused) > _REMEMBERED:
        _refused.popitem(last=False)
