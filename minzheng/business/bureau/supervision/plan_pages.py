"""从计划立项: the sentences and targets of a plan with boxes to tick, and one form for all that are ticked."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.business.bureau.plans import selectors as plans
from minzheng.business.bureau.plans.models import Plan, PlanVersion
from minzheng.business.bureau.supervision import forms, people, planning
from minzheng.business.bureau.supervision.models import CYCLES, KINDS
from minzheng.business.bureau.supervision.selectors import MANAGE
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.orgs import selectors as orgs
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.pages.inputs import inputs_of
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, Date, Field, Text, Tick, clean_fields
from minzheng.kernel.parts.page import Custom, Page


def _fields(version: PlanVersion) -> list[Field]:
    place = version.plan.region_code
    return [
        Choice("kind", "清单", required=True, options=KINDS, radio_up_to=6),
        Choice("lead_org", "牵头单位", options=orgs.organizations_in([place]), radio_up_to=0, help="不选的只立项，以后逐项分解。"),
        Text("lead_office", "牵头科室", max_length=60),
        Choice("responsible", "责任人", options=people.choices([place]), radio_up_to=0),
        Text("leader", "分管领导", max_length=60),
        Date("start", "开始"),
        Date("end", "期限"),
        Choice("cycle", "反馈周期", required=True, options=CYCLES),
        Tick("assign", "立项后马上交办"),
    ]  # fmt: skip


def from_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows what the plan offers; POST makes tasks of what is ticked."""
    version = plans.latest(actor_in(request), pk, MANAGE)
    if version is None:
        raise Http404
    fields = _fields(version)
    year = version.plan.year
    initial = {"kind": "five" if version.plan.kind == "outline" else "year", "start": f"{year}-01-01", "end": f"{year}-12-31",
               "cycle": "monthly"}  # fmt: skip
    refusals: list[str] = []
    errors: dict[str, str] = {}
    chosen = request.POST.getlist("key")
    if request.method == "POST":
        values, errors = clean_fields(fields, request.POST)
        try:
            if not errors:
                return _made(request, version, chosen, values)
        except Refused as error:
            refusals, errors = error.sentences, error.fields
    offered = planning.candidates(version)
    blocks = [(item, list(some)) for item, some in groupby(offered, key=lambda one: one.item)]
    return draw(
        request, "supervision/from_plan.html", request.page, 422 if refusals or errors else 200,  # type: ignore[attr-defined]
        version=version, plan=version.plan, blocks=blocks, chosen=set(chosen), refusals=refusals, errors=errors, offered=len(offered),
        taken=sum(1 for one in offered if one.task is not None),
        inputs=inputs_of(fields, initial, errors, posted=request.POST if request.method == "POST" else None),
    )  # fmt: skip


def _made(request: HttpRequest, version: PlanVersion, chosen: list[str], values: dict[str, Any]) -> HttpResponse:
    share = None
    if values.get("lead_org"):
        missing = {name: "定了牵头单位的，要填开始和期限。" for name in ("start", "end") if not values.get(name)}
        if missing:
            raise Refused([], missing)
        share = forms.share_of(values)
    elif values.get("assign"):
        raise Refused([], {"lead_org": "要马上交办的，请选牵头单位。"})
    made = planning.from_plan(
        actor=actor_in(request), version=version, chosen=chosen, kind=values["kind"], share=share, assign_now=bool(values.get("assign"))
    )  # fmt: skip
    what = "并交办 " if share and values.get("assign") else ""
    then = "" if share else "下一步：点开任务，“分解”时定牵头单位和期限，再交办。"
    messages.success(request, f"已立项{what}{len(made)} 项。{then}")
    state = "" if share else "&state=proposed"
    return HttpResponseRedirect(f"{reverse('duty.list')}?year={version.plan.year}{state}")


PAGES = [
    Page("duty.from_plan", "console/duty/from-plan/<int:pk>/", "从计划立项", MANAGE, Custom(from_plan, parent="plans.detail"),
         example=first_of(Plan.objects.order_by("pk"))),
]  # fmt: skip
