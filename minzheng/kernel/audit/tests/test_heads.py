"""A head on file or on paper proves later what the chain was then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from minzheng.kernel.audit import heads
from minzheng.kernel.audit.models import AuditEntry, AuditSeal
from minzheng.kernel.audit.tests.test_tampering import behind_the_back
from minzheng.kernel.oversight.cli import audit


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(audit, list(words))
    return done.exit_code, done.output + (str(done.exception) if done.exception else "")


@pytest.fixture
def kept(sealed: list[AuditEntry], tmp_path: Path) -> Path:
    """A signed head taken out of the house: ten lines and the line that it was taken."""
    file = tmp_path / "head.json"
    assert run("anchor", "--out", str(file))[0] == 0
    return file


def test_链头文件证明此后没有变动(kept: Path, write: Callable[[int], list[AuditEntry]]) -> None:
    write(5)
    code, told = run("verify", "--head", str(kept))
    assert code == 0 and "第 11 环）与现在的链一致" in told
    head = heads.read(kept.read_text())
    assert run("verify", "--hash", head.short)[0] == 0
    assert run("verify", "--hash", head.hash.upper())[0] == 0


def rewritten() -> None:
    """Somebody with every key and file rewrites the chain of the database and the head file beside it."""
    from minzheng.kernel.audit import anchor, chain

    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM kernel_auditentry WHERE id = (SELECT min(id) FROM kernel_auditentry)")
        cursor.execute("DELETE FROM kernel_auditseal")
    anchor.current().unlink()
    chain.seal_pending(thorough=True)


def test_连本机锚定一起重写_仍与外面的链头不符(kept: Path) -> None:
    head = heads.read(kept.read_text())
    rewritten()
    code, told = run("verify", "--head", str(kept))
    assert code == 1 and "第 11 环" in told
    code, told = run("verify", "--hash", head.short)
    assert code == 1 and "第 11 环" in told
    code, told = run("verify", "--hash", head.hash)
    assert code == 2 or "没有这个链头" in told


@pytest.mark.parametrize("key", ["seq", "hash", "at", "signature", "public_key"])
def test_改动链头文件的任何一项_签名不成立(kept: Path, key: str) -> None:
    row = json.loads(kept.read_text())
    row[key] = row[key] + 1 if key == "seq" else row[key].replace(row[key][-1], "0" if row[key][-1] != "0" else "1")
    kept.write_text(json.dumps(row))
    code, told = run("verify", "--head", str(kept))
    assert code != 0 and "签名不成立" in told


@pytest.mark.parametrize("text", ["", "{}", "[]", "不是链头", '{"seq": 1}'])
def test_别的文件不是链头(text: str, kept: Path) -> None:
    kept.write_text(text)
    code, told = run("verify", "--head", str(kept))
    assert code != 0 and "不是本平台导出的审计链头" in told


def test_纸面录入有误_说明怎样写(sealed: list[AuditEntry]) -> None:
    with pytest.raises(heads.NotAHead, match="64 位"):
        heads.from_paper("12:xyz")
    first = AuditSeal.objects.get(seq=3)
    assert heads.from_paper(f" 3 : {first.hash[:32]} {first.hash[32:]}") == {3: first.hash}


def test_打印一页_写明序号链头签名指纹(sealed: list[AuditEntry], tmp_path: Path) -> None:
    import io

    import pypdf

    file = tmp_path / "head.pdf"
    code, told = run("anchor", "--print", str(file))
    assert code == 0 and "公钥指纹" in told
    pages = pypdf.PdfReader(io.BytesIO(file.read_bytes())).pages
    text = "".join(pages[0].extract_text().split())
    head = AuditSeal.objects.get(seq=11)
    assert len(pages) == 1
    assert "第11环" in text and head.hash in text and "审计管理员" in text
    assert AuditEntry.objects.filter(action="audit.head").exists()


def test_定时写出的签名链头_与锚定一致(sealed: list[AuditEntry]) -> None:
    found = heads.read(heads.keep_latest().read_text())
    assert (found.seq, found.hash) == (10, AuditSeal.objects.get(seq=10).hash)
    assert found.genuine() and len(found.fingerprint) == 16
