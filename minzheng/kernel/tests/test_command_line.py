"""A wrong name or place on the command line: one sentence that names the option, exit code 2."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest

from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.accounts.models import User
from minzheng.kernel.command_line import place_given, staff, staff_or_system, tell

pytestmark = pytest.mark.django_db


def _refusal(call: Callable[[], object]) -> str:
    with pytest.raises(click.BadParameter) as refused:
        call()
    assert refused.value.exit_code == 2
    return refused.value.format_message()


def test_办理人须是在职的工作人员_不写才是系统() -> None:
    user = User.objects.create(username="jingban", name="经办", kind="staff")
    User.objects.create(username="shenqingren", name="申请人", kind="citizen")
    assert staff("jingban").user == user and staff_or_system("jingban").user == user
    assert staff_or_system("") is SYSTEM
    for name in ("没有", "shenqingren", ""):
        assert "没有用户名为" in _refusal(lambda name=name: staff(name))
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert "--made-by" in _refusal(lambda: staff_or_system("jingban", "--made-by"))


def test_区划代码补足十二位_写错的说哪个选项() -> None:
    assert place_given("990101") == "990101000000"
    assert "--county" in _refusal(lambda: place_given("99010", "--county"))


def test_答复或是一个JSON_或是几行(capsys: pytest.CaptureFixture[str]) -> None:
    tell({"户": 1}, True, ["一户"])
    tell({"户": 1}, False, ["一户", "一人"])
    assert capsys.readouterr().out == '{"户": 1}\n一户\n一人\n'
