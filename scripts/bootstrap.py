"""Prepare the environment: ``python3 scripts/bootstrap.py run|test|bulk|spark``. Standard library only; safe to repeat, under a
second the second time.

A machine with nothing but Python 3.11 is enough: pip fetches uv where there is a pip; otherwise uv's wheel is
downloaded straight from the index, checked against its SHA-256 and unpacked. Index, certificates and proxy follow the
machine's own pip or uv configuration; the public index is used only where nothing is configured.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import index
import vendor

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
REQUIREMENTS = ROOT / "requirements"
OLDEST = (3, 11)


class SetupError(Exception):
    """The environment could not be prepared; the text is one Chinese sentence for the reader."""


def main(profile: str) -> None:
    if sys.version_info < OLDEST:
        raise SetupError(f"需要 Python {OLDEST[0]}.{OLDEST[1]} 或更新的版本，现在是 {sys.version.split()[0]}。")
    TOOLS.mkdir(exist_ok=True)
    with open(TOOLS / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ensure_venv()
        install_packages(profile)
        install_project()
        vendor.ensure()


def ensure_venv() -> None:
    """Make ``.venv``; a broken one (checkout moved, system Python upgraded) is rebuilt."""
    python = VENV / "bin" / "python"
    if python.exists() and _succeeds([str(python), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]):
        return
    say("建立 .venv")
    run([str(uv()), "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)])


def install_packages(profile: str) -> None:
    """Install by the lock file; skipped while the lock file is unchanged."""
    lock = REQUIREMENTS / f"{profile}.txt"
    key = digest(lock, str(VENV))
    done = {stamp.name: stamp.read_text() for stamp in _stamps().glob("python-*")}
    if done.get(f"python-{profile}") == key:
        return
    say(f"安装 Python 程序包（{lock.name}，逐个核对 SHA-256）")
    run([str(uv()), "pip", "install", "--quiet", "--python", str(VENV / "bin" / "python"),
         "--require-hashes", "-r", str(lock)])  # fmt: skip
    (_stamps() / f"python-{profile}").write_text(key)


def install_project() -> None:
    """Install this project in editable mode, which yields ``.venv/bin/minzheng``."""
    key = digest(ROOT / "pyproject.toml", str(ROOT))
    stamp = _stamps() / "project"
    if stamp.exists() and stamp.read_text() == key and (VENV / "bin" / "minzheng").exists():
        return
    say("安装 minzheng 命令")
    run([str(uv()), "pip", "install", "--quiet", "--python", str(VENV / "bin" / "python"), "--no-deps",
         "--no-build-isolation", "--offline", "--no-config", "-e", str(ROOT)])  # fmt: skip
    stamp.write_text(key)


def uv() -> Path:
    return find_uv() or fetch_uv()


def find_uv() -> Path | None:
    """The locked version of uv; None when ``.tools`` does not have it."""
    found = TOOLS / f"uv-{_pinned_uv()}" / "uv"
    return found if os.access(found, os.X_OK) else None


def fetch_uv() -> Path:
    """Fetch the locked version of uv into ``.tools``."""
    version = _pinned_uv()
    target = TOOLS / f"uv-{version}"
    say(f"取得安装工具 uv {version}")
    TOOLS.mkdir(exist_ok=True)
    draft = TOOLS / f"draft-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        if _succeeds([sys.executable, "-m", "pip", "--version"]):
            run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--no-deps",
                 "--no-compile", "--require-hashes", "--only-binary=:all:", "--target", str(draft),
                 "-r", str(REQUIREMENTS / "bootstrap.txt")])  # fmt: skip
            program = draft / "bin" / "uv"
        else:
            program = index.download_program("uv", version, index.hashes(REQUIREMENTS / "bootstrap.txt"), draft)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        shutil.copy2(program, target / "uv")
        (target / "uv").chmod(0o755)
    except index.SourceError as error:
        raise SetupError(str(error)) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target / "uv"


def _pinned_uv() -> str:
    for line in (REQUIREMENTS / "bootstrap.txt").read_text().splitlines():
        if line.startswith("uv=="):
            return line.removeprefix("uv==").split()[0]
    raise SetupError("requirements/bootstrap.txt 里没有 uv 的版本；请恢复该文件。")


def _stamps() -> Path:
    folder = VENV / "stamps"
    folder.mkdir(exist_ok=True)
    return folder


def digest(file: Path, *more: str) -> str:
    return hashlib.sha256(file.read_bytes() + "\0".join((sys.version, *more)).encode()).hexdigest()


def run(command: list[str]) -> None:
    environment = os.environ | index.uv_environment() | {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    environment.pop("VIRTUAL_ENV", None)
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise SetupError(f"这一步没有成功：{' '.join(command[:4])} …；请看上面的输出，多半是网络或软件源的问题。")


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else "run"
    if wanted not in ("run", "test", "bulk", "spark"):
        sys.exit(f"错误：不认识的用途 {wanted}，应为 run、test、bulk 或 spark。")
    try:
        main(wanted)
    except (SetupError, vendor.VendorError) as error:
        sys.exit(f"错误：{error}")
