"""A county with money for its benefits: two finance officers and a head who confirms."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.funds import allocations, pots, rules
from minzheng.kernel.funds.models import FundAllocation
from minzheng.kernel.ledger.services import Entry, post
from minzheng.kernel.pages.tests.conftest import (  # noqa: F401
    COUNTY,
    TOWN_A,
    TOWN_B,
    VILLAGE,
    browse,
    bureau,
    places,
    staff,
)

TODAY = datetime.date(2026, 11, 21)
DIBAO, TEKUN, OLD = "assistance.dibao", "assistance.tekun", "elderly.old_age"
DOCUMENT = "示财社〔2026〕{n}号"


@dataclass(frozen=True)
class Batch:
    """What is asked of a pay batch."""

    pk: int
    total_fen: int
    item_code: str = DIBAO
    region_code: str = COUNTY
    month: datetime.date = datetime.date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def cashier(staff: Callable[[str, str], User]) -> Actor:  # noqa: F811
    return actor_of(staff("finance", COUNTY))


@pytest.fixture
def head(staff: Callable[[str, str], User]) -> Actor:  # noqa: F811
    return actor_of(staff("bureau_head", COUNTY))


@pytest.fixture
def allot(cashier: Actor, head: Actor) -> Callable[..., FundAllocation]:
    """allot("central", 600_00): entered by the cashier, confirmed by the head."""
    made = {"n": 0}

    def make(source: str, fen: int, purpose: str = "relief", **more: Any) -> FundAllocation:
        made["n"] += 1
        row = allocations.allot(
            actor=cashier, region_code=COUNTY, year=more.pop("year", 2026), source=source, purpose=purpose, amount_fen=fen,
            document_no=DOCUMENT.format(n=made["n"]), document_on=datetime.date(2026, 1, 10), **more,
        )  # fmt: skip
        return allocations.confirm(actor=head, pk=row.pk)

    return make


@pytest.fixture
def share(cashier: Actor, head: Actor) -> Callable[..., None]:
    def make(shares: dict[str, int], covered_by: str = "", item: str = "", since: str = "2026-01-01") -> None:
        row = rules.draft_share(
            actor=cashier, region_code=COUNTY, item_code=item, shares=shares, covered_by=covered_by,
            valid_from=datetime.date.fromisoformat(since), document="示财社〔2025〕1号",
        )  # fmt: skip
        rules.confirm(actor=head, pk=row.pk)

    return make


def draw(source: str, item: str, fen: int, month: str = "2026-10", key: str = "") -> None:
    """Money that finance has paid, as a pay run books it."""
    first = datetime.date.fromisoformat(f"{month}-01")
    told = {"benefit": item, "source": source, "month": first}
    post(
        kind="pay.fund", key=key or f"test:{source}:{item}:{month}:{fen}", occurred_on=first, region_code=COUNTY,
        actor=SYSTEM, entries=[Entry("bank", fen, **told), Entry(pots.DRAWN, -fen, **told)],
    )  # fmt: skip
