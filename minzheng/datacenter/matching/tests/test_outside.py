"""受托核对: 凭来函和授权书查, 授权不合要求的退回, 没有来函的拒绝并记给审计, 三十天内不重复查, 答复有指纹。"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from minzheng.datacenter.matching import outside, printing, selectors
from minzheng.datacenter.matching.entering import people_of
from minzheng.datacenter.matching.models import MatchRequest
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.cases.running.evidence import digest
from minzheng.kernel.cases.tests.place import COUNTY, TOWN, Kin

from .conftest import Corner

TODAY, NEXT = datetime.date(2026, 11, 2), datetime.date(2027, 11, 1)


def letter(*people: outside.Person, **more: Any) -> outside.Wanted:
    given = {
        "origin": "bureau", "client": "示范县住房和城乡建设局", "client_no": "住建函〔2026〕12号", "purpose": "公租房资格审核",
        "region_code": COUNTY, "items": ["vehicle", "realty"], "people": people, "papers": [1],
    }  # fmt: skip
    return outside.Wanted(**(given | more))


def signed(kin: Kin, **more: Any) -> outside.Person:
    given = outside.Person(kin.name, kin.number, kin.relation, TODAY, NEXT)
    return replace(given, **more)


def test_住建部门凭授权书来查_只查授权书写明的_答复可核验(corner: Corner, deliver: Callable[..., Any]) -> None:
    wife, husband, child = corner.family
    deliver("vehicle", [{"id_no": husband.number, "name": husband.name, "plate": "示A1", "kind": "小型轿车",
                         "register_date": "2024-03-05", "state": "正常"}])  # fmt: skip
    deliver("prison", [{"id_no": wife.number, "name": wife.name, "state": "在押", "since": "2025-01-01"}])
    made = outside.enter(
        actor=corner.officer, wanted=letter(signed(husband), signed(wife), signed(child, guardian="刘桂芳"))
    )
    assert made.state == "issued" and made.valid_until == datetime.date(2027, 1, 31)
    result = made.result
    assert [(i["title"], i["value"], i["declared"]) for i in result["items"]] == [("机动车辆", 1, None)]
    assert result["alarms"] == [] and "prison" not in {q["source"] for q in result["queries"]}, "没有授权的不问"
    answer = json.loads(json.dumps(outside.reply_json(made)))
    assert answer["sm3"] == digest(answer["report"]) and husband.number not in json.dumps(answer)
    assert printing.pdf(made, None, corner.officer).startswith(b"%PDF")
    with pytest.raises(Exception, match="不能办理这个地区"):
        outside.enter(actor=corner.leader, wanted=letter(signed(husband)))
    again = outside.enter(actor=corner.officer, wanted=letter(signed(husband), client_no="住建函〔2026〕13号"))
    assert again.state == "returned" and f"周建国在 30 天内已为这个单位查过（{made.no} 号）" in again.why
    third = outside.enter(actor=corner.officer, wanted=letter(signed(husband), client_no="住建函14号", disputed=True))
    assert third.state == "issued", "对结果有异议的可以重查"
    assert selectors.get(corner.clerk, made.pk) is None, "乡镇看不到县里的受托核对"


def test_授权书不合要求的退回_没有来函的不查并记给审计(corner: Corner) -> None:
    wife, husband, child = corner.family
    grown = Kin("周大雨", "子女", datetime.date(2008, 10, 1))
    bad = letter(
        signed(wife, valid_until=datetime.date(2026, 11, 1)), signed(child),
        signed(grown, signed_on=datetime.date(2026, 9, 1), guardian="周建国"),
    )  # fmt: skip
    made = outside.enter(actor=corner.officer, wanted=bad)
    assert made.state == "returned" and made.queries == []
    for said in ("刘桂芳的授权书已于 2026-11-01 到期", "周小雨未成年", "周大雨已满 18 周岁"):
        assert said in made.why
    with pytest.raises(Refused, match="没有来函或授权书"):
        outside.enter(actor=corner.officer, wanted=letter(signed(husband), papers=[]))
    denied = AuditEntry.objects.get(action="match.denied")
    assert denied.actor_id == corner.officer.id and MatchRequest.objects.count() == 1
    with pytest.raises(NotAllowed):
        outside.withdraw(actor=corner.clerk, request=made, why="撤销")
    with pytest.raises(Refused, match="已经结束"):
        outside.withdraw(actor=corner.officer, request=made, why="撤销")


def test_一行一个人_写错的说出第几行() -> None:
    [one] = people_of("王小明,990101201503071234，子女，2026-11-02，2027年11月1日，王建国")
    assert (one.name, one.valid_until, one.guardian) == ("王小明", NEXT, "王建国")
    for text, says in (("甲，1", "第 1 行"), ("甲，1，子，昨天，2027-11-01", "签署日期“昨天”看不懂")):
        with pytest.raises(Refused) as refused:
            people_of(text)
        assert says in refused.value.fields["people"]


def test_打开报告要查看核对结果的权限(corner: Corner, client: Any) -> None:
    from django.urls import reverse

    case = corner.started()
    corner.do(case, "run_match", corner.clerk)
    row = MatchRequest.objects.get()
    corner.staff("village", "村干部", "village_worker", TOWN, corner.window)
    pages = [reverse(f"matching.{code}", kwargs={"pk": row.pk}) for code in ("report", "pdf")]
    client.force_login(corner.officer.user)
    for url in [*pages, pages[0] + "?show=differs&person=全家", reverse("matching.list")]:
        assert client.get(url).status_code == 200, url
    assert "未接入" in client.get(pages[0]).content.decode()
    assert AuditEntry.objects.filter(action="read", reason="查看核对报告").exists()
    client.force_login(corner.stranger.user)
    assert [client.get(url).status_code for url in pages] == [404, 404]
