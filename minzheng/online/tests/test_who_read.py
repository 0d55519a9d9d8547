"""谁看过我的档案: readings by others, in plain words, without officers' names; each can be asked about."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.audit import services as audit
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.models import Case
from minzheng.kernel.notices.models import OutboxMessage
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.oversight import questions
from minzheng.kernel.oversight.models import ReadQuestion
from minzheng.kernel.subjects.mandate_models import Mandate
from minzheng.kernel.subjects.models import Person

pytestmark = pytest.mark.django_db
URL = "/m/who-read/"
PLACE, START = "990101001001", datetime.date(2020, 1, 1)


@pytest.fixture
def zhou() -> Person:
    return Person.objects.create(name="周桂兰", region_code=PLACE)


@pytest.fixture
def phone(zhou: Person) -> Client:
    return signed_in("c-zhou", zhou)


def signed_in(username: str, person: Person) -> Client:
    user = User.objects.create_user(username, None, name=person.name, kind="citizen", person=person)
    client = Client()
    client.force_login(user, backend="minzheng.kernel.accounts.backends.AccountBackend")
    return client


@pytest.fixture
def clerk() -> Actor:
    office = Organization.objects.create(
        code="T", name="青石镇民政服务窗口", kind="township", region_code="990101001000", valid_from=START
    )
    user = User.objects.create_user("lin", "x", name="林晓云")
    Assignment.objects.create(
        user=user, role="town_clerk", organization=office, region_code="990101001000", post="民政助理", valid_from=START
    )
    return actor_of(user)


def test_列出单位_岗位_目的_不写姓名(phone: Client, zhou: Person, clerk: Actor, settings: Any) -> None:
    case = Case.objects.create(item_code="assistance.dibao", applicant=zhou, region_code=PLACE, form={"a": 1})
    audit.record_read(actor=clerk, obj=zhou, reason="信访核查", purpose="complaint")
    audit.record_read(actor=clerk, obj=case, reason="办理办件 1", purpose="case")
    page = phone.get(URL).content.decode()
    assert page.count("青石镇民政服务窗口") == 2 and "民政助理" in page
    assert "核查信访事项" in page and "办理您家的申请或待遇" in page
    assert "林晓云" not in page
    settings.WHO_READ_SHOW_NAMES = 1
    assert "林晓云" in phone.get(URL).content.decode()


def test_自己看的不列_别人的档案不列(phone: Client, zhou: Person, clerk: Actor) -> None:
    audit.record_read(actor=actor_of(User.objects.get(username="c-zhou")), obj=zhou, reason="本人查看", purpose="own")
    other = Person.objects.create(name="吴长河", region_code=PLACE)
    audit.record_read(actor=clerk, obj=other, reason="信访核查", purpose="complaint")
    assert "没有人看过" in phone.get(URL).content.decode()


def test_默认十二个月_更早的另看(phone: Client, zhou: Person, clerk: Actor) -> None:
    with clock.at(clock.now() - datetime.timedelta(days=500)):
        audit.record_read(actor=clerk, obj=zhou, reason="信访核查", purpose="complaint")
    page = phone.get(URL).content.decode()
    assert "核查信访事项" not in page and "更早的" in page
    assert "核查信访事项" in phone.get(URL, {"all": "1"}).content.decode()


def test_紧急查阅有标记(phone: Client, zhou: Person, clerk: Actor) -> None:
    audit.record(actor=clerk, action="glass.open", obj=zhou, reason="紧急查阅", detail={"purpose": "stray"})
    page = phone.get(URL).content.decode()
    assert "紧急查阅" in page and "救助走失或流浪人员" in page


def test_询问进审计队列_答复回到手机(phone: Client, zhou: Person, clerk: Actor) -> None:
    line = audit.record_read(actor=clerk, obj=zhou, reason="其他", purpose="other")
    assert "我要问一问" in phone.get(URL, {"ask": line.pk}).content.decode()
    asked = phone.post(URL, {"of": zhou.pk, "entry": line.pk, "kind": "complaint", "text": "我没有办事，为什么看？"})
    assert asked.status_code == 302
    question = ReadQuestion.objects.get()
    assert (question.entry_id, question.kind, question.region_code) == (line.pk, "complaint", PLACE)
    assert "正在核实" in phone.get(URL).content.decode()
    again = phone.post(URL, {"of": zhou.pk, "entry": line.pk, "kind": "question", "text": "再问一次"})
    assert again.status_code == 422 and "已经问过" in again.content.decode()
    admin = User.objects.create_user("rizhi", "x", name="查有据")
    Assignment.objects.create(
        user=admin, role="audit_admin", organization=Organization.objects.get(), region_code="990101000000",
        valid_from=START,
    )  # fmt: skip
    questions.answer(actor=actor_of(admin), pk=question.pk, text="是年度复核，每户都看。")
    assert "是年度复核" in phone.get(URL).content.decode()
    assert OutboxMessage.objects.filter(recipient=zhou, channel="inapp").count() == 1


@pytest.mark.parametrize("posted", [{"kind": "x", "text": "为什么要看呢"}, {"kind": "question", "text": "嗯"}])
def test_写得不全_说明缺什么(posted: dict[str, str], phone: Client, zhou: Person) -> None:
    response = phone.post(URL, {"of": zhou.pk, "entry": "0", **posted})
    assert response.status_code == 422 and not ReadQuestion.objects.exists()


def test_不能问别人的查阅记录(phone: Client, zhou: Person, clerk: Actor) -> None:
    other = Person.objects.create(name="吴长河", region_code=PLACE)
    line = audit.record_read(actor=clerk, obj=other, reason="信访核查", purpose="complaint")
    post = {"of": zhou.pk, "entry": line.pk, "kind": "question", "text": "为什么看他的"}
    assert phone.post(URL, post).status_code == 404
    assert phone.get(URL, {"of": other.pk}).status_code == 404
    assert phone.post(URL, {**post, "of": other.pk}).status_code == 404


@pytest.mark.parametrize(
    ("kind", "state", "seen"),
    [("guardian", "active", True), ("entrust", "active", True), ("helper", "active", False), ("guardian", "revoked", False),
     ("guardian", "waiting", False)],
)  # fmt: skip
def test_监护人和受托人可以看_村里帮办和已解除的不行(
    kind: str, state: str, seen: bool, phone: Client, zhou: Person, clerk: Actor
) -> None:
    child = Person.objects.create(name="周小满", region_code=PLACE)
    Mandate.objects.create(
        region_code=PLACE, kind=kind, state=state, method="record", principal=child, principal_name="周小满", agent=zhou,
        agent_name="周桂兰", relation="祖母", valid_from=START,
    )  # fmt: skip
    audit.record_read(actor=clerk, obj=child, reason="动态复核", purpose="review")
    response = phone.get(URL, {"of": child.pk})
    assert response.status_code == (200 if seen else 404)
    if seen:
        assert "定期复核您家的情况" in response.content.decode()


def test_还没有档案的人_说明什么时候会有() -> None:
    user = User.objects.create_user("c-new", None, name="新来的", kind="citizen")
    client = Client()
    client.force_login(user, backend="minzheng.kernel.accounts.backends.AccountBackend")
    assert "还没有您的档案" in client.get(URL).content.decode()
    assert not AuditEntry.objects.filter(action="read").exists()
