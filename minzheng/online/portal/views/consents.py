"""Consents waiting for my signature: I am in a relative's application and sign on my own phone, from the home page or
by the link they sent.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.drafting import consents
from minzheng.kernel.cases.selectors import ConsentLine
from minzheng.online.portal import signing
from minzheng.online.portal.rendering import show


def waiting(request: HttpRequest) -> HttpResponse:
    """Every consent waiting for this person, found by ID number."""
    return _page(request, selectors.consents_to_sign(actor_in(request)), "")


def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link a relative sent: visible only when signed in with the phone the application gives for this person."""
    line, why = signing.line_of_link(token, actor_in(request))
    return _page(request, [line] if line else [], why)


def _page(request: HttpRequest, lines: list[ConsentLine], why: str) -> HttpResponse:
    errors: signing.Errors = []
    if request.method == "POST":
        wanted = request.POST.get("do", "").partition(":")[2]
        line = next((one for one in lines if str(one.member.pk) == wanted), None)
        errors = signing.sign_on_own_phone(request, line) if line else []
        if not errors:
            if line:
                messages.success(request, f"签好了。{line.member.case.applicant_name}的申请可以继续办了。")
            return HttpResponseRedirect(reverse("portal.consents"))
    signers = [
        {
            "member": one.member,
            "case": one.member.case,
            "text": consents.text_for(one.member.case, one.member),
            "key": f"c{one.member.seq}",
        }
        for one in lines
    ]
    return show(request, "consents", "签授权书", errors=errors, back="portal.home", signers=signers, why=why)
