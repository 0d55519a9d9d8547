"""Setup scripts: read the machine's configuration, check hashes, drop source maps."""

from __future__ import annotations

import hashlib
import io
import platform
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import index  # noqa: E402
import vendor  # noqa: E402


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without any pip or uv setting."""
    import os

    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")) or name in ("SSL_CERT_FILE", "HTTPS_PROXY", "HTTP_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "none"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    return tmp_path


@pytest.fixture
def no_system_file() -> None:
    if Path("/etc/pip.conf").exists():
        pytest.skip("本机有全局 pip 配置")


def test_没有配置时什么都不改(no_system_file: None) -> None:
    assert index.uv_environment() == {}


def test_个人的pip配置译给uv(bare: Path) -> None:
    (bare / ".config" / "pip").mkdir(parents=True)
    (bare / ".config" / "pip" / "pip.conf").write_text(
        "[global]\nindex-url = https://mirror.example/simple\nextra-index-url =\n  https://a.example/s\n"
        "  https://b.example/s\ntrusted-host = mirror.example\ntimeout = 77\n[install]\nproxy = http://p.example:1\n"
    )
    found = index.uv_environment()
    assert found["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert found["UV_INDEX"] == "https://a.example/s https://b.example/s"
    assert found["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert found["UV_INSECURE_HOST"] == "mirror.example"
    assert found["UV_HTTP_TIMEOUT"] == "77"
    assert found["HTTPS_PROXY"] == "http://p.example:1"


def test_环境变量盖过配置文件而uv自己的设置最优先(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / ".pip").mkdir()
    (bare / ".pip" / "pip.conf").write_text("[global]\nindex-url = https://file.example/simple\n")
    monkeypatch.setenv("PIP_INDEX_URL", "https://env.example/simple")
    assert index.uv_environment()["UV_DEFAULT_INDEX"] == "https://env.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.example/simple")
    assert "UV_DEFAULT_INDEX" not in index.uv_environment()


def test_不存在的本地链接目录不传给uv(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", f"{bare}/missing {bare}")
    assert index.uv_environment()["UV_FIND_LINKS"] == str(bare)


@pytest.fixture
def local_index(bare: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """An index in a local folder with one fake wheel; returns (file name, hash)."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("tool-1.0.data/scripts/tool", "#!/bin/sh\necho 能用\n")
    libc = "manylinux_2_17" if platform.libc_ver()[0] == "glibc" else "musllinux_1_1"
    name = f"tool-1.0-py3-none-{libc}_{platform.machine()}.whl"
    page = bare / "simple" / "tool"
    page.mkdir(parents=True)
    (page / name).write_bytes(content.getvalue())
    (page / "index.html").write_text(f'<a href="tool-1.0-py3-none-win32.whl">w</a><a href="{name}#sha256=0">x</a>')

    def read(url: str) -> bytes:
        path = Path(url.removeprefix("file://"))
        return (path / "index.html" if path.is_dir() else path).read_bytes()

    monkeypatch.setattr(index, "_get", read)
    monkeypatch.setenv("PIP_INDEX_URL", f"file://{bare}/simple")
    return name, hashlib.sha256(content.getvalue()).hexdigest()


def test_没有pip的机器直接下载轮子并取出程序(bare: Path, local_index: tuple[str, str]) -> None:
    program = index.download_program("tool", "1.0", frozenset({local_index[1]}), bare / "out")
    assert "能用" in program.read_text()


def test_散列不符就拒绝使用(bare: Path, local_index: tuple[str, str]) -> None:
    with pytest.raises(index.SourceError, match="SHA-256"):
        index.download_program("tool", "1.0", frozenset({"0" * 64}), bare / "out")
    assert not (bare / "out" / "tool").exists()


def test_没有合适的轮子时说清楚(bare: Path, local_index: tuple[str, str]) -> None:
    with pytest.raises(index.SourceError, match=r"tool 2\.0"):
        index.download_program("tool", "2.0", frozenset(), bare / "out")


def test_下载失败说怎么办(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(index.SourceError, match="PIP_INDEX_URL"):
        index.download_program("tool", "1.0", frozenset(), Path())


def test_前端文件齐全且没有源码映射() -> None:
    for name in vendor.FILES.values():
        text = (vendor.STATIC / name).read_text(encoding="utf-8")
        assert len(text) > 10_000, name
        assert "sourceMappingURL" not in text, name
    for face in vendor.FACES:
        assert (vendor.FONTS / Path(face).name).stat().st_size > 5_000_000
