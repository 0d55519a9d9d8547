"""公开页面的限次：同一地址一段时间内最多试几次。计数放在进程内存里，多个进程各记各的，够挡住猜码和抓取。"""

from __future__ import annotations

from django.core.cache import cache


def allow(kind: str, address: str, *, tries: int, seconds: int) -> bool:
    """记一次，返回是否还在限次以内。窗口从第一次算起，过期后重新计数。"""
    key = f"throttle:{kind}:{address}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) <= tries
    except ValueError:
        # 刚好在这一刻过期：算新窗口的第一次
        cache.set(key, 1, timeout=seconds)
        return True
