"""Sign in (one or two steps), sign out, prove again, choose a post, large-print version (大字版)."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from minzheng.kernel.accounts import proof, second_factor, services, signing
from minzheng.kernel.accounts.errors import AccountError
from minzheng.kernel.accounts.limits import limit
from minzheng.kernel.accounts.logins import demo_logins, last_login_text
from minzheng.kernel.accounts.middleware import POST as CHOSEN
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit import services as audit
from minzheng.kernel.ids import read_number
from minzheng.kernel.pages.drawing import draw

CARE_COOKIE = "care"
_YEAR = 365 * 24 * 3600


def sign_in(request: HttpRequest) -> HttpResponse:
    """The staff login page. Somebody already signed in goes on to where they were going."""
    onward = _onward(request)
    actor = actor_in(request)
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
                begun = signing.begin_sign_in(request=request, username=username, password=password)
                return _welcome(request, onward) if begun.complete else _to_code(onward)
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


def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step of signing in: a code of the device, or a recovery code."""
    onward = _onward(request)
    user = signing.half_signed_in(request)
    if user is None:
        if request.method == "POST":
            messages.warning(request, signing.EXPIRED)
        return HttpResponseRedirect(reverse("accounts.sign_in") + _next(onward))
    refusal = ""
    if request.method == "POST":
        code = request.POST.get("code", "").strip()
        try:
            if not code:
                raise AccountError("请输入验证器显示的 6 位动态码，或一个恢复码。")
            signing.finish_sign_in(request=request, code=code)
            left = second_factor.codes_left(user)
            if len(code) > 7:
                messages.warning(request, f"您用了一个恢复码，还剩 {left} 个。找不回设备的，请尽快重新启用动态码。")
            return _welcome(request, onward)
        except AccountError as error:
            refusal = str(error)
    context = {"title": "输入动态码", "refusal": refusal, "onward": onward, "name": user.name}
    return render(request, "console/sign_in_code.html", context, status=422 if refusal else 200)


def _welcome(request: HttpRequest, onward: str) -> HttpResponse:
    """Signed in: say when and from where the last time was, so that a stranger's visit is noticed."""
    text = last_login_text(actor_in(request))
    if text:
        messages.info(request, text)
    return HttpResponseRedirect(onward or reverse("cases.workbench"))


def _to_code(onward: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("accounts.code") + _next(onward))


def _next(onward: str) -> str:
    return "?" + urlencode({"next": onward}) if onward else ""


def step_up(request: HttpRequest) -> HttpResponse:
    """再次验证: password or device code, then back to where the person was going."""
    actor = actor_in(request)
    onward = _onward(request) or reverse("cases.workbench")
    lost = "lost" in request.GET or request.POST.get("lost") == "1"
    then = request.GET.get("then", "") or request.POST.get("then", "")
    refusal = ""
    if request.method == "POST" and actor.user is not None:
        try:
            proof.prove(request=request, user=actor.user, secret=request.POST.get("secret", ""))
            messages.success(request, "身份已验证，请再按一次“导出”。" if then == "export" else "身份已验证。")
            return HttpResponseRedirect(onward)
        except AccountError as error:
            refusal = str(error)
    context = {
        "onward": onward,
        "lost": lost,
        "then": then,
        "refusal": refusal,
        "minutes": limit("step_up_minutes"),
        "has_device": actor.user is not None and second_factor.enrolled(actor.user),
    }
    page = request.page  # type: ignore[attr-defined]
    return draw(request, "console/step_up.html", page, status=422 if refusal else 200, **context)


def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session by POST only; a link cannot sign anybody out."""
    if request.method == "POST":
        citizen = actor_in(request).is_citizen
        services.sign_out(request=request)
        messages.success(request, "您已退出。")
        return HttpResponseRedirect("/" if citizen else reverse("accounts.sign_in"))
    return HttpResponseRedirect(reverse("accounts.sign_in"))


def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Ends every session of this account, on every computer."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("accounts.me"))
    signing.sign_out_everywhere(request=request)
    messages.success(request, "已在所有设备上退出，请重新登录。")
    return HttpResponseRedirect(reverse("accounts.sign_in"))


def choose_post(request: HttpRequest) -> HttpResponse:
    """Work by one of one's posts only, or by all of them again. Acts and their audit lines name the post used."""
    actor = actor_in(request)
    wanted = read_number(request.POST.get("post", ""))
    if request.method == "POST":
        held = {one.pk: one for one in actor.posts}
        if wanted in held:
            request.session[CHOSEN] = str(wanted)
            audit.record(actor=actor.acting_as(held[wanted]), action="auth.choose_post", obj=held[wanted])
            messages.success(request, "已切换岗位：现在只按这个岗位的权限办理。")
        else:
            request.session.pop(CHOSEN, None)
            messages.success(request, "现在您的各个岗位都可以办理，每件事按其中一个岗位的权限判断。")
    return HttpResponseRedirect(reverse("cases.workbench"))


def care_mode(request: HttpRequest) -> HttpResponse:
    """Switch 大字版 for this browser, and for the account of whoever is signed in."""
    on = request.POST.get("on") == "1"
    back = own_path(request, request.POST.get("next", "") or request.headers.get("Referer", "")) or "/"
    response = HttpResponseRedirect(back)
    if request.method == "POST":
        response.set_cookie(CARE_COOKIE, "1" if on else "0", max_age=_YEAR, samesite="Lax", httponly=True)
        services.set_care_mode(actor=request.actor, on=on)  # type: ignore[attr-defined]
    return response


def _onward(request: HttpRequest) -> str:
    return own_path(request, request.POST.get("next", "") or request.GET.get("next", ""))


def own_path(request: HttpRequest, url: str) -> str:
    """Path and query of an address on this host; "" for any other (no open redirects)."""
    if not url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
