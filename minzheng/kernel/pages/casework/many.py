"""一并办理 pages: one for every act that some item's flow declares as fit for several cases at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.urls import reverse

from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.flow import Act
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.running.many import AT_ONCE, batch_allowed, perform_many
from minzheng.kernel.items import registry
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import Field, Photo
from minzheng.kernel.parts.page import BatchBody, Outcome, Page
from minzheng.kernel.regions import codes


def batch_acts() -> dict[str, Act]:
    """code → act, of all acts with `batch`, as the first item that has it declares it. What asks for a fresh proof is
    done case by case, on the case's own page."""
    found: dict[str, Act] = {}
    for item in registry.all_items():
        for act in item.flow.acts:
            if act.batch and act.staff_permissions and not act.step_up:
                found.setdefault(act.code, act)
    return found


def pages() -> list[Page]:
    return [
        Page(
            page_code(code),
            f"console/cases/many/{code}/",
            f"一并{act.title}",
            act.staff_permissions[0],
            BatchBody(
                "cases.list",
                _run(code, act.fields),
                fields=act.fields,
                left_out=_left_out(code, act.title),
                question=act.help,
                submit=act.title,
                limit=AT_ONCE,
            ),
        )
        for code, act in batch_acts().items()
    ]


def open_to(drawing: Drawing) -> list[str]:
    """Page codes of the acts that the procedure of at least one of the actor's places opens to this."""
    return [page_code(code) for code, act in batch_acts().items() if _opened(act, drawing)]


def _opened(act: Act, drawing: Drawing) -> bool:
    rule = act.batch
    if not callable(rule):
        return bool(rule)
    scopes = drawing.actor.scopes(act.staff_permissions[0])
    flows = [item.flow for item in registry.all_items() if item.flow.act(act.code)]
    return any(rule(flow.params(codes.full(scope), drawing.today)) for flow in flows for scope in scopes)


def page_code(act: str) -> str:
    return f"cases.many_{act}"


def _run(code: str, fields: Sequence[Field]) -> Callable[..., list[Outcome]]:
    def run(actor: Any, cases: list[Case], values: dict[str, Any]) -> list[Outcome]:
        # The act cleans its own form again: it gets texts, as if each case's own page had sent them.
        data = {
            field.name: values[field.name] if isinstance(field, Photo) else field.to_input(values[field.name])
            for field in fields
            if field.name in values
        }
        names = {case.pk: case.applicant_name for case in cases}
        return [
            Outcome(
                f"{one.no} {names.get(one.case_id, '')}".strip(),
                one.done,
                "；".join(one.sentences),
                reverse("cases.detail", kwargs={"pk": one.case_id}),
            )
            for one in perform_many(case_ids=names, act=code, actor=actor, data=data)
        ]

    return run


def _left_out(code: str, title: str) -> Callable[[Any, Case], str]:
    def left_out(actor: Any, case: Case) -> str:
        """What the case's own page would say, before anything is typed."""
        found = next((one for one in selectors.allowed_acts(case, actor) if one.act.code == code), None)
        name = f"{case.no} {case.applicant_name}"
        if found is None:
            return f"{name}：现在不在可以“{title}”的环节，或不归您办理。"
        why = [*([] if found.enabled else found.why_not)] or [batch_allowed(case, found.act)]
        return f"{name}：{'；'.join(why)}" if any(why) else ""

    return left_out
