"""追回与处罚: 多发的逐月算到分，确认后发 N10，异议有去处；骗取的由县里先告知、后决定，只在 1 倍到 3 倍之间."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from minzheng.business.assistance.tests.test_changes import paid
from minzheng.business.assistance.tests.world import PHOTO, Kin, World, couple
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.awards.services import monthly_lines
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.documents.service.serving import Proof
from minzheng.kernel.documents.services import record_service

ITEM = "assistance.dibao"
FOUND = datetime.date(2027, 3, 15)
CLAIM: dict[str, Any] = {
    "cause": "change",
    "facts": "2027 年 1 月去世，没有及时报告，二月、三月仍然发放。",
    "opinion": "死亡次月起应当停发。",
    "repay_way": "到东安镇民政窗口办理，或转账到县财政专户",
}
FINE = {"facts": "伪造收入证明", "evidence_list": "收入证明原件\n单位说明", "opinion": "第六十八条", "fine": "0"}


def over_paid(world: World) -> tuple[Case, int]:
    """One person who died in January; February and March went out all the same. (case, fen a month)"""
    case = paid(world, [Kin("孙大爷", "本人", datetime.date(1958, 1, 1), extra={"no_labour": "yes"})])
    for month in (1, 2, 3):
        monthly_lines(datetime.date(2027, month, 1), item_code=ITEM)
    PaymentLine.objects.filter(award__case=case).update(state="paid")
    with clock.at(FOUND):
        world.do(
            case, "member_died_in_pay", world.clerk, member_name="孙大爷", died_on="2027-01-20", opinion="火化证明"
        )
    return case, Award.objects.get(case=case).amount_fen


def claimed(world: World, **more: Any) -> tuple[Case, int]:
    case, amount = over_paid(world)
    with clock.at(FOUND):
        world.do(case, "confirm_clawback", world.reviewer, **(CLAIM | more))
    return case, amount


def lines(case: Case) -> list[tuple[int, str, str, int]]:
    rows = PaymentLine.objects.filter(award__case=case).exclude(line_type="regular").order_by("month", "pk")
    return [(r.month.month, r.line_type, r.state, r.amount_fen) for r in rows]


def test_确认后发N10_逐月列明_合计到分(world: World) -> None:
    case, amount = claimed(world, instalments="3")
    assert case.state == "TERMINATED" and services.replay(case).ok
    assert lines(case) == [(2, "clawback", "planned", -amount), (3, "clawback", "planned", -amount)]
    fields = IssuedDocument.objects.get(case=case, code="N10").fields
    assert [(r["month"], r["paid_fen"], r["due_fen"], r["over_fen"]) for r in fields["lines"]] == [
        ("2027年2月", amount, 0, amount),
        ("2027年3月", amount, 0, amount),
    ]
    assert fields["amount_fen"] == 2 * amount == sum(part["amount_fen"] for part in fields["instalments"])
    assert [part["due_on"] for part in fields["instalments"]] == ["2027-04-14", "2027-05-14", "2027-06-14"]
    assert fields["repay_due_on"] == "2027-04-14" and "行政复议" in fields["remedy"]


def test_没有多发就没有这个动作_确认过的不能再确认(world: World) -> None:
    case = paid(world, couple())
    assert "confirm_clawback" not in {one.act.code for one in selectors.allowed_acts(case, world.reviewer)}
    case, _ = claimed(world)
    with clock.at(FOUND), pytest.raises(Refused, match="没有待决定的多发款项"):
        world.do(case, "confirm_clawback", world.reviewer, **CLAIM)
    assert IssuedDocument.objects.filter(case=case, code="N10").count() == 1


def test_调查人不能确认追回(world: World) -> None:
    case, _ = over_paid(world)
    with clock.at(FOUND), pytest.raises(NotAllowed):
        world.do(case, "confirm_clawback", world.clerk, **CLAIM)


def test_停发以后不能从待遇中抵扣(world: World) -> None:
    case, _ = over_paid(world)
    with clock.at(FOUND), pytest.raises(Refused, match="不能从待遇中抵扣"):
        world.do(
            case,
            "confirm_clawback",
            world.reviewer,
            **CLAIM,
            offset="yes",
            offset_percent="10",
            offset_consent="2027-03-10",
        )


def test_抵扣超过上限的连编号也不留(world: World) -> None:
    case = paid(world, couple())
    for month in (1, 2, 3):
        monthly_lines(datetime.date(2027, month, 1), item_code=ITEM)
    PaymentLine.objects.filter(award__case=case).update(state="paid")
    with clock.at(FOUND):
        world.do(
            case, "member_died_in_pay", world.clerk, member_name="周小雨", died_on="2027-01-15", opinion="医院证明"
        )
        world.do(case, "run_match", world.clerk)
        world.do(case, "adjust", world.reviewer, opinion="人口减少")
        agreed = {"offset": "yes", "offset_consent": "2027-03-10"}
        with pytest.raises(Refused, match="比例不能超过 30%"):
            world.do(case, "confirm_clawback", world.reviewer, **CLAIM, **agreed, offset_percent="31")
        assert not IssuedDocument.objects.filter(case=case, code="N10").exists()
        assert {state for _, _, state, _ in lines(case)} == {"proposed"}
        world.do(case, "confirm_clawback", world.reviewer, **CLAIM, **agreed, offset_percent="30")
    fields = IssuedDocument.objects.get(case=case, code="N10").fields
    assert all(row["paid_fen"] - row["due_fen"] == row["over_fen"] for row in fields["lines"])
    assert fields["lines"][0]["due_fen"] == Award.objects.get(case=case, state="active").amount_fen


def test_异议成立_用相反的一笔抵掉_原来的行不改(world: World) -> None:
    case, amount = claimed(world)
    family: Actor = world.citizen(
        Kin(case.applicant_name, "本人", datetime.date(1958, 1, 1), number=case.members.get().id_no)
    )
    with clock.at(FOUND + datetime.timedelta(days=5)):
        world.do(case, "clawback_objection", family, content="二月的钱已经退给村里")
        with pytest.raises(Refused, match="正在复查"):
            world.do(case, "clawback_objection", family, content="再说一次")
        world.do(case, "settle_clawback", world.reviewer, result="withdrawn", opinion="经查已退")
    assert lines(case) == [
        (2, "clawback", "planned", -amount), (2, "correction", "planned", amount),
        (3, "clawback", "planned", -amount), (3, "correction", "planned", amount),
    ]  # fmt: skip
    assert all(e.closed_at for e in case.evidence.filter(kind="clawback")) and services.replay(case).ok


def test_过了退回期限的异议不在这里提(world: World) -> None:
    case, _ = claimed(world)
    with clock.at(datetime.date(2027, 4, 15)), pytest.raises(Refused, match="可以申请行政复议"):
        world.do(case, "clawback_objection", world.clerk, content="不对")


def test_不予追回_同样只加一笔(world: World) -> None:
    case, amount = over_paid(world)
    with clock.at(FOUND):
        world.do(case, "drop_clawback", world.reviewer, opinion="当月已由家属退回")
    assert sum(fen for _, _, _, fen in lines(case)) == 0 and len(lines(case)) == 4
    assert amount > 0 and not IssuedDocument.objects.filter(case=case, code="N10").exists()


def test_没有骗取的不能处罚(world: World) -> None:
    case, _ = claimed(world)
    with clock.at(FOUND), pytest.raises(Refused, match="没有骗取的只退回多领款项"):
        world.do(case, "notify_penalty", world.reviewer, **FINE)


def fraud(world: World) -> tuple[Case, int]:
    case, amount = claimed(world, cause="fraud", fraud_proofs=PHOTO)
    return case, 2 * amount


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def told(world: World) -> tuple[Case, int]:
    """Told on 15 March of a fine of twice what was got, served on the 16th."""
    case, got = fraud(world)
    with clock.at(FOUND):
        world.do(case, "notify_penalty", world.reviewer, **(FINE | {"fine": yuan(2 * got)}))
    paper = IssuedDocument.objects.get(case=case, code="N11")
    with clock.at(datetime.date(2027, 3, 16)):
        record_service(
            document=paper, method="直接", on=datetime.date(2027, 3, 16), actor=world.clerk, proof=_receipt(world, case)
        )
    return case, got


def _receipt(world: World, case: Case) -> Proof:
    return Proof(receiver=case.applicant_name, photos=[world.attachment(case, "receipt")])


@pytest.mark.parametrize(("times", "sentence"), [(0, "罚款"), (4, "超出法定幅度")])
def test_罚款只在一倍到三倍之间(world: World, times: int, sentence: str) -> None:
    case, got = fraud(world)
    with clock.at(FOUND), pytest.raises(Refused, match=sentence):
        world.do(case, "notify_penalty", world.reviewer, **(FINE | {"fine": yuan(times * got)}))


def test_先告知后决定_期限没有满不能决定_不得加重(world: World) -> None:
    case, got = told(world)
    decision = FINE | {"fine": yuan(2 * got), "hearing": "none", "pay_way": "各网点缴纳"}
    with clock.at(datetime.date(2027, 3, 18)), pytest.raises(Refused, match="期限到 2027-03-22 才满"):
        world.do(case, "penalise", world.reviewer, **decision)
    with clock.at(datetime.date(2027, 3, 23)):
        with pytest.raises(Refused, match="不能超过事先告知"):
            world.do(case, "penalise", world.reviewer, **(decision | {"fine": yuan(3 * got)}))
        world.do(case, "penalise", world.reviewer, **decision)
    paper = IssuedDocument.objects.get(case=case, code="N11J").fields
    assert (paper["obtained_fen"], paper["fine_fen"]) == (got, 2 * got)
    assert paper["prior_no"] == IssuedDocument.objects.get(case=case, code="N11").number
    assert paper["pay_due_on"] == "2027-04-07" and "没有陈述" in paper["heard"]
    assert services.replay(case).ok


def test_没有送达的不能处罚(world: World) -> None:
    case, got = fraud(world)
    with clock.at(FOUND):
        world.do(case, "notify_penalty", world.reviewer, **(FINE | {"fine": yuan(got)}))
    decision = FINE | {"fine": yuan(got), "hearing": "none", "pay_way": "各网点缴纳"}
    with clock.at(datetime.date(2027, 4, 1)), pytest.raises(Refused, match="还没有登记送达"):
        world.do(case, "penalise", world.reviewer, **decision)


def test_听取申辩以后可以不予处罚(world: World) -> None:
    case, _ = told(world)
    with clock.at(datetime.date(2027, 3, 18)):
        world.do(
            case,
            "drop_penalty",
            world.reviewer,
            hearing="held",
            heard="确属误解政策",
            records=PHOTO,
            opinion="情节轻微",
        )
        with pytest.raises(Refused, match="还没有作处罚事先告知"):
            world.do(case, "penalise", world.reviewer, **(FINE | {"hearing": "none", "pay_way": "窗口"}))
    assert not IssuedDocument.objects.filter(case=case, code="N11J").exists()


def test_乡镇不能处罚(world: World) -> None:
    case, got = fraud(world)
    with clock.at(FOUND), pytest.raises(NotAllowed, match="不能在这个办件上"):
        world.do(case, "notify_penalty", world.leader, **(FINE | {"fine": yuan(got)}))
