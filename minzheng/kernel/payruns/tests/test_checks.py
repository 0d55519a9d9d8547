"""C01 … C12: what each finds, how grave it is, and that a reason given stays given."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from minzheng.kernel.awards import accounts
from minzheng.kernel.awards.models import Award, AwardMember, PayeeAccount
from minzheng.kernel.payruns import findings, holders, services, terms
from minzheng.kernel.payruns.check_sql import statements
from minzheng.kernel.payruns.errors import PayRefused
from minzheng.kernel.payruns.formats import choosing
from minzheng.kernel.payruns.formats.spec import BadFormat
from minzheng.kernel.payruns.models import PayCheck
from minzheng.kernel.payruns.tests.world import COUNTY, DIBAO, MARCH, World, codes_of, month
from minzheng.kernel.payruns.words import CHECKS
from minzheng.kernel.subjects.models import Person


def _of(batch: object, award: Award) -> dict[str, PayCheck]:
    return {one.code: one for one in PayCheck.objects.filter(batch=batch, line__award=award).select_related("line")}


def test_每一项校验各有一户_等级依表_剔除后可以复核(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = world.award()
    dead = world.award("死者", first=month(1), people=3)
    Person.objects.filter(name="死者家1").update(death_date=datetime.date(2026, 1, 31))
    gone = world.award("已故领款人")
    Person.objects.filter(pk=gone.payee_id).update(death_date=datetime.date(2026, 2, 10))
    jailed, listed, paid_by_state = world.award("在押"), world.award("两县"), world.award("在编")
    both = world.award("又领特困")
    world.award(item="assistance.tekun", fen=1, payee=both.payee, first=month(1))
    no_account = world.award("无账户", account_no="")
    dormant = world.award("睡眠户")
    shared = [world.award(f"共用{n}", number="6217000088888888") for n in (1, 2)]
    jump, huge = world.award("猛涨", fen=80_000, first=month(2)), world.award("巨额", fen=2_000_000)
    late = world.award("逾期", next_review_on=datetime.date(2026, 2, 20))
    very_late = world.award("久逾期", next_review_on=datetime.date(2025, 12, 1))
    world.award("上月", payee=jump.payee, fen=50_000, first=month(2), last_month=month(2), state="ended",
                number=jump.account_no)  # fmt: skip
    Award.objects.filter(pk=jump.pk).update(first_month=MARCH)
    world.build(month(2))
    people = {"C02": (jailed, True), "C10": (paid_by_state, True), "C11": (listed, False)}
    for code, (award, sure) in people.items():
        told = ("SELECT %s::bigint, %s::text, %s::boolean", [award.payee_id, f"{code} 的发现", sure])
        monkeypatch.setitem(findings._tellers, code, (code, lambda told=told: told))
    batch = world.build()
    PayeeAccount.objects.filter(awards=dormant).update(flag="dormant")
    batch = services.recheck(actor=world.clerk, batch_id=batch.pk)

    def grave(award: Award) -> dict[str, str]:
        return {code: one.severity for code, one in _of(batch, award).items()}

    assert grave(clean) == {}
    assert grave(dead) == {"C01": "block"} and "余下的人" in _of(batch, dead)["C01"].sentence
    assert grave(gone) == {"C01": "block"}
    assert grave(jailed) == {"C02": "block"} and _of(batch, jailed)["C02"].clearable
    assert grave(both) == {"C03": "block"} and "特困" in _of(batch, both)["C03"].sentence
    assert grave(no_account) == {"C05": "block"} and grave(dormant) == {"C05": "block"}
    assert [grave(one) for one in shared] == [{"C06": "block"}] * 2
    assert grave(jump) == {"C08": "warn"} and "多 300.00 元" in _of(batch, jump)["C08"].sentence
    assert grave(huge) == {"C08": "warn"}
    assert grave(late) == {"C09": "warn"} and grave(very_late) == {"C09": "block"}
    assert grave(paid_by_state) == {"C10": "warn"}
    assert grave(listed) == {"C11": "warn"}  # the identity is in doubt: somebody looks first
    assert batch.checks.get(code="C12").severity == "warn"  # no money was allotted yet: nothing to compare with

    with pytest.raises(PayRefused, match="没有处理"):
        services.review(actor=world.checker, batch_id=batch.pk)
    services.clear_check(actor=world.clerk, check_id=_of(batch, jailed)["C02"].pk, reason="判决前已由家属领取，核实")
    services.clear_checks(actor=world.clerk, batch_id=batch.pk, code="C08", reason="三月起提标")
    before = batch.lines
    batch = services.exclude_blocked(actor=world.clerk, batch_id=batch.pk)
    assert batch.excluded == 8 and batch.lines == before - 8  # dead, gone, both, 2 accounts, 2 shared, very late
    batch = services.recheck(actor=world.clerk, batch_id=batch.pk)
    assert _of(batch, jailed)["C02"].reason and _of(batch, jump)["C08"].reason == "三月起提标"
    assert services.review(actor=world.checker, batch_id=batch.pk).state == "REVIEWED"
    events = list(batch.events.values_list("act", flat=True))
    assert events.count("clear") == 2 and events[-1] == "review" and "exclude" in events


def test_年龄界限_地方参数和文字说明都有(world: World) -> None:
    grown = world.award("满岁", item="children.orphan", payee=world.person("满岁", born=datetime.date(2008, 2, 28)))
    child = world.award("未满", item="children.orphan", payee=world.person("未满", born=datetime.date(2008, 3, 2)))
    batch = world.build(item="children.orphan")
    assert [one.severity for one in _of(batch, grown).values()] == ["warn"] and _of(batch, child) == {}
    assert {code for code, _ in statements("elderly.old_age")} >= {"C01", "C05", "C06", "C07", "C08", "C09"}
    assert set(holders.rules()["severities"]) == set(CHECKS) == {f"C{n:02}" for n in range(1, 13)}
    assert all(row[-1].evidence == "needs_confirmation" for row in terms.TERMS.history().values())


def test_一户领两次同一项_后决定的让出_断开月份的不算(world: World) -> None:
    first = world.award("重复", first=month(1))
    second = world.award(payee=first.payee, number=first.account_no, decided_on=datetime.date(2026, 3, 5))
    moved = world.award("接续", first=month(1), last_month=month(2), state="ended")
    world.line(moved, month(2))
    after = world.award(payee=moved.payee, number=moved.account_no)
    batch = world.build()
    assert "C03" in _of(batch, second) and "C03" not in _of(batch, first)
    assert "C03" not in _of(batch, moved) and "C03" not in _of(batch, after)
    assert AwardMember.objects.filter(award=after).count() == 1
    assert batch.item_code == DIBAO and "C06" not in codes_of(batch)


def test_一人几个账户_提示并说出尾号_一个账户几个人_拦住_各县用各自的银行格式(world: World, settings: Any) -> None:
    several = world.award("李两卡", number="6217000000000011111")
    world.award(item="elderly.old_age", payee=several.payee, number="6217000000000022222")
    one = world.award("王一卡", number="6217000000000033333")
    world.award(item="elderly.old_age", payee=one.payee, number="6217000000000033333")
    accounts.ensure(COUNTY)
    batch = world.build()
    found = _of(batch, several)["C06"]
    assert found.severity == "warn" and "本批尾号 1111，尾号 2222" in found.sentence
    assert "C06" not in _of(batch, one)
    settings.PAY_FILE_FORMAT = "990101=fiscal_csv, rcb_fixed"
    assert [choosing.usual(place) for place in (batch.region_code, "990102000000")] == ["fiscal_csv", "rcb_fixed"]
    assert world.sent(batch).file_format == "fiscal_csv"
    for wrong, said in (("nobank", "没有登记"), ("990101=rcb_fixed", "默认格式"), ("甲=rcb_fixed,rcb_fixed", "不是区划代码"),
                        ("rcb_fixed,fiscal_csv", "两次")):  # fmt: skip
        settings.PAY_FILE_FORMAT = wrong
        with pytest.raises(BadFormat, match=said):
            choosing.usual(batch.region_code)
