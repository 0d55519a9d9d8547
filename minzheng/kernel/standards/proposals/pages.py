"""测算下一年标准: choose a formula, fill in the figures, see the result beside the standard in force, make the draft."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.inputs import inputs_of
from minzheng.kernel.pages.refusals import field_errors_of, sentences_of
from minzheng.kernel.parts.fields import Choice, Field, clean_fields
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.page import Custom, Menu, Page
from minzheng.kernel.standards import services as standards
from minzheng.kernel.standards.errors import StandardRefused
from minzheng.kernel.standards.pages import place_of
from minzheng.kernel.standards.proposals import services
from minzheng.kernel.standards.proposals.comparing import Compared, propose
from minzheng.kernel.standards.proposals.formulas import (
    ROUNDING_TITLES,
    Formula,
    FormulaError,
    Input,
    all_formulas,
    read_inputs,
)

#: The figures stand in the address as n0, n1 … in the order in which the formula declares them.
_FIGURE = "n"
DRAFT: tuple[Field, ...] = (
    TextField("title", "这次调整的名称", required=True, max_length=80),
    TextField("source", "依据（文件名称和文号）", required=True, max_length=200,
              help="还没有文号的先写拟发文件的名称，签发前在标准调整里补上。"),
)  # fmt: skip


@dataclass
class Trial:
    """What one request asks to compute and what came of it."""

    formula: Formula
    figures: Mapping[str, Any] = field(default_factory=dict)
    valid_from: datetime.date = datetime.date.min
    lines: list[Compared] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)


def listing(request: HttpRequest) -> HttpResponse:
    place = place_of(actor_in(request))
    return draw(
        request, "standards/propose_list.html", request.page,  # type: ignore[attr-defined]
        formulas=list(all_formulas().values()), place=drawing_of(request).region(place) if place else "",
        parent="standards.sets",
    )  # fmt: skip


def one(request: HttpRequest, code: str) -> HttpResponse:
    formula = all_formulas().get(code)
    if formula is None:
        raise Http404
    actor = actor_in(request)
    place = place_of(actor)
    sent = request.POST if request.method == "POST" else request.GET
    fields = _fields(formula)
    trial = _trial(formula, fields, sent, place) if place and f"{_FIGURE}0" in sent else Trial(formula)
    may = bool(place and actor.can(standards.PERMISSION, place))
    drafting: dict[str, str] = {}
    if request.method == "POST" and trial.lines:
        response, drafting = _draft(request, actor, place, trial)
        if response is not None:
            return response
    wrong = bool(trial.errors or trial.refusals)
    return draw(
        request, "standards/propose.html", request.page,  # type: ignore[attr-defined]
        422 if wrong or drafting else 200,
        title=formula.title, formula=formula, trial=trial, may=may, errors=trial.errors, refusals=trial.refusals,
        inputs=inputs_of(fields, _initial(formula), trial.errors, posted=sent if sent else None),
        drafting=inputs_of(DRAFT, _names(trial), drafting, posted=request.POST or None, id_prefix="d-"),
        kept=[(name, sent.get(name, "")) for name in [one.name for one in fields]],
        place=drawing_of(request).region(place) if place else "", parent="standards.propose",
        blocked=any(line.refusals for line in trial.lines),
    )  # fmt: skip


def _fields(formula: Formula) -> tuple[Field, ...]:
    figures = tuple(
        TextField(
            f"{_FIGURE}{n}", f"{one.title}（{one.unit}）", required=not one.optional, max_length=16, help=_help(one)
        )
        for n, one in enumerate(formula.inputs)
    )
    modes = [("", "按公式自己的"), *ROUNDING_TITLES.items()]
    return (
        *figures,
        DateField("valid_from", "打算从哪天起执行", required=True),
        Choice("rounding", "舍入方式", options=tuple(modes), radio_up_to=0),
    )


def _help(one: Input) -> str:
    parts = [f"{one.year}的数，见{one.found_in}。" if one.year and one.found_in else ""]
    if one.default:
        parts.append(f"公式所载为 {one.default}，待业务部门确认。")
    return "".join(parts)


def _initial(formula: Formula) -> dict[str, Any]:
    figures = {f"{_FIGURE}{n}": one.default for n, one in enumerate(formula.inputs)}
    return {**figures, "valid_from": datetime.date(clock.today().year + 1, 1, 1), "rounding": ""}


def _trial(formula: Formula, fields: tuple[Field, ...], sent: Mapping[str, Any], place: str) -> Trial:
    """Compute; what is wrong stands at its own box."""
    values, errors = clean_fields(fields, sent)
    trial = Trial(formula, errors=errors)
    if errors:
        return trial
    names = {one.name: f"{_FIGURE}{n}" for n, one in enumerate(formula.inputs)}
    try:
        trial.figures = read_inputs(formula, {name: str(values[key] or "") for name, key in names.items()})
        trial.valid_from = values["valid_from"]
        trial.lines = propose(
            place, formula, trial.figures, valid_from=trial.valid_from, today=clock.today(),
            rounding=values["rounding"] or "",
        )  # fmt: skip
    except FormulaError as error:
        if error.field in names:
            trial.errors[names[error.field]] = str(error)
        else:
            trial.refusals.append(str(error))
    return trial


def _names(trial: Trial) -> dict[str, str]:
    year = trial.valid_from.year if trial.lines else clock.today().year + 1
    return {"title": f"{year}年{trial.formula.title.partition('：')[0]}"}


def _draft(request: HttpRequest, actor: Any, place: str, trial: Trial) -> tuple[HttpResponse | None, dict[str, str]]:
    values, errors = clean_fields(DRAFT, request.POST)
    if errors:
        return None, errors
    try:
        row = services.draft_set(
            actor=actor, region_code=place, formula=trial.formula, figures=trial.figures, lines=trial.lines,
            title=values["title"], valid_from=trial.valid_from, source=values["source"],
        )  # fmt: skip
    except StandardRefused as refused:
        trial.refusals += sentences_of(refused)
        return None, field_errors_of(refused) or {"": ""}
    messages.success(request, f"已按公式起草 {len(trial.lines)} 项，请核对以后提交，由另一人签发。")
    return HttpResponseRedirect(reverse("standards.set", kwargs={"pk": row.pk})), {}


def _example() -> dict[str, str]:
    return {"code": next(iter(all_formulas()))}


PAGES = [
    Page("standards.propose", "console/standards/propose/", "测算下一年标准", "policy.read", Custom(listing),
         menu=Menu("数据", 46, "chart")),
    Page("standards.propose_one", "console/standards/propose/<str:code>/", "测算下一年标准", "policy.read",
         Custom(one, kind="form"), example=_example),
]  # fmt: skip
