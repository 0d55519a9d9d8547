"""The pages of supervision, its commands and its indicators."""

from __future__ import annotations

import datetime
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse

from minzheng.business.bureau.plans import importing as plans
from minzheng.business.bureau.supervision import checking, gantt, handling, selectors, starting
from minzheng.business.bureau.supervision.cli import duty
from minzheng.business.bureau.supervision.indicators import _of
from minzheng.business.bureau.supervision.models import SupervisedTask, TaskBulletin
from minzheng.business.bureau.supervision.starting import Source
from minzheng.business.bureau.supervision.tests.conftest import COUNTY, TOWN, YEAR, World, paper
from minzheng.business.bureau.supervision.tests.test_acts import QUOTA, TEXT
from minzheng.business.bureau.supervision.workbench_notes import duties
from minzheng.datacenter.indicators.declaring import Span
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.documents.models import Attachment
from minzheng.kernel.parts.drawing import Drawing

pytestmark = pytest.mark.django_db
D = datetime.date
MID, BACKEND = D(2026, 6, 1), "minzheng.kernel.accounts.backends.AccountBackend"


def browse(actor: Actor) -> Client:
    client = Client()
    assert actor.user is not None
    client.force_login(actor.user, backend=BACKEND)
    return client


def page(client: Client, code: str, query: dict[str, Any] | None = None, **kwargs: Any) -> str:
    response = client.get(reverse(code, kwargs=kwargs), query or {})
    assert response.status_code == 200, (code, response.status_code)
    return str(response.content.decode())


def post(client: Client, code: str, data: dict[str, Any], status: int = 302, **kwargs: Any) -> str:
    response = client.post(reverse(code, kwargs=kwargs), data)
    assert response.status_code == status, (
        code,
        response.status_code,
        re.findall(r'class="error">([^<]+)', response.content.decode()),
    )
    return str(response.content.decode())


def test_从立项到办结_都在页面上办(world: World) -> None:
    officer, reviewer, head = browse(world.officer), browse(world.reviewer), browse(world.head)
    with clock.at(MID):
        told = {
            "kind": "good",
            "year": "2026",
            "sentence": "办好民生实事。",
            "goals": "12345目标、五个升级",
            "target": "5",
        }
        assert "要一起填" in post(officer, "duty.new", told, 422)
        post(officer, "duty.new", told | {"comparator": ">=", "unit": "件"})
        task = SupervisedTask.objects.get()
        assert (task.goals, task.target, task.unit, task.kind) == (["12345目标", "五个升级"], 5, "件", "good")
        share = {"lead_org": world.bureau.pk, "responsible": world.reviewer.id, "start": "2026-01-01", "end": "2026-12-31",
                 "cycle": "monthly", "assisting": [world.centre.pk], "milestones": "2026-03-31 完成招标\n没有日期的一行"}  # fmt: skip
        assert "没有读懂" in post(officer, "duty.divide", share, 422, pk=task.pk)
        post(officer, "duty.divide", share | {"milestones": "2026-03-31 完成招标"}, pk=task.pk)
        post(officer, "duty.assign", {}, pk=task.pk)
        assert "签收" in page(reviewer, "duty.mine") and "办好民生实事" in page(reviewer, "duty.mine")
        post(reviewer, "duty.sign", {}, pk=task.pk)
        form = page(reviewer, "duty.feedback", pk=task.pk)
        assert "累计实际值" in form and 'name="progress"' not in form
        assert "附佐证" in post(reviewer, "duty.feedback", {"actual": "5", "done": "都办好了"}, 422, pk=task.pk)
        post(reviewer, "duty.reach", {"on": "2026-03-30"}, pk=task.milestones.get().pk)
        post(reviewer, "duty.feedback", {"actual": "5", "done": "都办好了", "files": [paper()]}, pk=task.pk)
        assert reviewer.get(reverse("duty.check", kwargs={"pk": task.pk})).status_code == 403
        form = page(head, "duty.check", pk=task.pk)
        assert "群众满意度" in form and "等我核查" in page(head, "duty.mine")
        post(
            head,
            "duty.check",
            {"result": "pass", "mode": "spot", "opinion": "到现场看了", "satisfaction": "97"},
            pk=task.pk,
        )
        shown = page(reviewer, "duty.detail", pk=task.pk)
        assert "按期办结" in shown and "满意度 97%" in shown and "验收.pdf" in shown and "12345目标、五个升级" in shown
        file = page_bytes(reviewer, "duty.file", pk=task.evidence.get().pk)
        assert file.startswith(b"%PDF") and Attachment.objects.get().kind == "duty"


def page_bytes(client: Client, code: str, **kwargs: Any) -> bytes:
    response = client.get(reverse(code, kwargs=kwargs))
    assert response.status_code == 200
    return bytes(response.content)


@pytest.fixture
def town(world: World) -> SupervisedTask:
    """A county's task handed to the township, which has not signed; the county's own is red."""
    task = world.signed(source=QUOTA, milestones=[("完成招标", D(2026, 3, 31))])
    with clock.at(D(2026, 2, 2)):
        (child,) = starting.delegate(
            actor=world.officer, task=task, shares={world.window.pk: Decimal(60)}, end=D(2026, 10, 30)
        )
    return child


def test_看板_甘特图_各地_得分_清单_说的是同样的数(world: World, town: SupervisedTask) -> None:
    head, clerk = browse(world.head), browse(world.clerk)
    with clock.at(MID):
        board = page(head, "duty.board")
        assert re.findall(r'figure-value">([^<]+)', board) == ["2", "2", "0", "0", "0", "0", "—"]
        assert page(head, "duty.list", {"light": "red", "year": "2026"}).count("适老化改造</a>") == 2
        nothing = page(head, "duty.list", {"light": "green"})
        assert "没有符合所选条件的" in nothing and "清除筛选条件" in nothing and "没有督办任务" not in nothing
        chart = page(head, "duty.gantt")
        assert chart.count("<rect") == 4 and "节点 完成招标 2026-03-31" in chart and "style=" not in chart
        places = page(head, "duty.places")
        assert "青石镇" in places and "示范县（本级）" in places and f"region={TOWN}&amp;light=red" in places
        own = {"year": "2026", "light": "red"}
        assert "?year=2026&amp;level=county&amp;light=red" in places
        assert [
            page(head, "duty.list", {**own, "level": one}).count("适老化改造</a>") for one in ("county", "town")
        ] == [1, 1]
        scores = page(head, "duty.scores")
        assert f"{world.window.name}" in scores and f"lead={world.window.pk}&amp;light=red" in scores
        assert page(clerk, "duty.list").count("适老化改造</a>") == 1
        assert "示范县（本级）" not in page(clerk, "duty.places")
        assert clerk.get(reverse("duty.detail", kwargs={"pk": town.parent_id})).status_code == 404
        export = head.get(reverse("duty.export"), {"format": "csv"})
        body = b"".join(export) if export.streaming else export.content
        assert export.status_code == 200 and body.decode("utf-8-sig").count("困难老年人家庭适老化改造400户") == 2
    bar = gantt.Bar("<任务>", "/x?a=1&b=2", *YEAR, 50, "red", "说明")
    svg = str(gantt.draw("图", [bar], *YEAR, MID))
    assert "&lt;任务&gt;" in svg and 'href="/x?a=1&amp;b=2"' in svg and "今天 06-01" in svg


def test_只给办得成的按钮_别的单位的人没有反馈(world: World, town: SupervisedTask) -> None:
    task = town.parent
    assert task is not None
    with clock.at(MID):
        seen = {name: page(browse(actor), "duty.detail", pk=task.pk) for name, actor in
                (("reviewer", world.reviewer), ("matcher", world.matcher), ("officer", world.officer))}  # fmt: skip
        url = {
            code: reverse(f"duty.{code}", kwargs={"pk": task.pk})
            for code in ("feedback", "extend", "transfer", "check", "pause")
        }
        offered = {
            name: {code for code, link in url.items() if f'href="{link}"' in text} for name, text in seen.items()
        }
        assert offered == {
            "reviewer": {"feedback", "extend"},
            "matcher": set(),
            "officer": {"feedback", "extend", "transfer", "pause"},
        }
        assert "登记完成" in seen["reviewer"] and "登记完成" not in seen["matcher"]
        refused = post(browse(world.matcher), "duty.feedback", {"actual": "9", "done": "不该我报"}, 422, pk=task.pk)
        assert "承办" in refused and task.feedbacks.count() == 0


def test_从计划页勾选立项并交办_通报先看稿再印发成PDF(world: World) -> None:
    version = plans.import_text(actor=world.officer, org=world.bureau, year=2026, text=TEXT, name="要点.txt").version
    officer = browse(world.officer)
    assert reverse("duty.from_plan", kwargs={"pk": version.plan_id}) in page(
        officer, "plans.detail", pk=version.plan_id
    )
    form = page(officer, "duty.from_plan", pk=version.plan_id)
    keys = re.findall(r'name="key" value="([^"]+)"', form)
    assert len(keys) == 4 and "公益讲座" in form
    data = {"key": keys, "kind": "year", "cycle": "monthly", "lead_org": world.bureau.pk, "assign": "yes"}
    assert "要填开始和期限" in post(officer, "duty.from_plan", data, 422, pk=version.plan_id)
    with clock.at(YEAR[0]):
        post(officer, "duty.from_plan", data | {"start": "2026-01-01", "end": "2026-03-31"}, pk=version.plan_id)
    assert SupervisedTask.objects.filter(state="assigned").count() == 4
    assert "已立 4 项" in page(officer, "duty.from_plan", pk=version.plan_id)
    with clock.at(D(2026, 4, 30)):
        draft = page(officer, "duty.bulletin_new", {"first": "2026-01-01", "last": "2026-04-30"})
        assert "逾期没有办结（4 项）" in draft and "按期完成率 0.0%" in draft
        post(officer, "duty.bulletin_new", {"first": "2026-01-01", "last": "2026-04-30", "remark": "抓紧"})
        row = TaskBulletin.objects.get()
        assert "抓紧" in page(officer, "duty.bulletin", pk=row.pk) and row.title in page(officer, "duty.bulletins")
        pdf = page_bytes(officer, "duty.bulletin_pdf", pk=row.pk)
        assert pdf.startswith(b"%PDF") and pdf == page_bytes(officer, "duty.bulletin_pdf", pk=row.pk)


def test_工作台说有几项要签收_要反馈_要核查(world: World, town: SupervisedTask) -> None:
    def told(actor: Actor) -> list[str]:
        return [note.text for note in duties(Drawing(actor, clock.today()))]

    with clock.at(MID):
        assert told(world.clerk) == ["您有 1 项督办任务等签收。"]
        assert told(world.reviewer) == ["您有 1 项督办任务到了反馈时间。"]
        assert told(world.officer) == []
    assert town.parent is not None
    world.report(town.parent, None, MID, actual=Decimal(400), paper=True)
    with clock.at(MID):
        assert told(world.head) == ["1 项督办任务报了完成，等您核查。"] and told(world.reviewer) == []
    with clock.at(D(2026, 11, 2)):
        assert told(world.clerk) == ["您有 1 项督办任务已经逾期。", "您有 1 项督办任务等签收。"]


def test_指标与清单是同样的数_休息日到期的算到下一个月(world: World) -> None:
    done = world.report(world.signed(end=D(2026, 5, 31)), 100, D(2026, 6, 1))  # a Sunday: still in time on Monday
    with clock.at(D(2026, 6, 3)):
        checking.close(actor=world.head, task=done, mode="spot", opinion="好")
    world.signed(end=D(2026, 6, 30), source=Source("没有办的。"))
    span = Span(COUNTY, D(2026, 6, 1), D(2026, 6, 30))
    found = {
        code: sum(one.value for one in _of(code)(span)) for code in ("open", "due", "in_time", "closed", "overdue")
    }
    assert found == {"open": 1, "due": 2, "in_time": 1, "closed": 1, "overdue": 0}
    may, july = Span(COUNTY, D(2026, 5, 1), D(2026, 5, 31)), Span(COUNTY, D(2026, 7, 1), D(2026, 7, 31))
    assert [list(_of("due")(may)), sum(one.value for one in _of("overdue")(july))] == [[], 1]
    shown = page(browse(world.head), "duty.list", {"behind": "in_time.2026-06.990101"})
    assert "2026年6月按期办结" in shown and "没有办的" not in shown
    assert selectors.standing(world.bureau, D(2026, 7, 31)).rate == Decimal("50.0")


def test_命令_清单_提醒_通报(world: World, tmp_path: Path) -> None:
    world.task(D(2026, 5, 6), end=D(2026, 6, 30))
    run = CliRunner()
    with clock.at(D(2026, 7, 8)):
        told = json.loads(run.invoke(duty, ["list", "--org", "MZ-01", "--light", "red", "--open", "--json"]).stdout)
        assert [(one["progress"], one["light"], one["lead"]) for one in told["tasks"]] == [(0, "red", "示范县民政局")]
        said = json.loads(run.invoke(duty, ["remind", "--json"]).stdout)["reminded"]
        assert {one["key"].partition(":")[0] for one in said} == {"sign", "late"}
        assert json.loads(run.invoke(duty, ["remind", "--json"]).stdout) == {"reminded": []}
        asked = ["bulletin", "--org", "MZ-01", "--from", "2026-01-01", "--to", "2026-07-08"]
        draft = json.loads(run.invoke(duty, [*asked, "--json"]).stdout)
        assert (draft["no"], draft["figures"]["open"], draft["lines"][0]["why"]) == (None, 1, "late")
        out = tmp_path / "通报.pdf"
        assert run.invoke(duty, [*asked, "--out", str(out)]).exit_code == 2
        issued = run.invoke(duty, [*asked, "--issue", "--out", str(out)])
        assert issued.exit_code == 0 and out.read_bytes().startswith(b"%PDF") and TaskBulletin.objects.count() == 1
        for wrong, words in (
            (["list", "--org", "无"], "没有代码"),
            ([*asked[:4], "昨天", "--to", "2026-01-01"], "不是日期"),
        ):
            refused = run.invoke(duty, wrong)
            assert refused.exit_code == 2 and words in refused.stderr
    assert handling.jumped(SupervisedTask(progress=60, end=MID), MID) is False
