"""核对请求的办理 (reference §2.4): 提请 → 核授权 → 查询 → 部分答复 → 待签发 → 出具. In one act where every source answers at
once; else the case goes on when the replies are in or the limit has passed."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.lake import tokens
from minzheng.datacenter.matching import asking, composing, inquiries, reuse, scopes
from minzheng.datacenter.matching.composing import Known
from minzheng.datacenter.matching.interface import Asked
from minzheng.datacenter.matching.models import MatchRequest
from minzheng.kernel.cases.drafting.consents import scope_of
from minzheng.kernel.cases.drafting.members import consenting
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.subjects import idcard

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import CaseMember, Evidence
    from minzheng.kernel.cases.running.context import Ctx


class NoConsent(Refused):
    """A query without a valid consent is refused before any source is asked."""


def start(ctx: Ctx) -> None:
    """提请 and query. Who and what was answered a short while ago is not asked again; what came back goes into the report."""
    members = ctx.counted
    consents = check_consents(ctx, members)
    people = people_of([*members, *composing.lookable(ctx)])
    before = reuse.standing(ctx)
    wanted = reuse.still_to_ask(ctx, before, people)
    request = _request(ctx, before)
    found = asking.ask(
        people, request.as_of, scopes.items_of(scope_of(ctx.item)), wanted=wanted, region_code=ctx.case.region_code
    )
    known = Known.of_report(before.report) if before else Known()
    known.take(found, {line["source"]: line["people"] for line in found.queries})
    request.people = [{"member": str(m.pk), "name": m.name} for m in [*members, *composing.lookable(ctx)]]
    request.people_tokens = [p.id_token for p in people if p.id_token is not None]
    request.persons = len(request.people)
    inquiries.send(request, known, people)
    _go_on(ctx, request, known, consents)


def collect(ctx: Ctx) -> None:
    """Replies that have come in since are taken in; what is overdue is 缺项. Raises Refused while something is still out."""
    request = open_request(ctx)
    if request.state == "draft":
        raise Refused(_sentence_to_sign(request))
    consents = check_consents(ctx, ctx.counted)
    known = Known.of_json(request.known)
    inquiries.take_in(request, known, _people_again(ctx, request), ctx.today)
    if inquiries.waiting(request):
        # What did come in stays: the act is refused, so nothing of it is written here
        raise Refused(_sentence_to_wait(request))
    _go_on(ctx, request, known, consents)


def sign(ctx: Ctx) -> None:
    """第二人签发: by somebody else than whoever asked."""
    request = open_request(ctx)
    if request.state != "draft":
        raise Refused(_sentence_to_wait(request))
    if request.asked_by_id == ctx.actor.id:
        raise Refused("核对报告要由提请人以外的一名核对人员签发，请同事办理。")
    consents = check_consents(ctx, ctx.counted)
    request.signed_by_id, request.signed_name = ctx.actor.id, ctx.actor.name
    issue(ctx, request, Known.of_json(request.known), consents)


def _go_on(ctx: Ctx, request: MatchRequest, known: Known, consents: dict[str, str]) -> None:
    """Wait, have it signed, or issue."""
    request.queries = _log(known)
    request.known = known.as_json()
    out = inquiries.waiting(request)
    if out:
        request.state = "partial" if any(q["state"] == asking.ANSWERED for q in known.queries) else "querying"
        request.due_on = max(one.due_on for one in out)
        _note(
            ctx,
            request,
            _sentence_to_wait(request),
            [one["title"] for one in known.queries if one["state"] == asking.WAITING],
        )
    elif ctx.params.report_two_sign:
        request.state, request.due_on = "draft", None
        _note(ctx, request, _sentence_to_sign(request), [])
    else:
        issue(ctx, request, known, consents)
        return
    request.save()


def _note(ctx: Ctx, request: MatchRequest, sentence: str, waiting: list[str]) -> None:
    """What the case page and the kernel's guards say while a report is out."""
    evidence.close(ctx, "match_request")
    data = {
        "no": request.no,
        "request": str(request.pk),
        "sentence": sentence,
        "waiting": waiting,
        "due_on": request.due_on,
    }
    evidence.add(ctx, "match_request", data)


def issue(ctx: Ctx, request: MatchRequest, known: Known, consents: dict[str, str]) -> Evidence:
    """Compose, freeze, and note the version. The former version stays as it was."""
    before = ctx.latest("match_report")
    same = before is not None and before.data.get("no") == request.no
    carried = before is not None and before.data.get("from_case") and reuse.of_this_case(before, ctx) is None
    versions = [*before.data.get("versions", []), str(before.pk)] if before is not None and (same or carried) else []
    data = composing.compose(ctx, request, known, consents=consents, versions=versions)
    data |= {"asked_by": request.asked_name, "signed_by": request.signed_name}
    until = ctx.today + datetime.timedelta(days=ctx.params.report_valid_days)
    row = evidence.add(ctx, "match_report", data, valid_until=until)
    evidence.close(ctx, "match_request")
    request.version += 1
    request.report_id, request.valid_until = row.pk, until
    request.issued_at, request.due_on = ctx.now, None
    request.state = "issued" if request.version == 1 or request.state != "disputed" else "reissued"
    request.known, request.queries, request.result_sha = {}, _log(known), row.sha
    request.save()
    return row


def _log(known: Known) -> list[dict[str, Any]]:
    """The query log as the request keeps it: no facts, nothing of a person."""
    return [dict(line) for line in known.queries]


def open_request(ctx: Ctx) -> MatchRequest:
    """The one whose answers or signature the case waits for."""
    noted = next(e for e in ctx.evidence("match_request") if e.closed_at is None)
    return MatchRequest.objects.select_for_update().get(pk=int(noted.data["request"]), case_id=ctx.case.pk)


def _request(ctx: Ctx, before: reuse.Standing | None) -> MatchRequest:
    """A new one with a new number; the same one where a valid report of this case is only completed (version n+1)."""
    if before is not None and before.request is not None:
        before.request.as_of = ctx.today
        return before.request
    return new_request(ctx)


def new_request(ctx: Ctx) -> MatchRequest:
    """Not saved yet; takes the next number of the county."""
    return MatchRequest(
        region_code=ctx.case.region_code,
        no=number(ctx.case.region_code, ctx.today),
        case_id=ctx.case.pk,
        item_code=ctx.item.code,
        purpose=f"办理{ctx.item.title}",
        scope=sorted(scopes.items_of(scope_of(ctx.item))),
        people=[],
        asked_by_id=ctx.actor.id,
        asked_name=ctx.actor.name,
        asked_at=ctx.now,
        as_of=ctx.today,
        known={},
        result={},
        is_demo=ctx.case.is_demo,
    )


def people_of(members: Sequence[CaseMember]) -> list[Asked]:
    """What a source is told: tokens, never numbers."""
    return [asked_of(m.pk, m.name, m.id_no, m.case.region_code) for m in members if m.id_no]


def asked_of(member_id: int, name: str, id_no: str, region_code: str) -> Asked:
    """One person of a query; the sex is that of the number."""
    try:
        sex = {"1": "男", "2": "女"}[idcard.check(id_no).sex]
    except idcard.InvalidIdNumber:
        sex = ""
    return Asked(member_id, name, tokens.of(id_no), sex, region_code)


def _people_again(ctx: Ctx, request: MatchRequest) -> list[Asked]:
    asked = {one["member"] for one in request.people}
    return people_of([m for m in ctx.everybody if str(m.pk) in asked])


def check_consents(ctx: Ctx, members: Sequence[CaseMember]) -> dict[str, str]:
    """{member id: consent id}. Minors stand under their guardian's consent; who has turned 18 signs alone. Raises NoConsent
    naming who is missing."""
    own = {str(m.pk): guards.valid_consent(ctx, m) for m in consenting(ctx.case, members, ctx.today)}
    missing = [m.name for m in members if str(m.pk) in own and own[str(m.pk)] is None]
    if missing or not own:
        raise NoConsent(f"没有{'、'.join(missing) or '成年家庭成员'}的有效授权，不能查询。请先取得授权书（N16）。")
    return {pk: str(c.pk) for pk, c in own.items() if c is not None}


def number(region_code: str, on: datetime.date) -> str:
    from minzheng.kernel.registers.numbering import next_number

    county = region_code[:6]
    return f"{county}-HD-{on.year}-{next_number('match.report', region_code=county.ljust(12, '0'), year=on.year):06d}"


def _sentence_to_wait(request: MatchRequest) -> str:
    out = inquiries.waiting(request)
    named = "、".join(asking.titles().get(one.source, one.source) for one in out)
    due = max((one.due_on for one in out), default=None)
    until = f"，最迟 {due:%Y-%m-%d}；到期没有答复的按缺项出具报告" if due else ""
    return f"{request.no} 号核对请求正在等{named or '来源部门'}答复{until}。"


def _sentence_to_sign(request: MatchRequest) -> str:
    return f"{request.no} 号核对报告等第二名核对人员签发（提请人{request.asked_name}以外的一名）。"
