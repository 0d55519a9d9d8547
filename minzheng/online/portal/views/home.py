"""Home page: drafts to go on with, what waits for you, what can be applied for, what can be looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases import selectors
from minzheng.kernel.items import registry
from minzheng.kernel.subjects import mandates
from minzheng.online.portal import drafting
from minzheng.online.portal.rendering import show
from minzheng.online.portal.screens import screen_of_step

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.items.items import Item

    #: What can be applied for, the open case if there is one, and whether a draft waits.
    Offer = tuple[Item, Case | None, bool]


@dataclass(frozen=True)
class Task:
    title: str
    words: str
    url: str


def home(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    drafts: list[dict[str, object]] = []
    tasks: list[Task] = []
    under_way: dict[str, Case] = {}
    begun: set[str] = set()
    if actor.is_citizen:
        own = list(selectors.mine(actor))
        drafts = [_draft(case) for case in own if case.state == "DRAFT"]
        begun = {case.item_code for case in own if case.state == "DRAFT" and not case.mandates.exists()}
        tasks = _tasks(request, own)
        under_way = {case.item_code: case for case in own if drafting.is_open(case, actor)}
    offers = [(item, under_way.get(item.code), item.code in begun) for item in registry.portal_items()]
    return show(request, "home", "首页", offers=by_line(offers), drafts=drafts, tasks=tasks)


def by_line(offers: Iterable[Offer]) -> list[tuple[str, list[Offer]]]:
    """(title of the business line, what it offers), 社会救助 first, then as the lines' codes come."""
    titles = {config.label: str(config.verbose_name) for config in apps.get_app_configs()}
    groups: dict[str, list[Offer]] = {}
    for offer in offers:
        groups.setdefault(offer[0].code.partition(".")[0], []).append(offer)
    return [(titles.get(code, code), group) for code, group in groups.items()]


def _draft(case: Case) -> dict[str, object]:
    item = registry.get(case.item_code)
    step = item.form.steps[min(max(case.step, 1), len(item.form.steps)) - 1]
    screen = screen_of_step(item.form, step.code)
    whose = "" if case.created_by_id is None or not case.mandates.exists() else f"{case.applicant_name}的"
    return {
        "title": f"{whose}{item.short}申请",
        "screen": screen.number,
        "url": drafting.url_of(case, screen.number),
        "drop": reverse("portal.drop_draft", kwargs={"pk": case.pk}),
    }


def _tasks(request: HttpRequest, own: list[Case]) -> list[Task]:
    found = [
        Task(
            "补齐材料",
            f"{registry.get(case.item_code).short}申请 {case.no}",
            reverse("portal.supplement", kwargs={"pk": case.pk}),
        )
        for case in own
        if case.state == "SUPPLEMENT"
    ]
    for one in mandates.held(actor_in(request)):
        if one.agent_user_id is None:
            url = reverse("portal.mandate_take", kwargs={"pk": one.pk})
            found.append(Task("接受委托", f"{one.principal_name}请您替他办事", url))
    waiting = selectors.consents_to_sign(actor_in(request))
    if waiting:
        names = "、".join(dict.fromkeys(line.member.case.applicant_name for line in waiting))
        found.append(Task("签授权书", f"{names}的申请等您签字", reverse("portal.consents")))
    return found
