"""受托核对: other bureaus (housing, education, legal aid …) and civil affairs above and below ask with the consents of the people
concerned. What is asked, on which paper, by whom and what was answered stays on record; without a letter and a consent
nothing is looked up, and trying is noted for the auditors."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.datacenter.lake import tokens
from minzheng.datacenter.matching import asking, inquiries, replying, scopes, terms
from minzheng.datacenter.matching.composing import Known
from minzheng.datacenter.matching.interface import Asked
from minzheng.datacenter.matching.models import MatchRequest
from minzheng.datacenter.matching.requests import asked_of, number
from minzheng.kernel import clock
from minzheng.kernel.ages import age_on
from minzheng.kernel.audit import services as audit
from minzheng.kernel.calendar.selectors import add_working_days
from minzheng.kernel.cases.drafting.members import ADULT
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.subjects.idcard import InvalidIdNumber, check
from minzheng.kernel.subjects.selectors import in_demo

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

PERMISSION = "match.run"
#: The line of the log by which auditors see that somebody tried to look people up without a case or a letter.
DENIED = "match.denied"
MOST_PEOPLE = 20


@dataclass(frozen=True)
class Person:
    """One person of a request, as the letter and the consent say."""

    name: str
    id_no: str
    relation: str
    signed_on: datetime.date
    valid_until: datetime.date
    guardian: str = ""

    @property
    def born(self) -> datetime.date:
        return check(self.id_no).birth_date


@dataclass(frozen=True)
class Wanted:
    """A request as it came. `papers`: ids of the stored letter and consents; `disputed`: the asker objects to the last
    answer, so the limit on repeated queries does not hold."""

    origin: str
    client: str
    client_no: str
    purpose: str
    region_code: str
    items: Sequence[str]
    people: Sequence[Person]
    papers: Sequence[int] = ()
    due_on: datetime.date | None = None
    disputed: bool = False
    notes: dict[str, str] = field(default_factory=dict)


def enter(*, actor: Actor, wanted: Wanted) -> MatchRequest:
    """Enter a request and carry it out: returned with reasons where a consent does not hold, issued where every source
    answers at once, else waiting for replies. Raises NotAllowed, Refused (what is missing in the form)."""
    post = actor.can(PERMISSION, wanted.region_code)
    if post is None:
        raise NotAllowed("您的岗位不能办理这个地区的信息核对，请由核对人员办理。")
    acting = actor.acting_as(post).at_address(actor.address)
    if not wanted.papers or not wanted.client_no.strip():
        _denied(acting, wanted)
        raise Refused(
            "没有来函或授权书的，不能查询任何人：请填来函编号，上传来函和每个人的授权书。这次尝试已记入审计。"
        )
    _check(wanted)
    with transaction.atomic():
        request = _new(acting, wanted)
        faults = consent_faults(wanted.people, clock.today()) + _asked_lately(request, wanted)
        if faults:
            request.state, request.why, request.due_on = "returned", "；".join(faults)[:400], None
            request.save()
        else:
            _run(request, wanted)
        detail = {"no": request.no, "client_no": wanted.client_no, "persons": request.persons, "state": request.state}
        audit.record(actor=acting, action="match.outside", obj=request, reason=wanted.purpose, detail=detail)
    return request


def _denied(actor: Actor, wanted: Wanted) -> None:
    """Stays although nothing else is written: committed on its own."""
    audit.record(
        actor=actor, action=DENIED, region_code=wanted.region_code, reason="没有来函、授权书就要查询",
        detail={"persons": len(wanted.people), "client_no": wanted.client_no},
    )  # fmt: skip


def _check(wanted: Wanted) -> None:
    """What the form itself must say."""
    errors: dict[str, str] = {}
    if wanted.origin not in (MatchRequest.BUREAU, MatchRequest.UPPER, MatchRequest.LOWER):
        errors["origin"] = "请选是哪一类单位委托。"
    if len(" ".join(wanted.purpose.split())) < 4:
        errors["purpose"] = "请写明用途（至少 4 个字），例如“公租房资格审核”。"
    unknown = [code for code in wanted.items if code not in scopes.ITEMS]
    if unknown or not wanted.items:
        errors["items"] = "请勾选授权书写明可以查的内容，至少一项。"
    if not wanted.people:
        errors["people"] = "还没有核对对象：一行写一个人。"
    if len(wanted.people) > MOST_PEOPLE:
        errors["people"] = f"一次最多 {MOST_PEOPLE} 人（一户），现在有 {len(wanted.people)} 人；成批的请用批量核对。"
    for place, one in enumerate(wanted.people, start=1):
        try:
            check(one.id_no)
        except InvalidIdNumber as error:
            errors["people"] = f"第 {place} 行{one.name}：{error}"
    if errors:
        raise Refused([], errors)


def consent_faults(people: Sequence[Person], today: datetime.date) -> list[str]:
    """Why a consent does not hold today: one sentence each. Minors are signed for; who is 18 today signs alone."""
    faults = []
    for one in people:
        grown = age_on(one.born, today) >= ADULT
        if grown and one.guardian and age_on(one.born, one.signed_on) < ADULT:
            faults.append(f"{one.name}已满 18 周岁，监护人代签的授权书不再有效，要本人签署")
        elif not grown and not one.guardian:
            faults.append(f"{one.name}未成年，授权书要由监护人签署并写明姓名")
        if one.signed_on > today:
            faults.append(f"{one.name}的授权书签署日期 {one.signed_on:%Y-%m-%d} 在今天以后")
        elif one.valid_until < today:
            faults.append(f"{one.name}的授权书已于 {one.valid_until:%Y-%m-%d} 到期")
    return faults


def _asked_lately(request: MatchRequest, wanted: Wanted) -> list[str]:
    """Whom the same asker has had looked up for the same items within the limit."""
    days = terms.number("requery_days")
    since = clock.now() - datetime.timedelta(days=days)
    if wanted.disputed or not days:
        return []
    earlier = MatchRequest.objects.filter(
        client=request.client, issued_at__gt=since, origin=request.origin, region_code=request.region_code
    ).exclude(pk=request.pk)
    known: dict[int, str] = {}
    for row in earlier:
        if set(row.scope) & set(wanted.items):
            known |= dict.fromkeys(row.people_tokens, row.no)
    found = [(p, known[t]) for p in wanted.people if (t := tokens.of(p.id_no)) in known]
    return [f"{p.name}在 {days} 天内已为这个单位查过（{no} 号），不重复查询；对结果有异议的请注明" for p, no in found]


def _new(actor: Actor, wanted: Wanted) -> MatchRequest:
    now, today = clock.now(), clock.today()
    people = [
        {
            "seq": n, "name": p.name, "id_no": p.id_no, "relation": p.relation, "guardian": p.guardian,
            "signed_on": p.signed_on.isoformat(), "valid_until": p.valid_until.isoformat(),
        }
        for n, p in enumerate(wanted.people, start=1)
    ]  # fmt: skip
    due = wanted.due_on or add_working_days(today, terms.number("outside_days")).date
    return MatchRequest(
        region_code=wanted.region_code, no=number(wanted.region_code, today), origin=wanted.origin,
        purpose=" ".join(wanted.purpose.split())[:200], client=wanted.client.strip()[:80],
        client_no=wanted.client_no.strip()[:60], scope=sorted(wanted.items), people=people,
        people_tokens=[token for p in wanted.people if (token := tokens.of(p.id_no)) is not None],
        persons=len(people), asked_by_id=actor.id, asked_name=actor.name, asked_at=now, as_of=today, due_on=due,
        known={"papers": [str(pk) for pk in wanted.papers]}, result={}, is_demo=in_demo(wanted.region_code),
    )  # fmt: skip


def _run(request: MatchRequest, wanted: Wanted) -> None:
    people = people_of(request)
    classes = scopes.classes_of(wanted.items)
    found = asking.ask(people, request.as_of, wanted.items, region_code=request.region_code, only=classes)
    known = Known(found.facts, found.queries)
    papers = request.known["papers"]
    inquiries.send(request, known, people)
    _go_on(request, known, papers)


def people_of(request: MatchRequest) -> list[Asked]:
    """The people of a request without a case; their place in the list stands for the member id."""
    return [asked_of(int(p["seq"]), p["name"], p["id_no"], "") for p in request.people]


def _go_on(request: MatchRequest, known: Known, papers: list[str]) -> None:
    request.queries = known.queries
    if inquiries.waiting(request):
        request.state = "partial" if any(q["state"] == asking.ANSWERED for q in known.queries) else "querying"
        request.known = known.as_json() | {"papers": papers}
    else:
        replying.issue(request, known)
        request.known = {"papers": papers}
    request.save()


def collect(*, request: MatchRequest) -> bool:
    """Take in what has come since; True once the answer is issued."""
    with transaction.atomic():
        held = MatchRequest.objects.select_for_update().get(pk=request.pk)
        if held.state not in ("querying", "partial"):
            return False
        known, papers = Known.of_json(held.known), held.known.get("papers", [])
        inquiries.take_in(held, known, people_of(held), clock.today())
        _go_on(held, known, papers)
        return held.state == "issued"


def withdraw(*, actor: Actor, request: MatchRequest, why: str) -> None:
    """A consent was taken back, or the asker needs no answer any more: nothing further is queried."""
    if actor.can(PERMISSION, request.region_code) is None:
        raise NotAllowed("您的岗位不能办理这个请求，请由核对人员办理。")
    if not why.strip():
        raise Refused([], {"why": "请写明为什么作废，例如“本人撤回授权”。"})
    with transaction.atomic():
        held = MatchRequest.objects.select_for_update().get(pk=request.pk)
        if held.state in ("void", "returned"):
            raise Refused("这个请求已经结束，不用作废。")
        held.state, held.why = "void", why.strip()[:400]
        held.save(update_fields=["state", "why"])
        held.inquiries.filter(state="waiting").update(state="dropped")
        audit.record(actor=actor, action="match.void", obj=held, reason=held.why, detail={"no": held.no})


def reply_json(request: MatchRequest) -> dict[str, Any]:
    """What is sent back: the answer with its fingerprint; names as asked, numbers by their last four."""
    return {
        "no": request.no,
        "client": request.client,
        "client_no": request.client_no,
        "purpose": request.purpose,
        "state": request.state,
        "why": request.why,
        "as_of": request.as_of.isoformat(),
        "issued_at": request.issued_at.isoformat() if request.issued_at else "",
        "valid_until": request.valid_until.isoformat() if request.valid_until else "",
        "sm3": request.result_sha,
        "report": request.result or {},
    }
