"""Attachments and notices: encrypted on disk, numbered, typeset once, viewed by permission, publicly verifiable."""

from __future__ import annotations

import io
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.models import Case
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.documents import selectors, services, vault
from minzheng.kernel.documents.errors import DamagedFile, DocumentError, MissingField, UploadRefused
from minzheng.kernel.documents.jobs import sweep_orphans
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.documents.tests.desk import COUNTY, ON, OTHER, VILLAGE, issue, staff, store
from minzheng.kernel.documents.tests.samples import FIELDS, paper, picture
from minzheng.kernel.documents.uploads import attaching
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.orgs.models import Organization

pytestmark = pytest.mark.django_db


def test_材料加密落盘可原样取回(case: Case, clerk: Actor, cabinet: Path) -> None:
    found = store(case, clerk)
    data, content_type = services.open_attachment(found)
    assert content_type == "image/jpeg"
    assert sm3(data) == found.sha
    (file,) = cabinet.rglob("*.jpg")
    assert data[:100] not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert services.open_thumbnail(found) is not None


def test_收材料留审计(case: Case, clerk: Actor) -> None:
    found = store(case, clerk)
    line = AuditEntry.objects.get(action="attachment.store", object_id=found.pk)
    assert line.region_code == VILLAGE
    assert line.detail["sm3"] == found.sha


def test_超过十兆的拒收(case: Case, clerk: Actor, cabinet: Path) -> None:
    with pytest.raises(UploadRefused, match="超过 10 MB"):
        store(case, clerk, b"\xff\xd8\xff" + b"0" * (10 * 1024 * 1024))
    assert not list(cabinet.rglob("*.*"))


def test_PDF材料原样保存(case: Case, clerk: Actor) -> None:
    found = store(case, clerk, paper())
    assert (
        services.open_attachment(found) == (paper(), "application/pdf")
        or sm3(services.open_attachment(found)[0]) == found.sha
    )
    assert services.open_thumbnail(found) is None


@pytest.mark.parametrize("change", ["flip", "swap", "gone"])
def test_盘上的文件被动过就打不开(case: Case, clerk: Actor, cabinet: Path, change: str) -> None:
    one, two = store(case, clerk), store(case, clerk, picture("PNG"))
    path = cabinet / one.path
    if change == "flip":
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    elif change == "swap":
        path.write_bytes((cabinet / two.path).read_bytes())
    else:
        path.unlink()
    with pytest.raises(DamagedFile):
        services.open_attachment(one)


def test_数据库里的路径走不出文件柜(case: Case, clerk: Actor) -> None:
    found = store(case, clerk)
    found.path = "../../etc/passwd"
    with pytest.raises(DamagedFile, match="存放位置不对"):
        services.open_attachment(found)


def test_提交后移除只做标记(case: Case, clerk: Actor, cabinet: Path, django_capture_on_commit_callbacks: Any) -> None:
    found = store(case, clerk)
    with django_capture_on_commit_callbacks(execute=True):
        services.remove(attachment=found, actor=clerk)
    assert (cabinet / found.path).exists()
    with pytest.raises(DocumentError, match="已经移除"):
        services.open_attachment(found)


def test_草稿里移除连文件一起删(
    case: Case, clerk: Actor, cabinet: Path, django_capture_on_commit_callbacks: Any
) -> None:
    case.submitted_at = None
    case.save()
    found = store(case, clerk)
    with django_capture_on_commit_callbacks(execute=True):
        services.remove(attachment=found, actor=clerk)
    assert not list(cabinet.rglob("*.*"))


def test_清理只删没有登记的旧文件(case: Case, clerk: Actor, cabinet: Path) -> None:
    kept = store(case, clerk)
    vault.put(b"rolled back", bound_to="attachment:1", suffix="jpg")
    (cabinet / "ab").mkdir(exist_ok=True)
    (cabinet / "ab" / ".half.part").write_bytes(b"x")
    assert sweep_orphans(since=0, before=time.time() - 60) == 0
    assert sweep_orphans(since=0, before=time.time() + 60) == 2
    services.open_attachment(kept)
    assert services.open_thumbnail(kept)


def test_写到一半被杀_再写一次照样写好_剩下的半个以后清掉(cabinet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bank files are written under one name each time an act is done again; a killed process takes no care of its half."""
    name = vault.name_of("back:1", "pay")
    child = os.fork()
    if not child:
        monkeypatch.setattr(vault, "seal", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        vault.replace(name, b"first", bound_to="bankfile:1")
    assert os.waitpid(child, 0)[1] == signal.SIGKILL and len(list(cabinet.rglob("*.part"))) == 1
    vault.replace(name, b"second", bound_to="bankfile:1")
    assert vault.get(name, bound_to="bankfile:1", sha=None) == b"second"
    assert vault.drop_drafts(time.time() + 60) == 1 and vault.exists(name)


def test_看得到材料的只有本人和辖区内有权的人(case: Case, clerk: Actor, citizen: Actor, office: Organization) -> None:
    found = store(case, citizen)
    stranger = actor_of(User.objects.create(username="c2", name="别人", kind="citizen"))
    neighbour = staff("qingshi_clerk", "town_clerk", OTHER, office)
    finance = staff("finance", "finance", COUNTY, office)
    assert selectors.attachment(citizen, found.pk) == found
    assert selectors.attachment(clerk, found.pk) == found
    for other in (stranger, neighbour, finance, Actor()):
        assert selectors.attachment(other, found.pk) is None


def test_别人草稿里的材料工作人员看不到(case: Case, clerk: Actor, citizen: Actor) -> None:
    case.submitted_at = None
    case.save()
    found = store(case, citizen)
    assert selectors.attachment(clerk, found.pk) is None


def test_文书编号按机关字头代字和年连号(case: Case, clerk: Actor, reviewer: Actor) -> None:
    assert [issue("N01", case, clerk).number for _ in range(2)] == ["柳政受〔2026〕1号", "柳政受〔2026〕2号"]
    document = issue("N06", case, reviewer)
    assert document.number == "示民确〔2026〕1号"
    assert document.fields["internal_no"] == "990101-BENEFIT-N06-2026-000001"
    assert document.fields["agency"] == "示范县民政局"


def test_系统办理的由当地机关制发(case: Case, office: Organization, bureau: Organization) -> None:
    assert issue("N14", case, SYSTEM).fields["agency"] == "柳溪镇人民政府"
    assert issue("N06", case, SYSTEM).fields["agency"] == "示范县民政局"


def test_没有机关的地方说清楚(case: Case) -> None:
    with pytest.raises(DocumentError, match="没有可以制发"):
        issue("N01", case, SYSTEM)


def test_救济途径写明县政府和期限(case: Case, clerk: Actor, reviewer: Actor) -> None:
    for document in (issue("N03", case, clerk), issue("N06", case, reviewer)):
        remedy = document.fields["remedy"]
        assert "示范县人民政府申请行政复议" in remedy
        assert "六十日" in remedy
        assert "六个月" in remedy
    assert "remedy" not in issue("N01", case, clerk).fields


def test_缺要素不编号也不登记(case: Case, reviewer: Actor) -> None:
    with pytest.raises(MissingField, match="理由"):
        issue("N07", case, reviewer, reasons=[])
    assert not IssuedDocument.objects.exists()
    assert issue("N07", case, reviewer).number.endswith("〔2026〕1号")


def test_办件里已知的要素不必再给(case: Case, clerk: Actor) -> None:
    fields = {key: value for key, value in FIELDS["N01"].items() if key not in ("case_no", "applied_on", "id_no")}
    document = services.issue(code="N01", case=case, addressee_name="周䶮兰", fields=fields, actor=clerk, on=ON)
    assert document.fields["case_no"] == case.no
    assert document.fields["id_no"] == "990101********1527"


def test_排印一次后存档可从要素重印出同样的字节(case: Case, reviewer: Actor) -> None:
    document = issue("N06", case, reviewer)
    assert JobRun.objects.filter(key=f"documents.render:{document.pk}").exists()
    first = services.pdf(document)
    assert document.sha == sm3(first)
    again = IssuedDocument.objects.get(pk=document.pk)
    assert services.pdf(again) == first
    assert services.printed_bytes(again) == first
    path = again.path
    assert services.render(document_id=document.pk).path == path


def test_存档的文书是密文(case: Case, reviewer: Actor, cabinet: Path) -> None:
    services.pdf(issue("N06", case, reviewer))
    (file,) = cabinet.rglob("*.pdf")
    assert not file.read_bytes().startswith(b"%PDF")


def test_看得到文书的只有本人和辖区内有权的人(
    case: Case, clerk: Actor, reviewer: Actor, citizen: Actor, office: Organization
) -> None:
    document = issue("N06", case, reviewer)
    neighbour = staff("qingshi_clerk", "town_clerk", OTHER, office)
    for good in (clerk, reviewer, citizen):
        assert selectors.document(good, document.pk) == document
    for other in (neighbour, Actor(), actor_of(User.objects.create(username="c2", name="别人", kind="citizen"))):
        assert selectors.document(other, document.pk) is None


@pytest.mark.parametrize("change", ["", "lower", "no_dash", "spaces", "letter_o"])
def test_查验码怎么抄都查得到(case: Case, clerk: Actor, change: str) -> None:
    document = issue("N01", case, clerk)
    code = document.verify_code
    typed = {
        "": code,
        "lower": code.lower(),
        "no_dash": code.replace("-", ""),
        "spaces": code.replace("-", " "),
        "letter_o": code.replace("0", "O").replace("1", "l"),
    }[change]
    assert selectors.by_verify_code(typed) == document


@pytest.mark.parametrize("typed", ["", "x", "8K3M-Q7TR-2WXN", "UUUU-UUUU-UUUU-UUUU", "8" * 200, "' or 1=1 --"])
def test_不像查验码的查不到(typed: str) -> None:
    assert selectors.by_verify_code(typed) is None


def test_同一件申请的材料有上限(case: Case, clerk: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attaching, "MAX_PER_CASE", 2)
    for kind in ("JPEG", "PNG"):
        store(case, clerk, picture(kind))
    with pytest.raises(UploadRefused, match="不能再加"):
        store(case, clerk)


def test_任何能读的东西都可以作上传(case: Case, clerk: Actor) -> None:
    found = services.store_attachment(case=case, kind="x", label="", upload=io.BytesIO(picture("WEBP")), actor=clerk)
    assert found.content_type == "image/jpeg", "WEBP 转成人人打得开的 JPEG"
