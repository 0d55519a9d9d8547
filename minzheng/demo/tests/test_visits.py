"""The demo county's visits fit its monitors and the feedback codes; its area is the one that the platform takes for invented."""

from __future__ import annotations

from typing import Any

import pytest

from minzheng.datacenter.matching.from_lake import simulated
from minzheng.datacenter.monitoring import acting, declare, feedback, showing
from minzheng.demo.places import AREA
from minzheng.demo.visits import ANY, SEEN, seen
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.subjects.selectors import DEMO_BUREAU, in_demo


def test_每次走访都对得上监测项_反馈代码和要带上的内容() -> None:
    assert set(SEEN) <= set(declare.declared())
    for one in [*ANY, *(one for told in SEEN.values() for one in told)]:
        code = feedback.CODES[one.code]
        asked, _sentence = acting.BRINGS.get(one.code, ("", ""))
        assert one.verdict in code.verdicts and one.met in showing.MET and one.way in showing.WAYS, one
        assert set(one.told) == ({asked} if asked else set()), one
        assert len(one.findings) >= 10 and one.findings.endswith("。")
    assert seen("assistance.vehicle", 4) == SEEN["assistance.vehicle"][1] and seen("lead.grid", 0) == ANY[0]


@pytest.mark.django_db
def test_只有演示县算演示_试运行的单位用了99开头的区划也不算(settings: Any) -> None:
    assert settings.DEMO_AREA == AREA
    assert in_demo(f"{AREA}001001") and not in_demo("990202000000") and not in_demo("330102000000")
    settings.DEMO_SHOWN = False  # MINZHENG_DEMO=0: a bureau that tries things out, even under the invented code
    assert not in_demo(f"{AREA}001001") and not simulated(f"{AREA}001001")
    Organization.objects.create(
        code=DEMO_BUREAU, name="示范县民政局", kind="bureau", region_code=f"{AREA}000000", valid_from="2020-01-01"
    )
    assert simulated(f"{AREA}001001") and not simulated("990202000000")
