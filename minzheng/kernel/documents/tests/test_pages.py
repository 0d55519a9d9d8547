"""Pages: notices and attachments open by permission and leave a trace; public verification and publicity give only what
they should.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pypdf
import pytest
from django.test import Client
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.drafting import consents
from minzheng.kernel.cases.models import Case, CaseMember, Publicity
from minzheng.kernel.documents import services, throttle
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.documents.tests.desk import COUNTY, OTHER, TOWN, VILLAGE, issue, staff, store
from minzheng.kernel.regions import selectors as regions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    throttle.forget()
    regions.forget()
    yield
    regions.forget()


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def test_有权的人打开文书PDF并留下读取记录(case: Case, reviewer: Any, clerk: Any) -> None:
    document = issue("N06", case, reviewer)
    response = signed_in("liuxi_clerk").get(f"/console/documents/{document.pk}/pdf")
    assert response.status_code == 200
    assert response.content.startswith(b"%PDF")
    assert response["Cache-Control"] == "no-store, private"
    assert AuditEntry.objects.filter(action="read", object_type="issueddocument", object_id=document.pk).exists()


def test_外乡镇的经办员打开是找不到(case: Case, reviewer: Any, office: Any) -> None:
    document = issue("N06", case, reviewer)
    user = User.objects.create(username="qingshi", name="青石", kind="staff")
    Assignment.objects.create(
        user=user, role="town_clerk", organization=office, region_code=OTHER, valid_from=date(2020, 1, 1)
    )
    found = store(case, reviewer)
    client = signed_in("qingshi")
    for path in (
        f"/console/documents/{document.pk}/pdf",
        f"/console/attachments/{found.pk}",
        f"/console/documents/{document.pk}/serve",
    ):
        assert client.get(path).status_code == 404, path


def test_没登录去登录页(case: Case, reviewer: Any) -> None:
    document = issue("N06", case, reviewer)
    assert Client().get(f"/console/documents/{document.pk}/pdf").status_code == 302


def test_材料与小图(case: Case, clerk: Any) -> None:
    found = store(case, clerk)
    client = signed_in("liuxi_clerk")
    whole = client.get(f"/console/attachments/{found.pk}")
    thumb = client.get(f"/console/attachments/{found.pk}?size=thumb")
    assert (whole["Content-Type"], thumb["Content-Type"]) == ("image/jpeg", "image/jpeg")
    assert whole.content[:3] == thumb.content[:3] == b"\xff\xd8\xff"
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert AuditEntry.objects.filter(action="read", object_type="attachment").count() == 1


def test_登记送达只许制发机关和当地经办人(case: Case, reviewer: Any, clerk: Any, bureau: Any) -> None:
    staff("shenji", "auditor", COUNTY, bureau)
    document = issue("N06", case, reviewer)
    with clock.at(date(2026, 11, 25)):
        sent = {"method": "直接", "outcome": "ok", "on": "2026-11-23", "receiver": "周䶮兰"}
        refused = signed_in("shenji").post(f"/console/documents/{document.pk}/serve", sent)
        assert "不能登记这份文书的送达" in refused.content.decode()
        done = signed_in("liuxi_clerk").post(f"/console/documents/{document.pk}/serve", sent)
        assert done.status_code == 302
    document.refresh_from_db()
    assert (document.service_method, document.served_on) == ("直接", date(2026, 11, 23))


def text_of(response: Any) -> str:
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_公开查验只显示六样(case: Case, reviewer: Any) -> None:
    document = issue("N06", case, reviewer)
    services.pdf(document)
    response = Client().get(f"/verify/{document.verify_code}")
    text = text_of(response)
    assert response.status_code == 200
    for shown in (document.number, document.title, "示范县民政局", "2026-11-21", "有效", document.sha):
        assert shown in text
    page = response.content.decode()
    for hidden in ("周䶮兰", "周*兰", "1,419.70", "990101", str(document.pk), str(case.pk), VILLAGE):
        assert hidden not in page, hidden


def test_公示单的查验不显示当事人(case: Case, clerk: Any) -> None:
    document = issue("N05", case, clerk)
    assert "周*兰" not in text_of(Client().get(f"/verify/{document.verify_code}"))


def test_短网址手输都到同一页(case: Case, reviewer: Any) -> None:
    document = issue("N06", case, reviewer)
    short = Client().get("/v/" + document.verify_code.replace("-", "").lower())
    assert short["Location"] == f"/verify/{document.verify_code}"
    assert Client().get("/v/不是查验码")["Location"] == "/verify"


@pytest.mark.parametrize(("later", "said"), [("N06", "已有新文书代替"), ("N09", "已经失效"), ("N01", "有效")])
def test_被代替的失效的说出来_不说理由(case: Case, reviewer: Any, later: str, said: str) -> None:
    document = issue("N06", case, reviewer)
    IssuedDocument(
        code=later,
        number=f"示民〔2026〕{later}号",
        title="后来的文书",
        case=case,
        region_code=case.region_code,
        addressee_name=case.applicant_name,
        fields={},
        verify_code=f"AAAA-BBBB-CCCC-{later}X",
        issued_on=date(2026, 11, 22),
    ).save(force_insert=True)
    text = text_of(Client().get(f"/verify/{document.verify_code}"))
    assert said in text and "后来的文书" not in text


def test_公示期过了的公示单说到期(case: Case, clerk: Any) -> None:
    document = issue("N05", case, clerk)
    with clock.at(date(2027, 1, 1)):
        assert "公示期已经结束" in text_of(Client().get(f"/verify/{document.verify_code}"))


@pytest.mark.parametrize("code", ["8K3M-Q7TR-2WXN-5H4P", "nonsense", "1"])
def test_查不到的同一个回答(code: str) -> None:
    response = Client().get(f"/verify/{code}")
    assert response.status_code == 404
    assert "没有查到这个查验码" in text_of(response)


def test_手输查验码转到正式地址(case: Case, clerk: Any) -> None:
    document = issue("N01", case, clerk)
    typed = document.verify_code.lower().replace("-", " ")
    response = Client().get("/verify", {"code": typed})
    assert response["Location"] == f"/verify/{document.verify_code}"


def test_查验限次() -> None:
    client = Client()
    statuses = [client.get("/verify/8K3M-Q7TR-2WXN-5H4P").status_code for _ in range(32)]
    assert statuses[:30] == [404] * 30
    assert statuses[30:] == [429, 429]
    other = client.get("/verify/8K3M-Q7TR-2WXN-5H4P", REMOTE_ADDR="10.0.0.9")
    assert other.status_code == 404, "别的地址不受影响"


def post(case: Case, *, ends_on: date = date(2026, 11, 28), closed: bool = False, **row: Any) -> Publicity:
    Case.objects.filter(pk=case.pk).update(item_code="assistance.dibao")
    shown = {"applicant_name": "周*兰", "persons": 4, "amount_fen": 141970, "id_no": "990101195203141527"} | row
    return Publicity.objects.create(
        region_code=case.region_code,
        case=case,
        posted_on=date(2026, 11, 21),
        ends_on=ends_on,
        place="村务公开栏",
        public_row=shown,
        closed_at=timezone.now() if closed else None,
    )


def test_公示名单只有三项(case: Case) -> None:
    post(case)
    with clock.at(date(2026, 11, 28)):
        response = Client().get(f"/publicity/{VILLAGE}/")
    text = text_of(response)
    for shown in ("周*兰", "4", "1,419.70", "公示至 11月28日", "桃源村公示"):
        assert shown in text
    page = response.content.decode()
    for hidden in ("周䶮兰", "990101195203141527", str(case.pk), case.no):
        assert hidden not in page


@pytest.mark.parametrize("changes", [{"ends_on": date(2026, 11, 27)}, {"closed": True}])
def test_期满和了结的不再显示(case: Case, changes: dict[str, Any]) -> None:
    post(case, **changes)
    with clock.at(date(2026, 11, 28)):
        assert "今天没有正在公示" in text_of(Client().get(f"/publicity/{VILLAGE}/"))
        assert "今天没有正在公示" in text_of(Client().get("/publicity/"))


def test_还没张榜的不显示(case: Case) -> None:
    post(case)
    with clock.at(date(2026, 11, 20)):
        assert "今天没有正在公示" in text_of(Client().get(f"/publicity/{VILLAGE}/"))


def test_乡镇看得到本镇各村的县里不列名单(case: Case) -> None:
    post(case)
    with clock.at(date(2026, 11, 21)):
        assert "周*兰" in text_of(Client().get(f"/publicity/{TOWN}/"))
        assert "周*兰" not in text_of(Client().get(f"/publicity/{OTHER}/"))
        assert Client().get(f"/publicity/{COUNTY}/").status_code == 404
        assert Client().get("/publicity/abc/").status_code == 404
        listed = text_of(Client().get("/publicity/"))
    assert "柳溪镇" in listed
    assert "桃源村（1 户）" in listed


def test_没有数据时页面也打得开() -> None:
    assert not IssuedDocument.objects.exists()
    assert Client().get("/verify").status_code == 200
    assert Client().get("/publicity/").status_code == 200


@pytest.fixture
def family(case: Case) -> Case:
    case.item_code, case.state = "assistance.dibao", "INVESTIGATING"
    case.save()
    for seq, (name, relation, born, number) in enumerate(
        (
            ("周䶮兰", "本人", date(1952, 3, 14), "990101195203141527"),
            ("王建国", "配偶", date(1950, 1, 1), "990101195001011231"),
            ("王㛃", "孙子女", date(2014, 1, 1), "99010120140101123X"),
        ),
        start=1,
    ):
        CaseMember(
            case=case, seq=seq, name=name, relation=relation, birth_date=born, id_no=number, declared={"wage": 80000}
        ).save()
    return case


def pdf_text(response: Any) -> str:
    reader = pypdf.PdfReader(io.BytesIO(response.content))
    return "".join(page.extract_text() for page in reader.pages).replace("\n", "")


def test_入户调查表先填好已知的并遮盖证件号(family: Case, clerk: Any) -> None:
    response = signed_in("liuxi_clerk").get(f"/console/cases/{family.pk}/print/F01")
    text = pdf_text(response)
    for shown in ("入户调查表", family.no, "王建国", "990101********1231", "工资 800.00 元"):
        assert shown in text
    assert "990101195001011231" not in text


def test_授权书每位成年人一份正文与手机上签的相同(family: Case, clerk: Any) -> None:
    response = signed_in("liuxi_clerk").get(f"/console/cases/{family.pk}/print/N16")
    text = pdf_text(response)
    assert len(pypdf.PdfReader(io.BytesIO(response.content)).pages) == 2, "两位成年人，孩子不签"
    for member in family.members.all()[:2]:
        assert consents.text_for(family, member) in text


def test_近亲属备案表(family: Case, clerk: Any) -> None:
    text = pdf_text(signed_in("liuxi_clerk").get(f"/console/cases/{family.pk}/print/F02"))
    assert "近亲属备案表" in text
    assert "桃源村" in text


@pytest.mark.parametrize("code", ["N06", "F99", "x"])
def test_别的代码不能打印(family: Case, clerk: Any, code: str) -> None:
    assert signed_in("liuxi_clerk").get(f"/console/cases/{family.pk}/print/{code}").status_code == 404


def test_审核人员不能打印调查用表(family: Case, reviewer: Any) -> None:
    assert signed_in("county_reviewer").get(f"/console/cases/{family.pk}/print/F01").status_code == 403
