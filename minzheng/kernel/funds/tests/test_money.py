"""The money of a year: shared to the fen, counted once, promised once, restored when it comes back."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.models import User
from minzheng.kernel.awards.models import Award
from minzheng.kernel.funds import allocations, hands, pots, returning, rules, selectors, services, splitting, uses
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.models import FundAllocation
from minzheng.kernel.funds.tests.conftest import COUNTY, DIBAO, OLD, TEKUN, TODAY, VILLAGE, Batch, draw
from minzheng.kernel.payruns.models import PayBatch, PayLine

SHARES = st.lists(st.integers(0, 10_000), min_size=4, max_size=4).map(
    lambda cuts: [b - a for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 10_000], strict=True)]
)


@given(SHARES, st.integers(-(10**13), 10**13))
@settings(max_examples=150, deadline=None)
def test_分担_一分不多_一分不少_每份离应得不到一分(parts: list[int], fen: int) -> None:
    shares = dict(zip(("central", "province", "city", "county", "lottery"), parts, strict=True))
    found = splitting.split(shares, fen)
    assert sum(found.values()) == fen
    assert all(abs(found.get(code, 0) * 10_000 - fen * part) < 10_000 for code, part in shares.items())
    assert splitting.split(shares, -fen) == {code: -part for code, part in found.items()}


def test_除不尽的一分_给余数最大的_余数相同按来源次序() -> None:
    assert splitting.split({"central": 3_334, "province": 3_333, "county": 3_333}, 100_000) == {
        "central": 33_340, "province": 33_330, "county": 33_330
    }  # fmt: skip
    assert splitting.split({"county": 5_000, "central": 5_000}, 1) == {"central": 1, "county": 0}
    assert splitting.problem({"central": 6_000, "county": 3_000}).endswith("现在是 90%。")


@pytest.mark.django_db
def test_分担比例_近处的胜过远处的_按日期_草稿不算(share: Callable[..., None], cashier: Actor) -> None:
    assert services.split(DIBAO, VILLAGE, TODAY, 101) == {"county": 101}  # nobody has confirmed any rule
    share({"central": 6_000, "county": 4_000})
    share({"central": 5_000, "county": 5_000}, item=DIBAO, since="2026-07-01")
    rules.draft_share(
        actor=cashier, region_code=COUNTY, item_code=DIBAO, shares={"county": 10_000}, covered_by="",
        valid_from=TODAY, document="草稿",
    )  # fmt: skip
    assert services.split(DIBAO, VILLAGE, datetime.date(2026, 6, 30), 101) == {"central": 61, "county": 40}
    assert services.split(DIBAO, VILLAGE, TODAY, 101) == {"central": 51, "county": 50}
    assert services.split(OLD, VILLAGE, TODAY, 101) == {"central": 61, "county": 40}


@pytest.mark.django_db
def test_指标_录入人不能自己确认_重复的录不进_别人的岗位办不了(
    cashier: Actor, head: Actor, allot: Callable[..., FundAllocation], staff: Callable[[str, str], User]
) -> None:
    given = {"region_code": COUNTY, "year": 2026, "source": "central", "purpose": "relief", "document_on": TODAY}
    row = allocations.allot(actor=cashier, amount_fen=100, document_no="甲1号", **given)
    with pytest.raises(FundsRefused, match="录入人不能自己确认"):
        allocations.confirm(actor=cashier, pk=row.pk)
    assert selectors.remaining(region_code=VILLAGE, item_code=DIBAO, year=2026).known is False
    allocations.confirm(actor=head, pk=row.pk)
    assert selectors.remaining(region_code=VILLAGE, item_code=DIBAO, year=2026).by_source["central"] == 100
    with pytest.raises(FundsRefused, match="已经录过同样来源"):
        allocations.allot(actor=cashier, amount_fen=200, document_no="甲1号", **given)
    with pytest.raises(FundsRefused, match="您的岗位不能办理"):
        allocations.allot(actor=head, amount_fen=200, document_no="甲2号", **given)
    for wrong, field in (({"purpose": "elderly", "item_code": DIBAO}, "item_code"), ({"amount_fen": -5}, "amount"),
                         ({"source": "moon"}, "source"), ({"year": 1999}, "year")):  # fmt: skip
        with pytest.raises(FundsRefused) as refused:
            allocations.allot(actor=cashier, **({"amount_fen": 1, "document_no": "乙"} | given | wrong))
        assert field in refused.value.fields
    with pytest.raises(DatabaseError, match="不能修改"), transaction.atomic():
        FundAllocation.objects.filter(pk=row.pk).update(amount_fen=1_000_000)
    draft = allocations.allot(actor=cashier, amount_fen=9, document_no="丙1号", **given)
    with pytest.raises(DatabaseError, match="不能修改"), transaction.atomic():
        FundAllocation.objects.filter(pk=draft.pk).update(amount_fen=1_000_000)
    hands.withdraw(actor=cashier, model=FundAllocation, pk=draft.pk, reason="录错了")
    allocations.allot(actor=cashier, amount_fen=10, document_no="丙1号", **given)  # withdrawn ones do not count


@pytest.mark.django_db
def test_余额_专项先用完再用打捆的_调减不能超过没用的(
    allot: Callable[..., FundAllocation], cashier: Actor, head: Actor
) -> None:
    pot, own = allot("central", 1_000), allot("central", 300, item_code=TEKUN)
    allot("county", 500, "elderly")
    draw("central", TEKUN, 450)
    draw("central", DIBAO, 200, "2026-09")
    draw("central", DIBAO, 7, "2025-12")  # last year's month is last year's money
    left = {
        item: selectors.remaining(region_code=COUNTY, item_code=item, year=2026).by_source
        for item in (DIBAO, TEKUN, OLD)
    }
    assert (left[DIBAO]["central"], left[TEKUN]["central"], left[OLD]["county"]) == (650, 650, 500)
    told = selectors.balance(COUNTY, 2026)
    assert (told.whole.allotted, told.whole.drawn, told.whole.left) == (1_800, 650, 1_150)
    assert told.by(source="central", item=DIBAO, month=9).drawn == 200
    assert told.purposes["relief"]["central"].left == 650
    less = {"actor": cashier, "document_on": TODAY}
    row = allocations.adjust(pk=pot.pk, amount_fen=-651, document_no="调1号", **less)
    with pytest.raises(FundsRefused, match=r"只剩 6\.50 元"):
        allocations.confirm(actor=head, pk=row.pk)
    row = allocations.adjust(pk=pot.pk, amount_fen=-650, document_no="调2号", **less)
    allocations.confirm(actor=head, pk=row.pk)
    assert selectors.remaining(region_code=COUNTY, item_code=TEKUN, year=2026).total_fen == 0
    assert own.adjustments.count() == 0
    assert pot.adjustments.count() == 2


@pytest.fixture
def told_uses(monkeypatch: pytest.MonkeyPatch) -> list[uses.Use]:
    listed: list[uses.Use] = []
    uses.told(COUNTY, 2026)  # whoever tells is known now, and left aside
    teller = lambda region, year: [one for one in listed if one.month.year == year]  # noqa: E731
    monkeypatch.setattr(uses, "_tellers", {"test": teller})
    return listed


def use(number: int, item: str, fen: int, state: str, month: str = "2026-11") -> uses.Use:
    return uses.Use(f"paybatch:{number}", COUNTY, item, datetime.date.fromisoformat(f"{month}-01"), fen, state)


@pytest.mark.django_db
def test_够不够_按比例_不足由县补_排在前面的先留出_自己不占自己(
    allot: Callable[..., FundAllocation], share: Callable[..., None], told_uses: list[uses.Use]
) -> None:
    unknown = services.affordable(Batch(1, 5_000))
    assert (unknown.known, unknown.fits) == (False, True)
    assert "还没有录入 2026 年" in unknown.sentence
    share({"central": 6_000, "county": 4_000}, covered_by="county")
    allot("central", 600)
    allot("county", 900)
    whole = services.affordable(Batch(1, 1_000))
    assert (whole.fits, dict(whole.parts)) == (True, {"central": 600, "county": 400})
    more = services.affordable(Batch(1, 1_500))
    assert (more.fits, dict(more.parts)) == (True, {"central": 600, "county": 900})
    short = services.affordable(Batch(1, 1_501))
    assert (short.fits, short.limit_fen, short.short_fen) == (False, 1_500, 1)
    assert "差 0.01 元" in short.sentence
    told_uses += [use(1, DIBAO, 1_000, uses.WAITING), use(2, DIBAO, 500, uses.COMMITTED)]
    assert services.affordable(Batch(1, 1_000)).fits
    assert not services.affordable(Batch(3, 1_001)).fits  # 500 are promised already
    later = services.affordable(Batch(4, 200, TEKUN))
    assert (later.limit_fen, later.reserved_fen) == (0, 1_000)  # 低保 comes first and still needs all of it
    assert services.affordable(Batch(4, 200, TEKUN, month=datetime.date(2026, 10, 1))).fits
    assert services.drawing(Batch(4, 1_100, TEKUN)) == {"central": 300, "county": 800}  # 100 that nobody has
    told = selectors.balance(COUNTY, 2026)
    assert (told.whole.committed, told.whole.left, told.waiting_fen) == (500, 1_000, 1_000)


@pytest.mark.django_db
def test_不够时_整份待遇排队_正常先于补发_A类先于B类() -> None:
    def line(award: int, fen: int, kind: str, grade: str) -> PayLine:
        number = PayLine.objects.count() + 1
        return PayLine.objects.create(
            batch_id=1, seq=number, line_id=number, award_id=award, month=TODAY.replace(day=1), line_type=kind,
            region_code=VILLAGE, due_fen=fen, amount_fen=fen, category=grade,
        )  # fmt: skip

    back, b, a = line(1, 100, "back_pay", "A"), line(2, 300, "regular", "B"), line(3, 400, "regular", "A")
    a2 = line(3, 50, "back_pay", "A")
    rows = PayLine.objects.filter(batch_id=1)
    assert list(services.waiting(rows, fen=850)) == []
    assert list(services.waiting(rows, fen=849)) == [back]
    assert set(services.waiting(rows, fen=749)) == {back, b}
    assert set(services.waiting(rows, fen=449)) == {back, b, a, a2}


@pytest.mark.django_db
def test_退回财政_当年的又能用_跨年的不能_不能多退(
    allot: Callable[..., FundAllocation], cashier: Actor, head: Actor
) -> None:
    allot("central", 1_000)
    draw("central", DIBAO, 400)
    draw("central", DIBAO, 300, "2025-06")
    given = {"actor": cashier, "region_code": COUNTY, "source": "central", "item_code": DIBAO, "reason": "unclaimed",
             "returned_on": TODAY}  # fmt: skip
    row = returning.give_back(year=2026, amount_fen=150, voucher="缴1", **given)
    assert selectors.remaining(region_code=COUNTY, item_code=DIBAO, year=2026).total_fen == 600
    row = returning.confirm(actor=head, pk=row.pk)
    assert row.booked_id
    assert selectors.remaining(region_code=COUNTY, item_code=DIBAO, year=2026).total_fen == 750
    assert returning.drawn(COUNTY, 2026, "central", DIBAO) == 250
    old = returning.give_back(year=2025, amount_fen=300, voucher="缴2", **given)
    returning.confirm(actor=head, pk=old.pk)
    assert selectors.remaining(region_code=COUNTY, item_code=DIBAO, year=2026).total_fen == 750
    assert [one.back for one in pots.booked(COUNTY, 2025)] == [0]
    assert returning.drawn(COUNTY, 2025, "central", DIBAO) == 0
    with pytest.raises(FundsRefused, match="已经录过"):
        returning.give_back(year=2025, amount_fen=1, voucher="缴2", **given)
    more = returning.give_back(year=2026, amount_fen=251, voucher="缴3", **given)
    with pytest.raises(FundsRefused, match=r"没有退回的只有 2\.50 元"):
        returning.confirm(actor=head, pk=more.pk)


@pytest.mark.django_db
def test_批次_审批以前是在办_审批以后占用_重发不占(allot: Callable[..., FundAllocation]) -> None:
    allot("county", 1_000)
    states = (("CHECKED", 100), ("APPROVED", 200), ("FIN_SUBMITTED", 300), ("FUNDED", 400), ("VOIDED", 500))
    for number, (state, fen) in enumerate(states):
        PayBatch.objects.create(
            no=f"B{number}", region_code=COUNTY, item_code=DIBAO, month=TODAY.replace(day=1), seq=number, state=state,
            total_fen=fen, built_at=datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC),
            kind="reissue" if state == "VOIDED" else "regular",
        )  # fmt: skip
    told = selectors.balance(COUNTY, 2026)
    assert (told.whole.committed, told.waiting_fen, told.whole.left) == (500, 100, 500)
    assert Award.objects.count() == 0
