"""What a value must keep to before it is drafted: its type, its bounds, its unit, who may set it, and the floor that a
higher level has set for the same days. Each refusal is one sentence that says what is allowed and by which document."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from minzheng.kernel.regions.selectors import region_names
from minzheng.kernel.standards import values
from minzheng.kernel.standards.sets import NamedSet
from minzheng.policy.params import LIMITS, Declaration, Row, convert_value
from minzheng.policy.regions import normalize_region, region_level

YEARLY = "/年"
LEVEL_TITLES = {"国": "国家", "省": "省级", "市": "市级", "县": "县级", "乡": "乡级", "村": "村级"}


@dataclass(frozen=True)
class Span:
    """The days a value is meant for; `until` None = until further notice."""

    since: datetime.date
    until: datetime.date | None = None

    @property
    def end(self) -> datetime.date:
        return self.until or datetime.date.max

    def touches(self, row: Row) -> bool:
        return row.since <= self.end and row.until >= self.since


def plain_value(value: Any) -> str:
    """As the region files write it."""
    return "是" if value is True else "否" if value is False else str(value)


def monthly(value: Any, unit: str) -> Decimal | None:
    """An amount by the month, whatever unit it is written in; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        return None
    return Decimal(value) / 12 if unit.endswith(YEARLY) else Decimal(value)


def cleaned(declaration: Declaration, text: str, unit: str, errors: dict[str, str]) -> Any:
    """The value in its type; what is wrong with it goes into `errors["value"]` (then the text itself is returned)."""
    try:
        clean = convert_value(declaration, text.replace(",", "").strip())
    except ValueError as error:
        errors["value"] = f"{declaration.name}的值不对：{error}。"
        return text
    amount = monthly(clean, unit)
    if amount is None:
        return clean
    low, high = declaration.floor, declaration.ceiling or LIMITS.get(declaration.type)
    if low is not None and amount < low:
        errors["value"] = f"{declaration.name}不能低于 {low} {declaration.unit}（{declaration.basis}）。".replace(
            "  ", " "
        )
    elif amount < 0 or (high is not None and amount > high):
        errors["value"] = f"{declaration.name}应在 {low or 0} 到 {high} 之间，请核对单位和小数点。"
    return clean


def unit_refused(declaration: Declaration, unit: str) -> str:
    """ "" or what units there are."""
    allowed = declaration.units or (declaration.unit,)
    return f"单位只能是{'、'.join(allowed)}。" if unit and unit not in allowed else ""


def level_refused(declaration: Declaration, region: str) -> str:
    """ "" or who sets this parameter instead."""
    if region_level(normalize_region(region)) in declaration.set_by:
        return ""
    return f"“{declaration.name}”只能由{'、'.join(declaration.set_by)}级规定，本级只能确认上级的值，不能另定。"


def under_upper_floor(named: NamedSet, declaration: Declaration, region: str, value: Any, unit: str, span: Span) -> str:
    """ "" or the floor of a higher level that the value falls under on some of its days."""
    amount = monthly(value, unit)
    if amount is None:
        return ""
    code = normalize_region(region)
    params = values.with_values(named.load())
    above = [place for place in params.successions.chain(code, span.since) if place != code]
    for row in params.rows:
        if not row.as_floor or row.name != declaration.name or row.region not in above or not span.touches(row):
            continue
        low = monthly(row.value, row.unit or declaration.unit)
        if low is not None and amount < low:
            place = region_names([row.region.ljust(12, "0")]).get(row.region.ljust(12, "0"), row.region)
            days = f"自 {row.since}" + ("" if row.until == datetime.date.max else f" 至 {row.until}")
            return (
                f"{declaration.name}定为 {value} {unit}，低于{LEVEL_TITLES[region_level(row.region)]}（{place}）规定的"
                f"最低 {plain_value(row.value)} {row.unit or declaration.unit}（{days}，{row.reference}）。"
                "请按不低于它的数填写；确要低于的，先由上级改文件。"
            )
    return ""
