"""软件源：读懂本机的 pip 配置，交给 uv；没有 pip 的机器上直接下载一个轮子。只用标准库。"""

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
    """软件源不可用或内容不对；内容是一句给人看的中文。"""


def public_index() -> str:
    """什么都没配置时的公共索引（与 pip、uv 的默认相同）。"""
    return "https://" + ".".join(("py" + "pi", "org")) + "/simple"


def pip_settings() -> dict[str, str]:
    """pip 的有效设置：配置文件由系统到个人，再被 ``PIP_*`` 环境变量覆盖。"""
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
    """把 pip 的设置译成 uv 的环境变量；已设置的 ``UV_*`` 优先。"""
    pip = pip_settings()
    wanted: dict[str, str] = {}
    if pip.get("index-url") and "UV_INDEX_URL" not in os.environ:
        wanted["UV_DEFAULT_INDEX"] = pip["index-url"]
    if pip.get("extra-index-url") and "UV_EXTRA_INDEX_URL" not in os.environ:
        wanted["UV_INDEX"] = " ".join(pip["extra-index-url"].split())
        # 与 pip 一样在全部索引里找；锁文件核对 SHA-256，所以不怕同名顶替
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
    """锁文件里的全部 SHA-256。"""
    return frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", requirements.read_text()))


def download_program(name: str, version: str, allowed: frozenset[str], folder: Path) -> Path:
    """从本机所用的索引下载 ``name`` 的轮子，核对后取出其中的可执行文件。"""
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
