"""转介、督办、评估文书、代管存折: 流程里有位置的文书都发得出来，内容齐全."""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.assistance.tests.test_changes import paid
from minzheng.business.assistance.tests.world import PHOTO, World, couple
from minzheng.kernel import clock
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.documents import selectors as documents
from minzheng.kernel.documents.models import IssuedDocument

REFER = {
    "to_agency": "示范县医疗保障局",
    "service": "医疗救助",
    "facts": "长子患病，自付较多。",
    "opinion": "可能符合医疗救助条件",
    "consented_on": "2026-11-02",
    "shared": "身份信息\n核对报告的结论",
    "contact": "0990-8805678",
}
CUSTODY = {
    "holder": "刘桂芳",
    "custodian": "李家村村民委员会",
    "custodian_relation": "居住地村委会",
    "custodian_phone": "13900000008",
    "why": "incapable",
    "valid_from": "2026-12-01",
    "valid_until": "2027-11-30",
    "agreement": PHOTO,
}


def issued(case: object, code: str) -> IssuedDocument:
    return IssuedDocument.objects.get(case=case, code=code)


def test_转介要本人同意_告知单写明转给谁转了什么(world: World) -> None:
    case = world.to_checked(couple())
    with pytest.raises(Refused) as refused:
        world.do(case, "refer", world.clerk, **(REFER | {"consented_on": ""}))
    assert "consented_on" in refused.value.fields
    world.do(case, "refer", world.clerk, **REFER)
    fields = issued(case, "N13").fields
    assert fields["services"] == [{"title": "医疗救助", "why": "可能符合医疗救助条件"}]
    assert fields["shared"] == ["身份信息", "核对报告的结论"] and fields["to_agency"] == "示范县医疗保障局"
    assert case.state == "INVESTIGATING" and services.replay(case).ok


def test_督办单到期才能签发_家庭看不到(world: World) -> None:
    family = couple()
    case = world.to_checked(family)
    asked = {"demands": "三个工作日内提出初审意见\n说明原因", "reply_due_on": "2026-12-31"}
    with pytest.raises(Refused, match="没有到期"):
        world.do(case, "urge", world.reviewer, **asked)
    late = case.due_on + datetime.timedelta(days=2)
    with clock.at(late):
        with pytest.raises(NotAllowed, match="不能在这个办件上"):
            world.do(case, "urge", world.leader, **asked)
        world.do(case, "urge", world.reviewer, **asked)
    paper = issued(case, "G05")
    assert paper.fields["to_agency"] == "东安镇民政服务窗口" and len(paper.fields["demands"]) == 2
    assert case.assignee_id == world.clerk.id, "督办不把办件拿走"
    assert paper in documents.visible_documents(world.clerk)
    assert paper not in documents.visible_documents(world.citizen(family[0]))
    assert services.replay(case).ok


def test_评估通知和评估报告(world: World) -> None:
    case = world.to_checked(couple())
    sent = {"subject": "ability", "body": "县人民医院", "until": "2026-11-20", "announce": "yes", "when": "11月10日上午",
            "place": "李家村 3 组", "assessors": "陈医生"}  # fmt: skip
    with pytest.raises(Refused, match="不少于两人"):
        world.do(case, "send_assessment", world.clerk, **sent)
    world.do(case, "send_assessment", world.clerk, **(sent | {"assessors": "陈医生\n刘护士"}))
    assert issued(case, "N15").fields["assessors"] == ["陈医生", "刘护士"]
    back = {"result": "右侧肢体活动不便", "papers": PHOTO, "report": "yes", "assessed_on": "2026-11-02", "place": "家中",
            "assessors": "陈医生\n刘护士", "scores": "自理能力：22 分\n总分: 56 分", "grade": "中度受损",
            "valid_until": "2028-11-01"}  # fmt: skip
    with pytest.raises(Refused) as refused:
        world.do(case, "assessment_back", world.clerk, **(back | {"scores": "良好"}))
    assert "冒号" in refused.value.fields["scores"]
    world.do(case, "assessment_back", world.clerk, **back)
    fields = issued(case, "N15R").fields
    assert fields["scores"] == [{"label": "自理能力", "value": "22 分"}, {"label": "总分", "value": "56 分"}]
    assert fields["objection_due_on"] == "2026-12-02" and services.replay(case).ok


def test_不发通知的鉴定照旧(world: World) -> None:
    case = world.to_checked(couple())
    world.do(case, "send_assessment", world.clerk, subject="value", body="评估公司")
    world.do(case, "assessment_back", world.clerk, result="估价 3 万元", papers=PHOTO)
    assert not IssuedDocument.objects.filter(case=case, code__in=("N15", "N15R")).exists()


def test_代管存折_登记备案_不重复_可以解除(world: World) -> None:
    case = paid(world, couple())
    with clock.at(datetime.date(2026, 12, 1)):
        with pytest.raises(Refused, match="户名是刘桂芳"):
            world.do(case, "entrust_passbook", world.clerk, **(CUSTODY | {"holder": "周建国"}))
        with pytest.raises(Refused, match="代管人不能是存折持有人本人"):
            world.do(case, "entrust_passbook", world.clerk, **(CUSTODY | {"custodian": "刘桂芳"}))
        world.do(case, "entrust_passbook", world.clerk, **CUSTODY)
        fields = issued(case, "N18").fields
        assert fields["filed_with"] == "示范县民政局" and fields["account"].endswith("4567")
        assert "6217000010001234567" not in str(fields)
        with pytest.raises(Refused, match="已经登记由李家村村民委员会代管"):
            world.do(case, "entrust_passbook", world.clerk, **CUSTODY)
        world.do(case, "end_custody", world.clerk, opinion="本人康复")
        world.do(case, "entrust_passbook", world.clerk, **CUSTODY)
    assert services.replay(case).ok
