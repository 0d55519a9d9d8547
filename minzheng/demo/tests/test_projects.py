"""The project library of the demo county: every stage, totals that tie, photographs that leave with the demonstration."""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.bureau.projects import proofs, reminders, selectors
from minzheng.business.bureau.projects.models import Project, ProjectLibrary, ProjectProblem
from minzheng.demo import replace
from minzheng.demo.places import COUNTY, townships
from minzheng.demo.projects import load_projects
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.documents.models import Attachment
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget

pytestmark = pytest.mark.django_db
START = datetime.date(2020, 1, 1)


def test_示范县的项目_各阶段都有_合计相符_照片随示范数据一起撤走() -> None:
    for place in townships():
        values = {
            "name": place.name,
            "full_name": place.full_name,
            "level": 4,
            "parent_code": COUNTY,
            "valid_from": START,
            "source": "测试",
        }
        Region.objects.get_or_create(code=place.code, defaults=values)
    forget()
    office = Organization.objects.create(
        code="MZ-D", name="示范县民政局", kind="bureau", region_code=COUNTY, valid_from=START
    )
    for username, role in (("zhengce", "policy_officer"), ("juzhang", "bureau_head")):
        user = User.objects.create_user(username, "x", name=username, is_demo=True)
        Assignment.objects.create(user=user, role=role, organization=office, region_code=COUNTY, valid_from=START)
    assert load_projects(None) == 14  # type: ignore[arg-type]
    assert len(set(Project.objects.values_list("stage", flat=True))) >= 12
    assert ProjectProblem.objects.exclude(state="closed").count() == 2
    assert proofs.projects().ok
    keeper = actor_of(User.objects.get(username="zhengce"))
    assert Attachment.objects.filter(replace.is_demo(Attachment), uploaded_by=keeper.user).count() == 2
    assert {one.kind for one in reminders.of(keeper, clock.today())} >= {"spending", "milestone", "problem"}
    assert selectors.by_region(keeper, clock.today())[COUNTY].count == 5
    assert ProjectLibrary.objects.get().is_fixed
