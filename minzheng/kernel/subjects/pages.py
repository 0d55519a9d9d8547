"""Search, personal file (个人档案), household file (家庭档案). Opening a file needs a reason; whole numbers need a reason of their own."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel.cases.models import CaseMember
from minzheng.kernel.ids import read_number
from minzheng.kernel.pages import files
from minzheng.kernel.pages.drawing import draw, drawing_of, drawn_panels
from minzheng.kernel.parts.page import Custom, Page
from minzheng.kernel.subjects import selectors
from minzheng.kernel.subjects.errors import ReasonNeeded
from minzheng.kernel.subjects.models import Household, Person

#: Reasons offered with one click; anything else is typed.
REASONS = ("受理申请", "调查核实", "动态复核", "群众来访咨询", "信访核查")
_SUGGESTED = 6


def results(request: HttpRequest) -> HttpResponse:
    """All hits for one text: people, cases, awards. One single exact hit opens at once for a keyboard user."""
    drawing = drawing_of(request)
    text = request.GET.get("q", "").strip()[:60]
    found = selectors.search(drawing.actor, text) if text else selectors.SearchResult("nothing")
    panels = drawn_panels(files.search_panels(found), None, drawing)
    page = request.page  # type: ignore[attr-defined]
    return draw(request, "console/search.html", page, found=found, panels=panels, global_q=text, text=text)


def suggest(request: HttpRequest) -> HttpResponse:
    """A few hits under the search box. ID numbers are not looked up before they are complete (each look-up is logged)."""
    drawing = drawing_of(request)
    text = request.GET.get("q", "").strip()[:60]
    digits = text.replace(" ", "")
    unfinished = digits[:-1].isdigit() and 5 < len(digits) < 18 and not digits.upper().startswith("DB")
    found = None if len(text) < 2 or unfinished else selectors.search(drawing.actor, text, limit=_SUGGESTED)
    if found:
        drawing.load_regions(person.region_code for person in found.persons)
    places = {person.pk: drawing.region(person.region_code) for person in found.persons} if found else {}
    page = request.page  # type: ignore[attr-defined]
    return draw(request, "console/suggestions.html", page, found=found, places=places, text=text, unfinished=unfinished)


def person_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's file. Without a reason, the page that asks for one; nothing of the file is shown before."""
    drawing = drawing_of(request)
    reason = _reason(request, f"person:{pk}") or _case_reason(request, drawing.actor, pk)
    person = selectors.visible_persons(drawing.actor).filter(pk=pk).first()
    if person is None:
        raise Http404("没有找到。")
    page = request.page  # type: ignore[attr-defined]
    if not reason:
        return _ask_reason(request, page, "个人档案", person.name)
    person = selectors.open_person(drawing.actor, pk, reason)
    revealed, refusal = {}, ""
    if request.method == "POST" and request.POST.get("field") in selectors.SENSITIVE:
        field = request.POST["field"]
        try:
            revealed = {field: selectors.unmask(drawing.actor, pk, field, request.POST.get("why", ""))}
        except ReasonNeeded as error:
            refusal = str(error)
        except Person.DoesNotExist:
            refusal = "您的岗位不能查看完整号码。"
    return draw(
        request,
        "console/person.html",
        page,
        status=422 if refusal else 200,
        title=person.name,
        person=person,
        reason=reason,
        lines=files.sensitive_lines(person, drawing, revealed),
        refusal=refusal,
        panels=drawn_panels(files.PERSON, person, drawing),
    )


def household_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A household's file; opening it needs a reason like a person's."""
    drawing = drawing_of(request)
    household = selectors.visible_households(drawing.actor).filter(pk=pk).first()
    if household is None:
        raise Http404("没有找到。")
    page = request.page  # type: ignore[attr-defined]
    reason = _reason(request, f"household:{pk}")
    if not reason:
        return _ask_reason(request, page, "家庭档案", household.no)
    household = selectors.open_household(drawing.actor, pk, reason)
    return draw(
        request,
        "console/detail.html",
        page,
        title=f"家庭 {household.no}",
        obj=household,
        subtitle=f"查看理由：{reason}（已记入审计）",
        panels=drawn_panels(files.HOUSEHOLD, household, drawing),
    )


def give_reason(request: HttpRequest) -> HttpResponse:
    """Keep the reason for this session and go on to the file it was asked for."""
    kind, _, text = request.POST.get("file", "").partition(":")
    number = read_number(text)
    codes = {"person": "persons.file", "household": "households.file"}
    if kind not in codes or number is None:
        raise Http404("没有找到。")
    reason = (request.POST.get("other", "").strip() or request.POST.get("reason", "").strip())[:200]
    if reason:
        request.session[f"reason:{kind}:{number}"] = reason
    return HttpResponseRedirect(reverse(codes[kind], kwargs={"pk": number}))


def _reason(request: HttpRequest, key: str) -> str:
    return str(request.session.get(f"reason:{key}", ""))


def _case_reason(request: HttpRequest, actor: Any, pk: int) -> str:
    """Opened from a case: the case is the reason, if this person is in it and the actor may see it."""
    number = read_number(request.GET.get("case", ""))
    if number is None:
        return ""
    from minzheng.kernel.cases import selectors as cases

    case = cases.visible_to(actor).filter(pk=number).first()
    inside = case and (case.applicant_id == pk or CaseMember.objects.filter(case=case, person_id=pk).exists())
    return f"办理办件 {case.no or '（未编号）'}" if case and inside else ""


def _ask_reason(request: HttpRequest, page: Page, what: str, name: str) -> HttpResponse:
    kind = "person" if what == "个人档案" else "household"
    key = f"{kind}:{request.resolver_match.kwargs['pk']}"  # type: ignore[union-attr]
    return draw(request, "console/reason.html", page, what=what, name=name, reasons=REASONS, file=key)


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
