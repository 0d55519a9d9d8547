"""Who read one person's file, for the auditor: on the screen and on paper; and the way there by ID number."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.oversight import papers, readers
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.subjects import idcard, masking
from minzheng.kernel.subjects.models import Person

_SHOWN = 300


def _person(actor: Any, pk: int) -> Person:
    """Within the reach of audit.read only: the auditor's scope is the place that keeps the file."""
    found = Person.objects.filter(actor.scope_q("audit.read"), pk=pk).first()
    if found is None:
        raise Http404("没有找到。")
    return found


def person_reads(request: HttpRequest, pk: int) -> HttpResponse:
    """The readings of every part of the file, newest first; `?pdf=1` as a paper."""
    drawing = drawing_of(request)
    person = _person(drawing.actor, pk)
    audit.record_read(actor=drawing.actor, obj=person, reason="审计：查看查阅记录", purpose="audit")
    rows = readers.about(person.pk)
    lines = readers.readings(list(rows[:_SHOWN]), names=True, sentences=True)
    # The audit administrator reads the log, not the file: no whole name where person.read is not held.
    name = person.name if drawing.actor.can("person.read", person.region_code) else masking.mask_name(person.name)
    if request.GET.get("pdf") == "1":
        response = HttpResponse(papers.reads_page(name, lines, drawing.actor), content_type="application/pdf")
        response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote('档案查阅记录.pdf')}"
        return response
    return draw(
        request,
        "console/person_reads.html",
        request.page,  # type: ignore[attr-defined]
        title=f"谁看过{name}的档案",
        lines=lines,
        total=rows.count(),
        person=person,
        file_url=reverse("persons.file", kwargs={"pk": pk})
        if drawing.actor.can("person.read", person.region_code)
        else "",
    )


def find(request: HttpRequest) -> HttpResponse:
    """By whole ID number, sent by POST; a look-up is a line in the log, found or not."""
    drawing = drawing_of(request)
    refusal = ""
    if request.method == "POST":
        try:
            number = idcard.check(request.POST.get("id_no", "")).normalised
        except idcard.InvalidIdNumber as error:
            refusal = str(error)
        else:
            rows = Person.objects.filter(drawing.actor.scope_q("audit.read"))
            person = rows.filter(id_index=BlindIndex.of_value("id_no", number)).first()
            audit.record(
                actor=drawing.actor, action="person.search_id", obj=person,
                detail={"hits": int(person is not None), "purpose": "audit"},
            )  # fmt: skip
            if person is not None:
                return HttpResponseRedirect(reverse("oversight.person_reads", kwargs={"pk": person.pk}))
            refusal = "您的数据范围内没有这个身份证号码的档案。请核对号码。"
    return draw(
        request,
        "console/reads_find.html",
        request.page,  # type: ignore[attr-defined]
        status=422 if refusal else 200,
        refusal=refusal,
        id_no=request.POST.get("id_no", ""),
    )
