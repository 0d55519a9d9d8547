"""Acts on the case page: each allowed act with its form; those that are not open yet say why."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel.accounts import proof
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.errors import NotFound
from minzheng.kernel.cases.models import Case
from minzheng.kernel.ids import read_number
from minzheng.kernel.items import registry
from minzheng.kernel.pages.inputs import Input, inputs_of
from minzheng.kernel.pages.refusals import REFUSALS, field_errors_of, sentences_of
from minzheng.kernel.parts.fields import Field, Text, raw_value

#: The version of a form that does not say which state of the case its user saw: older than any.
UNKNOWN = -1


class _Secret(Text):
    """Password or device code, never shown again."""

    widget = "password"


PROOF = _Secret(
    "proof",
    "口令或动态码",
    required=True,
    autocomplete="current-password",
    help="这一步须再次验证身份，已填的内容不会丢。",
)


@dataclass(frozen=True)
class ActForm:
    """One act: ``open`` forms are unfolded, ``why_not`` says what is missing, in sentences."""

    code: str
    title: str
    help: str
    tone: str
    enabled: bool
    why_not: list[str]
    inputs: list[Input]
    open: bool
    refusals: list[str]
    has_files: bool
    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    @property
    def errors(self) -> list[Input]:
        return [one for one in self.inputs if one.error]

    @property
    def is_plain(self) -> bool:
        """Nothing to fill in: one button does it."""
        return not self.inputs


@dataclass(frozen=True)
class Attempt:
    """What was sent and refused: shown again on the case page, nothing typed is lost."""

    code: str
    posted: Mapping[str, Any]
    sentences: list[str]
    fields: dict[str, str]


def act_forms(
    case: Case,
    actor: Any,
    attempt: Attempt | None = None,
    initial: Mapping[str, Any] | None = None,
    *,
    proved: bool = True,
) -> list[ActForm]:
    """All acts this actor holds the right to here: the way on first, then the others, closed ones last. Without a fresh
    proof of who is asking (``proved``) acts that demand one ask for it in their own form: nothing typed is lost."""
    allowed = selectors.allowed_acts(case, actor)
    done = _done_here(case)
    tones = {"primary": 0, "plain": 1, "danger": 2}
    # What was done already in this state (a check, a visit) steps back behind what is still to do.
    ranked = sorted(allowed, key=lambda one: (not one.enabled, tones.get(one.act.tone, 1), one.act.code in done))
    first = next(
        (one.act.code for one in ranked if one.enabled and one.act.tone == "primary" and one.act.code not in done), ""
    )
    open_code = attempt.code if attempt else first
    return [_form(one, attempt, one.act.code == open_code, initial or {}, proved) for one in ranked]


def _done_here(case: Case) -> set[str]:
    """Codes of the acts done since the case came into its present state."""
    done: set[str] = set()
    for act in case.acts.order_by("-seq"):
        if act.to_state != case.state:
            break
        if act.from_state == case.state:
            done.add(act.code)
    return done


def _form(allowed: Any, attempt: Attempt | None, opened: bool, initial: Mapping[str, Any], proved: bool) -> ActForm:
    act = allowed.act
    mine = attempt if attempt and attempt.code == act.code else None
    return ActForm(
        act.code,
        act.title,
        act.help,
        act.tone,
        allowed.enabled,
        list(allowed.why_not),
        inputs_of(
            (*act.fields, PROOF) if act.step_up and not proved else act.fields,
            initial,
            mine.fields if mine else {},
            posted=mine.posted if mine else None,
            id_prefix=f"{act.code}-",
        ),
        opened,
        mine.sentences if mine else [],
        any(field.widget == "photo" for field in act.fields),
    )


def perform(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """POST of one act. Refused → the case page again with the reasons (422); done → the case page as it is now."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        case = selectors.get(actor, pk)
    except NotFound as error:
        raise Http404("没有找到。") from error
    declared = registry.for_case(case).flow.act(act)
    if declared is None:
        raise Http404("没有找到。")
    if request.method != "POST":
        return HttpResponseRedirect(reverse("cases.detail", kwargs={"pk": pk}) + "#acts")
    version = read_number(request.POST.get("version", ""))
    try:
        if declared.step_up and not proof.fresh(request):
            proof.prove(request=request, user=actor.user, secret=request.POST.get(PROOF.name, ""))
        services.perform(
            case_id=pk,
            act=act,
            actor=actor,
            data=raw_of(declared.fields, request),
            version=UNKNOWN if version is None else version,
            token=request.POST.get("token", ""),
        )
    except NotFound as error:
        raise Http404("没有找到。") from error
    except REFUSALS as error:
        from minzheng.kernel.pages.casework.case_page import draw_case

        attempt = Attempt(act, request.POST, sentences_of(error), field_errors_of(error))
        return draw_case(request, pk, attempt=attempt)
    messages.success(request, f"已办理：{declared.title}。")
    if not selectors.visible_to(actor).filter(pk=pk).exists():  # it has moved to another township
        return HttpResponseRedirect(reverse("cases.moved"))
    return HttpResponseRedirect(reverse("cases.detail", kwargs={"pk": pk}))


def act_fields() -> tuple[Field, ...]:
    """Every field that some act of some item takes, by name: what this page's form may send."""
    found = {field.name: field for item in registry.all_items() for act in item.flow.acts for field in act.fields}
    return tuple(found.values())


def raw_of(fields: tuple[Field, ...], request: HttpRequest) -> dict[str, Any]:
    """{field name: raw value} of an act's form; uploads as lists."""
    return {field.name: raw_value(field, request.POST, request.FILES) for field in fields}


__all__ = ["ActForm", "Attempt", "act_fields", "act_forms", "perform", "raw_of"]
