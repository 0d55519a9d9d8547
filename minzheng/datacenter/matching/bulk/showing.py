"""What the pages of a batch check say: figures that open their lists, facts and differences as lines."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from minzheng.datacenter.matching import scopes
from minzheng.datacenter.matching.bulk import selectors
from minzheng.datacenter.matching.bulk.models import MatchAlert, MatchReview, MatchRun
from minzheng.datacenter.matching.interface import CLASSES
from minzheng.datacenter.sources import registry as sources
from minzheng.kernel.items import registry as items
from minzheng.kernel.parts.columns import Badge, Date, Link, Money, Text
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.regions.selectors import region_names

#: What a list of families may be narrowed to.
WHAT = (("differing", "有差异的"), ("alerts", "有预警的"), ("review", "有待复核的"), ("left", "有人没有核对的"))
_FIELDS = {"differing": "differences", "alerts": "alerts", "review": "to_review", "left": "left_out"}


def by_what(rows: Any, value: str, drawing: Any) -> Any:
    return rows.filter(**{f"{_FIELDS[value]}__gt": 0})


def told(run: MatchRun, busy: bool) -> dict[str, Any]:
    """Context of the page of one run."""
    context: dict[str, Any] = {
        "place": region_names([run.region_code]).get(run.region_code, run.region_code),
        "benefits": "、".join(_item(code) for code in run.benefits) or "全部待遇",
        "items": "、".join(scopes.ITEMS[code][0] for code in run.classes if code in scopes.ITEMS),
    }
    if busy:
        context["progress"] = selectors.progress(run)
    elif run.state == MatchRun.DONE:
        context |= {"figures": _figures(run), "lines": _lines(run), "proofs": _proofs(run)}
    return context


def _item(code: str) -> str:
    try:
        return items.get(code).title
    except LookupError:
        return code


def _figures(run: MatchRun) -> list[tuple[str, str, str, str, str]]:
    """(value, label, note, tone, address)."""
    open_reviews = run.reviews.filter(state=MatchReview.OPEN).count()
    return [
        (f"{run.families:,}", "核对的家庭", f"{run.persons:,} 人", "plain", _list("homes", run)),
        (f"{run.differing:,}", "有差异的家庭", "与作决定时的依据比", "warn" if run.differing else "plain", _list("homes", run, what="differing")),
        (f"{run.alerts:,}", "预警", "须有人核实", "warn" if run.alerts else "plain", _list("alerts", run)),
        (f"{open_reviews:,}", "待复核", f"共 {run.to_review:,} 条，没有认定的不进合计", "info" if open_reviews else "plain", _list("reviews", run, state="open")),
        (f"{run.left_out:,}", "未核对的人", "没有可用的授权或号码", "plain", _list("left", run)),
    ]  # fmt: skip


def _list(name: str, run: MatchRun, **more: str) -> str:
    return reverse(f"matching.batch.{name}") + "?" + urlencode({"run": run.pk, **more})


def _lines(run: MatchRun) -> list[tuple[str, str, str, str, str]]:
    """One a source: title, rows, matched, to review, facts."""
    return [
        (one["title"], f"{one['rows']:,}", f"{one['matched']:,}", f"{one['review']:,}", f"{one['hits']:,}")
        for one in run.sources
    ]


def _proofs(run: MatchRun) -> list[str]:
    """What the run proved about itself, in words."""
    checks = run.checks
    planted = sum(one["planted"] for one in checks.get("canaries", {}).values())
    found = sum(one["found"] for one in checks.get("canaries", {}).values())
    rows = sum(one["read"] for one in checks.get("rows", {}).values())
    counted = sum(sum(one["counted"]) for one in checks.get("ranges", {}).values())
    return [
        f"读到 {rows:,} 行，与数据湖登记的行数相同。",
        f"命中的 {counted:,} 行按号码分 8 段另用一种方法数了一遍，每一段都相同。",
        f"每个来源都埋入试验用的虚构的人，共 {planted} 个，找到 {found} 个；他们不在任何结果里。",
        f"引擎内存上限 {checks.get('engine', {}).get('memory_limit', '')}，没有超过。",
    ]


def source_title(code: str) -> str:
    spec = sources.all().get(code)
    return spec.title if spec else code


def fact_line(fact: dict[str, Any]) -> str:
    """ "机动车辆：小型轿车……（2026-08-03）" """
    on = f"（{fact['on_date']}）" if fact.get("on_date") else ""
    amount = f"，{yuan_text(fact['amount_fen'])} 元" if fact.get("amount_fen") else ""
    return f"{class_title(fact['class'])}：{fact.get('title', '')}{amount}{on}"


def class_title(code: str) -> str:
    return CLASSES[code][0] if code in CLASSES else code


def facts_line(row: MatchReview) -> str:
    return "；".join(fact_line(one) for one in (row.content or {}).get("facts", ()))


def what_is_doubtful(row: MatchReview) -> str:
    """Whose row it may be, what it says and how it was found: what the judgement is about."""
    return (
        f"{source_title(row.source)}有一条：{facts_line(row) or '（结果已到期清除）'}。可能是{row.person_name}的，"
        f"{row.get_code_display()}。请核实以后认定；认定为本人的，并入这一户查到的情况。"
    )


def reviewed(actor: Any, pk: int) -> MatchReview | None:
    return selectors.reviews(actor, selectors.RUN).filter(pk=pk).first()


def facts(obj: Any, drawing: Any) -> list[dict[str, Any]]:
    """Every fact with whose it is."""
    members = (obj.content or {}).get("members", ())
    return [{"person": one["name"], **fact} for one in members for fact in one["facts"]]


def differences(obj: Any, drawing: Any) -> list[dict[str, Any]]:
    return list((obj.content or {}).get("differences", ()))


def _shown(row: dict[str, Any], name: str) -> str:
    return f"{yuan_text(row[name])} 元" if row["money"] else str(row[name])


def _way(fact: dict[str, Any]) -> str:
    if fact.get("accepted"):
        return "人工认定是本人"
    return {"E1": "号码、姓名相符", "E2": "号码相符、姓名不同"}.get(fact["code"], fact["code"])


DIFFERENCE = (
    Text("label", "项目"),
    Text(lambda row: _shown(row, "granted"), "作决定时"),
    Text(lambda row: _shown(row, "found"), "这次查到"),
    Badge(lambda row: "more" if row["exceeds"] else "less", "", names={"more": "多了", "less": "少了"}, tones={"more": "warn", "less": "info"}),
)  # fmt: skip
FACT = (
    Text("person", "姓名", css="nowrap"),
    Text(lambda row: class_title(row["class"]), "类别"),
    Text("title", "内容"),
    Money(lambda row: row.get("amount_fen") or None, "金额（元）"),
    Text(lambda row: row.get("on_date", ""), "数据日期", css="nowrap"),
    Text(lambda row: source_title(row["source"]), "来源"),
    Text(lambda row: (row.get("reference") or "").lstrip("，"), "凭据", narrow=False),
    Text(_way, "怎样匹配的", narrow=False),
)
ALERT = (
    Badge("level", "等级", names=dict(MatchAlert.LEVELS), tones={"red": "bad", "orange": "warn", "yellow": "warn", "blue": "info"}),
    Text(lambda row: (row.content or {}).get("sentence", ""), "说明"),
    Date("on", "数据日期"),
)  # fmt: skip
WAITING = (
    Link("person_name", "姓名", page="matching.batch.review", args={"pk": "pk"}, css="nowrap"),
    Text(facts_line, "来源所载"),
    Badge("state", "状态", names=dict(MatchReview.STATES), tones={"open": "wait", "accepted": "good", "refused": "plain"}),
)  # fmt: skip
