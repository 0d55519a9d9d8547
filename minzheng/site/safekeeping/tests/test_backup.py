"""Making backups: whole, consistent, useless without a key, and never in the way of the one before."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection

from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.crypto import escrow, keyring, signing
from minzheng.kernel.documents import sealed_files, vault
from minzheng.kernel.keys import services as keys
from minzheng.kernel.subjects.models import Person
from minzheng.site.safekeeping import backup, cli, dumping, jobs, keeping, opening, rehearsal, state, wrapping
from minzheng.site.safekeeping.errors import BadBackup, KeyMissing, SafekeepingError
from minzheng.site.safekeeping.tests.conftest import ID_NO, NAME, PHONE
from minzheng.site.safekeeping.wrapping import Keys

pytestmark = pytest.mark.django_db(transaction=True)


def mine() -> Keys:
    return Keys([keyring.reload()])


def test_演练证明行数_文件_审计链都在(installation: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "a.mzb"
    made = backup.make(file)
    state.note_backup(made)
    assert (made.files, made.missing) == (3, [])
    assert file.stat().st_mode & 0o777 == 0o600
    report = rehearsal.rehearse(file, mine())
    assert report.ok, report.checks
    names = {check.name for check in report.checks}
    assert {
        "tables",
        "files.manifest",
        "lake.manifest",
        "migrate",
        "audit",
        "cases",
        "awards",
        "files",
        "sealed",
    } <= names
    assert report.rows == made.rows
    assert {"at", "file", "bytes", "verified_at", "ok", "rows"} == set(state.last())
    assert state.last()["ok"] is True
    assert AuditEntry.objects.filter(action="backup.make").count() == 1


def test_演练之后不留临时库和文件夹(installation: dict[str, Any], tmp_path: Path, own_place: Path) -> None:
    file = tmp_path / "a.mzb"
    backup.make(file)
    rehearsal.rehearse(file, mine())
    assert [path.name for path in (own_place / "backups").iterdir() if path.name.startswith("rehearsal")] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE starts_with(datname, %s)", [
            connection.settings_dict["NAME"] + "_rehearsal_"])  # fmt: skip
        assert cursor.fetchone()[0] == 0


def test_备份里搜不到姓名_证件号_文件内容和密钥(installation: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "a.mzb"
    backup.make(file)
    content = file.read_bytes()
    ring = keyring.ring()
    # Nothing shorter than six bytes: a ciphertext of a megabyte holds any three bytes once in a while by chance.
    for secret in (NAME, ID_NO, PHONE, "示范街", "990101001001", "kernel_person", "%PDF-1"):
        assert secret.encode() not in content
    for key in (*ring.keys.values(), ring.mac_root, ring.index_root, ring.signing_seed):
        assert key not in content
        assert key.hex().encode() not in content


def test_备份期间继续办公_内容是同一时刻的(installation: dict[str, Any], tmp_path: Path, monkeypatch: Any) -> None:
    """Rows and papers that come or go while the dump runs do not make the copy inconsistent."""
    genuine = dumping.dumped
    gone = installation["papers"][0]

    def meanwhile(*args: Any) -> Any:
        def others() -> None:
            Person(name="乙", region_code="990101001001", id_no="1" * 18).save()
            vault.drop(gone.path)
            type(gone).objects.filter(pk=gone.pk).delete()
            connection.close()

        other = threading.Thread(target=others)
        other.start()
        other.join()
        yield from genuine(*args)

    monkeypatch.setattr(dumping, "dumped", meanwhile)
    file = tmp_path / "a.mzb"
    made = backup.make(file)
    opened = opening.opened(file, mine())
    assert opened.manifest["tables"]["kernel_person"]["rows"] == 20
    assert (made.missing, opened.manifest["gone"]) == ([], [gone.path])
    assert rehearsal.rehearse(file, mine()).ok


def test_登记在册的文件不见了_备份照做但说出来(installation: dict[str, Any], tmp_path: Path) -> None:
    lost = installation["papers"][1]
    vault.drop(lost.path)
    told = CliRunner().invoke(cli.backup, ["--out", str(tmp_path / "a.mzb"), "--json"])
    assert told.exit_code == 1
    assert "1 个登记在册的文件不在磁盘上" in told.stderr
    assert json.loads(told.stdout)["missing"] == [lost.path]
    report = rehearsal.rehearse(tmp_path / "a.mzb", mine())
    assert [check.name for check in report.checks if not check.ok] == ["files"]


def test_一份被改动的文件在演练里露出来(installation: dict[str, Any], tmp_path: Path, settings: Any) -> None:
    first, second = (Path(settings.MEDIA_ROOT, one.path) for one in installation["papers"][:2])
    first.write_bytes(second.read_bytes())
    backup.make(tmp_path / "a.mzb")
    report = rehearsal.rehearse(tmp_path / "a.mzb", mine())
    assert not report.ok
    assert any("打不开" in check.detail for check in report.checks if check.name == "files")


def test_写到一半磁盘满_旧备份还在_一句话说明(installation: dict[str, Any], tmp_path: Path, monkeypatch: Any) -> None:
    file = tmp_path / "small" / "a.mzb"
    backup.make(file)
    before = file.read_bytes()
    room = [50_000]

    class Full(io.BufferedWriter):
        def write(self, data: Any) -> int:
            room[0] -= len(data)
            if room[0] < 0:
                raise OSError(28, "No space left on device")
            return super().write(data)

    monkeypatch.setattr(backup.io, "BufferedWriter", Full)
    with pytest.raises(SafekeepingError, match="磁盘满了.*原有的备份没有动"):
        backup.make(file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["a.mzb"]


def test_真的写不下时也是一句话(installation: dict[str, Any], tmp_path: Path) -> None:
    """The kernel's own refusal (a limit on the file's size), in a process of its own."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000)); import signal;" \
            " signal.signal(signal.SIGXFSZ, signal.SIG_IGN); from pathlib import Path;" \
            " from minzheng.site.safekeeping.backup import _beside\n" \
            "try:\n with _beside(Path(r'%s')) as out:\n  out.write(bytes(3000000))\n" \
            "except Exception as e: print(type(e).__name__, e)"  # fmt: skip
    target = tmp_path / "a.mzb"
    target.write_bytes(b"old")
    run = "import django; django.setup()\n" + limit % target
    done = subprocess.run(
        [sys.executable, "-c", run], env=os.environ | {"DJANGO_SETTINGS_MODULE": "minzheng.site.settings"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("SafekeepingError 备份写不到")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.glob(".*")) == []


def test_改动或截断的备份_什么都没写就被拒绝(installation: dict[str, Any], tmp_path: Path, own_place: Path) -> None:
    file = tmp_path / "a.mzb"
    backup.make(file)
    whole = file.read_bytes()
    for broken in (whole[:-100], whole[: len(whole) // 2] + b"\0" + whole[len(whole) // 2 + 1 :], whole + b"x"):
        file.write_bytes(broken)
        before = sorted(own_place.rglob("*"))
        with pytest.raises(BadBackup, match="换一份备份"):
            rehearsal.rehearse(file, mine())
        assert sorted(own_place.rglob("*")) == before


def test_没有密钥时说出缺什么_有份额就打得开(installation: dict[str, Any], tmp_path: Path) -> None:
    shares = escrow.establish(count=3, threshold=2)
    file = tmp_path / "a.mzb"
    backup.make(file)
    known = signing.fingerprint()
    with pytest.raises(KeyMissing) as caught:
        opening.opened(file, Keys([keyring.new()]))
    told = str(caught.value)
    assert f"指纹 {known}" in told
    assert f"托管 {shares[0].escrow_id} 的 3 份中任意 2 份" in told
    assert "现有：本机密钥文件（指纹" in told
    with pytest.raises(KeyMissing, match="现有：没有"):
        opening.opened(file, Keys())
    assert opening.opened(file, Keys(shares=shares[1:])).ring.keys == keyring.ring().keys


def test_停用旧密钥以前的备份_以后仍能恢复(installation: dict[str, Any], tmp_path: Path) -> None:
    from minzheng.kernel.keys import resealing

    file = tmp_path / "a.mzb"
    backup.make(file)
    keys.rotate()
    resealing.reseal(progress=lambda percent, message: None)
    assert keys.retire_unused(now=datetime.now(UTC) + timedelta(days=2)) == [1]
    report = rehearsal.rehearse(file, mine())
    assert report.ok, report.checks


def test_缺一处审计锚定或多一处都不影响同一时刻(installation: dict[str, Any], tmp_path: Path) -> None:
    """Lines sealed after the snapshot are not in the copy's anchors, or its chain would look cut off."""
    from minzheng.kernel.audit import services as audit

    genuine = dumping.dumped

    def sealed_meanwhile(*args: Any) -> Any:
        def others() -> None:
            audit.record(actor=audit.SYSTEM, action="read", reason="期间")
            audit.seal_pending()
            connection.close()

        other = threading.Thread(target=others)
        other.start()
        other.join()
        yield from genuine(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dumping, "dumped", sealed_meanwhile)
        backup.make(tmp_path / "a.mzb")
    report = rehearsal.rehearse(tmp_path / "a.mzb", mine())
    assert report.ok, report.checks


def test_只留最近几份_不认识的文件不动(tmp_path: Path) -> None:
    names = [keeping.file_name(datetime(2026, 11, day, tzinfo=UTC)) for day in range(1, 6)]
    for name in names:
        (tmp_path / name).write_bytes(b"MINZHENG-BACKUP\n")
    for other in ("minzheng-20200101T000000.mzb", "notes.txt", "before-0.1.0.mzb"):
        (tmp_path / other).write_text("别人的")
    removed = keeping.prune(tmp_path, 2, but=tmp_path / names[0])
    assert [path.name for path in removed] == names[1:3]
    assert (tmp_path / "minzheng-20200101T000000.mzb").exists()


@pytest.mark.parametrize(
    ("age", "hour_now", "due"),
    [(None, 15, True), (21, 2, True), (21, 3, False), (10, 2, False), (27, 15, True), (25, 15, False)],
)
def test_夜间备份何时该做(age: int | None, hour_now: int, due: bool) -> None:
    now = datetime.now().astimezone().replace(hour=hour_now)
    last = None if age is None else (now - timedelta(hours=age)).isoformat()
    assert jobs.is_due(now, last, 2) is due


def test_夜间任务备份并演练_状态可供健康页读取(
    installation: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from minzheng.kernel.jobs.context import Context
    from minzheng.kernel.jobs.models import JobRun

    ctx = Context(JobRun(name="safekeeping.nightly"))
    assert "没有设置" in jobs.nightly(ctx)["skipped"]
    monkeypatch.setenv(jobs.FOLDER, str(tmp_path / "nightly"))
    done = jobs.nightly(ctx)
    assert (tmp_path / "nightly" / done["file"]).exists()
    assert (state.last()["ok"], state.last()["rows"]) == (True, done["rows"])
    assert jobs.nightly(ctx) == {"skipped": "未到时间"}


def test_同时只做一件(own_place: Path) -> None:
    with state.alone(), pytest.raises(SafekeepingError, match="另一次备份"), state.alone():
        pass
    with state.alone():
        pass


def test_每个登记文件的表都在清单里(installation: dict[str, Any]) -> None:
    assert {one.name for one in sealed_files.known()} >= {paper.path for paper in installation["papers"]}
    assert wrapping.ring_id(keyring.ring()) == signing.fingerprint()
