"""``GET /healthz``: for load balancers and monitoring; no login, no personal data."""

from __future__ import annotations

from typing import Any

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from minzheng import __version__
from minzheng.site.trust import trusted


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 ``{"status":"ok","database":"ok","jobs":"ok","version":…}``；有问题时 503。

    Strangers learn the states alone, not the version. Monitoring may add ``?all=1`` and gets every component of the
    health page; a component in trouble is not an outage, so the status code stays.
    """
    found = report()
    if not trusted(request):
        del found["version"]
    elif request.GET.get("all") == "1":
        found["components"] = components()
    return JsonResponse(
        found, status=200 if found["status"] == "ok" else 503, json_dumps_params={"ensure_ascii": False}
    )


def report() -> dict[str, Any]:
    """``database`` is ok or down; ``jobs`` is ok, stale (no heartbeat from the jobs) or down (cannot be asked)."""
    database = database_state()
    jobs = jobs_state() if database == "ok" else "down"
    status = "ok" if database == jobs == "ok" else "error"
    return {"status": status, "database": database, "jobs": jobs, "version": __version__}


def components() -> list[dict[str, str]]:
    from minzheng.site.health.components import examine

    return [{"name": row.name, "state": row.state, "sentence": row.sentence} for row in examine()]


def database_state() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "down"
    return "ok"


def jobs_state() -> str:
    from minzheng.kernel.jobs import selectors

    try:
        return selectors.health()
    except Error:
        return "down"
