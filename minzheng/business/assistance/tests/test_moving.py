"""迁居与移送: 编号、动作、时限、证据跟着家庭走；原乡镇只看得到本地办过的事；待遇不断月、不重月."""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.assistance.tests.test_changes import paid
from minzheng.business.assistance.tests.world import DELEGATED_VILLAGE, OTHER_TOWN, PHOTO, VILLAGE, World, couple
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.awards.services import monthly_lines
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.deadlines.pages import moves
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.cases.models import Case, CaseMove

TO = "990101002001"
DAY = datetime.date(2026, 11, 5)


def move(world: World, case: Case, to: str = TO, on: datetime.date = DAY) -> None:
    with clock.at(on):
        services.move_case(
            case_id=case.pk, actor=world.clerk, to_region=to, moved_on=on, reason="投靠女儿", address="王家村 1 组"
        )
    case.refresh_from_db()


def test_办件随迁_编号动作时限证据不变(world: World) -> None:
    case = world.to_checked(couple())
    before = (case.no, case.state, case.due_on, case.total_due_on, case.evidence.count())
    move(world, case)
    assert (case.no, case.state, case.due_on, case.total_due_on, case.evidence.count()) == before
    assert (case.region_code, case.assignee_id) == (TO, None)
    assert case.household and case.household.region_code == TO and case.applicant and case.applicant.region_code == TO
    assert services.replay(case).ok
    new_clerk = actor_of(world.stranger.user)
    assert selectors.get(new_clerk, case.pk).pk == case.pk


def test_新乡镇接着办到确认(world: World) -> None:
    case = world.to_checked(couple())
    move(world, case)
    leader = world.staff("west", "西镇长", "town_leader", OTHER_TOWN)
    with clock.at(datetime.date(2026, 11, 6)):
        world.do(case, "opinion", leader, conclusion="agree", opinion="同意")
        world.do(case, "post", world.stranger, place="王家村公示栏", photo=PHOTO)
    with clock.at(datetime.date(2026, 11, 16)):
        world.do(case, "publicity_end", world.stranger, photo=PHOTO)
        world.do(case, "approve", world.reviewer)
    assert case.state == "APPROVED" and services.replay(case).ok
    assert Award.objects.get(case=case).region_code == TO


def test_原乡镇看不到办件_看得到自己办过的事(world: World) -> None:
    case = world.to_checked(couple())
    move(world, case)
    with pytest.raises(NotFound):
        selectors.get(world.clerk, case.pk)
    [kept] = moves(world.clerk)
    assert (kept.case_id, kept.region_code, kept.to_region) == (case.pk, VILLAGE, TO)
    shown = selectors.timeline(case)[: kept.seq]
    with clock.at(datetime.date(2026, 11, 6)):
        world.visit(case, world.stranger)
    assert [e.act_code for e in selectors.timeline(case)[: kept.seq]] == [e.act_code for e in shown]
    assert not moves(world.stranger).exists()


def test_两地都有审计(world: World) -> None:
    case = world.to_checked(couple())
    move(world, case)
    assert AuditEntry.objects.filter(action="case.moved_out", object_id=case.pk, region_code=VILLAGE).count() == 1
    assert AuditEntry.objects.filter(action="case.move_family", object_id=case.pk, region_code=TO).count() == 1


def test_享受中迁居_这个月原地发_下个月新地发_一月一笔(world: World) -> None:
    case = paid(world, couple())
    item = Award.objects.get(case=case).item_code
    for month in (12,):
        monthly_lines(datetime.date(2026, month, 1), item_code=item)
    move(world, case, on=datetime.date(2027, 1, 8))  # before the job made January's line
    for _ in range(2):
        monthly_lines(datetime.date(2027, 1, 1), item_code=item)
    monthly_lines(datetime.date(2027, 2, 1), item_code=item)
    lines = PaymentLine.objects.filter(award__case=case).order_by("month")
    assert [(line.month.month, line.region_code) for line in lines] == [(12, VILLAGE), (1, VILLAGE), (2, TO)]
    assert CaseMove.objects.get(case=case).pays_from == datetime.date(2027, 2, 1)
    assert services.replay(case).ok


def test_出县的不随迁_同地的不用办(world: World) -> None:
    from minzheng.kernel.cases.moving import another_place

    case = world.to_checked(couple())
    with pytest.raises(Refused, match="相同"):
        world.do(case, "move_family", world.clerk, to_region=VILLAGE, moved_on="2026-11-02", opinion="误")
    assert another_place.needs_data


def test_移送有受理权的乡镇_受理审查重新起算(world: World) -> None:
    family = couple()
    case = world.draft(family)
    services.submit(case_id=case.pk, actor=world.citizen(family[0]), data={"promise": "yes"})
    case.refresh_from_db()
    assert case.due_on == datetime.date(2026, 11, 5)
    with clock.at(datetime.date(2026, 11, 4)):
        world.do(case, "transfer_case", world.clerk, to_region=TO, why="hukou")
    assert (case.state, case.region_code, case.due_on) == ("SUBMITTED", TO, datetime.date(2026, 11, 9))
    with clock.at(datetime.date(2026, 11, 5)):
        world.do(case, "accept", world.stranger)
    assert case.state == "ACCEPTED" and services.replay(case).ok


def test_等乡镇确认时迁到没有下放的乡镇_转县里(world: World) -> None:
    from minzheng.business.assistance.tests.test_jobs import CTX
    from minzheng.kernel.cases import jobs

    case = world.to_review(couple(), DELEGATED_VILLAGE)
    assert case.state == "TOWN_CONFIRM"
    day = datetime.date(2026, 11, 11)
    with clock.at(day):
        clerk, _ = world.town(case)
        services.move_case(case_id=case.pk, actor=clerk, to_region=TO, moved_on=day, reason="迁居")
        assert jobs.due(CTX)["recall_delegation"] == 1
    case.refresh_from_db()
    assert case.state == "REVIEW" and services.replay(case).ok


def test_没有开放居住证申请的不受理(world: World) -> None:
    family = couple()
    case = world.draft(family, hukou="permit")
    services.submit(case_id=case.pk, actor=world.citizen(family[0]), data={"promise": "yes"})
    with pytest.raises(Refused, match="没有开放凭居住证申请"):
        world.do(case, "accept", world.clerk)


@pytest.fixture
def next_county() -> str:
    """Another county in the same database, with a window of its own in one township; a village of it."""
    from minzheng.kernel.orgs.models import Organization
    from minzheng.kernel.regions.models import Region

    since = datetime.date(2000, 1, 1)
    for code, name, level in (
        ("990102000000", "邻县", 3),
        ("990102001000", "河东镇", 4),
        ("990102001001", "桥头村", 5),
    ):
        full = {3: "邻县", 4: "邻县河东镇", 5: "邻县河东镇桥头村"}[level]
        Region.objects.create(
            code=code, name=name, full_name=full, level=level, parent_code="", valid_from=since, source="测试"
        )
    Organization.objects.create(
        code="T-HD", name="河东镇民政服务窗口", kind="township", region_code="990102001000", valid_from=since
    )
    return "990102001001"


def test_迁出本县的不随迁_说清楚去哪里重新申请(world: World, next_county: str) -> None:
    case = world.to_checked(couple())
    with pytest.raises(Refused, match="向邻县河东镇的河东镇民政服务窗口重新申请"):
        move(world, case, next_county)
    case.refresh_from_db()
    assert case.region_code == VILLAGE and not CaseMove.objects.filter(case=case).exists()


def test_没有受理的也不跨县移送(world: World, next_county: str) -> None:
    family = couple()
    case = world.draft(family)
    services.submit(case_id=case.pk, actor=world.citizen(family[0]), data={"promise": "yes"})
    case.refresh_from_db()
    with pytest.raises(Refused, match="办理“不予受理”，告知家庭向邻县河东镇的河东镇民政服务窗口申请"):
        world.do(case, "transfer_case", world.clerk, to_region=next_county, why="hukou")
    assert case.state == "SUBMITTED"
