"""One screen of the application form: draw, save, go back and forth, look over, submit. Drawing is in ``asking``,
saving in ``drafting``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases import services
from minzheng.kernel.cases.drafting import linking
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.items import registry
from minzheng.kernel.items.forms import Step
from minzheng.kernel.items.items import Item
from minzheng.kernel.parts.fields import Field, Photo, raw_value
from minzheng.kernel.subjects import mandates
from minzheng.online.portal import asking, drafting, papers, review, signing, words
from minzheng.online.portal.course import course
from minzheng.online.portal.rendering import own_case, show
from minzheng.online.portal.screens import Screen, screen_of_number, screen_of_step, screens_of

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.subjects.mandate_models import Mandate

ErrorsByStep = Mapping[str, Mapping[str, str]]


def start(request: HttpRequest, item: str) -> HttpResponse:
    """Start an application (pressing once or twice gives one draft). Opening the address directly first shows an
    explanation.
    """
    known = next((one for one in registry.portal_items() if one.code == item), None)
    if known is None:
        return HttpResponseRedirect(reverse("portal.home"))
    if request.method == "POST":
        if request.POST.get("for") != "me" and _mandated(request, item):
            return HttpResponseRedirect(reverse("portal.whom", kwargs={"item": item}))
        return HttpResponseRedirect(drafting.begin(request, item))
    return show(request, "item", known.title, back="portal.home", item=known, screens=screens_of(known.form))


def whom(request: HttpRequest, item: str) -> HttpResponse:
    """For whom: one question, asked only of those who act for others too."""
    known = next((one for one in registry.portal_items() if one.code == item), None)
    held = _mandated(request, item)
    if known is None or not held:
        return HttpResponseRedirect(reverse("portal.home"))
    return show(request, "whom", f"给谁申请{known.short}", back="portal.home", item=known, held=held)


def _mandated(request: HttpRequest, item: str) -> list[Mandate]:
    """Confirmed mandates of this account by which it may apply for this item."""
    actor = actor_in(request)
    return [
        m
        for m in mandates.held(actor)
        if m.state == "active" and m.may_file and m.case_id is None and mandates.covers(m, item)
    ]


def screen(request: HttpRequest, pk: int, screen: int) -> HttpResponse:
    case = own_case(request, pk)
    if case.state not in ("DRAFT", "SUPPLEMENT"):
        return HttpResponseRedirect(reverse("portal.case", kwargs={"pk": case.pk}))
    now = screen_of_number(registry.get(case.item_code).form, screen)
    if request.method != "POST":
        return _draw(request, case, now, blank="add" in request.GET)
    return _posted(request, case, now)


def _posted(request: HttpRequest, case: Case, now: Screen) -> HttpResponse:
    asked = request.POST.get("do", "next")
    if asked == "photo":
        return papers.receive(request, case, now)
    if request.POST.get("remove_photo"):
        return papers.remove(request, case, url=drafting.url_of(case, now.number))
    post = request.POST.copy()
    if asked.startswith("remove_row:"):
        row = asked.partition(":")[2]
        for name in [n for n in post if n.startswith(f"{row}.")]:
            del post[name]
    saved = drafting.save_screen(request, case, now, post)
    photo_trouble = papers.keep_all(request, case, now)
    if asked == "autosave":
        return JsonResponse({"saved": not saved.refused})
    case.refresh_from_db()
    here = drafting.url_of(case, now.number)
    if asked == "save" and not photo_trouble and not saved.refused:
        messages.success(request, "草稿存好了。可以先离开，回来点“接着填”。")
        return HttpResponseRedirect(here)
    if asked == "add_row":
        return HttpResponseRedirect(here + "?add=1#new")
    if asked.startswith("remove_row:"):
        return HttpResponseRedirect(here)
    if asked.startswith("sign:"):
        return _sign(request, case, now, asked.partition(":")[2])
    return _onward(request, case, now, saved, photo_trouble)


def _onward(
    request: HttpRequest, case: Case, now: Screen, saved: drafting.Saved, photo_trouble: list[tuple[str, str]]
) -> HttpResponse:
    files = papers.by_kind(case)
    errors = {code: dict(found) for code, found in saved.errors.items()}
    for step in now.steps:
        errors.setdefault(step.code, {}).update(drafting.photo_errors(step, files))
    whole = [(text, "") for text in saved.refused] + photo_trouble
    if whole or any(errors.values()):
        return _draw(request, case, now, errors=errors, whole=whole)
    if case.state == "SUPPLEMENT":  # When supplementing, a changed screen leads back to the supplement page
        return HttpResponseRedirect(reverse("portal.supplement", kwargs={"pk": case.pk}))
    if not now.is_last:
        return HttpResponseRedirect(drafting.url_of(case, now.number + 1))
    return _submit(request, case, now)


def _sign(request: HttpRequest, case: Case, now: Screen, member: str) -> HttpResponse:
    errors = signing.sign_from_post(request, case, member)
    if errors:
        return _draw(request, case, now, whole=errors, signing_errors={target: text for text, target in errors})
    return HttpResponseRedirect(drafting.url_of(case, now.number) + "#sign")


def _submit(request: HttpRequest, case: Case, now: Screen) -> HttpResponse:
    sent = HttpResponseRedirect(reverse("portal.sent", kwargs={"pk": case.pk}))
    data = {f.name: raw_value(f, request.POST, None) for f in _promises(case)}
    try:
        services.submit(case_id=case.pk, actor=actor_in(request), data=data)
    except Refused as error:
        case.refresh_from_db()
        if case.state != "DRAFT":  # Pressed twice: the first one went in
            return sent
        whole = [(text, "") for text in error.sentences]
        return _draw(request, case, now, whole=_unfinished(case) or whole, promise_errors=error.fields)
    linking.link_new_file(actor=actor_in(request), case_id=case.pk)
    return sent


def _promises(case: Case) -> list[Field]:
    """Promises to tick on submitting. Photos (letter of authority) are only for agents, at the window."""
    act = registry.get(case.item_code).flow.act("submit")
    return [f for f in act.fields if not isinstance(f, Photo)] if act else []


def _unfinished(case: Case) -> list[tuple[str, str]]:
    """Steps not finished, one sentence each; a click leads to the step (the link is drawn in the list)."""
    form = registry.get(case.item_code).form
    found = []
    for code, errors in form.problems(case.form).items():
        step, target = form.step(code), screen_of_step(form, code)
        found.append((f"“{step.title}”还有 {len(errors)} 处没填好，点这里去改", f"go-{target.number}"))
    return found


def _draw(
    request: HttpRequest,
    case: Case,
    now: Screen,
    *,
    errors: ErrorsByStep | None = None,
    whole: list[tuple[str, str]] | None = None,
    signing_errors: Mapping[str, str] | None = None,
    promise_errors: Mapping[str, str] | None = None,
    blank: bool = False,
) -> HttpResponse:
    item = registry.get(case.item_code)
    files = papers.by_kind(case)
    sheets = [_sheet(item, case, step, (errors or {}).get(step.code), files, blank) for step in now.steps]
    every = screens_of(item.form)
    promises = (
        asking.sheet(Step("submit", "", tuple(_promises(case))), request.POST, promise_errors) if now.is_last else None
    )
    summary = [
        *(whole or ()),
        *(one for sheet in sheets for one in sheet.errors),
        *(promises.errors if promises else ()),
    ]
    context: dict[str, Any] = {
        "mandate": mandates.acting(actor_in(request), case),
        "case": case,
        "item": item,
        "screen": now,
        "screens": every,
        "sheets": sheets,
        "here": drafting.url_of(case, now.number),
        "after": every[now.number] if now.number < len(every) else None,
        "before": drafting.url_of(case, now.number - 1) if now.number > 1 else "",
        "today": words.today_iso(),
        "promises": promises.questions if promises else [],
    }
    if now.is_last:
        context |= _last(request, item, case, files, signing_errors)
    return show(
        request,
        "apply",
        f"{item.short}申请：{now.title}",
        errors=summary,
        back=context["before"] or "portal.home",
        **context,
    )


def _sheet(
    item: Item, case: Case, step: Any, errors: Mapping[str, str] | None, files: Mapping[str, Any], blank: bool
) -> asking.Sheet:
    names = (case.form.get(step.key) or []) if step.repeat else ()
    return asking.sheet(step, item.form.shown(step.code, case.form), errors, names=names, files=files, blank=blank)


def _last(
    request: HttpRequest, item: Item, case: Case, files: Mapping[str, Any], errors: Mapping[str, str] | None
) -> dict[str, Any]:
    def url_of_step(code: str) -> str:
        return drafting.url_of(case, screen_of_step(item.form, code).number)

    lines = signing.lines(case, errors or {}, actor_in(request))
    params = item.flow.params(case.region_code or "0" * 12, clock.today())
    return {
        "course": course(item, params.publicity_days),
        "groups": review.groups(item.form, case.form, files, url_of_step),
        "signers": lines,
        "all_signed": all(line.signed or line.optional for line in lines),
    }
