"""Rules for committed files: no index addresses, no path of some machine, no third-party code, SHA-256 for every
dependency.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# put together rather than written out, so that this file does not break its own rule
_DOT = "."
INDEX_HOSTS = tuple(
    _DOT.join(parts)
    for parts in (
        ("py" + "pi", "org"),
        ("python" + "hosted", "org"),
        ("registry", "npm" + "js", "org"),
        ("npm" + "mirror", "com"),
        ("registry", "yarn" + "pkg", "com"),
        ("py" + "pi", "tuna", "tsinghua", "edu", "cn"),
        ("mirrors", "ali" + "yun", "com"),
        ("mirrors", "cloud", "ten" + "cent", "com"),
        ("py" + "pi", "douban", "com"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
    )
)
# home, working and temporary folders of some machine
MACHINE_PATHS = re.compile(r"(?<![\w./-])/(?:home|root|work|workspace|Users|mnt|farm)/[A-Za-z0-9_.-]+")
BINARY = {".png", ".jpg", ".jpeg", ".webp", ".pdf", ".ttf", ".ico", ".xlsx", ".gz", ".zip", ".woff2", ".docx"}


def committed() -> list[Path]:
    """Committed files; skipped outside a repository (an exported source package, for example)."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("不是 git 检出")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8", errors="replace")
        for path in committed()
        if path.suffix not in BINARY
    }


def test_不写软件源的主机名(texts: dict[str, str]) -> None:
    found = {(name, host) for name, text in texts.items() for host in INDEX_HOSTS if host in text}
    assert found == set()


def test_不写某台机器的路径(texts: dict[str, str]) -> None:
    found = {(name, match) for name, text in texts.items() for match in MACHINE_PATHS.findall(text)}
    assert found == set()


LOCKS = ("bootstrap", "run", "test", "bulk", "splink", "spark")


def test_锁文件里没有下载地址(texts: dict[str, str]) -> None:
    locks = {name: text for name, text in texts.items() if name.startswith("requirements/") and name.endswith(".txt")}
    assert set(locks) == {f"requirements/{name}.txt" for name in LOCKS}
    for name, text in locks.items():
        assert "://" not in text, name
        assert "--index" not in text, name
        assert "--find-links" not in text, name
    assert '"resolved"' not in texts["package-lock.json"]
    assert "uv.lock" not in texts


def test_每个锁定的程序包都有散列(texts: dict[str, str]) -> None:
    for name in LOCKS:
        blocks = re.split(r"(?m)^(?=[a-z0-9])", texts[f"requirements/{name}.txt"])
        for block in filter(str.strip, blocks):
            assert "==" in block.splitlines()[0], block[:60]
            assert "--hash=sha256:" in block, block[:60]


def test_测试环境与运行环境版本一致(texts: dict[str, str]) -> None:
    pins = [
        dict(re.findall(r"(?m)^([a-z0-9._-]+)==(\S+)", texts[f"requirements/{name}.txt"])) for name in ("run", "test")
    ]
    assert {name: pins[1].get(name) for name in pins[0]} == pins[0]


def test_声明的依赖都已锁定(texts: dict[str, str]) -> None:
    project = tomllib.loads(texts["pyproject.toml"])["project"]
    wanted = {re.match(r"[A-Za-z0-9._-]+", item)[0].lower() for item in project["dependencies"]}  # type: ignore[index]
    pinned = set(re.findall(r"(?m)^([a-z0-9._-]+)==", texts["requirements/run.txt"]))
    assert wanted - pinned == set()


def test_不收第三方代码与运行数据(texts: dict[str, str]) -> None:
    forbidden = ("node_modules/", ".venv/", "var/", "minzheng/site/static/vendor/", "minzheng/site/fonts/")
    names = {str(path.relative_to(ROOT)) for path in committed()}
    assert {name for name in names if name.startswith(forbidden)} == set()
    assert {name for name in names if name.endswith((".min.js", ".min.css", ".ttf", ".woff2", ".whl"))} == set()


def test_许可证是阿帕奇二点零(texts: dict[str, str]) -> None:
    assert "Apache License" in texts["LICENSE"]
    assert "Version 2.0, January 2004" in texts["LICENSE"]
