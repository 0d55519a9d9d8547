"""Case page, acts, window registration, reasons for opening a file, login page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.models import Case, CaseAct
from minzheng.kernel.pages.tests.conftest import COUNTY, ID_NO, NAME, PASSWORD, PHONE, TOWN_A

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(browse: Callable[..., Client]) -> Client:
    return browse("town_clerk", TOWN_A)


def case_page(client: Client, family: dict[str, Any]) -> str:
    return client.get(reverse("cases.detail", kwargs={"pk": family["case"].pk})).content.decode()


def test_办件页_申报与核对并排_差异标出_每次打开都有记录(clerk: Client, family: dict[str, Any]) -> None:
    page = case_page(clerk, family)
    assert "1 处差异待认定" in page
    assert '<tr class="differs">' in page
    assert "900.00" in page
    assert "<strong>2,540.00</strong>" in page
    assert ID_NO not in page
    assert AuditEntry.objects.filter(action="read", object_type="case", object_id=family["case"].pk).exists()


def test_办件页_不泄露举报人(clerk: Client, family: dict[str, Any]) -> None:
    page = case_page(clerk, family)
    assert "公示异议" in page
    assert "有车" not in page, "反映的内容也可能认出人来，在异议自己的页上看"
    assert "匿名举报人" not in page
    assert "15499999999" not in page


def test_办件页_还不能办的说明缺什么(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    page = case_page(browse("town_leader", TOWN_A), family)
    assert "现在还不能办的" in page
    assert "还没有入户调查记录" in page


def test_办动作_填错了_回到原页_说明哪里要改_填过的还在(clerk: Client, family: dict[str, Any]) -> None:
    url = reverse("cases.act", kwargs={"pk": family["case"].pk, "act": "visit"})
    response = clerk.post(url, {"version": "0", "findings": "砖瓦平房一处", "member_present": "外人"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "请填写入户日期。" in page
    assert "砖瓦平房一处" in page
    assert CaseAct.objects.filter(case=family["case"]).count() == 3


def test_办动作_别人刚办过_就不办(clerk: Client, family: dict[str, Any]) -> None:
    Case.objects.filter(pk=family["case"].pk).update(version=7)
    response = clerk.post(
        reverse("cases.act", kwargs={"pk": family["case"].pk, "act": "register_relative"}),
        {"version": "3", "relative_detail": "表弟"},
    )
    assert response.status_code == 422
    assert "请刷新后再办" in response.content.decode()


@pytest.mark.parametrize("version", [None, "", "²", "9" * 5000, "-1", "x"])
def test_办动作_说不清看到的是哪一版_就不办(clerk: Client, family: dict[str, Any], version: str | None) -> None:
    """Without its version a form pressed twice would be done twice."""
    url = reverse("cases.act", kwargs={"pk": family["case"].pk, "act": "register_relative"})
    told = {} if version is None else {"version": version}
    response = clerk.post(url, {**told, "relative_detail": "表弟"})
    assert response.status_code == 422
    assert "请刷新后再办" in response.content.decode()
    assert CaseAct.objects.filter(case=family["case"]).count() == 3


def test_办动作_认定差异(clerk: Client, family: dict[str, Any]) -> None:
    url = reverse("cases.act", kwargs={"pk": family["case"].pk, "act": "judge"})
    response = clerk.post(url, {"version": "0", "key": "1.wage", "take": "found", "reason": "银行流水为证"})
    assert response.status_code in (302, 422)
    if response.status_code == 302:
        assert "2,540.00（采核对）" in case_page(clerk, family)


def test_办动作_没有这个动作是404(clerk: Client, family: dict[str, Any]) -> None:
    assert clerk.post(reverse("cases.act", kwargs={"pk": family["case"].pk, "act": "no-such"})).status_code == 404


def test_看档案先说理由_理由进审计_号码另要用途(clerk: Client, family: dict[str, Any]) -> None:
    Case.objects.filter(pk=family["case"].pk).update(state="TERMINATED")  # no work in hand that would be the purpose
    url = reverse("persons.file", kwargs={"pk": family["person"].pk})
    asked = clerk.get(url).content.decode()
    assert "请选择这次查看的理由" in asked
    assert "石桥村3组" not in asked
    clerk.post(reverse("files.reason"), {"file": f"person:{family['person'].pk}", "reason": "investigate"})
    shown = clerk.get(url).content.decode()
    assert "990101********9022" in shown
    assert PHONE not in shown
    refused = clerk.post(url, {"field": "phone", "why": "看"})
    assert refused.status_code == 422
    assert PHONE not in refused.content.decode()
    assert PHONE in clerk.post(url, {"field": "phone", "why": "电话核实材料"}).content.decode()
    reasons = list(
        AuditEntry.objects.filter(object_type="person", object_id=family["person"].pk).values_list("reason", flat=True)
    )
    assert any("调查核实" in one for one in reasons)
    assert any("电话核实材料" in one for one in reasons)


def test_从办件进档案_办件就是理由_别的办件不行(clerk: Client, family: dict[str, Any]) -> None:
    url = reverse("persons.file", kwargs={"pk": family["person"].pk})
    assert "办件 990101-DB-2026-000001" in clerk.get(url, {"case": family["case"].pk}).content.decode()
    Case.objects.filter(pk=family["case"].pk).update(state="TERMINATED")
    other = Case.objects.create(
        item_code="assistance.dibao", state="SUBMITTED", region_code=TOWN_A[:9] + "001", form={"a": 1}
    )
    assert "请选择这次查看的理由" in clerk.get(url, {"case": other.pk}).content.decode()


def test_工作台_每个数都是列表里的数(clerk: Client, family: dict[str, Any]) -> None:
    page = clerk.get(reverse("cases.workbench")).content.decode()
    assert NAME in page
    assert "今天到期" in page
    assert (
        "共 <strong>1</strong> 条"
        in clerk.get(reverse("cases.list"), {"scope": "todo", "due": "today"}).content.decode()
    )


def test_菜单里没有进不去的页(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    for role in ("finance", "audit_admin", "sys_admin", "county_reviewer"):
        client = browse(role, COUNTY)
        page = client.get(reverse("cases.workbench")).content.decode()
        nav = page[page.index('id="nav"') : page.index("</nav>")]
        links = [part.split('"')[0] for part in nav.split('href="')[1:]]
        assert links
        assert all(client.get(link).status_code == 200 for link in links), role


def test_窗口登记_先存后交_没签授权不能交(clerk: Client, family: dict[str, Any]) -> None:
    url = reverse("intake.form", kwargs={"pk": family["draft"].pk})
    page = clerk.get(url).content.decode()
    assert "一起生活的家人" in page
    response = clerk.post(url, {"do": "save", "applicant.name": "孙秀梅", "applicant.id_no": "不是号码"})
    assert response.status_code == 422
    assert "不是号码" in response.content.decode()
    family["draft"].refresh_from_db()
    assert family["draft"].applicant_name == "孙秀梅"
    assert clerk.post(url, {"do": "submit", "applicant.name": "孙秀梅"}).status_code == 422
    family["draft"].refresh_from_db()
    assert family["draft"].state == "DRAFT"


def test_窗口登记_删去一位家人_其余不错位(clerk: Client, family: dict[str, Any]) -> None:
    url = reverse("intake.form", kwargs={"pk": family["draft"].pk})
    rows = {
        "members.0.name": "甲",
        "members.1.name": "乙",
        "members.2.name": "丙",
        "income.0.wage": "100",
        "income.1.wage": "200",
        "income.2.wage": "300",
        "obligors.0.name": "丁",
        "obligors.1.name": "戊",
    }
    clerk.post(url, {"do": "save", **rows, "remove": "members.1"})
    family["draft"].refresh_from_db()
    kept = [
        (row.get("name"), row.get("wage"))
        for row in family["draft"].form["members"]
        if row.get("name") in ("甲", "乙", "丙")
    ]
    assert kept == [("甲", 10000), ("丙", 30000)]
    assert [row["name"] for row in family["draft"].form["obligors"]] == ["丁", "戊"], "只删家人那一节的"


def test_窗口登记_申请人本人那一行不用再填一遍(clerk: Client, family: dict[str, Any]) -> None:
    url = reverse("intake.form", kwargs={"pk": family["draft"].pk})
    assert "申请人本人" in clerk.get(url).content.decode()
    clerk.post(
        url,
        {
            "do": "save",
            "applicant.name": "孙秀梅",
            "applicant.id_no": "99010119800418903X",
            "members.0.relation": "本人",
            "members.0.situation": "home",
            "members.1.name": "赵小满",
            "members.1.relation": "子女",
            "income.0.wage": "900",
            "income.1.wage": "",
        },
    )
    family["draft"].refresh_from_db()
    rows = family["draft"].form["members"]
    assert [(row["name"], row.get("id_no"), row.get("wage")) for row in rows] == [
        ("孙秀梅", "99010119800418903X", 90000),
        ("赵小满", None, None),
    ]


def test_登录_错了说一句_对了去原来的页_不去外站(staff: Callable[..., User]) -> None:
    user, client = staff("town_clerk", TOWN_A), Client()
    wrong = client.post(reverse("accounts.sign_in"), {"username": user.username, "password": "错的"})
    assert wrong.status_code == 422
    assert "用户名或口令不对" in wrong.content.decode()
    right = client.post(
        reverse("accounts.sign_in"), {"username": user.username, "password": PASSWORD, "next": "https://evil.example/x"}
    )
    assert right["Location"] == reverse("cases.workbench")
    assert (
        Client().post(
            reverse("accounts.sign_in"),
            {"username": user.username, "password": PASSWORD, "next": "/console/cases/?q=1"},
        )["Location"]
        == "/console/cases/?q=1"
    )


def test_退出只能按按钮_链接退不了(clerk: Client) -> None:
    clerk.get(reverse("accounts.sign_out"))
    assert clerk.get(reverse("cases.workbench")).status_code == 200
    clerk.post(reverse("accounts.sign_out"))
    assert clerk.get(reverse("cases.workbench")).status_code == 302


def test_大字版记住_只回到本站(clerk: Client) -> None:
    response = clerk.post(reverse("accounts.care_mode"), {"on": "1", "next": "//evil.example/"})
    assert response["Location"] == "/"
    assert 'class="care"' in clerk.get(reverse("cases.workbench")).content.decode()


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("/console/no-such/", 404, "没有找到"), ("/console/audit/", 403, "没有“审计记录”的权限")],
)
def test_出错页是中文_说清怎么办(clerk: Client, path: str, status: int, words: str) -> None:
    response = clerk.get(path)
    assert response.status_code == status
    assert words in response.content.decode()
    assert "回工作台" in response.content.decode()
