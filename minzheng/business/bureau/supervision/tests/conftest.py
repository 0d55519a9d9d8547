"""A county bureau with two heads of office, a head of the bureau, a policy officer, and a township with its clerk."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from minzheng.business.bureau.supervision import handling, starting
from minzheng.business.bureau.supervision.handling import Report
from minzheng.business.bureau.supervision.models import SupervisedTask
from minzheng.business.bureau.supervision.starting import Share, Source
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget

COUNTY, TOWN, OTHER = "990101000000", "990101001000", "990102000000"
SINCE = datetime.date(2020, 1, 1)
YEAR = (datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
#: A one-page PDF: the smallest evidence.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n"
    b"0000000052 00000 n \n0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n165\n%%EOF\n"
)


def paper(name: str = "验收.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


@dataclass
class World:
    bureau: Organization
    centre: Organization
    window: Organization
    head: Actor
    officer: Actor
    reviewer: Actor
    matcher: Actor
    clerk: Actor
    leader: Actor
    hire: Callable[..., Actor]

    def task(self, on: datetime.date = YEAR[0], **more: Any) -> SupervisedTask:
        """Given out to the bureau's reviewer on a day, for the year unless told otherwise."""
        with clock.at(on):
            source = more.pop("source", Source("困难老年人家庭适老化改造400户。"))
            values = {"lead_org": self.bureau.pk, "start": YEAR[0], "end": YEAR[1]} | more
            if values["lead_org"] == self.bureau.pk:
                values.setdefault("responsible", self.reviewer.id)
            task = starting.propose(actor=self.officer, owner=self.bureau, kind="year", year=2026, source=source)
            task = starting.divide(actor=self.officer, task=task, share=Share(**values))
            return starting.assign(actor=self.officer, task=task)

    def signed(self, on: datetime.date = YEAR[0], **more: Any) -> SupervisedTask:
        task = self.task(on, **more)
        with clock.at(on):
            return handling.sign(actor=self.clerk if task.region_code == TOWN else self.reviewer, task=task)

    def report(self, task: SupervisedTask, progress: int | None, on: datetime.date, **more: Any) -> SupervisedTask:
        files = [paper()] if progress == 100 or more.pop("paper", False) else []
        with clock.at(on):
            handling.feedback(
                actor=more.pop("by", self.reviewer), task=task,
                report=Report("完成了一批", progress, problems="天气", files=files, **more),
            )  # fmt: skip
        task.refresh_from_db()
        return task


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Any) -> World:
    for code, name, level, parent in (
        (COUNTY, "示范县", 3, ""), (TOWN, "青石镇", 4, COUNTY), (OTHER, "邻县", 3, ""),
    ):  # fmt: skip
        Region.objects.get_or_create(
            code=code,
            defaults={"name": name, "full_name": name, "level": level, "parent_code": parent, "valid_from": SINCE, "source": "测试"},
        )  # fmt: skip
    forget()
    bureau, centre, window = (
        Organization.objects.create(code=code, name=name, kind=kind, region_code=place, valid_from=SINCE)
        for code, name, kind, place in (
            ("MZ-01", "示范县民政局", "bureau", COUNTY), ("HD-01", "示范县核对中心", "checking_center", COUNTY),
            ("QS-01", "青石镇民政服务窗口", "township", TOWN),
        )
    )  # fmt: skip

    def hire(name: str, role: str, org: Organization, place: str = "") -> Actor:
        user = User.objects.create_user(f"{role}.{name}", "x", name=name)
        Assignment.objects.create(
            user=user, role=role, organization=org, region_code=place or org.region_code, valid_from=SINCE
        )
        return actor_of(user)

    return World(
        bureau, centre, window, hire("章局长", "bureau_head", bureau), hire("顾政策", "policy_officer", bureau),
        hire("沈股长", "county_reviewer", bureau), hire("方核对", "matching_officer", centre), hire("林助理", "town_clerk", window),
        hire("高镇长", "town_leader", window), hire,
    )  # fmt: skip


def decimal(text: str) -> Decimal:
    return Decimal(text)
