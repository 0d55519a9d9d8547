"""怎样联系我: the channel, the reminders and the consent to service online, chosen on the phone."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.notices import choices
from minzheng.kernel.subjects.models import Person
from minzheng.online.tests.conftest import BACKEND

URL = "/m/contact/"


def test_只列联系得上的渠道(zhou: Client, head: Person) -> None:
    page = zhou.get(URL).content.decode()
    assert "尾号 0001" in page and "寄信到 石桥村3组12号" in page and "微信" not in page
    head.address = ""
    head.save()
    assert "寄信到" not in zhou.get(URL).content.decode()


def test_选了寄信_不要提醒_同意网上送达(zhou: Client, head: Person) -> None:
    answer = zhou.post(URL, {"first": "post", "reminders": "no", "electronic": "yes"}, follow=True)
    assert "记好了" in answer.content.decode()
    assert choices.order(head) == ["post", "sms"] and choices.refuses_reminders(head)
    assert choices.electronic_consent(head, clock.today()).startswith("本人在线同意")
    assert AuditEntry.objects.filter(action="contact.choose", object_id=head.pk).count() == 1
    page = answer.content.decode()
    assert 'value="post" checked' in page and page.count('value="no" checked') == 1


def test_撤回同意马上生效(zhou: Client, head: Person) -> None:
    zhou.post(URL, {"first": "sms", "reminders": "yes", "electronic": "yes"})
    zhou.post(URL, {"first": "sms", "reminders": "yes", "electronic": "no"})
    assert choices.electronic_consent(head, clock.today()) == ""


def test_没有选的指出来_什么也不改(zhou: Client, head: Person) -> None:
    answer = zhou.post(URL, {"first": "wechat", "reminders": "yes", "electronic": ""})
    assert answer.status_code == 422 and "有 2 处要改" in answer.content.decode()
    assert choices.of(head) is None


def test_没有档案的手机号说明怎样才能选(citizen: Callable[..., User]) -> None:
    client = Client()
    client.force_login(citizen("15401019999"), backend=BACKEND)
    assert "还没有和档案对上" in client.get(URL).content.decode()
    assert client.post(URL, {"first": "sms", "reminders": "yes", "electronic": "no"}).status_code == 200
