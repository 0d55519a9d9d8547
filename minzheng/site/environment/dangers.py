"""Combinations of settings that are each allowed but together expose people's data."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from minzheng.site.environment import public_url
from minzheng.site.environment.network import EVERYWHERE, LOOPBACK, AddressSet

SIX_MONTHS = 183  # 网络安全法（2016）第二十一条第三项: network logs are kept six months at least


@dataclass(frozen=True)
class Danger:
    """``certain`` ones make ``minzheng doctor`` fail; the others are warnings."""

    sentence: str
    certain: bool = True


def dangers(environment: Mapping[str, str], *, var: Path, ring: Path, demo_loaded: bool) -> list[Danger]:
    return [
        *_network(environment),
        *_published(environment),
        *_demo(environment, demo_loaded),
        *_files(environment, var, ring),
        *_logs(environment),
    ]


def is_public(environment: Mapping[str, str]) -> bool:
    """Whether others than this machine reach the platform: by the address it listens on, or by its published one."""
    host = environment.get("HOST", "127.0.0.1")
    published = urlsplit(environment.get("MINZHENG_PUBLIC_URL", "")).hostname or ""
    near = {*LOOPBACK, "::1", ""}
    return host not in near or published not in near


def _network(environment: Mapping[str, str]) -> Iterator[Danger]:
    secure = environment.get("MINZHENG_HTTPS") == "1" or bool(environment.get("MINZHENG_TLS_CERT"))
    host = environment.get("HOST", "127.0.0.1")
    if host not in (*LOOPBACK, "::1") and not secure:
        yield Danger(
            f"监听 {host} 而没有 HTTPS，口令和档案会以明文经过网络；"
            "请设 MINZHENG_TLS_CERT 与 MINZHENG_TLS_KEY，或只监听 127.0.0.1 并在前面加 HTTPS 反向代理。"
        )
    if host in EVERYWHERE and environment.get("MINZHENG_HTTPS") == "1" and not environment.get("MINZHENG_TLS_CERT"):
        yield Danger(
            f"监听 {host} 又声明前面有反向代理：别人可以绕过代理直接用明文访问；请把 HOST 设为代理连得到的内网地址。",
            certain=False,
        )
    if environment.get("MINZHENG_DEBUG") == "1":
        yield Danger("MINZHENG_DEBUG=1：出错页面会显示内部数据；请去掉。", certain=is_public(environment))
    if "*" in environment.get("MINZHENG_HOSTS", "").split(","):
        yield Danger("MINZHENG_HOSTS 里的 * 接受任何域名，别人的网页可以冒充本平台的网址；请写明域名。")
    proxies = [part.strip() for part in environment.get("MINZHENG_PROXIES", "").split(",") if part.strip()]
    if "203.0.113.7" in _set(proxies) and "198.51.100.7" in _set(proxies):
        yield Danger("MINZHENG_PROXIES 包含所有地址，谁都能伪造来源地址躲过登录锁定；请只写代理服务器。")
    token = environment.get("MINZHENG_METRICS_TOKEN", "")
    if token and len(token) < 20:
        yield Danger("MINZHENG_METRICS_TOKEN 太短，猜得出来；请用 openssl rand -hex 24 生成一个。")


def _published(environment: Mapping[str, str]) -> Iterator[Danger]:
    url = environment.get(public_url.NAME, "")
    for sentence in public_url.problems(url) if url else ():
        yield Danger(sentence)
    for sentence in public_url.unset(environment):
        yield Danger(sentence, certain=False)


def _set(members: list[str]) -> AddressSet:
    try:
        return AddressSet(members)
    except ValueError:  # said by the check of kinds
        return AddressSet(())


def _demo(environment: Mapping[str, str], loaded: bool) -> Iterator[Danger]:
    if loaded and is_public(environment):
        yield Danger(
            "库里有示范县，示范账号的口令人人知道，而平台对外开放；"
            "正式使用请换一个空库并设 MINZHENG_DEMO=0，只是演示则改为监听 127.0.0.1。"
        )
    if environment.get("MINZHENG_TODAY") and not loaded:
        yield Danger("设了 MINZHENG_TODAY，法定时限会按假的“今天”计算；正式库请去掉。")


def _files(environment: Mapping[str, str], var: Path, ring: Path) -> Iterator[Danger]:
    if var.is_dir() and stat.S_IMODE(var.stat().st_mode) & stat.S_IWOTH:
        yield Danger(f"运行数据目录 {var} 谁都能写；请执行 chmod o-rwx {var}。")
    elif var.is_dir() and stat.S_IMODE(var.stat().st_mode) & 0o007 and is_public(environment):
        yield Danger(f"运行数据目录 {var} 别人也能进；请执行 chmod o-rwx {var}。", certain=False)
    copies = [path for path in _backups(var) if path.name == ring.name or path.name == "secrets.json"]
    if copies:
        yield Danger(f"密钥与备份放在一起（{copies[0]}）：谁拿到备份谁就能打开；请把密钥移到别处保管。")
    backups = var / "backups"
    if any(_backups(var)) and ring.exists() and backups.stat().st_dev == ring.stat().st_dev:
        yield Danger(f"备份（{backups}）与密钥在同一块磁盘上，磁盘一坏两样都没了；请把备份拷到别处。", certain=False)


def _backups(var: Path) -> Iterator[Path]:
    folder = var / "backups"
    return (
        (path for path in folder.rglob("*") if path.is_file() and path.name != "last.json")
        if folder.is_dir()
        else iter(())
    )


def _logs(environment: Mapping[str, str]) -> Iterator[Danger]:
    kept = environment.get("MINZHENG_ACCESS_LOG_DAYS", "")
    if kept.isdecimal() and int(kept) < SIX_MONTHS:
        yield Danger(f"MINZHENG_ACCESS_LOG_DAYS={kept}，访问日志依法留存不少于六个月；请设为 {SIX_MONTHS} 以上。")
