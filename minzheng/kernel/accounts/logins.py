"""Reading about signing in: the demo accounts shown on the login page, and one's own recent tries."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.db.models import QuerySet
from django.utils import timezone

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.lockout import OUTCOMES, second_step, step_up
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
    """What became of a try, in words."""
    return OUTCOMES.get(row.outcome, "登录成功" if row.succeeded else "未成功")


def tone(row: LoginAttempt) -> str:
    return "good" if row.succeeded else "bad"


def step(row: LoginAttempt) -> str:
    """Which question the try answered."""
    kind = row.username.partition(":")[0]
    return {"code": "动态码", "again": "再次验证"}.get(kind, "口令") if ":" in row.username else "口令"


def logins_of(user: User) -> QuerySet[LoginAttempt]:
    """Every try with this account's name, also those of the second step and of repeated proofs."""
    names = [user.username, second_step(user.username), step_up(user.username)]
    return LoginAttempt.objects.filter(username__in=names).order_by("-at", "-pk")


def own_logins(user: User, limit: int = 20) -> list[LoginAttempt]:
    """One's own recent tries, newest first."""
    return list(logins_of(user)[:limit])


def last_login_text(actor: Actor) -> str:
    """The sign-in before this one, and what failed since; "" for the very first."""
    if actor.user is None:
        return ""
    rows = list(LoginAttempt.objects.filter(username=actor.user.username).order_by("-at", "-pk")[:50])
    good = [row for row in rows if row.succeeded]
    if len(good) < 2:
        return ""
    last = good[1]
    failed = sum(1 for row in rows if not row.succeeded and row.at > last.at)
    text = f"上次登录：{timezone.localtime(last.at):%Y-%m-%d %H:%M}，来自 {last.address or '未知地址'}。"
    return text + (f"其后有 {failed} 次没有成功的登录，如不是您本人，请修改口令。" if failed else "")


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
