"""The disk is full: uploads are refused in a sentence, nothing half-written stays, reading goes on; with room again
everything works without a restart.
"""

from __future__ import annotations

import errno
import io
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bench.faults.clerks import Browser
from bench.faults.platform import Platform
from bench.faults.rounds import inside
from minzheng.kernel.documents import vault
from minzheng.kernel.documents.errors import NoRoom

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("machine")]


def may_mount() -> bool:
    """Root in a container may still not be allowed to."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], capture_output=True, check=False
        )
        if done.returncode == 0:
            subprocess.run(["umount", folder], check=True)
        return done.returncode == 0


needs_mount = pytest.mark.skipif(not may_mount(), reason="这台机器不许挂 tmpfs")


def photo(side: int = 700) -> bytes:
    """A JPEG that does not compress away."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(out, "JPEG", quality=90)
    return out.getvalue()


class Full:
    """A small file system of its own, mounted over ``place`` with what was in it; ``fill`` leaves not one byte."""

    def __init__(self, place: Path, megabytes: int) -> None:
        self.place, self.filler = place, place / "filler"
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = place.with_name(place.name + ".kept")
        subprocess.run(["cp", "-a", str(place), str(kept)], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "none", str(place)], check=True)
        subprocess.run(["cp", "-a", f"{kept}/.", str(place)], check=True)
        subprocess.run(["rm", "-rf", str(kept)], check=True)

    def fill(self) -> None:
        handle = os.open(self.filler, os.O_WRONLY | os.O_CREAT)
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while os.write(handle, bytes(size)):
                    pass
        os.close(handle)

    def clear(self) -> None:
        self.filler.unlink(missing_ok=True)

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.place)], check=False)


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name != "filler"
    }


@pytest.fixture
def disk(platforms: Callable[..., Platform], request: pytest.FixtureRequest) -> Iterator[tuple[Platform, Full]]:
    """``(folder below var, megabytes)`` on a disk of its own."""
    folder, megabytes = request.param
    platform = platforms(f"disk-{folder.replace('/', '-') or 'all'}", started=False)
    small = Full(platform.var / folder, megabytes)
    try:
        platform.start()
        yield platform, small
    finally:
        small.clear()
        platform.stop()
        small.unmount()


def withdraw(clerk: Browser, case: dict[str, str], picture: bytes) -> tuple[int, str]:
    form = {"version": case["version"], "opinion": "本人不再申请"}
    path = f"/console/cases/{case['case']}/acts/withdraw/"
    status, _, body = clerk.request("POST", path, form, photo=("request", picture))
    return status, body


@needs_mount
@pytest.mark.parametrize("disk", [("files", 4)], indirect=True, ids=["材料盘"])
def test_材料盘满了_上传被一句话拒绝_不留半个文件_腾出后照常(
    disk: tuple[Platform, Full], cases: list[dict[str, str]]
) -> None:
    platform, small = disk
    case, clerk = cases[2], Browser(platform.port)
    clerk.sign_in(case["username"])
    files = platform.var / "files"
    small.fill()
    before = files_below(files)
    status, body = withdraw(clerk, case, photo())
    assert status == 422
    assert "磁盘已满" in body and "没有收下" in body
    assert files_below(files) == before
    for path in ("/console/", "/console/cases/", f"/console/cases/{case['case']}/"):
        assert clerk.request("GET", path)[0] == 200
    small.clear()
    assert withdraw(clerk, case, photo())[0] == 302
    assert len(files_below(files) - before) >= 1


@needs_mount
@pytest.mark.parametrize("disk", [("", 900)], indirect=True, ids=["整个运行数据"])
def test_整个盘满了_数据库也写不了_看得了_交不上要说明白_腾出后自己恢复(
    disk: tuple[Platform, Full], cases: list[dict[str, str]]
) -> None:
    platform, small = disk
    clerk = Browser(platform.port)
    clerk.sign_in(cases[0]["username"])
    mine = [case for case in cases if case["username"] == cases[0]["username"]]
    small.fill()
    accepted: dict[str, str] = {}
    for case in mine:
        number = f"第 {case['case']} 号"
        form = {"version": case["version"], "near_relative": "no", "opinion": number}
        status, location, body = clerk.request("POST", f"/console/cases/{case['case']}/acts/accept/", form)
        assert status in (302, 503), body[:400]
        if status == 302 and "/login/" not in location:
            accepted[case["case"]] = number
        else:
            assert "磁盘已满" in body or "暂时" in body
    assert clerk.request("GET", "/login/")[0] in (200, 302, 503)
    small.clear()
    assert platform.healthy_within(90), platform.log()[-2000:]
    clerk.sign_in(cases[0]["username"])
    for case in mine:
        if case["case"] not in accepted:
            number = f"第 {case['case']} 号"
            form = {"version": case["version"], "near_relative": "no", "opinion": number}
            status, _, body = clerk.request("POST", f"/console/cases/{case['case']}/acts/accept/", form)
            assert status in (302, 409, 422), body[:400]
            accepted[case["case"]] = number
    found = inside(platform, "verify", {"done": accepted})
    assert found["drained"] and found["audit_errors"] == []
    assert {
        name: found[name] for name in ("lost", "doubled", "documents_doubled", "messages_doubled")
    } == dict.fromkeys(("lost", "doubled", "documents_doubled", "messages_doubled"), 0)


def test_写到一半没有空间_文件与先写的那张都不留(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a mount too: the lowest call that writes says that there is no room."""
    settings.MEDIA_ROOT = tmp_path
    settings.KEY_RING_FILE = tmp_path.parent / "keys.json"
    first = vault.put(b"picture", bound_to="attachment:1", suffix="jpg")
    assert files_below(tmp_path) == {first}

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("minzheng.kernel.documents.vault.os.fsync", full)
    with pytest.raises(NoRoom, match="磁盘已满"):
        vault.put(b"small", bound_to="thumb:1", suffix="thumb", beside=first)
    assert files_below(tmp_path) == set()
