"""Environment variables, masking in logs, form messages."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from django import forms

from minzheng.site import database, logs, secretfile
from minzheng.site.errors import BadSetting


def test_数据库地址逐段解析() -> None:
    found = database.parse_url("postgresql://u%40x:p%2Fw@db.example:6543/mz?sslmode=require")
    assert found["NAME"] == "mz"
    assert found["USER"] == "u@x"
    assert found["PASSWORD"] == "p/w"
    assert (found["HOST"], found["PORT"]) == ("db.example", "6543")
    assert found["OPTIONS"]["sslmode"] == "require"


def test_数据库地址可以是套接字目录() -> None:
    assert database.parse_url("postgresql:///mz?host=/run/postgresql")["HOST"] == "/run/postgresql"


@pytest.mark.parametrize(
    "url", ["postgresql://a@[::1/db", "mysql://x/y", "postgresql://host", "host/db", "postgresql://h:abc/db"]
)
def test_写错的数据库地址指名变量(url: str) -> None:
    with pytest.raises(BadSetting, match="MINZHENG_DATABASE_URL"):
        database.parse_url(url)


def test_迁移用属主地址而网页用应用地址(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(database.URL, "postgresql://app:a@h/mz")
    monkeypatch.setenv(database.OWNER_URL, "postgresql://owner:o@h/mz")
    monkeypatch.setenv(database.ROLE, "app")
    assert database.connection_settings()["USER"] == "app"
    monkeypatch.setenv(database.ROLE, "owner")
    assert database.connection_settings()["USER"] == "owner"
    monkeypatch.delenv(database.OWNER_URL)
    assert database.connection_settings()["USER"] == "app"


def test_密钥只生成一次且只有本人能读(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINZHENG_VAR", str(tmp_path / "var"))
    first = secretfile.load_secrets()
    assert secretfile.load_secrets() == first
    assert set(first) == set(secretfile.NAMES)
    assert len(set(first.values())) == len(first)
    assert stat.S_IMODE(secretfile.secrets_path().stat().st_mode) == 0o600


def test_新增的密钥补进旧文件而旧值不变(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINZHENG_VAR", str(tmp_path))
    (tmp_path / "secrets.json").write_text(json.dumps({"django_secret_key": "old"}))
    found = secretfile.load_secrets()
    assert found["django_secret_key"] == "old"
    assert found["app_password"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("身份证990101199003070011不对", "身份证990****11不对"),
        ("身份证99010119900307001X不对", "身份证990****1X不对"),
        ("手机13800001111", "手机138****11"),
        ("卡号6222020200112233445", "卡号622****45"),
        ("金额1234567890分", "金额1234567890分"),
        ("2026-11-21 09:30:00", "2026-11-21 09:30:00"),
    ],
)
def test_日志里的号码打码(text: str, shown: str) -> None:
    assert logs.mask(text) == shown


def test_日志处理器打码到嵌套内容但放过编号() -> None:
    event = {"event": "x", "case": "12345678901234567", "detail": {"phone": "13800001111", "list": ["13800001111"]}}
    found = logs.mask_personal(None, "info", event)
    assert found["case"] == "12345678901234567"
    assert "13800001111" not in json.dumps(found["detail"])


class _Form(forms.Form):
    name = forms.CharField(min_length=2, max_length=4)
    day = forms.DateField()
    count = forms.IntegerField(min_value=1)


def test_表单提示用平常话() -> None:
    found = _Form({"name": "一", "day": "三月", "count": "0"}).errors
    assert found["name"] == ["至少填写 2 个字，现在是 1 个。"]
    assert found["day"] == ["日期请写成 2026-01-31 这样。"]
    assert found["count"] == ["不能小于 1。"]
    assert _Form({}).errors["name"] == ["请填写这一项。"]
