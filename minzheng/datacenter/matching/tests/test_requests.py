"""核对请求: 从数据湖按标识查, 等银行答复, 到期缺项, 第二人签发, 疑似记录复核, 不重复查询, 新成员只查新成员（benefits.md §2.4—2.8）."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from minzheng.datacenter.lake import tokens
from minzheng.datacenter.linkage.tests import same_number
from minzheng.datacenter.matching import asking, from_lake, requests, scopes
from minzheng.datacenter.matching.interface import Asked
from minzheng.datacenter.matching.jobs import collect
from minzheng.datacenter.matching.models import MatchInquiry, MatchRequest
from minzheng.kernel import clock
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.tests.place import COUNTY, Kin, id_no
from minzheng.kernel.items import registry

from .conftest import Corner


def car(kin: Any, number: str = "", name: str = "") -> dict[str, Any]:
    return {
        "id_no": number or kin.number, "name": name or kin.name, "plate": f"示A{(number or kin.number)[6:]}",
        "kind": "小型轿车", "register_date": "2024-03-05", "state": "正常",
    }  # fmt: skip


def slip(number: str) -> str:
    """One wrong digit in the serial: the check character no longer fits."""
    return number[:15] + str((int(number[15]) + 3) % 10) + number[16:]


def report(case: Case) -> dict[str, Any]:
    return case.evidence.filter(kind="match_report").latest("at").data


def test_湖里的记录按标识查到_改正一处的待复核_接受后出第二版(corner: Corner, deliver: Callable[..., Any]) -> None:
    wife, husband, _ = corner.family
    other = id_no(datetime.date(1990, 1, 1))
    deliver("vehicle", [car(husband), car(wife, slip(wife.number)), car(wife, other, "别人")])
    deliver("cremation", [{"id_no": "", "name": "周建国", "died": "2026-10-20", "cremated": "2026-10-21"}])
    case = corner.started()
    corner.do(case, "run_match", corner.clerk)
    data = report(case)
    assert [(d["key"], d["found"]) for d in data["differences"]] == [("0.vehicles", 1)], "修复的那辆没有算进去"
    assert sorted((h["code"], h["person"], h["class"]) for h in data["hits"]) == [
        ("Q2", "周建国", "cremation"), ("R1", "刘桂芳", "vehicle"),
    ] and data["alarms"] == [], "没有号码的火化记录只提醒，不停"  # fmt: skip
    [line] = [row for row in data["items"] if row["key"] == "0.vehicles"]
    assert (line["value"], line["result"], line["sources"]) == (1, "UNKNOWN", ["机动车登记"])
    logged = {q["source"]: q["state"] for q in data["queries"]}
    assert logged["vehicle"] == "answered" and logged["prison"] == "silent" and len(logged) == len(from_lake.sources())
    with pytest.raises(Refused, match="疑似"):
        corner.do(case, "opinion", corner.leader, conclusion="agree", opinion="同意")
    repaired = next(h["key"] for h in data["hits"] if h["code"] == "R1")
    corner.do(case, "judge", corner.clerk, key="0.vehicles", take="found", reason="车管所证明")
    corner.do(case, "review_hit", corner.clerk, key=repaired, take="accept", reason="行驶证上是本人")
    second = report(case)
    assert second["version"] == 2 and [(d["key"], d["found"]) for d in second["differences"]] == [("0.vehicles", 2)]
    with pytest.raises(Refused, match="全家机动车辆"):
        corner.do(case, "opinion", corner.leader, conclusion="agree", opinion="同意")
    request = MatchRequest.objects.get(case_id=case.pk)
    assert (request.version, request.state, request.no) == (2, "reissued", second["no"])
    with pytest.raises(Refused, match="每一项都在 30 天内查过"):
        corner.do(case, "run_match", corner.clerk)


def wait_for_bank(monkeypatch: pytest.MonkeyPatch) -> None:
    """As outside the demonstration: banks answer by letter."""
    monkeypatch.setattr(settings, "DEMO_SHOWN", False)  # a bureau that tries things out: nothing is simulated


def balance(kin: Any) -> dict[str, Any]:
    return {
        "id_no": kin.number, "name": kin.name, "answer": "有", "bank": "示范银行", "kind": "活期", "account_tail": "1234",
        "cut_off": "2026-10-31", "balance": "9000.00",
    }  # fmt: skip


def run_job() -> dict[str, int]:
    """The periodic job, once."""
    return collect(SimpleNamespace(atomic=nullcontext))  # type: ignore[arg-type]


def test_银行按请求答复_答复入湖后继续_到期按缺项(
    corner: Corner, deliver: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_bank(monkeypatch)
    deliver("deposit", [balance(Kin("别人", "其他", datetime.date(1985, 5, 5)))])
    case = corner.started()
    corner.do(case, "run_match", corner.clerk)
    request, question = MatchRequest.objects.get(), MatchInquiry.objects.get()
    assert (request.state, question.source, question.due_on) == ("querying", "deposit", datetime.date(2026, 11, 16))
    assert question.yellow_on == datetime.date(2026, 11, 13), "还剩两成时转黄"
    with pytest.raises(Refused, match="正在等.*最迟 2026-11-16"):
        corner.do(case, "run_match", corner.clerk)
    assert run_job() == {"cases": 0, "outside": 0, "waiting": 1}
    deliver("deposit", [balance(corner.family[1])], basis=f"答复 {question.no}")
    assert run_job()["cases"] == 1
    assert [d["key"] for d in report(case)["differences"]] == ["0.deposits"]
    request.refresh_from_db()
    assert request.state == "issued" and request.inquiries.get().reply_ref.startswith("deposit-")


def test_期限到了没有答复的写明缺项_不能据此作决定(
    corner: Corner, deliver: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_bank(monkeypatch)
    deliver("deposit", [balance(corner.family[1])])
    case = corner.started()
    corner.do(case, "run_match", corner.clerk)
    with clock.at(datetime.date(2026, 11, 17)):
        assert run_job()["cases"] == 1
        case.refresh_from_db()
        assert len(report(case)["missing_sources"]) == 1
        with pytest.raises(Refused, match="没有答复"):
            corner.do(case, "opinion", corner.leader, conclusion="agree", opinion="同意")
        corner.do(case, "run_match", corner.clerk)
    assert MatchInquiry.objects.count() == 2, "只再问没有答复的来源，同一份报告接着编"
    assert MatchRequest.objects.count() == 1


def test_要第二人签发的_提请人自己不能签(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = registry.get(corner.item).flow
    asked = flow.params
    monkeypatch.setitem(flow.__dict__, "params", lambda region, on: replace(asked(region, on), report_two_sign=True))
    case = corner.started()
    corner.do(case, "run_match", corner.officer)
    assert not case.evidence.filter(kind="match_report").exists()
    with pytest.raises(Refused, match="提请人以外的一名"):
        corner.do(case, "sign_match", corner.officer)
    corner.do(case, "sign_match", corner.second)
    assert (report(case)["asked_by"], report(case)["signed_by"]) == ("核对员甲", "核对员乙")


def test_同一号码两个姓名_与名册匹配同一规则_联名的只计一份(corner: Corner, deliver: Callable[..., Any]) -> None:
    """Every other name beside one number at once; 15-digit numbers included."""
    woman = Kin(same_number.OURS, "本人", datetime.date(1962, 3, 4))
    rows = [
        car(woman, woman.number[:6] + woman.number[8:17] if old else "", name) | {"plate": f"示A{at:05}", "name": name}
        for at, (name, old, _, _) in enumerate(same_number.CASES)
    ]
    deliver("vehicle", rows)
    answer = {"answer": "有", "bank": "示范银行", "cut_off": "2026-10-31", "balance": "1000.01", "holders": "3"}
    deliver("deposit", [{"id_no": woman.number, "name": woman.name} | answer])
    people = [Asked(1, woman.name, tokens.of(woman.number))]
    found = asking.ask(people, clock.today(), set(scopes.ITEMS), region_code=COUNTY).facts[1]
    cars = sorted((f for f in found if f.class_ == "vehicle"), key=lambda f: f.row_no)
    assert [(f.code, not f.review) for f in cars] == [row[2:] for row in same_number.CASES]
    assert cars[2].note == "姓名部分遮盖，可见的字相同" and cars[9].note == "姓名有一个字不同"
    [account] = [f for f in found if f.class_ == "deposit"]
    assert (account.own_fen, account.holders, account.share) == (33_333, 3, 100)


def test_没有号码的只有同名_性别或县不符的不列_相符的写明(corner: Corner, deliver: Callable[..., Any]) -> None:
    man = corner.family[1]
    burnt = {"id_no": "", "name": man.name, "died": "2026-10-20", "cremated": "2026-10-21"}
    deliver("cremation", [burnt])
    people = requests.people_of(corner.started().members.filter(name=man.name))
    # whose number the family got, and with it the sex, depends on how many were made before
    own = people[0].sex
    other = {"男": "女", "女": "男"}[own]
    assert people[0].region_code[:6] == COUNTY[:6]
    assert from_lake._beside_the_name(people[0], own, COUNTY) == "县、性别也相符"
    assert (
        from_lake._beside_the_name(people[0], other, COUNTY)
        == ""
        == from_lake._beside_the_name(people[0], "", "990102000000")
    )
    assert from_lake._beside_the_name(people[0], "", "990000000000") == "来源没有写是哪个县、什么性别"
    found = asking.ask(people, clock.today(), set(scopes.ITEMS), region_code=COUNTY).facts[people[0].member_id]
    assert [(f.code, f.review, f.note) for f in found if f.class_ == "cremation"] == [("Q2", True, "县也相符")]


def test_异议期间停表_复查维持的写明维持(corner: Corner, deliver: Callable[..., Any]) -> None:
    deliver("vehicle", [car(corner.family[1])])
    case = corner.started()
    corner.do(case, "run_match", corner.clerk)
    before = case.total_due_on
    corner.do(case, "notify_mismatch", corner.clerk)
    citizen = corner.citizen(corner.family[0])
    with pytest.raises(Refused) as refused:
        corner.do(case, "match_objection", citizen, code="D4", content="已卖", keys=["9.wage"])
    assert "keys" in refused.value.fields
    corner.do(case, "match_objection", citizen, code="D4", content="前年已卖给同村人", keys=["0.vehicles"])
    assert case.total_due_on > before, "来源部门复查的日子不算办理时间"
    said = case.evidence.get(kind="match_objection").data
    assert said["due_on"] == "2026-11-16" and "全家机动车辆" in said["what"][0]
    corner.do(case, "match_recheck", corner.officer, result="upheld", content="车管所确认仍在名下")
    assert MatchRequest.objects.get().state == "upheld" and len(case.evidence.filter(kind="match_report")) == 1


def test_撤回授权的报告作废(corner: Corner) -> None:
    case = corner.started()
    corner.do(case, "run_match", corner.clerk)
    member = case.members.get(name="周建国")
    services.revoke_consent(case_id=case.pk, member_id=member.pk, actor=corner.clerk)
    with pytest.raises(Refused, match="周建国撤回了核对授权，核对报告作废"):
        corner.do(case, "opinion", corner.leader, conclusion="agree", opinion="同意")
    with pytest.raises(Refused, match="还缺成年家庭成员周建国"):
        corner.do(case, "run_match", corner.clerk)


def test_十七岁由监护人授权_满十八岁要本人签(corner: Corner) -> None:
    corner.family[2].born = datetime.date(2008, 11, 20)
    corner.family[2].number = id_no(datetime.date(2008, 11, 20))
    case = corner.started()
    corner.do(case, "run_match", corner.clerk)
    with clock.at(datetime.date(2026, 11, 21)), pytest.raises(Refused, match="还缺成年家庭成员周小雨"):
        corner.do(case, "run_match", corner.clerk)
