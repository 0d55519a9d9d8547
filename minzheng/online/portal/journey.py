"""How far a case has come: how it stands, the next date, what happens next, what you should do. In plain words, without
internal codes.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.flow import CITIZEN, Flow
from minzheng.kernel.documents import selectors as documents
from minzheng.kernel.items import registry
from minzheng.online.portal import words

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

# What comes after each state. States are common to all benefits, so it is written here; an item that puts it otherwise
# says so in its state's ``public``.
NEXT = {
    "SUBMITTED": "乡镇（街道）先看材料齐不齐。齐了就受理，不齐会一次告诉您缺什么。",
    "SUPPLEMENT": "把缺的材料补上，再交一次就行。",
    "ACCEPTED": "工作人员会核对收入和财产，并上门看看。请保持电话畅通。",
    "INVESTIGATING": "工作人员正在核对收入和财产，会两个人一起上门。请保持电话畅通。",
    "INITIAL_OPINION": "同意的，会在村（社区）张榜公示 7 天；不同意的，送县里作决定。",
    "PUBLICITY": "公示期满没有人提意见，就送县里作决定。",
    "OBJECTION": "有人对公示提了意见，乡镇（街道）正在复查，查完再公示一次。",
    "REVIEW": "县里看过全部材料后作决定，结果会发短信告诉您。",
    "TOWN_CONFIRM": "乡镇（街道）集体研究后作决定，结果会发短信告诉您。",
    "APPROVED": "从下个月起，钱每月直接打到您的账户。",
    "IN_PAYMENT": "钱每月直接打到您的账户。家里收入、人口、财产有变化，请在 30 天内告诉乡镇（街道）。",
    "RECHECK": "正在复核，结果出来前照常发放。",
    "TAPERING": "家里收入已经超过标准，这几个月照常发，到期停发。收入又少了，请告诉乡镇（街道）。",
    "SUSPENDED": "钱先停下，不是取消。请联系乡镇（街道）民政窗口说明情况，核实后接着发。",
}
#: Notices that are a decision for the family; how each is headed: ``deciding.HEADS``.
RESULT_CODES = ("N06", "N07", "N03", "N14", "N08", "N09", "N12", "G02", "G03")


@dataclass(frozen=True)
class Todo:
    """One thing the applicant can do now."""

    title: str
    url: str
    primary: bool
    danger: bool
    help: str


def of(case: Case, actor: Actor) -> dict[str, Any]:
    """Everything the progress page and the submission page need."""
    item = registry.get(case.item_code)
    state = item.flow.state(case.state)
    papers = list(documents.visible_documents(actor).filter(case=case).order_by("-issued_on", "-pk"))
    return {
        "case": case,
        "item": item,
        "state": state,
        "next_words": state.next or NEXT.get(case.state, ""),
        "deadline": None if state.terminal else selectors.deadline(case),
        "stages": stages(case, item.flow),
        "todos": todos(case, actor),
        "papers": papers,
        "missing": missing_papers(case) if case.state == "SUPPLEMENT" else [],
        "past": past(case, item.flow),
        "found": found_otherwise(case),
        "has_decision": any(paper.code in RESULT_CODES for paper in papers),
        "id_tail": ((case.form.get("applicant") or {}).get("id_no") or "")[-4:],
    }


def plain(title: str) -> str:
    """The act's name without notice codes: “告知核对情况（N04）” → “告知核对情况”."""
    return re.sub(r"（N\d+）", "", title)


def todos(case: Case, actor: Actor) -> list[Todo]:
    """The acts the flow declares for applicants; supplementing has a page of its own, since form and photos change too."""
    found = []
    for allowed in selectors.allowed_acts(case, actor):
        act = allowed.act
        if CITIZEN not in act.by or act.code in ("submit", "accept_proposal"):
            continue
        # What cannot be done now is not laid out; the supplement page says for itself what is missing
        if not allowed.enabled and act.code != "resubmit":
            continue
        page = "portal.supplement" if act.code == "resubmit" else "portal.act"
        arguments: dict[str, Any] = {"pk": case.pk} if act.code == "resubmit" else {"pk": case.pk, "act": act.code}
        found.append(
            Todo(
                plain(act.title), reverse(page, kwargs=arguments), act.tone == "primary", act.tone == "danger", act.help
            )
        )
    return sorted(found, key=lambda todo: (not todo.primary, todo.danger))


@dataclass(frozen=True)
class Past:
    """Something done: which day, what, by which office. Neither the clerk's name nor internal opinions."""

    on: datetime.date
    title: str
    who: str


# acts that do not change the stage but that the family should know of
TOLD = (
    "run_match",
    "visit",
    "notify_mismatch",
    "match_objection",
    "match_recheck",
    "county_visit",
    "accept_proposal",
    "report_change",
    "confirm_clawback",
    "clawback_objection",
    "settle_clawback",
    "refer",
)


def past(case: Case, flow: Flow) -> list[Past]:
    """Newest first."""
    found = []
    for row in case.acts.all():
        declared = flow.act(row.code)
        if declared is None or declared.quiet or (row.from_state == row.to_state and row.code not in TOLD):
            continue
        who = row.organization_name or ("您" if row.role == "citizen" else "")
        found.append(Past(timezone.localtime(row.at).date(), plain(declared.title), who))
    return found[::-1]


def stages(case: Case, flow: Flow) -> list[tuple[str, str]]:
    """(stage, done | now | todo | stop), in the order they first appear in the flow."""
    names = list(dict.fromkeys(s.stage for s in flow.states if s.stage))
    state = flow.state(case.state)
    if state.terminal and state.tone != "good":
        reached = _reached(case, flow, names)
        return [(name, "done") for name in names[:reached]] + [(state.title, "stop")]
    now = names.index(state.stage) if state.stage in names else 0
    return [(name, "done" if i < now else "now" if i == now else "todo") for i, name in enumerate(names)]


def _reached(case: Case, flow: Flow, names: list[str]) -> int:
    """How many stages it went through before it ended."""
    been = [
        names.index(flow.state(a.from_state).stage) for a in case.acts.all() if flow.state(a.from_state).stage in names
    ]
    return max(been, default=0) + 1


def citizen_deadline(case: Case) -> str:
    """One sentence of deadline for the list; empty where there is none."""
    view = selectors.deadline(case)
    return view.text if view.due_on or view.paused else ""


@dataclass(frozen=True)
class Found:
    """The match differs from what was declared and the family is asked to explain: what, until when, where."""

    rows: list[dict[str, str]]
    until: str
    url: str


def found_otherwise(case: Case) -> Found | None:
    """The notice of the match (核对情况告知书, N04) while it can be objected to; None without one or when it has lapsed."""
    if case.state not in ("INVESTIGATING", "RECHECK"):
        return None
    notice = documents.latest(case, "N04")
    until = selectors.mismatch_until(case)
    if notice is None or until is None or until < clock.today():
        return None
    url = reverse("portal.act", kwargs={"pk": case.pk, "act": "match_objection"})
    return Found(list(notice.fields.get("findings") or []), words.date_words(until), url)


def missing_papers(case: Case) -> list[dict[str, str]]:
    """The papers the one notice (一次性告知书) still asks for: [{"name", "how"}]."""
    notice = documents.latest(case, "N02")
    return list(notice.fields.get("missing") or []) if notice else []
