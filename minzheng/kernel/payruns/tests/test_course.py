"""From the entitlement to the closed month."""

from __future__ import annotations

from pathlib import Path

import pytest

from minzheng.kernel.awards.models import PaymentLine
from minzheng.kernel.ledger.proofs import verify
from minzheng.kernel.payruns import services
from minzheng.kernel.payruns.errors import PayRefused
from minzheng.kernel.payruns.tests.world import COUNTY, MARCH, World


def test_从应发到关账_账与明细到分相符(world: World, tmp_path: Path) -> None:
    for fen in (65_000, 141_970, 66_770):
        world.award(fen=fen, people=2)
    batch = world.build()
    assert (batch.state, batch.lines, batch.total_fen, batch.persons) == ("CHECKED", 3, 273_740, 6)
    done = world.paid(batch, tmp_path)
    assert done.state == "ALL_PAID"
    assert set(PaymentLine.objects.values_list("state", flat=True)) == {"paid"}
    assert verify().errors == ()
    closed = services.close_month(actor=world.cashier, month=MARCH, region_code=COUNTY)
    assert closed.report["totals"]["paid_fen"] == 273_740
    done.refresh_from_db()
    assert done.state == "CLOSED"
    with pytest.raises(PayRefused, match="已经关账"):
        world.build(MARCH)
    assert verify().errors == ()
