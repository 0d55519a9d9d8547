"""One person, one file (一人一档): one file per ID number; who looked and why is recorded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError

from minzheng.kernel.accounts.actors import ANONYMOUS, SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases.models import Case
from minzheng.kernel.subjects import selectors, services
from minzheng.kernel.subjects.errors import NameMismatch, ReasonNeeded, SubjectError
from minzheng.kernel.subjects.idcard import check_digit
from minzheng.kernel.subjects.models import Person, PersonNameChar

from .conftest import COUNTY, TOWN_A, TOWN_B, VILLAGE_A, VILLAGE_B, new_id_no, person

pytestmark = pytest.mark.django_db
Post = Callable[[str, str], Actor]


def test_同一证件号不论怎么写都是同一份档案_只补空白不覆盖() -> None:
    number = "99010119800101004X"
    number = number[:17] + check_digit(number[:17])
    first = person("张 三", id_no=number, phone="15401010003")
    again = person("张三", id_no=f" {number.lower()} ", phone="15401019999", address="石桥村1号")
    assert again.pk == first.pk and Person.objects.count() == 1
    kept = Person.objects.get()
    assert (kept.name, kept.phone, kept.address) == ("张三", "15401010003", "石桥村1号")
    assert kept.sex == "2" and kept.birth_date.year == 1980
    assert number.encode() not in bytes(Person.objects.get().__dict__["id_no"])


def test_同一证件号换了姓名要先办改名() -> None:
    number = new_id_no()
    found = person("张三", id_no=number)
    with pytest.raises(NameMismatch, match="姓名变更"):
        person("李四", id_no=number)
    services.rename_person(actor=SYSTEM, person=found, name="李四", reason="户籍更名")
    assert person("李四", id_no=number).pk == found.pk
    assert set(PersonNameChar.objects.values_list("char", flat=True)) == {"李", "四"}


def test_数据库也不容许一个证件号两份档案() -> None:
    first = person("张三")
    with pytest.raises(IntegrityError):
        Person.objects.create(name="张三", id_no=first.id_no, region_code=VILLAGE_A)


def test_死亡日期不能在未来() -> None:
    import datetime

    with pytest.raises(SubjectError):
        services.record_death(actor=SYSTEM, person=person("张三"), on=datetime.date(2026, 11, 22), reason="")


def test_只看得到本范围的档案_群众只看得到自己的(post: Post) -> None:
    mine, other = person("张三", VILLAGE_A), person("李四", VILLAGE_B)
    assert set(selectors.visible_persons(post("town_clerk", TOWN_A))) == {mine}
    assert set(selectors.visible_persons(post("county_reviewer", COUNTY))) == {mine, other}
    assert not selectors.visible_persons(post("finance", COUNTY)).exists()
    assert not selectors.visible_persons(ANONYMOUS).exists()
    citizen = actor_of(User.objects.create(username="c1", name="李四", kind="citizen", person=other))
    assert set(selectors.visible_persons(citizen)) == {other}
    stranger = actor_of(User.objects.create(username="c2", name="新用户", kind="citizen"))
    assert not selectors.visible_persons(stranger).exists()


def test_打开档案留下理由_没有理由或不在范围都打不开(post: Post) -> None:
    mine, other, clerk = person("张三", VILLAGE_A), person("李四", VILLAGE_B), post("town_clerk", TOWN_A)
    assert selectors.open_person(clerk, mine.pk, "办理低保申请") == mine
    line = AuditEntry.objects.get(action="read")
    assert (line.object_id, line.reason, line.actor_id) == (mine.pk, "办理低保申请", clerk.id)
    with pytest.raises(ReasonNeeded):
        selectors.open_person(clerk, mine.pk, "  ")
    with pytest.raises(Person.DoesNotExist):
        selectors.open_person(clerk, other.pk, "看看")
    assert AuditEntry.objects.filter(action="read").count() == 1


def test_查看完整号码要另有权限并写明用途(post: Post) -> None:
    found, clerk = person("张三", VILLAGE_A), post("town_clerk", TOWN_A)
    assert selectors.unmask(clerk, found.pk, "id_no", "与公安户籍核对") == found.id_no
    assert AuditEntry.objects.get(action="read").reason == "查看完整证件号码：与公安户籍核对"
    with pytest.raises(ReasonNeeded):
        selectors.unmask(clerk, found.pk, "id_no", "看")
    with pytest.raises(Person.DoesNotExist):
        selectors.unmask(post("town_leader", TOWN_A), found.pk, "id_no", "与公安户籍核对")


def test_按证件号精确检索_范围外的与不存在的说法一样(post: Post) -> None:
    mine, other, clerk = person("张三", VILLAGE_A), person("李四", VILLAGE_B), post("town_clerk", TOWN_A)
    assert selectors.search(clerk, f" {mine.id_no[:6]} {mine.id_no[6:]}").persons == [mine]
    outside, absent = selectors.search(clerk, other.id_no), selectors.search(clerk, new_id_no())
    assert outside.empty and outside.hint == absent.hint
    assert "校验位" in selectors.search(clerk, mine.id_no[:-1] + ("0" if mine.id_no[-1] != "0" else "1")).hint
    detail = list(AuditEntry.objects.filter(action="person.search_id").values_list("detail", flat=True))
    assert detail == [{"hits": 1}, {"hits": 0}, {"hits": 0}] and mine.id_no not in str(detail)


def test_按姓名任意部分检索_全名在前_只在本范围(post: Post) -> None:
    names = ["兰桂", "周桂兰", "桂兰", "赵桂兰芳", "桂小兰"]
    for name in names:
        person(name, VILLAGE_A)
    person("钱桂兰", VILLAGE_B)
    found = selectors.search(post("town_clerk", TOWN_A), "桂兰")
    assert [p.name for p in found.persons] == ["桂兰", "周桂兰", "赵桂兰芳"]
    assert selectors.search(post("county_reviewer", COUNTY), "桂 兰").persons[-1].name == "钱桂兰"
    assert "没有姓名含" in selectors.search(post("town_clerk", TOWN_B), "周桂兰").hint
    assert selectors.search(post("finance", COUNTY), "桂兰").empty


def test_结果多时只给一页并说明还有(post: Post) -> None:
    for n in range(5):
        person(f"王{'一二三四五'[n]}")
    found = selectors.search(post("town_clerk", TOWN_A), "王", limit=3)
    assert len(found.persons) == 3 and found.more


@pytest.mark.parametrize(("text", "budget"), [("周桂兰", 2), ("桂", 2), ("DB-2026-0001", 2), ("", 0)])
def test_检索的查询次数固定(text: str, budget: int, post: Post, django_assert_num_queries: Callable) -> None:
    for n in range(8):
        person("周桂兰" if n % 2 else f"桂{'一二三四五六七八'[n]}")
    clerk = post("town_clerk", TOWN_A)
    with django_assert_num_queries(budget):
        selectors.search(clerk, text)


def test_按办件编号和证号检索_各看各的权限(post: Post) -> None:
    import datetime

    Case.objects.create(no="DB2026001", item_code="assistance.dibao", region_code=VILLAGE_A)
    day = datetime.date(2026, 1, 1)
    Award.objects.create(
        no="DB2026001", item_code="assistance.dibao", region_code=VILLAGE_A, persons=1, amount_fen=1,
        first_month=day, decided_on=day, payee_name="张三",
    )  # fmt: skip
    clerk = selectors.search(post("town_clerk", TOWN_A), "db2026001")
    assert len(clerk.cases) == len(clerk.awards) == 1
    finance = selectors.search(post("finance", COUNTY), "DB2026001")
    assert not finance.cases and len(finance.awards) == 1
    assert selectors.search(post("town_clerk", TOWN_B), "DB2026001").empty
