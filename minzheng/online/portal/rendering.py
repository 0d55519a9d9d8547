"""画群众端页面：外框要的几样东西在这里补齐，各视图只给自己的内容。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.errors import NotFound
from minzheng.kernel.pages.shell import Shell

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

Errors = Sequence[tuple[str, str]]


def show(
    request: HttpRequest, template: str, title: str = "", *, errors: Errors = (), back: str = "", **context: Any
) -> HttpResponse:
    """``errors``：页首清单的 (句子, 控件 id)；``back``：返回到的页面代码或地址。有错误时状态码是 422。"""
    page = getattr(request, "page", None)
    frame = {
        "shell": Shell(request),
        "title": title or (page.title if page else ""),
        "errors": list(errors),
        "back_url": back if back.startswith("/") else reverse(back) if back else "",
    }
    return render(request, f"portal/{template}.html", {**frame, **context}, status=422 if errors else 200)


def own_case(request: HttpRequest, pk: int) -> Case:
    """本人能看到的一件；不是本人的与没有的一样，都是 404。"""
    try:
        return selectors.get(actor_in(request), pk)
    except NotFound as error:
        raise Http404 from error
