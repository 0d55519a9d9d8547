"""人员与移交: who has how much in hand, whose cases nobody looks after, and giving cases to somebody else in one submit."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.kernel.accounts import selectors
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases import handover
from minzheng.kernel.ids import read_number
from minzheng.kernel.pages.casework.workbench import COLUMNS
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.refusals import REFUSALS, sentences_of
from minzheng.kernel.pages.views.sending import finished
from minzheng.kernel.parts.bodies import Done
from minzheng.kernel.parts.columns import badge
from minzheng.kernel.parts.deadlines import phrase
from minzheng.kernel.parts.drawing import Drawing

#: Rows of the list of unattended cases drawn here; the rest belongs to the same clerks.
SHOWN = 30


def people(request: HttpRequest) -> HttpResponse:
    """One row for everybody with cases in hand; those that nobody looks after first."""
    drawing = drawing_of(request)
    lost = list(handover.unattended(drawing.actor)[: SHOWN + 1])
    for column in COLUMNS:
        column.prepare(lost, drawing)
    rows = handover.workloads(drawing.actor, drawing.today)
    posts = _present([row["user"] for row in rows], drawing)
    context: dict[str, Any] = {
        "lost": [
            (case.assignee.name if case.assignee else "", case.assignee_id, _cells(case, drawing))
            for case in lost[:SHOWN]
        ],
        "more": len(lost) > SHOWN,
        "heads": COLUMNS,
        "people": [
            {
                **row,
                "post": posts.get(row["user"], "") or "已离岗",
                "due": badge(*phrase(row["soonest"], drawing.today)) if row["soonest"] else "—",
            }
            for row in rows
        ],
        "leaves": list(selectors.waiting_leaves(drawing.actor).select_related("user", "deputy").order_by("starts_on")),
    }
    page = request.page  # type: ignore[attr-defined]
    audit.record_listing(actor=drawing.actor, page=page.code, rows=len(lost))
    return draw(request, "console/handover_people.html", page, **context)


def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Cases of one clerk, all ticked; one submit gives the ticked ones to somebody else."""
    drawing = drawing_of(request)
    user = _clerk(drawing.actor, pk)
    if user is None:
        raise Http404("没有找到。")
    cases = list(handover.open_cases(user).filter(drawing.actor.scope_q("case.assign")))
    refusals: list[str] = []
    posted = request.POST if request.method == "POST" else None
    picked = set(posted.getlist("case")) if posted is not None else {str(case.pk) for case in cases}
    if posted is not None:
        try:
            return finished(request, _given(drawing.actor, user, picked, posted))
        except REFUSALS as error:
            refusals = sentences_of(error)
    for column in COLUMNS:
        column.prepare(cases, drawing)
    context = {
        "title": f"移交{user.name}的办件",
        "user": user,
        "heads": COLUMNS,
        "lines": [(str(case.pk), str(case.pk) in picked, _name(case), _cells(case, drawing)) for case in cases],
        "takers": _takers(user, drawing),
        "to": posted.get("to", "") if posted is not None else "",
        "reason": posted.get("reason", "") if posted is not None else "",
        "refusals": refusals,
    }
    page = request.page  # type: ignore[attr-defined]
    audit.record_listing(actor=drawing.actor, page=page.code, rows=len(cases))
    return draw(request, "console/handover.html", page, status=422 if refusals else 200, **context)


def _given(actor: Any, user: User, picked: set[str], posted: Any) -> Done:
    from minzheng.kernel.cases.errors import Refused

    taker = User.objects.filter(pk=read_number(posted.get("to", "")) or 0, kind="staff", is_active=True).first()
    if taker is None:
        raise Refused("请选择接手人。")
    count = handover.hand_over(
        actor=actor,
        from_user=user,
        to_user=taker,
        cases=[int(pk) for pk in picked if read_number(pk) is not None],
        reason=posted.get("reason", "")[:200],
    )
    return Done(f"已把{user.name}的 {count} 件移交给{taker.name}，期限不变。", reverse("handover.people"))


def _clerk(actor: Any, pk: int) -> User | None:
    """Somebody who works, worked or has cases in the places where the actor assigns. One query, whether there is no such
    person or only none here: the time of the answer tells nothing."""
    scope, them = actor.scope_q("case.assign"), OuterRef("pk")
    posts = Assignment.objects.filter(scope, user=them)
    cases = handover.open_cases(them).filter(scope)  # type: ignore[arg-type]
    return User.objects.filter(Exists(posts) | Exists(cases), pk=pk, kind="staff").first()


def _takers(user: User, drawing: Drawing) -> list[tuple[str, str]]:
    """Colleagues who work on cases in the actor's places; whoever cannot do a certain case is refused with its name."""
    posts = list(user.assignments.filter(drawing.actor.scope_q("case.assign")).order_by("-valid_from")[:3])
    return selectors.colleagues(posts, {user.pk}, fitting=False) if posts else []


def _present(ids: list[int], drawing: Drawing) -> dict[int, str]:
    rows = Assignment.objects.filter(selectors.valid_on(drawing.today) & Q(user_id__in=ids))
    found: dict[int, list[str]] = {}
    for row in rows.select_related("organization", "on_behalf_of__user").order_by("-kind", "pk"):
        found.setdefault(row.user_id, []).append(f"{selectors.post_title(row)} · {row.organization.name}")
    return {pk: "；".join(texts) for pk, texts in found.items()}


def _name(case: Any) -> str:
    return f"{case.applicant_name or '（未填姓名）'}"


def _cells(case: Any, drawing: Drawing) -> list[tuple[str, str, str]]:
    return [(one.cell(case, drawing), one.classes(), one.label) for one in COLUMNS]


def example() -> dict[str, int] | None:
    """Somebody who handles cases, with some in hand where there is one."""
    from minzheng.kernel.cases.models import Case

    busy = Case.objects.filter(state__in=handover.IN_HAND).exclude(assignee=None).order_by("pk")
    pk = busy.values_list("assignee_id", flat=True).first()
    pk = pk or Assignment.objects.filter(role="town_clerk").order_by("pk").values_list("user_id", flat=True).first()
    return {"pk": pk} if pk else None
