"""Service of notices: the proof of each method, their order, when a notice counts as served, and what follows."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

import pytest

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents import selectors, services, terms
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.documents.jobs import note_late
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.documents.service import serving
from minzheng.kernel.documents.service.serving import Proof, record_service, remedy_of
from minzheng.kernel.documents.tests.desk import ON, issue, store, upload
from minzheng.kernel.documents.tests.samples import picture
from minzheng.kernel.documents.tests.test_rendering import text_of
from minzheng.kernel.notices import choices

pytestmark = pytest.mark.django_db
LATER = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _some_days_later() -> Any:
    with clock.at(LATER):
        yield


@pytest.fixture
def document(case: Case, reviewer: Actor) -> IssuedDocument:
    return issue("N06", case, reviewer)


def serve(document: IssuedDocument, method: str, actor: Actor, *, failed: bool = False, **proof: Any) -> Any:
    return record_service(
        document=document, method=method, on=date(2026, 11, 23), actor=actor, failed=failed, proof=Proof(**proof)
    )


def test_当面送达写明收件人_救济期限从那天起算(document: IssuedDocument, clerk: Actor) -> None:
    assert remedy_of(document) is None
    serve(document, "直接", clerk, receiver="周䶮兰")
    document.refresh_from_db()
    assert (document.service_method, document.served_on) == ("直接", date(2026, 11, 23))
    found = remedy_of(document)
    assert found is not None and found.running
    # sixty days end on Friday 2027-01-22; six months end on Sunday 2027-05-23 and roll on
    assert found.review_ends == date(2027, 1, 22)
    assert found.court_ends == date(2027, 5, 24)
    assert AuditEntry.objects.filter(action="document.serve", object_id=document.pk).count() == 1


@pytest.mark.parametrize(
    ("method", "proof", "wanted"),
    [
        ("直接", {}, "收件人"),
        ("直接", {"receiver": "王建国"}, "与当事人的关系"),
        ("电子", {}, "没有同意电子送达"),
        ("邮寄", {}, "邮件号码"),
        ("留置", {"witnesses": "", "note": "拒收", "place": "家中"}, "见证人"),
        ("留置", {"witnesses": "孙大海", "note": "拒收", "place": "家中"}, "照片"),
        ("公告", {"place": "村务公开栏"}, "至少一次其他方式没有送到"),
        ("飞鸽", {}, "没有“飞鸽”"),
    ],
)
def test_缺证明的不算送达_说明缺什么(
    document: IssuedDocument, clerk: Actor, method: str, proof: dict[str, Any], wanted: str
) -> None:
    with pytest.raises(DocumentError, match=wanted):
        serve(document, method, clerk, **proof)
    document.refresh_from_db()
    assert document.served_on is None
    assert document.services.count() == 0


def test_同意电子送达以后才可以电子送达_撤回以后不行(document: IssuedDocument, clerk: Actor, case: Case) -> None:
    assert case.applicant is not None
    with clock.at(date(2026, 11, 22)):
        choices.set_choice(person=case.applicant, actor=clerk, electronic=True, consent_way="窗口签署同意书")
    row = serve(document, "电子", clerk, receiver="周䶮兰")
    assert row.consent == "窗口签署同意书（2026-11-22）"
    choices.set_choice(person=case.applicant, actor=clerk, electronic=False)
    assert choices.electronic_consent(case.applicant, LATER) == ""


def test_留置有见证人和照片(document: IssuedDocument, clerk: Actor, case: Case) -> None:
    photo = store(case, clerk)
    row = serve(
        document,
        "留置",
        clerk,
        witnesses="孙大海（村委会委员）",
        note="当面拒收",
        place="桃源村三组",
        photos=[photo.pk],
    )
    assert (row.outcome, row.proofs) == ("served", [str(photo.pk)])


def test_公告是最后的办法_满三十日才算送达(document: IssuedDocument, clerk: Actor) -> None:
    with pytest.raises(DocumentError, match="写明原因"):
        serve(document, "邮寄", clerk, failed=True)
    serve(document, "邮寄", clerk, failed=True, note="迁移新址不明")
    row = serve(document, "公告", clerk, place="柳溪镇政府公告栏")
    assert (row.outcome, row.served_on) == ("waiting", date(2026, 12, 23))
    with pytest.raises(DocumentError, match="正在公告"):
        serve(document, "公告", clerk, place="柳溪镇政府公告栏")
    assert serving.close_announcements(date(2026, 12, 23)) == 0
    document.refresh_from_db()
    assert document.served_on is None
    assert serving.close_announcements(date(2026, 12, 24)) == 1
    assert serving.close_announcements(date(2026, 12, 25)) == 0
    document.refresh_from_db()
    assert (document.service_method, document.served_on) == ("公告", date(2026, 12, 23))


def test_公告期间本人来领了_以当面送达为准(document: IssuedDocument, clerk: Actor) -> None:
    serve(document, "邮寄", clerk, failed=True, note="迁移新址不明")
    serve(document, "公告", clerk, place="公告栏")
    serve(document, "直接", clerk, receiver="周䶮兰")
    serving.close_announcements(date(2027, 1, 1))
    document.refresh_from_db()
    assert document.service_method == "直接"


def test_送达过的不再登记_日期不能早不能晚(document: IssuedDocument, clerk: Actor) -> None:
    for day, wanted in ((ON - timedelta(days=1), "早于文书日期"), (LATER + timedelta(days=1), "还没有到")):
        with pytest.raises(DocumentError, match=wanted):
            record_service(document=document, method="直接", on=day, actor=clerk, proof=Proof(receiver="周䶮兰"))
    serve(document, "直接", clerk, receiver="周䶮兰")
    with pytest.raises(DocumentError, match="不用再登记"):
        serve(document, "直接", clerk, receiver="周䶮兰")


def test_登记没成照片也不留(document: IssuedDocument, clerk: Actor) -> None:
    with pytest.raises(DocumentError, match="见证人"):
        services.serve_with_photos(
            document=document,
            method="留置",
            on=LATER,
            actor=clerk,
            uploads=[upload(picture())],
            note="拒收",
            place="家中",
        )
    assert not Attachment.objects.filter(kind="service").exists()


def test_公示单不用送达(case: Case, clerk: Actor) -> None:
    with pytest.raises(DocumentError, match="不是要送达当事人"):
        serve(issue("N05", case, clerk), "直接", clerk, receiver="周䶮兰")


def test_未送达的列在清单里_送达以后没有(document: IssuedDocument, clerk: Actor, case: Case) -> None:
    posted = issue("N05", case, clerk)
    assert list(selectors.unserved(clerk)) == [document]
    assert posted not in selectors.unserved(clerk)
    serve(document, "直接", clerk, receiver="周䶮兰")
    assert not selectors.unserved(clerk).exists()


def test_超过时限没有送达的每份登记一次(document: IssuedDocument) -> None:
    # issued on Saturday 2026-11-21: five working days end on Friday 11-27
    assert note_late(date(2026, 11, 27)) == 0
    assert note_late(date(2026, 11, 30)) == 1
    assert note_late(date(2026, 12, 30)) == 0
    line = AuditEntry.objects.get(action="document.unserved")
    assert line.object_id == document.pk


def test_当地可以改期限(document: IssuedDocument, settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path
    (tmp_path / "terms.yaml").write_text("unserved_days: [{from: 2026-01-01, value: 10}]\n", encoding="utf-8")
    assert terms.term("unserved_days", ON).evidence == "local"
    assert note_late(date(2026, 11, 30)) == 0
    (tmp_path / "terms.yaml").write_text("unserved_days: [{from: 2026-01-01, value: 999}]\n", encoding="utf-8")
    os.utime(tmp_path / "terms.yaml", (1, 1))
    with pytest.raises(terms.BadTerm, match="应在 0 到 60"):
        terms.term("unserved_days", ON)


def test_送达回证空白的可以带去_登记以后填好(document: IssuedDocument, clerk: Actor) -> None:
    assert document.number in text_of(services.receipt_pdf(document)).replace(" ", "")
    serve(document, "直接", clerk, receiver="王㛃", relation="同住的儿子")
    document.refresh_from_db()
    text = text_of(services.receipt_pdf(document))
    for shown in ("王㛃", "同住的儿子", "2026年11月23日", "送达回证"):
        assert shown in text.replace("送 达 回 证", "送达回证")
