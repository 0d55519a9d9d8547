"""The key ring back from paper, and an exchange of folders that was cut off in the middle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from minzheng.kernel.crypto import escrow, keyring
from minzheng.site.safekeeping import backup, restoring
from minzheng.site.safekeeping.recovery import crypto

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: str) -> Result:
    return CliRunner().invoke(crypto, list(words))


def given(shares: list[Any]) -> list[str]:
    return [word for share in shares for word in ("--share", " / ".join(share.lines()))]


def lose_the_ring() -> None:
    for path in keyring.path().parent.iterdir():
        path.unlink()
    keyring._cached.cache_clear()


@pytest.mark.parametrize("source", ["backup", "escrow"])
def test_空的机器上_用份额恢复密钥文件(transactional_db: None, tmp_path: Path, source: str) -> None:
    shares = escrow.establish(count=3, threshold=2)
    ring = keyring.reload()
    kept = tmp_path / "kept"
    if source == "backup":
        backup.make(kept)
    else:
        kept.write_bytes(escrow.file().read_bytes())
    lose_the_ring()
    told = run("recover", "--file", str(kept), *given(shares[1:]))
    assert told.exit_code == 0, told.exception
    assert "已恢复密钥文件" in told.output
    assert keyring.reload() == ring
    assert keyring.path().stat().st_mode & 0o777 == 0o600
    again = run("recover", "--file", str(kept), *given(shares[1:]))
    assert "不必恢复" in str(again.exception)


def test_份额不够时什么都不写(transactional_db: None, tmp_path: Path) -> None:
    shares = escrow.establish(count=3, threshold=2)
    backup.make(tmp_path / "a.mzb")
    lose_the_ring()
    told = run("recover", "--file", str(tmp_path / "a.mzb"), *given(shares[:1]))
    assert "现在只有 1 份：请再找 1 份" in str(told.exception)
    assert not keyring.path().exists()


def test_已有数据用别的密钥加密时不换(installation: dict[str, Any], tmp_path: Path) -> None:
    present = keyring.path().read_text()
    kept = keyring.path().with_name("kept")
    keyring.path().rename(kept)
    keyring._cached.cache_clear()
    shares = escrow.establish(count=2, threshold=2)
    other = tmp_path / "other"
    other.write_bytes(escrow.file().read_bytes())
    lose = escrow.file()
    lose.unlink()
    kept.replace(keyring.path())
    keyring._cached.cache_clear()
    told = run("recover", "--file", str(other), *given(shares))
    assert "会打不开它们：没有恢复" in str(told.exception)
    assert keyring.path().read_text() == present


@pytest.mark.parametrize("done", [0, 1, 2, 3])
def test_换上文件夹时断电_再来一次就换完(tmp_path: Path, done: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The written plan is carried out from wherever it stopped; nothing is exchanged twice."""
    new, old = tmp_path / "new", tmp_path / "var"
    moves = []
    for name in ("files", "audit"):
        for side, text in ((new, "restored"), (old, "before")):
            (side / name).mkdir(parents=True)
            (side / name / "a").write_text(text)
        moves.append([str(new / name), str(old / name), str(old / f"{name}.before")])
    steps = [
        (old / "files", old / "files.before"),
        (new / "files", old / "files"),
        (old / "audit", old / "audit.before"),
    ]
    for source, target in steps[:done]:
        source.rename(target)
    for _ in range(2):
        for source, target, aside in moves:
            restoring._exchange(Path(source), Path(target), Path(aside))
    assert [(old / name / "a").read_text() for name in ("files", "audit")] == ["restored"] * 2
    assert [(old / f"{name}.before" / "a").read_text() for name in ("files", "audit")] == ["before"] * 2


def test_密钥环合并时_现有的新密钥和托管留下(tmp_path: Path, own_place: Path) -> None:
    old = keyring.reload()
    keyring.rotate()
    keyring.retire(1)
    staged = tmp_path / "ring.json"
    keyring.write_private(staged, json.dumps(keyring.as_json(old)).encode())
    restoring._merge_rings(staged, old)
    merged = keyring.read_file(staged)
    assert (sorted(merged.keys), merged.current, merged.retired) == ([1, 2], 2, {})
    keyring.write_private(staged, json.dumps(keyring.as_json(keyring.new())).encode())
    foreign = keyring.read_file(staged)
    restoring._merge_rings(staged, foreign)
    assert keyring.read_file(staged) == foreign
