"""The one gate before every page: who may come in, and how a refusal looks to a browser, to htmx and to a program.

Whoever owes something first (a new password, a second factor) is led there; pages that move money or rights ask for a
fresh proof. Nobody signed in → login page (401 JSON for programs, ``HX-Redirect`` for a fragment whose session ran out); signed in
without the right → 403; an object outside the actor's scope is fetched through a selector that does not see it → 404.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import NoReverseMatch, reverse

from minzheng.kernel.accounts import proof
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.duties import Duty, owed
from minzheng.kernel.parts.page import CITIZEN, STAFF, Page

View = Callable[..., HttpResponse]
#: Pages that stay open to whoever still owes a new password or a second factor: where it is done.
FREE = ("accounts.password", "accounts.second_factor", "accounts.recovery_codes", "accounts.step_up")


def guarded(page: Page, view: View) -> View:
    """The view behind its page's permission; sets ``request.page`` and ``request.actor``."""

    @wraps(view)
    def enter(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        request.page = page  # type: ignore[attr-defined]
        actor = ensure_actor(request)
        if page.permission is not None:
            if actor.is_anonymous:
                return ask_to_sign_in(request, page)
            if not allowed(actor, page):
                return refuse(page)
            duty = owed(actor) if page.code not in FREE else None
            if duty is not None:
                return lead_to(request, page, duty)
            if asks_proof(page, actor, kwargs) and not proof.fresh(request):
                return ask_proof(request, page)
        response = view(request, **kwargs)
        if page.permission is not None and not response.has_header("Cache-Control"):
            # Personal data must not stay in a shared computer's cache or come back with the Back button.
            response["Cache-Control"] = "no-store, private"
        return response

    enter.page = page  # type: ignore[attr-defined]
    return enter


def asks_proof(page: Page, actor: Any, arguments: dict[str, Any]) -> bool:
    """Whether this page, for this object, opens only after a fresh proof."""
    return bool(page.step_up(actor, arguments) if callable(page.step_up) else page.step_up)


def lead_to(request: HttpRequest, page: Page, duty: Duty) -> HttpResponse:
    """Nothing else opens before this is done."""
    if page.audience == "api":
        return JsonResponse({"error": duty.sentence}, status=403, json_dumps_params={"ensure_ascii": False})
    if not _is_fragment(request):
        messages.warning(request, duty.sentence)
    return _go(request, reverse(duty.page))


def ask_proof(request: HttpRequest, page: Page) -> HttpResponse:
    """To the page that asks for password or code, and back here. What was posted is not kept: it is said there."""
    if page.audience == "api":
        sentence = {"error": "请先在网页上再次验证身份。"}
        return JsonResponse(sentence, status=403, json_dumps_params={"ensure_ascii": False})
    if _is_fragment(request):
        back = _path_of(request.headers.get("HX-Current-URL", ""))
    elif request.method == "GET" and page.kind != "export":
        back = request.get_full_path()
    else:
        # A download would leave the browser on the question: go back to the list with its filters instead.
        back = _path_of(request.headers.get("Referer", ""))
    values = {"next": back, **({"lost": "1"} if request.method == "POST" else {})}
    if page.kind == "export":
        values["then"] = "export"
    return _go(request, f"{reverse('accounts.step_up')}?{urlencode(values)}")


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect that htmx follows with the whole page."""
    if not _is_fragment(request):
        return HttpResponseRedirect(url)
    response = HttpResponse(status=200)
    response["HX-Redirect"] = url
    return response


def ensure_actor(request: HttpRequest) -> Any:
    actor = getattr(request, "actor", None)
    if actor is None:
        actor = actor_of(request.user, address=request.META.get("REMOTE_ADDR", ""))
        request.actor = actor  # type: ignore[attr-defined]
    return actor


def allowed(actor: Any, page: Page) -> bool:
    """Whether this actor passes the gate of this page; also decides which menu entries and buttons are drawn."""
    if page.permission is None:
        return True
    if page.permission == CITIZEN:
        return bool(actor.is_citizen)
    if page.permission == STAFF:
        return bool(actor.is_staff)
    return bool(actor.is_staff and actor.has(page.permission))


def ask_to_sign_in(request: HttpRequest, page: Page) -> HttpResponse:
    if page.audience == "api":
        return JsonResponse({"error": "请先登录。"}, status=401, json_dumps_params={"ensure_ascii": False})
    back = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "")
    if _is_fragment(request):
        # The address of the page that holds the fragment, not of the fragment itself.
        response = HttpResponse(status=200)
        response["HX-Redirect"] = sign_in_url(page, _path_of(request.headers.get("HX-Current-URL", "")))
        return response
    return HttpResponseRedirect(sign_in_url(page, _path_of(back)))


def sign_in_url(page: Page, back: str) -> str:
    codes = ("portal.sign_in", "accounts.sign_in") if page.permission == CITIZEN else ("accounts.sign_in",)
    for code in codes:
        try:
            return reverse(code) + ("?" + urlencode({"next": back}) if back else "")
        except NoReverseMatch:
            continue
    return "/"


def refuse(page: Page) -> HttpResponse:
    if page.audience == "api":
        return JsonResponse({"error": "没有权限。"}, status=403, json_dumps_params={"ensure_ascii": False})
    if page.permission == CITIZEN:
        raise PermissionDenied("这一页只供群众本人使用，请退出工作账号后用手机号登录。")
    raise PermissionDenied(f"您的岗位没有“{page.title}”的权限；如工作需要，请联系本单位安全管理员。")


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _path_of(url: str) -> str:
    """Path and query of an address of our own; "" for anything else."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    path = parts.path + ("?" + parts.query if parts.query else "")
    return path if path.startswith("/") and not path.startswith("//") else ""
