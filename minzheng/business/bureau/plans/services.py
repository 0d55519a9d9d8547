"""What people do with what was read from a plan: correct, split, merge, add, strike and restore.

Every act needs plan.manage over the plan's place, is one transaction and leaves one audit line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.business.bureau.plans.models import PlanIndicator, PlanItem, PlanVersion
from minzheng.business.bureau.plans.selectors import MANAGE
from minzheng.kernel import clock
from minzheng.kernel.audit.services import record
from minzheng.kernel.cases.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: What a person may change of an indicator.
CHANGEABLE = (
    "subject",
    "comparator",
    "value",
    "value_max",
    "unit",
    "kind",
    "scope",
    "deadline",
    "body",
    "strive",
    "item",
)


def require(actor: Actor, region_code: str) -> None:
    """Raises NotAllowed for a person who does not manage plans there."""
    if not actor.is_system and actor.can(MANAGE, region_code) is None:
        raise NotAllowed("您的岗位不能管理这个单位的工作计划，请由本单位的局领导或政策科人员办理。")


@transaction.atomic
def correct(*, actor: Actor, indicator: PlanIndicator, values: Mapping[str, Any]) -> PlanIndicator:
    """Set what a person knows better; `values` hold names of CHANGEABLE. Raises Refused for a figure that cannot be."""
    one = _locked(actor, indicator)
    before = {name: str(getattr(one, name)) for name in CHANGEABLE if name in values and name != "item"}
    for name in CHANGEABLE:
        if name in values:
            setattr(one, name, values[name])
    _check(one)
    one.value_norm, one.unit_norm = _norm(one)
    _touch(one, actor, "added" if one.state == "added" else "corrected")
    record(actor=actor, action="plan.correct", obj=one, detail={"before": before})
    return one


def _check(one: PlanIndicator) -> None:
    if not one.subject.strip():
        raise Refused("请写明这是什么指标。", {"subject": "请填写。"})
    if one.comparator == "range" and (one.value_max is None or one.value_max <= one.value):
        raise Refused("区间的上限要大于下限。", {"value_max": "请填比数值大的数。"})
    if one.comparator != "range":
        one.value_max = None
    if one.item is not None and one.item.version_id != one.version_id:
        raise Refused("请选择本文件里的条目。", {"item": "请重选。"})


def _norm(one: PlanIndicator) -> tuple[Decimal, str]:
    from minzheng.business.bureau.plans.parsing.units import normalise

    scale = re.match(r"^(?:十万|百万|千万|十亿|百亿|千亿|万亿|[百千万亿])(?=.)", one.unit)
    head = scale[0] if scale else ""
    return normalise(one.value, head, one.unit[len(head) :])


@transaction.atomic
def split(*, actor: Actor, indicator: PlanIndicator) -> PlanIndicator:
    """A second indicator on the same words (城乡 under one figure); the copy is then corrected. Returns the copy."""
    one = _locked(actor, indicator)
    copy = PlanIndicator.objects.get(pk=one.pk)
    copy.pk, copy._state.adding = None, True
    copy.id = PlanIndicator._meta.pk.get_default()
    copy.seq = (one.version.indicators.order_by("-seq").values_list("seq", flat=True).first() or 0) + 1
    copy.original, copy.merged_into = {}, None
    _touch(copy, actor, "added")
    record(actor=actor, action="plan.split", obj=copy, detail={"from": one.pk})
    return copy


@transaction.atomic
def merge(*, actor: Actor, indicator: PlanIndicator, into: PlanIndicator) -> None:
    """Two mentions of one indicator: `into` stands for both. Raises Refused for another document or itself."""
    one, other = _locked(actor, indicator), _locked(actor, into)
    if one.pk == other.pk or one.version_id != other.version_id:
        raise Refused("请选择本文件里的另一个指标。", {"into": "请重选。"})
    if other.merged_into_id or one.mentions.exists():
        raise Refused("已经合并过的指标不能再并到别处：请并到那个代表指标，或先撤销合并。", {"into": "请重选。"})
    one.merged_into = other
    _touch(one, actor, one.state)
    record(actor=actor, action="plan.merge", obj=one, detail={"into": other.pk})


@transaction.atomic
def strike(*, actor: Actor, indicator: PlanIndicator, reason: str = "") -> None:
    """Not an indicator after all (a name, a slogan). It stays readable and can be restored."""
    one = _locked(actor, indicator)
    one.merged_into = None
    one.mentions.update(merged_into=None)
    _touch(one, actor, "struck")
    record(actor=actor, action="plan.strike", obj=one, reason=reason)


@transaction.atomic
def restore(*, actor: Actor, indicator: PlanIndicator) -> None:
    """Back to what was read: undoes strike, merge and corrections; one that was added by hand comes back as it was."""
    one = _locked(actor, indicator)
    one.merged_into = None
    if one.original:
        for name in ("subject", "comparator", "unit", "kind"):
            setattr(one, name, one.original[name])
        one.value = Decimal(str(one.original["value"]))
        most = one.original["value_max"]
        one.value_max = None if most is None else Decimal(str(most))
        one.value_norm, one.unit_norm = _norm(one)
    _touch(one, actor, "read" if one.original else "added")
    record(actor=actor, action="plan.restore", obj=one)


@transaction.atomic
def add(*, actor: Actor, item: PlanItem, words: str, values: Mapping[str, Any]) -> PlanIndicator:
    """An indicator that the reader missed; `words` must stand in the item word by word. Raises Refused."""
    require(actor, item.region_code)
    version = PlanVersion.objects.select_for_update().get(pk=item.version_id)
    found = [
        (sentence["text"], sentence["span"][0] + sentence["text"].find(words))
        for sentence in item.sentences
        if words and words in sentence["text"]
    ]
    if not found:
        raise Refused("这几个字在本条原文里找不到：请从原文复制。", {"words": "请照原文填写。"})
    sentence, start = found[0]
    seq = (version.indicators.order_by("-seq").values_list("seq", flat=True).first() or 0) + 1
    one = PlanIndicator(
        version=version,
        region_code=version.region_code,
        item=item,
        seq=seq,
        start=start,
        end=start + len(words),
        words=words[:200],
        sentence=sentence,
        why="人工添加",
        value_norm=0,
    )
    for name in CHANGEABLE:
        if name in values and name != "item":
            setattr(one, name, values[name])
    _check(one)
    one.value_norm, one.unit_norm = _norm(one)
    _touch(one, actor, "added")
    record(actor=actor, action="plan.add", obj=one)
    return one


def _locked(actor: Actor, indicator: PlanIndicator) -> PlanIndicator:
    one = PlanIndicator.objects.select_for_update(of=("self",)).select_related("version", "item").get(pk=indicator.pk)
    require(actor, one.region_code)
    return one


def _touch(one: PlanIndicator, actor: Actor, state: str) -> None:
    one.state, one.changed_name, one.changed_at = state, actor.name[:60], clock.now()
    one.save()
