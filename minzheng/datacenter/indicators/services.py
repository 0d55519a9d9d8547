"""Computing, freezing and restating a county's month. One transaction and one audit line each."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.datacenter.indicators import computing, declaring, reading
from minzheng.datacenter.indicators.computing import Key
from minzheng.datacenter.indicators.declaring import Span
from minzheng.datacenter.indicators.errors import IndicatorRefused
from minzheng.datacenter.indicators.models import IndicatorFreeze, IndicatorMonth, IndicatorValue
from minzheng.datacenter.indicators.selectors import MANAGE
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.months import month_end
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

SHORTEST_REASON = 4
_BATCH = 2000


def acting(actor: Actor, permission: str, region_code: str) -> Actor:
    """The actor under the one post that allows this over the place. Raises IndicatorRefused."""
    if actor.is_system:
        return actor
    post = actor.can(permission, region_code)
    if post is None:
        raise IndicatorRefused("您的岗位不能办理这个地区的指标，请由政策科或局领导办理。")
    return actor.acting_as(post).at_address(actor.address)


@transaction.atomic
def compute(*, actor: Actor, region_code: str, month: datetime.date) -> IndicatorMonth:
    """The live values of a county's month, anew. A frozen month's own values stay; the new ones show what a restatement
    would change. Raises IndicatorRefused."""
    county = county_of(region_code)
    who = acting(actor, MANAGE, county)
    _begun(month)
    done = computing.compute(county, month.replace(day=1))
    audit.record(
        actor=who, action="indicator.compute", obj=done, region_code=county,
        detail={"month": f"{month:%Y-%m}", "rows": str(done.rows), "seconds": str(done.seconds)},
    )  # fmt: skip
    return done


@transaction.atomic
def freeze(*, actor: Actor, region_code: str, month: datetime.date) -> IndicatorFreeze:
    """Fix a month that has ended: all system indicators computed now, all confirmed reports. Raises IndicatorRefused."""
    county, month = county_of(region_code), month.replace(day=1)
    who = acting(actor, MANAGE, county)
    if month_end(month) >= clock.today():
        raise IndicatorRefused(f"{month:%Y-%m} 还没有结束，月底过后才能冻结。")
    computing.lock(county, month)
    if current(county, month) is not None:
        raise IndicatorRefused(f"{month:%Y-%m} 已经冻结。数字有误的，请写明理由“更正冻结”。")
    computing.compute(county, month)
    return _fix(who, county, month, 1, "", [])


@transaction.atomic
def restate(*, actor: Actor, region_code: str, month: datetime.date, reason: str) -> IndicatorFreeze:
    """更正冻结: the month as it is known now becomes the next version, with what changed against the one in force. Raises
    IndicatorRefused without a reason, without a freeze, and where nothing changed."""
    county, month = county_of(region_code), month.replace(day=1)
    who = acting(actor, MANAGE, county)
    if len(reason.strip()) < SHORTEST_REASON:
        raise IndicatorRefused(f"更正冻结必须写明理由（至少 {SHORTEST_REASON} 个字），例如“补录 6 月退回重发”。")
    computing.lock(county, month)
    last = current(county, month)
    if last is None:
        raise IndicatorRefused(f"{month:%Y-%m} 还没有冻结，不用更正：直接冻结就行。")
    computing.compute(county, month)
    changes = difference(county, month, last.version)
    if not changes:
        raise IndicatorRefused("重新计算的结果与冻结的数字完全一样，没有要更正的。")
    return _fix(who, county, month, last.version + 1, reason.strip()[:200], changes)


def current(county: str, month: datetime.date) -> IndicatorFreeze | None:
    """The newest freeze of a month; None while it is live."""
    return IndicatorFreeze.objects.filter(region_code=county, month=month).order_by("-version").first()


def difference(county: str, month: datetime.date, version: int) -> list[dict[str, Any]]:
    """What the live values of a month would change against a frozen version (the shape of IndicatorFreeze.diff). Two
    queries."""
    old, new = _values(county, month, version), _values(county, month, 0)
    return [
        {
            "code": key[0], "region": key[1], "dims": json.loads(key[2]),
            "old": str(old[key]) if key in old else None, "new": str(new[key]) if key in new else None,
        }
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]  # fmt: skip


def county_of(region_code: str) -> str:
    """The county whose months are frozen together. Raises IndicatorRefused for a place above counties that has none."""
    try:
        return reading.county_of(region_code)
    except codes.BadRegionCode as error:
        raise IndicatorRefused(str(error)) from None


def digest(values: Iterable[tuple[Key, Decimal]]) -> str:
    """SM3 over all values of a version, in the order of their keys."""
    return sm3("\n".join(f"{'|'.join(key)}|{value:.4f}" for key, value in sorted(values)).encode())


def _values(county: str, month: datetime.date, version: int) -> dict[Key, Decimal]:
    low, high = Span(county, month, month).bounds
    rows = IndicatorValue.objects.filter(region_code__gte=low, region_code__lte=high, month=month, version=version)
    return {
        (code, place, json.dumps(dims, sort_keys=True)): value
        for code, place, dims, value in rows.values_list("code", "region_code", "dims", "value")
    }


def _fix(
    who: Actor, county: str, month: datetime.date, version: int, reason: str, changes: list[dict[str, Any]]
) -> IndicatorFreeze:
    """Copy the live values as a version, with the freeze that lets the database take them."""
    known = {one.code for one in declaring.all()}
    values = {key: value for key, value in _values(county, month, 0).items() if key[0] in known}
    row = IndicatorFreeze.objects.create(
        region_code=county, month=month, version=version, reason=reason, diff=changes, rows=len(values),
        sha=digest(values.items()), frozen_by=who.user, frozen_name=who.name, frozen_at=clock.now(),
    )  # fmt: skip
    IndicatorValue.objects.bulk_create(
        [
            IndicatorValue(
                code=code, region_code=place, month=month, dims=json.loads(dims), value=value, version=version
            )
            for (code, place, dims), value in values.items()
        ],
        batch_size=_BATCH,
    )
    audit.record(
        actor=who, action="indicator.freeze" if version == 1 else "indicator.restate", obj=row, region_code=county,
        reason=reason, detail={"month": f"{month:%Y-%m}", "version": str(version), "rows": str(len(values)), "changes": str(len(changes)), "sha": row.sha},
    )  # fmt: skip
    return row


def _begun(month: datetime.date) -> None:
    if month.replace(day=1) > clock.today():
        raise IndicatorRefused(f"{month:%Y-%m} 还没有开始，没有可以计算的。")


def problems(row: IndicatorFreeze) -> list[str]:
    """Whether a version still is what was frozen: sentences, none when it is. One query."""
    values = _values(row.region_code, row.month, row.version)
    if len(values) != row.rows:
        return [f"冻结时 {row.rows} 个数，现在 {len(values)} 个"]
    return [] if digest(values.items()) == row.sha else ["数值与冻结时的校验码不符"]
