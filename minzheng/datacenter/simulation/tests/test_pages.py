"""测算的页面：填、算、看、导出、比较；县以下看不到小数；名单只列看的人有权看的。"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.datacenter.simulation import services
from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.datacenter.simulation.tests.conftest import COUNTY, TOWN_A, TOWN_B
from minzheng.datacenter.simulation.tests.test_runs import HIGHER, ask
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases.models import Case
from minzheng.kernel.exports.models import ExportRequest
from minzheng.kernel.standards.beside import all_beside
from minzheng.kernel.standards.models import ParameterValue, StandardSet

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(county: Callable[..., Award], refused: Callable[..., Case], officer: Actor) -> SimulationRun:
    """Seven families of 青石镇 and one of 柳溪镇 in pay, one refused that would enter."""
    for income in (100, 200, 300, 400, 500, 600, 700):
        county(income)
    county(300, village="990101002001")
    refused(900)
    return services.carry_out(actor=officer, pk=ask(officer, HIGHER).pk)


def page(client: Client, code: str, pk: int | None = None, /, **query: Any) -> str:
    response = client.get(reverse(code, kwargs={"pk": pk} if pk else None), query)
    assert response.status_code == 200, (code, response.status_code)
    return response.content.decode()


def test_空的列表_说怎样做第一次(browse: Callable[..., Client], bureau: Any) -> None:
    text = page(browse("policy_officer"), "simulation.list")
    assert "还没有测算" in text and reverse("simulation.new") in text
    assert reverse("simulation.new") not in page(browse("finance"), "simulation.list")


def test_选福利_参数_填值_加入_提交(browse: Callable[..., Client], county: Callable[..., Award]) -> None:
    county(300)
    client = browse("policy_officer")
    assert "最低生活保障" in page(client, "simulation.new")
    assert "城市低保标准" in page(client, "simulation.new", benefit="assistance.dibao")
    asked = {"benefit": "assistance.dibao", "name": "保障标准_城市", "place": COUNTY, "since": "2027-01-01"}
    text = page(client, "simulation.new", **asked)
    assert "现在：880.00 元/月" in text
    wrong = page(client, "simulation.new", **asked, value="很多", add="1")
    assert "应为金额" in wrong and 'role="alert"' in wrong
    added = client.get(reverse("simulation.new"), asked | {"value": "950", "add": "1"})
    assert added.status_code == 302
    text = client.get(added["Location"]).content.decode()
    assert "950 元/月" in text and "去掉" in text
    form = {
        "c": [HIGHER],
        "region": COUNTY,
        "start": "2026-12",
        "months": "2",
        "title": "提到950",
        "purpose": "编制预算用",
    }
    short = client.post(reverse("simulation.new"), form | {"purpose": "x", "months": "很多"})
    assert short.status_code == 422 and "请填 1 到 60 的整数" in short.content.decode()
    sent = client.post(reverse("simulation.new"), form)
    made = SimulationRun.objects.get()
    assert sent.status_code == 302 and str(made.pk) in sent["Location"]
    waiting = client.get(sent["Location"])
    assert waiting["Refresh"] == "2" and "<progress" in waiting.content.decode()
    assert made.job_id and made.options["months"] == 2


def test_结果页_一句话_图和表_算法(browse: Callable[..., Client], run: SimulationRun) -> None:
    text = page(browse("policy_officer"), "simulation.detail", run.pk)
    assert run.summary in text
    assert text.count("<svg") - text.count('class="sprite"') >= 3 and "style=" not in text and "<script>" not in text
    for words in (
        "按月支出",
        "按乡镇",
        "按收入十等分",
        "临界家庭",
        "应保与在保",
        "这些数是怎么算出来的",
        "青石镇",
        "柳溪镇",
    ):
        assert words in text
    assert f"{reverse('simulation.homes', kwargs={'pk': run.pk})}?what=entered" in text


def test_名单现算_只列有权看的_并且留痕(
    browse: Callable[..., Client], run: SimulationRun, county: Callable[..., Award]
) -> None:
    names = set(Award.objects.values_list("payee_name", flat=True))
    officer = page(browse("policy_officer"), "simulation.homes", run.pk, what="raised")
    assert all(name in officer for name in names)
    only = page(browse("policy_officer"), "simulation.homes", run.pk, what="raised", place=TOWN_B)
    assert sum(name in only for name in names) == 1
    # 政策科看不到办件，未予确认的这一户不列；县级审核看得到
    assert "钱某1" not in page(browse("policy_officer"), "simulation.homes", run.pk, what="entered")
    assert "钱某1" in page(browse("county_reviewer"), "simulation.homes", run.pk, what="entered")
    lines = AuditEntry.objects.filter(action="read.list", detail__page="simulation.homes")
    assert sorted(line.detail["rows"] for line in lines) == [0, 1, 1, 8]


def test_名单分页_接着看_不重不漏(
    browse: Callable[..., Client], run: SimulationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    from minzheng.datacenter.simulation import homes

    monkeypatch.setattr(homes, "PAGE", 3)
    actor = actor_of(User.objects.get(username=f"policy_officer.{COUNTY}"))
    seen: list[str] = []
    after = ""
    for _ in range(5):
        found = homes.find(run, actor, homes.Wanted("raised", after=after))
        seen += [line.no for line in found.lines]
        after = found.further
        if not after:
            break
    assert len(seen) == len(set(seen)) == 8


def test_按类别和在发情况的名单(
    browse: Callable[..., Client], run: SimulationRun, county: Callable[..., Award]
) -> None:
    county(300, amount=1)
    client = browse("policy_officer")
    text = page(client, "simulation.homes", run.pk, what="more_due", benefit="assistance.dibao")
    assert text.count("赵某9") == 1 and "赵某1<" not in text
    assert "没有这样的" in page(client, "simulation.homes", run.pk, what="raised", dimension="城乡", group="农村")
    assert client.get(reverse("simulation.homes", kwargs={"pk": run.pk}), {"what": "什么"}).status_code == 404
    # 地址里手写的地方：不是代码的、不在这次测算里的，都按整个测算的地区
    for place in ("什么", "990102"):
        assert page(client, "simulation.homes", run.pk, what="raised", place=place).count("赵某") == 9


def test_别的地方_看不到这次测算(browse: Callable[..., Client], run: SimulationRun) -> None:
    for role, place in (("policy_officer", TOWN_A), ("town_clerk", TOWN_A), ("bureau_head", "990102000000")):
        client = browse(role, place)
        for name in ("simulation.detail", "simulation.homes", "simulation.export"):
            assert client.get(reverse(name, kwargs={"pk": run.pk})).status_code == 404, (role, name)
        assert run.title not in page(client, "simulation.list")
    assert browse("matching_officer").get(reverse("simulation.list")).status_code == 403


def test_乡镇岗位看本乡镇的测算_少的显示为星号(
    browse: Callable[..., Client], run: SimulationRun, county: Callable[..., Award], officer: Actor
) -> None:
    town = services.carry_out(actor=officer, pk=ask(officer, HIGHER, region=TOWN_A).pk)
    whole = page(browse("policy_officer"), "simulation.detail", town.pk)
    assert "＊" not in whole
    text = page(browse("town_leader", TOWN_A), "simulation.detail", town.pk)
    assert "＊" in text and "户数少于 5" in text and "导出表格（本单位）" not in text


def test_导出_给别人的遮住小数_自己用的不遮_都有编号(browse: Callable[..., Client], run: SimulationRun) -> None:
    from python_calamine import CalamineWorkbook

    client = browse("policy_officer")
    url = reverse("simulation.export", kwargs={"pk": run.pk})
    others, own = client.get(url), client.get(url, {"to": "own"})
    read = [CalamineWorkbook.from_filelike(io.BytesIO(one.content)) for one in (others, own)]
    towns = [one.get_sheet_by_name("按地区").to_python() for one in read]
    assert any("＊" in row for row in towns[0]) and not any("＊" in row for row in towns[1])
    assert towns[1][-1][0] == "合计" and towns[1][-1][2] == 9
    numbers = list(ExportRequest.objects.order_by("pk").values_list("no", flat=True))
    assert len(numbers) == 2
    notes = dict(row[:2] for row in read[0].get_sheet_by_name("导出说明").to_python())
    assert notes["导出编号"] == numbers[0] and "提供给其他单位" in notes["筛选条件"]
    summary = dict(row[:2] for row in read[1].get_sheet_by_name("汇总").to_python())
    assert summary["结果"] == run.summary
    behind = dict(row[:2] for row in read[1].get_sheet_by_name("参数与版本").to_python())
    assert behind["规则版本（现行）"] == run.base_sha != run.reform_sha
    assert AuditEntry.objects.filter(action="export").count() == 2


def test_比较两次(browse: Callable[..., Client], run: SimulationRun, officer: Actor) -> None:
    other = services.carry_out(actor=officer, pk=ask(officer, "保障标准_城市@990101=900@2027-01-01").pk)
    client = browse("policy_officer")
    assert "请选甲、乙" in page(client, "simulation.compare")
    text = page(client, "simulation.compare", a=run.pk, b=other.pk)
    assert run.summary in text and other.summary in text and "乙比甲" in text


def test_做不成的和卡住的_页面都说怎么办(browse: Callable[..., Client], run: SimulationRun, officer: Actor) -> None:
    failed = ask(officer, HIGHER)
    services.fail(pk=failed.pk, sentence="标准改了名字。")
    assert "标准改了名字" in page(browse("policy_officer"), "simulation.detail", failed.pk)
    waiting = services.ask(actor=officer, wanted=services.Wanted(COUNTY, "等着", "编制明年预算", run.changes))
    assert "后台任务进程没有在运行" in page(browse("policy_officer"), "simulation.detail", waiting.pk)


# ---- 标准调整旁边


@pytest.fixture
def draft(officer: Actor) -> StandardSet:
    from minzheng.kernel import clock

    row = StandardSet.objects.create(
        region_code=COUNTY, title="2027年低保标准", valid_from="2027-01-01", source="示范文件", drafted_at=clock.now(),
        drafted_by=officer.user,
    )  # fmt: skip
    ParameterValue.objects.create(
        region_code=COUNTY, name="保障标准_城市", benefit="assistance.dibao", value="950", unit="元/月", valid_from="2027-01-01",
        source="示范文件", drafted_at=clock.now(), drafted_by=officer.user, standard_set=row,
    )  # fmt: skip
    return row


def test_标准调整的值_直接带进来(
    browse: Callable[..., Client], draft: StandardSet, county: Callable[..., Award]
) -> None:
    county(300)
    text = page(browse("policy_officer"), "simulation.new", set=draft.pk)
    assert "假设取自标准调整“2027年低保标准”" in text and "950 元/月" in text
    sent = browse("policy_officer").post(
        reverse("simulation.new"),
        {"c": ["保障标准_城市@990101=950 元/月@2027-01-01"], "set": str(draft.pk), "title": "试算", "purpose": "签发前看影响",
         "start": "2026-12", "months": "2"},
    )  # fmt: skip
    assert sent.status_code == 302
    made = SimulationRun.objects.get()
    assert (made.set_id, made.set_title) == (draft.pk, "2027年低保标准")


def test_标准调整旁边_最近一次测算(
    draft: StandardSet, county: Callable[..., Award], officer: Actor, staff: Callable[[str, str], User]
) -> None:
    county(300)
    rows = list(draft.values.all())

    def boxes(actor: Actor) -> list[Any]:
        return [one for one in all_beside(rows, actor) if one.title == "测算"]

    (before,) = boxes(officer)
    assert "还没有测算" in before.lines[0][0] and str(draft.pk) in before.url
    run = ask(officer, "保障标准_城市@990101=950 元/月@2027-01-01")
    SimulationRun.objects.filter(pk=run.pk).update(set_id=draft.pk)
    services.carry_out(actor=officer, pk=run.pk)
    (box,) = boxes(officer)
    told = dict(box.lines)
    assert told["每月增减支出"] == "70.00 元" and "注意" not in told and str(run.pk) in box.url
    rows[0].value = "960"
    assert "又改过值" in dict(boxes(officer)[0].lines)["注意"]
    assert boxes(actor_of(staff("sys_admin", COUNTY))) == []
