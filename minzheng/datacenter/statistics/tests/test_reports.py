"""From the township's form to the sealed sum: who may do what, what is refused, what a correction changes."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pypdf
import pytest
from click.testing import CliRunner
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from minzheng.datacenter.statistics import (
    board,
    cli,
    corrections,
    opening,
    papers,
    reckoning,
    reviewing,
    selectors,
    services,
    yearbook,
)
from minzheng.datacenter.statistics.errors import StatsNotAllowed, StatsRefused
from minzheng.datacenter.statistics.models import StatAct, StatCorrection, StatEdition, StatReport
from minzheng.datacenter.statistics.tests.conftest import MONTH, fill_in
from minzheng.kernel import clock
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.errors import Stale
from minzheng.kernel.pages.tests.conftest import COUNTY, TOWN_A, TOWN_B

pytestmark = pytest.mark.django_db
Reports = dict[str, StatReport]


def fresh(report: StatReport) -> StatReport:
    return StatReport.objects.get(pk=report.pk)


def test_布置到乡镇_再布置不重复_没过完的不能布置_每天自动布置(town: SimpleNamespace, opened: Reports) -> None:
    assert {one.region_code: one.parent_id for one in opened.values()} == {
        COUNTY: None, TOWN_A: opened[COUNTY].pk, TOWN_B: opened[COUNTY].pk,
    }  # fmt: skip
    assert {one.due_on.isoformat() for one in opened.values()} == {"2026-11-05"}
    assert services.open_period(actor=town.county, shell="test", region_code=COUNTY, period=MONTH) == 0
    with pytest.raises(StatsRefused, match="还没有过完"):
        services.open_period(actor=town.county, shell="test", region_code=COUNTY, period=f"{clock.today():%Y-%m}")
    with pytest.raises(StatsNotAllowed):
        services.open_period(actor=town.a, shell="test", region_code=COUNTY, period="2026-09")
    assert opening.places() == [COUNTY]
    for month, day, made in ((11, 20, 0), (11, 2, 3), (11, 20, 0), (12, 20, 6)):
        # 测试表十月的已经有了，只补救助月报；从没报过的表，过了期限才开始用的不补布置，报过的照样布置
        with clock.at(datetime.date(2026, month, day)):
            assert opening.open_newest(COUNTY) == made


def test_填报_系统的数不能改_空着报不了_别人改过要重填_别处的人不能填(town: SimpleNamespace, opened: Reports) -> None:
    row = opened[TOWN_A]
    services.fill(actor=town.a, pk=row.pk)
    with pytest.raises(StatsRefused) as refused:
        services.save(actor=town.a, pk=row.pk, values={"homes.n": "99", "visits.n": "一百", "total.n": "1"}, notes={})
    assert {key: text[:8] for key, text in refused.value.fields.items()} == {
        "homes.n": "低保户数取自系统", "visits.n": "走访要填数字，“", "total.n": "合计由公式算出，",
    }  # fmt: skip
    assert "取自系统的数，不能手改" in refused.value.fields["homes.n"]
    with pytest.raises(StatsRefused, match="走访还空着：没有发生的请填 0"):
        services.report(actor=town.a, pk=row.pk)
    with pytest.raises(Stale):
        services.save(actor=town.a, pk=row.pk, values={"visits.n": "1"}, notes={}, lock=0)
    for stranger in (town.b, town.head):
        with pytest.raises(StatsNotAllowed):
            services.save(actor=stranger, pk=row.pk, values={"visits.n": "1"}, notes={})
    services.save(actor=town.a, pk=row.pk, values={"visits.n": "101"}, notes={})
    with pytest.raises(StatsRefused, match=r"走访 101 不应大于低保户数（100）"):
        services.report(actor=town.a, pk=row.pk)
    done = services.save(actor=town.a, pk=row.pk, values={"visits.n": " 1０ "}, notes={"": "本月核对过"})
    assert done.values == {"homes.n": "100", "visits.n": "10", "total.n": "110"} and done.notes == {"": "本月核对过"}
    town.numbers[TOWN_A] = None  # 系统里没有的数，可以手填
    again = opened[TOWN_B]
    town.numbers[TOWN_B] = None
    services.fill(actor=town.b, pk=again.pk)
    assert "系统里没有数（还没有计算）" in " ".join(one.sentence for one in selectors.findings(fresh(again)))
    kept = services.save(actor=town.b, pk=again.pk, values={"homes.n": "50"}, notes={})
    assert kept.sources["homes.n"]["how"] == "manual"
    assert services.fill(actor=town.b, pk=again.pk).values["homes.n"] == "50"  # 再取数，手填的不丢
    town.numbers[TOWN_B] = "51"
    assert services.fill(actor=town.b, pk=again.pk).values["homes.n"] == "51"


def test_上报_审核_退回_汇总_封存_缺报的报不上去_不能自己审自己(town: SimpleNamespace, opened: Reports) -> None:
    a, b, top = opened[TOWN_A], opened[TOWN_B], opened[COUNTY]
    sent = fill_in(town.a, a)
    assert sent.late and sent.state == "reported"  # 11 月 5 日截止，已经过了
    assert services.withdraw(actor=town.a, pk=a.pk).state == "filling"
    services.report(actor=town.a, pk=a.pk)
    with pytest.raises(StatsNotAllowed):
        reviewing.accept(actor=town.b, pk=a.pk)
    back = reviewing.give_back(actor=town.county, pk=a.pk, reason="走访数请再核对")
    assert back.state == "returned" and back.acts.last().text == "走访数请再核对"
    with pytest.raises(StatsRefused, match="写明退回的原因"):
        services.report(actor=town.a, pk=a.pk)
        reviewing.give_back(actor=town.county, pk=a.pk, reason=" ")
    reviewing.accept(actor=town.county, pk=a.pk)
    fill_in(town.county, b)  # 县里代缺报的乡镇填
    with pytest.raises(StatsRefused, match="不能自己审核"):
        reviewing.accept(actor=town.county, pk=b.pk)
    summed = reviewing.collect(actor=town.county, pk=top.pk)
    assert summed.values["homes.n"] == "100" and summed.acts.last().text == "1/2 个下级，缺柳溪镇"
    with pytest.raises(StatsRefused, match="还有 1 个下级没有审核通过"):
        services.report(actor=town.county, pk=top.pk)
    reviewing.accept(actor=town.head, pk=b.pk)
    with pytest.raises(StatsRefused) as stale:
        services.save(actor=town.county, pk=top.pk, values={"beds.n": "80"}, notes={})
        services.report(actor=town.county, pk=top.pk)
    assert "汇总以后下级改过数，请重新汇总" in str(stale.value)
    town.numbers[COUNTY] = "151"
    summed = reviewing.collect(actor=town.county, pk=top.pk)
    assert summed.values == {"homes.n": "150", "visits.n": "20", "total.n": "170", "beds.n": "80"}
    with pytest.raises(StatsRefused, match=r"各地合计 150，系统按全域取数是 151，相差 \+1 户"):
        services.report(actor=town.county, pk=top.pk)
    services.save(actor=town.county, pk=top.pk, values={}, notes={"homes.n": "一户没有登记到乡镇"})
    services.report(actor=town.county, pk=top.pk)
    with pytest.raises(StatsRefused, match="上级的汇总表已经上报"):
        reviewing.give_back(actor=town.county, pk=a.pk, reason="再看看")
    with pytest.raises(StatsNotAllowed):
        reviewing.seal(actor=town.county, pk=top.pk)
    town.frozen = False
    with pytest.raises(StatsRefused, match="2026-10 的指标还没有冻结"):
        reviewing.seal(actor=town.head, pk=top.pk)
    town.frozen, town.numbers[TOWN_A] = True, "98"
    with pytest.raises(StatsRefused, match="青石镇 2026-10《测试表》的低保户数上报 100，冻结的指标是 98"):
        reviewing.seal(actor=town.head, pk=top.pk)
    town.numbers[TOWN_A] = "100"
    reviewing.seal(actor=town.head, pk=top.pk)
    assert set(StatReport.objects.values_list("state", "edition")) == {("sealed", 1)}
    one = StatEdition.objects.get(report=a)
    assert one.sha == reckoning.digest(one.values, one.sources, one.notes) == fresh(a).sha
    assert AuditEntry.objects.filter(action="stats.seal").count() == 3
    with pytest.raises(StatsRefused, match="“已封存”，不能填报"):
        services.save(actor=town.a, pk=a.pk, values={"visits.n": "1"}, notes={})


def test_封存以后指标重述_报表不变(town: SimpleNamespace, sealed: Reports) -> None:
    town.numbers |= {TOWN_A: "77", COUNTY: "127"}
    kept = fresh(sealed[TOWN_A])
    assert kept.values["homes.n"] == "100" and kept.sources["homes.n"]["version"] == 1
    with pytest.raises(StatsRefused):
        services.fill(actor=town.a, pk=kept.pk)


def test_订正_两个人_汇总跟着变_旧版还在(town: SimpleNamespace, sealed: Reports) -> None:
    a, top = sealed[TOWN_A], sealed[COUNTY]

    def ask(values: dict[str, str], reason: str = "漏记两户") -> StatCorrection:
        return corrections.ask(actor=town.a, pk=a.pk, values=values, reason=reason)

    for values, words in (({"total.n": "9"}, "合计和汇总数会跟着变"), ({"visits.n": "10"}, "没有一格和原来不同"), ({"visits.n": ""}, "订正后不能空着"),
                          ({"visits.n": "500"}, "照这样订正通不过核对")):  # fmt: skip
        with pytest.raises(StatsRefused, match=words):
            ask(values=values)
    with pytest.raises(StatsRefused, match="写明订正的原因"):
        ask(values={"visits.n": "12"}, reason="")
    slip = ask(values={"visits.n": "12"})
    assert slip.no == "DZ990101001-2026-001"
    with pytest.raises(StatsRefused, match="已有一张订正单"):
        ask(values={"visits.n": "13"})
    with pytest.raises(StatsNotAllowed):
        corrections.confirm(actor=town.county, pk=slip.pk)
    done = corrections.confirm(actor=town.head, pk=slip.pk)
    assert [(one["region"], one["cell"], one["old"], one["new"]) for one in done.moved] == [
        (TOWN_A, "visits.n", "10", "12"), (TOWN_A, "total.n", "110", "112"), (COUNTY, "visits.n", "20", "22"), (COUNTY, "total.n", "170", "172"),
    ]  # fmt: skip
    assert (fresh(a).values["visits.n"], fresh(top).values["visits.n"], fresh(top).edition) == ("12", "22", 2)
    assert StatEdition.objects.get(report=top, number=1).values["visits.n"] == "20"
    for rows in (StatEdition.objects.filter(report=top), StatAct.objects.filter(report=top)):
        with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
            rows.update(at=clock.now())
    with pytest.raises(DatabaseError, match="改到别的地区"), transaction.atomic():
        StatReport.objects.filter(pk=top.pk).update(region_code="430000000000")
    with pytest.raises(StatsRefused, match="已经办过"):
        corrections.refuse(actor=town.head, pk=slip.pk, opinion="晚了")
    second = corrections.ask(actor=town.county, pk=top.pk, values={"beds.n": "90"}, reason="床位少报十张")
    assert corrections.refuse(actor=town.head, pk=second.pk, opinion="没有依据").state == "refused"
    assert fresh(top).values["beds.n"] == "80"
    own = StatCorrection.objects.create(
        report=top,
        region_code=COUNTY,
        no="X",
        changes={},
        reason="x",
        asked_by=town.head.user,
        asked_name="x",
        asked_at=clock.now(),
    )
    with pytest.raises(StatsRefused, match="提出人不能自己确认"):
        corrections.confirm(actor=town.head, pk=own.pk)


def test_年鉴_各期_分地区_公开版隐去小数_PDF和表格(town: SimpleNamespace, sealed: Reports) -> None:
    row = fresh(sealed[TOWN_B])
    StatReport.objects.filter(pk=row.pk).update(values=row.values | {"visits.n": "1"})
    top = fresh(sealed[COUNTY])
    StatReport.objects.filter(pk=top.pk).update(values=top.values | {"visits.n": "11"})
    whole, public = yearbook.make(COUNTY, 2026), yearbook.make(COUNTY, 2026, public=True)
    assert [table.title for table in whole.chapters[0].tables] == [
        "2026年10月测试表",
        "测试表各期",
        "2026年10月测试表分地区",
    ]
    assert whole.chapters[0].missing[0] == "2026年1月" and len(whole.chapters[0].missing) == 11
    visits = {line.label: [one.text for one in line.entries] for line in whole.chapters[0].tables[2].lines}[
        "走访（户）"
    ]
    assert visits == ["11", "10", "1"]
    shy = {line.label: [one.text for one in line.entries] for line in public.chapters[0].tables[2].lines}["走访（户）"]
    assert shy == ["11", "＊", "＊"]
    months = whole.chapters[0].tables[1]
    assert (months.heads[9], months.heads[-1], months.lines[0].entries[9].text, months.lines[0].entries[0].text) == (
        "10月",
        "全年",
        "150",
        "—",
    )
    pdf = pypdf.PdfReader(io.BytesIO(papers.yearbook_pdf(public, town.county)))
    assert "示范县民政统计年鉴 2026（公开版）" in pdf.pages[0].extract_text()
    sheets = CalamineWorkbook.from_filelike(
        io.BytesIO(papers.book_of(whole.title, papers.about(whole), whole.chapters[0].tables))
    )
    assert sheets.get_sheet_by_name("2026年10月测试表分地区").to_python()[1][:3] == ["低保户数（户）", 150.0, 100.0]
    assert yearbook.make(COUNTY, 2025).is_empty and yearbook.years(COUNTY) == [2026]


def test_页面_手机上填报_核对指到那一格_按钮只给能办的人(
    town: SimpleNamespace, opened: Reports, browse: Callable[..., Client]
) -> None:
    a, top = opened[TOWN_A], opened[COUNTY]
    clerk, officer, head = browse("town_clerk", TOWN_A), browse("policy_officer"), browse("bureau_head")

    def page(who: Client, code: str, pk: int) -> str:
        return who.get(reverse(code, kwargs={"pk": pk})).content.decode()

    assert "青石镇" in clerk.get(reverse("stats.board")).content.decode()
    assert clerk.post(reverse("stats.take", kwargs={"pk": a.pk})).status_code == 302
    form = page(clerk, "stats.fill", a.pk)
    assert 'name="v:visits.n"' in form and 'name="v:homes.n"' not in form and "走访还空着" in form
    url = reverse("stats.fill", kwargs={"pk": a.pk})
    bad = clerk.post(url, {"v:visits.n": "很多", "lock": fresh(a).lock})
    assert (
        bad.status_code == 422
        and 'value="很多"' in bad.content.decode()
        and 'href="#c-visits-n"' in bad.content.decode()
    )
    assert clerk.post(url, {"v:visits.n": "130", "lock": fresh(a).lock}).headers["Location"].endswith("/fill/#checks")
    assert 'class="num stat-bad" id="c-visits-n"' in page(clerk, "stats.show", a.pk)
    assert clerk.post(url, {"v:visits.n": "30", "lock": fresh(a).lock}).headers["Location"] == reverse(
        "stats.show", kwargs={"pk": a.pk}
    )
    assert "/submit/" in page(clerk, "stats.show", a.pk) and "/accept/" not in page(clerk, "stats.show", a.pk)
    clerk.post(reverse("stats.submit", kwargs={"pk": a.pk}))
    assert "/accept/" in page(officer, "stats.show", a.pk) and "缺" not in page(clerk, "stats.show", a.pk)
    told = officer.get(reverse("stats.board")).content.decode()
    assert "柳溪镇" in told and "0 / 2" in told
    officer.post(reverse("stats.accept", kwargs={"pk": a.pk}))
    assert (fresh(a).state, len(board.waiting_for(town.county))) == ("accepted", 1)
    assert browse("town_clerk", TOWN_B).get(reverse("stats.show", kwargs={"pk": a.pk})).status_code == 404
    assert head.post(reverse("stats.accept", kwargs={"pk": top.pk})).status_code in (404, 422)
    for code in ("relief", "test"):
        assert "核对" in officer.get(reverse("stats.shell", kwargs={"code": code})).content.decode()
    assert clerk.get(reverse("stats.shells")).status_code == head.get(reverse("stats.yearbook")).status_code == 200
    pdf = clerk.get(reverse("stats.pdf", kwargs={"pk": a.pk}))
    assert "低保户数" in pypdf.PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()


def test_命令_清单_取数_核对_错了说得清(town: SimpleNamespace, opened: Reports, tmp_path: Any) -> None:
    def run(*args: str) -> Any:
        return CliRunner().invoke(cli.stats, [*args], catch_exceptions=False)

    clerk, where = f"town_clerk.{TOWN_A}", ["--shell", "test", "--region", TOWN_A, "--period", MONTH]
    assert [one["state"] for one in json.loads(run("list", "--as", clerk, "--json").stdout)["reports"]] == ["waiting"]
    assert json.loads(run("fill", "--as", clerk, *where, "--json").stdout)["values"]["homes.n"] == "100"
    checked = run("check", "--as", clerk, *where, "--json")
    told = json.loads(checked.stdout)
    assert (checked.exit_code, told["stops"], told["findings"][0]["cell"]) == (1, 1, "visits.n")
    assert run("report", "--as", clerk, *where).exit_code == 1
    wrong = (("--shell", "nothing", 2, "没有代码为"), ("--period", "2026Q3", 2, "不是月报"), ("--region", "1", 2, "区划代码"),
             ("--region", TOWN_B, 1, "不在您的范围里"))  # fmt: skip
    for option, value, code, words in wrong:
        refused = run("check", "--as", clerk, *where, option, value)
        assert refused.exit_code == code and words in refused.output, refused.output
    out = tmp_path / "y.pdf"
    year = ["yearbook", "--as", f"policy_officer.{COUNTY}", "--region", COUNTY, "--year", "2026", "--out", str(out)]
    assert run(*year).exit_code == 1 and not out.exists()
