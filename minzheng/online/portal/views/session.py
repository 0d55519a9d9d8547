"""Signing in: phone number and one-time code. Then on with it: start an application, save what was typed before expiry,
or back to the page one came from.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from minzheng.kernel.accounts import senders, services
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.citizens import VALID_FOR, CodeSent, normal_phone
from minzheng.kernel.accounts.errors import AccountError
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.items import registry
from minzheng.online.portal import drafting, keep
from minzheng.online.portal.rendering import show


def sign_in(request: HttpRequest) -> HttpResponse:
    """One page, two steps: phone number → code on the same page."""
    if request.method == "GET" and actor_in(request).is_citizen:
        return _onward(request, request.GET.get("next", ""), request.GET.get("item", ""))
    if request.method == "POST" and request.POST.get("do") == "enter":
        return _enter(request)
    if request.method == "POST":
        return _send(request)
    return _page(request)


def _send(request: HttpRequest) -> HttpResponse:
    try:
        sent = services.send_login_code(
            phone=request.POST.get("phone", ""),
            address=client_address(request),
            channel=request.POST.get("do", "").partition(":")[2] or "sms",
        )
    except AccountError as error:
        return _page(request, phone_error=str(error), earlier=_sent_before(request))
    return _page(request, sent=sent, focus_code=True)


def _sent_before(request: HttpRequest) -> CodeSent | None:
    """When no new code can go out (“1 分钟内刚发过”, for instance) a correct number still gets the code box: the one received
    before is good.
    """
    try:
        phone = normal_phone(request.POST.get("phone", ""))
    except AccountError:
        return None
    return CodeSent(phone, int(VALID_FOR.total_seconds() // 60))


def _enter(request: HttpRequest) -> HttpResponse:
    phone, code = request.POST.get("phone", ""), request.POST.get("code", "")
    sent = CodeSent(phone, int(VALID_FOR.total_seconds() // 60))
    if not code.strip():
        return _page(request, sent=sent, code_error="请填写短信里的 6 位数字。")
    try:
        services.sign_in_citizen(request=request, phone=phone, code=code)
    except AccountError as error:
        return _page(request, sent=sent, code_error=str(error))
    return _onward(request, request.POST.get("next", ""), request.POST.get("item", ""))


def _onward(request: HttpRequest, next_: str, item: str) -> HttpResponse:
    kept = keep.take(request)
    if kept:
        url = drafting.save_kept(request, *kept)
        if url:
            return HttpResponseRedirect(url)
    if item and any(item == known.code for known in registry.portal_items()):
        return HttpResponseRedirect(drafting.begin(request, item))
    safe = url_has_allowed_host_and_scheme(next_, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(next_ if safe and next_.startswith("/") else reverse("portal.home"))


def _page(
    request: HttpRequest,
    *,
    sent: CodeSent | None = None,
    earlier: CodeSent | None = None,
    phone_error: str = "",
    code_error: str = "",
    focus_code: bool = False,
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    item = next((i for i in registry.portal_items() if i.code == asked.get("item")), None)
    errors = [(phone_error, "phone")] if phone_error else [(code_error, "code")] if code_error else []
    return show(
        request,
        "sign_in",
        "登录",
        errors=errors,
        back="portal.home",
        sent=sent or earlier,
        just_sent=earlier is None,
        phone_error=phone_error,
        code_error=code_error,
        focus_code=focus_code,
        channels=[(code, title) for code, title in senders.channels().items() if code != "sms"],
        kept=keep.holds(request),
        item_info=item,
        phone=asked.get("phone", ""),
        next=asked.get("next", ""),
        item=item.code if item else "",
    )
