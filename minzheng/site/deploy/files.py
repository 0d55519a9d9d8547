"""Filling in the templates. Nothing here knows a path of its own: all come from the command line or the installation."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from minzheng.site.errors import BadSetting

TEMPLATES = Path(__file__).resolve().parent / "templates"
_LOW_PORT = 1024


@dataclass(frozen=True)
class Service:
    """How the platform is to run: as whom, from which folder, on which data. ``port`` below 1024 needs a capability."""

    user: str
    directory: Path
    var: Path
    settings: Path
    port: int = 8000
    workers: int = 2
    group: str = ""
    backups: Path | None = None


def unit(service: Service) -> str:
    """The systemd unit. Raises BadSetting for what systemd or the database would refuse."""
    if service.user in ("root", "0", ""):
        raise BadSetting("平台不要用 root 运行：请先建一个普通账号（useradd --system minzheng），用 --user 写出来。")
    written = [service.var, *([service.backups] if service.backups else [])]
    for path in (service.directory, service.settings, *written):
        if not path.is_absolute() or any(letter.isspace() or letter == "%" for letter in str(path)):
            raise BadSetting(f"路径 {path} 要写绝对路径，里面不能有空格和 %；请换一个位置。")
    home = any(path.is_relative_to(parent) for path in (service.directory, *written) for parent in _HOMES)
    return _fill(
        "minzheng.service",
        user=service.user,
        group=service.group or service.user,
        dir=service.directory,
        var=service.var,
        settings=service.settings,
        written=" ".join(map(str, written)),
        backups=f"Environment=MINZHENG_BACKUP_DIR={service.backups}"
        if service.backups
        else "# 没有指定备份文件夹（--backups）",
        command=command(),
        workers=service.workers,
        capabilities="CAP_NET_BIND_SERVICE" if service.port < _LOW_PORT else "",
        protect_home="read-only" if home else "yes",
    )


_HOMES = (Path("/home"), Path("/root"), Path("/run/user"))


def command() -> Path:
    """The ``minzheng`` command of this very installation."""
    return Path(sys.executable).absolute().parent / "minzheng"


def proxy(kind: str, *, name: str, port: int, certificate: str, key: str) -> str:
    """``nginx`` or ``caddy`` configuration for the public host ``name``."""
    return _fill({"nginx": "nginx.conf", "caddy": "Caddyfile"}[kind], name=name, port=port, cert=certificate, key=key)


def alerts() -> str:
    return _fill("alerts.yaml")


def _fill(template: str, **values: object) -> str:
    return Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(values)
