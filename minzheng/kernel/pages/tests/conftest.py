"""Two townships, every post, one family with a case under way: the small county of the page tests."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.audit import services as audit
from minzheng.kernel.awards.models import Award, AwardMember, PaymentLine
from minzheng.kernel.cases.models import Case, CaseAct, CaseMember, Consent, Evidence, Publicity
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person, PersonNameChar

COUNTY, TOWN_A, TOWN_B = "990101000000", "990101001000", "990101002000"
VILLAGE = "990101001001"
START = datetime.date(2020, 1, 1)
NAME, ID_NO, PHONE, ACCOUNT = "周桂兰", "990101195803149022", "15401010001", "6217000012345678901"
PASSWORD = "Zhong-2026-yao"
#: Posts whose place is the township; all others work for the whole county.
TOWN_ROLES = ("town_clerk", "town_leader", "village_worker")


def make_places() -> None:
    forget()
    rows = [
        (COUNTY, "示范县", 3, ""),
        (TOWN_A, "青石镇", 4, COUNTY),
        (TOWN_B, "柳溪镇", 4, COUNTY),
        (VILLAGE, "石桥村", 5, TOWN_A),
    ]
    for code, name, level, parent in rows:
        Region.objects.create(
            code=code, name=name, full_name=name, level=level, parent_code=parent, valid_from=START, source="测试"
        )


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """For modules with hundreds of tests over every page: the county is made once a module, inside a transaction that the
    module's end undoes; what a test changes is undone by its own savepoint. A module asks for it with
    ``pytest.mark.usefixtures("standing")``, so that it stands before any test begins. Not for real transactions.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        make_places()
        office = make_bureau()
        yield {"bureau": office, "family": make_family(hiring(office))}
        transaction.set_rollback(True)
    forget()


@pytest.fixture(scope="module")
def standing_whole(standing: dict[str, Any], django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """The same with one object for every page (`whole`)."""
    from minzheng.kernel.pages.tests import town

    with django_db_blocker.unblock(), transaction.atomic():
        yield town.complete(dict(standing["family"]), hiring(standing["bureau"]))
        transaction.set_rollback(True)


def _standing(request: pytest.FixtureRequest, name: str) -> Any:
    """A copy of what stands for the whole module, None where nothing does."""
    if name not in request.fixturenames:
        return None
    return copy.deepcopy(request.getfixturevalue(name))


@pytest.fixture
def places(request: pytest.FixtureRequest, db: None) -> None:
    if "standing" not in request.fixturenames:
        make_places()


def make_bureau() -> Organization:
    return Organization.objects.create(
        code="T-MZJ", name="测试民政局", kind="bureau", region_code=COUNTY, valid_from=START
    )


@pytest.fixture
def bureau(request: pytest.FixtureRequest, places: None) -> Organization:
    found = _standing(request, "standing")
    return found["bureau"] if found else make_bureau()


def hiring(bureau: Organization) -> Callable[[str, str], User]:
    """hire("town_clerk", TOWN_A): one account per role and place."""

    def make(role: str, place: str) -> User:
        username = f"{role}.{place}"
        found = User.objects.filter(username=username).first()
        if found:
            return found
        user = User.objects.create_user(username, PASSWORD, name=ROLES[role].title)
        Assignment.objects.create(user=user, role=role, organization=bureau, region_code=place, valid_from=START)
        return user

    return make


@pytest.fixture
def staff(bureau: Organization) -> Callable[[str, str], User]:
    return hiring(bureau)


@pytest.fixture
def browse(staff: Callable[[str, str], User]) -> Callable[..., Client]:
    """browse("town_clerk", TOWN_A): a signed-in client; browse() is an anonymous one."""

    def client(role: str = "", place: str = COUNTY) -> Client:
        visitor = Client()
        if role:
            visitor.force_login(staff(role, place), backend="minzheng.kernel.accounts.backends.AccountBackend")
        return visitor

    return client


@pytest.fixture
def family(request: pytest.FixtureRequest, staff: Callable[[str, str], User]) -> dict[str, Any]:
    found = _standing(request, "standing")
    return found["family"] if found else make_family(staff)


def make_family(staff: Callable[[str, str], User]) -> dict[str, Any]:
    """周桂兰 of 青石镇石桥村: file, household, case under investigation, award, lines, papers — one of each kind."""
    now = clock.now()
    person = Person.objects.create(
        name=NAME,
        sex="2",
        birth_date=datetime.date(1958, 3, 14),
        id_no=ID_NO,
        phone=PHONE,
        region_code=VILLAGE,
        address="示范县青石镇石桥村3组",
    )
    for char in NAME:
        PersonNameChar.objects.create(char=char, person=person, region_code=VILLAGE)
    household = Household.objects.create(no="H990101001", head=person, region_code=VILLAGE)
    HouseholdMember.objects.create(
        household=household, person=person, relation="户主", valid_from=START, recorded_at=now
    )
    clerk = staff("town_clerk", TOWN_A)
    case = _case(person, household, clerk, now)
    draft = Case.objects.create(
        item_code="assistance.dibao", state="DRAFT", region_code=VILLAGE, created_by=clerk, form={}, channel="window"
    )
    award = Award.objects.create(
        no="990101DB2026000001",
        item_code="assistance.dibao",
        case=case,
        household=household,
        payee=person,
        payee_name=NAME,
        persons=1,
        account_no=ACCOUNT,
        amount_fen=49800,
        first_month=datetime.date(2026, 12, 1),
        decided_on=clock.today(),
        frozen={},
        region_code=VILLAGE,
    )
    AwardMember.objects.create(award=award, person=person, name=NAME, relation="户主")
    line = PaymentLine.objects.create(
        award=award, item_code=award.item_code, month=award.first_month, amount_fen=49800, region_code=VILLAGE
    )
    attachment = Attachment.objects.create(
        case=case,
        kind="identity",
        label="身份证",
        content_type="image/jpeg",
        size=1,
        sha="0" * 64,
        path="none.jpg",
        uploaded_by=clerk,
    )
    document = IssuedDocument.objects.create(
        code="N01",
        number="示民受〔2026〕1号",
        title="受理通知书",
        case=case,
        addressee_name=NAME,
        path="none.pdf",
        sha="0" * 64,
        verify_code="TESTCODE00000001",
        issued_on=clock.today(),
        region_code=VILLAGE,
    )
    Publicity.objects.create(
        case=case,
        region_code=VILLAGE,
        posted_on=clock.today(),
        ends_on=clock.today(),
        place="石桥村公示栏",
        public_row={"applicant_name": "周*兰", "persons": 1, "amount_fen": 49800},
    )
    job = JobRun.objects.create(name="notices.deliver", key="t-1", run_after=now)
    audit.record(actor=audit.SYSTEM, action="test", detail={})
    return {
        "person": person,
        "household": household,
        "case": case,
        "draft": draft,
        "award": award,
        "line": line,
        "attachment": attachment,
        "document": document,
        "job": job,
    }


@pytest.fixture
def whole(request: pytest.FixtureRequest, family: dict[str, Any], staff: Callable[[str, str], User]) -> dict[str, Any]:
    """The family with one object for every page that takes one (town.py and its parts)."""
    from minzheng.kernel.pages.tests import town

    return _standing(request, "standing_whole") or town.complete(family, staff)


def _case(person: Person, household: Household, clerk: User, now: datetime.datetime) -> Case:
    case = Case.objects.create(
        no="990101-DB-2026-000001",
        item_code="assistance.dibao",
        state="INVESTIGATING",
        region_code=VILLAGE,
        applicant=person,
        applicant_name=NAME,
        household=household,
        form={"applicant": {"name": NAME, "id_no": ID_NO}, "property": {"deposits": 500000, "houses": 1}},
        submitted_at=now,
        accepted_at=now,
        event_date=clock.today(),
        due_on=clock.today(),
        created_by=clerk,
        is_demo=True,
    )
    member = CaseMember.objects.create(
        case=case,
        seq=1,
        person=person,
        name=NAME,
        relation="本人",
        id_no=ID_NO,
        birth_date=person.birth_date,
        declared={"wage": 90000},
    )
    Consent.objects.create(
        case=case,
        member=member,
        name=NAME,
        method="same_phone",
        signed_at=now,
        valid_until=datetime.date(2027, 12, 31),
        text_sha="0" * 64,
    )
    for seq, (code, before, after) in enumerate(
        (("submit", "DRAFT", "SUBMITTED"), ("accept", "SUBMITTED", "ACCEPTED"), ("start", "ACCEPTED", "INVESTIGATING")),
        1,
    ):
        CaseAct.objects.create(
            case=case,
            seq=seq,
            code=code,
            from_state=before,
            to_state=after,
            actor=clerk,
            actor_name=clerk.name,
            role="town_clerk",
            at=now,
        )
    report = {
        "differences": [
            {
                "key": "1.wage",
                "label": f"{NAME}的工资性收入",
                "person": NAME,
                "declared": 90000,
                "found": 254000,
                "money": True,
                "needs_explanation": True,
                "sentence": "申报 900.00 元，核对 2,540.00 元",
            }
        ],
        "alarms": [],
        "members": [],
        "composition": [str(member.pk)],
    }
    Evidence.objects.create(
        case=case,
        kind="match_report",
        title="家庭经济状况核对报告",
        at=now,
        valid_until=datetime.date(2027, 3, 1),
        data=report,
    )
    Evidence.objects.create(
        case=case,
        kind="objection",
        title="公示异议",
        at=now,
        data={"content": "有车", "objector_name": "匿名举报人", "objector_phone": "15499999999"},
    )
    return case
