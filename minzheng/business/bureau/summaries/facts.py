"""What sentences may say besides indicators: the period, the organisation, its plan, how many targets are reached.

Each fact is a function of the writing that gives a token, or None when there is nothing to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

if TYPE_CHECKING:
    from minzheng.business.bureau.summaries.writing import Writing

Token = dict[str, Any]
FACTS: dict[str, Callable[[Writing], Token | None]] = {}


def _fact(name: str) -> Callable[[Callable[[Writing], Token | None]], Callable[[Writing], Token | None]]:
    def enter(function: Callable[[Writing], Token | None]) -> Callable[[Writing], Token | None]:
        FACTS[name] = function
        return function

    return enter


@_fact("period")
def period(writing: Writing) -> Token:
    return {"kind": "date", "words": writing.term.words, "source": "总结的时期", "url": ""}


@_fact("org")
def org(writing: Writing) -> Token:
    return {"kind": "name", "words": writing.org.name, "source": "单位名称", "url": ""}


@_fact("plan.title")
def plan_title(writing: Writing) -> Token | None:
    """The plan of the year that is summed up."""
    plan = writing.plan
    if plan is None:
        return None
    url = reverse("plans.detail", kwargs={"pk": plan.pk})
    return {"kind": "name", "words": f"《{plan.title}》", "source": "工作计划的标题", "url": url}


def _count(name: str, source: str, states: tuple[str, ...]) -> None:
    @_fact(name)
    def counted(writing: Writing) -> Token | None:
        if writing.plan is None or not writing.progress:
            return None
        number = sum(1 for one in writing.progress if not states or one.state in states)
        query = {"plan": writing.plan.pk} | ({"state": states[0]} if len(states) == 1 else {})
        url = f"{reverse('plans.targets')}?{urlencode(query)}"
        return {"kind": "count", "words": f"{number}项", "number": str(number), "source": source, "url": url}


_count("targets.all", "工作计划里量化目标的个数", ())
_count("targets.met", "已达到或没有超过限额的目标个数", ("met", "within"))
_count("targets.on_track", "按进度能达到的目标个数", ("on_track",))
_count("targets.running", "还没有达到、不按时间推算的目标个数", ("running",))
_count("targets.behind", "落后或超限的目标个数", ("behind", "over"))
_count("targets.unknown", "没有数据或未关联指标的目标个数", ("missing", "unlinked"))
