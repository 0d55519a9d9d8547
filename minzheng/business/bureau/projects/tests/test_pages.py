"""The pages as people use them: a library from the form to the totals, a project from its page, commands, the demonstration."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from minzheng.business.bureau.projects import indicators, proofs, reading, services
from minzheng.business.bureau.projects.cli import projects as command
from minzheng.business.bureau.projects.models import (
    Project,
    ProjectChange,
    ProjectLibrary,
    ProjectMoney,
    ProjectPhoto,
    ProjectProblem,
    ProjectScore,
)
from minzheng.business.bureau.projects.money import WAN
from minzheng.business.bureau.projects.tests.conftest import COUNTY, TOWN_A, TOWN_B
from minzheng.datacenter.indicators.declaring import Span
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.documents.tests.samples import picture

pytestmark = pytest.mark.django_db
BACKEND = "minzheng.kernel.accounts.backends.AccountBackend"


def browser(actor: Actor) -> Client:
    client = Client()
    assert actor.user is not None
    client.force_login(actor.user, backend=BACKEND)
    return client


def text(client: Client, page: str, query: str = "", **kwargs: int) -> str:
    response = client.get(reverse(page, kwargs=kwargs) + query)
    assert response.status_code == 200, (page, response.status_code)
    return response.content.decode()


def send(client: Client, page: str, data: dict[str, object], **kwargs: int) -> str:
    """Post a form; the sentence of refusal when it is refused, "" when it is done."""
    response = client.post(reverse(page, kwargs=kwargs), data)
    return "" if response.status_code == 302 else response.content.decode()


def test_新建项目库_录入_导入_合计_打印(keeper: Actor, head: Actor) -> None:
    client, boss = browser(keeper), browser(head)
    form = {"region_code": COUNTY, "name": "十五五项目库", "first_year": "2026", "last_year": "2027", "stated_count": "2", "stated_fen": "150",
            "classes": "养老服务设施，1，100\n殡葬服务设施，x"}  # fmt: skip
    assert "第 2 行" in send(client, "projects.library_new", form)
    assert send(client, "projects.library_new", form | {"classes": "养老服务设施，1，100\n殡葬服务设施，1，50"}) == ""
    library = ProjectLibrary.objects.get()
    one = {"region_code": TOWN_A, "name": "甲养老院", "category": str(library.categories.get(seq=1).pk), "nature": "new", "owner": "青石镇", "public": "yes",
           "urban": "rural", "total_fen": "100", "s_local": "100", "y_2026": "60", "longitude": "109.5", "latitude": "27.2", "area_m2": "800"}  # fmt: skip
    assert "相差" in send(client, "projects.new", one | {"s_local": "90"}, pk=library.pk)
    assert send(client, "projects.new", one, pk=library.pk) == ""
    assert "有对不上的" in text(client, "projects.library", pk=library.pk)
    file = SimpleUploadedFile(
        "b.csv", "大类,项目名称,所在地,总投资\n殡葬服务设施,乙骨灰堂,柳溪乡,50\n殡葬服务设施,丙,,\n".encode()
    )
    answer = client.post(reverse("projects.import", kwargs={"pk": library.pk}), {"file": file})
    run = library.imports.get()
    assert answer.url == reverse("projects.run", kwargs={"pk": run.pk})
    page = text(client, "projects.run", pk=run.pk)
    assert "没有写总投资" in page
    assert "乙骨灰堂" in page
    assert "没有写总投资" in text(client, "projects.rejects", pk=run.pk)
    assert send(client, "projects.run_take", {}, pk=run.pk) == ""
    page = text(boss, "projects.library", pk=library.pk)
    assert "全部相符" in page
    assert "0.0150 亿元" in page
    assert "<svg" in page
    assert send(boss, "projects.library_fix", {}, pk=library.pk) == ""
    listing = text(client, "projects.list", f"?library={library.pk}&category=养老服务设施")
    assert "合计：总投资 100.00 万元" in listing
    assert "乙骨灰堂" not in listing
    assert send(client, "projects.change_new", {"reason": "变更", "document": "文1"}, pk=library.pk) == ""
    change = ProjectChange.objects.get()
    pk = str(Project.objects.get(name="乙骨灰堂").pk)
    assert send(client, "projects.change_line", {"project": pk, "what": "total", "after": "70"}, pk=change.pk) == ""
    assert "50.00" in text(boss, "projects.change", pk=change.pk)
    assert send(boss, "projects.change_confirm", {}, pk=change.pk) == ""
    assert "全部相符" in text(client, "projects.library", pk=library.pk)
    for name in ("projects.library_pdf", "projects.print"):
        key = library.pk if name.endswith("library_pdf") else Project.objects.get(name="甲养老院").pk
        assert client.get(reverse(name, kwargs={"pk": key})).content[:5] == b"%PDF-"
    edited = {**one, "name": "甲幸福院", "area_m2": "900"}
    row = Project.objects.get(name="甲养老院")
    assert send(client, "projects.edit", edited, pk=row.pk) == ""
    row.refresh_from_db()
    assert (row.name, row.area_m2, str(row.longitude), row.urban) == ("甲幸福院", 900, "109.500000", False)
    assert "更正资料" in text(client, "projects.show", pk=row.pk)


def test_项目页_进度_资金_照片_问题_绩效_别的乡镇看不到(
    three: list[Project], hire: Callable[..., Actor], head: Actor
) -> None:
    one, today = three[0], clock.today()
    clerk, other = browser(hire("town_clerk", TOWN_A)), browser(hire("town_clerk", TOWN_B))
    boss = browser(head)
    day, month = today.isoformat(), f"{today:%Y-%m}"
    assert "超过总投资" in send(clerk, "projects.report", {"month": month, "invested_fen": "900"}, pk=one.pk)
    assert (
        send(
            clerk,
            "projects.report",
            {"month": month, "invested_fen": "30", "percent": "20", "photos": SimpleUploadedFile("a.jpg", picture())},
            pk=one.pk,
        )
        == ""
    )
    money = {"kind": "issued", "source": "local", "form": "money", "amount_fen": "50", "on": day, "voucher": "文1"}
    assert send(clerk, "projects.money", money, pk=one.pk) == ""
    assert (
        send(clerk, "projects.money", money | {"kind": "paid", "amount_fen": "40", "voucher": "付1"}, pk=one.pk) == ""
    )
    assert ProjectMoney.objects.count() == 2
    problem = {
        "words": "脚手架缺件",
        "kind": "quality",
        "grade": "serious",
        "found_on": day,
        "duty": "李工",
        "due_on": day,
    }
    assert send(clerk, "projects.problem_new", problem, pk=one.pk) == ""
    found = ProjectProblem.objects.get()
    assert send(clerk, "projects.problem_mend", {"mending": "已补齐", "mended_on": day}, pk=found.pk) == ""
    assert send(boss, "projects.problem_check", {"passed": "yes"}, pk=found.pk) == ""
    assert send(clerk, "projects.milestone", {"name": "封顶", "due_on": day}, pk=one.pk) == ""
    assert send(clerk, "projects.milestone_done", {"done_on": day}, pk=one.milestones.get().pk) == ""
    assert "评审" in send(clerk, "projects.move", {"to": "appraise", "on": day}, pk=one.pk)
    assert send(clerk, "projects.move", {"to": "appraise", "on": day, "document": "评审1"}, pk=one.pk) == ""
    score = {
        "year": str(today.year),
        "goal": "目标",
        "result": "完成",
        "output": "48",
        "benefit": "27",
        "satisfaction": "9.2",
    }
    assert "0 到 50" in send(clerk, "projects.score", score | {"output": "51"}, pk=one.pk)
    assert send(clerk, "projects.score", score, pk=one.pk) == ""
    row = ProjectScore.objects.get()
    assert send(boss, "projects.score_sign", {}, pk=row.pk) == ""
    page = text(clerk, "projects.show", pk=one.pk)
    for word in ("储备 → 论证", "30.00", "80.0%", "脚手架缺件", "已销号", "按期完成", "92.2", "支付超过完成投资"):
        assert word in page, word
    photo = ProjectPhoto.objects.get()
    small = clerk.get(reverse("projects.photo", kwargs={"pk": photo.pk}) + "?small=1")
    assert (small["Content-Type"], small.content[:2]) == ("image/jpeg", b"\xff\xd8")
    for name, pk in (("show", one.pk), ("photo", photo.pk), ("problem", found.pk), ("report", one.pk)):
        assert other.get(reverse(f"projects.{name}", kwargs={"pk": pk})).status_code == 404
    assert "甲养老院" not in text(other, "projects.list")
    assert "合计核对" not in text(other, "projects.library", pk=one.library_id)  # only the town's part is seen
    assert "青石镇" not in text(other, "projects.ranking")
    assert "青石镇" in text(boss, "projects.ranking", "?by=town")
    assert "殡葬服务设施" in text(boss, "projects.ranking", "?by=category")
    assert "支付超过完成投资" in text(boss, "projects.reminders")
    assert send(clerk, "projects.photo_remove", {"reason": "拍错了"}, pk=photo.pk) == ""
    assert clerk.get(reverse("projects.photo", kwargs={"pk": photo.pk})).status_code == 404
    assert proofs.projects().ok
    Project.objects.filter(pk=one.pk).update(stage="build")
    assert "由动作得出是 appraise" in proofs.projects().detail()


def test_命令(keeper: Actor, library: ProjectLibrary, three: list[Project], tmp_path: Path) -> None:
    who = keeper.user.username if keeper.user else ""

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(command, [*words, "--as", who])
        return done.exit_code, done.stdout

    totals = json.loads(run("totals", "--json")[1])
    assert (totals["tied"], totals["total"]["count"], totals["total"]["total_fen"]) == (True, 3, 400 * WAN)
    table = tmp_path / "t.csv"
    assert run("template", str(table))[0] == 0
    sample = json.loads(run("import", str(table), "--dry-run", "--json")[1])
    assert (sample["new"], sample["bad"]) == (0, 1), "模板里的示例行不当项目"
    table.write_text(table.read_text("utf-8-sig").replace(reading.SAMPLE, "丁养老院"), "utf-8-sig")
    answer = json.loads(run("import", str(table), "--dry-run", "--json")[1])
    assert (answer["new"], answer["state"], Project.objects.count()) == (1, "checked", 3)
    table.write_text("大类,项目名称,总投资\n养老服务设施,戊,\n养老服务设施,己,7\n", encoding="utf-8")
    back = tmp_path / "back.csv"
    code, said = run("import", str(table), "--rejects", str(back))
    assert (code, Project.objects.count()) == (0, 4)
    assert "第 2 行：没有写总投资" in said
    assert "没有写总投资" in back.read_text(encoding="utf-8")
    assert "差" in run("totals")[1]
    assert len(json.loads(run("list", "--stage", "reserve", "--json")[1])["projects"]) == 4
    assert run("list", "--library", "没有的")[0] == 2
    assert json.loads(run("remind", "--json")[1]) == {"reminders": []}


def test_指标_按乡镇和月份(three: list[Project], keeper: Actor) -> None:
    today = clock.today()
    span = Span(COUNTY, today.replace(day=1), today)
    services.report(actor=keeper, project=three[1], month=today, invested_fen=12 * WAN)

    def values(which: Callable[[Span], object]) -> dict[str, float]:
        return {one.region_code: float(one.value) for one in which(span)}  # type: ignore[attr-defined]

    assert values(indicators.count) == {TOWN_A: 1, TOWN_B: 2}
    assert values(indicators.total) == {TOWN_A: 200, TOWN_B: 200}
    assert values(indicators.invested) == {TOWN_B: 12}
    assert values(indicators.planned) == {TOWN_A: 100, TOWN_B: 100}
    assert values(indicators.under_way) == values(indicators.finished) == values(indicators.problems) == {}
