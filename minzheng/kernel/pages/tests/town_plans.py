"""A work plan of the test township's office, imported and looked through: an indicator, an item, one that was struck.

These stand above the kernel, so they are fetched by name."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from importlib import import_module
from typing import Any

from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.orgs.models import Organization

TOWN_A = "990101001000"
TITLE = "青石镇2027年民政工作要点"
SUBJECT = "青石镇幸福院"
TEXT = f"""{TITLE}
一、养老服务
1.扩大供给。新建{SUBJECT}8处,新增青石镇养老床位120张。
2.提升质量。青石镇养老服务满意度达到95%以上。
"""


def _of(name: str) -> Any:
    return import_module(f"minzheng.business.bureau.plans.{name}")


def fill(staff: Callable[[str, str], User]) -> dict[str, Any]:
    """{"addresses", "keys", "plan_rows"} of these pages."""
    services = _of("services")
    keeper = actor_of(staff("policy_officer", TOWN_A))
    office = Organization.objects.filter(region_code=TOWN_A).order_by("pk").first() or Organization.objects.create(
        region_code=TOWN_A,
        code="TOWN-PLANS",
        name="青石镇民政服务窗口",
        kind="township",
        valid_from=datetime.date(2020, 1, 1),
    )
    version = _of("importing").import_text(actor=keeper, org=office, year=2027, text=TEXT, name="要点.txt").version
    first, second, third = version.indicators.order_by("start")
    services.strike(actor=keeper, indicator=third, reason="测试")
    measured = {"code": "elderly.beds", "measured_region": TOWN_A, "period": "2027", "condition": None}
    _of("linking").link(actor=keeper, indicator=second, values=measured)
    item = (
        version.items.get(no="1")
        if version.items.filter(no="1").exists()
        else version.items.filter(is_part=False).first()
    )
    pages: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (version.plan_id, ("plans.detail", "plans.editor")),
        (first.pk, ("plans.correct", "plans.split", "plans.merge", "plans.strike")),
        (second.pk, ("plans.target", "plans.link", "plans.unlink")),
        (third.pk, ("plans.restore",)),
        (item.pk, ("plans.add",)),
    )
    return {
        "addresses": {code: {"pk": pk} for pk, codes in pages for code in codes},
        "keys": [str(pk) for pk in (version.plan_id, first.pk, second.pk, third.pk, item.pk)],
        "plan_rows": {"plan": version.plan, "version": version, "item": item, "indicator": second},
    }


def more(rows: dict[str, Any], again: Callable[..., Any], n: int) -> None:
    """One more plan, with a version, an item and an indicator."""
    plan = again(rows["plan"], title=f"{TITLE}{n}")
    version = again(rows["version"], plan=plan)
    item = again(rows["item"], version=version)
    again(rows["indicator"], version=version, item=item)
