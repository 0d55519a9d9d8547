"""Taking the answers along into an application: only when the person presses for it.

They then wait sealed in the session (an hour at most) until the draft exists, are put into the fields of the same name,
and are gone from there. Nobody's name or number is among them: those were never asked.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.items import registry
from minzheng.kernel.items.forms import Form, Step
from minzheng.kernel.items.steps import SELF
from minzheng.online.portal.what import state
from minzheng.online.portal.what.questions import UNKNOWN, people_of

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

KEY = "portal.what"
FOR_SECONDS = 3600


def keep(request: HttpRequest, answers: Mapping[str, Any]) -> None:
    request.session[KEY] = [int(time.time()), state.pack(dict(answers))]


def into(request: HttpRequest, case: Case) -> bool:
    """Put what was carried into a draft that has only just begun; nothing is written over what stands there. Whether
    there was anything."""
    kept = request.session.pop(KEY, None)
    if not kept or time.time() - kept[0] > FOR_SECONDS or case.state != "DRAFT" or case.step > 1:
        return False
    answers = state.unpack(kept[1])
    if answers is None:
        return False
    form, kept_form = registry.get(case.item_code).form, case.form
    for step in form.steps:
        raw = raw_for(form, step, answers, kept_form)
        if raw:
            try:
                saved = services.save_step(case_id=case.pk, step=step.code, raw=raw, actor=actor_in(request))
            except Refused:
                break
            kept_form = saved.case.form
    return True


def raw_for(form: Form, step: Step, answers: Mapping[str, Any], there: Mapping[str, Any]) -> Any:
    """What the answers can say to one step, as it would be typed; None where they say nothing, or where somebody else
    than the applicant already stands in a list: then the register knows the family better."""
    if step.kind != "fields" or not step.plain_fields or step.key == "applicant":
        return None
    names = {field.name for field in step.plain_fields}
    if not step.repeat:
        said = {name: text for name, text in _household(answers).items() if name in names}
        return said if said and not there.get(step.key) else None
    if step.repeat != "members":
        return None
    people, rows = people_of(answers), list(there.get(step.key) or [])
    mine = [_row(person, answers, names) for person in people]
    if step.fixed_rows:
        same = [row.get("relation") for row in rows] == [person["relation"] for person in people]
        mine = (
            mine if same else [row for row, p in zip(mine, people, strict=True) if p["relation"] == SELF][: len(rows)]
        )
        return mine if any(mine) and (same or len(rows) == 1) else None
    if any(row.get("relation") != SELF for row in rows) or not people or people[0]["relation"] != SELF:
        return None
    shown = form.shown(step.code, there) if rows else [{}]
    return [{**mine[0], **{k: v for k, v in shown[0].items() if v not in (None, "", [])}}, *mine[1:]]


def _household(answers: Mapping[str, Any]) -> dict[str, str]:
    where, owned = answers.get("where") or {}, answers.get("property") or {}
    found = {
        "urban": _known(where.get("urban")),
        "hukou": "here" if where.get("hukou") == "here" else "",
        "houses": _known(owned.get("houses")),
        "vehicles": _known(owned.get("cars")),
        "deposits": "0" if owned.get("savings") == "none" else _yuan(owned.get("savings_amount")),
    }
    return {name: text for name, text in found.items() if text}


def _row(person: Mapping[str, Any], answers: Mapping[str, Any], names: set[str]) -> dict[str, str]:
    """One member as the steps about members ask: relation, income, disability, illness."""
    said: dict[str, Any] = {}
    for code in ("money", "health"):
        for row in answers.get(code) or []:
            if row.get("who") == person["who"]:
                said |= row
    held = said.get("has") or []
    found = {
        "relation": str(person.get("relation") or ""),
        "wage": _yuan(said.get("work")),
        "transfer": _yuan(said.get("other")),
        "disability_kind": _known(said.get("kind")) if "card" in held else "",
        "disability_level": _known(said.get("level")) if "card" in held else "",
        "serious_illness": "yes" if "ill" in held else "",
        "no_labour": "yes" if "no_labour" in held else "",
    }
    return {name: text for name, text in found.items() if text and name in names}


def _known(value: Any) -> str:
    return "" if value in (None, "", UNKNOWN) else str(value)


def _yuan(value: Any) -> str:
    return "" if value is None else f"{int(value) / 100:.2f}"
