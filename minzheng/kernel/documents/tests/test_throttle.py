"""Limits on public pages hold for all processes together."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from minzheng.kernel.documents import throttle
from minzheng.kernel.documents.models import PublicCount

ADDRESS = "198.51.100.7"


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    throttle.forget()
    yield
    throttle.forget()


def allow(address: str = ADDRESS, kind: str = "verify") -> bool:
    return throttle.allow(kind, address, tries=3, seconds=600)


@pytest.mark.django_db
def test_超过次数就拒绝_别的地址和别的页面不受影响() -> None:
    assert [allow() for _ in range(5)] == [True, True, True, False, False]
    assert allow("198.51.100.8")
    assert allow(kind="publicity")


@pytest.mark.django_db
def test_时间一过重新计数() -> None:
    assert [allow() for _ in range(4)] == [True, True, True, False]
    throttle.forget()  # as if the period remembered by this process were over
    PublicCount.objects.update(since=timezone.now() - timedelta(seconds=601))
    assert allow()


@pytest.mark.django_db
def test_被拒绝之后不再花数据库的力气() -> None:
    for _ in range(4):
        allow()
    with CaptureQueriesContext(connection) as captured:
        assert not any(allow() for _ in range(50))
    assert len(captured) == 0


@pytest.mark.django_db
def test_同一个IPv6网段算一个来源_表里不存地址() -> None:
    assert [allow(f"2001:db8:1:2::{n}") for n in range(1, 5)] == [True, True, True, False]
    assert allow("2001:db8:1:3::1")
    keys = "".join(PublicCount.objects.values_list("key", flat=True))
    assert "2001" not in keys and "db8:1" not in keys


@pytest.mark.django_db
def test_过去的计数会清掉() -> None:
    allow()
    PublicCount.objects.update(since=timezone.now() - timedelta(days=2))
    assert throttle.drop_old() == 1


def _use(times: int, into: Any) -> None:
    connections.close_all()
    into.put(sum(allow() for _ in range(times)))
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_两个进程合起来也只有这么多次() -> None:
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    connections.close_all()
    processes = [context.Process(target=_use, args=(10, results)) for _ in range(2)]
    for process in processes:
        process.start()
    passed = [results.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()
    assert sum(passed) == 3
