"""Whatever is done to the tables behind the platform's back is found, and the first bad line is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection, transaction

from minzheng.kernel.audit import anchor, chain, services
from minzheng.kernel.audit.models import AuditEntry, AuditSeal
from minzheng.kernel.oversight.cli import audit

TABLES = ("kernel_auditentry", "kernel_auditseal")


@contextmanager
def behind_the_back() -> Any:
    """The tables' owner switches the guards off, as a hostile administrator would."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_完好的链通过校验(sealed: list[AuditEntry]) -> None:
    report = services.verify()
    assert report.ok and report.entries == 10 and report.errors == []
    assert report.head.seq == 10


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("reason", "'改过'"), ("actor_id", "8"), ("actor_name", "'李四'"), ("detail", "'{\"第\": 99}'::jsonb"),
        ("at", "at + interval '1 microsecond'"), ("region_code", "'990101002001'"), ("address", "''"),
        ("object_id", "5"), ("mac", "repeat('0', 64)"), ("role", "'finance'"), ("action", "'case.read'"),
    ],
)  # fmt: skip
def test_改动任何一栏都会被发现(sealed: list[AuditEntry], column: str, value: str) -> None:
    with behind_the_back() as cursor:
        cursor.execute(f"UPDATE kernel_auditentry SET {column} = {value} WHERE id = %s", [sealed[3].pk])
    report = services.verify()
    assert not report.ok
    assert str(sealed[3].pk) in report.errors[0] and "改动" in report.errors[0]
    assert len(report.errors) == 1


def test_删除一条记录会被发现(sealed: list[AuditEntry]) -> None:
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM kernel_auditentry WHERE id = %s", [sealed[4].pk])
    report = services.verify()
    assert report.errors == [f"第 5 环所指的审计记录 {sealed[4].pk} 不见了：该记录被删除。"]


def test_连同链条一起删除也会被发现(sealed: list[AuditEntry]) -> None:
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM kernel_auditentry WHERE id = %s", [sealed[4].pk])
        cursor.execute("DELETE FROM kernel_auditseal WHERE entry_id = %s", [sealed[4].pk])
    assert "缺第 5 环" in services.verify().errors[0]


def test_调换两条记录会被发现(sealed: list[AuditEntry]) -> None:
    with behind_the_back() as cursor:
        cursor.execute("UPDATE kernel_auditseal SET entry_id = -1 WHERE seq = 3")
        cursor.execute("UPDATE kernel_auditseal SET entry_id = %s WHERE seq = 4", [sealed[2].pk])
        cursor.execute("UPDATE kernel_auditseal SET entry_id = %s WHERE seq = 3", [sealed[3].pk])
    errors = services.verify().errors
    assert "第 3 环" in errors[0] and "调换" in errors[0]


def test_调换两环的次序会被发现(sealed: list[AuditEntry]) -> None:
    with behind_the_back() as cursor:
        cursor.execute("UPDATE kernel_auditseal SET seq = -1 WHERE seq = 3")
        cursor.execute("UPDATE kernel_auditseal SET seq = 3 WHERE seq = 4")
        cursor.execute("UPDATE kernel_auditseal SET seq = 4 WHERE seq = -1")
    assert "第 3 环" in services.verify().errors[0]


@pytest.mark.parametrize("with_entries", [True, False])
def test_截断链尾会被发现且不再续接(sealed: list[AuditEntry], with_entries: bool) -> None:
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM kernel_auditseal WHERE seq > 7")
        if with_entries:
            cursor.execute("DELETE FROM kernel_auditentry WHERE id >= %s", [sealed[7].pk])
    errors = services.verify().errors
    assert len(errors) == 1 and "截断" in errors[0] and "第 10 环" in errors[0] and "第 7 环" in errors[0]
    assert AuditSeal.objects.count() == 7
    with pytest.raises(chain.ChainCut):
        chain.seal_pending(thorough=False)


def test_清空全部记录会被发现(sealed: list[AuditEntry]) -> None:
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM kernel_auditseal")
        cursor.execute("DELETE FROM kernel_auditentry")
    assert "截断" in services.verify().errors[0]


def test_有密钥的人重写整条链也会与锚定不符(sealed: list[AuditEntry]) -> None:
    """The hostile administrator re-seals the whole chain with the platform's own code."""
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM kernel_auditseal")
        cursor.execute("DELETE FROM kernel_auditentry WHERE id = %s", [sealed[0].pk])
    services.record(actor=services.SYSTEM, action="filler")
    aside = anchor.current().read_text()
    anchor.current().unlink()
    chain.seal_pending(thorough=True)
    anchor.current().write_text(aside)
    errors = services.verify().errors
    assert any("第 10 环与锚定文件不符" in sentence for sentence in errors)


def test_锚定文件不见了或被改动会被发现(sealed: list[AuditEntry]) -> None:
    text = anchor.current().read_text()
    anchor.current().unlink()
    assert "不见了" in services.verify().errors[0]
    anchor.current().write_text(text.replace('"seq": 10', '"seq": 9'))
    assert "校验不符" in services.verify().errors[0]
    anchor.current().write_text("{}\n")
    assert "第 1 行无法识别" in services.verify().errors[0]
    anchor.current().write_text("")
    assert "被清空" in services.verify().errors[0]


def test_锚定文件不见后再有新记录也掩盖不了(sealed: list[AuditEntry]) -> None:
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM kernel_auditseal WHERE seq > 7")
        cursor.execute("DELETE FROM kernel_auditentry WHERE id >= %s", [sealed[7].pk])
    anchor.current().unlink()
    services.record(actor=services.SYSTEM, action="filler")
    with pytest.raises(chain.ChainCut, match="不见了"):
        chain.seal_pending(thorough=False)
    assert not anchor.current().exists()
    errors = services.verify().errors
    assert len(errors) == 1 and "不见了" in errors[0]


def test_第一环入链之前锚定文件已经在(write: Callable[[int], list[AuditEntry]]) -> None:
    """A crash between the first link's commit and its anchor leaves a chain that can go on."""
    write(3)
    assert chain.seal_pending(thorough=True) == 3  # tests do not commit: the head itself is not anchored
    assert anchor.last() == anchor.Head()
    write(1)
    assert chain.seal_pending(thorough=True) == 1
    assert services.verify().ok


def test_没有密钥伪造的记录会被发现(sealed: list[AuditEntry]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_auditentry (id, at, actor_name, role, action, object_type, region_code, reason, detail,"
            " address, mac) VALUES (9000000000000000000, now(), '王经办', 'town_clerk', 'case.accept', '', '', '',"
            " '{}', '', repeat('a', 64))"
        )
    report = services.verify()
    assert report.sealed == 1
    assert "9000000000000000000" in report.errors[0] and "伪造" in report.errors[0]


def test_错误很多时只列前二十条(write: Callable[[int], list[AuditEntry]]) -> None:
    write(50)
    chain.seal_pending(thorough=True)
    with behind_the_back() as cursor:
        cursor.execute("UPDATE kernel_auditentry SET reason = '改过'")
    report = services.verify()
    assert len(report.errors) == 20 and report.more == 30


def test_命令行以退出码和中文说明结果(sealed: list[AuditEntry]) -> None:
    good = CliRunner().invoke(audit, ["verify", "--json"])
    assert good.exit_code == 0
    assert json.loads(good.stdout)["ok"] is True and json.loads(good.stdout)["entries"] == 10
    with behind_the_back() as cursor:
        cursor.execute("UPDATE kernel_auditentry SET reason = '改过' WHERE id = %s", [sealed[0].pk])
    bad = CliRunner().invoke(audit, ["verify"])
    assert bad.exit_code == 1 and str(sealed[0].pk) in bad.output and "不完好" in bad.output
    told = json.loads(CliRunner().invoke(audit, ["verify", "--json"]).stdout)
    assert told["ok"] is False and len(told["errors"]) == 1 and told["head"]["seq"] == 10


def test_核实后可重新锚定_旧文件保留(
    sealed: list[AuditEntry], anchor_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM kernel_auditseal WHERE seq > 7")
        cursor.execute("DELETE FROM kernel_auditentry WHERE id >= %s", [sealed[7].pk])
    with django_capture_on_commit_callbacks(execute=True):
        done = CliRunner().invoke(audit, ["anchor", "--reason", "从昨日备份恢复"])
    assert done.exit_code == 0
    assert services.verify().ok
    assert AuditEntry.objects.filter(action="audit.anchor", reason="从昨日备份恢复").exists()
    assert len(list(anchor_folder.glob("*.replaced"))) == 1


def deleted_before_sealing(entry: AuditEntry) -> None:
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM kernel_auditentry WHERE id = %s", [entry.pk])


def test_封存之前删除的记录_由后来的记录作证(
    write: Callable[[int], list[AuditEntry]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        lines = write(3)
    deleted_before_sealing(lines[1])
    with django_capture_on_commit_callbacks(execute=True):
        witness = write(1)[0]
    assert witness.vouches == [line.pk for line in lines]
    report = services.verify()
    assert len(report.errors) == 1 and report.vouched == 3
    assert str(lines[1].pk) in report.errors[0] and "封存之前被删除" in report.errors[0]


def test_佐证随记录受校验码保护(
    write: Callable[[int], list[AuditEntry]], django_capture_on_commit_callbacks: Any
) -> None:
    """Whoever deletes the line must also take its name out of the witness; the witness then fails its own MAC."""
    with django_capture_on_commit_callbacks(execute=True):
        lines = write(1)
    with django_capture_on_commit_callbacks(execute=True):
        witness = write(1)[0]
    deleted_before_sealing(lines[0])
    with behind_the_back() as cursor:
        cursor.execute("UPDATE kernel_auditentry SET vouches = '[]' WHERE id = %s", [witness.pk])
    assert "校验码不符" in services.verify().errors[0]


def test_回滚的记录没有人作证_作证的回滚了就由下一条作证(
    write: Callable[[int], list[AuditEntry]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        kept = write(1)[0]
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            services.record(actor=services.SYSTEM, action="rolled.back")
            raise ZeroDivisionError
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            assert services.record(actor=services.SYSTEM, action="witness.lost").vouches == [kept.pk]
            raise ZeroDivisionError
        second = write(1)[0]
    assert second.vouches == [kept.pk]
    assert services.verify().ok


def test_校验说明查了什么(sealed: list[AuditEntry]) -> None:
    told = json.loads(CliRunner().invoke(audit, ["verify", "--json"]).stdout)
    assert any("10 条" in sentence and "校验码" in sentence for sentence in told["checked"])
    assert any("数据库之外" in sentence for sentence in told["checked"])
