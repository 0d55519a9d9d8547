"""Reading about signing in: the demo accounts shown on the login page, and one's own recent tries."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from minzheng.kernel.accounts.models import Assignment, LoginAttempt, User
from minzheng.kernel.accounts.roles import ROLES, title

#: Where the demo keeps its staff and their password. Named as text: the kernel imports nothing of the demo, which may be absent.
DEMO_MODULE = "minzheng.demo.staff"


@dataclass(frozen=True)
class DemoLogin:
    """One demo account; ``use`` says what to try with it."""

    username: str
    name: str
    title: str
    place: str
    use: str
    password: str


def outcome(row: LoginAttempt) -> str:
    return "登录成功" if row.succeeded else "未成功"


def own_logins(user: User, limit: int = 20) -> list[LoginAttempt]:
    """One's own recent tries, newest first."""
    return list(LoginAttempt.objects.filter(username=user.username).order_by("-at")[:limit])


def demo_logins() -> list[DemoLogin]:
    """One staff account of every role, while the demo is loaded; nothing otherwise. Three queries."""
    from minzheng.kernel.subjects.selectors import demo_loaded

    if not find_spec("minzheng.demo") or not find_spec(DEMO_MODULE) or not demo_loaded():
        return []
    demo = import_module(DEMO_MODULE)
    uses = {one.username: one.use for one in demo.staff()}
    rows = Assignment.objects.filter(user__is_demo=True, user__kind="staff", user__is_active=True)
    found = {row.user.username: row for row in rows.select_related("user", "organization")}
    first: dict[str, Assignment] = {}
    # In the demo's own order: the township of the stories stands first, as in the README.
    for username in uses:
        if username in found:
            first.setdefault(found[username].role, found[username])
    return [
        DemoLogin(
            one.user.username, one.user.name, title(role), one.organization.name, uses[one.user.username], demo.PASSWORD
        )
        for role in ROLES
        if (one := first.get(role))
    ]
