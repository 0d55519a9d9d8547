"""Pages without sign-in: progress by number, descriptions of items."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.items import registry
from minzheng.online.portal.course import course
from minzheng.online.portal.rendering import show


def progress(request: HttpRequest) -> HttpResponse:
    """Case number and the last four of the ID number. Not found and not matching get the same sentence; asking too
    often is asked to rest a while.
    """
    if request.method != "POST":
        return show(request, "progress", "查进度", back="portal.home", no=request.GET.get("no", ""))
    no, tail = request.POST.get("no", "").strip(), request.POST.get("tail", "").strip().upper()
    errors = []
    if not no:
        errors.append(("请填写办件编号。", "no"))
    if len(tail) != 4:
        errors.append(("请填写申请人身份证号码的后四位，末位是 X 的也算一位。", "tail"))
    found = None
    if not errors:
        try:
            found = selectors.progress(no=no, id_tail=tail, address=client_address(request))
        except NotFound:
            errors.append(("没有查到。请核对编号和身份证号码后四位。", "no"))
        except Refused as error:
            errors += [(sentence, "") for sentence in error.sentences]
    return show(
        request,
        "progress",
        "查进度",
        errors=errors,
        back="portal.home",
        no=no,
        tail=tail,
        found=found,
        wrong={at: text for text, at in errors},
    )


def item(request: HttpRequest, item: str) -> HttpResponse:
    """One item: who can apply, what to bring, how long it takes."""
    known = next((one for one in registry.portal_items() if one.code == item), None)
    if known is None:
        raise Http404
    return show(request, "item", known.title, back="portal.home", item=known, course=course(known))
