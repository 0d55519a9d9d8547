"""`minzheng accounts`: what it does, what it prints, and that a refusal is a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from minzheng.kernel.accounts.cli import accounts
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.orgs.models import Organization

from .conftest import COUNTY, PASSWORD, TOWN_A

pytestmark = pytest.mark.django_db


def run(*arguments: str, ok: bool = True) -> Any:
    result = CliRunner().invoke(accounts, [*arguments, "--json"], catch_exceptions=False)
    assert (result.exit_code == 0) is ok, result.output
    return json.loads(result.stdout) if ok else result.output


def test_建立_授予_列出_结束_都能在命令行办_记在系统名下(bureau: Organization) -> None:
    run("create", "Wang.Fang", "--name", "王芳", "--region", COUNTY, "--password", PASSWORD)
    post = run("grant", "wang.fang", "--role", "town_clerk", "--organization", bureau.code, "--region", TOWN_A)
    [row] = run("list", "--region", TOWN_A, "--role", "town_clerk")
    assert (row["username"], row["posts"][0]["id"], row["posts"][0]["region"]) == ("wang.fang", post["id"], TOWN_A)
    assert run("end", post["id"], "--reason", "调离")["to"] < post["from"]
    assert run("list", "--role", "town_clerk") == []
    line = AuditEntry.objects.get(action="accounts.assign")
    assert (line.actor_id, line.actor_name) == (None, "系统")


def test_不相容的岗位_没有的人_弱口令_都是一句话(bureau: Organization) -> None:
    run("create", "zhang", "--name", "张三", "--region", COUNTY, "--password", PASSWORD)
    run("grant", "zhang", "--role", "sys_admin", "--organization", bureau.code)
    refused = run("grant", "zhang", "--role", "sec_admin", "--organization", bureau.code, ok=False)
    assert "三员分立" in refused and "Traceback" not in refused
    assert "nobody" in run("unlock", "nobody", ok=False)
    weak = run("create", "li", "--name", "李四", "--region", COUNTY, "--password", "short", ok=False)
    assert "至少 12 位" in weak
    loan = run(
        "grant", "zhang", "--role", "sys_admin", "--organization", bureau.code, "--lent-by", bureau.code, ok=False
    )
    assert "截止日期" in loan


def test_重置口令_重置动态码_解锁(bureau: Organization) -> None:
    run("create", "zhao", "--name", "赵六", "--region", COUNTY, "--password", PASSWORD)
    run("reset-password", "zhao", "--password", "Lin-shi-kl-2026")
    user = User.objects.get(username="zhao")
    assert user.check_password("Lin-shi-kl-2026") and user.must_change_password
    assert "没有启用动态码" in run("reset-totp", "zhao", "--reason", "遗失", ok=False)
    assert run("unlock", "zhao")["cleared"] == 0
