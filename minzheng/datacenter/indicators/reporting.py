"""人工填报: one person reports a number, another one confirms it; remarkable numbers need a note."""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from minzheng.datacenter.indicators import declaring, services
from minzheng.datacenter.indicators.declaring import Indicator
from minzheng.datacenter.indicators.errors import IndicatorRefused
from minzheng.datacenter.indicators.models import IndicatorValue, ManualFigure
from minzheng.datacenter.indicators.selectors import CONFIRM, REPORT
from minzheng.datacenter.indicators.showing import shown
from minzheng.datacenter.indicators.terms import number
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.months import month_after
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Digits before the point that the table takes.
_MOST = Decimal(10) ** 15


@transaction.atomic
def report_manual(
    *, actor: Actor, code: str, region_code: str, month: datetime.date, value: Decimal | int | str, note: str = "",
    is_demo: bool = False,
) -> ManualFigure:  # fmt: skip
    """Report a number; it counts when a second person has confirmed it. A waiting report of the same number is replaced by
    the newer one. Raises IndicatorRefused: no such indicator, out of range, far from last year without a
    note, a month to come."""
    one, place, month = _manual(code), codes.full(region_code), month.replace(day=1)
    who = services.acting(actor, REPORT, place)
    if codes.level(place) > 4 or not codes.level(place):
        raise IndicatorRefused("人工指标填到乡镇（街道）或以上，请换一个地区。")
    if month > clock.today():
        raise IndicatorRefused(f"{month:%Y-%m} 还没有到，不能填报。")
    told = amount(one, value)
    findings = remarks(one, place, month, told)
    if findings and not note.strip():
        raise IndicatorRefused([*findings, "数字无误的，请在“说明”里写明原因后再报。"])
    before = ManualFigure.objects.filter(code=code, region_code=place, month=month, state=ManualFigure.WAITING)
    for old in before.select_for_update():
        old.state = ManualFigure.REPLACED
        old.save(update_fields=["state"])
    try:
        with transaction.atomic():
            row = ManualFigure.objects.create(
                code=code, region_code=place, month=month, value=told, note=note.strip()[:200], findings=findings,
                entered_by=actor.user, entered_name=actor.name, entered_at=clock.now(), is_demo=is_demo,
            )  # fmt: skip
    except IntegrityError:
        raise IndicatorRefused("别人刚刚报了同一个数，请刷新后核对，不要重复填报。") from None
    _record(who, "indicator.report", row)
    return row


@transaction.atomic
def confirm(*, actor: Actor, pk: int) -> ManualFigure:
    """Confirm a report of somebody else; from then on it counts (in a frozen month after a restatement). Raises
    IndicatorRefused."""
    row = _waiting(pk)
    who = services.acting(actor, CONFIRM, row.region_code)
    if actor.id is not None and actor.id == row.entered_by_id:  # type: ignore[attr-defined]
        raise IndicatorRefused("填报人不能自己确认，请由另一个人确认。")
    same: dict[str, Any] = {"code": row.code, "region_code": row.region_code, "month": row.month}
    ManualFigure.objects.filter(**same, state=ManualFigure.CONFIRMED).update(state=ManualFigure.REPLACED)
    _decided(row, actor, ManualFigure.CONFIRMED)
    IndicatorValue.objects.update_or_create(**same, dims={}, version=0, defaults={"value": row.value})
    _record(who, "indicator.confirm", row)
    return row


@transaction.atomic
def send_back(*, actor: Actor, pk: int, reason: str) -> ManualFigure:
    """Return a report to its reporter with the reason. Raises IndicatorRefused."""
    row = _waiting(pk)
    who = services.acting(actor, CONFIRM, row.region_code)
    if len(reason.strip()) < services.SHORTEST_REASON:
        raise IndicatorRefused("退回要写明原因，填报人才知道怎样改。")
    row.returned_reason = reason.strip()[:200]
    _decided(row, actor, ManualFigure.RETURNED, "returned_reason")
    _record(who, "indicator.return", row)
    return row


def remarks(one: Indicator, place: str, month: datetime.date, value: Decimal) -> list[str]:
    """What is remarkable about a number, in sentences: far from the same month a year before. One query."""
    year_ago = month_after(month, -12)
    same = ManualFigure.objects.filter(code=one.code, region_code=place, month=year_ago, state=ManualFigure.CONFIRMED)
    before = same.values_list("value", flat=True).first()
    if before is None:
        return []
    limit = number("remarkable_percent")
    if before == 0:
        return [f"去年同期是 0，这次是 {shown(value, one.unit, one.decimals)}。"] if value else []
    change = (value - before) / abs(before) * 100
    if abs(change) <= limit:
        return []
    word = "增加" if change > 0 else "减少"
    return [f"与去年同期（{shown(before, one.unit, one.decimals)}）相比{word} {abs(change):.1f}%，超过 {limit}%。"]


def amount(one: Indicator, value: Decimal | int | str) -> Decimal:
    """The number as reported, within the range of the indicator. Raises IndicatorRefused."""
    try:
        told = Decimal(str(value).strip().replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise IndicatorRefused(f"“{value}”不是数字：请只填数字，单位是“{one.unit}”。") from None
    if not told.is_finite() or abs(told) >= _MOST:
        raise IndicatorRefused(f"“{value}”太大了，请核对单位“{one.unit}”。")
    if -int(told.normalize().as_tuple().exponent) > one.decimals:
        what = f"最多 {one.decimals} 位小数" if one.decimals else "整数"
        raise IndicatorRefused(f"“{one.name}”要填{what}。")
    if one.least is not None and told < one.least:
        raise IndicatorRefused(f"“{one.name}”不能小于 {shown(one.least, one.unit, one.decimals)}。")
    if one.most is not None and told > one.most:
        raise IndicatorRefused(f"“{one.name}”不能大于 {shown(one.most, one.unit, one.decimals)}。")
    return told


def _manual(code: str) -> Indicator:
    try:
        one = declaring.get(code)
    except declaring.UnknownIndicator as unknown:
        raise IndicatorRefused(str(unknown)) from None
    if not one.is_reported:
        raise IndicatorRefused(f"“{one.name}”由系统计算，不用填报。")
    return one


def _waiting(pk: int) -> ManualFigure:
    row = ManualFigure.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise IndicatorRefused("没有这条填报，请刷新后重试。")
    if row.state != ManualFigure.WAITING:
        raise IndicatorRefused(f"这条填报现为“{row.get_state_display()}”，不能再办理。")
    return row


def _decided(row: ManualFigure, actor: Actor, state: str, *more: str) -> None:
    row.state, row.decided_by, row.decided_name, row.decided_at = state, actor.user, actor.name, clock.now()
    row.save(update_fields=["state", "decided_by", "decided_name", "decided_at", *more])


def _record(who: Actor, action: str, row: ManualFigure) -> None:
    audit.record(
        actor=who, action=action, obj=row, region_code=row.region_code, reason=row.returned_reason,
        detail={"code": row.code, "month": f"{row.month:%Y-%m}", "value": str(row.value)},
    )  # fmt: skip
