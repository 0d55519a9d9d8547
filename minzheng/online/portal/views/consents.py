"""等我签字的授权书：家人的申请里有我，用我自己的手机签。"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel.cases import consents, selectors
from minzheng.online.portal import signing
from minzheng.online.portal.rendering import show


def waiting(request: HttpRequest) -> HttpResponse:
    lines = selectors.consents_to_sign(request.actor)  # type: ignore[attr-defined]
    errors: signing.Errors = []
    if request.method == "POST":
        wanted = request.POST.get("do", "").partition(":")[2]
        line = next((one for one in lines if str(one.member.pk) == wanted), None)
        if line is None:
            return HttpResponseRedirect(reverse("portal.consents"))
        errors = signing.sign_on_own_phone(request, line)
        if not errors:
            messages.success(request, f"签好了。{line.member.case.applicant_name}的申请可以继续办了。")
            return HttpResponseRedirect(reverse("portal.consents"))
    signers = [
        {"member": one.member, "case": one.member.case, "text": consents.text_for(one.member.case, one.member), "key": f"c{one.member.seq}"}
        for one in lines
    ]
    return show(request, "consents", "签授权书", errors=errors, back="portal.home", signers=signers)
