"""The page of a decision is headed by what changes for the family: more, less, stopped, tapering, suspended, resumed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from minzheng.kernel import clock
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents.catalogue import elements
from minzheng.kernel.documents.catalogue.notices import NOTICES
from minzheng.kernel.documents.catalogue.specimens import SPECIMENS
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.subjects.models import Person
from minzheng.online.portal import deciding
from minzheng.online.portal.journey import RESULT_CODES
from minzheng.online.tests.conftest import ITEM, VILLAGE


def test_每一种结果都有标题() -> None:
    assert set(deciding.HEADS) == set(RESULT_CODES)


@pytest.fixture
def case(zhou: Client, head: Person) -> Case:
    return Case.objects.create(
        item_code=ITEM, applicant=head, applicant_name=head.name, region_code=VILLAGE, state="IN_PAYMENT", form={"a": 1}
    )


def issue(case: Case, code: str, **changed: Any) -> None:
    """The specimen of a notice, stored for this case as if it had been sent."""
    notice = NOTICES[code]
    number = IssuedDocument.objects.count() + 1
    IssuedDocument.objects.create(
        code=code,
        number=f"示民〔2026〕{number}号",
        title=notice.suffix,
        case=case,
        addressee_name=case.applicant_name,
        path="none.pdf",
        sha="0" * 64,
        verify_code=f"TESTCODE{number:08d}",
        issued_on=clock.today(),
        region_code=VILLAGE,
        fields=elements.stored(notice, {**SPECIMENS[code], **changed}),
    )


def page_of(client: Client, case: Case) -> str:
    answer = client.get(f"/m/case/{case.pk}/decision/")
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("code", "changed", "title", "said"),
    [
        ("N06", {}, "同意给您家低保", "起发，保障"),
        ("N08", {}, "您家每月的钱减少了", "原来每月 1,419.70 元，从 2026年12月起按新的发。"),
        ("N08", {"amount_fen": 200000}, "您家每月的钱增加了", "2,000.00 元"),
        ("N09", {}, "低保停止发放", "从 2026年12月起不再发，最后发的是 2026年11月的。"),
        ("N12", {}, "再发 6 个月，然后停发", "从 2026年12月发到 2027年5月。"),
        ("G02", {}, "低保暂停发放", "起先停下，不是取消。"),
        ("G03", {}, "低保恢复发放", "起接着发。"),
    ],
)
def test_标题说清楚变了什么(
    code: str, changed: dict[str, Any], title: str, said: str, zhou: Client, case: Case
) -> None:
    issue(case, code, **changed)
    page = page_of(zhou, case)
    assert f"<h1>{title}</h1>" in page and said in page
    assert "看每月发放" in page and "大字版 PDF" in page and "version=easy" in page
    assert "看结果和理由" in zhou.get(f"/m/case/{case.pk}/").content.decode()


def test_以最新的文书为准(zhou: Client, case: Case) -> None:
    issue(case, "N06")
    issue(case, "G02")
    page = page_of(zhou, case)
    assert "低保暂停发放" in page and "同意给您家" not in page
    assert "您可以这样做" in page, "暂停的说明怎样恢复"


def test_经办人的一句话不说两遍(zhou: Client, case: Case) -> None:
    issue(case, "G02", facts="长期外出联系不上", reasons=[{"code": "", "sentence": "长期外出联系不上。"}])
    assert page_of(zhou, case).count("长期外出联系不上") == 1
