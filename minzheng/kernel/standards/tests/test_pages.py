"""Parameters on screen: what is open, drafted by one, signed by another, many at a time; the export."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.standards import selectors, values
from minzheng.kernel.standards.models import ParameterValue

pytestmark = pytest.mark.django_db
COUNTY, START = "980101000000", datetime.date(2020, 1, 1)
DAY = datetime.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    values.forget()
    with clock.at(DAY):
        yield
    values.forget()


@pytest.fixture
def officers() -> list[Client]:
    office = Organization.objects.create(code="T", name="测试局", kind="bureau", region_code=COUNTY, valid_from=START)
    found = []
    for username, role in (("zc1", "policy_officer"), ("zc2", "policy_officer"), ("jb", "town_clerk")):
        user = User.objects.create_user(username, None, name=username)
        Assignment.objects.create(user=user, role=role, organization=office, region_code=COUNTY, valid_from=START)
        found.append(Client())
        found[-1].force_login(user, backend="minzheng.kernel.accounts.backends.AccountBackend")
    return found


def _draft(client: Client, **changes: str) -> object:
    url = reverse("standards.draft", kwargs={"name": "保障标准_农村"})
    told = {"how": "own", "value": "7,12.5", "unit": "元/月", "valid_from": "2026-01-01", "source": "测民发〔2026〕1号"}
    return client.post(url, {**told, **changes})


def test_起草_本人不能签_另一人签了就按它算(officers: list[Client]) -> None:
    assert "缺值" in officers[0].get(reverse("standards.list")).content.decode()
    assert _draft(officers[0], value="712.50").status_code == 302  # type: ignore[attr-defined]
    row = ParameterValue.objects.get()
    url = reverse("standards.sign", kwargs={"pk": row.pk})
    own = officers[0].post(url, {})
    assert own.status_code == 422 and "起草人不能自己签发" in own.content.decode()
    assert "等另一人签发" in officers[0].get(reverse("standards.list")).content.decode()
    assert officers[1].post(url, {}).status_code == 302
    settled = selectors.one(COUNTY, "保障标准_农村", DAY)
    assert settled is not None and settled.value == "712.50" and settled.state == "settled"
    exported = officers[0].get(reverse("standards.export")).content.decode()
    assert "保障标准_农村" in exported and "712.50" in exported
    assert "712.50" in officers[1].get(reverse("standards.history")).content.decode()


@pytest.mark.parametrize(("field", "value", "sentence"), [("value", "七百", "值不对"), ("value", "0", "不能低于")])
def test_写错的_留在页面上说明(officers: list[Client], field: str, value: str, sentence: str) -> None:
    response = _draft(officers[0], **{field: value})
    assert response.status_code == 422 and sentence in response.content.decode()  # type: ignore[attr-defined]
    assert not ParameterValue.objects.exists()


def test_成批确认_成批签发(officers: list[Client]) -> None:
    names = [
        "低保_车辆上限",
        "公示天数",
        "监督_EXPORT_KEEP_HOURS",
    ]  # the last one begins in 2021: confirmed from then on
    told = {"names": names, "valid_from": "2015-01-01", "source": "县实施细则"}
    assert officers[0].post(reverse("standards.confirm_many"), told).status_code == 302
    assert ParameterValue.objects.filter(state="draft", confirms=True).count() == 3
    rows = [str(pk) for pk in ParameterValue.objects.values_list("pk", flat=True)]
    assert (
        officers[0].post(reverse("standards.sign_many"), {"rows": rows}).status_code == 422
    )  # one's own are not offered
    assert officers[1].post(reverse("standards.sign_many"), {"rows": rows}).status_code == 302
    assert {selectors.one(COUNTY, name, DAY).state for name in names} == {"settled"}  # type: ignore[union-attr]


def test_经办员能看不能改(officers: list[Client]) -> None:
    page = officers[2].get(reverse("standards.list")).content.decode()
    assert "待确认" in page and "确认或填写" not in page
    assert officers[2].get(reverse("standards.draft", kwargs={"name": "公示天数"})).status_code == 403
