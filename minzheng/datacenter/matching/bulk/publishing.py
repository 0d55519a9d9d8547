"""The output folder: written beside its place and exchanged in one step, so that a reader or a power cut meets the old
results or the new ones and never a mixture.

A draft carries a lock for as long as its process lives; drafts without one are left-overs of a killed run and are swept
away by the next.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from minzheng.datacenter.matching.bulk.errors import MatchRefused
from minzheng.kernel import disk

#: What a run publishes. Anything else in the folder is somebody else's and stays.
FILES = ("hits.parquet", "families.parquet", "alerts.parquet", "run.json")
#: Only there when something could not be read.
REJECTS = "rejects.csv"
WORK = ".work"
_LOCK = ".lock"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def draft(out: Path) -> Iterator[Path]:
    """A folder to write into; when the block ends well it takes the place of ``out``, else nothing remains of it.

    ``WORK`` inside it is for temporary files and never published. Raises MatchRefused when the place cannot be written or
    holds folders of somebody else."""
    out = Path(os.path.abspath(out))
    _check(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        sweep(out)
        folder = out.with_name(f".{out.name}.draft-{os.getpid()}")
        folder.mkdir(mode=0o700)
        (folder / WORK).mkdir()
    except OSError as error:
        raise MatchRefused(f"--out：不能写到 {out}（{error.strerror}），请换一个文件夹。") from None
    lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
        shutil.rmtree(folder / WORK)
        _publish(folder, out)
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def sweep(out: Path) -> None:
    """Remove what runs that were killed left beside ``out``."""
    for left in out.parent.glob(f".{out.name}.draft-*"):
        if not _held(left):
            shutil.rmtree(left, ignore_errors=True)


def _held(folder: Path) -> bool:
    """Whether the process that writes this draft still lives."""
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR)
    except OSError:
        # Between mkdir and the lock there is a moment: the name tells the process.
        return _alive(folder.name.rpartition("-")[2])
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def _alive(pid: str) -> bool:
    return pid.isdigit() and int(pid) != os.getpid() and Path(f"/proc/{pid}").exists()


def _check(out: Path) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise MatchRefused(f"--out：{out} 不是文件夹，请换一个文件夹。")
    for entry in out.iterdir() if out.exists() else ():
        if entry.is_dir() and not entry.is_symlink():
            raise MatchRefused(
                f"--out：{out} 里有别的文件夹“{entry.name}”。结果要整体替换这个文件夹，请另给一个专用的文件夹。"
            )


def _publish(folder: Path, out: Path) -> None:
    """Exchange draft and place; files of others come along (linked, so that they exist at every moment)."""
    (folder / _LOCK).unlink()
    _on_disk(folder)
    try:
        if not out.exists():
            os.rename(folder, out)
        else:
            for entry in out.iterdir():
                if entry.name not in (*FILES, REJECTS):
                    os.link(entry, folder / entry.name, follow_symlinks=False)
            os.chmod(folder, out.stat().st_mode & 0o7777)
            _exchange(folder, out)
    except OSError as error:
        raise MatchRefused(f"--out：不能把结果放到 {out}（{error.strerror}），原有的结果没有动。") from None
    disk.sync(out.parent)


def _exchange(one: Path, other: Path) -> None:
    """Two folders change places in one step of the file system."""
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    if done != 0:
        number = ctypes.get_errno() or errno.EIO
        raise OSError(number, os.strerror(number))


def _on_disk(folder: Path) -> None:
    """Everything is on the disk before the names change."""
    for file in folder.iterdir():
        disk.sync(file)
    disk.sync(folder)
