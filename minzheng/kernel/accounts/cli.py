"""`minzheng accounts`: accounts and posts from the server's command line, for first set-up and for the day when nobody
can sign in. Whoever may run it owns the machine; every call is a line in the audit log under the system's name."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from minzheng.kernel import clock
from minzheng.kernel.accounts import selectors, services
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.accounts.errors import AccountError
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.codes import BadRegionCode

_JSON = click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def accounts() -> None:
    """账号与岗位：列出、建立、授予、结束、重置、解锁。"""


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal is one sentence and exit code 1, never a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (AccountError, BadRegionCode) as error:
            click.echo(f"✗ {error}", err=True)
            sys.exit(1)

    return run


@accounts.command("list")
@click.option("--region", default="", help="只列在这个地区任职的（区划代码）。")
@click.option("--role", type=click.Choice(sorted(ROLES)), default=None, help="只列任这个岗位的。")
@_JSON
@plainly
def list_(region: str, role: str | None, as_json: bool) -> None:
    """列出工作人员账号和今天有效的岗位。"""
    rows = selectors.visible_accounts(SYSTEM)
    if region:
        rows = selectors.in_place(rows, region, clock.today())
    if role:
        rows = selectors.with_role(rows, role, clock.today())
    found = [_account(user) for user in rows.order_by("username")]
    _say(found, as_json, [_line(one) for one in found] or ["没有符合条件的账号。"])


@accounts.command()
@click.argument("username")
@click.option("--name", required=True, help="姓名。")
@click.option("--region", required=True, help="所属地区的区划代码。")
@click.option("--phone", default="", help="手机号。")
@click.option("--password", prompt="初始口令", hide_input=True, confirmation_prompt="再输一次", help="不给则询问。")
@_JSON
@plainly
def create(username: str, name: str, region: str, phone: str, password: str, as_json: bool) -> None:
    """建立账号；首次登录须改口令，没有岗位前什么也办不了。"""
    user = services.create_user(
        actor=SYSTEM, username=username, name=name, password=password, region_code=region, phone=phone
    )
    _say({"username": user.username, "id": str(user.pk)}, as_json, [f"已建立账号“{user.username}”。"])


@accounts.command()
@click.argument("username")
@click.option("--role", required=True, type=click.Choice(sorted(ROLES)), help="岗位代码。")
@click.option("--organization", required=True, help="任职机构代码。")
@click.option("--region", default="", help="数据范围，默认同机构所在地区。")
@click.option("--from", "start", type=_DAY, default=None, help="自哪天，默认今天。")
@click.option("--to", "end", type=_DAY, default=None, help="到哪天为止；借调必填。")
@click.option("--lent-by", default="", help="借出机构代码：从上级借调。")
@click.option("--reason", default="", help="事由。")
@_JSON
@plainly
def grant(
    username: str,
    role: str,
    organization: str,
    region: str,
    start: datetime.datetime | None,
    end: datetime.datetime | None,
    lent_by: str,
    reason: str,
    as_json: bool,
) -> None:
    """授予岗位；与同期其他岗位不相容的会拒绝。"""
    office = _organization(organization, "--organization")
    made = services.assign_role(
        actor=SYSTEM,
        user=_user(username),
        role=role,
        organization=office,
        region_code=region or office.region_code,
        valid_from=start.date() if start else clock.today(),
        valid_to=end.date() if end else None,
        kind=Assignment.LOAN if lent_by else Assignment.OWN,
        lent_by=_organization(lent_by, "--lent-by") if lent_by else None,
        reason=reason,
    )
    _say(_post(made), as_json, [f"已授予 {username}“{selectors.post_title(made)}”，任职编号 {made.pk}。"])


@accounts.command()
@click.argument("assignment", type=int)
@click.option("--on", type=_DAY, default=None, help="最后一天，默认昨天（立即失效）。")
@click.option("--reason", required=True, help="原因。")
@_JSON
@plainly
def end(assignment: int, on: datetime.datetime | None, reason: str, as_json: bool) -> None:
    """结束一个岗位（任职编号见 list --json）。"""
    row = Assignment.objects.filter(pk=assignment).first()
    if row is None:
        raise click.BadParameter(f"没有编号为 {assignment} 的任职。", param_hint="ASSIGNMENT")
    last = on.date() if on else clock.today() - datetime.timedelta(days=1)
    ended = services.end_assignment(actor=SYSTEM, assignment=row, on=last, reason=reason)
    _say(_post(ended), as_json, [f"岗位到 {ended.valid_to} 为止。"])


@accounts.command("reset-password")
@click.argument("username")
@click.option("--password", prompt="临时口令", hide_input=True, confirmation_prompt="再输一次", help="不给则询问。")
@click.option("--reason", default="", help="原因。")
@_JSON
@plainly
def reset_password(username: str, password: str, reason: str, as_json: bool) -> None:
    """重置口令；本人下次登录须更换，原有登录全部退出。"""
    user = _user(username)
    services.reset_password(actor=SYSTEM, user=user, password=password, reason=reason)
    _say({"username": user.username}, as_json, [f"已重置 {user.username} 的口令。"])


@accounts.command("reset-totp")
@click.argument("username")
@click.option("--reason", required=True, help="原因，如“手机遗失”。")
@_JSON
@plainly
def reset_totp(username: str, reason: str, as_json: bool) -> None:
    """停用动态码和恢复码；本人下次登录重新启用。"""
    user = _user(username)
    services.reset_second_factor(actor=SYSTEM, user=user, reason=reason)
    _say({"username": user.username}, as_json, [f"已停用 {user.username} 的动态码。"])


@accounts.command()
@click.argument("username")
@_JSON
@plainly
def unlock(username: str, as_json: bool) -> None:
    """清除近来未成功的登录，立即解除锁定。"""
    user = _user(username)
    count = services.unlock(actor=SYSTEM, user=user)
    _say({"username": user.username, "cleared": count}, as_json, [f"已解除锁定（清除 {count} 次）。"])


def _user(username: str) -> User:
    user = User.objects.filter(username=username.strip().lower(), kind="staff").first()
    if user is None:
        raise click.BadParameter(f"没有用户名为“{username}”的工作人员账号。", param_hint="USERNAME")
    return user


def _organization(code: str, hint: str) -> Organization:
    found = Organization.objects.filter(code=code).first()
    if found is None:
        raise click.BadParameter(f"没有代码为“{code}”的机构。", param_hint=hint)
    return found


def _post(one: Assignment) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "role": one.role,
        "title": selectors.post_title(one),
        "kind": one.kind,
        "organization": one.organization.code,
        "region": one.region_code,
        "from": str(one.valid_from),
        "to": str(one.valid_to or ""),
    }


def _account(user: Any) -> dict[str, Any]:
    return {
        "username": user.username,
        "name": user.name,
        "active": user.is_active,
        "demo": user.is_demo,
        "must_change_password": user.must_change_password,
        "second_factor": user.second_factor_at is not None,
        "last_login": user.last_login.isoformat() if user.last_login else "",
        "posts": [_post(one) for one in user.present],
    }


def _line(one: dict[str, Any]) -> str:
    posts = "；".join(f"{post['title']}（{post['region']}）" for post in one["posts"]) or "没有岗位"
    return f"{one['username']}\t{one['name']}\t{'启用' if one['active'] else '停用'}\t{posts}"


def _say(data: Any, as_json: bool, lines: list[str]) -> None:
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)
