"""Pages: one process, one login, opened in turn; server time and query counts."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from bench.table import BARE
from minzheng.kernel.accounts.models import User
from minzheng.kernel.cases.models import Case
from minzheng.kernel.subjects.models import Person

Url = Callable[[], str]
_WARM_UP = 8


def measure(*, requests: int) -> dict[str, Any]:
    """{page: {p50, p95 (ms), queries}}; every round opens every page, so that the machine's ups and downs hit all
    alike.
    """
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        ROOT_URLCONF="bench.urls", STORAGES=settings.STORAGES | {"staticfiles": plain}, ALLOWED_HOSTS=["*"]
    ):
        client = Client()
        client.force_login(_clerk())
        urls = _urls()
        for _ in range(_WARM_UP):
            for url in urls.values():
                _open(client, url())
        taken: dict[str, list[float]] = {name: [] for name in urls}
        for _ in range(requests):
            for name, url in urls.items():
                taken[name].append(_open(client, url()))
        return {name: _figures(taken[name]) | {"queries": _queries(client, urls[name])} for name in urls}


def _open(client: Client, url: str) -> float:
    start = time.perf_counter()
    response = client.get(url)
    seconds = time.perf_counter() - start
    if response.status_code != 200:
        raise RuntimeError(f"{url} 返回 {response.status_code}，测量无效。")
    return seconds * 1000


def _figures(taken: list[float]) -> dict[str, float]:
    ordered = sorted(taken)
    return {"p50": round(statistics.median(ordered), 2), "p95": round(ordered[int(len(ordered) * 0.95) - 1], 2)}


def _queries(client: Client, url: Url) -> int:
    """The most of three runs."""
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as captured:
            _open(client, url())
        counts.append(len(captured))
    return max(counts)


def _clerk() -> User:
    """A county reviewer sees the whole county: the widest lists and searches, the hardest case."""
    user = User.objects.filter(is_demo=True, assignments__role="county_reviewer").order_by("pk").first()
    if user is None:
        raise LookupError("示范县里没有县级审核确认人员。")
    return user


def _urls() -> dict[str, Url]:
    listing, search = reverse("cases.list"), reverse("search.results")
    people = list(Person.objects.filter(is_demo=True, death_date=None).order_by("?")[:60])
    ids = cycle([person.id_no for person in people])
    names = cycle(sorted({person.name for person in people}))
    cases = cycle(list(Case.objects.exclude(state__in=("DRAFT",)).order_by("?").values_list("pk", flat=True)[:60]))
    detail: Iterator[str] = (reverse("cases.detail", kwargs={"pk": pk}) for pk in cases)
    return {
        BARE: lambda: "/bench/bare/",
        "工作台": lambda: reverse("cases.workbench"),
        "办件列表": lambda: listing,
        "办件列表（状态＋时限筛选）": lambda: f"{listing}?state=INVESTIGATING&deadline=near",
        "按身份证号查": lambda: f"{search}?q={next(ids)}",
        "按姓名查": lambda: f"{search}?q={quote(next(names))}",
        "按两个字查": lambda: f"{search}?q={quote(next(names)[:2])}",
        "办件页": lambda: next(detail),
    }
