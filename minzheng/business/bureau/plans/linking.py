"""Linking a target to the indicator that measures it: proposals by name, checks, the link itself."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.business.bureau.plans import measures, selectors
from minzheng.business.bureau.plans.models import PlanIndicator, TargetLink
from minzheng.business.bureau.plans.parsing.characters import reading_form, without_quotes
from minzheng.datacenter.indicators import declaring, periods
from minzheng.kernel.audit.services import record
from minzheng.kernel.cases.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from minzheng.datacenter.indicators.declaring import Indicator
    from minzheng.kernel.accounts.actors import Actor

#: Below this likeness of names nothing is proposed; above it a person still decides.
LEAST = 0.5
_FILLER = re.compile(r"[的\s()（）“”\"、,，]|累计|全[省市县区]|城乡|新增|达到|总(?=[数量])|数$|人数$|户数$")
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True)
class Proposal:
    indicator: Indicator
    likeness: float


def proposals(one: PlanIndicator, most: int = 3) -> list[Proposal]:
    """Indicators whose names are like the target's subject and whose units can be compared, the likeliest first."""
    subject = _essence(one.subject)
    found = [
        Proposal(declared, likeness)
        for declared in declaring.all()
        if measures.comparable(one.unit_norm, declared.unit)
        and (likeness := _likeness(subject, _essence(declared.name))) >= LEAST
    ]
    return sorted(found, key=lambda proposal: (-proposal.likeness, proposal.indicator.code))[:most]


def _essence(name: str) -> str:
    return _FILLER.sub("", without_quotes(reading_form(name)).replace("老年人", "老人").replace("最低生活保障", "低保"))


def _likeness(one: str, other: str) -> float:
    """Characters and pairs of characters in common: 0 to 1."""
    left, right = (Counter([*name, *(a + b for a, b in itertools.pairwise(name))]) for name in (one, other))
    whole = left.total() + right.total()
    return 2 * (left & right).total() / whole if whole else 0.0


def period_of(one: PlanIndicator) -> str:
    """When the target is due, as a period: the deadline's, or the plan's year."""
    year = re.search(r"20\d\d", one.deadline)
    text = year[0] if year else str(one.version.plan.year)
    if "上半年" in one.deadline:
        return f"{text}H1"
    if quarter := re.search(r"([一二三四])季度", one.deadline):
        return f"{text}Q{_QUARTERS[quarter[1]]}"
    return text


def defaults(one: PlanIndicator) -> dict[str, Any]:
    """What the link form shows at first: the likeliest indicator and what follows from the target's words."""
    likely = proposals(one, 1)
    down = one.comparator in ("<", "<=") or bool(likely and likely[0].indicator.better == "down")
    return {
        "code": likely[0].indicator.code if likely else "",
        "measured_region": one.region_code,
        "period": period_of(one),
        "aggregate": "each" if one.more.get("aggregates") == "each" else "total",
        "direction": "down" if down else "up",
        "condition": "",
        "note": "",
    }


@transaction.atomic
def link(*, actor: Actor, indicator: PlanIndicator, values: Mapping[str, Any]) -> TargetLink:
    """Set what measures a target; an earlier link is replaced. ``values``: code, measured_region, period, aggregate,
    direction, condition (Decimal or None), dims, note. Raises Refused, NotAllowed."""
    one = PlanIndicator.objects.select_for_update(of=("self",)).select_related("version__plan").get(pk=indicator.pk)
    _require(actor, one.region_code)
    _check(actor, one, values)
    made, _ = TargetLink.objects.update_or_create(
        indicator=one,
        defaults={
            "region_code": one.region_code,
            "code": values["code"],
            "dims": dict(values.get("dims") or {}),
            "measured_region": values["measured_region"],
            "period": values["period"],
            "aggregate": values.get("aggregate", "total"),
            "direction": values.get("direction", "up"),
            "condition": values.get("condition"),
            "note": str(values.get("note", ""))[:200],
            "linked_by_id": actor.id,
            "linked_name": actor.name[:60],
        },
    )
    record(
        actor=actor, action="plan.link", obj=one,
        detail={"code": made.code, "region": made.measured_region, "period": made.period, "aggregate": made.aggregate},
    )  # fmt: skip
    return made


def _require(actor: Actor, region_code: str) -> None:
    if not actor.is_system and actor.can(selectors.MANAGE, region_code) is None:
        raise NotAllowed("您的岗位不能管理这个单位的工作计划，请由本单位的局领导或政策科人员办理。")


def _check(actor: Actor, one: PlanIndicator, values: Mapping[str, Any]) -> None:
    try:
        declared = declaring.get(values["code"])
    except declaring.UnknownIndicator as error:
        raise Refused(str(error), {"code": "请选择指标。"}) from error
    try:
        periods.parse(values["period"])
    except periods.BadPeriod as error:
        raise Refused(str(error), {"period": "请照这样填写。"}) from error
    place = values["measured_region"]
    if not actor.is_system and actor.can(selectors.READ, place) is None:
        raise Refused("考核地区不在您负责的范围里。", {"measured_region": "请选择您负责的地区。"})
    if values.get("aggregate") == "share":
        if one.unit_norm != "%" or values.get("condition") is None:
            raise Refused(
                "“占比”只用于百分数的目标，并且要写每地应达到多少。", {"condition": "请填每个乡镇应达到的数。"}
            )
    elif not measures.comparable(one.unit_norm, declared.unit):
        raise Refused(
            f"目标的单位是“{one.unit_norm or '无'}”，指标“{declared.name}”的单位是“{declared.unit}”，不能比较。",
            {"code": "请选择单位相同的指标。"},
        )


@transaction.atomic
def unlink(*, actor: Actor, indicator: PlanIndicator) -> None:
    """Take the link away; the target is then judged by nobody."""
    _require(actor, indicator.region_code)
    gone, _ = TargetLink.objects.filter(indicator=indicator).delete()
    if gone:
        record(actor=actor, action="plan.unlink", obj=indicator)


def link_likely(*, actor: Actor, version_pk: int, least: float = 0.85) -> int:
    """Link every unlinked target of a version whose name is all but the indicator's own. Returns how many."""
    made = 0
    rows = PlanIndicator.objects.filter(version=version_pk, target_link=None, merged_into=None).exclude(state="struck")
    for one in rows.exclude(kind="actual").select_related("version__plan"):
        likely = proposals(one, 1)
        if likely and likely[0].likeness >= least:
            link(actor=actor, indicator=one, values=defaults(one) | {"condition": None})
            made += 1
    return made


def carry(old: PlanIndicator, new: PlanIndicator) -> bool:
    """The link of an indicator goes along to the same words of the next version."""
    known = TargetLink.objects.filter(indicator=old).first()
    if known is None:
        return False
    copied = {
        field.name: getattr(known, field.name)
        for field in TargetLink._meta.fields
        if field.name not in ("id", "indicator", "linked_at")
    }
    TargetLink.objects.create(indicator=new, **copied)
    return True


def condition_of(text: str) -> Decimal | None:
    return Decimal(text) if text else None
