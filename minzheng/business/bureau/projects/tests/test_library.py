"""The project library: totals that tie, the import at full size, adjustments, money, stages, problems, points."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import DatabaseError

from minzheng.business.bureau.projects import (
    adjusting,
    importing,
    moving,
    problems,
    reminders,
    scoring,
    selectors,
    services,
    spending,
    stages,
    totals,
)
from minzheng.business.bureau.projects.models import Project, ProjectAct, ProjectLibrary
from minzheng.business.bureau.projects.money import WAN, to_fen, wan, yi
from minzheng.business.bureau.projects.tests import plan397
from minzheng.business.bureau.projects.tests.conftest import COUNTY, TOWN_A, TOWN_B
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.documents.tests.samples import picture
from minzheng.kernel.parts.field_base import Invalid

pytestmark = pytest.mark.django_db
TODAY = clock.today


def refused(error: pytest.ExceptionInfo[Refused]) -> str:
    return "；".join([*error.value.sentences, *error.value.fields.values()])


def test_七大类_397个子项目_98点3358亿元_导入后合计相符_再导一次不变(keeper: Actor, head: Actor) -> None:
    library = services.save_library(
        actor=keeper, classes=plan397.classes(),
        values={"region_code": COUNTY, "name": "十三五重点民政项目", "first_year": 2016, "last_year": 2020, "stated_count": 397,
                "stated_fen": 983_358 * WAN, "goal_fen": 980_000 * WAN, "document": "虚构规划"},
    )  # fmt: skip
    data = plan397.table([TOWN_A, "柳溪乡", ""])
    run = importing.check(actor=keeper, library=library, data=data, name="项目.csv")
    assert run.counts == {"new": 397, "changed": 0, "same": 0, "bad": 0, "fen": 983_358 * WAN}
    assert [one["ok"] for one in run.ties] == [True] * 8
    assert Project.objects.count() == 0  # a dry run writes nothing
    importing.apply(actor=keeper, run=run)
    lines = totals.ties(library)
    assert [one.ok for one in lines] == [True] * 10
    whole = next(one for one in lines if one.name == "总计")
    assert (whole.count, whole.fen, yi(whole.fen)) == (397, 983_358 * WAN, "98.3358")
    table = totals.class_by_year(library, selectors.projects(keeper))
    assert table.whole.planned_fen == whole.fen == sum(row.total_fen for row in table.rows)
    assert table.whole.done_fen == sum(row.years[2016][1] for row in table.rows) > 0
    again = importing.check(actor=keeper, library=library, data=data, name="项目.csv")
    assert (again.counts["same"], again.counts["new"], again.counts["bad"]) == (397, 0, 0)
    importing.apply(actor=keeper, run=again)
    assert ProjectAct.objects.count() == 397
    with pytest.raises(Refused, match="已经入库"):
        importing.apply(actor=keeper, run=again)
    assert services.fix(actor=head, library=library).is_fixed


def test_退回的行有行号和原因_好的行照样入库(keeper: Actor, library: ProjectLibrary) -> None:
    text = (
        "测试县项目表\n序号,大类,项目名称,所在地,总投资（万元）,中央预算内,本级财政,2026年计划,床位,2026年完成\n"
        "1,养老服务设施,甲养老院,青石镇,200,100,100,200,50,20\n"
        "2,养老服务设施,乙养老院,柳溪乡,100.005,60,40,100,,\n"
        "3,学校,丙小学,青石镇,80,,,,,\n"
        "4,养老服务设施,丁养老院,东山镇,80,,,,,\n"
        "5,养老服务设施,甲养老院,青石镇,200,,,,,\n"
        "6,殡葬服务设施,戊骨灰堂,青石镇,一百,,,,,\n"
        "7,殡葬服务设施,己骨灰堂,青石镇,100,50,40,,,\n"
        "8,殡葬服务设施,庚骨灰堂,青石镇,100,,,120,,\n"
        "9,殡葬服务设施,辛骨灰堂,青石镇,100,,,,五张,\n"
        ",合计,,,300.01,,,,,\n"
    )
    run = importing.check(actor=keeper, library=library, data=text.encode(), name="表.csv")
    reasons = {one["line"]: one["reason"] for one in run.bad}
    assert set(reasons) == {5, 6, 7, 8, 9, 10, 11}
    assert "学校" in reasons[5]
    assert "东山镇" in reasons[6]
    assert "第 3 行" in reasons[7]
    assert "一百" in reasons[8]
    assert "相差 10.00 万元" in reasons[9]
    assert "超过总投资" in reasons[10]
    assert "床位" in reasons[11]
    # 100.005 against 60 + 40: less than 0.01 万元, so it ties; the 合计 line differs by the bad rows
    assert run.counts["new"] == 2
    assert [one["ok"] for one in run.ties] == [False]
    importing.apply(actor=keeper, run=run)
    assert dict(Project.objects.values_list("name", "total_fen")) == {"甲养老院": 200 * WAN, "乙养老院": 100_005_000}
    assert "第 3 行" in importing.rejects(run).decode()
    changed = text.replace("200,100,100,200,50,20", "220,120,100,200,60,30")
    run = importing.check(actor=keeper, library=library, data=changed.encode(), name="表.csv")
    assert run.counts["changed"] == 1
    assert run.rows[0]["says"] == "改：床位（张）、投资计划、完成投资"
    importing.apply(actor=keeper, run=run)
    row = selectors.projects(keeper).get(name="甲养老院")
    assert (row.total_fen, row.beds, row.invested_fen) == (220 * WAN, 60, 30 * WAN)
    sample = importing.check(actor=keeper, library=library, data=importing.template(library), name="t.csv")
    assert sample.counts["new"] == 0 and "示例行" in sample.bad[0]["reason"]
    with pytest.raises(Refused, match="表头"):
        importing.check(actor=keeper, library=library, data=b"a,b\n1,2", name="x.csv")


def test_子项目等于大类等于总_差一分到一百元都行_再多就不行(
    library: ProjectLibrary, three: list[Project], keeper: Actor, head: Actor
) -> None:
    assert all(one.ok for one in totals.ties(library))
    Project.objects.filter(pk=three[0].pk).update(total_fen=200 * WAN + 10_000)
    assert all(one.ok for one in totals.ties(library))  # 0.01 万元
    Project.objects.filter(pk=three[0].pk).update(total_fen=200 * WAN + 10_001)
    loose = [one for one in totals.ties(library) if not one.ok]
    assert [one.name for one in loose] == ["养老服务设施", "总计"]
    with pytest.raises(Refused, match="对不上"):
        services.fix(actor=head, library=library)
    Project.objects.filter(pk=three[0].pk).update(total_fen=200 * WAN)
    with pytest.raises(NotAllowed):
        services.fix(actor=keeper, library=library)
    services.fix(actor=head, library=library)


def test_确定以后_改一个数要有调整批次_由另一人确认(
    library: ProjectLibrary, three: list[Project], keeper: Actor, head: Actor, build: Callable[..., Project]
) -> None:
    services.fix(actor=head, library=library)
    library.refresh_from_db()
    one = three[0]
    with pytest.raises(Refused, match="调整批次"):
        services.plan(actor=keeper, project=one, total_fen=250 * WAN, years={}, money={})
    change = adjusting.begin(actor=keeper, library=library, reason="设计变更", document="测发〔2026〕9号")
    adjusting.add_line(actor=keeper, change=change, project=one, what="total", after_fen=250 * WAN)
    with pytest.raises(Refused, match="相差"):
        adjusting.confirm(actor=head, change=change)  # the sources do not add up yet
    adjusting.add_line(actor=keeper, change=change, project=one, what="source", key="local", after_fen=150 * WAN)
    late = build("丁养老院", wan=60, place=TOWN_B)
    assert not late.counted
    adjusting.add_line(actor=keeper, change=change, project=late, what="include")
    with pytest.raises(NotAllowed):
        adjusting.confirm(actor=keeper, change=change)
    done = adjusting.confirm(actor=head, change=change)
    assert (done.before, done.after) == ({"count": 3, "fen": 400 * WAN}, {"count": 4, "fen": 510 * WAN})
    library.refresh_from_db()
    assert (library.stated_count, library.stated_fen) == (4, 510 * WAN)
    assert all(line.ok for line in totals.ties(library))
    one.refresh_from_db()
    assert (one.total_fen, adjusting.now_is(one, "source", "local")) == (250 * WAN, 150 * WAN)
    with pytest.raises(Refused, match="不能再改"):
        adjusting.add_line(actor=keeper, change=done, project=one, what="total", after_fen=1 * WAN)
    data = f"大类,项目名称,所在地,总投资\n养老服务设施,甲养老院,{TOWN_A},300\n".encode()
    run = importing.check(actor=keeper, library=library, data=data, name="x.csv")
    assert "调整批次" in run.bad[0]["reason"]


def test_支出进度_六月底不到百分之五十_九月底不到百分之七十五_提醒(
    three: list[Project], keeper: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = three[0]
    with pytest.raises(Refused, match="先登记下达"):
        spending.enter_money(
            actor=keeper, project=one, kind="paid", source="local", amount_fen=1, on=TODAY(), voucher="付1"
        )
    issue = {"actor": keeper, "project": one, "kind": "issued", "source": "central_budget"}
    spending.enter_money(**issue, amount_fen=40 * WAN, on=datetime.date(2025, 5, 1), voucher="文1")
    spending.enter_money(**issue, amount_fen=60 * WAN, on=datetime.date(2026, 3, 1), voucher="文2")
    pay = {"actor": keeper, "project": one, "kind": "paid", "source": "central_budget"}
    spending.enter_money(**pay, amount_fen=49 * WAN, on=datetime.date(2026, 4, 1), voucher="付1")

    def told(day: datetime.date) -> str:
        return reminders.spending(selectors.counted(keeper, day).get(pk=one.pk), day)

    june, september = datetime.date(2026, 6, 30), datetime.date(2026, 9, 30)
    assert told(datetime.date(2026, 6, 29)) == ""
    assert "49.0%" in told(june)  # of what was carried in and allotted
    spending.enter_money(**pay, amount_fen=1 * WAN, on=june, voucher="付2")
    assert told(june) == ""
    assert "50.0%" in told(september)
    spending.enter_money(**pay, amount_fen=25 * WAN, on=september, voucher="付3")
    assert told(september) == ""
    with pytest.raises(Refused, match="已经登记过"):
        spending.enter_money(**pay, amount_fen=1 * WAN, on=september, voucher="付3")
    with pytest.raises(Refused, match="写明原因"):
        spending.enter_money(**pay, amount_fen=-1 * WAN, on=september, voucher="付4")
    with pytest.raises(Refused, match="超过总投资"):
        spending.enter_money(**issue, amount_fen=101 * WAN, on=september, voucher="文3")
    row = ProjectAct.objects.filter(project=one, kind="money").first()
    assert row is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        ProjectAct.objects.filter(pk=row.pk).update(words="改了")


def test_绩效分_九十五得九点五_总分九十三点七优_百分之六十得七十四中() -> None:
    day = datetime.date(2026, 11, 22)
    one = scoring.judged(Decimal(95), 4800, 2700, 920, day)
    assert (one.execution, one.points, one.grade) == (950, 9370, "优")
    two = scoring.judged(Decimal(60), 4000, 2000, 800, day)
    assert (two.execution, two.points, two.grade) == (600, 7400, "中")
    assert scoring.judged(Decimal(130), 5000, 3000, 1000, day).points == 10_000
    assert [scoring.judged(Decimal(0), points, 0, 0, day).grade for points in (9000, 8999, 8000, 7999, 6000, 5999)] == [
        "优", "良", "良", "中", "中", "差",
    ]  # fmt: skip


def test_阶段由动作折叠而来_缺材料不走_跳过和退回要原因(three: list[Project], keeper: Actor, head: Actor) -> None:
    one = three[0]

    def go(to: str, who: Actor = keeper, **more: object) -> Project:
        return moving.move(actor=who, project=one, to=to, on=TODAY(), **more)  # type: ignore[arg-type]

    with pytest.raises(Refused) as error:
        go("appraise")
    assert "论证意见" in refused(error)
    go("appraise", document="评审〔2026〕1号")
    go("approve", uploads=[SimpleUploadedFile("a.jpg", picture())])
    with pytest.raises(Refused, match="下达"):
        go("fund", document="文1")
    spending.enter_money(
        actor=keeper, project=one, kind="issued", source="local", amount_fen=50 * WAN, on=TODAY(), voucher="文1"
    )
    go("fund", document="文1")
    with pytest.raises(Refused) as error:
        go("start", document="合同1")
    assert "跳过" in refused(error)
    go("start", document="合同1", words="零星工程，不需要招标")
    with pytest.raises(NotAllowed):
        go("fund", words="合同作废")
    go("fund", head, words="合同作废")
    go("build", words="改为维修")
    found = problems.find(
        actor=keeper, project=one,
        values={"kind": "quality", "grade": "serious", "words": "消防未验收", "found_on": TODAY(), "duty": "李工", "due_on": TODAY()},
    )  # fmt: skip
    go("finish", document="竣工1")
    with pytest.raises(Refused, match="销号"):
        go("accept", document="验收1")
    problems.mend(actor=keeper, problem=found, mending="已补办", mended_on=TODAY())
    with pytest.raises(NotAllowed):
        problems.check(actor=keeper, problem=found, passed=True)
    with pytest.raises(Refused):
        problems.check(actor=head, problem=found, passed=False)
    problems.check(actor=head, problem=found, passed=True)
    go("accept", document="验收1")
    spending.enter_money(
        actor=keeper, project=one, kind="paid", source="local", amount_fen=40 * WAN, on=TODAY(), voucher="付1"
    )
    with pytest.raises(Refused, match="不能小于已经支付"):
        go("settle", document="审1", settled_fen=39 * WAN)
    go("settle", document="审1", settled_fen=48 * WAN)
    with pytest.raises(Refused, match="绩效"):
        go("review")
    values = {"goal": "新增床位 20 张", "result": "已完成", "output": 4800, "benefit": 2700, "satisfaction": 920}
    score = scoring.evaluate(actor=keeper, project=one, year=TODAY().year, values=values)
    assert (score.rate, score.points, score.grade) == (Decimal("80.00"), 9220, "优")
    scoring.confirm(actor=head, score=score)
    go("review")
    go("hand_over", document="移交1")
    one.refresh_from_db()
    assert one.stage == "hand_over" == moving.folded(one)
    with pytest.raises(Refused):
        go("ended", head, document="x", words="x")
    assert stages.targets("reserve")[0] == ("appraise", "论证")
    assert (
        moving.move(actor=head, project=three[1], to="ended", on=TODAY(), document="批1", words="选址不成").stage
        == "ended"
    )


def test_节点_进度_按地区合计_提醒(
    three: list[Project], keeper: Actor, hire: Callable[..., Actor], library: ProjectLibrary
) -> None:
    one, two, _three = three
    day = datetime.date(2026, 11, 22)
    clerk = hire("town_clerk", TOWN_A)
    services.report(actor=clerk, project=one, month=datetime.date(2026, 3, 9), invested_fen=30 * WAN, percent=20)
    services.report(actor=clerk, project=one, month=datetime.date(2026, 3, 1), invested_fen=40 * WAN, percent=25)
    with pytest.raises(NotAllowed):
        services.report(actor=clerk, project=two, month=datetime.date(2026, 3, 1), invested_fen=1)
    with pytest.raises(Refused, match="写明原因"):
        services.report(actor=keeper, project=one, month=datetime.date(2026, 4, 1), invested_fen=0, percent=10)
    with pytest.raises(Refused, match="超过总投资"):
        services.report(actor=keeper, project=one, month=datetime.date(2026, 4, 1), invested_fen=161 * WAN)
    found = moving.add_milestone(actor=keeper, project=one, name="封顶", due_on=datetime.date(2026, 5, 1))
    assert {w.kind for w in reminders.of(keeper, day) if w.project.pk == one.pk} == {"milestone"}
    with pytest.raises(Refused, match="晚了"):
        moving.reach_milestone(actor=keeper, milestone=found, done_on=datetime.date(2026, 5, 8))
    moving.reach_milestone(actor=keeper, milestone=found, done_on=datetime.date(2026, 5, 8), note="雨季")
    moving.move(actor=keeper, project=one, to="build", on=day, words="早已开工")
    kinds = {w.kind: w.sentence for w in reminders.of(keeper, day)}
    assert set(kinds) == {"behind", "silent"}
    assert "40.0%" in kinds["behind"]
    places = selectors.by_region(keeper, day)
    assert {code: (s.count, s.total_fen, s.invested_fen) for code, s in places.items()} == {
        TOWN_A: (1, 200 * WAN, 40 * WAN),
        TOWN_B: (2, 200 * WAN, 0),
    }
    assert list(selectors.by_region(clerk, day)) == [TOWN_A]
    assert [lib.pk for lib in selectors.libraries(clerk)] == [library.pk]
    assert selectors.by_category(keeper, day, library)["养老服务设施"].year_rate == 26.7
    assert selectors.percent(1, 0) is None


def test_万元与分() -> None:
    assert (to_fen("983,358", "总投资"), wan(983_358 * WAN), wan(100_005_000)) == (
        983_358 * WAN,
        "983,358.00",
        "100.005",
    )
    for text in ("1e99", "一百", "0.0000001", "nan"):
        with pytest.raises(Invalid):
            to_fen(text, "总投资")


def test_动作和资金两张表不许改(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'bureau_project%'")
        assert {name for (name,) in cursor.fetchall()} == {
            f"bureau_project{table}_{kind}" for table in ("act", "money") for kind in ("rows", "delete", "truncate")
        }
