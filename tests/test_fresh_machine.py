"""On a new machine one ``make run`` is enough.

Two kinds of “new machine”: with debootstrap and as root, a minimal Debian 12 root (python3 and make alone, no pip or
venv) in a process namespace of its own; otherwise an empty environment: an empty HOME, a Python without pip, a clean
checkout by ``git archive``. Both share this machine's download cache, so nothing is downloaded twice.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHECK = Path(__file__).with_name("fresh_machine_check.py")
# Index, certificates and proxy are the machine's network settings, not this project's environment
NETWORK = ("PIP_", "UV_", "npm_config_", "NPM_CONFIG_", "SSL_CERT", "http_proxy", "https_proxy", "HTTP_PROXY",
           "HTTPS_PROXY", "no_proxy", "NO_PROXY")  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("machine")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def export(folder: Path) -> None:
    """``git archive HEAD``: committed files only."""
    folder.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode != 0:
        pytest.skip("不是 git 检出")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)


def environment(home: Path, path: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.startswith(NETWORK)}
    caches = {
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv")),
        "npm_config_cache": os.environ.get("npm_config_cache", str(Path.home() / ".npm")),  # noqa: SIM112
    }
    return kept | caches | {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8"}


def verify(found: dict[str, Any]) -> None:
    assert found["ready"].startswith("就绪 http://127.0.0.1:")
    assert found["first"] <= 180
    for key in ("health", "health_at_end"):
        status, body = found[key]
        assert status == 200
        assert {name: body[name] for name in ("status", "database", "jobs")} == dict.fromkeys(
            ("status", "database", "jobs"), "ok"
        )
    assert found["twice"][0] != 0
    assert "平台已经在运行" in found["twice"][1]
    assert found["second"] <= 10
    assert 0 <= found["web_back"]
    assert 0 <= found["database_back"]
    assert found["left_after_stop"] == []
    assert found["left_after_supervisor"] == []
    assert found["left_at_end"] == []


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "checkout"
    export(folder)
    yield folder
    home = (folder / "var" / "pg").resolve()
    if home.is_relative_to("/var/lib/minzheng"):
        shutil.rmtree(home, ignore_errors=True)


def can_make_root() -> bool:
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        return False
    return subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False).returncode == 0


@pytest.mark.skipif(can_make_root(), reason="在最小的 Debian 根目录里检查同样的事，见下一项")
def test_空环境里一条命令就绪且经得起断电(checkout: Path, tmp_path: Path) -> None:
    in_an_empty_environment(checkout, tmp_path)


def in_an_empty_environment(checkout: Path, tmp_path: Path) -> None:
    base = getattr(sys, "_base_executable", sys.executable)
    subprocess.run([base, "-m", "venv", "--without-pip", str(tmp_path / "python")], check=True)
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [base, str(CHECK), str(checkout), str(free_port())], cwd=tmp_path, capture_output=True, text=True, check=False,
        env=environment(home, f"{tmp_path / 'python' / 'bin'}:/usr/bin:/bin"), timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    verify(found)


@pytest.mark.skipif(not can_make_root(), reason="没有 debootstrap 或不是 root；空环境那一项已经检查")
def test_最小的Debian根目录里一条命令就绪(checkout: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    made = subprocess.run(
        ["debootstrap", "--variant=minbase", "--include=python3,make,ca-certificates", "bookworm", str(root)],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    if made.returncode != 0:
        print(f"取不到 Debian 软件包，改在空环境里检查：{made.stdout[-200:]}")
        in_an_empty_environment(checkout, tmp_path)
        return
    export(root / "minzheng")
    shutil.copy(CHECK, root / "check.py")
    for name in ("resolv.conf", "hosts", "pip.conf", "ssl/certs/ca-certificates.crt"):
        if (Path("/etc") / name).exists():
            shutil.copy(Path("/etc") / name, root / "etc" / name)
    inside = environment(Path("/root"), "/usr/sbin:/usr/bin:/sbin:/bin")
    for name, place in (("UV_CACHE_DIR", "cache-uv"), ("npm_config_cache", "cache-npm")):
        Path(inside[name]).mkdir(parents=True, exist_ok=True)
        (root / place).mkdir()
    mounts = (
        f"mount --bind {inside['UV_CACHE_DIR']} {root}/cache-uv && mount --bind {inside['npm_config_cache']} "
        f"{root}/cache-npm && mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev && "
        f"exec chroot {root} python3 /check.py /minzheng {free_port()}"
    )
    done = subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "--propagation", "private", "sh", "-c", mounts],
        env=inside | {"UV_CACHE_DIR": "/cache-uv", "npm_config_cache": "/cache-npm"},
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    verify(found)
