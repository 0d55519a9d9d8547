"""这一家还能享受什么: 看得到这件的人才看得到，看一次记一次；有什么、差什么、怎么申请都在一页上."""

from __future__ import annotations

from decimal import Decimal

from minzheng.business.assistance.tests.test_changes import paid
from minzheng.business.assistance.tests.test_tracking_pages import signed_in
from minzheng.business.assistance.tests.world import APPLIED, World, couple
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.models import Case
from minzheng.kernel.pages.entitled.reckoned import whole_of


def url(case: Case) -> str:
    return f"/console/cases/{case.pk}/entitled/"


def test_办件页有入口_点进去看到还能享受什么和怎样发起(world: World) -> None:
    family = couple(disability_kind="肢体", disability_level="2")
    case = world.to_accepted(family)
    clerk = signed_in(world.clerk)
    assert url(case) in clerk.get(f"/console/cases/{case.pk}/").content.decode()
    page = clerk.get(url(case))
    html = page.content.decode()
    assert page.status_code == 200 and "重度残疾人护理补贴" in html and "周建国" in html
    assert "/console/intake/?item=disability.two_subsidies" in html
    assert "没有填的情况，问清楚会不会变" in html and "被哪一项挡住" in html
    missing = {line.benefit.code: line for line in page.context["whole"].missing}
    assert missing["disability.nursing"].benefit.total("monthly") > Decimal(0)
    start = clerk.get("/console/intake/?item=disability.two_subsidies").content.decode()
    assert 'value="disability.two_subsidies" selected' in start or 'value="disability.two_subsidies" checked' in start


def test_正在办的和已经享受的不算还没有享受(world: World) -> None:
    case = world.to_accepted(couple())
    under_way = whole_of(case, world.clerk, APPLIED)
    assert "assistance.dibao" in {line.benefit.code for line in under_way.held}
    assert "assistance.dibao" not in {line.benefit.code for line in under_way.missing}
    given = paid(world, couple())
    held = {line.benefit.code: line for line in whole_of(given, world.clerk, APPLIED).held}
    assert held["assistance.dibao"].award is not None


def test_看一次记一次_理由就是办这件(world: World) -> None:
    case = world.to_accepted(couple())
    before = AuditEntry.objects.filter(object_id=str(case.pk), action__startswith="read").count()
    signed_in(world.clerk).get(url(case))
    assert AuditEntry.objects.filter(object_id=str(case.pk), action__startswith="read").count() == before + 1


def test_别处的人看不到_没有这件也一样(world: World) -> None:
    case = world.to_accepted(couple())
    stranger = signed_in(world.stranger)
    assert stranger.get(url(case)).status_code == 404
    assert stranger.get("/console/cases/987654321/entitled/").status_code == 404


def test_没有核算的事项说明白而不是报错(world: World, monkeypatch) -> None:
    from dataclasses import replace

    from minzheng.kernel.items import registry

    case = world.to_accepted(couple())
    item = registry.get(case.item_code)
    monkeypatch.setattr(registry, "get", lambda code: replace(item, assess=None))
    page = signed_in(world.clerk).get(url(case))
    assert page.status_code == 200 and "不核算家庭情况" in page.content.decode()
