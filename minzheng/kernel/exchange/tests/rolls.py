"""An invented county and its invented rolls: people with the unassigned area code 990101, made here and nowhere kept."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter

from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget
from minzheng.kernel.subjects.idcard import make

COUNTY = "980101000000"
TOWNS = {"980101001": "云岭镇", "980101002": "溪口乡"}
VILLAGES = {
    "980101001001": "石板村", "980101001002": "石桥村", "980101001003": "城关社区", "980101002001": "松林村",
}  # fmt: skip
START = datetime.date(2020, 1, 1)
HEADERS = ("乡镇", "村", "户编号", "姓名", "身份证号", "与户主关系", "性别", "联系电话", "城乡", "月保障金", "起发月",
           "开户行", "银行账号")  # fmt: skip
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许", "安平和顺康宁福寿喜庆春夏秋冬梅兰竹菊松柏"
MAPPING: dict[str, Any] = {
    "layout": "person",
    "region": "980101",
    "columns": {
        "乡镇": "town", "村": "village", "户编号": "household_no", "姓名": "name", "身份证号": "id_no",
        "与户主关系": "relation", "性别": "sex", "联系电话": "phone", "城乡": "urban", "月保障金": "amount",
        "起发月": "first_month", "开户行": "bank", "银行账号": "account_no",
    },
    "constants": {"item": "assistance.dibao"},
    "as_of": "2026-01-01",
}  # fmt: skip


def county() -> None:
    forget()
    rows = [("980000000000", "云省", 1, ""), ("980100000000", "云州市", 2, "980000000000"),
            (COUNTY, "云上县", 3, "980100000000")]  # fmt: skip
    rows += [(f"{code}000", name, 4, COUNTY) for code, name in TOWNS.items()]
    rows += [(code, name, 5, f"{code[:9]}000") for code, name in VILLAGES.items()]
    for code, name, level, parent in rows:
        Region.objects.create(
            code=code, name=name, full_name=name, level=level, parent_code=parent, valid_from=START, source="测试",
            is_urban="社区" in name if level == 5 else None,
        )  # fmt: skip


def people(*roles: str) -> list[Actor]:
    office = Organization.objects.get_or_create(
        code="YS-MZJ", defaults={"name": "云上县民政局", "kind": "bureau", "region_code": COUNTY, "valid_from": START}
    )[0]
    found = []
    for number, role in enumerate(roles):
        user = User.objects.create_user(f"u{number}-{role}", "x", name=f"{role}{number}")
        Assignment.objects.create(
            user=user, role=role, organization=office, region_code=COUNTY, valid_from=START
        )  # fmt: skip
        found.append(actor_of(user))
    return found


def id_no(number: int, *, born: datetime.date | None = None, female: bool = False) -> str:
    """Unique per number: the day moves with it, the sequence's parity is the sex."""
    day = born or datetime.date(1950, 1, 1) + datetime.timedelta(days=(number // 400) % 18000)
    sequence = (number % 400) * 2 + (0 if female else 1)
    return make("990101", day, sequence)


def name_of(number: int) -> str:
    n = len(GIVEN)
    return SURNAMES[number % len(SURNAMES)] + GIVEN[number // 7 % n] + GIVEN[number // 3 % n]


def household(number: int, size: int = 2, *, yuan: Any = 365.5, first: str = "2024-05") -> list[list[Any]]:
    """The rows of one household; the household's own columns stand on its first row, as bureaus write them."""
    codes = list(VILLAGES)
    village = codes[number % len(codes)]
    rows = []
    for place in range(size):
        one = number * 10 + place
        female = place % 2 == 1
        rows.append([
            TOWNS[village[:9]], VILLAGES[village], f"H{number:05d}", name_of(one), id_no(one, female=female),
            "户主" if place == 0 else "配偶" if place == 1 else "子女", "女" if female else "男", "", "农村",
            yuan if place == 0 else "", first if place == 0 else "", "云上农商行" if place == 0 else "",
            "6217000012345670" if place == 0 else "",
        ])  # fmt: skip
    return rows


def roll(households: int, size: int = 2) -> list[list[Any]]:
    return [row for number in range(1, households + 1) for row in household(number, size)]


def as_csv(rows: Iterable[Iterable[Any]], *, headers: Iterable[str] = HEADERS, encoding: str = "utf-8-sig") -> bytes:
    import csv

    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(headers)
    writer.writerows(rows)
    return buffer.getvalue().encode(encoding)


def as_xlsx(rows: Iterable[Iterable[Any]], *, headers: Iterable[str] = HEADERS, title: str = "") -> bytes:
    """Numbers are written as numbers, days as days; with a merged title row above the header."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet, day = book.add_worksheet("花名册"), book.add_format({"num_format": "yyyy-mm-dd"})
    top = 0
    if title:
        sheet.merge_range(0, 0, 0, 8, title)
        top = 1
    for number, row in enumerate([list(headers), *rows]):
        for place, value in enumerate(row):
            if isinstance(value, (datetime.date, datetime.datetime)):
                sheet.write_datetime(top + number, place, datetime.datetime(value.year, value.month, value.day), day)
            else:
                sheet.write(top + number, place, value)
    book.close()
    return buffer.getvalue()
