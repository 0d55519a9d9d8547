"""Promises of the command line: Chinese messages and exit codes."""

from __future__ import annotations

import pytest

from minzheng.site import cli, click_zh


@pytest.fixture(autouse=True)
def chinese() -> None:
    click_zh.install()


def test_没有的命令退出码是二并说中文(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["没有这个"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "没有 '没有这个' 这个命令" in captured.err


def test_没有的选项退出码是二并说中文(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--nonsense"]) == 2
    assert "没有 '--nonsense' 这个选项" in capsys.readouterr().err
