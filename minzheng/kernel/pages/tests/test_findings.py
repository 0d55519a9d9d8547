"""异常发现: every number is the count of the list behind it, and each rule finds what it says and nothing else."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit import services as audit
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.oversight import findings, papers
from minzheng.kernel.pages.tests.conftest import COUNTY, ID_NO, NAME, TOWN_A, VILLAGE
from minzheng.kernel.subjects.models import HouseholdMember, Person

pytestmark = pytest.mark.django_db
NOON = timezone.make_aware(datetime.datetime(2026, 11, 20, 12))


@pytest.fixture
def world(staff: Callable[..., User], family: dict[str, Any]) -> dict[str, Any]:
    """At noon a clerk reads the family's file; the clerk has a file of his own."""
    clerk, admin = staff("town_clerk", TOWN_A), staff("audit_admin", COUNTY)
    clerk.name = "林晓云"
    clerk.person = Person.objects.create(name="林晓云", region_code=VILLAGE)
    clerk.save()
    return {**family, "clerk": actor_of(clerk), "user": clerk, "admin": actor_of(admin)}


def read(world: dict[str, Any], person: Person | None = None, purpose: str = "case", hour: int = 12) -> AuditEntry:
    with clock.at(NOON.replace(hour=hour)):
        return audit.record_read(actor=world["clerk"], obj=person or world["person"], reason="x", purpose=purpose)


def count(world: dict[str, Any], code: str) -> int:
    with clock.at(NOON + datetime.timedelta(hours=2)):
        return {one.finding.code: one.count for one in findings.counted(world["admin"])}[code]


@pytest.mark.parametrize(("hour", "found"), [(6, 1), (7, 0), (19, 0), (20, 1), (23, 1), (0, 1)])
def test_工作时间以外(world: dict[str, Any], hour: int, found: int) -> None:
    read(world, hour=hour)
    with clock.at(datetime.datetime(2026, 11, 21, 12)):
        numbers = {one.finding.code: one.count for one in findings.counted(world["admin"])}
    assert numbers["off_hours"] == found


def test_查阅本人档案(world: dict[str, Any]) -> None:
    read(world)
    assert count(world, "own_file") == 0
    read(world, world["user"].person)
    assert (count(world, "own_file"), count(world, "relatives")) == (1, 0)


def test_查阅登记在同一户的人_才算家人(world: dict[str, Any]) -> None:
    HouseholdMember.objects.create(
        household=world["household"], person=world["user"].person, relation="女", recorded_at=clock.now(),
        valid_from=datetime.date(2020, 1, 1),
    )  # fmt: skip
    read(world)
    read(world, Person.objects.create(name="吴长河", region_code=VILLAGE))
    assert count(world, "relatives") == 1


def test_同姓_只看自己填理由的(world: dict[str, Any]) -> None:
    same = Person.objects.create(name="林秋", region_code=VILLAGE)
    read(world, same, "case")
    read(world, world["person"], "visit")
    assert count(world, "same_surname") == 0
    read(world, same, "visit")
    assert count(world, "same_surname") == 1


def test_登录未成功_少数几次不算(world: dict[str, Any], settings: Any) -> None:
    settings.FINDING_LOGINS_LEAST = 3
    with clock.at(NOON):
        for address, times in (("10.0.0.1", 3), ("10.0.0.2", 2)):
            for _ in range(times):
                audit.record(actor=AnAddress(address), action="auth.refused")
    assert count(world, "failed_sign_ins") == 3


class AnAddress:
    id, name, role = None, "", ""

    def __init__(self, address: str) -> None:
        self.address = address


def test_查阅量明显高于同岗位(world: dict[str, Any], staff: Callable[..., User], settings: Any) -> None:
    settings.FINDING_VOLUME_LEAST = 5
    for n, times in enumerate((2, 2, 3)):
        colleague = actor_of(staff("town_clerk", f"9901010{n + 3:02d}000"))
        for m in range(times):
            with clock.at(NOON):
                audit.record_read(actor=colleague, obj=world["person"], reason=f"{m}")
    for _ in range(8):
        read(world)
    with clock.at(NOON + datetime.timedelta(hours=1)):
        heavy = findings.heavy_readers(world["admin"])
    assert [(one.name, one.reads, one.median, one.colleagues) for one in heavy] == [("林晓云", 8, 2.5, 3)]


def test_每个数都打开它自己的明细(world: dict[str, Any], browse: Callable[..., Client]) -> None:
    read(world, hour=23)
    read(world, world["user"].person, "visit")
    with clock.at(datetime.datetime(2026, 11, 21, 12)):
        admin = browse("audit_admin")
        page = admin.get(reverse("oversight.findings")).content.decode()
        links = re.findall(r'<a href="([^"]+finding=[a-z_]+)">(\d+)<', page)
        assert {("own_file", 1), ("off_hours", 1), ("same_surname", 1)} <= {
            (url.rpartition("=")[2], int(number)) for url, number in links
        }
        for url, number in links:
            assert admin.get(url).context["total"] == int(number)


def test_别的地区的审计员看不到(world: dict[str, Any], staff: Callable[..., User]) -> None:
    read(world, world["user"].person)
    elsewhere = actor_of(staff("audit_admin", "990102000000"))
    with clock.at(NOON):
        assert {one.count for one in findings.counted(elsewhere)} == {0}
        assert findings.volumes(elsewhere) == []


def test_凭号码查谁看过_姓名对无权者遮盖_打印带水印(world: dict[str, Any], browse: Callable[..., Client]) -> None:
    import io

    import pypdf

    read(world)
    audit.record_read(actor=world["clerk"], obj=world["case"], reason="办理办件 1", purpose="case")
    admin = browse("audit_admin")
    found = admin.post(reverse("oversight.reads_find"), {"id_no": ID_NO})
    assert found.status_code == 302 and ID_NO not in found["Location"]
    page = admin.get(found["Location"]).content.decode()
    assert "周*兰" in page and NAME not in page and page.count("林晓云") == 2 and "测试民政局" in page
    assert NAME in browse("auditor").get(found["Location"]).content.decode()
    pdf = admin.get(found["Location"], {"pdf": "1"})
    text = "".join(pypdf.PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text().split())
    assert "档案查阅记录" in text and "办理办件1" in text and "审计管理员" in text and "打印于" in text
    assert admin.post(reverse("oversight.reads_find"), {"id_no": "123"}).status_code == 422


def test_工作人员打印的文书_每页有打印人和时间_原件不变(world: dict[str, Any]) -> None:
    import io

    import pypdf

    from minzheng.kernel.audit import heads

    original = papers.head_page(heads.SignedHead(1, "a" * 64, clock.now().isoformat(), "00" * 32, "00" * 64))
    copy = papers.stamped(original, world["clerk"])
    text = "".join(pypdf.PdfReader(io.BytesIO(copy)).pages[0].extract_text().split())
    assert "林晓云（测试民政局" in text and "仅供工作使用" in text
    assert b"".join(original.split()) != b"".join(copy.split())


def test_链头页_打印_下载_核对(world: dict[str, Any], browse: Callable[..., Client]) -> None:
    admin, url = browse("audit_admin"), reverse("oversight.head")
    assert "还没有打印过" in admin.get(url).content.decode()
    assert admin.post(url, {"do": "print"}).content.startswith(b"%PDF")
    file = admin.post(url, {"do": "file"}).content.decode()
    read(world)
    assert "一致" in admin.post(url, {"do": "check", "head": file}).content.decode()
    wrong = admin.post(url, {"do": "check", "head": "1:" + "a" * 64})
    assert wrong.status_code == 422 and "不符" in wrong.content.decode()
    assert admin.post(url, {"do": "check", "head": "乱写"}).status_code == 422
    assert browse("sys_admin").get(url).status_code == 403
