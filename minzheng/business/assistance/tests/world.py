"""示范县的一角: places, posts, one family, and a driver that walks a case through its acts."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from PIL import Image

from minzheng.datacenter.matching.models import RecordedFact
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.cases import services
from minzheng.kernel.cases.models import Case, CaseAct
from minzheng.kernel.crypto.fields import BlindIndex
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


def couple(**husband: Any) -> list[Kin]:
    """刘桂芳 with her husband and a daughter of twelve: three people, one wage."""
    return [
        Kin("刘桂芳", "本人", datetime.date(1980, 3, 5), extra={"no_labour": "yes"}),
        Kin("周建国", "配偶", datetime.date(1978, 7, 1), extra={"wage": "1200", **husband}),
        Kin("周小雨", "子女", datetime.date(2014, 6, 9), extra={"student": "below"}),
    ]


class World:
    """Everybody with a post; `walk` does the ordinary acts up to a state."""

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

    # ---- the application ----

    def draft(
        self, family: Sequence[Kin], region: str = VILLAGE, home: dict[str, Any] | None = None, **applicant: Any
    ) -> Case:
        """A draft with every step filled in and every consent signed."""
        citizen = self.citizen(family[0], region)
        case = services.start_draft(item_code="assistance.dibao", actor=citizen)
        for step, raw in self.answers(family, region, home or {}, applicant).items():
            result = services.save_step(case_id=case.pk, step=step, raw=raw, actor=citizen)
            assert not result.errors, result.errors
        case.refresh_from_db()
        self.sign_all(case, citizen)
        return case

    def answers(
        self, family: Sequence[Kin], region: str, home: dict[str, Any], applicant: dict[str, Any]
    ) -> dict[str, Any]:
        head = family[0]
        # What the income step asks of each member.
        money = ("wage", "business", "property_income", "transfer", "not_counted", "employment_cost", "single")
        return {
            "applicant": {
                "name": head.name,
                "id_no": head.number,
                "phone": "13800000001",
                "region": region,
                "address": "李家村 3 组 12 号",
                "hukou": "here",
            }
            | applicant,
            "members": [
                {
                    "name": k.name,
                    "relation": k.relation,
                    "id_no": k.number,
                    "situation": k.situation,
                    **{n: v for n, v in k.extra.items() if n not in money},
                }
                for k in family
            ],
            "income": [{n: k.extra.get(n, "") for n in money} for k in family],
            "home": {
                "urban": "农村",
                "deposits": "3000",
                "houses": "1",
                "vehicles": "0",
                "market_entity": "no",
                "near_relative": "no",
            }
            | home,
            "account": {"holder": head.name, "number": "6217000010001234567", "bank": "示范农商行"},
        }

    def sign_all(self, case: Case, actor: Actor) -> None:
        today = clock.today()
        for member in case.members.all():
            grown = member.birth_date is None or (today - member.birth_date).days >= 18 * 365.25
            if grown and member.in_count and not member.consents.filter(revoked_at=None).exists():
                services.sign_consent(case_id=case.pk, member_id=member.pk, method="same_phone", actor=actor)

    def fact(
        self,
        kin: Kin,
        source: str,
        class_code: str,
        amount: int | None = None,
        title: str = "",
        on: datetime.date = datetime.date(2026, 9, 30),
    ) -> RecordedFact:
        """`amount` in fen."""
        return RecordedFact.objects.create(
            source=source,
            id_key=BlindIndex.of_value("id_no", kin.number),
            class_code=class_code,
            amount_fen=amount,
            on=on,
            region_code=VILLAGE,
            content={"title": title, "reference": f"{source}-{class_code}", "matched_by": "证件号码"},
        )

    # ---- acts ----

    def do(self, case: Case, act: str, actor: Actor, /, **data: Any) -> CaseAct:
        """Perform an act; PHOTO stands for a freshly uploaded picture."""
        given = {k: [photo()] if v is PHOTO else v for k, v in data.items()}
        done = services.perform(case_id=case.pk, act=act, actor=actor, data=given)
        case.refresh_from_db()
        return done

    def visit(self, case: Case, actor: Actor | None = None, present: str = "", **extra: Any) -> CaseAct:
        data = {
            "visited_on": clock.today().isoformat(),
            "member_present": present or case.applicant_name,
            "second_kind": "paper",
            "second_name": "村干部老李",
            "second_signature": PHOTO,
            "matches": "yes",
            "findings": "土坯房三间，家中无大件电器。",
        }
        return self.do(case, "visit", actor or self.clerk, **(data | extra))

    def town(self, case: Case) -> tuple[Actor, Actor]:
        """(clerk, leader) of the township of a case."""
        if case.region_code.startswith(DELEGATED_TOWN[:9]):
            return self._posted("northclerk", "town_clerk"), self._posted("northleader", "town_leader")
        return self.clerk, self.leader

    def _posted(self, username: str, role: str) -> Actor:
        user = User.objects.filter(username=username).first()
        return actor_of(user) if user else self.staff(username, username, role, DELEGATED_TOWN, self.north)

    def to_accepted(self, family: Sequence[Kin], region: str = VILLAGE, **extra: Any) -> Case:
        case = self.draft(family, region, **extra)
        services.submit(case_id=case.pk, actor=self.citizen(family[0], region), data={"promise": "yes"})
        case.refresh_from_db()
        self.do(case, "accept", self.town(case)[0])
        return case

    def to_checked(self, family: Sequence[Kin], region: str = VILLAGE, **extra: Any) -> Case:
        """Matched and visited, every difference judged by what was found."""
        case = self.to_accepted(family, region, **extra)
        clerk = self.town(case)[0]
        self.do(case, "start", clerk)
        self.do(case, "run_match", clerk)
        for row in case.evidence.filter(kind="match_report").latest("at").data["differences"]:
            if row["needs_explanation"]:
                take = "declared" if row["found"] is None else "found"
                self.do(case, "judge", clerk, key=row["key"], take=take, reason="以部门数据为准")
        self.visit(case, clerk)
        return case

    def to_posted(self, family: Sequence[Kin], region: str = VILLAGE, **extra: Any) -> Case:
        case = self.to_checked(family, region, **extra)
        clerk, leader = self.town(case)
        self.do(case, "opinion", leader, conclusion="agree", opinion="符合条件，拟同意。")
        self.do(case, "post", clerk, place="村务公开栏", photo=PHOTO)
        return case

    def to_review(self, family: Sequence[Kin], region: str = VILLAGE, **extra: Any) -> Case:
        """Publicity over without objection: REVIEW, or TOWN_CONFIRM where delegated. The clock stands after its end."""
        case = self.to_posted(family, region, **extra)
        with clock.at(case.publicities.get().ends_on + datetime.timedelta(days=1)):
            self.do(case, "publicity_end", self.town(case)[0], photo=PHOTO)
        return case

    def attachment(self, case: Case, kind: str = "other") -> int:
        return store_attachment(case=case, kind=kind, label="测试", upload=photo(), actor=self.clerk).pk
