"""Drafting, signing and withdrawing a place's own parameter values. Drafter and signer are two people."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.audit import services as audit
from minzheng.kernel.regions import codes
from minzheng.kernel.standards import values
from minzheng.kernel.standards.errors import StandardRefused
from minzheng.kernel.standards.models import ParameterValue
from minzheng.kernel.standards.sets import find
from minzheng.policy.params import LIMITS, Declaration, convert_value
from minzheng.policy.regions import normalize_region, region_level

PERMISSION = "policy.confirm"


def _acting(actor: Actor, region_code: str) -> Actor:
    if actor.is_system:
        return actor
    post = actor.can(PERMISSION, region_code)
    if post is None:
        raise StandardRefused("您的岗位不能确认这个地区的参数，请由政策科人员或局领导办理。")
    return actor.acting_as(post).at_address(actor.address)


@transaction.atomic
def draft(
    *,
    actor: Actor,
    region_code: str,
    name: str,
    value: str,
    valid_from: datetime.date,
    source: str,
    valid_until: datetime.date | None = None,
    source_date: datetime.date | None = None,
    unit: str = "",
    confirms: bool = False,
    note: str = "",
) -> ParameterValue:
    """A value waiting for a second person. `value` as in the region files. Raises StandardRefused naming the field."""
    code = codes.full(region_code)
    acting = _acting(actor, code)
    found = find(name)
    if found is None:
        raise StandardRefused(f"没有“{name}”这个参数，请从清单中选择。")
    declaration = found[1]
    errors: dict[str, str] = {}
    text = checked(declaration, value, errors)
    if not confirms and region_level(normalize_region(code)) not in declaration.set_by:
        levels = "、".join(declaration.set_by)
        raise StandardRefused(f"“{name}”只能由{levels}级规定，本级只能确认上级的值，不能另定。")
    if not source.strip():
        errors["source"] = "请写明依据的文件名称和文号，例如“某县民政局 财政局关于……的通知（某民发〔2026〕5号）”。"
    if valid_until is not None and valid_until < valid_from:
        errors["valid_until"] = "截止日期早于起始日期，请改正。"
    if unit and unit not in (declaration.units or (declaration.unit,)):
        errors["unit"] = f"单位只能是{'、'.join(declaration.units)}。"
    if errors:
        raise StandardRefused([], errors)
    if ParameterValue.objects.filter(region_code=code, name=name, state="draft").exists():
        raise StandardRefused(f"“{name}”已有一份待签发的草稿，请先签发或撤回它。")
    row = ParameterValue.objects.create(
        region_code=code, name=name, benefit=declaration.benefit, value=text, unit=unit or declaration.unit,
        valid_from=valid_from, valid_until=valid_until, source=source.strip(), source_date=source_date,
        confirms=confirms, note=note, drafted_by=actor.user, drafted_at=clock.now(),
    )  # fmt: skip
    _record(acting, "policy.draft", row)
    return row


def checked(declaration: Declaration, value: str, errors: dict[str, str]) -> str:
    """The value in its one written form; what is wrong with it goes into `errors["value"]`."""
    try:
        clean = convert_value(declaration, value.replace(",", "").strip())
    except ValueError as error:
        errors["value"] = f"{declaration.name}的值不对：{error}。"
        return value
    if isinstance(clean, (Decimal, int)) and not isinstance(clean, bool):
        low, high = declaration.floor, declaration.ceiling or LIMITS.get(declaration.type)
        if low is not None and clean < low:
            errors["value"] = f"{declaration.name}不能低于 {low}（{declaration.basis}）。"
        elif clean < 0 or (high is not None and clean > high):
            errors["value"] = f"{declaration.name}应在 {low or 0} 到 {high} 之间，请核对单位和小数点。"
    return plain_value(clean)


def plain_value(value: Any) -> str:
    """As the region files write it."""
    return "是" if value is True else "否" if value is False else str(value)


@transaction.atomic
def sign(*, actor: Actor, pk: int) -> ParameterValue:
    """Put a draft in force from its first day. Raises StandardRefused for the drafter himself."""
    row = _locked(pk)
    acting = _acting(actor, row.region_code)
    if row.state != "draft":
        raise StandardRefused(f"这份参数现为“{row.get_state_display()}”，只有待签发的可以签发。")
    if actor.id is not None and actor.id == row.drafted_by_id:
        raise StandardRefused("起草人不能自己签发，请由另一名政策科人员或局领导签发。")
    row.state, row.signed_by, row.signed_at = "signed", actor.user, clock.now()
    row.save(update_fields=["state", "signed_by", "signed_at"])
    _record(acting, "policy.sign", row)
    _changed()
    return row


@transaction.atomic
def withdraw(*, actor: Actor, pk: int, reason: str) -> ParameterValue:
    """Take a draft or a signed value back. Decisions made with it keep it (they froze it)."""
    row = _locked(pk)
    acting = _acting(actor, row.region_code)
    if row.state == "withdrawn":
        raise StandardRefused("这份参数已经撤回，不用再办。")
    if not reason.strip():
        raise StandardRefused([], {"reason": "请写明撤回的原因。"})
    row.state, row.withdrawn_by, row.withdrawn_at = "withdrawn", actor.user, clock.now()
    row.withdrawn_reason = reason.strip()
    row.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    _record(acting, "policy.withdraw", row, reason=reason)
    _changed()
    return row


def _locked(pk: int) -> ParameterValue:
    row = ParameterValue.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise StandardRefused("没有这份参数，请刷新清单后重试。")
    return row


def _changed() -> None:
    """This process at once; the others within seconds."""
    values.forget()
    transaction.on_commit(values.forget)


def _record(actor: Actor, action: str, row: ParameterValue, reason: str = "") -> None:
    detail = {
        "name": row.name, "value": row.value, "unit": row.unit, "from": row.valid_from.isoformat(),
        "until": row.valid_until.isoformat() if row.valid_until else "", "source": row.source,
    }  # fmt: skip
    audit.record(actor=actor, action=action, obj=row, region_code=row.region_code, reason=reason, detail=detail)
