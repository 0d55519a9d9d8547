"""Limits on public pages: so many tries per address and period. Counts live in process memory, each process its own:
enough against guessing and scraping.
"""

from __future__ import annotations

from django.core.cache import cache


def allow(kind: str, address: str, *, tries: int, seconds: int) -> bool:
    """Count once; returns whether still within the limit. The window starts at the first and is counted anew when it
    has passed.
    """
    key = f"throttle:{kind}:{address}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) <= tries
    except ValueError:
        # Expired this very moment: the first of a new window
        cache.set(key, 1, timeout=seconds)
        return True
