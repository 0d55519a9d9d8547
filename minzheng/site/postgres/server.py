"""The processes of the embedded PostgreSQL: initialise, start, adopt, stop."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from minzheng.site.errors import DatabaseUnavailable
from minzheng.site.postgres.layout import SOCKET_NAME, Layout
from minzheng.site.secretfile import load_secrets

SUPERUSER = "postgres"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1

# Failed statements and key values may hold personal data, so keep them out of the server log; socket only, no network
# port
CONFIG = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "max_parallel_workers_per_gather": "1",
    "jit": "off",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "shared_preload_libraries": "",
}


def die_with_parent(signum: int) -> Callable[[], None]:
    """For ``Popen(preexec_fn=…)``: when the parent is killed with -9, the kernel sends ``signum`` to the child."""
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def arm() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signum, 0, 0, 0)
        if os.getppid() != parent:  # the parent was gone before the line above
            os._exit(1)

    return arm


def initialise(place: Layout) -> bool:
    """Make the data folder on first use; False when there already is one."""
    if (place.data / "PG_VERSION").exists() and not (place.home / "initdb.running").exists():
        return False
    marker = place.home / "initdb.running"  # a folder whose making was interrupted is rebuilt next time
    if place.data.exists():
        _run_as(place, ["rm", "-rf", str(place.data)])
    marker.touch()
    password = place.home / "initdb.password"
    handle = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(handle, load_secrets()["postgres_password"].encode())
    os.close(handle)
    if place.account:
        os.chown(password, place.account.pw_uid, place.account.pw_gid)
    try:
        _run_as(place, [
            place.binary("initdb"), "-D", str(place.data), "-U", SUPERUSER, "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8",
            "--auth=scram-sha-256", f"--pwfile={password}",
        ])  # fmt: skip
    finally:
        password.unlink(missing_ok=True)
    marker.unlink()
    return True


def launch(place: Layout, *, die_with: int | None) -> subprocess.Popen[bytes]:
    """Start the server and wait until it accepts a login.

    ``die_with``: the signal it gets when the parent dies; None makes it independent of the parent (a short start by a
    command).
    """
    clear_stale_files(place)
    command = [place.binary("postgres"), "-D", str(place.data), "-k", str(place.socket_dir)]
    for name, value in (CONFIG | {"log_directory": str(place.log)}).items():
        command += ["-c", f"{name}={value}"]
    deadline = time.monotonic() + START_SECONDS
    while True:
        process = _spawn(place, command, die_with)
        if _wait_until_ready(place, process, deadline):
            return process
        # After kill -9 the old backends may hold the shared memory for a few seconds more: try again
        if time.monotonic() > deadline - START_SECONDS + 10:
            raise DatabaseUnavailable(f"内置数据库启动失败：{start_log_tail(place)}。日志在 {place.log}。")
        time.sleep(0.5)


def _spawn(place: Layout, command: list[str], die_with: int | None) -> subprocess.Popen[bytes]:
    with open(place.home / "start.log", "wb") as log:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=place.home, env=_environment(),
            start_new_session=True, preexec_fn=die_with_parent(die_with) if die_with else None, **_identity(place),
        )  # fmt: skip


def _wait_until_ready(place: Layout, process: subprocess.Popen[bytes], deadline: float) -> bool:
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if accepts(place):
            return True
        time.sleep(0.05)
    process.kill()
    raise DatabaseUnavailable(f"内置数据库 {START_SECONDS:.0f} 秒内没有就绪；日志在 {place.log}。")


def accepts(place: Layout) -> bool:
    """Whether a superuser login works."""
    try:
        superuser_connection(place, "postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def superuser_connection(place: Layout, database: str) -> psycopg.Connection[tuple[object, ...]]:
    """A superuser connection (autocommit); for the supervisor and the preparation of tests only."""
    return psycopg.connect(
        host=str(place.socket_dir), user=SUPERUSER, password=load_secrets()["postgres_password"],
        dbname=database, autocommit=True, connect_timeout=5,
    )  # fmt: skip


def running_pid(place: Layout) -> int | None:
    """Process id of the server using this data folder, or None."""
    try:
        pid = int((place.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if _is_our_server(pid, place) else None


def _is_our_server(pid: int, place: Layout) -> bool:
    """Process ids are reused: only a postgres whose working folder is the data folder counts."""
    try:
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        return os.readlink(f"/proc/{pid}/cwd") == str(place.data.resolve())
    except OSError:
        return False


def clear_stale_files(place: Layout) -> None:
    """Remove a lock file left by a power cut or kill -9 that happens to name another process (the server dare not do it
    itself).
    """
    if running_pid(place) is None:
        (place.data / "postmaster.pid").unlink(missing_ok=True)
        (place.socket_dir / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
        (place.socket_dir / SOCKET_NAME).unlink(missing_ok=True)


def stop(place: Layout) -> None:
    """Fast shutdown (disconnect, checkpoint); after the timeout an immediate one, recovered from at the next start."""
    pid = running_pid(place)
    for signum, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        if pid is None:
            return
        try:
            os.kill(pid, signum)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not _is_our_server(pid, place):
                return
            time.sleep(0.05)


def start_log_tail(place: Layout) -> str:
    try:
        lines = (place.home / "start.log").read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return "；".join(lines[-3:]) or "没有输出"


def _run_as(place: Layout, command: list[str]) -> None:
    done = subprocess.run(
        command, cwd=place.home, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False, **_identity(place),
    )  # fmt: skip
    if done.returncode != 0:
        raise DatabaseUnavailable(f"内置数据库初始化失败（{Path(command[0]).name}）：{done.stderr.strip()[-400:]}")


def _identity(place: Layout) -> dict[str, Any]:
    if place.account is None:
        return {}
    return {"user": place.account.pw_uid, "group": place.account.pw_gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai"}
