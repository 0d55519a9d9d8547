"""抽查、时限、迁移的页面: 打得开，表单办得成，别处的人看不到."""

from __future__ import annotations

import datetime

from django.test import Client

from minzheng.business.assistance.tests.test_changes import paid
from minzheng.business.assistance.tests.test_jobs import CTX
from minzheng.business.assistance.tests.world import World, couple
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.models import User
from minzheng.kernel.cases import jobs, services
from minzheng.kernel.cases.draws.models import SpotDraw
from minzheng.kernel.cases.models import CaseMove, Escalation

DAY = datetime.date(2026, 12, 2)


def signed_in(actor: Actor) -> Client:
    assert isinstance(actor.user, User)
    client = Client()
    client.force_login(actor.user)
    return client


def test_组织抽查_抽取_登记结果(world: World) -> None:
    case = paid(world, couple())
    county = signed_in(world.reviewer)
    with clock.at(DAY):
        form = county.get("/console/draws/new/")
        assert form.status_code == 200 and "种子由系统随机生成" in form.content.decode()
        sent = {
            "title": "四季度抽查", "since": "2026-11-01", "until": "2026-12-01", "share_percent": "50", "at_least": "1",
            "strata": ["town"],
        }  # fmt: skip
        done = county.post("/console/draws/new/", sent)
        assert done.status_code == 302, done.content.decode()
    one = SpotDraw.objects.get()
    with clock.at(DAY + datetime.timedelta(days=2)):
        page = county.get(f"/console/draws/{one.pk}/").content.decode()
        assert one.seed_sha in page and "还没有抽取" in page
        assert county.post(f"/console/draws/{one.pk}/draw/", {}).status_code == 302
        task = one.tasks.get()
        assert county.get(f"/console/draws/tasks/{task.pk}/").status_code == 200
        result = {"visited_on": "2026-12-04", "second_name": "孙科员", "result": "ok", "findings": "属实"}
        assert county.post(f"/console/draws/tasks/{task.pk}/", result).status_code == 302
        shown = county.get(f"/console/draws/{one.pk}/").content.decode()
        assert "属实" in shown and "0.0%" in shown and str(case.no) in shown
        assert county.get("/console/draws/").status_code == 200
        assert signed_in(world.clerk).get(f"/console/draws/{one.pk}/").status_code == 403


def test_时限一览和督办_可以答复(world: World) -> None:
    world.to_checked(couple())
    with clock.at(datetime.date(2026, 11, 23)):
        jobs.escalate(CTX)
        leader = signed_in(world.leader)
        assert "东安镇" in leader.get("/console/deadlines/").content.decode()
        assert "报告负责人" in leader.get("/console/deadlines/told/").content.decode()
        row = Escalation.objects.get()
        assert leader.get(f"/console/deadlines/told/{row.pk}/").status_code == 200
        assert leader.post(f"/console/deadlines/told/{row.pk}/", {"answer": "明天办完"}).status_code == 302
        assert signed_in(world.stranger).get(f"/console/deadlines/told/{row.pk}/").status_code == 404
    row.refresh_from_db()
    assert row.answer == "明天办完"


def test_已迁出的办件_只看得到迁出以前的事(world: World) -> None:
    case = world.to_checked(couple())
    services.move_case(
        case_id=case.pk, actor=world.clerk, to_region="990101002001", moved_on=datetime.date(2026, 11, 2), reason="迁居"
    )
    world.visit(case, world.stranger, findings="新地的调查")
    former = signed_in(world.clerk)
    move = CaseMove.objects.get()
    assert str(case.no) in former.get("/console/moved/").content.decode()
    page = former.get(f"/console/moved/{move.pk}/").content.decode()
    assert "家庭迁居" in page and "西镇人" not in page
    assert former.get(f"/console/cases/{case.pk}/").status_code == 404
    assert signed_in(world.stranger).get(f"/console/moved/{move.pk}/").status_code == 404
