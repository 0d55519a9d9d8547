"""Drafting, signing and withdrawing a place's own parameter values. Drafter and signer are two people."""

from __future__ import annotations

import datetime

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.audit import services as audit
from minzheng.kernel.regions import codes
from minzheng.kernel.standards import checks, values
from minzheng.kernel.standards.errors import StandardRefused
from minzheng.kernel.standards.models import ParameterValue, StandardSet
from minzheng.kernel.standards.sets import NamedSet, find
from minzheng.policy.params import Declaration

PERMISSION = "policy.confirm"
NO_SOURCE = "请写明依据的文件名称和文号，例如“某县民政局 财政局关于……的通知（某民发〔2026〕5号）”。"
IN_EFFECT = "自 {day} 起已经生效，不能撤回；写错了的，另起草一个值更正（起始日期可以写同一天），签发后按它算。"
IN_SET = "这份参数属于“{title}”，请在那里一并办理。"


def acting_for(actor: Actor, region_code: str) -> Actor:
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
    as_floor: bool = False,
    note: str = "",
    standard_set: StandardSet | None = None,
) -> ParameterValue:
    """A value waiting for a second person. `value` as in the region files. Raises StandardRefused naming the field.

    `as_floor`: places below may not set less while it holds. `standard_set`: drafted as one of that set's values, which
    are signed together (see adjustments)."""
    code = codes.full(region_code)
    acting = acting_for(actor, code)
    found = find(name)
    if found is None:
        raise StandardRefused(f"没有“{name}”这个参数，请从清单中选择。")
    named, declaration = found
    unit = unit or declaration.unit
    text = _checked_text(
        named, declaration, code, value, unit, confirms, as_floor, checks.Span(valid_from, valid_until)
    )
    if not source.strip():
        raise StandardRefused([], {"source": NO_SOURCE})
    _only_draft(code, name, standard_set, valid_from)
    row = ParameterValue.objects.create(
        region_code=code, name=name, benefit=declaration.benefit, value=text, unit=unit,
        valid_from=valid_from, valid_until=valid_until, source=source.strip(), source_date=source_date,
        confirms=confirms, as_floor=as_floor, note=note, standard_set=standard_set,
        drafted_by=actor.user, drafted_at=clock.now(),
    )  # fmt: skip
    record(acting, "policy.draft", row)
    return row


def _checked_text(
    named: NamedSet, declaration: Declaration, code: str, value: str, unit: str, confirms: bool, as_floor: bool,
    span: checks.Span,
) -> str:  # fmt: skip
    """The value in its one written form. Raises StandardRefused naming each wrong field."""
    errors: dict[str, str] = {}
    clean = checks.cleaned(declaration, value, unit, errors)
    if not confirms and (refused := checks.level_refused(declaration, code)):
        raise StandardRefused(refused)
    if span.end < span.since:
        errors["valid_until"] = "截止日期早于起始日期，请改正。"
    if refused := checks.unit_refused(declaration, unit):
        errors["unit"] = refused
    if as_floor and declaration.type not in ("元", "比例", "整数"):
        errors["as_floor"] = f"“{declaration.name}”不是数，不能作为下级的下限。"
    if not errors and (low := checks.under_upper_floor(named, declaration, code, clean, unit, span)):
        errors["value"] = low
    if errors:
        raise StandardRefused([], errors)
    return checks.plain_value(clean)


def _only_draft(code: str, name: str, standard_set: StandardSet | None, valid_from: datetime.date) -> None:
    """One draft of a parameter at a time in one place; a set may hold several of it, each from a day of its own."""
    waiting = ParameterValue.objects.filter(region_code=code, name=name, state="draft")
    if standard_set is not None:
        waiting = waiting.exclude(standard_set=standard_set) | waiting.filter(valid_from=valid_from)
    if found := waiting.select_related("standard_set").first():
        where = (
            f"（在“{found.standard_set.title}”里）" if found.standard_set and found.standard_set != standard_set else ""
        )
        raise StandardRefused(f"“{name}”已有一份待签发的草稿{where}，请先签发或撤回它。")


@transaction.atomic
def sign(*, actor: Actor, pk: int) -> ParameterValue:
    """Put a draft in force from its first day. Raises StandardRefused for the drafter himself."""
    row = _locked(pk)
    acting = acting_for(actor, row.region_code)
    if row.standard_set is not None:
        raise StandardRefused(IN_SET.format(title=row.standard_set.title))
    if row.state != "draft":
        raise StandardRefused(f"这份参数现为“{row.get_state_display()}”，只有待签发的可以签发。")
    if actor.id is not None and actor.id == row.drafted_by_id:
        raise StandardRefused("起草人不能自己签发，请由另一名政策科人员或局领导签发。")
    row.state, row.signed_by, row.signed_at = "signed", actor.user, clock.now()
    row.save(update_fields=["state", "signed_by", "signed_at"])
    record(acting, "policy.sign", row)
    changed()
    return row


@transaction.atomic
def withdraw(*, actor: Actor, pk: int, reason: str) -> ParameterValue:
    """Take back a draft, a signed value before its first day, or a mere confirmation. A value that has taken effect is
    corrected by a later one only: what was decided in between rests on it."""
    row = _locked(pk)
    acting = acting_for(actor, row.region_code)
    if row.state == "withdrawn":
        raise StandardRefused("这份参数已经撤回，不用再办。")
    if row.standard_set is not None:
        raise StandardRefused(IN_SET.format(title=row.standard_set.title))
    if row.state == "signed" and not row.confirms and row.valid_from <= clock.today():
        raise StandardRefused(IN_EFFECT.format(day=row.valid_from))
    if not reason.strip():
        raise StandardRefused([], {"reason": "请写明撤回的原因。"})
    stop_repricing(acting, [row], reason.strip())
    row.state, row.withdrawn_by, row.withdrawn_at = "withdrawn", actor.user, clock.now()
    row.withdrawn_reason = reason.strip()
    row.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    record(acting, "policy.withdraw", row, reason=reason)
    changed()
    return row


def stop_repricing(actor: Actor, rows: list[ParameterValue], reason: str) -> None:
    """A batch that was computed ahead for values that are taken back is given up. Raises StandardRefused once it is being
    carried out: then the families have been told."""
    from minzheng.kernel.awards.repricing import services as repricing
    from minzheng.kernel.awards.repricing.models import RepricingBatch

    for batch in RepricingBatch.objects.filter(pk__in={row.repriced_in_id for row in rows}):
        if batch.state in ("applying", "applied") and batch.lines.exists():
            raise StandardRefused("已经按它重算并批准执行，不能撤回；写错了的，另起草一个值更正。")
        if batch.state in repricing.UNDONE:
            repricing.cancel(actor=actor, pk=batch.pk, reason=f"标准撤回：{reason}")


def _locked(pk: int) -> ParameterValue:
    row = ParameterValue.objects.select_for_update(of=("self",)).select_related("standard_set").filter(pk=pk).first()
    if row is None:
        raise StandardRefused("没有这份参数，请刷新清单后重试。")
    return row


def changed() -> None:
    """This process at once; the others within seconds."""
    values.forget()
    transaction.on_commit(values.forget)


def record(actor: Actor, action: str, row: ParameterValue, reason: str = "") -> None:
    detail = {
        "name": row.name, "value": row.value, "unit": row.unit, "from": row.valid_from.isoformat(),
        "until": row.valid_until.isoformat() if row.valid_until else "", "source": row.source,
    }  # fmt: skip
    audit.record(actor=actor, action=action, obj=row, region_code=row.region_code, reason=reason, detail=detail)
