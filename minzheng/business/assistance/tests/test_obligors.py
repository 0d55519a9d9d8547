"""赡养、扶养义务人 (§1.3.4): 问得明白，没有授权不查，没查的由调查人认定，钱按判决、实给、公式的次序算。"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from minzheng.business.assistance.means_test.form import MEANS_TEST_FORM
from minzheng.business.assistance.tests.world import Kin, World
from minzheng.datacenter.matching import asking
from minzheng.kernel import clock
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.drafting import consents
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.cases.models import Case, CaseMember
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.items import reckoning, registry
from minzheng.kernel.subjects import idcard
from minzheng.policy import load_ruleset

SON_ID = idcard.make("990101", datetime.date(1990, 1, 1), 101)


def parents() -> list[Kin]:
    """两位老人，没有别的收入。"""
    return [
        Kin("钱老汉", "本人", datetime.date(1955, 1, 1), extra={"no_labour": "yes"}),
        Kin("孙大娘", "配偶", datetime.date(1956, 2, 2), extra={"no_labour": "yes"}),
    ]


def son(**extra: Any) -> dict[str, Any]:
    row = {
        "name": "钱进", "relation": "子女", "status": "none", "family_size": "3", "family_income": "7500",
        "supports": "2", "supports_here": "2", "basis": "none",
    }  # fmt: skip
    return row | extra


def draft(world: World, *owing: dict[str, Any], urban: str = "城市") -> Case:
    family = parents()
    case = world.draft(family, home={"urban": urban})
    result = services.save_step(case_id=case.pk, step="obligors", raw=list(owing), actor=world.citizen(family[0]))
    assert not result.errors, result.errors
    case.refresh_from_db()
    return case


def matched(world: World, case: Case) -> list[dict[str, Any]]:
    """Handed in, accepted, matched: the differences of the report."""
    services.submit(case_id=case.pk, actor=world.clerk, data={"promise": "yes"})
    case.refresh_from_db()
    world.do(case, "accept", world.clerk)
    world.do(case, "start", world.clerk)
    world.do(case, "run_match", world.clerk)
    return list(case.evidence.filter(kind="match_report").latest("at").data["differences"])


def support(case: Case) -> Decimal:
    """What the rules count as 赡养费 for the whole family, 元 a month."""
    item = registry.get(case.item_code)
    assert item.assess is not None
    sheet = dict(item.assess(case, clock.today()).sheet)
    return Decimal(sheet.get("其中赡养费", "0").split(" ")[0].replace(",", ""))


def by_hekou(monkeypatch: pytest.MonkeyPatch, **params: Any) -> None:
    """河口 2021 standards (§0.2 S-2) with the formula of the example, on today's case."""
    given = {"保障标准_城市": 869, "保障标准_农村": 667, "赡养费方式": "TWO_TIMES", "赡养费_比例": "0.5", **params}

    class Hekou:
        def evaluate(self, family: dict[str, Any], **more: Any) -> Any:
            return load_ruleset().evaluate(family, params_overrides=given, **more)

    monkeypatch.setattr(reckoning, "load_ruleset", Hekou)


@pytest.mark.parametrize(
    ("row", "urban", "params", "total"),
    [
        # Ex.1: (7,500 − 1,738×3) × 50% = 1,143.00; 两位老人各 571.50
        ({}, "城市", {}, "1143.00"),
        ({"supports_here": "1"}, "城市", {}, "571.50"),
        # Ex.2: 1,300 < 1,738 → 0
        ({"family_size": "4", "family_income": "5200"}, "城市", {}, "0"),
        # Ex.3: (3,400 − 2,668) × 50% = 366.00
        ({"family_size": "2", "family_income": "3400", "supports": "1", "supports_here": "1"}, "农村", {}, "366.00"),
        # Ex.4: the same family as Ex.1 by SURPLUS_PCT, T = 869
        ({}, "城市", {"赡养费方式": "SURPLUS_PCT", "赡养费_起算倍数": 1}, "2446.50"),
        # 判决优先于公式；实际给得更多的按实际；公式低于实给的按实给；没有能力的为零
        ({"basis": "judged", "agreed": "300"}, "城市", {}, "600.00"),
        ({"basis": "agreed", "agreed": "300", "paid": "350"}, "城市", {}, "700.00"),
        ({"paid": "600"}, "城市", {}, "1200.00"),
        ({"status": "dibao", "paid": "600"}, "城市", {}, "0"),
    ],
)
def test_参考算例(
    world: World, monkeypatch: pytest.MonkeyPatch, row: dict[str, Any], urban: str, params: dict[str, Any], total: str
) -> None:
    case = draft(world, son(**row), urban=urban)
    by_hekou(monkeypatch, **params)
    assert support(case) == Decimal(total)


def test_算进家庭收入并减少补差(world: World) -> None:
    """示范县城市 880 元，两倍法：(7,500 − 1,760×3) × 50% = 1,110.00；补差 1,760 − 1,110 = 650.00。"""
    case = draft(world, son())
    for row in matched(world, case):
        world.do(case, "judge", world.clerk, key=row["key"], take="declared", reason="打电话核实，与申报一致")
    world.visit(case)
    world.do(case, "opinion", world.leader, conclusion="agree", opinion="符合条件。")
    sheet = case.evidence.get(kind="assessment").data
    assert (
        dict(sheet["sheet"])["家庭月收入"].replace(",", "") == "1110.00 元"
        and dict(sheet["sheet"])["低保金"] == "650.00 元"
    )
    assert sheet["persons"] == 2 and sheet["family"]["赡养义务人"][0]["义务户月收入"] == "7500.00"


def test_没有授权不查_由调查人认定后才能初审(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = draft(world, son(id_no=SON_ID))
    asked: list[str] = []
    real = asking.ask
    monkeypatch.setattr(
        asking, "ask", lambda people, *how, **more: asked.extend(m.name for m in people) or real(people, *how, **more)
    )
    [row] = matched(world, case)
    assert asked == ["钱老汉", "孙大娘"]
    assert (row["key"], row["declared"], row["found"]) == ("3.family_income", 750000, None)
    assert "没有本人的授权，不能查询" in row["sentence"]
    world.visit(case)
    with pytest.raises(Refused, match="核对差异还没有逐项认定：义务人钱进家的月收入"):
        world.do(case, "opinion", world.leader, conclusion="agree", opinion="符合条件。")
    with pytest.raises(Refused) as refused:
        world.do(case, "judge", world.clerk, key=row["key"], take="found", reason="照查的")
    assert "没有核对结果" in refused.value.fields["take"]
    world.do(case, "judge", world.clerk, key=row["key"], take="other", amount="8000", reason="见工资单")
    assert support(case) == Decimal("1360.00"), "(8,000 − 5,280) × 50%"


def test_本人签了才查_查到更多列为差异_授权书入卷(world: World) -> None:
    case = draft(world, son(id_no=SON_ID, phone="13800000009"))
    obligor = case.members.get(name="钱进")
    assert obligor.is_obligor and not obligor.in_count
    services.sign_consent(case_id=case.pk, member_id=obligor.pk, method="same_phone", actor=world.clerk)
    world.fact(Kin("钱进", "子女", datetime.date(1990, 1, 1), number=SON_ID), "tax", "wage", 900000, "工资薪金")
    [row] = matched(world, case)
    assert (row["declared"], row["found"]) == (750000, 900000) and row["needs_explanation"]
    report = case.evidence.get(kind="match_report").data
    assert [m["name"] for m in report["members"]] == ["钱老汉", "孙大娘", "钱进"]
    slips = IssuedDocument.objects.filter(case=case, code="N16")
    assert sorted(s.addressee_name for s in slips) == ["孙大娘", "钱老汉", "钱进"]
    world.do(case, "judge", world.clerk, key=row["key"], take="found", reason="以税务为准")
    assert support(case) == Decimal("1860.00")


def test_撤回授权后不再查(world: World) -> None:
    case = draft(world, son(id_no=SON_ID))
    obligor = case.members.get(name="钱进")
    services.sign_consent(case_id=case.pk, member_id=obligor.pk, method="same_phone", actor=world.clerk)
    services.revoke_consent(case_id=case.pk, member_id=obligor.pk, actor=world.clerk)
    world.fact(Kin("钱进", "子女", datetime.date(1990, 1, 1), number=SON_ID), "tax", "wage", 900000, "工资薪金")
    [row] = matched(world, case)
    assert row["found"] is None
    assert "900000" not in str(case.evidence.get(kind="match_report").data)


def test_用自己的手机签_只认填的手机号(world: World) -> None:
    case = draft(world, son(phone="13800000009"))
    obligor = case.members.get(name="钱进")
    stranger = world.citizen(Kin("外人", "其他", datetime.date(1991, 1, 1)))
    with pytest.raises(NotAllowed):
        services.sign_consent(case_id=case.pk, member_id=obligor.pk, method="own_phone", actor=stranger)
    assert stranger.user is not None
    stranger.user.phone = "13800000009"
    consent = services.sign_consent(case_id=case.pk, member_id=obligor.pk, method="own_phone", actor=stranger)
    assert consent.method == "own_phone" and consents.is_same_person(obligor, stranger)


@pytest.mark.parametrize(
    ("row", "proof", "flagged"),
    [
        ({"status": "prison"}, ("justice", "custody"), False),
        ({"status": "prison"}, None, True),
        ({"status": "disabled"}, None, True),
    ],
)
def test_说没有能力的_查到凭据才不用认定(
    world: World, row: dict[str, Any], proof: tuple[str, str] | None, flagged: bool
) -> None:
    case = draft(world, son(id_no=SON_ID, **row))
    obligor = case.members.get(name="钱进")
    services.sign_consent(case_id=case.pk, member_id=obligor.pk, method="same_phone", actor=world.clerk)
    if proof:
        world.fact(Kin("钱进", "子女", datetime.date(1990, 1, 1), number=SON_ID), *proof)
    found = matched(world, case)
    assert bool(found) is flagged and support(case) == 0
    if flagged:
        world.do(case, "judge", world.clerk, key=found[0]["key"], take="other", amount="7500", reason="在外打工")
        assert support(case) == Decimal("1110.00"), "认定有能力的按公式算"


def test_判决要看凭证后认定(world: World) -> None:
    case = draft(world, son(basis="judged", agreed="300"))
    [row] = matched(world, case)
    assert row["key"] == "3.agreed" and "请查看凭证后认定" in row["sentence"]
    world.do(case, "judge", world.clerk, key=row["key"], take="other", amount="400", reason="判决书写明 400 元")
    assert support(case) == Decimal("800.00")


def test_义务人不算家庭成员(world: World) -> None:
    case = draft(world, son(id_no=SON_ID))
    matched(world, case)
    assert case.members.count() == 3
    assert [m.name for m in case.members.filter(in_count=True)] == ["钱老汉", "孙大娘"]
    assert case.members.get(name="钱进").person_id is None, "不给义务人建档案"
    with pytest.raises(Refused, match="“钱进”不在家庭成员里"):
        world.visit(case, present="钱进")


def test_不签也能提交_签字栏写明可以不签(world: World) -> None:
    case = draft(world, son())
    lines = {line.member.name: line for line in selectors.consent_lines(case)}
    assert (lines["钱进"].needed, lines["钱进"].welcome) == (False, True)
    assert (lines["孙大娘"].needed, lines["孙大娘"].welcome) == (True, False)


def test_改名换人丢掉旧的授权_删掉就没有(world: World) -> None:
    case = draft(world, son())
    obligor = case.members.get(name="钱进")
    services.sign_consent(case_id=case.pk, member_id=obligor.pk, method="same_phone", actor=world.clerk)
    for name, left in (("钱进", 1), ("钱程", 0)):
        services.save_step(case_id=case.pk, step="obligors", raw=[son(name=name)], actor=world.clerk)
        assert case.consents.filter(member_id=obligor.pk).count() == left
    services.save_step(case_id=case.pk, step="obligors", raw=[], actor=world.clerk)
    assert not CaseMember.objects.filter(case=case, exclude_reason=CaseMember.OBLIGOR).exists()


def test_家人不能又填成义务人_在您家的不能多于一共的() -> None:
    form = {"members": [{"id_no": SON_ID}]}
    cleaned = MEANS_TEST_FORM.clean_step("obligors", [son(id_no=SON_ID, supports_here="3")], form)
    assert set(cleaned.errors) == {"0.id_no", "0.supports_here"}


WIFE_ID = idcard.make("990101", datetime.date(1991, 3, 3), 202)


def married(**extra: Any) -> dict[str, Any]:
    both = {"id_no": SON_ID, "spouse_name": "吴梅", "spouse_id_no": WIFE_ID, "spouse_phone": "13800000010"}
    return son(**both, **extra)


def earning(world: World, wage: int, wife: int) -> None:
    world.fact(Kin("钱进", "子女", datetime.date(1990, 1, 1), number=SON_ID), "tax", "wage", wage, "工资薪金")
    world.fact(Kin("吴梅", "其他", datetime.date(1991, 3, 3), number=WIFE_ID), "tax", "wage", wife, "工资薪金")


def sign(world: World, case: Case, *names: str) -> None:
    for name in names:
        member = case.members.get(name=name)
        services.sign_consent(case_id=case.pk, member_id=member.pk, method="same_phone", actor=world.clerk)


def test_义务人的配偶另列一行_不计入家庭_不算另一个义务户(world: World) -> None:
    case = draft(world, married())
    wife = case.members.get(name="吴梅")
    assert wife.is_obligor_spouse and not wife.in_count and wife.relation == "钱进的配偶"
    assert wife.declared["of"] == case.members.get(name="钱进").seq
    lines = {line.member.name: line for line in selectors.consent_lines(case)}
    assert (lines["吴梅"].needed, lines["吴梅"].welcome) == (False, True)
    assert support(case) == Decimal("1110.00"), "一户只算一次"


def test_夫妻都签了才合计_超过申报的列为差异(world: World) -> None:
    case = draft(world, married())
    sign(world, case, "钱进", "吴梅")
    earning(world, 500000, 400000)
    [row] = matched(world, case)
    assert (row["declared"], row["found"]) == (750000, 900000) and row["needs_explanation"]
    assert "配偶吴梅 4,000.00 元，合计 9,000.00 元" in row["sentence"]
    report = case.evidence.get(kind="match_report").data
    assert [m["name"] for m in report["members"]] == ["钱老汉", "孙大娘", "钱进", "吴梅"]
    slips = IssuedDocument.objects.filter(case=case, code="N16")
    assert sorted(s.addressee_name for s in slips) == ["吴梅", "孙大娘", "钱老汉", "钱进"]
    world.do(case, "judge", world.clerk, key=row["key"], take="found", reason="以税务为准")
    assert support(case) == Decimal("1860.00"), "(9,000 − 5,280) × 50%"


def test_配偶没有签_不查配偶_认定以前不能初审(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = draft(world, married())
    sign(world, case, "钱进")
    earning(world, 500000, 400000)
    asked: list[str] = []
    real = asking.ask
    monkeypatch.setattr(
        asking, "ask", lambda people, *how, **more: asked.extend(m.name for m in people) or real(people, *how, **more)
    )
    [row] = matched(world, case)
    assert asked == ["钱老汉", "孙大娘", "钱进"]
    assert row["found"] is None and "配偶吴梅没有本人的授权" in row["sentence"]
    assert "400000" not in str(case.evidence.get(kind="match_report").data)
    world.visit(case)
    with pytest.raises(Refused, match="核对差异还没有逐项认定：义务人钱进家的月收入"):
        world.do(case, "opinion", world.leader, conclusion="agree", opinion="符合条件。")


def test_只有配偶签了_仍按没有授权认定(world: World) -> None:
    case = draft(world, married())
    sign(world, case, "吴梅")
    earning(world, 500000, 400000)
    [row] = matched(world, case)
    assert row["found"] is None and "没有本人的授权，不能查询" in row["sentence"]


def test_配偶用自己的手机签_纸上签要有照片(world: World) -> None:
    case = draft(world, married())
    wife = case.members.get(name="吴梅")
    herself = world.citizen(Kin("吴梅", "其他", datetime.date(1991, 3, 3), number=WIFE_ID))
    assert [line.member.name for line in selectors.consents_to_sign(herself)] == ["吴梅"]
    with pytest.raises(Refused, match="拍照上传"):
        services.sign_consent(case_id=case.pk, member_id=wife.pk, method="paper", actor=world.clerk)
    consent = services.sign_consent(case_id=case.pk, member_id=wife.pk, method="own_phone", actor=herself)
    assert consent.method == "own_phone" and consent.name == "吴梅"


def test_换了配偶丢掉旧的授权_删掉就没有_夫妻不能是同一个号码(world: World) -> None:
    case = draft(world, married())
    sign(world, case, "吴梅")
    wife = case.members.get(name="吴梅")
    other = idcard.make("990101", datetime.date(1992, 4, 4), 204)
    for row, left in ((married(), 1), (married() | {"spouse_name": "郑兰", "spouse_id_no": other}, 0)):
        services.save_step(case_id=case.pk, step="obligors", raw=[row], actor=world.clerk)
        assert case.consents.filter(member_id=wife.pk).count() == left
    services.save_step(case_id=case.pk, step="obligors", raw=[son(id_no=SON_ID)], actor=world.clerk)
    assert not CaseMember.objects.filter(case=case, exclude_reason=CaseMember.OBLIGOR_SPOUSE).exists()
    cleaned = MEANS_TEST_FORM.clean_step("obligors", [married() | {"spouse_id_no": SON_ID}], {"members": []})
    assert set(cleaned.errors) == {"0.spouse_id_no"}
