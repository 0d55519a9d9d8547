"""Sign in, sign out, my account, large-print version (大字版)."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from minzheng.kernel.accounts import services
from minzheng.kernel.accounts.errors import AccountError
from minzheng.kernel.accounts.logins import demo_logins, outcome, own_logins
from minzheng.kernel.accounts.models import User
from minzheng.kernel.accounts.roles import title
from minzheng.kernel.parts.columns import Badge, Date, Moment, Region, Text
from minzheng.kernel.parts.fields import Field, Invalid
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.page import STAFF, Custom, DetailBody, Done, FormBody, Page
from minzheng.kernel.parts.panels import Facts, Table

CARE_COOKIE = "care"
_YEAR = 365 * 24 * 3600


def sign_in(request: HttpRequest) -> HttpResponse:
    """The staff login page. Somebody already signed in goes on to where they were going."""
    onward = _onward(request)
    actor = request.actor  # type: ignore[attr-defined]
    if actor.is_staff and request.method == "GET":
        return HttpResponseRedirect(onward or reverse("cases.workbench"))
    refusal = ""
    username = request.POST.get("username", "").strip()
    if request.method == "POST":
        password = request.POST.get("password", "")
        if not username or not password:
            refusal = "请填写用户名和口令。"
        else:
            try:
                services.sign_in(request=request, username=username, password=password)
                return HttpResponseRedirect(onward or reverse("cases.workbench"))
            except AccountError as error:
                refusal = str(error)
    context = {
        "title": "工作人员登录",
        "refusal": refusal,
        "username": username,
        "onward": onward,
        "timed_out": "timeout" in request.GET or getattr(request, "session_timed_out", False),
        "logins": demo_logins(),
    }
    return render(request, "console/sign_in.html", context, status=422 if refusal else 200)


def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session by POST only; a link cannot sign anybody out."""
    if request.method == "POST":
        citizen = request.actor.is_citizen  # type: ignore[attr-defined]
        services.sign_out(request=request)
        messages.success(request, "您已退出。")
        return HttpResponseRedirect("/" if citizen else reverse("accounts.sign_in"))
    return HttpResponseRedirect(reverse("accounts.sign_in"))


def care_mode(request: HttpRequest) -> HttpResponse:
    """Switch 大字版 for this browser, and for the account of whoever is signed in."""
    on = request.POST.get("on") == "1"
    back = _own_path(request, request.POST.get("next", "") or request.headers.get("Referer", "")) or "/"
    response = HttpResponseRedirect(back)
    if request.method == "POST":
        response.set_cookie(CARE_COOKIE, "1" if on else "0", max_age=_YEAR, samesite="Lax", httponly=True)
        services.set_care_mode(actor=request.actor, on=on)  # type: ignore[attr-defined]
    return response


def _onward(request: HttpRequest) -> str:
    return _own_path(request, request.POST.get("next", "") or request.GET.get("next", ""))


def _own_path(request: HttpRequest, url: str) -> str:
    """Path and query of an address on this host; "" for any other (no open redirects)."""
    if not url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _me(actor: object) -> User | None:
    return actor.user  # type: ignore[attr-defined, no-any-return]


def _change_password(actor: object, values: dict[str, str], obj: object) -> Done:
    if values["new"] != values["again"]:
        raise Invalid("两次输入的新口令不一样，请重新输入。")
    services.change_own_password(actor=actor, old=values["old"], new=values["new"])  # type: ignore[arg-type]
    return Done("口令已修改，请用新口令重新登录。", reverse("accounts.sign_in"))


class _Password(TextField):
    widget = "password"


PASSWORD_FIELDS: tuple[Field, ...] = (
    _Password("old", "原口令", required=True, autocomplete="current-password"),
    _Password(
        "new",
        "新口令",
        required=True,
        autocomplete="new-password",
        help="至少 10 位；大写字母、小写字母、数字、符号至少三种；不含姓名和用户名。",
    ),
    _Password("again", "再输一次新口令", required=True, autocomplete="new-password"),
)

PAGES = [
    Page("accounts.sign_in", "login/", "工作人员登录", None, Custom(sign_in), audience="public"),
    Page("accounts.sign_out", "logout/", "退出", None, Custom(sign_out, methods=("POST",)), audience="public"),
    Page("accounts.care_mode", "care-mode/", "大字版", None, Custom(care_mode, methods=("POST",)), audience="public"),
    Page(
        "accounts.me",
        "console/me/",
        "我的账号",
        STAFF,
        DetailBody(
            _me,
            (
                Facts("账号", items=(Text("name", "姓名"), Text("username", "用户名"), Date("created_at", "建立日期"))),
                Table(
                    "我的岗位",
                    rows=lambda user, drawing: user.assignments.select_related("organization").order_by("-valid_from"),
                    columns=(
                        Text(lambda one: title(one.role), "岗位"),
                        Text("organization.name", "机构"),
                        Region("region_code", "数据范围"),
                        Date("valid_from", "自"),
                        Date("valid_to", "至"),
                    ),
                    empty="还没有任职，请联系安全管理员授予岗位。",
                ),
                Table(
                    "最近登录",
                    rows=lambda user, drawing: own_logins(user),
                    columns=(
                        Moment("at", "时间"),
                        Text("address", "来源地址"),
                        Badge("succeeded", "结果", names=outcome, tones=lambda row: "good" if row.succeeded else "bad"),
                    ),
                    empty="还没有登录记录。",
                ),
            ),
            title=lambda user: "我的账号",
            template="console/me.html",
        ),
    ),
    Page(
        "accounts.password",
        "console/me/password/",
        "修改口令",
        STAFF,
        FormBody(PASSWORD_FIELDS, _change_password, submit="修改口令", parent="accounts.me"),
    ),
]
