"""Destruction: proposed by one, approved by another, carried out once; what must stay stays; hashes and audit remain."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.archives import destruction, services, wiping
from minzheng.kernel.archives.contents import content
from minzheng.kernel.archives.errors import ArchiveError
from minzheng.kernel.archives.models import DestructionList, Volume
from minzheng.kernel.archives.tests.conftest import finished
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.documents.models import Attachment
from minzheng.kernel.documents.sealed_files import known
from minzheng.kernel.documents.tests.desk import COUNTY, store
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.subjects.models import Person

pytestmark = pytest.mark.django_db
AFTER = date(2037, 1, 4)


@pytest.fixture
def volume(case: Case, archivist: Actor) -> Volume:
    return services.close_case(case_id=case.pk, actor=archivist)


def approved(archivist: Actor, head: Actor) -> DestructionList:
    made = destruction.make_list(region_code=COUNTY, actor=archivist)
    destruction.propose(made=made, opinion="期满，没有查考价值", actor=archivist)
    destruction.decide(made=made, approve=True, decision="同意", actor=head)
    return made


def test_期满以前不列入_永久的永远不列入(volume: Volume, applicant: Person, clerk: Actor, archivist: Actor) -> None:
    child = finished(applicant, clerk, item="welfare.orphan_care")
    services.close_case(case_id=child.pk, actor=archivist)
    with clock.at(date(2036, 12, 31)):
        assert not destruction.due(COUNTY, clock.today()).exists()
        with pytest.raises(ArchiveError, match="没有保管期满"):
            destruction.make_list(region_code=COUNTY, actor=archivist)
    with clock.at(AFTER):
        assert [one.pk for one in destruction.due(COUNTY, clock.today())] == [volume.pk]
    with clock.at(date(2200, 1, 1)):
        assert child.pk not in {one.case_id for one in destruction.due(COUNTY, clock.today())}


def test_提出和批准是两个人_批准以后才销毁(
    volume: Volume, archivist: Actor, head: Actor, case: Case, cabinet: Path, django_capture_on_commit_callbacks: object
) -> None:
    with clock.at(AFTER):
        made = destruction.make_list(region_code=COUNTY, actor=archivist)
        with pytest.raises(ArchiveError, match="没有批准"):
            destruction.carry_out(made.pk)
        destruction.propose(made=made, opinion="期满", actor=archivist)
        with pytest.raises(ArchiveError, match="不能批准销毁"):
            destruction.decide(made=made, approve=True, decision="同意", actor=archivist)
        destruction.decide(made=made, approve=True, decision="同意", actor=head)
        assert JobRun.objects.get(name="archives.destroy").args == {"listed_in": str(made.pk)}
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            assert destruction.carry_out(made.pk) == {"destroyed": 1, "kept": 0}
        assert destruction.carry_out(made.pk) == {"destroyed": 0, "kept": 0}
    volume.refresh_from_db()
    case.refresh_from_db()
    assert (volume.state, case.form) == ("destroyed", {})
    assert not [path for path in cabinet.rglob("*") if path.is_file()], "文件还在盘上"
    member = case.members.get()
    assert (member.id_no, member.declared, member.id_index) == ("", {}, None)
    assert all(act.data == {"ends_on": "2026-11-16"} and act.opinion == "" for act in case.acts.all())
    assert case.evidence.get().data == {}
    document = case.documents.get()
    assert document.fields == {}
    with pytest.raises(DocumentError, match="依法销毁"):
        documents.pdf(document)
    with pytest.raises(DocumentError, match="依法销毁"):
        documents.open_attachment(case.attachments.get())
    for item in volume.items.all():
        assert len(item.sha) == 64
        with pytest.raises(ArchiveError, match="只留目录"):
            content(item)
    assert services.check(volume) == []
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"archive.list", "archive.propose", "archive.decide", "archive.destroy", "archive.done"} <= actions
    assert not list(known()), "备份和校验不再等这些文件"


def test_不批准的继续保管(volume: Volume, archivist: Actor, head: Actor) -> None:
    with clock.at(AFTER):
        made = destruction.make_list(region_code=COUNTY, actor=archivist)
        volume.refresh_from_db()
        assert volume.state == "listed"
        destruction.propose(made=made, opinion="期满", actor=archivist)
        destruction.decide(made=made, approve=False, decision="再留一年", actor=head)
    volume.refresh_from_db()
    assert volume.state == "kept"


def test_诉讼中的不能销毁_解除以后可以(volume: Volume, archivist: Actor) -> None:
    hold = services.place_hold(volume=volume, kind="lawsuit", reason="（2036）行初 1 号", actor=archivist)
    with clock.at(AFTER):
        made = destruction.make_list(region_code=COUNTY, actor=archivist)
        entry = made.entries.get()
        assert entry.keep and "行政诉讼" in entry.why
        with pytest.raises(ArchiveError, match="不能销毁"):
            destruction.keep(entry=entry, keep=False, why="", actor=archivist)
        with pytest.raises(ArchiveError, match="没有要销毁的案卷"):
            destruction.propose(made=made, opinion="期满", actor=archivist)
        services.lift_hold(hold=hold, why="判决已生效", actor=archivist)
        destruction.keep(entry=entry, keep=False, why="", actor=archivist)
        destruction.propose(made=made, opinion="期满", actor=archivist)


def test_批准以后才来的诉讼也拦得住(volume: Volume, archivist: Actor, head: Actor, case: Case) -> None:
    with clock.at(AFTER):
        made = approved(archivist, head)
        services.place_hold(volume=volume, kind="lawsuit", reason="（2037）行初 9 号", actor=archivist)
        assert destruction.carry_out(made.pk) == {"destroyed": 0, "kept": 1}
    volume.refresh_from_db()
    case.refresh_from_db()
    assert volume.state == "kept"
    assert case.form
    assert "行政诉讼" in made.entries.get().why


def test_有后续办件在办的不销毁(volume: Volume, archivist: Actor, case: Case) -> None:
    Case.objects.create(
        parent=case, item_code="assistance.dibao_edge", region_code=case.region_code, state="ACCEPTED", form={}
    )
    with clock.at(AFTER):
        entry = destruction.make_list(region_code=COUNTY, actor=archivist).entries.get()
    assert entry.keep and "后续办件" in entry.why


def test_报批以后清册被动过就不能批准(volume: Volume, archivist: Actor, head: Actor) -> None:
    with clock.at(AFTER):
        made = destruction.make_list(region_code=COUNTY, actor=archivist)
        destruction.propose(made=made, opinion="期满", actor=archivist)
        with pytest.raises(ArchiveError, match="待批准"):
            destruction.keep(entry=made.entries.get(), keep=True, why="续存", actor=archivist)
        made.entries.update(why="被改过")
        with pytest.raises(ArchiveError, match="被改动过"):
            destruction.decide(made=made, approve=True, decision="同意", actor=head)


def test_人脸影像目的实现后就销毁_其他材料还在(case: Case, clerk: Actor, archivist: Actor) -> None:
    face = store(case, clerk)
    Attachment.objects.filter(pk=face.pk).update(kind="face")
    volume = services.close_case(case_id=case.pk, actor=archivist)
    assert wiping.wipe_biometrics() == 0
    with clock.at(date(2027, 2, 1)):
        assert wiping.wipe_biometrics() == 1
        assert wiping.wipe_biometrics() == 0
    face.refresh_from_db()
    assert face.destroyed_at is not None
    item = volume.items.get(source_id=face.pk)
    assert item.destroyed_why == "目的已实现"
    assert services.check(volume) == []
    line = AuditEntry.objects.get(action="attachment.destroy")
    assert line.detail["sm3"] == face.sha
