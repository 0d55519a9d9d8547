"""Codes of vouchers are shown in words."""

from __future__ import annotations

from minzheng.kernel.ledger import showing


def test_凭证的来源_业务_资金来源都有中文_没有登记的照原样() -> None:
    from minzheng.kernel.pages import registry

    assert {"payruns.detail", "relief.campaign"} <= registry.pages().keys()  # whoever books has named its codes by now
    assert showing.origin("paybatch:12") == ("发放批次", "payruns.detail", "12")
    assert showing.origin("reliefcampaign:7")[:2] == ("物资发放批次", "relief.campaign")
    assert showing.origin("welfare:GY990101-2026-0001")[:2] == ("公益金项目", "")
    assert showing.origin("别的:1") == ("别的:1", "", "1")
    assert showing.source_title("central") == "中央财政" and showing.source_title("moon") == "moon"
    for kind in ("fund.welfare", "fund.return", "fund.opening", "unclaimed", "result", "stock.issue"):
        assert showing.kind_title(kind) != kind
