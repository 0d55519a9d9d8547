"""窗口受理：the clerk enters the item's own form, all steps on one page, and hands it in with the family's consents."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.errors import NotFound
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents.services import store_attachment
from minzheng.kernel.ids import read_number
from minzheng.kernel.items import registry
from minzheng.kernel.items.forms import Form, Step, raw_of_post
from minzheng.kernel.pages.casework.acts import raw_of
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.inputs import Input, inputs_of
from minzheng.kernel.pages.refusals import REFUSALS, field_errors_of, sentences_of

#: The word by which a family row says that it is the applicant, and what is known of such a row beforehand.
SELF = "本人"
OWN_ROW = {"relation": SELF, "situation": "home"}
#: Empty rows offered below the family members already entered.
SPARE_ROWS = 1


@dataclass(frozen=True)
class Row:
    """One family member: the fields of every step that shares the repeating section, drawn together."""

    number: int
    title: str
    groups: list[tuple[str, list[Input]]]
    spare: bool


@dataclass(frozen=True)
class Section:
    """One part of the page: a single step, or all steps of one repeating section."""

    code: str
    title: str
    why: str
    inputs: list[Input] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    problem: str = ""


def start(request: HttpRequest) -> HttpResponse:
    """Choose the item and, if known, the applicant by ID number; then the form opens with what is known filled in."""
    drawing = drawing_of(request)
    page = request.page  # type: ignore[attr-defined]
    refusals: list[str] = []
    items = registry.all_items()
    if request.method == "POST":
        try:
            return _begin(request, drawing.actor)
        except REFUSALS as error:
            refusals = sentences_of(error) or list(field_errors_of(error).values())
        except NotFound as error:
            refusals = [str(error)]
    drafts = selectors.visible_to(drawing.actor).filter(state="DRAFT").order_by("-pk")[:20]
    return draw(
        request,
        "console/intake_start.html",
        page,
        status=422 if refusals else 200,
        items=items,
        refusals=refusals,
        drafts=[(case, registry.get(case.item_code).title) for case in drafts],
        id_no=request.POST.get("id_no", ""),
        chosen=request.POST.get("item") or request.GET.get("item") or (items[0].code if items else ""),
    )


def _begin(request: HttpRequest, actor: Any) -> HttpResponse:
    from minzheng.kernel.subjects.errors import SubjectError
    from minzheng.kernel.subjects.idcard import InvalidIdNumber
    from minzheng.kernel.subjects.selectors import person_by_id_no

    codes = {item.code for item in registry.all_items()}
    code = request.POST.get("item", "")
    if code not in codes:
        raise _refused("请选择要申请的事项。")
    number = re.sub(r"\s", "", request.POST.get("id_no", ""))
    person = None
    if number:
        try:
            person = person_by_id_no(actor, number)
        except (InvalidIdNumber, SubjectError) as error:
            raise _refused(str(error)) from error
    case = services.start_draft(
        item_code=code,
        actor=actor,
        channel="window",
        applicant_id=person.pk if person else None,
        region_code=_village(actor, person),
    )
    if number and person is None:
        messages.info(request, "您的数据范围内没有这个人的档案，请照身份证登记。")
    return HttpResponseRedirect(reverse("intake.form", kwargs={"pk": case.pk}))


def _village(actor: Any, person: Any) -> str:
    """The village the person's file names, where the clerk may register; else the clerk's own place."""
    return person.region_code if person and actor.can("case.create", person.region_code) else ""


def _refused(sentence: str) -> Exception:
    from minzheng.kernel.cases.errors import Refused

    return Refused(sentence)


def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole form. POST saves every step; with ``do=submit`` it also signs the consents and hands the case in."""
    drawing = drawing_of(request)
    case = _draft(drawing.actor, pk)
    form = registry.get(case.item_code).form
    refusals: list[str] = []
    errors: dict[str, dict[str, str]] = {}
    if request.method == "POST":
        try:
            errors, refusals = _save(request, case, form)
            if not errors and not refusals and request.POST.get("do") == "submit":
                return _hand_in(request, case)
            if not errors and not refusals:
                messages.success(request, "已保存。")
                return HttpResponseRedirect(reverse("intake.form", kwargs={"pk": pk}) + "#consents")
        except NotFound as error:
            raise Http404("没有找到。") from error
        except REFUSALS as error:
            refusals = sentences_of(error) + list(field_errors_of(error).values())
        case = _draft(drawing.actor, pk)
    return _draw(request, case, form, errors, refusals)


def _draft(actor: Any, pk: int) -> Case:
    try:
        case = selectors.get(actor, pk)
    except NotFound as error:
        raise Http404("没有找到。") from error
    mine = actor.id in (case.created_by_id, case.assignee_id)
    if case.state != "DRAFT" or not (actor.can("case.create", case.region_code) or mine):
        raise Http404("没有找到。")
    return case


def _save(request: HttpRequest, case: Case, form: Form) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Save each step as it came; what does not clean is kept and named. Returns ({step: errors}, refusals)."""
    actor = request.actor  # type: ignore[attr-defined]
    errors: dict[str, dict[str, str]] = {}
    keep = _kept_rows(request.POST, form)
    for step in form.steps:
        for photo in step.photos:
            for upload in request.FILES.getlist(f"{step.code}.{photo.name}"):
                store_attachment(
                    case=case, kind=photo.kind or photo.name, label=photo.label, upload=upload, actor=actor
                )
        if not step.plain_fields:
            continue
        result = services.save_step(
            case_id=case.pk, step=step.code, raw=raw_of_post(step, _own(request.POST, step, keep)), actor=actor
        )
        if result.errors:
            errors[step.code] = dict(result.errors)
    return errors, []


def _kept_rows(post: QueryDict, form: Form) -> dict[str, list[int]]:
    """Section → numbers of the posted rows in which anything was entered: both steps of a section keep the same rows."""
    kept: dict[str, list[int]] = {}
    for step in form.steps:
        if step.repeat and not step.fixed_rows:
            numbers = {int(m[1]) for key in post if (m := re.fullmatch(rf"{step.code}\.(\d+)\..+", key))}
            removed = {v.removeprefix(f"{step.code}.") for v in post.getlist("remove") if v.startswith(f"{step.code}.")}
            kept[step.key] = [
                n
                for n in sorted(numbers)
                if str(n) not in removed
                and any(post.get(f"{step.code}.{n}.{f.name}", "").strip() for f in step.plain_fields)
            ]
    return kept


def _own(post: QueryDict, step: Step, keep: dict[str, list[int]]) -> QueryDict:
    """The posted values of one step under their plain names, rows renumbered without gaps."""
    own = QueryDict(mutable=True)
    prefix = f"{step.code}."
    places = {n: place for place, n in enumerate(keep.get(step.key, []))}
    for key in post:
        if not key.startswith(prefix):
            continue
        name = key.removeprefix(prefix)
        number, _, rest = name.partition(".")
        row = read_number(number)
        if step.repeat and row is not None:
            if row in places:
                own.setlist(f"{places[row]}.{rest}", post.getlist(key))
        else:
            own.setlist(name, post.getlist(key))
    if step.repeat and not step.fixed_rows:
        _fill_self(own, post)
    return own


def _fill_self(own: QueryDict, post: QueryDict) -> None:
    """The applicant's own row need not be typed again: what is blank there comes from the applicant's part."""
    for key in [key for key in own if key.endswith(".relation") and own[key] == SELF]:
        row = key.removesuffix(".relation")
        for name in ("name", "id_no", "phone"):
            if not own.get(f"{row}.{name}", "").strip() and post.get(f"applicant.{name}", "").strip():
                own[f"{row}.{name}"] = str(post[f"applicant.{name}"])


def _hand_in(request: HttpRequest, case: Case) -> HttpResponse:
    """Consents as ticked or photographed, then the application itself."""
    actor = request.actor  # type: ignore[attr-defined]
    for line in selectors.consent_lines(case):
        method = request.POST.get(f"consent.{line.member.pk}", "")
        if not (line.needed or line.welcome) or line.consent is not None or not method:
            continue
        uploads = request.FILES.getlist(f"consent-photo.{line.member.pk}")
        stored = [
            store_attachment(case=case, kind="consent", label=f"{line.member.name}的授权书", upload=one, actor=actor)
            for one in uploads
        ]
        services.sign_consent(
            case_id=case.pk,
            member_id=line.member.pk,
            method=method,
            actor=actor,
            attachment_id=stored[0].pk if stored else None,
            guardian_name=request.POST.get(f"guardian.{line.member.pk}", ""),
        )
    submit = registry.get(case.item_code).flow.act("submit")
    services.submit(case_id=case.pk, actor=actor, data=raw_of(submit.fields, request) if submit else {})
    messages.success(request, "申请已提交。材料齐全的，请接着受理。")
    return HttpResponseRedirect(reverse("cases.detail", kwargs={"pk": case.pk}))


def _draw(
    request: HttpRequest, case: Case, form: Form, errors: dict[str, dict[str, str]], refusals: list[str]
) -> HttpResponse:
    page = request.page  # type: ignore[attr-defined]
    item = registry.get(case.item_code)
    submit = item.flow.act("submit")
    sections = _sections(form, case, errors)
    wrong = [one for section in sections for one in _all_inputs(section) if one.error]
    posted = request.POST if request.method == "POST" else None
    return draw(
        request,
        "console/intake.html",
        page,
        status=422 if errors or refusals else 200,
        case=case,
        item=item,
        title=f"{item.title} · 窗口登记",
        sections=sections,
        refusals=refusals + [s.problem for s in sections if s.problem],
        inputs=wrong,
        errors=wrong,
        consents=selectors.consent_lines(case),
        submit_inputs=inputs_of(submit.fields, {}, {}, posted=posted, id_prefix="submit-") if submit else [],
    )


def _all_inputs(section: Section) -> list[Input]:
    return section.inputs + [one for row in section.rows for _title, group in row.groups for one in group]


def _sections(form: Form, case: Case, errors: dict[str, dict[str, str]]) -> list[Section]:
    """Steps in order; the steps of one repeating section become one block with a row per member."""
    sections: list[Section] = []
    done: set[str] = set()
    for step in form.steps:
        if step.kind in ("consents", "review") or step.key in done:
            continue
        if step.repeat:
            done.add(step.key)
            shared = [one for one in form.steps if one.repeat and one.key == step.key]
            sections.append(_repeating(form, case, step, shared, errors))
        elif step.fields:
            found = errors.get(step.code, {})
            shown = form.shown(step.code, case.form)
            sections.append(
                Section(
                    step.code,
                    step.title,
                    step.why,
                    problem=found.get("", ""),
                    inputs=inputs_of(step.fields, shown, found, prefix=f"{step.code}."),
                )
            )
    return sections


def _row(case: Case, step: Step, n: int) -> dict[str, Any]:
    rows = case.form.get(step.key) or []
    return rows[n] if n < len(rows) else {}


def _repeating(form: Form, case: Case, step: Step, shared: list[Step], errors: dict[str, dict[str, str]]) -> Section:
    shown = {one.code: form.shown(one.code, case.form) for one in shared}
    count = len(shown[step.code])
    rows = []
    own = step.key == "members"  # the section whose first row is the applicant
    first, least = count == 0 and own, 1 if own else 0
    for n in range(max(count, least) + SPARE_ROWS):
        groups = []
        for one in shared:
            texts = shown[one.code][n] if n < len(shown[one.code]) else OWN_ROW if first and n == 0 else {}
            wrong = {
                key.split(".", 1)[1]: text for key, text in errors.get(one.code, {}).items() if key.startswith(f"{n}.")
            }
            # Whether a question is asked may depend on what another step of the same row says.
            known = {**_row(case, step, n), **texts} if one.fixed_rows else texts
            groups.append((one.title, inputs_of(one.plain_fields, known, wrong, prefix=f"{one.code}.{n}.")))
        name = shown[step.code][n].get("name", "") if n < count else "申请人本人" if first and n == 0 else ""
        rows.append(Row(n, name or (f"第 {n + 1} 位" if n < count else step.add_title), groups, n >= max(count, least)))
    return Section(step.code, step.title, step.why, rows=rows, problem=errors.get(step.code, {}).get("", ""))
