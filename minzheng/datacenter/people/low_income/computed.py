"""Tags that follow from what is on file: age, health, living alone. Each rule is a function of one person's traits."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from minzheng.datacenter.people.low_income.catalogue import Tag, tags
from minzheng.kernel.ages import age_on


@dataclass(frozen=True)
class Traits:
    """What rules look at. `items`: item codes of awards in force that cover the person; `sources`: codes of the
    departments' registers in which the person stands today."""

    birth_date: datetime.date | None = None
    health: Mapping[str, Any] = field(default_factory=dict)
    lives_alone: bool = False
    items: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()


def tags_of(traits: Traits, on: datetime.date) -> dict[str, str]:
    """{tag code: the fact it rests on}."""
    found = {}
    for tag in tags().values():
        basis = _basis(tag, traits, age_on(traits.birth_date, on) if traits.birth_date else None)
        if basis:
            found[tag.code] = basis
    return found


def _basis(tag: Tag, traits: Traits, age: int | None) -> str:
    if tag.items and traits.items & set(tag.items):
        return "正在享受的待遇"
    if tag.source and tag.source in traits.sources:
        return "部门数据"
    if not tag.rule or not _of_age(tag, age):
        return ""
    if tag.rule == "age":
        return "出生日期"
    if tag.rule == "alone":
        return "家庭成员登记（一人户）" if traits.lives_alone else ""
    if tag.rule == "disability":
        level = int(traits.health.get("disability_level") or 0)
        return f"残疾等级 {level} 级" if 0 < level <= tag.level_to else ""
    if tag.rule == "illness":
        return "健康情况登记" if traits.health.get("serious_illness") else ""
    raise ValueError(f"catalogue.yaml 里标签“{tag.title}”的规则 {tag.rule} 没有对应的算法。")


def _of_age(tag: Tag, age: int | None) -> bool:
    if tag.age_from is None and tag.age_to is None:
        return True
    if age is None:
        return False
    return (tag.age_from is None or age >= tag.age_from) and (tag.age_to is None or age <= tag.age_to)
