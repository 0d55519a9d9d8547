"""Entrusting the keys to people, and trying whether they would come back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.crypto import escrow, keyring
from minzheng.kernel.keys import selectors, services
from minzheng.kernel.keys.cli import crypto
from minzheng.kernel.subjects.models import Person

pytestmark = pytest.mark.django_db


def run(*words: str) -> Result:
    return CliRunner().invoke(crypto, list(words))


@pytest.fixture
def sheets(tmp_path: Path) -> list[str]:
    folder = tmp_path / "out"
    assert run("escrow", "--shares", "5", "--threshold", "3", "--out", str(folder)).exit_code == 0
    return [str(path) for path in sorted(folder.glob("*.txt"))]


def given(*files: str) -> list[str]:
    return [word for file in files for word in ("--share", file)]


def person() -> Person:
    made = Person(name="周桂兰", region_code="990101001001", id_no="990101195803020028", phone="19900000001")
    made.save()
    return made


def test_每份一页纸_文本与PDF_只有本人可读(sheets: list[str]) -> None:
    assert len(sheets) == 5
    for place in sheets:
        assert Path(place).stat().st_mode & 0o777 == 0o600
        printed = PdfReader(Path(place).with_suffix(".pdf"))
        assert len(printed.pages) == 1
        assert "密钥托管份额" in printed.pages[0].extract_text()
    assert "任意 3 份" in Path(sheets[0]).read_text()
    assert (
        run("escrow", "--shares", "3", "--threshold", "2", "--out", str(Path(sheets[0]).parent)).exception is not None
    )


def test_私钥不落盘_托管文件没有份额打不开(sheets: list[str], own_ring: Path) -> None:
    kept = own_ring.read_text() + escrow.file().read_text()
    ring = keyring.ring()
    assert ring.keys[1].hex() not in escrow.file().read_text()
    assert "private" not in kept
    assert ring.escrow["shares"] == 5


def test_够数的份额恢复到内存并打得开库里的内容(sheets: list[str], own_ring: Path) -> None:
    person()
    before = json.loads(own_ring.read_text())
    told = run("drill", *given(sheets[4], sheets[0], sheets[2]), "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == {"ok": True, "opened": 2, "problems": []}
    drill = selectors.status()["escrow"]["last_drill"]
    assert (drill["ok"], drill["shares"]) == (True, [1, 3, 5])
    line = AuditEntry.objects.get(action="crypto.drill")
    assert line.detail["ok"] is True
    after = json.loads(own_ring.read_text())
    assert {name: after[name] for name in before if name != "escrow"} == {n: before[n] for n in before if n != "escrow"}


def test_更换密钥以后_原来的纸仍然有效(sheets: list[str]) -> None:
    services.rotate()
    person()
    assert run("drill", *given(*sheets[:3])).exit_code == 0
    assert selectors.status()["escrow"]["fresh"]


def test_托管文件旧了_演练说得出(sheets: list[str], tmp_path: Path) -> None:
    old = tmp_path / "old.escrow"
    old.write_bytes(escrow.file().read_bytes())
    services.rotate()
    person()
    told = run("drill", *given(*sheets[:3]), "--file", str(old))
    assert told.exit_code == 1
    assert "缺第 2 号密钥" in told.output
    assert selectors.status()["escrow"]["last_drill"]["ok"] is False


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [([0, 1], "需要 3 份，现在只有 2 份"), ([0, 0, 1], "给了两次")],
)
def test_份额不够或重复_一句话说明(sheets: list[str], chosen: list[int], sentence: str) -> None:
    told = run("drill", *given(*(sheets[place] for place in chosen)))
    assert sentence in str(told.exception)
    assert not AuditEntry.objects.filter(action="crypto.drill").exists()


def test_录错一行_说出是哪一份的第几行(sheets: list[str]) -> None:
    wrong = Path(sheets[1])
    text = wrong.read_text()
    line = next(row for row in text.splitlines() if row.strip().startswith("3："))
    last = line[-1]
    wrong.write_text(text.replace(line, line[:-1] + ("A" if last != "A" else "B")))
    told = run("drill", *given(sheets[0], sheets[1], sheets[2]))
    assert f"{wrong.name} 第 3 行有录入错误" in str(told.exception)


def test_旧的纸在重新托管后作废(sheets: list[str], tmp_path: Path) -> None:
    run("escrow", "--shares", "3", "--threshold", "2", "--out", str(tmp_path / "again"))
    told = run("drill", *given(*sheets[:3]))
    assert "请找同一次托管的纸" in str(told.exception)


def test_没有托管时演练说明先做什么(sheets: list[str], own_ring: Path, settings: Any) -> None:
    escrow.file().unlink()
    told = run("drill", *given(*sheets[:3]))
    assert "还没有托管" in str(told.exception)
