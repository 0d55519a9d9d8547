"""The small place of the portal's tests: one village, one family with files, its head signed in on a phone."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.accounts.models import User
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget
from minzheng.kernel.subjects.idcard import make
from minzheng.kernel.subjects.models import Person
from minzheng.kernel.subjects.selectors import DEMO_BUREAU
from minzheng.kernel.subjects.services import add_member, ensure_person, open_household

COUNTY, TOWN, VILLAGE = "990101000000", "990101001000", "990101001201"
SINCE = datetime.date(2020, 1, 1)
BACKEND = "minzheng.kernel.accounts.backends.AccountBackend"
ITEM = "assistance.dibao"


def id_no(birth: str, sequence: int) -> str:
    return make("990101", datetime.date.fromisoformat(birth), sequence)


@pytest.fixture
def village(db: None) -> None:
    forget()
    for code, name, level, parent in (
        (COUNTY, "示范县", 3, ""),
        (TOWN, "青石镇", 4, COUNTY),
        (VILLAGE, "石桥村", 5, TOWN),
    ):
        Region.objects.create(
            code=code, name=name, full_name=name, level=level, parent_code=parent, valid_from=SINCE, source="测试"
        )
    # With this agency present, demo data is loaded: codes are shown on the page
    Organization.objects.create(
        code=DEMO_BUREAU, name="示范县民政局", kind="bureau", region_code=COUNTY, valid_from=SINCE
    )
    Organization.objects.create(
        code="T-1", name="青石镇民政服务窗口", kind="township", region_code=TOWN, valid_from=SINCE
    )


@pytest.fixture
def head(village: None) -> Person:
    """周桂兰: has a file, one household with her son."""
    mother = ensure_person(
        actor=SYSTEM,
        name="周桂兰",
        id_no=id_no("1958-03-14", 902),
        region_code=VILLAGE,
        phone="15401010001",
        address="石桥村3组12号",
        is_demo=True,
    )
    son = ensure_person(actor=SYSTEM, name="赵志强", id_no=id_no("1984-06-02", 901), region_code=VILLAGE, is_demo=True)
    household = open_household(
        actor=SYSTEM, head=mother, region_code=VILLAGE, is_urban=False, valid_from=SINCE, is_demo=True
    )
    add_member(actor=SYSTEM, household=household, person=son, relation="子女", valid_from=SINCE)
    return mother


@pytest.fixture
def citizen(village: None) -> Callable[..., User]:
    """citizen("15401010001", person): a phone account; ``person`` empty is somebody without a file yet."""

    def make_one(phone: str, person: Person | None = None) -> User:
        user = User(
            username=f"c{phone}",
            name=person.name if person else f"手机用户{phone[-4:]}",
            kind="citizen",
            phone=phone,
            person=person,
            is_demo=True,
        )
        user.set_unusable_password()
        user.save(force_insert=True)
        return user

    return make_one


@pytest.fixture
def zhou(head: Person, citizen: Callable[..., User]) -> Client:
    """周桂兰's phone, signed in."""
    client = Client()
    client.force_login(citizen("15401010001", head), backend=BACKEND)
    return client


@pytest.fixture
def draft(zhou: Client) -> str:
    """Address of the first screen of 周桂兰's 低保 draft."""
    return str(zhou.post(f"/m/apply/{ITEM}/")["Location"])


def picture(name: str = "证件.jpg", shade: int = 120) -> SimpleUploadedFile:
    """Two pictures of one shade are the same paper sent twice."""
    out = io.BytesIO()
    Image.new("RGB", (320, 200), (shade, 160, 200)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def screen_url(first: str, number: int) -> str:
    """The given screen of the same draft."""
    return first.rstrip("/").rpartition("/")[0] + f"/{number}/"


APPLICANT: dict[str, Any] = {
    "name": "周桂兰",
    "id_no": id_no("1958-03-14", 902),
    "phone": "15401010001",
    "region": VILLAGE,
    "address": "石桥村3组12号",
    "hukou": "here",
}
HOME: dict[str, Any] = {
    "urban": "农村",
    "deposits": "8600",
    "houses": "1",
    "vehicles": "0",
    "market_entity": "no",
    "near_relative": "no",
}
ACCOUNT: dict[str, Any] = {"holder": "周桂兰", "number": "6230010100001234567", "bank": "示范县农村商业银行"}
INK = "data:image/png;base64,"
