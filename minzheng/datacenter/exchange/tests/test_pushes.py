"""Pushes to a system above that loses, delays, repeats and corrupts: delta, rejects with reasons, counts that agree in the end."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse

from minzheng.datacenter.exchange import cli, jobs, messages, partners, pushes
from minzheng.datacenter.exchange.adapters import mapping
from minzheng.datacenter.exchange.errors import ExchangeRefused, Rejected, Unreachable
from minzheng.datacenter.exchange.models import ExchangeMessage, ExchangePartner, ExchangeQuarantine, PushRow, PushRun
from minzheng.datacenter.exchange.simulator import Simulator, serve
from minzheng.datacenter.exchange.tests.conftest import COUNTY, TOWN_A, VILLAGE, other_side
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit import services as audit
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import Award
from minzheng.kernel.oversight import readers
from minzheng.kernel.subjects.idcard import make
from minzheng.kernel.subjects.models import Person

pytestmark = pytest.mark.django_db
BAD_LUCK = {"good": 20, "lost": 20, "delayed": 20, "repeated": 20, "corrupt": 20}


@pytest.fixture
def awards(places: None) -> list[Award]:
    """Twelve: one without an ID number, one of nothing, one of a kind the province has no code for."""
    made = []
    for n in range(12):
        number = make("990101", datetime.date(1960, 1, 1 + n), n + 1) if n else ""
        person = Person.objects.create(name=f"户主{n}", id_no=number, region_code=VILLAGE)
        made.append(
            Award.objects.create(
                no=f"BS{n:03d}", item_code="assistance.dibao" if n != 2 else "assistance.medical", payee=person, payee_name=person.name,
                persons=1, amount_fen=0 if n == 1 else 40_000 + n, region_code=VILLAGE, decided_on=clock.today(), frozen={},
                first_month=clock.today().replace(day=1),
            )
        )  # fmt: skip
    return made


@pytest.fixture
def province(partner: Callable[..., ExchangePartner]) -> Iterator[tuple[ExchangePartner, Simulator]]:
    one = partner(
        "province",
        kind="province",
        adapter="province",
        carrier="rest",
        url="http://127.0.0.1:1",
        purposes=["report_up"],
    )
    told = mapping.get("province")
    rules = [rule for rule in told.simulator["rejects"] if rule["rule"] != "share"]
    other = other_side(one, adapter=replace(told, simulator={**told.simulator, "rejects": rules}))
    server = serve(other)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ExchangePartner.objects.filter(pk=one.pk).update(url=f"http://127.0.0.1:{server.server_address[1]}")
    one.refresh_from_db()
    yield one, other
    server.shutdown()
    server.server_close()


def go_on() -> None:
    """What the jobs would do, without their pauses: try again until nothing waits."""
    for _ in range(4):
        for message in ExchangeMessage.objects.filter(direction="out", state="queued").select_related("partner"):
            try:
                messages.deliver(message)
            except (Unreachable, Rejected):
                continue
        jobs.receive_all()


def pushed(one: ExchangePartner) -> PushRun:
    run = pushes.push(actor=SYSTEM, partner=one, feed_code="awards")
    go_on()
    run.refresh_from_db()
    return run


def test_只送变化的_退回有理由_改了再送_两边数得一样(
    province: tuple[ExchangePartner, Simulator], awards: list[Award], client: Client
) -> None:  # fmt: skip
    one, other = province
    first = pushed(one)
    assert (first.state, first.rows, first.accepted, first.rejected) == ("rejects", 11, 9, 3)
    reasons = dict(PushRow.objects.filter(state="rejected").values_list("key", "reason"))
    assert reasons == {
        "BS000": "本地校验：身份证号为空", "BS001": "低保的月保障金额为零", "BS002": "待遇类别不在省级代码表内",
    }  # fmt: skip
    assert {line["key"]: (line["ours"], line["theirs"]) for line in first.counts} == {"01": (10, 9), "99": (1, 0)}
    assert pushes.settled(first) is False
    text = json.dumps([m.envelope for m in ExchangeMessage.objects.filter(kind="push")], ensure_ascii=False)
    assert "户主3" not in text
    assert (awards[3].payee.id_no or "?") not in text
    second = pushed(one)
    assert (second.rows, second.state) == (0, "rejects")
    Award.objects.filter(no="BS001").update(amount_fen=50_000)
    Award.objects.filter(no="BS005").update(state="ended")
    Award.objects.filter(no="BS002").delete()
    Person.objects.filter(pk=awards[0].payee_id).delete()
    Award.objects.filter(no="BS000").delete()
    third = pushed(one)
    assert (third.rows, third.accepted, third.state) == (2, 2, "acked")
    assert pushes.settled(third) is True
    assert sum(fen for _kind, fen in other.state["awards"].values()) == third.counts[0]["ours_fen"]


def test_丢失_迟到_重复_传坏_最后都收下_对方没有重复办理(
    province: tuple[ExchangePartner, Simulator], awards: list[Award], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    one, other = province
    other.fates, other.seed = BAD_LUCK, 3
    number = pushes.terms.number
    monkeypatch.setattr(pushes.terms, "number", lambda key: 1 if key == "push_rows" else number(key))
    run = pushed(one)
    met = {other.met[m.message_id] for m in ExchangeMessage.objects.filter(kind="push")}
    assert max(met) > 1, "有的报文试了不止一次"
    assert (run.state, run.accepted, run.rejected) == ("rejects", 9, 3)
    assert not ExchangeMessage.objects.filter(direction="out").exclude(state="answered").exists()
    assert len(other.state["awards"]) == 9
    assert ExchangeMessage.objects.filter(kind="ack").count() == 11


def test_报送了谁_谁在手机上看得到_只记送出去的_链完整(
    province: tuple[ExchangePartner, Simulator], awards: list[Award]
) -> None:
    one, _other = province
    run = pushed(one)
    lines = list(AuditEntry.objects.filter(action=pushes.TOLD).order_by("pk"))
    sent = PushRow.objects.filter(run=run).exclude(reason__startswith=pushes.OWN_CHECK)
    assert {line.object_id for line in lines} == set(sent.values_list("object_id", flat=True)) and len(
        lines
    ) == run.rows
    assert [line.vouches for line in lines[1:]] == [[line.pk] for line in lines[:-1]]
    shown = readers.readings(list(readers.about(awards[3].payee_id or 0)))
    assert [(one.purpose, one.post, one.what) for one in shown] == [
        (f"向{one.title}报送您的在享待遇：按规定向上级民政部门报送您家的救助情况", "系统办理", "外部数据")
    ]
    assert not readers.about(awards[0].payee_id or 0).exists()  # never left: no ID number
    assert pushed(one).rows == 0 and AuditEntry.objects.filter(action=pushes.TOLD).count() == len(lines)
    audit.seal_pending()
    assert audit.verify().ok


def test_连不上的_试够了等人重发_没有回执的到时重送(
    province: tuple[ExchangePartner, Simulator], awards: list[Award], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    from minzheng.datacenter.exchange import handling

    one, _other = province
    good = one.url
    ExchangePartner.objects.filter(pk=one.pk).update(url="http://127.0.0.1:9")
    one.refresh_from_db()
    pushes.push(actor=SYSTEM, partner=one, feed_code="awards")
    message = ExchangeMessage.objects.select_related("partner").get(kind="push")
    with pytest.raises(Unreachable, match="连不上"):
        messages.deliver(message)
    messages.fail(message, "连不上对方的接口")
    message.refresh_from_db()
    assert message.state == "failed"
    ExchangePartner.objects.filter(pk=one.pk).update(url=good)
    handling.send_again(actor=SYSTEM, message=message)
    go_on()
    message.refresh_from_db()
    assert message.state == "answered"
    with pytest.raises(ExchangeRefused, match="不用重新发送"):
        handling.send_again(actor=SYSTEM, message=message)
    ExchangeMessage.objects.filter(pk=message.pk).update(state="sent")
    later = clock.now() + datetime.timedelta(hours=30)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert pushes.send_again() == 1


def test_按期报送_一天一次_金民工程一月一次(partner: Callable[..., ExchangePartner], awards: list[Award]) -> None:
    partner(
        "province",
        kind="province",
        adapter="province",
        carrier="rest",
        url="http://127.0.0.1:1",
        purposes=["report_up"],
    )
    partner("jinmin", kind="ministry", adapter="jinmin", purposes=["report_up"])
    assert pushes.push_due()["pushed"] == 5
    assert pushes.push_due()["pushed"] == 0
    assert {run.feed: run.period for run in PushRun.objects.filter(partner__code="jinmin")} == {
        "funds": f"{clock.today():%Y-%m}", "people": f"{clock.today():%Y-%m}",
    }  # fmt: skip


def test_命令_收发_状态_模拟(province: tuple[ExchangePartner, Simulator], awards: list[Award], partner: Any) -> None:
    files = partner("bank", sources=["deposit"])
    run = CliRunner()
    sent = json.loads(run.invoke(cli.exchange, ["send", "--push", "province:awards", "--json"]).output)
    assert sent["push"]["rows"] == 11
    assert sent["messages"] == {"answered": 1}
    told = json.loads(run.invoke(cli.exchange, ["status", "--json"]).output)
    assert told["pushes"][0] | {"no": ""} == {
        "partner": "province", "feed": "awards", "simulated": True, "no": "", "state": "rejects", "rows": 11, "rejected": 3,
        "settled": False,
    }  # fmt: skip
    assert json.loads(run.invoke(cli.exchange, ["receive", "--json"]).output)["taken"] == 0
    assert [one["code"] for one in json.loads(run.invoke(cli.exchange, ["partners", "--json"]).output)["partners"]] == [
        "bank",
        "province",
    ]
    assert json.loads(run.invoke(cli.exchange, ["simulate", "bank", "--once", "--json"]).output)["answered"] == 0
    ExchangePartner.objects.filter(pk=files.pk).update(simulated=False)
    refused = run.invoke(cli.exchange, ["simulate", "bank", "--once"])
    assert isinstance(refused.exception, ExchangeRefused)
    assert "不是模拟单位" in str(refused.exception)


def test_页面_登记单位_密钥只显示一次_模拟都标明(
    province: tuple[ExchangePartner, Simulator], awards: list[Award], browse: Callable[..., Client]
) -> None:  # fmt: skip
    from minzheng.kernel.pages.tests.visiting import prove

    one, _other = province
    run = pushed(one)
    officer = browse("data_officer")
    prove(officer)
    form = {
        "code": "housing", "simulated": "no", "title": "住建局", "kind": "bureau", "carrier": "files", "purposes": ["entrusted_check"],
        "may_ask": "yes", "basis": "交换协议", "valid_from": "2026-01-01", "per_minute": "30", "most_people": "50", "active": "yes",
        "sent": "1",
    }  # fmt: skip
    assert officer.post(reverse("exchange.partner_new"), form).status_code == 302
    made = ExchangePartner.objects.get(code="housing")
    page = officer.get(reverse("exchange.partner", kwargs={"pk": made.pk})).content.decode()
    assert (made.secret or "?") not in page
    assert "已经用过" in officer.post(reverse("exchange.partner_new"), form).content.decode()
    changed = officer.post(
        reverse("exchange.key", kwargs={"pk": made.pk}), {"sent": "1", "secret": ""}, follow=True
    ).content.decode()
    made.refresh_from_db()
    assert (made.secret or "?") in changed
    assert (made.secret or "?") not in officer.get(reverse("exchange.partner", kwargs={"pk": made.pk})).content.decode()
    for name, kwargs in (
        ("push", {"pk": run.pk}),
        ("partner", {"pk": one.pk}),
        ("pushes", {}),
        ("rejects", {}),
        ("queue", {}),
    ):
        assert "模拟" in officer.get(reverse(f"exchange.{name}", kwargs=kwargs)).content.decode(), name
    ExchangeQuarantine.objects.create(
        region_code=COUNTY, partner=one, name="x.json", sha="0" * 64, reason="签名不对", at=clock.now()
    )
    held = ExchangeQuarantine.objects.get()
    url = reverse("exchange.settle", kwargs={"pk": held.pk})
    assert "找不到这份文件" in officer.post(url, {"do": "again", "note": "密钥已改正", "sent": "1"}).content.decode()
    assert officer.post(url, {"do": "drop", "note": "请对方重发", "sent": "1"}).status_code == 302
    assert browse("town_clerk", TOWN_A).get(reverse("exchange.list")).status_code == 403
    assert (
        browse("data_officer", "990102000000").get(reverse("exchange.partner", kwargs={"pk": one.pk})).status_code
        == 404
    )
    assert partners.visible_to(SYSTEM).count() == 2
