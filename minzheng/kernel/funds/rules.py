"""分担比例 and 保障顺序: drafted by one person, confirmed by another, in force from a day on, the nearest place first."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from minzheng.kernel.base import CONFIRMED
from minzheng.kernel.funds import hands
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.models import FundRule
from minzheng.kernel.funds.sources import defaults, sources
from minzheng.kernel.funds.splitting import problem
from minzheng.kernel.items import registry
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Any source stands in for one that has run out, in the order of the sources.
ANY = "*"
NO_DOCUMENT = "请写明依据的文件名称和文号。"


@dataclass(frozen=True)
class Share:
    """How the money of a benefit is shared on a day. `row` None: nobody has confirmed a rule, the platform's default."""

    shares: Mapping[str, int]
    covered_by: str
    row: FundRule | None = None

    @property
    def covers(self) -> tuple[str, ...]:
        """Sources that stand in, first one first."""
        return tuple(sources()) if self.covered_by == ANY else tuple(filter(None, (self.covered_by,)))


def _in_force(kind: str, region_code: str, on: datetime.date) -> list[FundRule]:
    """Confirmed rules of the place and those above it, the nearest place's newest first."""
    code = codes.full(region_code)
    places, above = [code], codes.parent(code)
    while above:
        places.append(above)
        above = codes.parent(above)
    places.append(codes.NATION)
    rows = FundRule.objects.filter(kind=kind, state=CONFIRMED, region_code__in=places, valid_from__lte=on)
    return sorted(
        rows, key=lambda one: (places.index(one.region_code), -one.valid_from.toordinal(), -one.confirmed_at.timestamp())  # type: ignore[union-attr]
    )  # fmt: skip


def share_of(item_code: str, region_code: str, on: datetime.date) -> Share:
    """The rule for this benefit in the nearest place that has one, else that place's rule for all benefits."""
    rows = _in_force("share", region_code, on)
    for one in rows:
        # A nearer place's general rule wins over a farther one's own rule for the benefit.
        own = [row for row in rows if row.region_code == one.region_code]
        for row in (*(r for r in own if r.item_code == item_code), *(r for r in own if not r.item_code)):
            return Share(shares_in(row.value), row.covered_by, row)
    return Share(dict(defaults().share), ANY)


def shares_in(value: Mapping[str, Any]) -> dict[str, int]:
    """Stored shares in the order of the sources (the database keeps none)."""
    order = [*sources(), *(code for code in value if code not in sources())]
    return {code: int(value[code]) for code in order if code in value}


def order_of(region_code: str, on: datetime.date) -> tuple[str, ...]:
    """Benefits in the order in which they are paid when money is short."""
    rows = _in_force("order", region_code, on)
    return tuple(map(str, rows[0].value)) if rows else defaults().order


def rank(item_code: str, order: Sequence[str]) -> int:
    return order.index(item_code) if item_code in order else len(order)


@transaction.atomic
def draft_share(
    *, actor: Actor, region_code: str, item_code: str, shares: Mapping[str, int], covered_by: str,
    valid_from: datetime.date, document: str, is_demo: bool = False,
) -> FundRule:  # fmt: skip
    """A share rule waiting for a second person. `shares`: parts of 10 000. Raises FundsRefused."""
    errors = _common_errors(item_code, document)
    if covered_by not in ("", ANY) and covered_by not in sources():
        errors["covered_by"] = f"没有“{covered_by}”这种资金来源。"
    if wrong := problem(shares):
        raise FundsRefused([wrong], errors)
    kept = {code: int(shares[code]) for code in sources() if shares.get(code)}
    return _draft(
        actor, errors, region_code=region_code, kind="share", item_code=item_code, value=kept, covered_by=covered_by,
        valid_from=valid_from, document=document.strip(), is_demo=is_demo,
    )  # fmt: skip


@transaction.atomic
def draft_order(
    *, actor: Actor, region_code: str, order: Sequence[str], valid_from: datetime.date, document: str,
    is_demo: bool = False,
) -> FundRule:  # fmt: skip
    """An order of benefits waiting for a second person. Raises FundsRefused."""
    errors = _common_errors("", document)
    known = {one.code for one in registry.all_items()}
    unknown = [code for code in order if code not in known]
    if not order:
        errors["order"] = "请至少写一个事项。"
    elif unknown:
        errors["order"] = f"没有代码为“{'、'.join(unknown)}”的事项。"
    elif len(set(order)) < len(order):
        errors["order"] = "同一个事项写了两次，请去掉一个。"
    return _draft(
        actor, errors, region_code=region_code, kind="order", value=list(order), valid_from=valid_from,
        document=document.strip(), is_demo=is_demo,
    )  # fmt: skip


def _common_errors(item_code: str, document: str) -> dict[str, str]:
    errors = {}
    if item_code and item_code not in {one.code for one in registry.all_items()}:
        errors["item_code"] = f"没有代码为“{item_code}”的事项。"
    if not document.strip():
        errors["document"] = NO_DOCUMENT
    return errors


def _draft(actor: Actor, errors: dict[str, str], *, region_code: str, **values: Any) -> FundRule:
    code = codes.full(region_code)
    found = hands.acting(actor, hands.MANAGE, code)
    if errors:
        raise FundsRefused([], errors)
    try:
        with transaction.atomic():
            row = FundRule.objects.create(region_code=code, **values, **hands.entered(actor))
    except IntegrityError:
        raise FundsRefused("同一天起的这条规则已有一份待确认的，请先确认或撤回它。") from None
    hands.record(found, "fundrule.draft", row, kind=row.kind, item=row.item_code, since=row.valid_from)
    return row


@transaction.atomic
def confirm(*, actor: Actor, pk: int) -> FundRule:
    """Put a rule in force from its day. A rule for the same day takes the place of the one before."""
    row = hands.locked(FundRule, pk)
    found = hands.confirming(actor=actor, row=row)
    hands.confirmed(actor, row)
    hands.record(found, "fundrule.confirm", row, kind=row.kind, item=row.item_code, since=row.valid_from)
    return row
