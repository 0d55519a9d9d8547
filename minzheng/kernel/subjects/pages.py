"""Search, personal file (个人档案), household file (家庭档案). Opening a file needs a reason; whole numbers need a reason of their own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases import selectors as cases
from minzheng.kernel.cases.models import CaseMember
from minzheng.kernel.ids import read_number
from minzheng.kernel.oversight import purposes
from minzheng.kernel.pages import files
from minzheng.kernel.pages.drawing import draw, drawing_of, drawn_panels
from minzheng.kernel.parts import hidden
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.page import Custom, Page
from minzheng.kernel.subjects import selectors
from minzheng.kernel.subjects.children import file_of_a_child
from minzheng.kernel.subjects.errors import ReasonNeeded
from minzheng.kernel.subjects.models import Household, Person

_SUGGESTED = 6
#: Characters of a typed text or of its token.
_LONGEST = 400
#: What a search text is sealed for when it stands in an address.
USE = "search"


def results(request: HttpRequest) -> HttpResponse:
    """All hits for one text: people, cases, awards. The box sends by POST; the address then carries a sealed token, so
    that no name and no number stays in a history or a proxy's log."""
    drawing = drawing_of(request)
    typed = request.POST.get("q", "") if request.method == "POST" else request.GET.get("q", "")
    text = hidden.show(typed.strip()[:_LONGEST], user_id=drawing.actor.id, use=USE)[:60]
    if request.method == "POST":
        token = hidden.hide(text, user_id=drawing.actor.id, use=USE)
        return HttpResponseRedirect(reverse("search.results") + (f"?{urlencode({'q': token})}" if token else ""))
    found = selectors.search(drawing.actor, text) if text else selectors.SearchResult("nothing")
    _record(drawing, "search.results", found)
    panels = drawn_panels(files.search_panels(found), None, drawing)
    page = request.page  # type: ignore[attr-defined]
    return draw(request, "console/search.html", page, found=found, panels=panels, global_q=text, text=text)


def suggest(request: HttpRequest) -> HttpResponse:
    """A few hits under the search box. ID numbers are not looked up before they are complete (each look-up is logged)."""
    drawing = drawing_of(request)
    text = (request.POST.get("q") or request.GET.get("q", "")).strip()[:60]
    digits = text.replace(" ", "")
    unfinished = digits[:-1].isdigit() and 5 < len(digits) < 18 and not digits.upper().startswith("DB")
    found = None if len(text) < 2 or unfinished else selectors.search(drawing.actor, text, limit=_SUGGESTED)
    if found:
        _record(drawing, "search.suggest", found)
        drawing.load_regions(person.region_code for person in found.persons)
    places = {person.pk: drawing.region(person.region_code) for person in found.persons} if found else {}
    page = request.page  # type: ignore[attr-defined]
    return draw(request, "console/suggestions.html", page, found=found, places=places, text=text, unfinished=unfinished)


def _record(drawing: Drawing, page: str, found: selectors.SearchResult) -> None:
    """Hits are seen people: a line in the log. (A look-up by ID number writes its own, found or not.)"""
    rows = len(found.persons) + len(found.cases) + len(found.awards)
    if rows:
        audit.record_listing(
            actor=drawing.actor, page=page, rows=rows, action=audit.SEARCH, detail={"kind": found.kind}
        )


def person_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's file. Without a purpose, the page that asks for one; nothing of the file is shown before."""
    drawing = drawing_of(request)
    person = selectors.visible_persons(drawing.actor).filter(pk=pk).first()
    if person is None:
        raise Http404("没有找到。")
    if person.merged_into_id and selectors.visible_persons(drawing.actor).filter(pk=person.merged_into_id).exists():
        messages.info(request, f"{person.name}的这份档案已并入另一份，下面是保留的档案。")
        return HttpResponseRedirect(reverse("persons.file", kwargs={"pk": person.merged_into_id}))
    purpose = _purpose(request, f"person:{pk}") or _from_case(request, drawing, pk)
    purpose = purpose or purposes.of_person(drawing.actor, pk)
    page = request.page  # type: ignore[attr-defined]
    if purpose is None:
        return _ask(request, page, "个人档案", person.name, f"person:{pk}")
    person = selectors.open_person(drawing.actor, pk, purpose.reason, purpose.code)
    revealed, refusal = _revealed(request, drawing, pk)
    return draw(
        request,
        "console/person.html",
        page,
        status=422 if refusal else 200,
        title=person.name,
        person=person,
        reason=purpose.reason,
        lines=files.sensitive_lines(person, drawing, revealed),
        refusal=refusal,
        panels=drawn_panels(files.person_panels(), person, drawing),
    )


def _revealed(request: HttpRequest, drawing: Drawing, pk: int) -> tuple[dict[str, str], str]:
    """The one whole number asked for with its own purpose, or the sentence of the refusal."""
    field = request.POST.get("field", "") if request.method == "POST" else ""
    if field not in selectors.SENSITIVE:
        return {}, ""
    try:
        return {field: selectors.unmask(drawing.actor, pk, field, request.POST.get("why", ""))}, ""
    except ReasonNeeded as error:
        return {}, str(error)
    except Person.DoesNotExist:
        return {}, "您的岗位不能查看完整号码。"


def household_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A household's file; opening it needs a purpose like a person's."""
    drawing = drawing_of(request)
    household = selectors.visible_households(drawing.actor).filter(pk=pk).first()
    if household is None:
        raise Http404("没有找到。")
    page = request.page  # type: ignore[attr-defined]
    purpose = _purpose(request, f"household:{pk}") or purposes.of_household(drawing.actor, pk)
    if purpose is None:
        return _ask(request, page, "家庭档案", household.no, f"household:{pk}")
    household = selectors.open_household(drawing.actor, pk, purpose.reason, purpose.code)
    return draw(
        request,
        "console/detail.html",
        page,
        title=f"家庭 {household.no}",
        obj=household,
        subtitle=f"查看理由：{purpose.reason}（已记入审计）",
        panels=drawn_panels(files.household_panels(), household, drawing),
    )


def give_reason(request: HttpRequest) -> HttpResponse:
    """Keep the purpose for this session and go on to the file it was asked for."""
    kind, _, text = request.POST.get("file", "").partition(":")
    number = read_number(text)
    codes = {"person": "persons.file", "household": "households.file"}
    if kind not in codes or number is None:
        raise Http404("没有找到。")
    other = request.POST.get("other", "").strip()
    purpose = purposes.asked("other", other) if other else purposes.asked(request.POST.get("reason", ""))
    if purpose:
        request.session[f"reason:{kind}:{number}"] = [purpose.code, purpose.reason]
    else:
        messages.warning(request, "请选择一个理由，或在“其他理由”里写清楚（至少 4 个字）。")
    return HttpResponseRedirect(reverse(codes[kind], kwargs={"pk": number}))


def _purpose(request: HttpRequest, key: str) -> purposes.Purpose | None:
    kept = request.session.get(f"reason:{key}")
    return purposes.Purpose(*kept) if isinstance(kept, list) and len(kept) == 2 else None


def _from_case(request: HttpRequest, drawing: Drawing, pk: int) -> purposes.Purpose | None:
    """Opened from a case: the case is the purpose, if this person is in it and the actor may see it."""
    number = read_number(request.GET.get("case", ""))
    if number is None:
        return None
    case = cases.visible_to(drawing.actor).filter(pk=number).first()
    inside = case and (case.applicant_id == pk or CaseMember.objects.filter(case=case, person_id=pk).exists())
    return purposes.of_case(case) if case and inside else None


def _ask(request: HttpRequest, page: Page, what: str, name: str, key: str) -> HttpResponse:
    reasons = [one for one in purposes.codes("asked").values() if not one.more]
    return draw(request, "console/reason.html", page, what=what, name=name, reasons=reasons, file=key)


def _example(model: Any) -> Any:
    def call() -> dict[str, int] | None:
        pk = model.objects.order_by("pk").values_list("pk", flat=True).first()
        return {"pk": pk} if pk else None

    return call


PAGES = [
    Page("search.results", "console/search/", "查找", "person.search", Custom(results)),
    Page("search.suggest", "console/search/suggest/", "查找建议", "person.search", Custom(suggest, kind="fragment")),
    Page(
        "persons.file",
        "console/persons/<int:pk>/",
        "个人档案",
        "person.read",
        Custom(person_file),
        example=_example(Person),
        step_up=file_of_a_child,
    ),
    Page(
        "households.file",
        "console/households/<int:pk>/",
        "家庭档案",
        "household.read",
        Custom(household_file),
        example=_example(Household),
    ),
    Page(
        "files.reason", "console/files/reason/", "填写查看理由", "person.read", Custom(give_reason, methods=("POST",))
    ),
]
