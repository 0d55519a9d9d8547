"""Jobs for the tests: counters in NumberSeries rows, so that lost or doubled effects show."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction
from django.db.models import F

from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.jobs.services import JobError
from minzheng.kernel.registers.models import NumberSeries


def count(name: str) -> int:
    found = NumberSeries.objects.filter(series=name).values_list("last", flat=True).first()
    return found or 0


def add_one(name: str) -> None:
    NumberSeries.objects.get_or_create(series=name, region_code="", year=2026)
    NumberSeries.objects.filter(series=name).update(last=F("last") + 1)


@job("test.add")
def add(ctx: Context, name: str = "n") -> dict[str, Any]:
    add_one(name)
    return {"added": name, "attempt": ctx.attempt}


@job("test.slow")
def slow(ctx: Context, seconds: float = 60, name: str = "n") -> str:
    """Marks its beginning at once and its end in its own transaction."""
    add_one(name)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ctx.progress(50, "做到一半")
        time.sleep(0.05)
    return "ok"


@job("test.begin_then_hang", atomic=False)
def begin_then_hang(ctx: Context) -> str:
    """Hangs in its first attempt, after writing outside any transaction."""
    with transaction.atomic():
        add_one("begun")
    while ctx.attempt == 1:
        time.sleep(0.05)
    with ctx.atomic():
        add_one("ended")
    return "ok"


@job("test.deaf", atomic=False)
def deaf(ctx: Context) -> None:
    """Never looks at its context."""
    with transaction.atomic():
        add_one("begun")
    time.sleep(600)


@job("test.fail", max_attempts=3)
def fail(ctx: Context, secret: str = "") -> None:
    add_one("n")
    raise ValueError(secret)


@job("test.refuse")
def refuse(ctx: Context) -> None:
    raise JobError("代发银行拒收文件，请核对批次。", retry=False)


@periodic(every_seconds=2)
@job("test.tick")
def tick(ctx: Context) -> None:
    add_one("tick")
