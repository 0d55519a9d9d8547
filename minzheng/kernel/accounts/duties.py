"""登录后先要做的事: an expired or handed-out password is changed first, a demanded second factor is set up first.

The gate of the pages asks here before every page; until it is done nothing else opens. Accounts of a loaded
demonstration are spared (their passwords are public and they end with the demonstration); real accounts never.
"""

from __future__ import annotations

from dataclasses import dataclass

from minzheng.kernel.accounts import passwords, second_factor
from minzheng.kernel.accounts.actors import Actor


@dataclass(frozen=True)
class Duty:
    """`page` is the code of the page where it is done, `sentence` why."""

    page: str
    sentence: str


NEW_PASSWORD = Duty("accounts.password", "这个口令是别人设置的，请先换成只有您自己知道的口令。")
OLD_PASSWORD = Duty("accounts.password", "口令已到期，请先修改口令。")
SECOND_FACTOR = Duty("accounts.second_factor", "您的岗位须启用动态码，请先按下面的步骤启用。")


def owed(actor: Actor) -> Duty | None:
    """What this member of staff must do before anything else. No query."""
    user = actor.user
    if user is None or user.kind != "staff" or user.is_demo:
        return None
    if user.must_change_password:
        return NEW_PASSWORD
    if passwords.expired(user):
        return OLD_PASSWORD
    if second_factor.required(actor.posts) and not second_factor.enrolled(user):
        return SECOND_FACTOR
    return None
