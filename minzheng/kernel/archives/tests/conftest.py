"""One finished case with a paper of every kind, an archivist of the county and a head of the bureau."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.cases.models import Case, CaseAct, CaseMember, Consent, Evidence
from minzheng.kernel.documents.service.serving import Proof, record_service
from minzheng.kernel.documents.tests.conftest import applicant, bureau, cabinet, clerk, office, places, reviewer
from minzheng.kernel.documents.tests.desk import COUNTY, VILLAGE, issue, staff, store
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.subjects.models import Person

__all__ = ["applicant", "bureau", "cabinet", "clerk", "office", "places", "reviewer"]
TODAY = date(2026, 11, 25)
CLOSED = timezone.make_aware(datetime(2026, 11, 23, 10, 0))


@pytest.fixture(autouse=True)
def _today(settings: Any, tmp_path: Path) -> Any:
    settings.VAR_DIR = tmp_path
    with clock.at(TODAY):
        yield


@pytest.fixture
def archivist(bureau: Organization) -> Actor:
    return staff("dangan", "archivist", COUNTY, bureau)


@pytest.fixture
def head(bureau: Organization) -> Actor:
    return staff("juzhang", "bureau_head", COUNTY, bureau)


def finished(person: Person, clerk: Actor, *, state: str = "TERMINATED", item: str = "assistance.dibao") -> Case:
    """A case that ended on 2026-11-23, with a form, a member, a consent, evidence, acts and a photo."""
    case = Case.objects.create(
        no=f"990101-T-{Case.objects.count() + 1}",
        region_code=VILLAGE,
        item_code=item,
        applicant=person,
        applicant_name=person.name,
        state=state,
        submitted_at=CLOSED,
        form={"applicant": {"name": person.name, "id_no": person.id_no}},
    )
    member = CaseMember.objects.create(
        case=case, seq=1, name=person.name, relation="本人", id_no=person.id_no, declared={"wage": 90000}
    )
    Consent.objects.create(
        case=case, member=member, name=person.name, method="paper", signed_at=CLOSED,
        valid_until=date(2027, 11, 1), text_sha="0" * 64,
    )  # fmt: skip
    Evidence.objects.create(case=case, kind="visit", title="入户调查", at=CLOSED, data={"findings": "住房两间"})
    for seq, (code, before, after) in enumerate(
        (("submit", "DRAFT", "SUBMITTED"), ("stop", "IN_PAYMENT", state)), start=1
    ):
        CaseAct.objects.create(
            case=case, seq=seq, code=code, from_state=before, to_state=after, actor=clerk.user, actor_name=clerk.name,
            at=CLOSED, opinion="同意停发", data={"ends_on": "2026-11-16", "secret": "内情"},
        )  # fmt: skip
    store(case, clerk)
    return case


@pytest.fixture
def case(applicant: Person, clerk: Actor, reviewer: Actor) -> Case:
    found = finished(applicant, clerk)
    document = issue("N09", found, reviewer)
    record_service(document=document, method="直接", on=TODAY, actor=clerk, proof=Proof(receiver=applicant.name))
    return found
