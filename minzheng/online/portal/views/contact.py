"""怎样联系我: through which channel I am told first, whether reminders come at all, and whether papers may be served
online. The same record as the one the window keeps (``notices.choices``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.items.forms import Step
from minzheng.kernel.notices import choices
from minzheng.kernel.notices.errors import MessageError
from minzheng.kernel.parts.fields import Choice, YesNo, clean_fields, raw_value
from minzheng.kernel.subjects.selectors import visible_persons
from minzheng.online.portal import asking
from minzheng.online.portal.rendering import show

if TYPE_CHECKING:
    from minzheng.kernel.subjects.models import Person

TITLE = "怎样联系我"
#: Of the ways consent may be given, the one that happens here.
ONLINE = choices.CONSENT_WAYS[0]


def contact(request: HttpRequest) -> HttpResponse:
    """The person's own choice alone: nobody decides for somebody else how that person is told."""
    actor = actor_in(request)
    person = visible_persons(actor).filter(pk=actor.person_id).first() if actor.person_id else None
    if person is None:
        return show(request, "contact", TITLE, back="portal.home", person=None)
    step = _step(person)
    if request.method != "POST":
        return _draw(request, step, _chosen(person), {})
    raw = {field.name: raw_value(field, request.POST, request.FILES) for field in step.fields}
    values, errors = clean_fields(step.fields, raw)
    if not errors:
        try:
            _keep(request, person, values)
        except MessageError as error:
            errors = {"": str(error)}
    if errors:
        return _draw(request, step, raw, errors)
    messages.success(request, "记好了，以后按您选的办。")
    return HttpResponseRedirect(reverse("portal.contact"))


def _step(person: Person) -> Step:
    """Only channels that reach this person are offered."""
    return Step(
        "contact",
        TITLE,
        (
            Choice("first", "先用哪种方式告诉您", required=True, options=_ways(person)),
            YesNo(
                "reminders",
                "要不要提醒短信",
                required=True,
                help="比如快到复核的日子。受理、结果、停发这些通知照样发。",
            ),
            YesNo(
                "electronic",
                "同意在网上收正式文书吗",
                required=True,
                help="同意了，文书可以只在这里送给您，和寄到家里一样有效。随时可以改回来。",
            ),
        ),
    )


def _ways(person: Person) -> list[tuple[str, str]]:
    words = {
        "sms": f"发短信（尾号 {(person.phone or '')[-4:]}）",
        "wechat": "发微信",
        "post": f"寄信到 {person.address}",
    }
    return [(one, words[one]) for one in choices.OUTSIDE if choices.address(person, one)]


def _chosen(person: Person) -> dict[str, Any]:
    return {
        "first": choices.order(person)[0],
        "reminders": "no" if choices.refuses_reminders(person) else "yes",
        "electronic": "yes" if choices.electronic_consent(person, clock.today()) else "no",
    }


def _keep(request: HttpRequest, person: Person, values: dict[str, Any]) -> None:
    """The channel chosen comes first; the others stay as a way out, in the order they had."""
    first = values["first"]
    choices.set_choice(
        person=person,
        actor=actor_in(request),
        order=[first, *(one for one in choices.order(person) if one != first)],
        no_reminders=not values["reminders"],
        electronic=values["electronic"],
        consent_way=ONLINE,
    )


def _draw(request: HttpRequest, step: Step, shown: dict[str, Any], errors: dict[str, str]) -> HttpResponse:
    sheet = asking.sheet(step, shown, errors)
    return show(request, "contact", TITLE, back="portal.home", errors=sheet.errors, sheet=sheet, person=True)
