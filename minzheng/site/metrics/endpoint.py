"""``GET /metrics`` for Prometheus: aggregates only, for named addresses or with the token."""

from __future__ import annotations

import os

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minzheng.site.metrics import FOLDER, counting
from minzheng.site.trust import trusted


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """404 for strangers: whether the address exists is not their business either."""
    if not trusted(request):
        return HttpResponse("没有找到这个页面。", status=404, content_type="text/plain; charset=utf-8")
    return HttpResponse(text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def text() -> bytes:
    """What all processes counted, and what the database and the disk say now."""
    counting.counters()
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    from minzheng.site.metrics.gauges import Gauges

    now = CollectorRegistry()
    now.register(Gauges())
    if not os.environ.get(FOLDER):
        return generate_latest(REGISTRY) + generate_latest(now)
    counted = CollectorRegistry()
    MultiProcessCollector(counted)
    return generate_latest(counted) + generate_latest(now)
