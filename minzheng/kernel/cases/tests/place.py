"""A corner of 示范县 for tests of any line: places, posts, one person, and a driver that walks a personal benefit."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from PIL import Image

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.cases import services
from minzheng.kernel.cases.models import Case, CaseAct
from minzheng.kernel.documents.services import store_attachment
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region
from minzheng.kernel.subjects import idcard
from minzheng.kernel.subjects.services import ensure_person

COUNTY, TOWN, OTHER_TOWN, DELEGATED_TOWN = "990101000000", "990101001000", "990101002000", "990101012000"
VILLAGE, DELEGATED_VILLAGE = "990101001001", "990101012001"
APPLIED = datetime.date(2026, 11, 2)  # a Monday; see benefits.md §0.5
PHOTO = "请拍照"
_serial = count(1)
_PLACES = (
    (COUNTY, "示范县", 3),
    (TOWN, "东安镇", 4),
    (OTHER_TOWN, "西宁镇", 4),
    (DELEGATED_TOWN, "北固镇", 4),
    (VILLAGE, "李家村", 5),
    ("990101002001", "王家村", 5),
    (DELEGATED_VILLAGE, "赵家村", 5),
)


def id_no(birth: datetime.date) -> str:
    serial = next(_serial)
    return idcard.make("990101", birth, serial % 900 + 1)


def photo() -> io.BytesIO:
    """A small real JPEG: the document service re-encodes what it stores."""
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(data, "JPEG")
    data.seek(0)
    return data


@dataclass
class Kin:
    """One person of the family; money in 元 as typed."""

    name: str
    relation: str
    born: datetime.date
    situation: str = "home"
    extra: dict[str, Any] = field(default_factory=dict)
    number: str = ""

    def __post_init__(self) -> None:
        self.number = self.number or id_no(self.born)


class Place:
    """Everybody with a post in the county and its townships; the clock is the test's own matter."""

    def __init__(self) -> None:
        for code, name, level in _PLACES:
            Region.objects.create(
                code=code,
                name=name,
                full_name=name,
                level=level,
                parent_code="",
                valid_from=datetime.date(2000, 1, 1),
                source="测试",
            )
        self.bureau = self._organization("T-MZJ", "示范县民政局", "bureau", COUNTY)
        self.window = self._organization("T-DA", "东安镇民政服务窗口", "township", TOWN)
        self.north = self._organization("T-BG", "北固镇民政服务窗口", "township", DELEGATED_TOWN)
        self._organization("T-XN", "西宁镇民政服务窗口", "township", OTHER_TOWN)
        self.clerk = self.staff("clerk", "林经办", "town_clerk", TOWN, self.window)
        self.colleague = self.staff("colleague", "陈同事", "town_clerk", TOWN, self.window)
        self.leader = self.staff("leader", "王镇长", "town_leader", TOWN, self.window)
        self.reviewer = self.staff("reviewer", "赵科长", "county_reviewer", COUNTY, self.bureau)
        self.stranger = self.staff("stranger", "西镇人", "town_clerk", OTHER_TOWN, self.bureau)

    def _organization(self, code: str, name: str, kind: str, region: str) -> Organization:
        return Organization.objects.create(
            code=code,
            name=name,
            kind=kind,
            region_code=region,
            valid_from=datetime.date(2000, 1, 1),
            document_prefix=code[2:],
        )

    def staff(
        self, username: str, name: str, role: str, region: str, organization: Organization | None = None
    ) -> Actor:
        user = User.objects.create(username=username, name=name, kind="staff")
        Assignment.objects.create(
            user=user,
            role=role,
            organization=organization or self.bureau,
            region_code=region,
            valid_from=datetime.date(2020, 1, 1),
        )
        return actor_of(user)

    def citizen(self, kin: Kin, region: str = VILLAGE) -> Actor:
        person = ensure_person(actor=SYSTEM, name=kin.name, id_no=kin.number, region_code=region, phone="13800000001")
        user, _ = User.objects.get_or_create(
            username=f"c{person.pk}", defaults={"name": kin.name, "kind": "citizen", "person": person}
        )
        return actor_of(user)

    def sign_all(self, case: Case, actor: Actor) -> None:
        today = clock.today()
        for member in case.members.all():
            grown = member.birth_date is None or (today - member.birth_date).days >= 18 * 365.25
            if grown and member.in_count and not member.consents.filter(revoked_at=None).exists():
                services.sign_consent(case_id=case.pk, member_id=member.pk, method="same_phone", actor=actor)

    def do(self, case: Case, act: str, actor: Actor, /, **data: Any) -> CaseAct:
        """Perform an act; PHOTO stands for a freshly uploaded picture."""
        given = {k: [photo()] if v is PHOTO else v for k, v in data.items()}
        done = services.perform(case_id=case.pk, act=act, actor=actor, data=given)
        case.refresh_from_db()
        return done

    def town(self, case: Case) -> tuple[Actor, Actor]:
        """(clerk, leader) of the township of a case."""
        if case.region_code.startswith(DELEGATED_TOWN[:9]):
            return self._posted("northclerk", "town_clerk"), self._posted("northleader", "town_leader")
        return self.clerk, self.leader

    def _posted(self, username: str, role: str) -> Actor:
        user = User.objects.filter(username=username).first()
        return actor_of(user) if user else self.staff(username, username, role, DELEGATED_TOWN, self.north)

    def attachment(self, case: Case, kind: str = "other") -> int:
        return store_attachment(case=case, kind=kind, label="测试", upload=photo(), actor=self.clerk).pk

    # ---- a personal benefit, from the application to the decision ----

    def personal_draft(
        self,
        item_code: str,
        who: Kin,
        facts: Mapping[str, Any],
        *,
        region: str = VILLAGE,
        steps: Mapping[str, Mapping[str, Any]] | None = None,
        **applicant: Any,
    ) -> Case:
        """A draft with the steps of `items.personal.personal_form` filled in and the consent signed. `steps`: answers to
        further steps of the item's form, by step code.
        """
        citizen = self.citizen(who, region)
        case = services.start_draft(item_code=item_code, actor=citizen)
        person = {
            "name": who.name, "id_no": who.number, "phone": "13800000001", "region": region,
            "address": "李家村 3 组 12 号", "hukou": "here",
        }  # fmt: skip
        answers: dict[str, Any] = {"applicant": person | applicant, **(steps or {}), "facts": [dict(facts)]}
        from minzheng.kernel.items import registry

        if any(step.code == "account" for step in registry.get(item_code).form.steps):
            answers["account"] = {"holder": who.name, "number": "6217000010001234567", "bank": "示范农商行"}
        for step, raw in answers.items():
            result = services.save_step(case_id=case.pk, step=step, raw=raw, actor=citizen)
            assert not result.errors, result.errors
        case.refresh_from_db()
        self.sign_all(case, citizen)
        return case

    def personal_submitted(self, item_code: str, who: Kin, facts: Mapping[str, Any], **extra: Any) -> Case:
        case = self.personal_draft(item_code, who, facts, **extra)
        services.submit(case_id=case.pk, actor=self.citizen(who), data={"promise": "yes"})
        case.refresh_from_db()
        return case

    def personal_verified(
        self,
        item_code: str,
        who: Kin,
        facts: Mapping[str, Any],
        *,
        found: Mapping[str, Any] | None = None,
        **extra: Any,
    ) -> Case:
        """Accepted and looked at; `found`: facts that turned out otherwise."""
        case = self.personal_submitted(item_code, who, facts, **extra)
        clerk = self.town(case)[0]
        self.do(case, "accept", clerk)
        self.do(
            case, "verify_facts", clerk, source=["data"], checked_on=clock.today().isoformat(), findings="与部门数据一致",
            **{f"fact_{name}": value for name, value in (found or {}).items()},
        )  # fmt: skip
        return case

    def personal_forwarded(self, item_code: str, who: Kin, facts: Mapping[str, Any], **extra: Any) -> Case:
        """With a positive opinion, before whoever decides. Items without publicity."""
        case = self.personal_verified(item_code, who, facts, **extra)
        leader = self.town(case)[1]
        self.do(case, "opinion", leader, conclusion="agree", opinion="符合条件，拟同意。")
        self.do(case, "forward", leader)
        return case
