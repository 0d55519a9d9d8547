"""Start an application, save a screen, save afterwards what was typed before the session expired: acts shared by the
views, all through cases.services.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.cases.states import OPEN
from minzheng.kernel.items import registry
from minzheng.kernel.items.forms import Step, raw_of_post
from minzheng.online.portal.screens import Screen, screen_of_number, screen_of_step
from minzheng.online.portal.what import carry

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case


@dataclass
class Saved:
    """What saving a screen gave: errors of each step ``{step: {key: sentence}}``, and reasons to refuse the whole."""

    errors: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.refused and not any(self.errors.values())


def begin(request: HttpRequest, item_code: str) -> str:
    """Start (or go on with) an application; returns where to go: to the case itself if one is under way."""
    open_one = next(
        (c for c in selectors.mine(actor_in(request)) if c.item_code == item_code and is_open(c, actor_in(request))),
        None,
    )  # type: ignore[attr-defined]
    if open_one is not None:
        messages.info(request, "您家已经在办理或享受这一项，不用再申请。")
        return reverse("portal.case", kwargs={"pk": open_one.pk})
    try:
        case = services.start_draft(item_code=item_code, actor=actor_in(request))
    except Refused as error:
        request.session["portal.refused"] = error.sentences
        return reverse("portal.mine")
    form = registry.get(item_code).form
    if carry.into(request, case):
        return url_of(case, 1)
    reached = form.steps[min(max(case.step, 1), len(form.steps)) - 1]
    return url_of(case, screen_of_step(form, reached.code).number)


def is_open(case: Case, actor: Actor) -> bool:
    """This case of the person as applicant is under way or being paid; applications for others do not count."""
    return case.state in OPEN and case.applicant_id is not None and case.applicant_id == actor.person_id


def url_of(case: Case, screen: int) -> str:
    return reverse("portal.draft", kwargs={"pk": case.pk, "screen": max(screen, 1)})


def save_screen(request: HttpRequest, case: Case, screen: Screen, post: Mapping[str, Any]) -> Saved:
    """Save the fillable steps of one screen one by one; wrong ones are kept as typed, and errors are collected by step."""
    saved = Saved()
    for step in screen.steps:
        if not step.plain_fields:
            continue
        try:
            result = services.save_step(
                case_id=case.pk, step=step.code, raw=raw_of_post(step, post), actor=actor_in(request)
            )  # type: ignore[attr-defined]
            saved.errors[step.code] = dict(result.errors)
        except Refused as error:
            saved.refused += error.sentences
    return saved


def save_kept(request: HttpRequest, pk: int, number: int, post: Mapping[str, Any]) -> str:
    """After signing in, save the screen from before expiry. Does nothing and returns empty when it is not the person's
    own draft.
    """
    try:
        case = selectors.get(actor_in(request), pk)
    except NotFound:
        return ""
    if case.state != "DRAFT":
        return ""
    screen = screen_of_number(registry.get(case.item_code).form, number)
    save_screen(request, case, screen, post)
    return url_of(case, screen.number)


def photo_errors(step: Step, stored: Mapping[str, list[Any]]) -> dict[str, str]:
    """Sentences for required photos that are missing. Photos are attachments of the case, not of the form, so they are
    checked apart.
    """
    return {f.name: f"请拍照或上传{f.label}。" for f in step.photos if f.required and not stored.get(f.kind or f.name)}
