"""A blank page beside the platform's own routes: login, permission and frame, no data. Other pages are compared with
it.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from minzheng.kernel.pages.gate import guarded
from minzheng.kernel.parts.page import STAFF, Custom, Page
from minzheng.site.urls import urlpatterns as platform


def _bare(request: HttpRequest) -> HttpResponse:
    return render(request, "console/base.html", {"title": "空白页"})


_PAGE = Page("bench.bare", "bench/bare/", "空白页", STAFF, Custom(_bare))

urlpatterns = [path(_PAGE.path, guarded(_PAGE, _bare), name=_PAGE.code), *platform]
