"""A county of a few families whose money is due, with everybody who has a hand in a batch. Rows are made directly: how a
benefit is decided is tested elsewhere."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.awards.models import Award, AwardMember, PaymentLine
from minzheng.kernel.awards.services import ensure_line
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.payruns import returns, services, simulator
from minzheng.kernel.payruns.models import PayBatch, PayLine
from minzheng.kernel.regions import selectors as regions
from minzheng.kernel.regions.models import Region
from minzheng.kernel.subjects.models import Household, Person

COUNTY, TOWN, VILLAGE = "990101000000", "990101001000", "990101001001"
OTHER = "990101002001"
DIBAO = "assistance.dibao"
MARCH = datetime.date(2026, 3, 1)
LAW = datetime.date(2020, 1, 1)
_numbers = count(1)

CLERK, CHECKER, HEAD, HEAD2, CASHIER = "pay_clerk", "pay_reviewer", "bureau_head", "bureau_head", "finance"


def month(number: int, year: int = 2026) -> datetime.date:
    return datetime.date(year, number, 1)


@dataclass
class World:
    """`clerk`, `checker`, `head`, `head2`, `cashier`: actors of the county."""

    bureau: Organization = field(init=False)

    def __post_init__(self) -> None:
        regions.forget()  # names remembered from the places of another test
        for code, name, level in (
            (COUNTY, "示范县", 3), (TOWN, "东安镇", 4), (VILLAGE, "李家村", 5), ("990101002000", "西宁镇", 4),
            (OTHER, "王家村", 5),
        ):  # fmt: skip
            Region.objects.create(
                code=code, name=name, full_name=name, level=level, parent_code="", valid_from=LAW, source="测试"
            )
        self.bureau = Organization.objects.create(
            code="T-MZJ", name="示范县民政局", kind="bureau", region_code=COUNTY, valid_from=LAW, document_prefix="示民"
        )
        self.clerk = self.staff("fafang", "pay_clerk")
        self.checker = self.staff("fuhe", "pay_reviewer")
        self.head = self.staff("juzhang", "bureau_head")
        self.head2 = self.staff("fujuzhang", "bureau_head")
        self.cashier = self.staff("caiwu", "finance")

    def staff(self, username: str, role: str, region: str = COUNTY) -> Actor:
        user = User.objects.create(username=username, name=username, kind="staff")
        Assignment.objects.create(user=user, role=role, organization=self.bureau, region_code=region, valid_from=LAW)
        return actor_of(user)

    def person(self, name: str, born: datetime.date = datetime.date(1960, 5, 1), **more: Any) -> Person:
        return Person.objects.create(name=name, region_code=VILLAGE, birth_date=born, **more)

    def award(
        self, name: str = "", fen: int = 65_000, *, item: str = DIBAO, first: datetime.date = MARCH, people: int = 1,
        payee: Person | None = None, number: str = "", holder: str = "", **more: Any,
    ) -> Award:  # fmt: skip
        """An award with its payee (and `people` − 1 further members) and an account in the payee's name."""
        serial = next(_numbers)
        payee = payee or self.person(name or f"测试{serial}")
        home = Household.objects.create(no=f"H{serial:06d}", head=payee, region_code=payee.region_code)
        award = Award.objects.create(
            **{
                "no": f"990101-T-2026-{serial:06d}", "item_code": item, "region_code": VILLAGE, "household": home,
                "payee": payee, "payee_name": holder or payee.name, "account_no": number or f"62170000{serial:011d}",
                "account_bank": "示范农商行", "persons": people, "amount_fen": fen, "first_month": first,
                "decided_on": first, "frozen": {"amount_fen": fen}, "frozen_sha": "0" * 64, "ruleset_sha": "1" * 64,
                "next_review_on": datetime.date(2027, 12, 31), **more,
            }
        )  # fmt: skip
        AwardMember.objects.create(award=award, person=payee, name=payee.name, relation="户主")
        for place in range(people - 1):
            kin = self.person(f"{payee.name}家{place}")
            AwardMember.objects.create(award=award, person=kin, name=kin.name, relation="子女")
        return award

    def line(self, award: Award, when: datetime.date, fen: int = 0, kind: str = "regular", **more: Any) -> PaymentLine:
        """An entitlement of a month; a regular one as the monthly job makes it."""
        if kind == "regular" and not fen:
            return ensure_line(award, when)
        seq = PaymentLine.objects.filter(award=award, month=when, line_type=kind).count() + 1
        return PaymentLine.objects.create(
            award=award, month=when, line_type=kind, seq=seq, amount_fen=fen, region_code=award.region_code,
            item_code=award.item_code, **more,
        )  # fmt: skip

    def build(self, when: datetime.date = MARCH, item: str = DIBAO, region: str = COUNTY) -> PayBatch:
        with clock.at(max(clock.today(), when)):
            return services.build(actor=self.clerk, month=when, item_code=item, region_code=region)

    def reviewed(self, batch: PayBatch) -> PayBatch:
        return services.review(actor=self.checker, batch_id=batch.pk)

    def approved(self, batch: PayBatch) -> PayBatch:
        if batch.state == "CHECKED":
            self.reviewed(batch)
        return services.approve(actor=self.head, batch_id=batch.pk)

    def funded(self, batch: PayBatch) -> PayBatch:
        batch = self.approved(batch)
        services.submit(actor=self.cashier, batch_id=batch.pk)
        return services.fund(actor=self.cashier, batch_id=batch.pk, voucher="示财支2026001")

    def sent(self, batch: PayBatch) -> PayBatch:
        return services.send(actor=self.cashier, batch_id=self.funded(batch).pk)

    def paid(self, batch: PayBatch, folder: Path, *, seed: int = 1, returned: float = 0.0) -> PayBatch:
        """Sent, and every result booked; `returned`: the share that the bank sends back."""
        batch = self.sent(batch)
        file = folder / f"{batch.no}.back"
        habits = simulator.Habits(returned, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, False)
        simulator.simulate(batch, file, seed=seed, habits=habits, format_code="", later=False)
        return returns.book(actor=self.cashier, batch=batch, path=file, name=file.name).batch

    @staticmethod
    def rows(batch: PayBatch) -> list[PayLine]:
        return list(PayLine.objects.filter(batch=batch).order_by("seq"))


def codes_of(batch: PayBatch) -> dict[str, list[str]]:
    """{check: [severity + sentence]} of what was found and not cleared."""
    found: dict[str, list[str]] = {}
    for one in batch.checks.filter(cleared_at=None).order_by("code", "pk"):
        found.setdefault(one.code, []).append(f"{one.severity} {one.sentence}")
    return found


__all__ = ["COUNTY", "DIBAO", "MARCH", "OTHER", "SYSTEM", "VILLAGE", "World", "codes_of", "month"]
