"""到龄换档：到了更高一档的年龄，不用申请，从生日当月起按新档发。"""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.elderly.old_age.brackets import change_due
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards.services import monthly_lines
from minzheng.kernel.cases.tests.place import APPLIED, Place
from minzheng.kernel.documents.models import IssuedDocument

from .test_old_age_item import grandma, granted

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER = datetime.date(2026, 11, 1), datetime.date(2026, 12, 1)


def paid(born: datetime.date):
    """In payment from November 2026."""
    with clock.at(APPLIED):
        place = Place()
        case = granted(place, grandma(born))
        place.do(case, "start_payment", SYSTEM)
    return case


def lines(case):
    found = [(line.month, line.line_type, line.amount_fen) for award in case.awards.all() for line in award.lines.all()]
    return sorted(found)


def test_下个月满九十岁_提前换好_下个月起发六十元并告知():
    case = paid(datetime.date(1936, 12, 5))
    with clock.at(datetime.date(2026, 11, 20)):
        assert change_due() == [case.pk]
        assert change_due() == []  # 换过的不再换
    old, new = case.awards.order_by("first_month")
    assert (old.amount_fen, old.state, old.last_month) == (3000, "ended", NOVEMBER)
    assert (new.amount_fen, new.state, new.first_month) == (6000, "active", DECEMBER)
    with clock.at(DECEMBER):
        monthly_lines(DECEMBER, item_code="elderly.old_age")
    assert lines(case) == [(NOVEMBER, "regular", 3000), (DECEMBER, "regular", 6000)]
    notice = IssuedDocument.objects.get(case=case, code="N08")
    assert notice.addressee_name == "何秋生"


def test_当月的钱已经发出去的_补当月差额_下个月起按新档():
    case = paid(datetime.date(1936, 12, 5))
    with clock.at(DECEMBER):
        monthly_lines(DECEMBER, item_code="elderly.old_age")
        case.awards.get().lines.filter(month=DECEMBER).update(state="paid")
        assert change_due() == [case.pk]
    january = datetime.date(2027, 1, 1)
    assert lines(case) == [
        (NOVEMBER, "regular", 3000), (DECEMBER, "back_pay", 3000), (DECEMBER, "regular", 3000),
        (january, "regular", 6000),
    ]  # fmt: skip


def test_当月的还没有发_改按新档发_只发一次():
    case = paid(datetime.date(1936, 12, 5))
    with clock.at(DECEMBER):
        monthly_lines(DECEMBER, item_code="elderly.old_age")
        assert change_due() == [case.pk]
    december = [(kind, fen) for month, kind, fen in lines(case) if month == DECEMBER]
    assert sorted(december) == [("correction", -3000), ("regular", 3000), ("regular", 6000)]


def test_没有到下一档的不动():
    case = paid(datetime.date(1940, 12, 5))
    with clock.at(datetime.date(2026, 11, 20)):
        assert change_due() == []
    assert case.awards.get().amount_fen == 3000


def test_标准变了的不在这里调_留给标准调整重算(monkeypatch):
    from minzheng.business.elderly.old_age import brackets

    case = paid(datetime.date(1936, 12, 5))
    with clock.at(datetime.date(2026, 11, 20)):
        award = case.awards.get()
        answer = brackets.answer_in(award, DECEMBER)
        assert brackets.same_values(award, answer)
        for one in answer.evidence["params"]:
            if one["name"] == "高龄津贴_二档金额":
                one["value"] = "80.00"
        assert not brackets.same_values(award, answer)
        monkeypatch.setattr(brackets, "answer_in", lambda award, month: answer)
        assert change_due() == []


def test_暂停的不自动换档():
    case = paid(datetime.date(1936, 12, 5))
    with clock.at(datetime.date(2026, 11, 20)):
        place_reviewer = case.acts.get(code="approve").actor
        from minzheng.kernel.accounts.actors import actor_of
        from minzheng.kernel.cases import services

        services.perform(
            case_id=case.pk, act="suspend", actor=actor_of(place_reviewer), data={"opinion": "逾期未认证。"}
        )
        assert change_due() == []


def test_换档以后的待遇_由冻结的依据能复算出同样的金额():
    from minzheng.kernel.items import registry

    case = paid(datetime.date(1936, 12, 5))
    with clock.at(datetime.date(2026, 11, 20)):
        change_due()
    award = case.awards.get(state="active")
    assert registry.get("elderly.old_age").recompute(award.frozen).amount_fen == award.amount_fen
