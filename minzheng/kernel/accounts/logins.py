"""Reading about signing in: the demo accounts shown on the login page, and one's own recent tries."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from minzheng.kernel.accounts.models import LoginAttempt, User
from minzheng.kernel.accounts.roles import title

#: Where the demo keeps its staff password. Named as text: the kernel imports nothing of the demo, which may be absent.
DEMO_MODULE = "minzheng.demo.logins"


@dataclass(frozen=True)
class DemoLogin:
    username: str
    name: str
    title: str
    place: str
    password: str


def outcome(row: LoginAttempt) -> str:
    return "登录成功" if row.succeeded else "未成功"


def own_logins(user: User, limit: int = 20) -> list[LoginAttempt]:
    """One's own recent tries, newest first."""
    return list(LoginAttempt.objects.filter(username=user.username).order_by("-at")[:limit])


def demo_logins() -> list[DemoLogin]:
    """Staff accounts of the demo, while it is loaded; nothing otherwise. Two queries."""
    from minzheng.kernel.subjects.selectors import demo_loaded

    if not find_spec("minzheng.demo") or not find_spec(DEMO_MODULE) or not demo_loaded():
        return []
    password = str(getattr(import_module(DEMO_MODULE), "PASSWORD", ""))
    rows = User.objects.filter(is_demo=True, kind="staff", is_active=True).prefetch_related("assignments__organization")
    found = []
    for user in rows.order_by("created_at", "pk")[:30]:
        posts = list(user.assignments.all())
        if posts:
            place = posts[0].organization.name
            found.append(DemoLogin(user.username, user.name, title(posts[0].role), place, password))
    return found
