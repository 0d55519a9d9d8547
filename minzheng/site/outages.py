"""When what the platform stands on is gone (database, disk): a plain sentence instead of an error page, in the form
that the caller can read. Nothing here may ask the database or write a file.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

import structlog
from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.html import format_html

log = structlog.get_logger("minzheng.outage")
RETRY_SECONDS = 15


@dataclass(frozen=True)
class Outage:
    """``title`` heads the page; ``sentence`` says what happened to what was just done, and what to do."""

    kind: str
    title: str
    sentence: str


DATABASE = Outage(
    "database",
    "系统暂时不能办理",
    "数据库暂时连不上，正在自动恢复。刚才若提交了内容，请过一两分钟重新打开那一页看看是否已经记下，没有记下再提交一次。",
)
DATABASE_FULL = Outage(
    "database_full",
    "系统暂时不能办理",
    "存放数据的磁盘已满，刚才提交的内容没有保存；仍可以查看。请告诉系统管理员清理或扩容后再提交。",
)
DISK_FULL = Outage(
    "disk_full",
    "暂时不能接收文件",
    "存放材料的磁盘已满，刚才的文件没有收下；仍可以查看。请告诉系统管理员清理或扩容后再提交。",
)


def outage_of(error: BaseException | None) -> Outage | None:
    """Which outage this error (or what caused it) is a sign of; None for any other error."""
    while error is not None:
        if isinstance(error, (OperationalError, InterfaceError)):
            return DATABASE_FULL if type(error.__cause__).__name__ == "DiskFull" else DATABASE
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return DISK_FULL
        error = error.__cause__ or error.__context__
    return None


def is_database_error(error: BaseException | None) -> bool:
    return isinstance(error, Error)


def answer(request: HttpRequest, outage: Outage) -> HttpResponse:
    """503 as a page, as a piece of a page (htmx) or as JSON; ``Retry-After`` for programs."""
    log.error("outage", kind=outage.kind)
    number = getattr(request, "number", "")
    response: HttpResponse
    if _wants_json(request):
        found = {"error": outage.sentence, "request": number}
        response = JsonResponse(found, status=503, json_dumps_params={"ensure_ascii": False})
    elif request.headers.get("HX-Request") == "true":
        said = format_html('<p class="note note-error" role="alert"><span>{}</span></p>', outage.sentence)
        response = HttpResponse(said, status=503)
    else:
        response = HttpResponse(_page(request, outage, number), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True  # type: ignore[attr-defined]  # one line above, not a traceback for each request
    return response


def _wants_json(request: HttpRequest) -> bool:
    page = getattr(request, "page", None)
    accepted = request.headers.get("Accept", "")
    return getattr(page, "audience", "") == "api" or ("application/json" in accepted and "text/html" not in accepted)


def _page(request: HttpRequest, outage: Outage, number: str) -> str:
    return render_to_string(
        "503.html",
        {
            "title": outage.title,
            "sentence": outage.sentence,
            "number": number,
            "again": request.get_full_path() if request.method == "GET" else "",
            "seconds": RETRY_SECONDS,
            "care": request.COOKIES.get("care") == "1",
        },
    )
