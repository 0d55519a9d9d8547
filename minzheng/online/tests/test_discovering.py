"""我发现有人有困难: told on a phone without an account, and nothing about anybody is told back."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.datacenter.monitoring.models import Alert, Lead
from minzheng.kernel.cases.tests.place import VILLAGE, Place, photo
from minzheng.kernel.documents import throttle

pytestmark = pytest.mark.django_db


def test_不登录_五个问题_得到回执号_凭号只查得到一句话() -> None:
    Place()
    throttle.forget()
    client, url = Client(), reverse("portal.discovery")
    lacking = client.post(url, {"region": VILLAGE})
    assert lacking.status_code == 422 and Lead.objects.count() == 0
    told = {
        "region": VILLAGE,
        "where": "村口第二家姓王的老人",
        "troubles": ["food", "other"],
        "words": "几天没生火了",
        "phone": "13900001111",
    }
    sent = client.post(url, {**told, "photos": [photo()]}, follow=True)
    lead = Lead.objects.select_related("alert").get()
    assert lead.number in sent.content.decode() and len(lead.photos) == 1
    assert (lead.alert.channel, lead.alert.level, lead.alert.state) == (Alert.PUBLIC, "orange", Alert.NEW)
    answer = Client().post(reverse("portal.discovery_answer"), {"number": lead.number}).content.decode()
    assert "已经收到" in answer and "王" not in answer.partition("<main")[2].partition("</main>")[0]
    assert "没有查到" in Client().post(reverse("portal.discovery_answer"), {"number": "ZD-2222-2222"}).content.decode()
    statuses = [client.post(url, {**told, "words": f"第 {n} 次"}).status_code for n in range(6)]
    assert statuses[-1] == 429 and Lead.objects.count() <= 6
