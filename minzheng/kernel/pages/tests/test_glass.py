"""紧急查阅: exact name and number only, told to everybody at once, judged by somebody else, and never a way to search."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.notices.models import OutboxMessage
from minzheng.kernel.oversight import glass
from minzheng.kernel.oversight.errors import OversightRefused
from minzheng.kernel.oversight.models import GlassBreak
from minzheng.kernel.pages.tests.conftest import COUNTY, ID_NO, NAME, PHONE, TOWN_A, TOWN_B
from minzheng.kernel.subjects import idcard

pytestmark = pytest.mark.django_db
URL = "/console/break-glass/"
STRANGER = idcard.make("990101", datetime.date(1958, 3, 2), 2)
WHY = "今晚接到报警，有老人独自走失在集镇上，需要联系家人"


def identify(client: Client, id_no: str = ID_NO, name: str = NAME) -> Any:
    return client.post(URL, {"step": "identify", "id_no": id_no, "name": name})


def open_file(client: Client, text: str = WHY, reason: str = "stray") -> Any:
    token = identify(client).context["token"]
    return client.post(URL, {"step": "open", "person": token, "reason": reason, "text": text})


@pytest.fixture
def outsider(browse: Callable[..., Client]) -> Client:
    return browse("town_clerk", TOWN_B)


def test_打破前只见脱敏信息_打破后只见这一份档案(outsider: Client, family: dict[str, Any]) -> None:
    before = identify(outsider).content.decode()
    assert "周*兰" in before and NAME not in before.replace(f'value="{NAME}"', "") and ID_NO not in before
    response = open_file(outsider)
    assert response.status_code == 302
    text = outsider.get(response["Location"]).content.decode()
    assert NAME in text and "990101********9022" in text
    assert ID_NO not in text and PHONE not in text
    assert outsider.get(reverse("persons.file", kwargs={"pk": family["person"].pk})).status_code == 404
    assert outsider.get(reverse("cases.detail", kwargs={"pk": family["case"].pk})).status_code == 404


def test_立即通知本人_所在乡镇负责人和审计管理员(
    outsider: Client, browse: Callable[..., Client], staff: Callable[..., User], family: dict[str, Any]
) -> None:
    leader = staff("town_leader", TOWN_A)
    leader.phone = "15401019999"
    leader.save()
    staff("town_leader", TOWN_B)
    open_file(outsider)
    sent = OutboxMessage.objects.order_by("pk")
    assert [(one.channel, one.recipient_id) for one in sent] == [
        ("inapp", family["person"].pk), ("sms", family["person"].pk), ("sms", None),
    ]  # fmt: skip
    assert "紧急查阅了您的档案" in sent[0].body and sent[2].to == "15401019999"
    assert NAME not in sent[2].body
    queue = browse("audit_admin").get(reverse("oversight.glasses"), {"verdict": "none"}).content.decode()
    assert "周*兰" in queue and "待复核" in queue
    assert "周*兰" in browse("town_leader", TOWN_A).get(reverse("oversight.glasses")).content.decode()
    assert "周*兰" not in browse("town_leader", TOWN_B).get(reverse("oversight.glasses")).content.decode()


def test_打开和每次查看都有目的地记入审计(outsider: Client, family: dict[str, Any]) -> None:
    url = open_file(outsider)["Location"]
    outsider.get(url)
    outsider.get(url)
    lines = AuditEntry.objects.filter(object_type="person", object_id=family["person"].pk)
    assert list(lines.order_by("pk").values_list("action", flat=True)) == ["glass.open", "read", "read"]
    assert {line.detail["purpose"] for line in lines} == {"stray"}


@pytest.mark.parametrize(("id_no", "name"), [(ID_NO, "周桂"), (ID_NO, "周桂花"), (STRANGER, NAME), (ID_NO, "")])
def test_号码与姓名不完全相符_与查无此人同样回答(
    outsider: Client, family: dict[str, Any], id_no: str, name: str
) -> None:
    response = identify(outsider, id_no, name)
    assert response.status_code == 422 and "周*兰" not in response.content.decode()
    if name:
        assert glass.NOBODY in response.content.decode()


def test_只给别人的令牌或编号打不开(outsider: Client, browse: Callable[..., Client], family: dict[str, Any]) -> None:
    token = identify(outsider).context["token"]
    other = browse("matching_officer", TOWN_B)
    for given in (token, str(family["person"].pk), "", "~abc"):
        response = other.post(URL, {"step": "open", "person": given, "reason": "stray", "text": WHY})
        assert response.status_code == 422 and "请重新填写" in response.content.decode()
    assert not GlassBreak.objects.exists()


@pytest.mark.parametrize(("reason", "text"), [("stray", "急"), ("", WHY), ("curious", WHY), ("stray", " " * 40)])
def test_没有事由或说明太短_不打开(outsider: Client, family: dict[str, Any], reason: str, text: str) -> None:
    assert open_file(outsider, text, reason).status_code == 422
    assert not GlassBreak.objects.exists() and not OutboxMessage.objects.exists()


def test_到期后关闭_别人也用不了(outsider: Client, browse: Callable[..., Client], family: dict[str, Any]) -> None:
    url = open_file(outsider)["Location"]
    assert browse("county_reviewer", COUNTY).get(url).status_code == 404
    with clock.at(clock.now() + datetime.timedelta(minutes=31)):
        assert outsider.get(url).status_code == 404


def test_每天次数有上限(outsider: Client, family: dict[str, Any], settings: Any) -> None:
    settings.BREAK_GLASS_PER_DAY = 1
    settings.BREAK_GLASS_TRIES_PER_DAY = 3
    assert open_file(outsider).status_code == 302
    assert "已达 1 次" in open_file(outsider).content.decode()
    identify(outsider, STRANGER)
    assert "已达 3 次" in identify(outsider).content.decode()


def test_范围以内的档案不必打破(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    assert "在您的数据范围内" in identify(browse("town_clerk", TOWN_A)).content.decode()


def test_审计管理员复核_不能复核自己的_不能改(
    outsider: Client, browse: Callable[..., Client], staff: Callable[..., User], family: dict[str, Any]
) -> None:
    open_file(outsider)
    opened = GlassBreak.objects.get()
    url = reverse("oversight.glass_review", kwargs={"pk": opened.pk})
    assert browse("town_leader", TOWN_A).get(url).status_code == 403
    admin = browse("audit_admin")
    assert admin.post(url, {"verdict": "unjustified", "review": "短"}).status_code == 422
    assert admin.post(url, {"verdict": "unjustified", "review": "派出所没有接到过报警"}).status_code == 302
    opened.refresh_from_db()
    assert (opened.verdict, opened.reviewed_name) == ("unjustified", "审计管理员")
    assert AuditEntry.objects.get(action="glass.review").detail["verdict"] == "unjustified"
    with pytest.raises(OversightRefused, match="不能再改"):
        glass.review(actor=actor_of(staff("audit_admin", COUNTY)), pk=opened.pk, justified=True, text="改成成立")
    mine = GlassBreak.objects.create(
        person=family["person"], region_code=TOWN_A, user=staff("audit_admin", COUNTY), user_name="审计管理员",
        role="town_clerk", reason_code="stray", opened_at=clock.now(), expires_at=clock.now(),
    )  # fmt: skip
    with pytest.raises(OversightRefused, match="自己"):
        glass.review(actor=actor_of(staff("audit_admin", COUNTY)), pk=mine.pk, justified=True, text="理由成立")


@pytest.mark.parametrize("role", ["finance", "village_worker", "audit_admin", "sys_admin"])
def test_没有这项权限的岗位进不来(role: str, browse: Callable[..., Client], family: dict[str, Any]) -> None:
    assert identify(browse(role, TOWN_B if role == "village_worker" else COUNTY)).status_code == 403
