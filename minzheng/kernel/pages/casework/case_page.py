"""办件详情: everything a decision needs on one page — clock, family, evidence, calculation, acts, papers, history."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from minzheng.kernel.accounts import proof
from minzheng.kernel.audit import services as audit
from minzheng.kernel.awards.selectors import visible_to as awards_of
from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.errors import NotFound
from minzheng.kernel.cases.flow import Flow
from minzheng.kernel.cases.lifecycle import facts
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents.catalogue.notices import SERVED
from minzheng.kernel.items import registry
from minzheng.kernel.notices import selectors as messages
from minzheng.kernel.oversight import purposes
from minzheng.kernel.pages.casework.acts import Attempt, act_forms
from minzheng.kernel.pages.casework.evidence import evidence_cards, proposals
from minzheng.kernel.pages.casework.family import family_rows
from minzheng.kernel.pages.casework.flow_chart import flow_picture, flow_rows
from minzheng.kernel.pages.casework.reckoning import reckoning
from minzheng.kernel.pages.casework.since import since
from minzheng.kernel.pages.casework.standing import standing
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Entry

#: Stages of the rail at the top of the page, in order.
STAGES = ("申请", "调查", "初审", "公示", "确认", "结果", "待遇")


def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    return draw_case(request, pk)


def draw_case(request: HttpRequest, pk: int, attempt: Attempt | None = None) -> HttpResponse:
    """The case page; with ``attempt``, the same page after a refused act, with its reasons (422)."""
    from minzheng.kernel.pages import registry as pages

    drawing = drawing_of(request)
    try:
        case = selectors.get(drawing.actor, pk)
    except NotFound as error:
        raise Http404("没有找到。") from error
    purpose = purposes.for_reader(drawing.actor, case)
    audit.record_read(actor=drawing.actor, obj=case, reason=purpose.reason, purpose=purpose.code)
    page = pages.get("cases.detail")
    request.page = page  # type: ignore[attr-defined]
    return draw(request, "console/case.html", page, status=422 if attempt else 200, **context(case, drawing, attempt))


def context(case: Case, drawing: Drawing, attempt: Attempt | None = None) -> dict[str, Any]:
    item = registry.get(case.item_code)
    state = item.flow.state(case.state)
    drawing.load_regions([case.region_code, case.region_code[:9] + "000"])
    members = list(case.members.select_related("person"))
    evidence = list(case.evidence.order_by("at", "pk"))
    proved = drawing.request is None or proof.fresh(drawing.request)
    forms = act_forms(case, drawing.actor, attempt, _initial(case), proved=proved)
    acts, attachments = list(case.acts.all()), _attachments(case, drawing)
    return {
        "case": case,
        "item": item,
        "title": f"{case.applicant_name or '（未填姓名）'} · {item.short}",
        "state": state,
        "state_tone": {"active": "info"}.get(state.tone, state.tone),
        "deadline": selectors.deadline(case, drawing.today),
        "place": _place(case, drawing),
        "stages": _stages(state.stage, item.flow),
        "family": family_rows(case, item, members, evidence, drawing),
        "evidence": evidence_cards(evidence, acts, drawing),
        "proposals": proposals(evidence),
        "awards": list(awards_of(drawing.actor).filter(case_id=case.pk)) if case.decided_at else [],
        "reckoning": reckoning(case, item, members, drawing),
        "acts": [one for one in forms if one.code != "judge" or (attempt and attempt.code == "judge")],
        "closed_acts": [one for one in forms if not one.enabled],
        "judge": any(one.code == "judge" and one.enabled for one in forms),
        "timeline": _timeline(case),
        "since": since(drawing.actor, case, item.flow, acts, attachments),
        "remarks": standing(case, item.flow, acts, drawing),
        "flow_rows": flow_rows(item.flow, case.state),
        "flow_svg": flow_picture(item.flow, case.state),
        "consents": _consents(case),
        "attachments": attachments,
        "documents": _documents(case, drawing),
        "served_codes": SERVED,
        "messages_sent": list(messages.of_case(drawing.actor, case.pk)[:20]),
        "may_print": drawing.actor.can("case.investigate", case.region_code),
    }


def _place(case: Case, drawing: Drawing) -> str:
    town = drawing.region(case.region_code[:9] + "000") if len(case.region_code) == 12 else ""
    village = drawing.region(case.region_code) if case.region_code[9:] != "000" else ""
    return " ".join(filter(None, (town, village)))


def _stages(now: str, flow: Flow) -> list[tuple[str, str]]:
    """(stage, done | now | next) for the rail: those that the item's flow has; the last is shown only once reached."""
    have = {state.stage for state in flow.states}
    shown = [stage for stage in STAGES if stage in have and (stage != "待遇" or now == "待遇")]
    index = shown.index(now) if now in shown else 0
    return [(name, "done" if n < index else "now" if n == index else "next") for n, name in enumerate(shown)]


def _initial(case: Case) -> dict[str, Any]:
    """Nothing is typed that the case already says; a personal benefit's facts are laid out as they stand."""
    if not case.form:
        return {}
    known: dict[str, Any] = {"near_relative": bool((case.form.get("property") or {}).get("near_relative"))}
    someone = next((m for m in case.members.all() if m.in_count), None)
    if someone is not None and registry.get(case.item_code).flow.act("verify_facts"):
        known |= {f"{facts.PREFIX}{name}": value for name, value in facts.standing_facts(someone).items()}
    return known


def _timeline(case: Case) -> list[Entry]:
    entries = []
    for one in selectors.timeline(case):
        note = ""
        if one.kept is not None and one.due_on:
            note = f"应于 {one.due_on:%Y-%m-%d} 前完成，{'按时' if one.kept else '超时'}"
        tone = "bad" if one.kept is False else "good" if one.act_code in ("approve", "confirm") else "info"
        who = " · ".join(filter(None, (one.who, one.organization)))
        entries.append(Entry(one.at, one.title, who, one.detail, tone, note))
    return entries[::-1]


def _consents(case: Case) -> list[Any]:
    return selectors.consent_lines(case)


def _attachments(case: Case, drawing: Drawing) -> list[Any]:
    from minzheng.kernel.documents.selectors import visible_attachments

    return list(visible_attachments(drawing.actor).filter(case_id=case.pk).order_by("kind", "pk"))


def _documents(case: Case, drawing: Drawing) -> list[Any]:
    from minzheng.kernel.documents.selectors import visible_documents

    return list(visible_documents(drawing.actor).filter(case_id=case.pk).order_by("pk"))
