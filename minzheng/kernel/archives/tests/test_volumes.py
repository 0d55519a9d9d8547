"""One case one volume: its catalogue, its retention, who opens it and what for, and the ZIP that proves itself."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor
from minzheng.kernel.archives import deletion, editions, exporting, retention, selectors, services
from minzheng.kernel.archives.errors import ArchiveError
from minzheng.kernel.archives.jobs import close_finished, supplement_volumes
from minzheng.kernel.archives.models import Volume
from minzheng.kernel.archives.tests.conftest import TODAY, finished
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.models import Case, CaseAct
from minzheng.kernel.crypto import signing
from minzheng.kernel.documents.service.serving import Proof, record_service
from minzheng.kernel.documents.tests.desk import OTHER, issue, staff
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.subjects.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def volume(case: Case, archivist: Actor) -> Volume:
    return services.close_case(case_id=case.pk, actor=archivist)


def test_一案一卷_目录里每一件都有哈希(volume: Volume, case: Case, archivist: Actor) -> None:
    assert volume.no == "990101-DB-2026-00001"
    kinds = [item.kind for item in volume.items.all()]
    assert kinds == ["form", "consent", "attachment", "evidence", "document", "service", "acts"]
    assert [item.seq for item in volume.items.all()] == list(range(1, 8))
    assert all(len(item.sha) == 64 and item.pages >= 1 for item in volume.items.all())
    assert services.check(volume) == []
    assert services.close_case(case_id=case.pk, actor=archivist).pk == volume.pk
    assert AuditEntry.objects.filter(action="archive.close").count() == 1


def test_没有办结的不能归档(case: Case, archivist: Actor) -> None:
    Case.objects.filter(pk=case.pk).update(state="IN_PAYMENT")
    with pytest.raises(ArchiveError, match="还没有办结"):
        services.close_case(case_id=case.pk, actor=archivist)


@pytest.mark.parametrize(
    ("item", "outcome", "wanted"),
    [
        ("assistance.dibao", "TERMINATED", date(2036, 12, 31)),
        ("assistance.dibao", "REJECTED", date(2031, 12, 31)),
        ("welfare.orphan_care", "TERMINATED", None),
        ("registry.adoption", "WITHDRAWN", None),
        ("elder.card", "TERMINATED", date(2036, 12, 31)),
    ],
)
def test_保管期限按事项和结果定(item: str, outcome: str, wanted: date | None) -> None:
    rule = retention.rule_for(item, outcome, date(2026, 11, 23))
    assert rule.destroy_after(date(2026, 11, 23)) == wanted
    assert rule.evidence == "needs_confirmation"


def test_当地的保管期限先于平台自带的(tmp_path: Path) -> None:
    (tmp_path / "retention.yaml").write_text(
        'rules: [{class: 停发后8年, items: ["assistance.*"], outcomes: ["*"], years: 8, from: 2026-01-01, basis: 县档案局}]\n',
        encoding="utf-8",
    )
    rule = retention.rule_for("assistance.dibao", "TERMINATED", TODAY)
    assert (rule.years, rule.evidence) == (8, "local")
    assert retention.rule_for("assistance.dibao", "TERMINATED", date(2025, 1, 1)).years == 10


@pytest.mark.parametrize("what", ["act", "attachment", "catalogue"])
def test_归档以后改动哪里都看得出来(volume: Volume, case: Case, what: str, cabinet: Path) -> None:
    if what == "act":
        act = CaseAct.objects.filter(case=case).first()
        assert act is not None
        act.opinion = "不同意停发"
        act.save()
    elif what == "attachment":
        path = cabinet / case.attachments.get().path
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
    else:
        volume.items.filter(seq=3).update(title="别的材料")
    assert len(services.check(volume)) == 1


def test_写明目的才打得开_当天有效(volume: Volume, clerk: Actor) -> None:
    assert not services.may_open(volume, clerk)
    with pytest.raises(ArchiveError, match="写明利用目的"):
        services.use(volume=volume, what="read", purpose=" ", actor=clerk)
    services.use(volume=volume, what="read", purpose="本人查询", actor=clerk)
    assert services.may_open(volume, clerk)
    with clock.at(TODAY + timedelta(days=1)):
        assert not services.may_open(volume, clerk)


def test_借阅到期要还_还了再借(volume: Volume, clerk: Actor) -> None:
    row = services.use(volume=volume, what="borrow", purpose="复议答复", actor=clerk)
    assert row.until == TODAY + timedelta(days=10)
    with pytest.raises(ArchiveError, match="还没有归还"):
        services.use(volume=volume, what="borrow", purpose="再借", actor=clerk)
    with clock.at(TODAY + timedelta(days=10)):
        assert services.may_open(volume, clerk)
    with clock.at(TODAY + timedelta(days=11)):
        assert not services.may_open(volume, clerk)
    services.give_back(volume=volume, actor=clerk)
    assert not services.may_open(volume, clerk)
    with pytest.raises(ArchiveError, match="没有借阅"):
        services.give_back(volume=volume, actor=clerk)
    assert [one.what for one in volume.accesses.all()] == ["borrow", "return"]


def test_只有辖区内有权的人看得到(volume: Volume, clerk: Actor, archivist: Actor, office: Organization) -> None:
    neighbour = staff("qingshi", "town_clerk", OTHER, office)
    assert selectors.volume(clerk, volume.pk) == volume
    assert selectors.managed(clerk, volume.pk) is None
    assert selectors.managed(archivist, volume.pk) == volume
    for other in (neighbour, Actor()):
        assert selectors.volume(other, volume.pk) is None
        assert selectors.item(other, volume.pk, 1) is None


def test_导出的案卷自己能证明自己(volume: Volume, archivist: Actor) -> None:
    data = exporting.export(volume=volume, purpose="移交县档案馆", actor=archivist)
    assert exporting.verify(data) == []
    assert exporting.verify(data, signing.public_key()) == []
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        names = files.namelist()
        assert {"目录.json", "目录.xml", "目录.pdf", "签名.json"} <= set(names)
        assert len(names) == 4 + 7
        said = json.loads(files.read("目录.json"))
        assert said["items"][2]["sm3"] == volume.items.get(seq=3).sha
        pdf = pypdf.PdfReader(io.BytesIO(files.read("目录.pdf")))
        assert volume.no in pdf.pages[0].extract_text()
        assert files.read("目录.xml").decode().count("<件 ") == 7
    assert volume.accesses.get().what == "export"


@pytest.mark.parametrize("name", ["目录.json", "003", "signature"])
def test_导出以后被改动的核对不过(volume: Volume, archivist: Actor, name: str) -> None:
    data = exporting.export(volume=volume, purpose="移交", actor=archivist)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            content = old.read(one)
            if one.startswith(name):
                content = content.replace(b"2026", b"2027") if one.endswith("json") else content + b"\0"
            if name == "signature" and one == "签名.json":
                seal = json.loads(content)
                content = json.dumps(seal | {"signature": "0" * 128}).encode()
            new.writestr(one, content)
    assert exporting.verify(out.getvalue())
    assert exporting.verify(b"PK") == ["文件打不开或者不完整（BadZipFile）。"]


def test_办结满期限的自动归档(applicant: Person, clerk: Actor) -> None:
    case = finished(applicant, clerk, state="REJECTED")
    running = finished(applicant, clerk, state="IN_PAYMENT")
    assert close_finished() == {"filed": 0, "left": 0}
    with clock.at(date(2026, 12, 24)):
        assert close_finished() == {"filed": 1, "left": 0}
        assert close_finished() == {"filed": 0, "left": 0}
    assert Volume.objects.get().case_id == case.pk
    assert not Volume.objects.filter(case=running).exists()


def test_删除请求依法不予删除_写明依据和保管到何时(volume: Volume, archivist: Actor, applicant: Person) -> None:
    request = deletion.answer_deletion(
        volume=volume, person=applicant, asked_on=TODAY, asked="删除我的全部信息", actor=archivist
    )
    assert request.answer == "refused"
    assert "第四十七条" in request.basis
    assert request.document is not None
    fields: dict[str, Any] = request.document.fields
    assert fields["keep_until"] == "2036年12月31日"
    assert "行政复议" in fields["remedy"]
    volume.refresh_from_db()
    assert volume.state == "kept"
    with pytest.raises(ArchiveError, match="要求删除什么"):
        deletion.answer_deletion(volume=volume, person=applicant, asked_on=TODAY, asked="", actor=archivist)


def test_系统归档也签名(case: Case) -> None:
    volume = services.close_case(case_id=case.pk, actor=SYSTEM)
    rows = list(volume.items.all())
    from minzheng.kernel.cases.running.evidence import canonical

    assert signing.verify(canonical(services.manifest(volume, rows)), volume.signature, signing.public_key())


# ---- supplements ----


def test_归档以后的文书和送达补入案卷_原目录的哈希保留(
    volume: Volume, case: Case, reviewer: Actor, clerk: Actor
) -> None:
    first = volume.manifest_sha
    assert supplement_volumes() == {"volumes": 0, "papers": 0}, "没有新的就不出新版"
    document = issue("N10", case, reviewer)
    assert supplement_volumes() == {"volumes": 1, "papers": 1}
    record_service(document=document, method="直接", on=TODAY, actor=clerk, proof=Proof(receiver=case.applicant_name))
    assert supplement_volumes() == {"volumes": 1, "papers": 1}
    volume.refresh_from_db()
    assert [(e.number, e.items_count) for e in volume.editions.all()] == [(1, 7), (2, 8), (3, 9)]
    assert volume.editions.get(number=1).manifest_sha == first != volume.manifest_sha
    assert [(i.seq, i.kind, i.edition) for i in volume.items.filter(edition__gt=1)] == [
        (8, "document", 2), (9, "service", 3),
    ]  # fmt: skip
    assert services.check(volume) == [] and supplement_volumes()["volumes"] == 0
    assert AuditEntry.objects.filter(action="archive.supplement").count() == 2


def test_归档以后的动作_原来的办理经过不变_新的另列一件(volume: Volume, case: Case, clerk: Actor) -> None:
    CaseAct.objects.create(
        case=case, seq=3, code="refer", from_state="TERMINATED", to_state="TERMINATED", actor=clerk.user,
        actor_name=clerk.name, at=clock.now(), data={},
    )  # fmt: skip
    assert services.check(volume) == [], "后来的动作不让原来的卷对不上"
    assert supplement_volumes() == {"volumes": 1, "papers": 1}
    volume.refresh_from_db()
    acts = list(volume.items.filter(kind="acts"))
    assert [row.through for row in acts] == [2, 3] and acts[0].sha != acts[1].sha
    assert services.check(volume) == []


def test_补过的案卷导出的目录连着上一版(volume: Volume, case: Case, reviewer: Actor, archivist: Actor) -> None:
    first = volume.manifest_sha
    issue("N10", case, reviewer)
    editions.supplement(volume_id=volume.pk, actor=archivist)
    volume.refresh_from_db()
    data = exporting.export(volume=volume, purpose="复议答复", actor=archivist)
    assert exporting.verify(data) == []
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        said = json.loads(files.read(exporting.CATALOGUE))
    assert (said["edition"], said["previous_sm3"], len(said["items"])) == (2, first, 8)


@pytest.mark.parametrize("number", [1, 2])
def test_改了哪一版的目录都查得出来(volume: Volume, case: Case, reviewer: Actor, number: int) -> None:
    issue("N10", case, reviewer)
    supplement_volumes()
    volume.refresh_from_db()
    volume.items.filter(edition=number, kind="document").update(title="换了题名")
    assert any(f"第 {number} 版" in sentence for sentence in services.check(volume))


def test_已销毁的案卷不再补充(volume: Volume, case: Case, reviewer: Actor, archivist: Actor) -> None:
    issue("N10", case, reviewer)
    Volume.objects.filter(pk=volume.pk).update(state="destroyed")
    assert supplement_volumes() == {"volumes": 0, "papers": 0}
    with pytest.raises(ArchiveError, match="已经依法销毁"):
        editions.supplement(volume_id=volume.pk, actor=archivist)
