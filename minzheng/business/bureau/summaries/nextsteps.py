"""下步工作打算: the sentences of the plan, word by word, whose targets are still open, and the supervised tasks still in
hand. Nothing else is said about the future."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from minzheng.business.bureau.plans import targets
from minzheng.business.bureau.plans.models import Plan, PlanItem, PlanVersion
from minzheng.business.bureau.summaries.writing import official, plan_of, safe
from minzheng.business.bureau.supervision import selectors as supervision
from minzheng.datacenter.indicators.showing import rounded

if TYPE_CHECKING:
    from minzheng.business.bureau.summaries.writing import Writing
    from minzheng.business.bureau.supervision.models import SupervisedTask

Point = list[dict[str, Any]]


def items(writing: Writing) -> list[dict[str, Any]]:
    """One item for each part of the plan, one point for each open sentence of it; said plainly when there is no plan."""
    year = writing.term.plan_year
    plan = plan_of(writing.org.pk, year)
    if plan is None:
        token = writing.tokens.put({"kind": "date", "words": f"{year}年", "source": "下一步工作的年度", "url": ""})
        said = {"key": "next.none", "case": "none", "text": f"{token}的工作计划还没有导入平台，下步打算待列。"}
        return [{"title": "工作计划", "points": [[said]]}]
    version = plan.versions.order_by("-number").first()
    assert version is not None
    found = _open(writing, plan)
    points = _points(writing, plan, version, found) + _supervised(writing, found)
    if not points:
        said = {"key": "next.done", "case": "none", "text": "工作计划里的量化目标已经全部达到，没有列入的下步任务。"}
        return [{"title": "工作计划", "points": [[said]]}]
    return points


def _supervised(writing: Writing, found: dict[str, list[targets.Progress]]) -> list[dict[str, Any]]:
    """Supervised tasks that the organisation leads and has in hand, apart from sentences that stand above already."""
    said = {_words(sentence) for sentence in found}
    points = []
    for task in supervision.open_tasks(writing.actor, writing.org):
        words = _words(task.sentence)
        if words in said or (task.start and task.start > writing.term.period.ends_on.replace(month=12, day=31)):
            continue
        said.add(words)
        url = reverse("duty.detail", kwargs={"pk": task.pk})
        quote = writing.tokens.put({"kind": "quote", "words": words, "source": f"督办任务 {task.no} 原句", "url": url})
        told = f"进度{writing.tokens.put(_token_of(task, url))}"
        if task.end:
            day = {
                "kind": "date",
                "words": f"{task.end.month}月{task.end.day}日",
                "source": "督办任务的期限",
                "url": url,
            }
            told += f"，期限{writing.tokens.put(day)}"
        points.append([{"key": f"duty.{task.pk}", "case": "always", "text": f"{quote}（{told}）。"}])
    return [{"title": "督办任务", "points": points}] if points else []


def _token_of(task: SupervisedTask, url: str) -> dict[str, Any]:
    return {
        "kind": "rate", "words": f"{task.progress}%", "number": str(task.progress), "source": f"督办任务 {task.no} 的进度",
        "url": url,
    }  # fmt: skip


def _words(sentence: str) -> str:
    return "".join(sentence.split()).rstrip("。；;，,")


def _open(writing: Writing, plan: Plan) -> dict[str, list[targets.Progress]]:
    """Open targets by their sentence."""
    if plan == writing.plan:
        told = writing.progress
    else:
        rows = targets.targets(writing.actor).filter(version__plan=plan).order_by("start", "seq")
        told = targets.progress(writing.actor, rows, writing.term.period.ends_on)
    found: dict[str, list[targets.Progress]] = defaultdict(list)
    for one in told:
        if one.open and one.one.kind != "table_row":
            found[one.one.sentence].append(one)
    return found


def _points(
    writing: Writing, plan: Plan, version: PlanVersion, found: dict[str, list[targets.Progress]]
) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    title = ""
    for item in version.items.order_by("seq"):
        if len(item.path) <= 1 and item.is_part:
            title = item.title
        told = list(_in_item(item, found))
        if not told:
            continue
        name = title or item.title or "工作计划"
        if not groups or groups[-1]["title"] != name:
            groups.append({"title": name, "points": []})
        groups[-1]["points"] += [_point(writing, plan, item, sentence, open_) for sentence, open_ in told]
    for group in groups:
        group["title"] = safe(writing, group["title"], f"《{plan.title}》原文")
    return groups


def _in_item(item: PlanItem, found: dict[str, list[targets.Progress]]) -> list[tuple[str, list[targets.Progress]]]:
    texts = dict.fromkeys(one.one.sentence for rows in found.values() for one in rows if one.one.item_id == item.pk)
    return [(text, found[text]) for text in texts]


def _point(writing: Writing, plan: Plan, item: PlanItem, sentence: str, open_: list[targets.Progress]) -> Point:
    words = _words(sentence)
    text = _quoted(writing, plan, words, f"i-{open_[0].one.pk}") + "".join(_standing(writing, one) for one in open_)
    return [{"key": f"next.{open_[0].one.pk}", "case": "always", "text": text + "。"}]


def _quoted(writing: Writing, plan: Plan, words: str, anchor: str) -> str:
    url = reverse("plans.detail", kwargs={"pk": plan.pk}) + (f"#{anchor}" if anchor else "")
    return writing.tokens.put({"kind": "quote", "words": words, "source": f"《{plan.title}》原文", "url": url})


def _standing(writing: Writing, one: targets.Progress) -> str:
    """``（目前120张，完成30%）``; nothing where nothing is known."""
    if one.actual is None or one.link is None or one.declared is None:
        return ""
    value = one.value
    token = {
        "kind": "value", "words": official(one.actual_words), "number": str(one.actual), "code": one.link.code,
        "region": one.link.measured_region, "period": one.link.period, "dims": one.link.dims,
        "version": value.version if value else 0, "frozen": bool(value and value.frozen),
        "as_of": value.as_of.isoformat() if value else "", "source": one.declared.name, "url": one.url,
    }  # fmt: skip
    name = safe(writing, one.one.subject, "目标的名称") if _siblings(writing, one) else ""
    said = f"{name}目前{writing.tokens.put(token)}"
    if one.rate is not None:
        share = {
            "kind": "rate", "words": f"{rounded(one.rate, 1)}%", "number": str(one.rate), "code": one.link.code,
            "source": f"“{one.one.subject}”的完成率", "url": targets.target_url(one.one),
        }  # fmt: skip
        said += f"，完成{writing.tokens.put(share)}"
    return f"（{said}）"


def _siblings(writing: Writing, one: targets.Progress) -> list[Any]:
    """Other targets of the same sentence: with several the name has to be said."""
    return [
        other.one for other in writing.progress if other.one.sentence == one.one.sentence and other.one.pk != one.one.pk
    ]
