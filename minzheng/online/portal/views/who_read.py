"""谁看过我的档案: every reading of one's own file by others, in plain words, with a way to ask about each."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.ids import read_number
from minzheng.kernel.oversight import questions, readers
from minzheng.kernel.oversight.errors import OversightRefused
from minzheng.kernel.oversight.limits import limit
from minzheng.online.portal.rendering import Errors, show


def who_read(request: HttpRequest) -> HttpResponse:
    """The last twelve months; `?all=1` everything; `?of=` somebody whose guardian or agent one is; `?ask=` the form for
    one line (0: in general)."""
    actor = actor_in(request)
    people = readers.people_of(actor)
    if not people:
        return show(request, "who_read", "谁看过我的档案", back="portal.home", people=[], lines=[])
    chosen = read_number(request.POST.get("of") or request.GET.get("of", "")) or people[0][0]
    name = dict(people).get(chosen)
    if name is None:
        raise Http404
    errors: Errors = ()
    if request.method == "POST":
        try:
            return _asked(request, chosen)
        except OversightRefused as error:
            errors = [(sentence, "ask-text") for sentence in error.sentences]
    everything = request.GET.get("all") == "1"
    lines, older = readers.for_person(actor, chosen, everything=everything)
    asking = read_number(request.POST.get("entry") or request.GET.get("ask", ""))
    return show(
        request,
        "who_read",
        "谁看过我的档案",
        back="portal.home",
        errors=errors,
        people=people,
        chosen=chosen,
        own=chosen == actor.person_id,
        name=name,
        lines=lines,
        older=older,
        everything=everything,
        months=limit("WHO_READ_MONTHS"),
        asking=asking,
        asked_line=next((one for one in lines if one.entry_id == asking), None),
        kinds=questions.KINDS,
        kind=request.POST.get("kind", "question"),
        text=request.POST.get("text", ""),
        answers=list(questions.of_person(actor, chosen)),
    )


def _asked(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = actor_in(request)
    entry = read_number(request.POST.get("entry", "")) or None
    if entry is not None and not readers.about(person_id).filter(pk=entry).exists():
        raise Http404
    questions.ask(
        actor=actor,
        person_id=person_id,
        entry_id=entry,
        kind=request.POST.get("kind", ""),
        text=request.POST.get("text", ""),
    )
    messages.success(request, "已经转给审计管理员，答复后会通知您。")
    return HttpResponseRedirect(reverse("portal.who_read") + f"?of={person_id}")
