"""The guided page and the two halves of making staff, on screen."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.exchange.tests import rolls

pytestmark = pytest.mark.django_db
HEADS = ["姓名", "用户名", "机构", "岗位"]
ROWS = [["林小云", "lin", "云上县民政局", "乡镇经办员"], ["没机构", "mei", "不存在的镇", "乡镇经办员"]]


@pytest.fixture
def clients() -> dict[str, Client]:
    rolls.county()
    found = {}
    for role in ("sys_admin", "sec_admin", "town_clerk"):
        user = rolls.people(role)[0].user
        assert user is not None
        user.second_factor_at = user.created_at
        user.save()
        found[role] = Client()
        found[role].force_login(user, backend="minzheng.kernel.accounts.backends.AccountBackend")
    return found


def _table() -> SimpleUploadedFile:
    return SimpleUploadedFile("人员.xlsx", rolls.as_xlsx(ROWS, headers=HEADS))


def test_首次设置页_写着由谁办_只给自己能开的链接(clients: dict[str, Client]) -> None:
    page = clients["sys_admin"].get(reverse("setup.home")).content.decode()
    assert "云上县" in page and "由谁办" in page and "还没有人任" in page
    assert reverse("setup.accounts") in page
    assert f'href="{reverse("setup.posts")}"' not in page and f'href="{reverse("standards.list")}"' not in page
    assert clients["town_clerk"].get(reverse("setup.home")).status_code == 403


def test_两个人各办一半(clients: dict[str, Client]) -> None:
    made = clients["sys_admin"].post(reverse("setup.accounts"), {"file": _table()}).content.decode()
    assert "2</strong> 个账号已建立" in made and "只显示这一次" in made
    assert User.objects.get(username="lin").must_change_password
    assert clients["sys_admin"].get(reverse("setup.posts")).status_code == 403
    granted = clients["sec_admin"].post(reverse("setup.posts"), {"file": _table()}).content.decode()
    assert "1</strong> 个岗位已授予" in granted and "找不到机构" in granted and "下载退回的行" in granted
    assert Assignment.objects.filter(user__username="lin", role="town_clerk").count() == 1


def test_不是表的文件_一句话说清(clients: dict[str, Client]) -> None:
    url = reverse("setup.accounts")
    assert "请选择一张" in clients["sys_admin"].post(url, {}).content.decode()
    bad = clients["sys_admin"].post(url, {"file": SimpleUploadedFile("a.csv", "甲,乙\n1,2\n".encode())})
    assert bad.status_code == 422 and "里没有表头" in bad.content.decode()
    sample = clients["sys_admin"].get(reverse("setup.template"))
    assert sample.content[:2] == b"PK"
