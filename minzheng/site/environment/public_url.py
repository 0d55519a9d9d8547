"""The published address: what QR codes on notices and links in text messages lead to, so it must be one that phones
reach, encrypted. An address of this machine is for trying things out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

NEAR = frozenset({"localhost", "127.0.0.1", "::1"})
NAME = "MINZHENG_PUBLIC_URL"
_EVERYWHERE = frozenset({"0.0.0.0", "::"})


def problems(url: str) -> list[str]:
    """Why this address cannot be published; empty when it can. ``https://host[:port]``, or http on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return [f"{NAME}={url} 不是网址；请写成 https://民政平台的域名。"]
    if parts.scheme not in ("http", "https") or not host:
        return [f"{NAME}={url} 不是网址；请写成 https://民政平台的域名。"]
    found = []
    if parts.scheme == "http" and host not in NEAR:
        found.append(f"{NAME}={url} 没有加密：群众扫码登录时验证码会以明文经过网络；请改为 https:// 开头的网址。")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        found.append(f"{NAME}={url} 只写到域名（和端口）为止，不带路径、参数和用户名。")
    return found


def unset(environment: Mapping[str, str]) -> Iterator[str]:
    """Others reach the platform, but what it prints leads to this machine."""
    host = environment.get("HOST", "127.0.0.1")
    if host not in NEAR and not environment.get(NAME):
        where = "这台机器自己" if host in _EVERYWHERE else host
        yield f"没有设 {NAME}：文书上的二维码、发给家人的签字链接会指向{where}，手机打不开；请设为群众访问的 https 网址。"
