"""The desk of these tests: places, agencies, people, and short ways to accept an attachment or issue a notice."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents import services
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.documents.tests.samples import FIELDS, picture
from minzheng.kernel.orgs.models import Organization

COUNTY, TOWN, VILLAGE, OTHER = "990101000000", "990101001000", "990101001001", "990101002000"
ON = date(2026, 11, 21)


def organization(code: str, name: str, kind: str, region: str, prefix: str) -> Organization:
    return Organization.objects.create(
        code=code, name=name, kind=kind, region_code=region, document_prefix=prefix, valid_from=date(2020, 1, 1)
    )


def staff(username: str, role: str, region: str, org: Organization) -> Actor:
    user = User.objects.create(username=username, name=username, kind="staff")
    Assignment.objects.create(user=user, role=role, organization=org, region_code=region, valid_from=date(2020, 1, 1))
    return actor_of(user)


def upload(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", data)


def store(case: Case | None, actor: Actor, data: bytes | None = None) -> Attachment:
    return services.store_attachment(
        case=case, kind="id_card", label="身份证", upload=upload(data or picture()), actor=actor
    )


def issue(code: str, case: Case, actor: Actor, **changes: Any) -> IssuedDocument:
    return services.issue(
        code=code, case=case, addressee_name="周䶮兰", fields=FIELDS[code] | changes, actor=actor, on=ON
    )
