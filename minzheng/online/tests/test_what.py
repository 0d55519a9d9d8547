"""“我能享受什么”: few plain questions, the same answer as the whole evaluation, and nothing kept anywhere."""

from __future__ import annotations

import datetime
import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from minzheng.kernel import clock
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents import throttle
from minzheng.kernel.standards import values
from minzheng.kernel.subjects.models import Person
from minzheng.online.portal.views import what as view
from minzheng.online.portal.what import carry, places, state, telling
from minzheng.online.tests.conftest import TOWN
from minzheng.policy import load_ruleset, yamltext
from minzheng.policy.entitlements import entitlements

pytestmark = pytest.mark.django_db

URL, DAY = "/m/what/", datetime.date(2026, 11, 22)
FAMILIES = yamltext.load(Path(__file__).with_name("what_families.yaml"))
NONE: dict[str, Any] = {
    "where": {"place": TOWN, "urban": "农村", "hukou": "here"},
    "money": {"income": "none", "student": "no"},
    "property": {"savings": "none", "houses": "1", "cars": "0"},
    "spent": {"spent": "none", "sudden": "none"},
    "already": {},
}


@pytest.fixture(autouse=True)
def today(village: None, monkeypatch: pytest.MonkeyPatch) -> None:
    throttle.forget()
    places.forget()
    values.forget()
    monkeypatch.setattr(clock, "today", lambda: DAY)


class Phone:
    """Somebody answering on a phone: every screen is read from the page before the next is posted."""

    def __init__(self, client: Client):
        self.client, self.page, self.steps = client, client.get(URL), 1

    @property
    def html(self) -> str:
        return self.page.content.decode()

    @property
    def at(self) -> str:
        return self.page.context["at"]

    def press(self, do: str, fields: dict[str, Any] | None = None) -> None:
        data = {"state": self.page.context["state"], "at": self.at, "do": do, **(fields or {})}
        self.page = self.client.post(URL, data)

    def answer(self, said: dict[str, Any]) -> None:
        """Answer until the result; ``said`` as in the file of families, what is missing is “没有”."""
        while self.at != "result":
            self.press("next", typed(self.at, said))
            assert self.page.status_code == 200, self.page.context["errors"]
            self.steps += self.at != "result"

    def given(self) -> dict[str, tuple[str, ...]]:
        return {card.code: tuple(amount for _, amount in card.sums) for card in self.page.context["outcome"].cards}


def typed(at: str, said: dict[str, Any]) -> dict[str, Any]:
    usual = NONE.get(at, {})
    answer = said.get(at, [] if at in ("money", "health", "elders", "support") else {})
    if isinstance(answer, list):
        if at == "money" and not answer:
            answer = [usual] * 9
        return {
            f"{i}.{name}": plain(value)
            for i, row in enumerate(answer)
            for name, value in ({**(usual if at == "money" else {}), **row}).items()
        }
    return {name: plain(value) for name, value in {**usual, **answer}.items()}


def plain(value: Any) -> Any:
    return [str(v) for v in value] if isinstance(value, list) else str(value)


def whole(one: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The same family by the whole evaluation of the rules."""
    found = entitlements(load_ruleset(), one["全部"], "990101", DAY, would_change=False)
    return {
        b.code: tuple(f"{b.total(c):,.2f}" for c in ("monthly", "once", "quota") if b.total(c)) for b in found.eligible
    }


@pytest.mark.parametrize("one", FAMILIES, ids=[str(f["名称"]) for f in FAMILIES])
def test_典型人家_手机上答十个问题以内_结果和整套核算一样(client: Client, one: dict[str, Any]) -> None:
    phone = Phone(client)
    phone.answer(one["回答"])
    assert phone.steps <= 10
    assert phone.given() == whole(one)
    assert sorted(phone.given()) == sorted(str(code) for code in one["应得"])


# ---- questions


def test_只问用得着的人_没有孩子不问父母_没有老人不问自理(client: Client) -> None:
    phone = Phone(client)
    asked = []
    while phone.at != "result":
        asked.append(phone.at)
        phone.press("next", typed(phone.at, {"who": [{"relation": "本人", "age": "40"}]}))
    assert asked == ["where", "who", "money", "property", "health", "spent", "already"]


def test_每一问都能答不知道_年龄空着也行_结果说弄清楚了有什么不一样(client: Client) -> None:
    phone = Phone(client)
    phone.press("next", {"place": TOWN, "urban": "unknown", "hukou": "unknown"})
    phone.press("next", {"0.relation": "本人", "0.age": "", "1.relation": "子女", "1.age": "8"})
    phone.press("next", {"0.income": "unknown"})
    phone.press("next", {"savings": "unknown", "houses": "unknown", "cars": "unknown"})
    phone.press("next", {"0.has": ["unknown"], "1.has": ["unknown"]})
    phone.press("next", {"0.father": "unknown", "0.mother": "unknown"})
    phone.press("next", {"spent": "unknown", "sudden": "unknown"})
    phone.press("next", {"already": ["unknown"]})
    assert phone.page.status_code == 200 and phone.at == "result"
    open_ = {one.title: one.answers for one in phone.page.context["outcome"].open}
    assert {"孩子：他的妈妈", "我自己：多大了", "我自己：每个月进多少钱", "户口在不在这个县"} <= set(open_)
    assert any("孤儿" in e or "困境儿童" in e for _, effects in open_["孩子：他的妈妈"] for e in effects)
    income = dict(open_["我自己：每个月进多少钱"])
    assert any(answer.endswith("元 起") and any("低保" in e for e in effects) for answer, effects in income.items())


def test_弄清楚了会变的那句话_照着答了就真的这样变(client: Client) -> None:
    said = {
        "who": [{"relation": "本人", "age": "66"}],
        "money": [{"income": "some", "other": "150"}],
        "elders": [{"help": "0", "ability": "none", "lives": "home"}],
    }
    first, second = Phone(client), Phone(client)
    first.answer({**said, "support": [{"supported": "unknown"}]})
    [(answer, effects)] = next(o.answers for o in first.page.context["outcome"].open if "有没有人该养他" in o.title)
    assert answer == "没有"
    second.answer({**said, "support": [{"supported": "no"}]})
    assert "assistance.tekun" in second.given() and "assistance.dibao" not in second.given()
    assert f"特困供养（五保）每月多 {second.given()['assistance.tekun'][0]} 元" in effects
    assert f"低保每月少 {first.given()['assistance.dibao'][0]} 元" in effects


def test_没填的指出来_填的不丢(client: Client) -> None:
    phone = Phone(client)
    phone.press("next", {"place": "", "urban": "农村", "hukou": "here"})
    assert phone.page.status_code == 422 and phone.at == "where"
    assert "请选择住在哪个乡镇（街道）" in phone.html and 'value="农村" checked' in phone.html
    phone.press("next", typed("where", {}))
    phone.press("next", {"0.relation": "本人", "0.age": "四十"})
    assert phone.page.status_code == 422 and 'value="四十"' in phone.html


def test_上一步回去_答过的还在_改了人数别人的答案不会串(client: Client) -> None:
    phone = Phone(client)
    phone.press("next", typed("where", {}))
    phone.press("next", {"0.relation": "本人", "0.age": "50", "1.relation": "配偶", "1.age": "48"})
    money = {"0.income": "some", "0.work": "1000", "1.income": "some", "1.work": "2000"}
    phone.press("next", money)
    assert phone.at == "property"
    phone.press("back", {"savings": "none"})
    assert 'value="1000.00"' in phone.html and 'value="2000.00"' in phone.html
    phone.press("back", money)
    assert phone.at == "who"
    phone.press("remove_row:1", {"0.relation": "本人", "0.age": "50", "1.relation": "配偶", "1.age": "48"})
    phone.press("add_row", {"0.relation": "本人", "0.age": "50"})
    phone.press("next", {"0.relation": "本人", "0.age": "50", "1.relation": "父母", "1.age": "75"})
    assert phone.at == "money", phone.page.context["errors"]
    assert "父亲（母亲）" in phone.html
    assert 'value="1000.00"' in phone.html and 'value="2000.00"' not in phone.html


def test_加人删人不用脚本_最多十个(client: Client) -> None:
    phone = Phone(client)
    phone.press("next", typed("where", {}))
    rows = {f"{i}.relation": "其他" for i in range(12)} | {f"{i}.age": "30" for i in range(12)}
    phone.press("add_row", rows)
    assert "第 11 个人" not in phone.html and "再加一个人" not in phone.html


# ---- the result


def test_结果写明多少_按哪份文件_带什么_去哪里办(client: Client) -> None:
    phone = Phone(client)
    phone.answer(FAMILIES[0]["回答"])
    html = phone.html
    assert "您家可能享受 4 项" in html and "每月的钱加起来" in html
    assert "530.00 元" in html and "保障标准" in html and "示范县民政局" in html and "起</span>" in html
    assert "带上：" in html and "青石镇民政服务窗口" in html and "2026年11月22日" in html
    assert not re.search(r"assistance\.|elderly\.|R0\d|990101", re.sub(r'value="[^"]*"|name="[^"]*"', "", html))


def test_什么都够不上_说差在哪里_还能去哪里问(client: Client) -> None:
    phone = Phone(client)
    phone.answer(next(f for f in FAMILIES if "什么都够不上" in f["名称"])["回答"])
    assert "现在没有能享受的" in phone.html and "12345" in phone.html
    assert "现在不符合的，为什么" in phone.html and "不低于保障标准" in phone.html
    assert "孤儿基本生活费" not in phone.html  # nobody here is a child


def test_不能一起领的说出来(client: Client) -> None:
    phone = Phone(client)
    phone.answer(next(f for f in FAMILIES if "一级视力残疾" in f["名称"])["回答"])
    assert "有的不能一起领" in phone.html and "不能同时领。已由特困供养保障，不再另发生活补贴" in phone.html


def test_只差一点的说差多少(client: Client) -> None:
    phone = Phone(client)
    phone.answer({"who": [{"relation": "本人", "age": "50"}], "money": [{"income": "some", "other": "742.50"}]})
    near = dict(phone.page.context["outcome"].near)
    assert near["低保"] == "家庭月收入再低 12.51 元，就符合条件。"


# ---- nothing is kept


def test_不登录_不留会话_库里日志里地址里都没有说过的话(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    before = counts()
    phone = Phone(client)
    with caplog.at_level("DEBUG"):
        phone.answer(
            {
                "who": [{"relation": "本人", "age": "83"}],
                "money": [{"income": "some", "other": "731.46"}],
                "health": [{"has": ["card"], "kind": "精神", "level": "2"}],
                "elders": [{"help": "5", "ability": "重度失能", "lives": "home"}],
                "support": [{"supported": "no"}],
            }
        )
    changed = {name: n - before[name] for name, n in counts().items() if n != before[name]}
    assert set(changed) <= {"kernel.PublicCount"}  # how often this address asked, sealed; not what
    assert set(client.cookies) <= {"csrftoken"}
    said = "\n".join(record.getMessage() + str(record.__dict__) for record in caplog.records)
    # as numbers of their own: the same digits may stand inside a moment or a memory address of the record
    assert not re.search(r"(?<![\d.])(731(\.460*)?|73146)(?![\d.])", said)
    assert not any(word in said for word in ("精神", "重度失能", phone.page.context["state"]))
    assert phone.page.request["PATH_INFO"] == URL and not phone.page.request["QUERY_STRING"]


def counts() -> dict[str, int]:
    return {f"{m._meta.app_label}.{m.__name__}": m._default_manager.count() for m in apps.get_models()}


def test_页面里带着的答案是加密的_别人改不动_过两小时不认(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = Phone(client)
    phone.press("next", typed("where", {}))
    packed = phone.page.context["state"]
    assert "农村" not in packed and state.unpack(packed) == {
        "where": {"place": TOWN, "urban": "农村", "hukou": "here"},
        "_input": {},
    }
    changed = packed[:-6] + ("A" if packed[-6] != "A" else "B") + packed[-5:]
    assert state.unpack(changed) is None and state.unpack("!") is None and state.unpack("x" * 100_000) is None
    late = time.time() + state.FOR_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: late)
    phone.press("next", {"0.relation": "本人", "0.age": "40"})
    assert phone.at == "where" and "请从头再答一遍" in phone.html


def test_浏览器可以后退_代理和搜索引擎不留(client: Client) -> None:
    page = Phone(client).page
    assert page["Cache-Control"] == "private, no-cache" and "noindex" in page["X-Robots-Tag"]


def test_问得太快要歇一歇(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "TRIES", 2)
    phone = Phone(client)
    for _ in range(2):
        phone.press("next", {"place": ""})
    answer = client.post(URL, {"do": "next"})
    assert answer.status_code == 429 and "请过一分钟再试" in answer.content.decode()


def test_中途换大字版_答过的不丢(client: Client) -> None:
    phone = Phone(client)
    phone.press("next", typed("where", {}))
    phone.press("care:1", {"0.relation": "本人", "0.age": "66"})
    assert 'class="care"' in phone.html and phone.at == "who" and 'value="66"' in phone.html
    assert client.cookies["care"].value == "1"


# ---- on to the application


def test_点申请才带走_登录后申请表里已经填好(zhou: Client, head: Person) -> None:
    phone = Phone(zhou)
    phone.answer(
        {
            "who": [{"relation": "本人", "age": "68"}],
            "money": [{"income": "some", "other": "120"}],
            "property": {"savings": "some", "savings_amount": "3000", "houses": "1", "cars": "0"},
            "elders": [{"help": "0", "ability": "none", "lives": "home"}],
            "support": [{"supported": "yes"}],
        }
    )
    phone.press("apply:assistance.dibao")
    assert phone.page.status_code == 302 and phone.page["Location"] == "/m/apply/assistance.dibao/"
    assert "3000" not in str(dict(zhou.session))  # sealed
    answer = zhou.post("/m/apply/assistance.dibao/")
    case = Case.objects.get(state="DRAFT")
    assert answer["Location"] == f"/m/draft/{case.pk}/1/"
    assert case.form["property"]["deposits"] == 300000 and case.form["property"]["urban"] == "农村"
    assert carry.KEY not in zhou.session


def test_不点申请_会话里什么也没有(zhou: Client) -> None:
    Phone(zhou).answer(FAMILIES[0]["回答"])
    assert not [key for key in dict(zhou.session) if key.startswith("portal.")]


def test_登记里已有家人的_不拿回答去顶替(zhou: Client, head: Person) -> None:
    phone = Phone(zhou)
    phone.answer({"who": [{"relation": "本人", "age": "68"}, {"relation": "配偶", "age": "70"}],
                  "money": [{"income": "some", "other": "1"}, {"income": "some", "other": "2"}],
                  "elders": [{"help": "0", "ability": "none", "lives": "home"}] * 2,
                  "support": [{"supported": "yes"}] * 2})  # fmt: skip
    phone.press("apply:assistance.dibao")
    zhou.post("/m/apply/assistance.dibao/")
    members = Case.objects.get(state="DRAFT").form["members"]
    assert [m["name"] for m in members] == ["周桂兰", "赵志强"] and not any(m.get("transfer") for m in members)


def test_每项福利都有平常的叫法(client: Client) -> None:
    missing = [code for code in load_ruleset().benefit_codes() if not telling.plain().get(code, {}).get("name")]
    assert missing == []
    assert not set(telling.plain()) - set(load_ruleset().benefit_codes())


def test_每张卡片说出这一家的为什么_数是规则算出来的(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "TRIES", 1000)
    for one in FAMILIES:
        phone = Phone(client)
        phone.answer(one["回答"])
        for card in phone.page.context["outcome"].cards:
            wanted = telling.plain()[card.code].get("why")
            assert bool(card.why) == bool(wanted), (one["名称"], card.code)
            assert "{" not in "".join(card.why) and "None" not in "".join(card.why)
    phone = Phone(client)
    phone.answer(FAMILIES[0]["回答"])
    assert "家里每月算进来的钱是 200.00 元，1 个人的线是 730.00 元，没到线。" in phone.html
