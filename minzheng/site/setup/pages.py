"""首次设置 in the console: how far it has come, who does what, and the two halves of making staff."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.exchange.caseload.errors import ImportRefused
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.pages.gate import allowed
from minzheng.kernel.parts.page import BoardBody, Custom, Menu, Page
from minzheng.site.setup import staff, state
from minzheng.site.setup.errors import SetupRefused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 5 * 1024 * 1024


def _board(drawing: Any, arguments: Any) -> dict[str, Any]:
    known = registry.pages()
    found = [
        replace(step, links=tuple(link for link in step.links if allowed(drawing.actor, known[link.page])))
        for step in state.steps()
    ]
    return {
        "steps": found,
        "ready": state.ready(found),
        "finished": sum(step.state == state.DONE for step in found),
        "subtitle": "从空系统到第一件申请。每一步写着由谁办；打勾的已经做完。",
    }


def _half(
    work: Callable[..., staff.Done], permission: str, words: dict[str, str]
) -> Callable[[HttpRequest], HttpResponse]:
    """One of the two halves: the same table, another person, another permission."""

    def view(request: HttpRequest) -> HttpResponse:
        actor = actor_in(request)
        scopes = actor.scopes(permission)
        done: staff.Done | None = None
        refusals: list[str] = []
        if request.method == "POST":
            given = request.FILES.get("file")
            if given is None or given.size is None or given.size > MOST_BYTES:
                refusals = ["请选择一张 5 MB 以内的表（.xlsx、.xls 或 .csv）。"]
            else:
                try:
                    done = work(actor=actor, region_code=scopes[0], name=given.name or "", content=given.read())
                except (SetupRefused, ImportRefused) as error:
                    refusals = error.sentences
        rejected = _inline(done) if done else ""
        return draw(
            request, "setup/staff.html", request.page, 422 if refusals else 200,  # type: ignore[attr-defined]
            words=words, done=done, refusals=refusals, rejected=rejected,
            kind=done.rejects.kind if done and done.rejects else "",
        )  # fmt: skip

    return view


def _inline(done: staff.Done) -> str:
    """The reject table as a link of this one answer: it is not kept on the server."""
    if not done.rejected or done.rejects is None:
        return ""
    kind = XLSX if done.rejects.kind == "xlsx" else "text/csv"
    return f"data:{kind};base64,{base64.b64encode(done.rejects.content()).decode()}"


def template(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(staff.sample(), content_type=XLSX)
    response["Content-Disposition"] = (
        "attachment; filename=\"staff.xlsx\"; filename*=UTF-8''%E4%BA%BA%E5%91%98%E8%A1%A8.xlsx"
    )
    return response


ACCOUNTS = {
    "lead": "系统管理员的一半：按表建立账号，每人一个一次性口令，只显示这一次。岗位由安全管理员用同一张表授予。",
    "submit": "建立账号",
    "made": "个账号已建立",
    "there": "个账号已在系统里",
}
POSTS = {
    "lead": "安全管理员的一半：按表给已有账号授予岗位，数据范围就是机构所在的地区。账号由系统管理员先建立。",
    "submit": "授予岗位",
    "made": "个岗位已授予",
    "there": "个岗位已经有了",
}
PAGES = [
    Page("setup.home", "console/setup/", "首次设置", "setup.manage", BoardBody(template="setup/home.html", context=_board),
         menu=Menu("系统", 1, "check")),
    Page("setup.accounts", "console/setup/accounts/", "成批建立账号", "accounts.manage",
         Custom(_half(staff.create_accounts, "accounts.manage", ACCOUNTS))),
    Page("setup.posts", "console/setup/posts/", "成批授予岗位", "accounts.grant",
         Custom(_half(staff.grant_posts, "accounts.grant", POSTS)), menu=Menu("系统", 2, "people"), step_up=True),
    Page("setup.template", "console/setup/template/", "人员表样", "accounts.read", Custom(template)),
]  # fmt: skip
