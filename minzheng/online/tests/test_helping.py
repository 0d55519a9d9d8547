"""替家人办 on the phone: give, take up, end; whom an application is for; throwing a draft away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from minzheng.kernel.accounts.models import User
from minzheng.kernel.cases.models import Case
from minzheng.kernel.subjects.mandate_models import Mandate
from minzheng.online.tests.conftest import BACKEND, ITEM, id_no, picture
from minzheng.online.tests.test_apply import ink

pytestmark = pytest.mark.django_db

GIVEN = {
    "agent_name": "赵小梅",
    "agent_phone": "15401019999",
    "relation": "女儿",
    "matter": ITEM,
    "power": "file",
    "months": "6",
    "agree": "yes",
}


@pytest.fixture
def daughter(citizen: Callable[..., User]) -> Client:
    client = Client()
    client.force_login(citizen("15401019999"), backend=BACKEND)
    return client


def give(zhou: Client) -> Mandate:
    answer = zhou.post("/m/mandates/give/", GIVEN | {"mandate-ink": ink()})
    assert answer.status_code == 302, answer.content.decode()
    return Mandate.objects.get()


def test_母亲手机上委托_女儿接受_替母亲填申请_母亲解除(zhou: Client, daughter: Client) -> None:
    mandate = give(zhou)
    assert "周桂兰请您替他办事" in daughter.get("/").content.decode()
    take = f"/m/mandates/{mandate.pk}/take/"
    assert daughter.post(take, {"tail": "0000"}).status_code == 422
    assert daughter.post(take, {"tail": id_no("1958-03-14", 902)[-4:]}).status_code == 302
    assert "替周桂兰申请低保" in daughter.get("/m/mandates/").content.decode()
    whom = daughter.post(f"/m/apply/{ITEM}/")
    assert whom["Location"] == f"/m/apply/{ITEM}/whom/"
    assert "替周桂兰（我是女儿）" in daughter.get(whom["Location"]).content.decode()
    first = daughter.post(f"/m/mandates/{mandate.pk}/apply/{ITEM}/")["Location"]
    body = daughter.get(first).content.decode()
    assert "由赵小梅（女儿，受托）代办" in body and "石桥村3组12号" not in body
    assert "赵小梅（女儿，受托）" in zhou.get("/m/mandates/").content.decode()
    assert zhou.post(f"/m/mandates/{mandate.pk}/revoke/").status_code == 302
    assert daughter.get(first).status_code == 404
    assert "已解除" in zhou.get("/m/mandates/").content.decode()


def test_委托要签名要写全(zhou: Client) -> None:
    body = zhou.post("/m/mandates/give/", {**GIVEN, "agent_phone": "", "agree": ""}).content.decode()
    assert "请填写他的手机号" in body and "用手指写下您的名字" in body
    assert not Mandate.objects.exists()


def test_没有档案的号码不能在手机上委托_告诉去哪里(daughter: Client) -> None:
    body = daughter.get("/m/mandates/give/").content.decode()
    assert "还没有和档案对上" in body and "窗口" in body


def test_自己给自己家办_不多问一句(zhou: Client) -> None:
    assert "/m/draft/" in zhou.post(f"/m/apply/{ITEM}/")["Location"]


def test_带委托书替家人办(daughter: Client) -> None:
    asked = {
        "kind": "entrust",
        "principal_name": "周桂兰",
        "principal_id_no": id_no("1958-03-14", 902),
        "relation": "女儿",
        "agent_name": "赵小梅",
        "item": ITEM,
    }
    assert "请拍下签好字的委托书" in daughter.post("/m/mandates/claim/", asked).content.decode()
    answer = daughter.post("/m/mandates/claim/", {**asked, "proof": picture()})
    assert "/m/draft/" in answer["Location"]
    mandate = Mandate.objects.get()
    assert (mandate.state, mandate.case_id) == ("waiting", Case.objects.get().pk)


def test_别人的委托看不到也动不了(zhou: Client, daughter: Client, citizen: Callable[..., User]) -> None:
    mandate = give(zhou)
    stranger = Client()
    stranger.force_login(citizen("15401018888"), backend=BACKEND)
    for path in ("take/", "revoke/"):
        assert stranger.get(f"/m/mandates/{mandate.pk}/{path}").status_code == 404
    stranger.post(f"/m/mandates/{mandate.pk}/apply/{ITEM}/")
    assert not Case.objects.exists()


def test_草稿能删掉_先问一句_别人删不了(zhou: Client, draft: str, daughter: Client) -> None:
    case = Case.objects.get()
    url = f"/m/draft/{case.pk}/drop/"
    assert url in zhou.get("/").content.decode() and url in zhou.get(draft).content.decode()
    assert "找不回来" in zhou.get(url).content.decode() and Case.objects.exists()
    assert daughter.post(url).status_code == 404
    assert zhou.post(url)["Location"] == "/"
    assert not Case.objects.exists()
