"""目标完成情况: all targets of a plan with what measures them, one target with its months and towns, the link itself."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.business.bureau.plans import linking, measures, selectors, target_showing, targets
from minzheng.business.bureau.plans.models import PlanIndicator, TargetLink
from minzheng.business.bureau.plans.selectors import MANAGE, READ
from minzheng.business.bureau.plans.target_showing import Target
from minzheng.datacenter.indicators import declaring
from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, Field, LongText, Text
from minzheng.kernel.parts.page import ActionBody, Custom, DetailBody, Done, FormBody, Menu, Page
from minzheng.kernel.parts.panels import Drawn, Facts, Table
from minzheng.kernel.regions import selectors as regions

NO_ONE = "计划文件只有任务和数字，没有任何人的信息"
GROUP = "计划"
_target = first_of(PlanIndicator.objects.exclude(state="struck").filter(kind__in=targets.KINDS).order_by("pk"))
_linked = first_of(PlanIndicator.objects.exclude(target_link=None).order_by("pk"))


def board(request: HttpRequest) -> HttpResponse:
    """The targets of one plan; without a choice the newest plan that has any."""
    actor = actor_in(request)
    known = selectors.plans(actor).exclude(kind="summary").order_by("-year", "-created_at")
    plans = [one for one in known if one.indicator_count]  # type: ignore[attr-defined]
    chosen = request.GET.get("plan", "")
    plan = next((one for one in plans if str(one.pk) == chosen), plans[0] if plans else None)
    rows = targets.targets(actor).filter(version__plan=plan).order_by("start", "seq") if plan else []
    told = targets.progress(actor, rows, clock.today())
    counts = Counter(one.state for one in told)
    state = request.GET.get("state", "")
    shown = [one for one in told if one.state == state] if state in targets.STATES else told
    return draw(
        request, "plans/targets.html", request.page, plans=plans, plan=plan,  # type: ignore[attr-defined]
        states=[(code, name, counts[code], code == state) for code, name in targets.STATES.items() if counts[code]],
        total=len(told), state=state, rows=[target_showing.Row(one) for one in shown],
        may=plan is not None and actor.can(MANAGE, plan.region_code) is not None,
    )  # fmt: skip


def _get(actor: Any, pk: int) -> Target | None:
    one = targets.targets(actor).filter(pk=pk).first()
    return Target(one, targets.progress(actor, [one], clock.today())[0]) if one is not None else None


def _managed(actor: Any, pk: int) -> PlanIndicator | None:
    return targets.targets(actor, MANAGE).filter(pk=pk).first()


def _linked_one(actor: Any, pk: int) -> PlanIndicator | None:
    return targets.targets(actor, MANAGE).filter(pk=pk, target_link__isnull=False).first()


def _places(actor: Any, one: PlanIndicator) -> tuple[tuple[str, str], ...]:
    own = one.region_code
    codes = [own, *(place.code for place in regions.children(own))]
    allowed = [code for code in codes if actor.is_system or actor.can(READ, code) is not None]
    names = regions.region_names(allowed)
    return tuple((code, names.get(code, code)) for code in allowed)


def link_fields(actor: Any, one: PlanIndicator) -> list[Field]:
    """The likeliest indicators come first in the choice; those that count something else are left out (a share of places
    may be taken of any)."""
    likely = linking.proposals(one)
    first = [(found.indicator.code, f"建议：{_named(found.indicator)}") for found in likely]
    known = {code for code, _ in first}
    rest = [
        (declared.code, _named(declared))
        for declared in declaring.all()
        if declared.code not in known and (one.unit_norm == "%" or measures.comparable(one.unit_norm, declared.unit))
    ]
    left_out = (
        ""
        if one.unit_norm == "%"
        else f"只列单位能与“{one.unit_norm or '无单位'}”相比的；没有合适的，先核对目标的单位。"
    )
    return [
        Choice("code", "平台指标", required=True, options=(*first, *rest), radio_up_to=0,
               help=f"目标：{one.subject} {one.figure}。原句：{' '.join(one.sentence.split())[:160]}　{left_out}"),
        Choice("measured_region", "考核地区", required=True, options=_places(actor, one), radio_up_to=0,
               help="目标的口径与发布单位不同时（如县里文件写着全省的数），不要当作本地目标关联。"),
        Text("period", "考核时期", required=True, max_length=12, help="年写 2026，半年写 2026H1，季写 2026Q2，规划写 2021-2025。"),
        Choice("aggregate", "汇总办法", required=True, options=tuple(TargetLink.AGGREGATES)),
        Text("condition", "每地应达到", max_length=20, pattern=r"\d{1,13}(?:\.\d{1,4})?", hint="请填数字。", help="只有“占比”才填。"),
        Choice("direction", "方向", required=True, options=tuple(TargetLink.DIRECTIONS)),
        LongText("note", "说明", max_length=200, rows=2),
    ]  # fmt: skip


def _named(declared: Any) -> str:
    return f"{declared.name}（{declared.unit}）"


def _initial(actor: Any, one: PlanIndicator) -> dict[str, Any]:
    known = targets.link_of(one)
    if known is None:
        return linking.defaults(one)
    shown = {
        name: getattr(known, name) for name in ("code", "measured_region", "period", "aggregate", "direction", "note")
    }
    return shown | {"condition": "" if known.condition is None else f"{known.condition.normalize():f}"}


def _link(actor: Any, values: dict[str, Any], one: PlanIndicator) -> Done:
    linking.link(
        actor=actor, indicator=one, values=values | {"condition": linking.condition_of(values.get("condition", ""))}
    )
    return Done("已关联，完成情况按这个指标算。", targets.target_url(one))


def _unlink(actor: Any, one: PlanIndicator, values: dict[str, Any]) -> Done:
    linking.unlink(actor=actor, indicator=one)
    return Done("已取消关联。", targets.target_url(one))


DETAIL = DetailBody(
    _get,
    (
        Drawn("原句", template="plans/target_sentence.html", context=target_showing.sentence),
        Drawn("走势", template="plans/target_course.html", context=target_showing.course, when=lambda target: target.told.declared is not None),
        Table("各乡镇", rows=target_showing.towns, columns=target_showing.TOWNS, when=lambda target: target.told.declared is not None,
              empty="没有各乡镇的数据：这个指标只有全域的数，或者还没有填报。"),
    ),
    side=(
        Facts("完成情况", items=target_showing.STANDING, columns=1),
        Facts("怎么算的", items=target_showing.MEASURED, columns=1, when=lambda target: target.told.link is not None),
    ),
    title=lambda target: target.one.subject or "（没有读出指标名）",
    subtitle=lambda target: f"{target.one.version.plan.title}，{target.one.figure}",
    actions=(
        Action("关联平台指标", "plans.link", args={"pk": "pk"}, primary=True, when=lambda target: target.told.link is None),
        Action("改关联", "plans.link", args={"pk": "pk"}, when=lambda target: target.told.link is not None),
        Action("取消关联", "plans.unlink", args={"pk": "pk"}, when=lambda target: target.told.link is not None),
    ),
    parent="plans.targets",
)  # fmt: skip

PAGES = [
    Page("plans.targets", "console/plans/targets/", "目标完成情况", READ, Custom(board, methods=("GET",)),
         menu=Menu(GROUP, 12, "check"), impersonal=NO_ONE),
    Page("plans.target", "console/plans/targets/<int:pk>/", "目标", READ, DETAIL, example=_target),
    Page("plans.link", "console/plans/targets/<int:pk>/link/", "关联平台指标", MANAGE, FormBody(
        link_fields, _link, get=_managed, initial=_initial, submit="关联", parent="plans.targets",
        lead="关联以后，完成情况、预测和总结里的数都从这个指标来。"), example=_target),
    Page("plans.unlink", "console/plans/targets/<int:pk>/unlink/", "取消关联", MANAGE, ActionBody(
        _linked_one, _unlink, question="取消以后不再自动算这个目标的完成情况。", submit="取消关联", parent="plans.targets"), example=_linked),
]  # fmt: skip


def plan_url(pk: int) -> str:
    return f"{reverse('plans.targets')}?plan={pk}"
