"""Applying by phone: drafts stay, mistakes stay, pressing twice makes no second one, expiry loses nothing, others'
cannot be seen.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from minzheng.kernel.accounts.models import User
from minzheng.kernel.cases.models import Case
from minzheng.online.tests.conftest import (
    ACCOUNT,
    APPLICANT,
    BACKEND,
    HOME,
    INK,
    ITEM,
    VILLAGE,
    id_no,
    picture,
    screen_url,
)

pytestmark = pytest.mark.django_db


def ink() -> str:
    out = io.BytesIO()
    Image.new("RGB", (60, 30), "white").save(out, "PNG")
    return INK + base64.b64encode(out.getvalue()).decode()


def test_开始两次_只有一份草稿(zhou: Client) -> None:
    first, second = zhou.post(f"/m/apply/{ITEM}/"), zhou.post(f"/m/apply/{ITEM}/")
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


def test_档案里有的不用再填(zhou: Client, draft: str) -> None:
    page = zhou.get(draft).content.decode()
    assert 'value="周桂兰"' in page and f'value="{VILLAGE}" selected' in page
    assert "1958年3月14日出生，女" in page
    family = zhou.get(screen_url(draft, 2)).content.decode()
    assert "赵志强" in family


def test_填错的留在框里_页首说清楚(zhou: Client, draft: str) -> None:
    answer = zhou.post(draft, {**APPLICANT, "phone": "12", "do": "next"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "有 1 处要改" in page and "请填写 11 位手机号码" in page and 'value="12"' in page
    assert 'href="#q-phone"' in page
    assert 'value="12"' in zhou.get(draft).content.decode(), "离开再回来也还在"


def test_填对了去下一屏_返回还在(zhou: Client, draft: str) -> None:
    answer = zhou.post(draft, {**APPLICANT, "do": "next"})
    assert answer["Location"] == screen_url(draft, 2)
    assert "石桥村3组12号" in zhou.get(draft).content.decode()


def test_离开输入框自动存_不挑错(zhou: Client, draft: str) -> None:
    answer = zhou.post(draft, {**APPLICANT, "address": "", "do": "autosave"})
    assert answer.json() == {"saved": True}
    assert Case.objects.get().form["applicant"]["hukou"] == "here"


def test_删掉一位家人_别人的收入不串(zhou: Client, draft: str) -> None:
    family = screen_url(draft, 2)
    members = {
        "0.name": "周桂兰",
        "0.relation": "本人",
        "0.id_no": APPLICANT["id_no"],
        "0.situation": "home",
        "1.name": "赵志强",
        "1.relation": "子女",
        "1.id_no": id_no("1984-06-02", 901),
        "1.situation": "home",
        "2.name": "赵小满",
        "2.relation": "孙子女",
        "2.id_no": id_no("2014-05-30", 902),
        "2.situation": "home",
    }
    zhou.post(family, {**members, "do": "next"})
    zhou.post(screen_url(draft, 3), {"0.transfer": "213", "1.wage": "1500", "2.business": "10", "do": "next"})
    zhou.post(family, {**members, "do": "remove_row:1"})
    kept = [
        (row["name"], row.get("transfer"), row.get("wage"), row.get("business"))
        for row in Case.objects.get().form["members"]
    ]
    assert kept == [("周桂兰", 21300, None, None), ("赵小满", None, None, 1000)]


def test_照片选好就传_看得到_删得掉(zhou: Client, draft: str) -> None:
    page = screen_url(draft, 5)
    number = zhou.post(page, {"do": "photo", "field": "photo_id", "file": picture()}).json()["id"]
    pk = Case.objects.get().pk
    shown = zhou.get(f"/m/case/{pk}/photo/{number}/")
    assert shown.status_code == 200 and shown["Content-Type"] == "image/jpeg"
    assert zhou.post(page, {"remove_photo": number}, headers={"X-Requested-With": "fetch"}).json() == {"removed": True}
    assert zhou.get(f"/m/case/{pk}/photo/{number}/").status_code == 404


def test_不是照片的不收_说怎么办(zhou: Client, draft: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    bad = SimpleUploadedFile("a.jpg", b"not a picture", content_type="image/jpeg")
    answer = zhou.post(screen_url(draft, 5), {"do": "photo", "field": "photo_id", "file": bad})
    assert answer.status_code == 422 and answer.json()["error"]


def test_没有脚本时照片随表提交(zhou: Client, draft: str) -> None:
    answer = zhou.post(
        screen_url(draft, 5), {**ACCOUNT, "photo_id": [picture("一.jpg"), picture("二.jpg", 40)], "do": "next"}
    )
    assert answer["Location"] == screen_url(draft, 6)
    assert Case.objects.get().attachments.count() == 2


def test_别人看不到也改不了我的草稿(draft: str, citizen: Callable[..., User]) -> None:
    other = Client()
    other.force_login(citizen("15401019999"), backend=BACKEND)
    assert other.get(draft).status_code == 404
    assert other.post(draft, {**APPLICANT, "do": "next"}).status_code == 404
    pk = Case.objects.get().pk
    for path in (
        f"/m/case/{pk}/",
        f"/m/case/{pk}/sent/",
        f"/m/case/{pk}/decision/",
        f"/m/case/{pk}/supplement/",
        f"/m/case/{pk}/do/withdraw/",
    ):
        assert other.get(path).status_code == 404, path


def test_登录过期_刚填的内容登录后还在(zhou: Client, draft: str) -> None:
    zhou.logout()
    answer = zhou.post(draft, {**APPLICANT, "address": "过期以后才填的住址", "do": "next"})
    assert answer["Location"].startswith("/m/sign-in/")
    assert "刚才填的内容已经保住" in zhou.get("/m/sign-in/").content.decode()
    assert "过期以后才填的住址" not in str(dict(zhou.session)), "密封着存"
    back = sign_in(zhou, "15401010001")
    assert back["Location"] == draft
    assert "过期以后才填的住址" in zhou.get(draft).content.decode()


def test_过期后换了个人登录_不存进别人的草稿(zhou: Client, draft: str, citizen: Callable[..., User]) -> None:
    zhou.logout()
    zhou.post(draft, {**APPLICANT, "address": "不该存进去", "do": "next"})
    citizen("15401018888")
    assert sign_in(zhou, "15401018888")["Location"] == "/"
    assert Case.objects.get().form["applicant"].get("address") != "不该存进去"


def sign_in(client: Client, phone: str) -> Any:
    import re

    page = client.post("/m/sign-in/", {"do": "send", "phone": phone}).content.decode()
    code = re.search(r"data-shown-code>(\d{6})<", page)
    assert code is not None
    return client.post("/m/sign-in/", {"do": "enter", "phone": phone, "code": code.group(1)})


def filled(client: Client, draft: str) -> str:
    """Fills in up to the last screen; returns its address."""
    client.post(draft, {**APPLICANT, "do": "next"})
    members = {
        "0.name": "周桂兰",
        "0.relation": "本人",
        "0.id_no": APPLICANT["id_no"],
        "0.situation": "home",
        "1.name": "赵志强",
        "1.relation": "子女",
        "1.id_no": id_no("1984-06-02", 901),
        "1.situation": "home",
    }
    client.post(screen_url(draft, 2), {**members, "do": "next"})
    client.post(screen_url(draft, 3), {"0.transfer": "213", "1.wage": "1500", "do": "next"})
    client.post(screen_url(draft, 4), {**HOME, "do": "next"})
    client.post(screen_url(draft, 5), {**ACCOUNT, "do": "next"})
    return screen_url(draft, 6)


def sign(client: Client, last: str, seq: int, name: str) -> Any:
    member = Case.objects.get().members.get(seq=seq)
    data = {
        f"c{seq}-method": "same_phone",
        f"c{seq}-name": name,
        f"c{seq}-agree": "yes",
        f"c{seq}-ink": ink(),
        "do": f"sign:{member.pk}",
    }
    return client.post(last, data)


def test_少一个人签字_提交不了_说是谁(zhou: Client, draft: str) -> None:
    last = filled(zhou, draft)
    assert sign(zhou, last, 1, "周桂兰").status_code == 302
    answer = zhou.post(last, {"promise": "yes", "do": "submit"})
    assert answer.status_code == 422 and "赵志强" in answer.content.decode()
    assert Case.objects.get().state == "DRAFT"


def test_签字缺姓名缺手写_逐项说(zhou: Client, draft: str) -> None:
    last = filled(zhou, draft)
    member = Case.objects.get().members.get(seq=1)
    page = zhou.post(last, {"c1-method": "same_phone", "c1-name": "周桂", "do": f"sign:{member.pk}"}).content.decode()
    assert "请一字不差地填写姓名“周桂兰”" in page and "请先勾选" in page and "请在方框里用手指写下名字" in page


def test_纸质授权书拍照也行(zhou: Client, draft: str) -> None:
    last = filled(zhou, draft)
    member = Case.objects.get().members.get(seq=2)
    zhou.post(last, {"c2-method": "paper", "c2-paper": picture("授权书.jpg"), "do": f"sign:{member.pk}"})
    consent = member.consents.get()
    assert consent.method == "paper" and consent.attachment_id


def test_提交按两次_只有一件_编号给出来(zhou: Client, draft: str) -> None:
    last = filled(zhou, draft)
    sign(zhou, last, 1, "周桂兰")
    sign(zhou, last, 2, "赵志强")
    first = zhou.post(last, {"promise": "yes", "do": "submit"})
    second = zhou.post(last, {"promise": "yes", "do": "submit"})
    case = Case.objects.get()
    assert case.state == "SUBMITTED" and case.acts.filter(code="submit").count() == 1
    assert first["Location"] == f"/m/case/{case.pk}/sent/"
    assert second["Location"] == f"/m/case/{case.pk}/"
    assert case.no in zhou.get(first["Location"]).content.decode()
    assert zhou.post(f"/m/apply/{ITEM}/")["Location"] == f"/m/case/{case.pk}/", "已在办的不再开一份"


def test_没勾承诺不能提交(zhou: Client, draft: str) -> None:
    last = filled(zhou, draft)
    sign(zhou, last, 1, "周桂兰")
    sign(zhou, last, 2, "赵志强")
    answer = zhou.post(last, {"do": "submit"})
    assert answer.status_code == 422 and "请先勾选" in answer.content.decode()


def test_撤回以后可以重新申请(zhou: Client, draft: str) -> None:
    last = filled(zhou, draft)
    sign(zhou, last, 1, "周桂兰")
    sign(zhou, last, 2, "赵志强")
    zhou.post(last, {"promise": "yes", "do": "submit"})
    case = Case.objects.get()
    assert zhou.get(f"/m/case/{case.pk}/do/withdraw/").status_code == 200
    zhou.post(f"/m/case/{case.pk}/do/withdraw/", {"opinion": "找到工作了"})
    case.refresh_from_db()
    assert case.state == "WITHDRAWN"
    assert "/m/draft/" in zhou.post(f"/m/apply/{ITEM}/")["Location"]


def test_没有档案的人也能申请_提交后账号连上新档案(village: None, citizen: Callable[..., User]) -> None:
    user, client = citizen("15401017777"), Client()
    client.force_login(user, backend=BACKEND)
    draft = str(client.post(f"/m/apply/{ITEM}/")["Location"])
    newcomer = {**APPLICANT, "name": "陈阿水", "id_no": id_no("1960-01-05", 901), "phone": "15401017777"}
    client.post(draft, {**newcomer, "do": "next"})
    client.post(
        screen_url(draft, 2),
        {"0.name": "陈阿水", "0.relation": "本人", "0.id_no": newcomer["id_no"], "0.situation": "home", "do": "next"},
    )
    client.post(screen_url(draft, 3), {"0.wage": "100", "do": "next"})
    client.post(screen_url(draft, 4), {**HOME, "do": "next"})
    client.post(screen_url(draft, 5), {**ACCOUNT, "do": "next"})
    last = screen_url(draft, 6)
    sign(client, last, 1, "陈阿水")
    assert client.post(last, {"promise": "yes", "do": "submit"}).status_code == 302
    user.refresh_from_db()
    assert user.person is not None and user.person.name == "陈阿水"


def test_知道别人的姓名和身份证号_打不开别人的档案(head: Any, citizen: Callable[..., User]) -> None:
    """Filling in a form for the neighbour does not link to the neighbour's file: it existed before, and the phone is
    not the neighbour's.
    """
    user, client = citizen("15401016666"), Client()
    client.force_login(user, backend=BACKEND)
    draft = str(client.post(f"/m/apply/{ITEM}/")["Location"])
    last = filled(client, draft)
    sign(client, last, 1, "周桂兰")
    sign(client, last, 2, "赵志强")
    client.post(last, {"promise": "yes", "do": "submit"})
    user.refresh_from_db()
    assert user.person_id is None
