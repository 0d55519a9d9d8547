"""三员: system, security and audit administrator are three different people, each with a one-time password.

An account made here must change its password at the first sign-in and, as its post demands it, enrol a one-time code."""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from minzheng.kernel.accounts import services
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.accounts.errors import AccountError
from minzheng.kernel.accounts.roles import ADMINS, ROLES
from minzheng.kernel.exchange.caseload.sheets import Table, text_of
from minzheng.site.setup.errors import SetupRefused

ORDER = ("sys_admin", "sec_admin", "audit_admin")
#: Letters and digits that nobody mistakes for another on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Wanted:
    role: str
    username: str
    name: str
    phone: str = ""


@dataclass(frozen=True)
class Made:
    role: str
    username: str
    name: str
    password: str  # shown once; only its hash is kept


def password() -> str:
    """Sixteen characters in four groups: strong by the rules, short enough to copy from paper once."""
    groups = ["".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4)]
    found = "-".join(groups)
    strong = any(c.isdigit() for c in found) and any(c.isupper() for c in found) and any(c.islower() for c in found)
    return found if strong else password()


def parse(text: str, role: str) -> Wanted:
    """`用户名:姓名` or `用户名:姓名:手机`. Raises SetupRefused."""
    parts = [one.strip() for one in text.replace("：", ":").split(":")]
    if len(parts) not in (2, 3) or not all(parts):
        raise SetupRefused(f"{ROLES[role].title}“{text}”应写成 用户名:姓名 或 用户名:姓名:手机。")
    return Wanted(role, parts[0].lower(), parts[1], parts[2] if len(parts) == 3 else "")


def from_file(path: Path) -> list[Wanted]:
    """A table with the columns 岗位, 用户名, 姓名, 手机 (手机 may be missing)."""
    titles = {ROLES[role].title: role for role in ORDER} | {role: role for role in ORDER}
    try:
        rows = [[text_of(cell) for cell in cells] for _line, cells in Table(path.read_bytes(), path.name).rows()]
    except OSError as error:
        raise SetupRefused(f"文件 {path} 读不出来（{error.strerror}），请检查路径和权限。") from None
    found = [
        Wanted(titles[row[0]], row[1].lower(), row[2], row[3] if len(row) > 3 else "")
        for row in rows
        if len(row) > 2 and row[0] in titles
    ]
    if not found:
        raise SetupRefused(
            f"文件 {path} 里没有三员：每行写“岗位,用户名,姓名,手机”，岗位是{'、'.join(list(titles)[:3])}。"
        )
    return found


def present(county: str) -> dict[str, list[str]]:
    """role → names of those who hold it over the county."""
    from minzheng.kernel.accounts.actors import actor_of

    found: dict[str, list[str]] = {role: [] for role in ORDER}
    for user in _admins_of(county):
        for post in actor_of(user).assignments:
            if post.role in found and user.name not in found[post.role]:
                found[post.role].append(user.name)
    return found


def _admins_of(county: str) -> Any:
    users = get_user_model().objects.filter(
        is_active=True, assignments__role__in=ADMINS, assignments__region_code=county
    )
    return users.distinct()


@transaction.atomic
def make(wanted: list[Wanted], *, county: str, bureau: Any, on: datetime.date) -> list[Made]:
    """Accounts and posts for the administrators that are missing; those there are left alone. Raises SetupRefused."""
    held = present(county)
    missing = [one for one in wanted if not held[one.role]]
    _three_people(missing, held)
    made = []
    for one in missing:
        secret = password()
        try:
            user = services.create_user(
                actor=SYSTEM, username=one.username, name=one.name, password=secret, region_code=county, phone=one.phone
            )
            services.assign_role(
                actor=SYSTEM, user=user, role=one.role, organization=bureau, region_code=county, valid_from=on,
                post=ROLES[one.role].title,
            )  # fmt: skip
        except AccountError as error:
            raise SetupRefused(f"{ROLES[one.role].title}{one.name}：{error}") from None
        made.append(Made(one.role, user.username, user.name, secret))
    return made


def _three_people(missing: list[Wanted], held: dict[str, list[str]]) -> None:
    names = [one.name for one in missing] + [name for found in held.values() for name in found]
    users = [one.username for one in missing]
    if len(set(names)) < len(names) or len(set(users)) < len(users):
        raise SetupRefused("系统、安全、审计三员必须是三个不同的人，用户名和姓名都不能重复。")


def write(made: list[Made], path: Path) -> None:
    """The one-time passwords on a file only its owner may read; hand them over and delete it."""
    lines = [f"{ROLES[one.role].title}  {one.username}  {one.name}  {one.password}\n" for one in made]
    path.touch(mode=0o600, exist_ok=False)
    path.write_text("一次性口令，首次登录须更换；交给本人后请删除本文件。\n" + "".join(lines), encoding="utf-8")
