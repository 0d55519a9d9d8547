"""故事二: 有车的家庭不予确认，理由、计算、救济写清楚，并按低保边缘自己的规则提出建议。"""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.assistance.tests.world import PHOTO, World, couple
from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents.models import IssuedDocument

AFTER = datetime.date(2026, 11, 10)  # 核对异议期（11-09）届满的次日


def refused_for_car(world: World, wage: str = "1200") -> Case:
    family = couple(wage=wage)
    world.fact(family[1], "police", "vehicle", title="小型轿车 示A12345")
    case = world.to_accepted(family)
    world.do(case, "start", world.clerk)
    world.do(case, "run_match", world.clerk)
    world.visit(case)
    with pytest.raises(Refused, match="核对差异还没有逐项认定：全家机动车辆"):
        world.do(case, "opinion", world.leader, conclusion="agree", opinion="同意")
    world.do(case, "judge", world.clerk, key="0.vehicles", take="found", reason="车辆登记在周建国名下，本人认可")
    with pytest.raises(Refused, match="不能提出“拟同意”"):
        world.do(case, "opinion", world.leader, conclusion="agree", opinion="同意")
    with pytest.raises(Refused, match="要先送达核对情况告知书"):
        world.do(case, "opinion", world.leader, conclusion="disagree", reason_code="R02", opinion="有车")
    world.do(case, "notify_mismatch", world.clerk)
    with pytest.raises(Refused, match="核对异议期到 2026-11-09 才满"):
        world.do(case, "opinion", world.leader, conclusion="disagree", reason_code="R02", opinion="有车")
    with clock.at(AFTER):
        world.do(
            case,
            "opinion",
            world.leader,
            conclusion="disagree",
            reason_code="R02",
            opinion="名下有小型轿车，超过财产规定。",
        )
        with pytest.raises(Refused, match="不公示，请直接上报"):
            world.do(case, "post", world.clerk, place="公开栏", photo=PHOTO)
        world.do(case, "forward", world.clerk)
    assert case.state == "REVIEW"
    return case


def test_车辆超标不予确认并提出低保边缘(world: World) -> None:
    case = refused_for_car(world)
    with clock.at(AFTER):
        with pytest.raises(Refused, match="没有经过“拟同意”的公示"):
            world.do(case, "approve", world.reviewer)
        with pytest.raises(Refused, match="没有出现“收入超标”"):
            world.do(case, "reject", world.reviewer, reason_code="R01", opinion="收入高")
        world.do(case, "reject", world.reviewer, reason_code="R02", opinion="机动车超过限额。")
    assert case.state == "REJECTED" and not Award.objects.filter(case=case).exists()
    notice = IssuedDocument.objects.get(case=case, code="N07").fields
    text = str(notice)
    assert "R02" in text and "机动车" in text and "复议" in text
    assert any(row["label"] == "家庭月收入" for row in notice["calculation"])
    proposals = {e.data["item_code"]: e.data for e in case.evidence.filter(kind="proposal")}
    proposal = proposals["assistance.dibao_edge"]
    assert dict(proposal["figures"])["保障人口"] == "3"
    assert services.replay(case).ok


def test_低保边缘规则允许的一键转办不再交材料(world: World) -> None:
    family = couple(wage="3400")  # 730×3=2190 以上，低于 1.5 倍
    world.fact(family[1], "tax", "wage", 340000)
    case = world.to_checked(family)
    with clock.at(AFTER):
        world.do(case, "opinion", world.leader, conclusion="disagree", reason_code="R01", opinion="收入高于标准。")
        world.do(case, "forward", world.clerk)
        world.do(case, "reject", world.reviewer, reason_code="R01", opinion="收入高于标准。")
        [proposal] = selectors.proposals(case)
        assert "符合低保边缘家庭条件" in proposal.data["sentence"]
        assert "低保边缘" in str(IssuedDocument.objects.get(case=case, code="N07").fields["next_benefits"])
        citizen = world.citizen(family[0])
        new = services.accept_proposal(case_id=case.pk, item_code="assistance.dibao_edge", actor=citizen)
        assert (new.state, new.parent_id) == ("SUBMITTED", case.pk)
        assert new.no and new.no.startswith("990101-DBBY-2026-")
        with pytest.raises(Refused, match="已经转办过"):
            services.accept_proposal(case_id=case.pk, item_code="assistance.dibao_edge", actor=citizen)
        world.do(new, "accept", world.clerk)
        world.do(new, "start", world.clerk)
        world.do(new, "opinion", world.leader, conclusion="agree", opinion="符合低保边缘条件。")
        world.do(new, "forward", world.clerk)
        world.do(new, "approve", world.reviewer)
    award = Award.objects.get(case=new)
    assert (award.amount_fen, award.lines.count()) == (0, 0), "认定本身不发钱"
    assert services.replay(new).ok


def test_没有建议过的不能转办(world: World) -> None:
    case = refused_for_car(world)
    with clock.at(AFTER):
        world.do(case, "reject", world.reviewer, reason_code="R02", opinion="机动车超过限额。")
        with pytest.raises(Refused, match="没有可以转办的|没有向您建议过"):
            services.accept_proposal(case_id=case.pk, item_code="assistance.tekun", actor=world.clerk)


def test_家庭对车辆提出异议复查更正后可以同意(world: World) -> None:
    """已转让未过户（D4）: 异议期内提出，来源部门凭回执更正为 0 辆，报告出第二版，第一版还在。"""
    family = couple()
    world.fact(family[1], "police", "vehicle", title="小型轿车 示A12345")
    case = world.to_accepted(family)
    for act in ("start", "run_match", "notify_mismatch"):
        world.do(case, act, world.clerk)
    world.visit(case)
    world.do(case, "match_objection", world.citizen(family[0]), code="D4", content="前年已卖给同村人", proofs=PHOTO)
    with pytest.raises(Refused, match="异议还没有复查完"):
        world.do(case, "opinion", world.leader, conclusion="agree", opinion="同意")
    corrected = {"result": "corrected", "content": "买受人已补办过户"}
    with pytest.raises(Refused, match="现在的数据没有变化"):
        world.do(case, "match_recheck", world.clerk, **corrected)
    with pytest.raises(Refused) as refused:
        world.do(case, "match_recheck", world.clerk, **corrected, key="0.vehicles", count="0")
    assert "回执" in refused.value.fields["receipt"]
    world.do(case, "match_recheck", world.clerk, **corrected, key="0.vehicles", count="0", receipt="车管函〔2026〕8号")
    first, second = case.evidence.filter(kind="match_report").order_by("at", "pk")
    assert [d["key"] for d in first.data["differences"]] == ["0.vehicles"] and second.data["differences"] == []
    assert (second.data["no"], second.data["version"], second.data["versions"]) == (
        first.data["no"],
        2,
        [str(first.pk)],
    )
    with pytest.raises(Refused, match="没有这一项差异"):
        world.do(case, "judge", world.clerk, key="0.vehicles", take="other", count="0", reason="已过户")
    world.do(case, "opinion", world.leader, conclusion="agree", opinion="同意")
    assert case.state == "INITIAL_OPINION"
