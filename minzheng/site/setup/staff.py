"""成批建立账号与授予岗位 from one table: 姓名 用户名 机构 岗位 自 至 手机.

Two people, two halves: the system administrator's half makes the accounts, the security administrator's half grants the
posts of the same table. Either may be run again: what is there is left alone. Rows that cannot be done come back with
their reason."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model

from minzheng.kernel import clock
from minzheng.kernel.accounts import services
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.errors import AccountError
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.exchange.caseload import cells
from minzheng.kernel.exchange.caseload.errors import Bad
from minzheng.kernel.exchange.caseload.fields import normal
from minzheng.kernel.exchange.caseload.rejects import Rejects
from minzheng.kernel.exchange.caseload.sheets import Cell, Table
from minzheng.kernel.orgs import founding as orgs
from minzheng.site.setup.admins import password
from minzheng.site.setup.errors import SetupRefused

COLUMNS = {"姓名": "name", "用户名": "username", "机构": "organization", "岗位": "role", "自": "since", "至": "until",
           "手机": "phone"}  # fmt: skip
NEEDED = ("name", "username")
MOST_ROWS = 3000


@dataclass(frozen=True)
class Line:
    number: int
    cells: list[Cell]
    name: str
    username: str
    organization: str
    role: str
    since: datetime.date
    until: datetime.date | None
    phone: str


@dataclass
class Done:
    """`passwords`: (user name, name, one-time password), shown once."""

    made: int = 0
    there: int = 0
    rejects: Rejects | None = None
    passwords: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        return self.rejects.count if self.rejects else 0


def create_accounts(*, actor: Actor, region_code: str, name: str, content: bytes) -> Done:
    """The system administrator's half. Raises SetupRefused for a table that cannot be read at all."""
    done = Done()
    # The whole table is read before anything is written: one that breaks off in the middle leaves nothing half done.
    for line in list(_lines(name, content, done)):
        try:
            existing = get_user_model().objects.filter(username=line.username).first()
            if existing is not None:
                if existing.name != line.name:
                    raise Bad(f"用户名“{line.username}”已由{existing.name}使用。", "换一个用户名。")
                done.there += 1
                continue
            secret = password()
            services.create_user(
                actor=actor, username=line.username, name=line.name, password=secret, region_code=region_code,
                phone=line.phone,
            )  # fmt: skip
            done.passwords.append((line.username, line.name, secret))
            done.made += 1
        except (AccountError, Bad) as error:
            _reject(done, line, error)
    return done


def grant_posts(*, actor: Actor, region_code: str, name: str, content: bytes) -> Done:
    """The security administrator's half: posts of accounts that exist. The organisation's place is the post's scope."""
    done = Done()
    # The whole table is read before anything is written: one that breaks off in the middle leaves nothing half done.
    for line in list(_lines(name, content, done)):
        try:
            done_here = _grant(actor, region_code, line)
            done.made += done_here
            done.there += not done_here
        except (AccountError, Bad) as error:
            _reject(done, line, error)
    return done


def _grant(actor: Actor, region_code: str, line: Line) -> bool:
    user = get_user_model().objects.filter(username=line.username, kind="staff").first()
    if user is None:
        raise Bad(f"没有用户名“{line.username}”的账号。", "先由系统管理员用同一张表建立账号。")
    roles = {one.title: code for code, one in ROLES.items()} | {code: code for code in ROLES}
    role = roles.get(line.role)
    if role is None:
        raise Bad(f"没有“{line.role}”这个岗位。", f"岗位只能填：{'、'.join(one.title for one in ROLES.values())}。")
    organization = orgs.by_name(region_code, line.organization, clock.today())
    if organization is None:
        raise Bad(f"找不到机构“{line.organization}”。", "填写“核对机构”页上的名称或代码；乡镇可只写乡镇名。")
    held = user.assignments.filter(role=role, organization=organization).filter(valid_to=None)
    if held.exists():
        return False
    services.assign_role(
        actor=actor, user=user, role=role, organization=organization, region_code=organization.region_code,
        valid_from=line.since, valid_to=line.until, post=ROLES[role].title,
    )  # fmt: skip
    return True


def _reject(done: Done, line: Line, error: Exception) -> None:
    assert done.rejects is not None
    done.rejects.add(line.number, line.cells, str(error), getattr(error, "fix", "改正后只把这些行再导一次。"))


def _lines(name: str, content: bytes, done: Done) -> Iterator[Line]:
    """Rows of the table; bad ones go to the rejects. Raises SetupRefused without the needed columns."""
    table = Table(content, name)
    head: dict[str, int] = {}
    count = 0
    for number, row in table.rows():
        if not head:
            found = {COLUMNS[normal(str(cell))]: at for at, cell in enumerate(row) if normal(str(cell)) in COLUMNS}
            if all(code in found for code in NEEDED):
                head = found
                done.rejects = Rejects(table.kind, [str(cell) for cell in row])
            elif number > 10:
                break
            continue
        if not any(cells.text(cell) for cell in row):
            continue
        count += 1
        if count > MOST_ROWS:
            raise SetupRefused(f"一次最多 {MOST_ROWS} 行，请分成几张表。")
        try:
            yield _line(number, row, head)
        except Bad as error:
            assert done.rejects is not None
            done.rejects.add(number, row, error.reason, error.fix)
    if not head:
        raise SetupRefused(f"文件“{name}”的前 10 行里没有表头：要有姓名、用户名两列，另可有机构、岗位、自、至、手机。")


def _line(number: int, row: list[Cell], head: dict[str, int]) -> Line:
    def at(code: str) -> Any:
        place = head.get(code)
        return row[place] if place is not None and place < len(row) else ""

    username = cells.text(at("username")).lower()
    if not username:
        raise Bad("没有填用户名。", "填写字母和数字组成的用户名。")
    return Line(
        number, row, cells.name(at("name")), username, cells.text(at("organization")), cells.text(at("role")),
        cells.day(at("since"), "自") or clock.today(), cells.day(at("until"), "至"),
        cells.digits(at("phone"), "手机", 7, 12),
    )  # fmt: skip


def sample() -> bytes:
    """An empty table with the headings and one explained row, to be filled in."""
    rows = Rejects("xlsx", list(COLUMNS))
    rows.add(
        2,
        ["林某某", "linmoumou", "某某镇", "乡镇经办员", "2026-01-01", "", ""],
        "示例行，填写前删去",
        "“至”空着表示长期",
    )
    return rows.content()
