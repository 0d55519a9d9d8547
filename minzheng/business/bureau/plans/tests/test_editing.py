"""Importing a plan, correcting what was read, the pages, and who may."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from minzheng.business.bureau.plans import importing, selectors, services
from minzheng.business.bureau.plans.cli import plan as command
from minzheng.business.bureau.plans.models import Plan, PlanIndicator, PlanVersion
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget

pytestmark = pytest.mark.django_db
COUNTY, OTHER = "990101000000", "990102000000"
START = datetime.date(2020, 1, 1)
DOCUMENT = Path(__file__).parent / "documents" / "要点-数字条目.txt"
TEXT = DOCUMENT.read_text(encoding="utf-8")


@pytest.fixture
def bureau() -> Organization:
    for code, name in ((COUNTY, "示范县"), (OTHER, "邻县")):
        Region.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "full_name": name,
                "level": 3,
                "parent_code": "",
                "valid_from": START,
                "source": "测试",
            },
        )
    forget()
    return Organization.objects.create(
        code="MZ-01", name="示范县民政局", kind="bureau", region_code=COUNTY, valid_from=START
    )


@pytest.fixture
def hire(bureau: Organization) -> Callable[..., User]:
    def make(role: str, place: str = COUNTY) -> User:
        user = User.objects.create_user(f"{role}.{place}", "x", name="王计划")
        Assignment.objects.create(user=user, role=role, organization=bureau, region_code=place, valid_from=START)
        return user

    return make


@pytest.fixture
def officer(hire: Callable[..., User]) -> Actor:
    return actor_of(hire("policy_officer"))


@pytest.fixture
def version(officer: Actor, bureau: Organization) -> PlanVersion:
    return importing.import_text(actor=officer, org=bureau, year=2027, text=TEXT, name="要点.txt").version


def _one(version: PlanVersion, words: str) -> PlanIndicator:
    return version.indicators.get(words=words)


def test_同一文件再导入不重复_改过的成为新版本_更正跟着走(
    officer: Actor, bureau: Organization, version: PlanVersion
) -> None:
    again = importing.import_text(actor=officer, org=bureau, year=2027, text=TEXT, name="要点.txt")
    assert (again.created, again.version.pk, Plan.objects.count()) == (False, version.pk, 1)
    services.correct(
        actor=officer, indicator=_one(version, "350张"), values={"subject": "新增养老床位", "value": Decimal(360)}
    )
    services.strike(actor=officer, indicator=_one(version, "7个"), reason="重复")
    changed = TEXT.replace("改造提升农村幸福院18所", "改造提升农村幸福院20所")
    newer = importing.import_text(actor=officer, org=bureau, year=2027, text=changed, name="要点二.txt")
    assert (newer.created, newer.version.number, newer.carried) == (True, 2, 1)
    # the sentence of 350张 holds the changed words: a person looks again; 7个 stands unchanged
    assert _one(newer.version, "7个").state == "struck" and _one(newer.version, "350张").state == "read"
    assert _one(newer.version, "20所").value == 20 and _one(version, "18所").value == 18
    live = selectors.live(officer)
    assert {one.version_id for one in live} == {newer.version.pk} and not live.filter(words="7个").exists()
    assert AuditEntry.objects.filter(action="plan.import").count() == 2


def test_更正拆分合并剔除恢复添加_原文不变(officer: Actor, version: PlanVersion) -> None:
    beds = _one(version, "350张")
    fixed = services.correct(
        actor=officer, indicator=beds, values={"value": Decimal("3.5"), "unit": "百张", "comparator": ">="}
    )
    assert (fixed.value_norm, fixed.unit_norm, fixed.state, fixed.words) == (350, "张", "corrected", "350张")
    with pytest.raises(Refused, match="上限"):
        services.correct(actor=officer, indicator=beds, values={"comparator": "range"})
    copy = services.split(actor=officer, indicator=beds)
    assert copy.pk != beds.pk and (copy.start, copy.end, copy.state) == (beds.start, beds.end, "added")
    services.merge(actor=officer, indicator=copy, into=beds)
    assert not selectors.live(officer).filter(pk=copy.pk).exists()
    with pytest.raises(Refused, match="合并过"):
        services.merge(actor=officer, indicator=beds, into=_one(version, "18所"))
    services.strike(actor=officer, indicator=beds, reason="口号")
    services.restore(actor=officer, indicator=beds)
    beds.refresh_from_db()
    assert (beds.state, beds.value, beds.unit, beds.comparator) == ("read", 350, "张", "=")
    item = version.items.get(no="二(一)1")
    added = services.add(
        actor=officer,
        item=item,
        words="护理型床位",
        values={"subject": "护理型床位", "comparator": ">=", "value": Decimal(200), "unit": "张", "kind": "target"},
    )
    assert version.text[added.start : added.end] == "护理型床位"
    with pytest.raises(Refused, match="找不到"):
        services.add(
            actor=officer,
            item=item,
            words="没有的字",
            values={"subject": "x", "comparator": "=", "value": Decimal(1), "kind": "target"},
        )
    actions = list(
        AuditEntry.objects.filter(action__startswith="plan.").order_by("pk").values_list("action", flat=True)
    )
    assert actions == [
        "plan.import",
        "plan.correct",
        "plan.split",
        "plan.merge",
        "plan.strike",
        "plan.restore",
        "plan.add",
    ]


def test_只有本地有权的岗位能办(hire: Callable[..., User], bureau: Organization, version: PlanVersion) -> None:
    stranger, auditor = actor_of(hire("policy_officer", OTHER)), actor_of(hire("auditor"))
    for actor in (stranger, auditor):
        with pytest.raises(NotAllowed):
            importing.import_text(actor=actor, org=bureau, year=2028, text=TEXT, name="x.txt")
        with pytest.raises(NotAllowed):
            services.strike(actor=actor, indicator=version.indicators.first())
    assert selectors.latest(auditor, version.plan_id) == version and selectors.latest(stranger, version.plan_id) is None


def test_别处的人_没有权限的人_打不开(hire: Callable[..., User], version: PlanVersion) -> None:
    one, item = version.indicators.first(), version.items.filter(is_part=False).first()
    assert one and item
    pages = {"plans.detail": version.plan_id, "plans.editor": version.plan_id, "plans.add": item.pk}
    pages |= dict.fromkeys(("plans.correct", "plans.split", "plans.merge", "plans.strike", "plans.restore"), one.pk)
    for role, place, wanted in (
        ("policy_officer", OTHER, {404}),
        ("town_clerk", COUNTY, {403}),
        ("auditor", COUNTY, {200, 403}),
    ):
        client = Client()
        client.force_login(hire(role, place))
        got = {client.get(reverse(code, kwargs={"pk": pk})).status_code for code, pk in pages.items()}
        assert got == wanted, (role, place, got)
    client = Client()
    client.force_login(User.objects.get(username=f"policy_officer.{OTHER}"))
    assert client.post(reverse("plans.strike", kwargs={"pk": one.pk}), {"reason": "试"}).status_code == 404
    assert version.plan.title not in client.get(reverse("plans.list")).content.decode()


def test_页面_左边原文右边指标_互相指(hire: Callable[..., User], version: PlanVersion) -> None:
    client = Client()
    client.force_login(User.objects.get(username=f"policy_officer.{COUNTY}"))
    one = _one(version, "350张")
    shown = client.get(reverse("plans.list")).content.decode()
    assert version.plan.title in shown and reverse("plans.detail", kwargs={"pk": version.plan_id}) in shown
    editor = client.get(reverse("plans.editor", kwargs={"pk": version.plan_id})).content.decode()
    assert f'<mark id="w-{one.pk}"><a href="#i-{one.pk}">350张</a></mark>' in editor and f'id="i-{one.pk}"' in editor
    assert len(re.findall(r'<li class="plan-card', editor)) == version.indicators.count()
    detail = client.get(reverse("plans.detail", kwargs={"pk": version.plan_id})).content.decode()
    assert "核对指标" in detail and "织密兜底保障网" in detail
    form = {
        "subject": "养老床位",
        "comparator": "range",
        "value": "300",
        "value_max": "350",
        "unit": "张",
        "kind": "target",
        "scope": "全县",
        "deadline": "年底",
        "item": str(one.item_id),
    }
    assert client.post(reverse("plans.correct", kwargs={"pk": one.pk}), form | {"value": "很多"}).status_code == 422
    response = client.post(reverse("plans.correct", kwargs={"pk": one.pk}), form)
    assert response.status_code == 302 and response["Location"].endswith(f"#i-{one.pk}")
    one.refresh_from_db()
    assert (one.comparator, one.value, one.value_max, one.figure) == ("range", 300, 350, "300—350张")
    assert (
        client.post(reverse("plans.merge", kwargs={"pk": one.pk}), {"into": str(_one(version, "18所").pk)}).status_code
        == 302
    )
    assert client.post(reverse("plans.split", kwargs={"pk": _one(version, "2处").pk})).status_code == 302
    assert (
        client.post(reverse("plans.strike", kwargs={"pk": _one(version, "25名").pk}), {"reason": "试"}).status_code
        == 302
    )
    assert (
        "is-struck"
        in client.get(reverse("plans.editor", kwargs={"pk": version.plan_id}), {"only": "with"}).content.decode()
    )
    listed = client.get(reverse("plans.indicators"), {"q": "火化率"}).content.decode()
    assert "≥99%" in listed and "幸福院" not in listed


def test_上传文件_坏文件说清楚(officer: Actor, bureau: Organization) -> None:
    client = Client()
    client.force_login(User.objects.get(username=f"policy_officer.{COUNTY}"))

    def send(content: bytes, **more: Any) -> Any:
        return client.post(
            reverse("plans.upload"), {"year": "2027", "file": SimpleUploadedFile("a.txt", content), **more}
        )

    done = send(TEXT.encode())
    version = PlanVersion.objects.get()
    assert done.status_code == 302 and done["Location"] == reverse("plans.editor", kwargs={"pk": version.plan_id})
    assert version.plan.org_name == bureau.name and version.made_name == "王计划"
    assert "没有文字" in send(b"   ").content.decode()
    assert "没有读到条目" in send("今天天气很好。".encode()).content.decode()
    assert send(TEXT.encode(), year="12").status_code == 422 and PlanVersion.objects.count() == 1
    picture = send(b"\x89PNG\r\n\x1a\n").content.decode()
    assert "a.txt 是图片：请先识别成文字" in picture and 'href="#f-file"' in picture
    assert "里没有年份：请填年度" in send("一、目标\n1.养老。新建养老院3家。".encode(), year="").content.decode()
    assert send(TEXT.replace("2027", "2026").encode(), year="").status_code == 302
    assert PlanVersion.objects.order_by("pk").last().plan.year == 2026  # type: ignore[union-attr]


def test_命令行导入(bureau: Organization, tmp_path: Path) -> None:
    run = CliRunner().invoke
    first = run(command, ["import", str(DOCUMENT), "--org", "MZ-01", "--year", "2027", "--json"])
    told = json.loads(first.stdout)
    assert told["created"] and told["items"] == 14 and told["indicators"] == 39 and told["version"] == 1
    assert (
        json.loads(run(command, ["import", str(DOCUMENT), "--org", "MZ-01", "--year", "2027", "--json"]).stdout)[
            "created"
        ]
        is False
    )
    unknown = run(command, ["import", str(DOCUMENT), "--org", "没有", "--year", "2027"])
    assert unknown.exit_code == 2 and "没有代码为“没有”的机构" in unknown.stderr
