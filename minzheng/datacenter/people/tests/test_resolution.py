"""人员归一: what looks alike, what does not, merging, parting again, who may."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minzheng.datacenter.people.errors import PeopleRefused
from minzheng.datacenter.people.homes.reporting import sentence
from minzheng.datacenter.people.models import DuplicatePair, PersonMerge
from minzheng.datacenter.people.resolution import finding, pages, selectors, services
from minzheng.datacenter.people.resolution.scoring import PersonTraits, one_slip, score
from minzheng.datacenter.people.tests.conftest import (
    COUNTY,
    TOWN_A,
    TOWN_B,
    VILLAGE_A,
    VILLAGE_A2,
    VILLAGE_B,
    award,
    home,
    number,
    person,
    stands_in,
)
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases.models import Case, CaseAct, CaseMember
from minzheng.kernel.notices.models import ContactChoice, OutboxMessage
from minzheng.kernel.subjects import merging
from minzheng.kernel.subjects import selectors as subjects
from minzheng.kernel.subjects.mandate_models import Mandate
from minzheng.kernel.subjects.models import HouseholdMember, Person

D = datetime.date
BORN = D(1958, 3, 14)


def test_每个指向人员的字段都声明了合并时怎么办() -> None:
    """A new table that points at a person fails here until somebody has said what a merge does to it."""
    declared = set(merging.references())
    pointing = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        if model.__module__.startswith("minzheng.")
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is Person
    }
    assert pointing - declared == set()
    assert declared - pointing == set()


def test_号码只差一处的三种写错法() -> None:
    body = "99010119580314902"
    assert one_slip(body, "99010119580314802") == "第 15 位不同"
    assert one_slip(body, "99010119580314920") == "第 16、17 位颠倒"
    assert one_slip("99010119580314902", "99010119583149020") == "第 11 至 17 位错开一位"
    assert one_slip(body, body) == "" and one_slip(body, "99010119601214802") == ""


def test_打分有理由_同名同生日号码不同的不是同一人_双胞胎不是同一人() -> None:
    one = PersonTraits("周桂兰", number(BORN, 902), BORN, "2", "15401010001", VILLAGE_A, 7)
    slip = PersonTraits("周桂兰", number(BORN, 904), BORN, "2", "", VILLAGE_A)
    bare = PersonTraits("周桂兰", "", BORN, "2", "", VILLAGE_A)
    stranger = PersonTraits("周桂兰", number(BORN, 116), BORN, "2", "", VILLAGE_B)
    twin = PersonTraits("周桂芳", number(BORN, 904), BORN, "2", "15401010001", VILLAGE_A, 7)
    moved = PersonTraits("周桂蘭", number(BORN, 902, area="110101"), BORN, "2", "", VILLAGE_B)
    assert score(one, slip).value >= 900 and score(one, bare).value >= 600
    assert score(one, stranger).value < 300 and score(one, twin).value < 550 and score(one, moved).value >= 800
    assert [r.code for r in score(one, slip).reasons] == ["one_error_id", "same_name", "same_birth", "same_village"]
    assert "902" not in "".join(r.sentence for r in score(one, slip).reasons)


@pytest.fixture
def county_of_doubles(county: Any) -> dict[str, Person]:
    """Six pairs that are one person, and neighbours who are not."""
    people = {
        "slip": person("周桂兰", BORN, id_no=number(BORN, 902)),
        "slip2": person("周桂兰", BORN, id_no=number(BORN, 904)),
        "bare": person("李建国", D(1966, 1, 1)),
        "bare2": person("李建国", D(1966, 1, 1), id_no=""),
        "code": person("王老五", D(1950, 5, 5), id_no=number(D(1950, 5, 5), 12)),
        "code2": person("王老五", D(1950, 5, 5), VILLAGE_B, id_no=number(D(1950, 5, 5), 12, area="110101")),
        "swap": person("陈静", D(1970, 2, 12), VILLAGE_B, id_no=number(D(1970, 2, 12), 338)),
        "swap2": person("陈静", D(1970, 2, 21), VILLAGE_B, id_no=number(D(1970, 2, 21), 338), phone="15401010009"),
        "same": person("周桂兰", BORN, VILLAGE_B, id_no=number(BORN, 116)),
        "twin": person("周桂芳", BORN, VILLAGE_A, id_no=number(BORN, 906)),
    }
    old = number(D(1949, 9, 9), 221)
    people["long"] = person("赵铁柱", D(1949, 9, 9), id_no=old)
    people["short"] = Person.objects.create(
        name="赵铁注", birth_date=D(1949, 9, 9), id_no=old[:6] + old[8:17], region_code=VILLAGE_A2
    )
    return people


def test_一次找出全县的疑似重复_再找一次不多不少_判断过的不再问(
    county_of_doubles: dict[str, Person], post: Callable[..., Actor]
) -> None:
    people = county_of_doubles
    names = {p.pk: key for key, p in people.items()}
    with CaptureQueriesContext(connection) as few:
        done = finding.find(COUNTY)
    found = {frozenset((names[p.first_id], names[p.second_id])): p for p in DuplicatePair.objects.all()}
    assert set(found) == {
        frozenset(pair)
        for pair in (("slip", "slip2"), ("bare", "bare2"), ("code", "code2"), ("swap", "swap2"), ("long", "short"))
    }
    assert (done.people, done.new, done.open) == (12, 5, 5)
    assert found[frozenset(("code", "code2"))].region_code == COUNTY
    assert found[frozenset(("slip", "slip2"))].region_code == VILLAGE_A
    slip, swap = found[frozenset(("slip", "slip2"))], found[frozenset(("swap", "swap2"))]
    services.call_different(actor=post("town_clerk", TOWN_A), pair_id=slip.pk, reason="是邻村的同名人")
    services.put_off(actor=post("county_reviewer"), pair_id=swap.pk, until=D(2026, 12, 1))
    for n in range(20):
        person(f"路人{n}", D(1980, 1, 1 + n))
    with CaptureQueriesContext(connection) as more:
        again = finding.find(COUNTY)
    assert again.new == 0 and again.open == 3 and len(more) <= len(few) + 1
    assert DuplicatePair.objects.get(pk=slip.pk).state == DuplicatePair.DIFFERENT
    person_row = people["bare2"]
    person_row.name = "李建民"
    person_row.save(update_fields=["name"])
    assert finding.find(COUNTY).open == 2
    assert DuplicatePair.objects.filter(state=DuplicatePair.GONE).count() == 1


def everything() -> dict[str, Any]:
    """Every row of every table but logs, numbers and the judgement itself; sealed values opened."""
    kept_out = {"AuditEntry", "AuditSeal", "DuplicatePair", "PersonMerge", "PersonNameChar", "Session", "Migration"}
    rows: dict[str, Any] = {}
    for model in apps.get_models():
        if model.__module__.startswith("minzheng.") and model.__name__ not in kept_out:
            for row in model._default_manager.all():
                rows[f"{model.__name__}:{row.pk}"] = {
                    field.attname: bytes(value) if isinstance(value, memoryview) else value
                    for field in model._meta.concrete_fields
                    for value in (getattr(row, field.attname),)
                }
    return rows


@pytest.fixture
def two_files(county: Any) -> dict[str, Any]:
    """周桂兰 twice: each in a household, one with a benefit, a case, a mandate, a login, messages; judged as a pair."""
    stays = person("周桂兰", BORN, id_no=number(BORN, 902), phone="15401010001", address="石桥村3组")
    gives = person("周桂蓝", BORN, VILLAGE_A2, id_no=number(BORN, 904), phone="15401010002")
    first, second = home(stays), home(gives)
    paid = award("assistance.dibao", gives, household=second)
    ended = award("assistance.dibao", gives, state="ended", last_month=D(2025, 1, 1), first=D(2024, 1, 1))
    case = Case.objects.create(
        no="990101-DB-2026-1", item_code="assistance.dibao", state="IN_PAYMENT", region_code=VILLAGE_A2, applicant=gives,
        applicant_name=gives.name, household=second, form={"a": 1},
    )  # fmt: skip
    closed = Case.objects.create(
        no="990101-DB-2024-1", item_code="assistance.dibao", state="TERMINATED", region_code=VILLAGE_A2, applicant=gives,
        applicant_name=gives.name, form={},
    )  # fmt: skip
    for one in (case, closed):
        CaseMember.objects.create(case=one, seq=1, person=gives, name=gives.name, relation="本人", id_no=gives.id_no)
    login = User.objects.create_user("c-1", None, name=gives.name, kind="citizen", person=gives)
    Mandate.objects.create(
        kind="entrust", state="active", method="paper", principal=gives, principal_name=gives.name, agent_name="李小梅",
        relation="女儿", valid_from=D(2026, 1, 1), region_code=VILLAGE_A2,
    )  # fmt: skip
    for channel in ("inapp", "sms"):
        OutboxMessage.objects.create(channel=channel, recipient=gives, body="您好")
    ContactChoice.objects.create(person=stays, order="sms")
    ContactChoice.objects.create(person=gives, order="inapp")
    pair = DuplicatePair.objects.create(
        key=f"person:{min(stays.pk, gives.pk)}:{max(stays.pk, gives.pk)}", first=stays, second=gives,
        region_code=TOWN_A, score=900, reasons=[["one_error_id", "证件号码只差一处"]], found_at=case.created_at,
    )  # fmt: skip
    return {
        "stays": stays, "gives": gives, "first": first, "second": second, "paid": paid, "ended": ended, "case": case,
        "closed": closed, "login": login, "pair": pair,
    }  # fmt: skip


def ask(actor: Actor, two: dict[str, Any], **extra: Any) -> PersonMerge:
    values = {
        "picks": {"name": "survivor", "phone": "absorbed", "region_code": "absorbed"},
        "household_id": two["second"].pk, "reason": "派出所证实是同一人",
    } | extra  # fmt: skip
    return services.ask(actor=actor, pair_id=two["pair"].pk, survivor_id=two["stays"].pk, **values)


def test_涉及待遇的合并要第二个人同意_跟着走的走_历史不动_撤销恢复原样(
    two_files: dict[str, Any], post: Callable[..., Actor]
) -> None:
    two, clerk, leader = two_files, post("town_clerk", TOWN_A), post("town_leader", TOWN_A)
    stranger = post("town_leader", TOWN_B)
    before = everything()
    merge = ask(clerk, two)
    assert merge.state == PersonMerge.ASKED and everything() == before
    with pytest.raises(PeopleRefused, match="不能复核"):
        services.approve(actor=clerk, merge_id=merge.pk)
    with pytest.raises(PeopleRefused, match="不在您的办理范围"):
        services.approve(actor=stranger, merge_id=merge.pk)
    services.approve(actor=leader, merge_id=merge.pk, opinion="同意")
    stays, gives = Person.objects.get(pk=two["stays"].pk), Person.objects.get(pk=two["gives"].pk)
    assert gives.merged_into_id == stays.pk and stays.phone == "15401010002" and stays.region_code == VILLAGE_A2
    two["paid"].refresh_from_db(), two["ended"].refresh_from_db(), two["case"].refresh_from_db()
    assert two["paid"].payee_id == stays.pk == two["paid"].members.get().person_id
    assert two["ended"].payee_id == gives.pk and two["paid"].frozen == {"样": 1} and two["paid"].payee_name == "周桂蓝"
    assert two["case"].applicant_id == stays.pk and Case.objects.get(pk=two["closed"].pk).applicant_id == gives.pk
    held = [(row.person_id, row.household_id) for row in merging.homes_of(stays, gives)]
    assert held == [(stays.pk, two["second"].pk)]
    assert HouseholdMember.objects.filter(superseded_at=None, household=two["first"]).get().valid_to == D(2026, 11, 20)
    assert {m.channel for m in OutboxMessage.objects.filter(recipient=stays)} == {"inapp"}
    assert ContactChoice.objects.get(person=stays).order == "sms"
    assert User.objects.get(pk=two["login"].pk).person_id == stays.pk
    for text in (gives.id_no, "周桂蓝"):
        assert [p.pk for p in subjects.search(clerk, text).persons] == [stays.pk]
    with pytest.raises(PeopleRefused, match="须由有复核权限"):
        services.undo(actor=clerk, merge_id=merge.pk, reason="两人同时到窗口")
    services.undo(actor=leader, merge_id=merge.pk, reason="两人同时到窗口")
    assert everything() == before
    assert DuplicatePair.objects.get().state == DuplicatePair.OPEN


def test_合并以后又改过的_撤销时说清楚_什么也不动(two_files: dict[str, Any], post: Callable[..., Actor]) -> None:
    two, leader = two_files, post("town_leader", TOWN_A)
    merge = services.approve(actor=leader, merge_id=ask(post("town_clerk", TOWN_A), two).pk)
    stays = Person.objects.get(pk=two["stays"].pk)
    stays.phone = "15401010099"
    stays.save(update_fields=["phone"])
    after = everything()
    with pytest.raises(PeopleRefused, match="联系电话.*又改过"):
        services.undo(actor=leader, merge_id=merge.pk, reason="两人同时到窗口")
    assert everything() == after


def test_两份都在享受同一待遇_不能合并_说清在哪里停发(
    two_files: dict[str, Any], post: Callable[..., Actor], browse: Callable[..., Client]
) -> None:
    two = two_files
    other, clerk = award("assistance.dibao", two["stays"], household=two["first"]), post("town_clerk", TOWN_A)
    before = everything()
    with pytest.raises(PeopleRefused, match="都在享受“低保”"):
        ask(clerk, two)
    assert everything() == before
    page = browse("town_clerk", TOWN_A).get(reverse("people.pair", kwargs={"pk": two["pair"].pk})).content.decode()
    assert f"/console/awards/{other.pk}/" in page and "重复享受" in page
    assert "15401010001" not in page and two["stays"].id_no not in page and "第 17 位" in page
    services_refused = post("town_clerk", TOWN_B)
    with pytest.raises(PeopleRefused, match="不在您的办理范围"):
        services.call_different(actor=services_refused, pair_id=two["pair"].pk, reason="不认识")


def test_页面上从比较到合并到撤销_并入的档案打开就是保留的档案(
    two_files: dict[str, Any], browse: Callable[..., Client]
) -> None:
    two = two_files
    for row in (two["paid"], two["case"]):
        type(row).objects.filter(pk=row.pk).update(state="ended" if row is two["paid"] else "TERMINATED")
    client = browse("town_clerk", TOWN_A)
    assert "周桂兰" in client.get(reverse("people.pairs")).content.decode()
    url = reverse("people.merge", kwargs={"pk": two["pair"].pk})
    form = client.get(url).content.decode()
    assert "保留哪一户的成员登记" in form and "154****0001" in form
    sent = {
        "keep": "first", "name": "first", "phone": "second", "address": "first", "region_code": "first",
        "household": str(two["first"].pk), "reason": "本人到场，出示户口簿",
    }  # fmt: skip
    assert client.post(url, {**sent, "household": ""}).status_code == 422
    done = client.post(url, sent)
    merge = PersonMerge.objects.get()
    assert done.status_code == 302 and merge.state == PersonMerge.DONE and not merge.money
    opened = client.get(reverse("persons.file", kwargs={"pk": two["gives"].pk}))
    assert opened["Location"] == reverse("persons.file", kwargs={"pk": two["stays"].pk})
    assert "撤销合并" in client.get(reverse("people.merged", kwargs={"pk": merge.pk})).content.decode()
    client.post(reverse("people.undo", kwargs={"pk": merge.pk}), {"reason": "弄错了，是姐妹"})
    assert Person.objects.get(pk=two["gives"].pk).merged_into_id is None


def test_一人在两户_保留一户_另一户到此为止(county: Any, post: Callable[..., Actor]) -> None:
    one, other = person("刘小红", D(1990, 1, 1)), person("刘父", D(1960, 1, 1))
    own, parents = home(one), home(other)
    stands_in(parents, one)
    case = Case.objects.create(
        no="990101-DB-2026-8", item_code="assistance.dibao", state="IN_PAYMENT", region_code=parents.region_code,
        applicant=other, applicant_name="刘父", household=parents, form={},
    )  # fmt: skip
    CaseMember.objects.create(case=case, seq=1, person=other, name="刘父", relation="本人")
    paid = award("assistance.dibao", other, one, household=parents, case=case)
    imported = award("disability.two_subsidies", one)
    assert finding.find(COUNTY).new == 1
    pair = DuplicatePair.objects.get()
    assert pair.kind == DuplicatePair.HOUSEHOLD and selectors.waiting(post("town_clerk", TOWN_A)).count() == 1
    clerk = post("town_clerk", TOWN_A)
    fields = pages._home_fields(clerk, pair)[0].options
    assert [words for _pk, words in fields if "刘父" in words] == [
        f"户主 刘父，2 人，本人是家庭成员（户编号 {parents.no}）"
    ]
    done = services.keep_home(actor=clerk, pair_id=pair.pk, household_id=own.pk, since=D(2026, 6, 1), reason="已经出嫁")
    assert [one["no"] for one in done.asked] == [paid.no] and [one["no"] for one in done.unasked] == [imported.no]
    told = CaseAct.objects.get(case=case, code="report_change").data
    assert (told["happened_on"], own.no in told["content"]) == ("2026-06-01", True)
    assert "启动复核" in sentence(done.asked, done.unasked) and done.pair.state == DuplicatePair.MERGED
    assert AuditEntry.objects.get(action="people.merged", object_id=pair.pk).detail["asked"] == [paid.no]
    assert Award.objects.get(pk=paid.pk).amount_fen == paid.amount_fen
    assert [row.household_id for row in merging.homes_of(one)] == [own.pk]
    known = HouseholdMember.objects.filter(person=one, superseded_at=None).order_by("valid_from")
    assert [(r.household_id, r.valid_to) for r in known] == [(parents.pk, D(2026, 5, 31)), (own.pk, None)]
    assert finding.find(COUNTY).open == 0
