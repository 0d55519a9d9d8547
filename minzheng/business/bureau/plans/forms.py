"""The forms of the editor, and what becomes of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse

from minzheng.business.bureau.plans import selectors, services
from minzheng.business.bureau.plans.models import COMPARATORS, INDICATOR_KINDS, PlanIndicator, PlanItem, PlanVersion
from minzheng.business.bureau.plans.parsing.numerals import plain
from minzheng.kernel.parts.fields import Choice, Field, LongText, Text, Tick
from minzheng.kernel.parts.page import Done

_NUMBER = r"\d{1,13}(?:\.\d{1,6})?"


def editor_url(version: PlanVersion, indicator: PlanIndicator | None = None) -> str:
    url = reverse("plans.editor", kwargs={"pk": version.plan_id})
    return f"{url}#i-{indicator.pk}" if indicator else url


def _items(version: PlanVersion) -> tuple[tuple[str, str], ...]:
    rows = version.items.order_by("seq").values_list("pk", "no", "title")
    return tuple((str(pk), f"{no} {title}".strip()[:60]) for pk, no, title in rows)


def _figure_fields(sentence: str = "") -> list[Field]:
    """``sentence``: the words it was read from, shown under the first field."""
    return [
        Text(
            "subject",
            "指标",
            required=True,
            max_length=120,
            help=f"原句：{sentence}" if sentence else "数的是什么，如“养老床位”“火化率”。",
        ),
        Choice("comparator", "比较", required=True, options=tuple(COMPARATORS), radio_up_to=0),
        Text("value", "数值", required=True, pattern=_NUMBER, max_length=20, hint="请填数字，小数最多六位。"),
        Text(
            "value_max", "上限", pattern=_NUMBER, max_length=20, hint="请填数字，小数最多六位。", help="只有区间才填。"
        ),
        Text("unit", "单位", max_length=30, help="照原文，如“万人次”“元/人/月”“%”。"),
        Choice("kind", "种类", required=True, options=tuple(INDICATOR_KINDS), radio_up_to=0),
        Text("scope", "口径", max_length=60, help="哪个范围的数，如“全省”；与发布单位不同的要写。"),
        Text("deadline", "期限", max_length=40),
        Text("body", "责任单位", max_length=120, help="照原文，如“养老服务科”。"),
        Tick("strive", "力争（努力目标）"),
    ]


def correct_fields(actor: Any, one: PlanIndicator) -> list[Field]:
    return [
        *_figure_fields(" ".join(one.sentence.split())[:240]),
        Choice("item", "属于条目", options=_items(one.version), radio_up_to=0),
    ]


def correct_initial(actor: Any, one: PlanIndicator) -> dict[str, Any]:
    shown = {
        name: getattr(one, name)
        for name in ("subject", "comparator", "unit", "kind", "scope", "deadline", "body", "strive")
    }
    return shown | {
        "value": str(plain(one.value)),
        "value_max": "" if one.value_max is None else str(plain(one.value_max)),
        "item": str(one.item_id or ""),
    }


def _values(values: dict[str, Any], version: PlanVersion) -> dict[str, Any]:
    most = values.get("value_max")
    changed = {**values, "value": Decimal(values["value"]), "value_max": Decimal(most) if most else None}
    if "item" in values:
        changed["item"] = version.items.filter(pk=int(values["item"])).first() if values["item"] else None
    return changed


def correct(actor: Any, values: dict[str, Any], one: PlanIndicator) -> Done:
    services.correct(actor=actor, indicator=one, values=_values(values, one.version))
    return Done("已更正。", editor_url(one.version, one))


def split(actor: Any, one: PlanIndicator, values: dict[str, Any]) -> Done:
    copy = services.split(actor=actor, indicator=one)
    return Done("已拆出一个，请在这里改成另一个指标。", reverse("plans.correct", kwargs={"pk": copy.pk}))


def merge_fields(actor: Any, one: PlanIndicator) -> list[Field]:
    others = (
        one.version.indicators.exclude(pk=one.pk).exclude(state="struck").filter(merged_into=None).order_by("start")
    )
    options = tuple((str(other.pk), f"{other.subject} {other.figure}"[:60]) for other in others)
    return [Choice("into", "并到", required=True, options=options, radio_up_to=0)]


def merge(actor: Any, one: PlanIndicator, values: dict[str, Any]) -> Done:
    into = selectors.indicators(actor, selectors.MANAGE).filter(version=one.version, pk=int(values["into"])).first()
    services.merge(actor=actor, indicator=one, into=into or one)
    return Done("已合并，两处算同一个指标。", editor_url(one.version, into or one))


STRIKE = (LongText("reason", "为什么不是指标", max_length=200, rows=2),)


def strike(actor: Any, one: PlanIndicator, values: dict[str, Any]) -> Done:
    services.strike(actor=actor, indicator=one, reason=values["reason"])
    return Done("已剔除，需要时可以恢复。", editor_url(one.version, one))


def restore(actor: Any, one: PlanIndicator, values: dict[str, Any]) -> Done:
    services.restore(actor=actor, indicator=one)
    return Done("已恢复成读出的样子。", editor_url(one.version, one))


def add_fields(actor: Any, item: PlanItem) -> list[Field]:
    return [
        Text("words", "原文用字", required=True, max_length=200, help="从本条原文里复制，如“新建公墓8处”中的“8处”。"),
        *_figure_fields(),
    ]


def add_initial(actor: Any, item: PlanItem) -> dict[str, Any]:
    return {"comparator": "=", "kind": "target"}


def add(actor: Any, values: dict[str, Any], item: PlanItem) -> Done:
    words = values.pop("words")
    one = services.add(actor=actor, item=item, words=words, values=_values(values, item.version))
    return Done("已添加。", editor_url(item.version, one))
