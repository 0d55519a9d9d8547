"""``minzheng doctor``: says what is well, and names what is not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from minzheng.kernel.calendar.days import Calendar
from minzheng.site.doctor import data, declarations, installation
from minzheng.site.doctor.result import FAIL, OK, WARN

FILES = ("item.py", "rules.py", "params.yaml", "cases.yaml", "README.md")


@pytest.fixture
def business(tmp_path: Path) -> Path:
    folder = tmp_path / "business" / "assistance" / "dibao"
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_text("内容\n")
    return tmp_path / "business"


def test_齐全的待遇文件夹通过(business: Path) -> None:
    assert [row.state for row in declarations.benefit_folders(business)] == [OK]


@pytest.mark.parametrize("name", FILES[1:])
def test_缺一个文件就指名(business: Path, name: str) -> None:
    (business / "assistance" / "dibao" / name).unlink()
    found = declarations.benefit_folders(business)
    assert [row.state for row in found] == [FAIL]
    assert name in found[0].sentence
    assert "assistance/dibao" in found[0].sentence


def test_空文件等于没有(business: Path) -> None:
    (business / "assistance" / "dibao" / "cases.yaml").write_text("\n")
    assert declarations.benefit_folders(business)[0].state == FAIL


def test_本平台的待遇文件夹都齐全() -> None:
    assert [(row.state, row.sentence) for row in declarations.benefit_folders() if row.state != OK] == []


def test_按名单发的待遇也要有用例_共用规则不用(business: Path) -> None:
    (business / "assistance" / "dibao" / "item.py").write_text("ITEM = 1\n")
    folder = business / "assistance" / "festival"
    folder.mkdir()
    for name in ("rules.py", "params.yaml", "README.md"):
        (folder / name).write_text("内容\n")
    (found,) = declarations.benefit_folders(business)
    assert found.state == FAIL and "festival 缺 cases.yaml" in found.sentence
    (folder / "rules.py").write_text("SHARED = True\n")
    assert [row.state for row in declarations.benefit_folders(business)] == [OK]


def test_没有自己规则的事项_要写明按哪些规则发放_而且要有(business: Path) -> None:
    folder = business / "assistance" / "both"
    folder.mkdir()
    (folder / "README.md").write_text("内容\n")
    (folder / "item.py").write_text('ITEM = Item("assistance.both", benefits=("assistance.dibao",))\n')
    assert [row.state for row in declarations.benefit_folders(business)] == [OK]
    (folder / "item.py").write_text(
        'ITEM = Item("assistance.both", benefits=("assistance.dibao", "assistance.gone"))\n'
    )
    (found,) = declarations.benefit_folders(business)
    assert found.state == FAIL and "assistance.gone" in found.sentence
    (folder / "item.py").write_text('ITEM = Item("assistance.both")\n')
    assert "both 缺 rules.py" in declarations.benefit_folders(business)[0].sentence


def test_密钥文件别人能读就不通过(tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.KEY_RING_FILE = tmp_path / "keys.json"
    settings.KEY_RING_FILE.write_text("{}")
    settings.KEY_RING_FILE.chmod(0o600)
    assert installation.private_files()[0].state == OK
    settings.KEY_RING_FILE.chmod(0o640)
    found = installation.private_files()
    assert found[0].state == FAIL
    assert "chmod 600" in found[0].sentence


def test_缺字体时指名(tmp_path: Path, settings: Any) -> None:
    settings.FONT_DIR = tmp_path
    found = installation.fonts()
    assert found[0].state == FAIL
    assert "NotoSerifSC_400Regular.ttf" in found[0].sentence


def test_程序包与锁文件一致() -> None:
    assert [row.state for row in installation.packages()] == [OK]


@pytest.mark.django_db
def test_测试库迁移齐全且权限正确() -> None:
    assert [row.state for row in data.server()] == [OK]
    assert [row.state for row in data.migrations()] == [OK]
    assert [row.state for row in data.append_only_tables()] == [OK]


@pytest.mark.parametrize(
    ("today", "state"),
    [(date(2026, 6, 1), OK), (date(2026, 11, 21), WARN), (date(2040, 1, 5), FAIL)],
    ids=["今年已知", "年底缺明年", "今年未知"],
)
@pytest.mark.django_db
def test_日历缺今年不通过缺明年提醒(today: date, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Calendar(years=frozenset({2025, 2026}))
    monkeypatch.setattr("minzheng.kernel.calendar.selectors.calendar", lambda: known)
    monkeypatch.setattr(data.timezone, "localdate", lambda: today)
    found = data.calendar_year()
    assert found[0].state == state
