"""Error pages. Templates are in ``kernel/pages/templates`` (``400.html`` …); plain text when a template is missing or
fails itself.
"""

from __future__ import annotations

import sys

import structlog
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist, loader

from minzheng.site import outages
from minzheng.site.metrics import counting

log = structlog.get_logger(__name__)

SENTENCES = {
    400: "请求的内容不完整或已失效，请返回上一页重新填写。",
    403: "您没有查看或办理这件事的权限；如确需办理，请联系本单位系统管理员。",
    404: "没有找到这个页面，可能已经移动；请从首页重新进入。",
    500: "系统出错，刚才的操作没有保存；请稍后再试，仍不行请把时间和下面的问题编号告诉系统管理员。",
}


def bad_request(request: HttpRequest, exception: Exception | None = None, sentence: str = "") -> HttpResponse:
    return _page(request, 400, sentence)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The sentence of ``PermissionDenied("一句中文")`` is shown to the user."""
    return _page(request, 403, str(exception or ""))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, "页面停留太久，安全校验已失效；请返回上一页刷新后重新提交。")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the error is being handled: no database and no disk are outages (503), all else is our fault."""
    error = sys.exc_info()[1]
    if outages.is_database_error(error):
        counting.database_error(type(error).__name__)
    outage = outages.outage_of(error)
    return outages.answer(request, outage) if outage else _page(request, 500)


def _page(request: HttpRequest, status: int, sentence: str = "") -> HttpResponse:
    sentence = sentence or SENTENCES[status]
    found = {"sentence": sentence, "status": status, "number": getattr(request, "number", "")}
    try:
        body = loader.get_template(f"{status}.html").render(found, request)
        return HttpResponse(body, status=status)
    except TemplateDoesNotExist:
        pass
    except Exception:
        log.exception("error_page_failed", status=status)
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
