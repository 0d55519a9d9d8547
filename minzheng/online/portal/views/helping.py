"""谁能替我办、我为谁办: lists with a button to end each, giving a mandate, taking one up, acting for somebody with a paper,
and whom an application is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases.drafting import agent_drafts
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.items import registry
from minzheng.kernel.items.forms import Step
from minzheng.kernel.parts.fields import Photo, clean_fields, raw_value
from minzheng.kernel.subjects import mandate_services, mandates
from minzheng.kernel.subjects.mandate_services import MandateRefused
from minzheng.kernel.subjects.selectors import visible_persons
from minzheng.online.portal import asking, drafting, helping, signing, words
from minzheng.online.portal.rendering import show
from minzheng.online.portal.screens import screen_of_step

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.subjects.mandate_models import Mandate

HOME = "portal.mandates"


@dataclass(frozen=True)
class Line:
    """One mandate in a list. ``offered``: it waits for this account to take it up."""

    pk: int
    who: str
    state: str
    tone: str
    matters: str
    power: str
    period: str
    live: bool
    offered: bool = False
    start: tuple[tuple[str, str], ...] = ()  # (item code, short title) that can be begun under it


def overview(request: HttpRequest) -> HttpResponse:
    """Both lists."""
    actor = actor_in(request)
    return show(
        request,
        "mandates",
        "替我办、我替谁办",
        back="portal.home",
        given=[_line(m, f"{m.agent_name}（{m.words}）") for m in mandates.given(actor)],
        held=[_line(m, m.principal_name, mine=True) for m in mandates.held(actor)],
        has_file=actor.person_id is not None,
    )


def _line(mandate: Mandate, who: str, *, mine: bool = False) -> Line:
    live = mandates.usable(mandate)
    offered = mine and mandate.agent_user_id is None
    state = mandate.get_state_display() if live or mandate.state in ("revoked", "refused") else "已到期"
    if live and mandate.state == "waiting":
        state = "等您接受" if offered else "等对方接受" if mandate.agent_user_id is None else "等工作人员核对"
    until = words.date_words(mandate.valid_to) if mandate.valid_to else "办完为止"
    open_items: tuple[tuple[str, str], ...] = ()
    if mine and live and mandate.state == "active" and mandate.may_file and mandate.case_id is None:
        items = [i for i in registry.portal_items() if mandates.covers(mandate, i.code)]
        open_items = tuple((i.code, i.short) for i in items)
    return Line(
        mandate.pk,
        who,
        state,
        "good" if live and mandate.state == "active" else "wait" if live else "none",
        helping.item_titles(mandate),
        "填写、提交、看进度" if mandate.may_file else "只看进度",
        f"{words.date_words(mandate.valid_from)}至{until}",
        live,
        offered,
        open_items,
    )


def give(request: HttpRequest) -> HttpResponse:
    """A principal gives a mandate on the own phone: name, number, matter, period, signature."""
    actor = actor_in(request)
    person = visible_persons(actor).first()
    step = helping.give_step(person.region_code if person else "")
    if request.method != "POST" or person is None:
        return _draw(request, "mandate_give", step, {"power": "file"}, allowed=person is not None)
    raw, values, errors = _read(request, step)
    ink = signing.signature(request.POST.get("mandate-ink", ""))
    whole = [] if ink else [("请在方框里用手指写下您的名字。", "mandate-ink-box")]
    if errors or ink is None:
        return _draw(request, "mandate_give", step, raw, errors, whole, allowed=True)
    try:
        proof = documents.store_attachment(case=None, kind="mandate", label="委托签名", upload=ink, actor=actor)
        mandate_services.give(
            actor=actor,
            agent_name=values["agent_name"],
            agent_phone=values["agent_phone"],
            relation=values["relation"],
            items=[] if values["matter"] == helping.ALL else [values["matter"]],
            may_file=values["power"] == "file",
            valid_to=helping.until(int(values["months"])),
            proof_id=proof.pk,
        )
    except (MandateRefused, DocumentError) as error:
        return _draw(request, "mandate_give", step, raw, None, [(str(error), "")], allowed=True)
    messages.success(
        request, f"委托好了。请告诉{values['agent_name']}：用自己的手机号登录，点“接受”，再填您身份证后四位。"
    )
    return HttpResponseRedirect(reverse(HOME))


def take_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up a mandate given to this phone number."""
    actor = actor_in(request)
    mandate = next((m for m in mandates.held(actor) if m.pk == pk), None)
    if mandate is None:
        raise Http404
    if mandate.agent_user_id is not None:
        return HttpResponseRedirect(reverse(HOME))
    error = ""
    if request.method == "POST":
        try:
            mandate_services.take_up(actor=actor, mandate_id=pk, id_tail=request.POST.get("tail", ""))
        except MandateRefused as refused:
            error = str(refused)
        else:
            messages.success(request, f"接受了，可以替{mandate.principal_name}办事了。")
            return HttpResponseRedirect(reverse(HOME))
    line = _line(mandate, mandate.principal_name, mine=True)
    errors = [(error, "tail")] if error else []
    return show(request, "mandate_take", "接受委托", errors=errors, back=HOME, line=line, wrong=error)


def claim(request: HttpRequest) -> HttpResponse:
    """Somebody acts for another with a paper in hand (or is the parent on record); leads to the application."""
    step = helping.claim_step()
    asked = {"item": request.GET.get("item", ""), "agent_name": _own_name(request)}
    if request.method != "POST":
        return _draw(request, "mandate_claim", step, asked)
    raw, values, errors = _read(request, step)
    if errors:
        return _draw(request, "mandate_claim", step, raw, errors)
    actor, upload = actor_in(request), request.FILES.get("proof")
    try:
        proof = None
        if upload is not None:
            proof = documents.store_attachment(case=None, kind="mandate", label="委托书", upload=upload, actor=actor).pk
        mandate = mandate_services.claim(
            actor=actor,
            kind=values["kind"],
            agent_name=values["agent_name"],
            principal_name=values["principal_name"],
            principal_id_no=values["principal_id_no"],
            relation=values["relation"],
            item_code=values["item"],
            proof_id=proof,
        )
        case = agent_drafts.start_for(actor=actor, mandate_id=mandate.pk, item_code=values["item"])
    except (MandateRefused, DocumentError, Refused, NotFound) as error:
        return _draw(request, "mandate_claim", step, raw, None, [(str(error), "")])
    return HttpResponseRedirect(_screen(case))


def begin(request: HttpRequest, pk: int, item: str) -> HttpResponse:
    """Begin (or go on with) an application under a mandate. POST only."""
    if request.method == "POST":
        try:
            case = agent_drafts.start_for(actor=actor_in(request), mandate_id=pk, item_code=item)
            return HttpResponseRedirect(_screen(case))
        except registry.UnknownItem:
            raise Http404 from None
        except (Refused, NotFound) as error:
            messages.error(request, str(error))
    return HttpResponseRedirect(reverse(HOME))


def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a mandate, at once. GET asks."""
    actor = actor_in(request)
    mine = [*mandates.given(actor), *mandates.held(actor)]
    mandate = next((m for m in mine if m.pk == pk and mandates.usable(m)), None)
    if mandate is None:
        raise Http404
    given = mandate.principal_id is not None and mandate.principal_id == actor.person_id
    if request.method == "POST":
        try:
            mandate_services.revoke(actor=actor, mandate_id=pk)
        except MandateRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "解除了，马上生效。")
        return HttpResponseRedirect(reverse(HOME))
    who = f"{mandate.agent_name}（{mandate.words}）" if given else mandate.principal_name
    return show(request, "mandate_revoke", "解除委托", back=HOME, line=_line(mandate, who), given=given)


def drop_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away a draft. GET asks."""
    from minzheng.online.portal.rendering import own_case

    case = own_case(request, pk)
    if case.state != "DRAFT":
        return HttpResponseRedirect(reverse("portal.case", kwargs={"pk": pk}))
    if request.method == "POST":
        try:
            agent_drafts.drop(case_id=case.pk, actor=actor_in(request))
        except (Refused, NotFound) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "草稿和照片都删掉了。")
        return HttpResponseRedirect(reverse("portal.home"))
    return show(request, "drop_draft", "删掉草稿", back=_screen(case), case=case, item=registry.get(case.item_code))


def _screen(case: Case) -> str:
    """Where an unfinished application goes on; a handed-in one is shown."""
    if case.state != "DRAFT":
        return reverse("portal.case", kwargs={"pk": case.pk})
    form = registry.get(case.item_code).form
    reached = form.steps[min(max(case.step, 1), len(form.steps)) - 1]
    return drafting.url_of(case, screen_of_step(form, reached.code).number)


def _own_name(request: HttpRequest) -> str:
    actor = actor_in(request)
    return actor.name if actor.person_id is not None else ""


def _read(request: HttpRequest, step: Step) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    raw = {f.name: raw_value(f, request.POST, None) for f in step.plain_fields}
    values, errors = clean_fields(step.plain_fields, raw)
    return raw, values, errors


def _draw(
    request: HttpRequest,
    template: str,
    step: Step,
    shown: dict[str, Any],
    errors: dict[str, str] | None = None,
    whole: list[tuple[str, str]] | None = None,
    **context: Any,
) -> HttpResponse:
    sheet = asking.sheet(step, shown, errors)
    has_photos = any(isinstance(f, Photo) for f in step.fields)
    return show(
        request,
        template,
        step.title,
        errors=[*(whole or ()), *sheet.errors],
        back=HOME,
        sheet=sheet,
        has_photos=has_photos,
        **context,
    )
