"""What an applicant can do: supplement, withdraw, object, revoke a consent … Which acts and what to fill in is declared
by the flow; here they are only drawn and handed in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.flow import CITIZEN
from minzheng.kernel.items import registry
from minzheng.kernel.items.forms import Step
from minzheng.kernel.parts.fields import Photo, raw_value
from minzheng.online.portal import asking, journey, papers, signing, words
from minzheng.online.portal.rendering import own_case, show
from minzheng.online.portal.screens import Screen, screens_of

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case


def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One act: GET asks, POST does. Done already (pressed twice) goes back to the progress page."""
    case = own_case(request, pk)
    allowed = next(
        (a for a in selectors.allowed_acts(case, actor_in(request)) if a.act.code == act and CITIZEN in a.act.by), None
    )  # type: ignore[attr-defined]
    if allowed is None:
        if request.method == "POST":
            return HttpResponseRedirect(_back(case))
        raise Http404
    step = Step(act, allowed.act.title, allowed.act.fields)
    if request.method != "POST":
        return _draw(request, case, allowed, step)
    raw = {f.name: raw_value(f, request.POST, request.FILES) for f in step.fields}
    try:
        services.perform(case_id=case.pk, act=act, actor=actor_in(request), data=raw)
    except Refused as error:
        shown = {f.name: raw[f.name] for f in step.fields if not isinstance(f, Photo)}
        return _draw(request, case, allowed, step, shown=shown, errors=error.fields, whole=error.sentences)
    messages.success(request, f"“{allowed.act.title}”办好了。")
    return HttpResponseRedirect(_back(case))


def follow(request: HttpRequest, pk: int, item: str) -> HttpResponse:
    """Agree to be carried over: a new case with content, photos and consents of the old. POST only; pressing twice
    gives the same one.
    """
    case = own_case(request, pk)
    if request.method == "POST":
        try:
            done = services.perform(
                case_id=case.pk, act="accept_proposal", actor=actor_in(request), data={"item_code": item}
            )  # type: ignore[attr-defined]
        except Refused as error:
            messages.error(request, str(error))
        else:
            return HttpResponseRedirect(reverse("portal.sent", kwargs={"pk": int(done.data["followup"])}))
    return HttpResponseRedirect(reverse("portal.decision", kwargs={"pk": case.pk}))


def supplement(request: HttpRequest, pk: int) -> HttpResponse:
    """Supplement (补齐材料): what is missing, photos, signatures, hand in again. All on one page; what was filled in can be
    changed too.
    """
    case = own_case(request, pk)
    if case.state != "SUPPLEMENT":
        return HttpResponseRedirect(_back(case))
    form = registry.get(case.item_code).form
    now = Screen(0, tuple(step for step in form.steps if step.photos))
    if request.method != "POST":
        return _draw_supplement(request, case, now)
    asked = request.POST.get("do", "")
    here = reverse("portal.supplement", kwargs={"pk": case.pk})
    if asked == "photo":
        return papers.receive(request, case, now)
    if request.POST.get("remove_photo"):
        return papers.remove(request, case, url=here)
    trouble = papers.keep_all(request, case, now)
    if asked.startswith("sign:"):
        trouble += signing.sign_from_post(request, case, asked.partition(":")[2])
        return _draw_supplement(request, case, now, trouble) if trouble else HttpResponseRedirect(here + "#sign")
    if trouble:
        return _draw_supplement(request, case, now, trouble)
    try:
        services.perform(case_id=case.pk, act="resubmit", actor=actor_in(request))
    except Refused as error:
        return _draw_supplement(request, case, now, [(text, "") for text in error.sentences])
    messages.success(request, "补齐了，已经重新提交。")
    return HttpResponseRedirect(_back(case))


def _draw_supplement(
    request: HttpRequest, case: Case, now: Screen, errors: signing.Errors | None = None
) -> HttpResponse:
    item, files = registry.get(case.item_code), papers.by_kind(case)
    questions = [
        q for step in now.steps for q in asking.sheet(replace(step, fields=step.photos), {}, files=files).questions
    ]
    return show(
        request,
        "supplement",
        "补齐材料",
        errors=errors or (),
        back=_back(case),
        case=case,
        item=item,
        missing=journey.missing_papers(case),
        deadline=selectors.deadline(case),
        questions=questions,
        signers=signing.lines(case, {target: text for text, target in errors or ()}, actor_in(request)),
        screens=[s for s in screens_of(item.form) if not s.is_last],
        here=reverse("portal.supplement", kwargs={"pk": case.pk}),
        today=words.today_iso(),
    )


def _back(case: Case) -> str:
    return reverse("portal.case", kwargs={"pk": case.pk})


def _draw(
    request: HttpRequest,
    case: Case,
    allowed: Any,
    step: Step,
    *,
    shown: Any = None,
    errors: Any = None,
    whole: list[str] | None = None,
) -> HttpResponse:
    sheet = asking.sheet(step, shown or {}, errors)
    summary = [(text, "") for text in whole or ()] + sheet.errors
    return show(
        request,
        "act",
        allowed.act.title,
        errors=summary,
        back=_back(case),
        case=case,
        act=allowed.act,
        allowed=allowed,
        sheet=sheet,
        item=registry.get(case.item_code),
    )
