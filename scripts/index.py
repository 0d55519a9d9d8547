"""Package index: read the machine's pip configuration and hand it to uv; without pip, download one wheel directly.
Standard library only.
"""

from __future__ import annotations

import configparser
import hashlib
import html.parser
import os
import platform
import re
import shutil
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path


class SourceError(Exception):
    """The index cannot be reached or holds the wrong content; the text is one Chinese sentence for the reader."""


def public_index() -> str:
    """The public index for when nothing is configured (the same default as pip and uv)."""
    return "https://" + ".".join(("py" + "pi", "org")) + "/simple"


def pip_settings() -> dict[str, str]:
    """pip's effective settings: configuration files from system to user, then overridden by ``PIP_*`` variables."""
    found: dict[str, str] = {}
    home = Path.home()
    config_home = Path(os.environ.get("XDG_CONFIG_HOME", home / ".config"))
    files = [
        *(Path(folder) / "pip" / "pip.conf" for folder in os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")),
        Path("/etc/pip.conf"), home / ".pip" / "pip.conf", config_home / "pip" / "pip.conf",
        Path(sys.prefix) / "pip.conf",
    ]  # fmt: skip
    if os.environ.get("PIP_CONFIG_FILE"):
        files.append(Path(os.environ["PIP_CONFIG_FILE"]))
    for file in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(file)
        except configparser.Error:
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                found.update({name.replace("_", "-"): value.strip() for name, value in parser.items(section)})
    for name, value in os.environ.items():
        if name.startswith("PIP_") and value:
            found[name[4:].lower().replace("_", "-")] = value
    return found


def uv_environment() -> dict[str, str]:
    """pip's settings as uv's environment variables; ``UV_*`` already set win."""
    pip = pip_settings()
    wanted: dict[str, str] = {}
    if pip.get("index-url") and "UV_INDEX_URL" not in os.environ:
        wanted["UV_DEFAULT_INDEX"] = pip["index-url"]
    if pip.get("extra-index-url") and "UV_EXTRA_INDEX_URL" not in os.environ:
        wanted["UV_INDEX"] = " ".join(pip["extra-index-url"].split())
        # Search every index, as pip does; the lock file checks SHA-256, so a same-named impostor gets nowhere
        wanted["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    links = [link for link in pip.get("find-links", "").split() if "://" in link or Path(link).exists()]
    if links:
        wanted["UV_FIND_LINKS"] = ",".join(links)
    if pip.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        wanted["UV_NO_INDEX"] = "1"
    if pip.get("trusted-host"):
        wanted["UV_INSECURE_HOST"] = " ".join(pip["trusted-host"].split())
    if pip.get("proxy"):
        wanted |= {"HTTPS_PROXY": pip["proxy"], "HTTP_PROXY": pip["proxy"]}
    if pip.get("cert"):
        wanted["SSL_CERT_FILE"] = pip["cert"]
    if pip.get("default-timeout") or pip.get("timeout"):
        wanted["UV_HTTP_TIMEOUT"] = pip.get("timeout") or pip["default-timeout"]
    return {name: value for name, value in wanted.items() if name not in os.environ}


def hashes(requirements: Path) -> frozenset[str]:
    """Every SHA-256 in the lock file."""
    return frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", requirements.read_text()))


def download_program(name: str, version: str, allowed: frozenset[str], folder: Path) -> Path:
    """Download the wheel of ``name`` from the machine's index, check it, and take out the executable."""
    settings = uv_environment()
    base = (
        os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL")
        or settings.get("UV_DEFAULT_INDEX") or public_index()
    )  # fmt: skip
    page = f"{base.rstrip('/')}/{name}/"
    for url in _links(page):
        file = urllib.parse.unquote(url.partition("#")[0].rsplit("/", 1)[-1])
        if file.startswith(f"{name}-{version}-") and _fits(file):
            content = _get(url.partition("#")[0])
            if hashlib.sha256(content).hexdigest() not in allowed:
                raise SourceError(f"{file} 的 SHA-256 与 requirements/bootstrap.txt 不符，没有使用；请换一个软件源。")
            return _unpack(content, name, folder)
    raise SourceError(f"在 {page} 没有找到适合本机（{platform.machine()}）的 {name} {version}；请换一个软件源。")


def _fits(file: str) -> bool:
    libc = "musllinux" if platform.libc_ver()[0] != "glibc" else "manylinux"
    return file.endswith(".whl") and libc in file and f"_{platform.machine()}" in file


class _Anchors(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _links(page: str) -> list[str]:
    parser = _Anchors()
    parser.feed(_get(page).decode("utf-8", "replace"))
    return [urllib.parse.urljoin(page, href) for href in parser.found]


def _get(url: str) -> bytes:
    certificate = os.environ.get("SSL_CERT_FILE") or pip_settings().get("cert")
    if certificate:
        os.environ["SSL_CERT_FILE"] = certificate
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": "text/html, */*"})) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, OSError) as error:
        raise SourceError(f"下载 {url} 失败（{error}）；请检查网络，或设置 PIP_INDEX_URL 指向可用的软件源。") from None


def _unpack(content: bytes, name: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / "program.whl"
    wheel.write_bytes(content)
    with zipfile.ZipFile(wheel) as archive:
        member = next(item for item in archive.namelist() if item.endswith(f".data/scripts/{name}"))
        with archive.open(member) as source, open(folder / name, "wb") as target:
            shutil.copyfileobj(source, target)
    return folder / name
