"""How a platform is reached: HTTPS by itself, plain HTTP sent away, only known host names, an ordinary user's account."""

from __future__ import annotations

import http.client
import os
import pwd
import shutil
import ssl
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.faults.platform import Platform, free_port
from minzheng.site.paths import PACKAGE
from tests.test_environment import make_pair

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("machine")]
EMPTY = {"MINZHENG_DEMO": "0"}


@pytest.fixture(scope="module")
def pair_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pair")


@pytest.fixture(scope="module")
def secure(platforms: Callable[..., Platform], pair_folder: Path) -> tuple[Platform, int]:
    """On all interfaces with HTTPS of its own and a port that redirects; no host named."""
    pair, plain = make_pair(pair_folder), free_port()
    environment = EMPTY | {
        "HOST": "0.0.0.0",
        "MINZHENG_TLS_CERT": str(pair.certificate),
        "MINZHENG_TLS_KEY": str(pair.key),
        "MINZHENG_TLS_REDIRECT_PORT": str(plain),
        "MINZHENG_PUBLIC_URL": "https://mz.example",
    }
    return platforms("secure", environment=environment), plain


def ask(
    platform: Platform, pair_folder: Path, path: str, host: str = "localhost", headers: dict[str, str] | None = None
) -> http.client.HTTPResponse:
    """A real request whose certificate is checked against the self-made one, for the name ``localhost``."""
    context = ssl.create_default_context(cafile=str(pair_folder / "cert.pem"))
    connection = http.client.HTTPSConnection("localhost", platform.port, timeout=15, context=context)
    connection.request("GET", path, headers={"Host": host, **(headers or {})})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_平台自己的证书_真请求通过校验_安全头与安全Cookie(secure: tuple[Platform, int], pair_folder: Path) -> None:
    answer = ask(secure[0], pair_folder, "/login/")
    assert answer.status == 200
    assert (
        int((answer.headers["Strict-Transport-Security"] or "").removeprefix("max-age=").partition(";")[0]) >= 31536000
    )
    cookies = answer.headers.get_all("Set-Cookie") or []
    assert cookies and all("Secure" in cookie for cookie in cookies)
    assert secure[0].said[-1].startswith("就绪 https://") or any(
        line.startswith("就绪 https://") for line in secure[0].said
    )


def test_旧协议不接(secure: tuple[Platform, int], pair_folder: Path) -> None:
    context = ssl.create_default_context(cafile=str(pair_folder / "cert.pem"))
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    connection = http.client.HTTPSConnection("localhost", secure[0].port, timeout=15, context=context)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    try:
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    except (ssl.SSLError, ValueError):
        pytest.skip("这台机器的 OpenSSL 已经不会旧协议")
    with pytest.raises((ssl.SSLError, OSError)):
        http.client.HTTPSConnection("localhost", secure[0].port, timeout=15, context=old).request("GET", "/healthz")


@pytest.mark.parametrize(
    ("host", "target"),
    [("mz.example", "https://mz.example/login/?next=%2F"), ("evil.example", "https://mz.example/login/?next=%2F"),
     ("localhost", "https://localhost:{port}/login/?next=%2F")],
)  # fmt: skip
def test_明文访问转到加密地址_不转到别人的域名(secure: tuple[Platform, int], host: str, target: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", secure[1], timeout=15)
    connection.request("GET", "/login/?next=%2F", headers={"Host": host})
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    assert answer.status == 308
    assert answer.headers["Location"] == target.format(port=secure[0].port)
    assert "https" in said and "加密" in said


def test_听所有网卡时只认自己的名字_启动时说出来(secure: tuple[Platform, int], pair_folder: Path) -> None:
    for host, status in (("localhost", 200), ("mz.example", 200), ("evil.example", 400), ("169.254.1.1", 400)):
        assert ask(secure[0], pair_folder, "/login/", host).status == status
    assert "没有设 MINZHENG_HOSTS，只接受这些主机名" in secure[0].log()
    assert "mz.example" in secure[0].log()


def test_伪造的来源地址不能冒充本机读指标(secure: tuple[Platform, int], pair_folder: Path) -> None:
    assert ask(secure[0], pair_folder, "/metrics").status == 200
    assert ask(secure[0], pair_folder, "/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status == 404


def test_几个进程的指标合在一起(secure: tuple[Platform, int], pair_folder: Path) -> None:
    import re
    import urllib.request

    context = ssl._create_unverified_context()  # this machine's own

    def served() -> float:
        url = f"https://localhost:{secure[0].port}/metrics"
        with urllib.request.urlopen(url, timeout=15, context=context) as answer:
            text = answer.read().decode()
        assert re.search(r'minzheng_job_runs_total\{outcome="done"\} [1-9]', text), "任务进程也在数"
        found = re.search(r'minzheng_requests_total\{page="accounts.sign_in",status="200"\} (\S+)', text)
        return float(found[1]) if found else 0.0

    before = served()
    for _ in range(40):  # both workers get some
        assert ask(secure[0], pair_folder, "/login/").status == 200
    assert {served() for _ in range(6)} == {before + 40}


@pytest.fixture
def account() -> Iterator[str]:
    if os.geteuid() != 0 or not shutil.which("useradd") or not shutil.which("runuser"):
        pytest.skip("要 root 才能换一个普通账号")
    name = f"mztest{os.getpid() % 100000}"
    subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name], check=True)
    yield name
    subprocess.run(["userdel", name], check=False, capture_output=True)


def python_for(account: str) -> tuple[str, str]:
    """A Python that this account can run, and where it finds our modules: an environment below root's own home is out
    of its reach, then the system's Python of the same version serves.
    """
    modules = [str(PACKAGE.parent), sysconfig.get_path("purelib")]
    for python in (sys.executable, "/usr/bin/python3"):
        done = subprocess.run(
            ["runuser", "-u", account, "--", python, "-c", "import sys, minzheng, granian; print(sys.version_info[:2])"],
            env={"PATH": "/usr/sbin:/usr/bin:/bin", "PYTHONPATH": ":".join(modules)}, cwd="/", capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.stdout.strip() == str(sys.version_info[:2]):
            return python, ":".join(modules)
    pytest.skip("没有一个普通账号用得了的 Python")


def test_普通账号也能启动_数据库就用这个账号_别人进不了(account: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="minzheng-user-"))
    owner = pwd.getpwnam(account)
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    python, modules = python_for(account)
    environment = EMPTY | {"HOME": str(folder), "PYTHONPATH": modules}
    platform = Platform(folder / "var", environment=environment, python=python)
    try:
        platform.start(prefix=("runuser", "-u", account, "--"))
        assert platform.health()[0] == 200
        for target in ("supervisor", "web", "jobs", "database"):
            pid = platform.pid_of(target)
            assert pid is not None
            assert Path(f"/proc/{pid}").stat().st_uid == owner.pw_uid, target
        assert not (platform.var / "pg").is_symlink()
        for name in ("pg/data", "keys", "files", "log"):
            assert (platform.var / name).stat().st_mode & 0o077 == 0, name
        assert platform.kill("database")
        assert platform.healthy_within(60)
    finally:
        platform.stop()
        shutil.rmtree(folder, ignore_errors=True)
    assert within(20, lambda: not _processes_of(owner.pw_uid)), _processes_of(owner.pw_uid)


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether it comes true in time: the last child of a stopped platform may still be leaving."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def _processes_of(uid: int) -> list[Path]:
    return [place for place in Path("/proc").iterdir() if place.name.isdigit() and _owned_by(place, uid)]


def _owned_by(place: Path, uid: int) -> bool:
    try:
        return place.stat().st_uid == uid
    except OSError:
        return False


def test_证书有问题时_一句话说清_不启动(platforms: Callable[..., Platform], tmp_path: Path) -> None:
    pair = make_pair(tmp_path, days=-1)
    environment = EMPTY | {"MINZHENG_TLS_CERT": str(pair.certificate), "MINZHENG_TLS_KEY": str(pair.key)}
    platform = platforms("expired", environment=environment, started=False)
    with pytest.raises(RuntimeError, match="过期"):
        platform.start()
    assert platform.process is not None and platform.process.wait(10) == 2


def test_启动好了告诉systemd_停的时候也说(platforms: Callable[..., Platform], tmp_path: Path) -> None:
    import socket

    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(address))
        listener.settimeout(15)
        platform = platforms("notify", environment=EMPTY | {"NOTIFY_SOCKET": str(address)})
        assert listener.recv(64) == b"READY=1"
        platform.stop()
        assert listener.recv(64) == b"STOPPING=1"
