"""Lines are written with the change, only ever added, and reads stay even when the view rolls back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minzheng.kernel import clock
from minzheng.kernel.audit import anchor, chain, services
from minzheng.kernel.audit.canonical import COLUMNS, canonical, entry_mac, plain
from minzheng.kernel.audit.middleware import DurableReads
from minzheng.kernel.audit.models import AuditEntry, AuditSeal
from minzheng.kernel.audit.tests.conftest import Clerk
from minzheng.kernel.orgs.models import Organization


def an_object() -> Organization:
    return Organization(
        code="X1", name="示范镇", kind="township", region_code="990101001000", valid_from=date(2020, 1, 1)
    )


def test_记录写明谁在何时何地对什么做了什么(db: None) -> None:
    town = an_object()
    with clock.at(datetime(2026, 11, 2, 9, 30)):
        services.record(actor=Clerk(), action="org.open", obj=town, reason="新设", detail={"day": date(2026, 1, 2)})
    line = AuditEntry.objects.get()
    assert (line.actor_id, line.actor_name, line.role, line.address) == (7, "王经办", "town_clerk", "10.1.2.3")
    assert (line.object_type, line.object_id, line.region_code) == ("organization", town.pk, "990101001000")
    assert line.at.astimezone(clock.CHINA).strftime("%F %T") == "2026-11-02 09:30:00"
    assert line.detail == {"day": "2026-01-02"}


def test_业务回滚则记录一并回滚(db: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.record(actor=Clerk(), action="case.accept")
        raise ZeroDivisionError
    assert not AuditEntry.objects.exists()


def test_写一条记录只用一条语句(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        services.record(actor=Clerk(), action="case.accept", obj=an_object())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_auditentry SET reason = '改'", "DELETE FROM kernel_auditentry", "TRUNCATE kernel_auditentry",
        "UPDATE kernel_auditseal SET hash = ''", "DELETE FROM kernel_auditseal", "TRUNCATE kernel_auditseal",
    ],
)  # fmt: skip
def test_数据库拒绝修改删除和清空_属主也不例外(sealed: list[AuditEntry], statement: str) -> None:
    with connection.cursor() as cursor:
        # the test environment disables this trigger so that it can empty the tables
        for table in ("kernel_auditentry", "kernel_auditseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_truncate")
        with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
            cursor.execute(statement)
    assert services.verify().ok


@pytest.mark.parametrize("table", ["kernel_auditentry", "kernel_auditseal"])
def test_应用角色无权修改审计表(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('minzheng_app', %s, 'INSERT, SELECT'),"
            " has_table_privilege('minzheng_app', %s, 'UPDATE') OR has_table_privilege('minzheng_app', %s, 'DELETE')"
            " OR has_table_privilege('minzheng_app', %s, 'TRUNCATE')",
            [table] * 4,
        )
        assert cursor.fetchone() == (True, False)


def test_查阅记录在视图回滚之后仍在(db: None) -> None:
    town = an_object()

    def view(request: HttpRequest) -> HttpResponse:
        try:
            with transaction.atomic():
                services.record_read(actor=Clerk(), obj=town, reason="办理低保申请")
                services.record(actor=Clerk(), action="case.accept")
                raise ZeroDivisionError
        except ZeroDivisionError:
            return HttpResponse(status=500)

    assert DurableReads(view)(HttpRequest()).status_code == 500
    line = AuditEntry.objects.get()
    assert (line.action, line.object_id, line.reason) == ("read", town.pk, "办理低保申请")
    assert services.verify().errors[1:] == [] and AuditSeal.objects.count() == 1


def test_视图抛出异常时查阅记录仍在(db: None) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            services.record_read(actor=Clerk(), obj=an_object(), reason="查阅")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        DurableReads(view)(HttpRequest())
    assert AuditEntry.objects.count() == 1


def test_一次页面查看只记一行_再次查看另记一行(db: None) -> None:
    town = an_object()

    def view(request: HttpRequest) -> HttpResponse:
        services.record_read(actor=Clerk(), obj=town, reason="查阅")
        services.record_read(actor=Clerk(), obj=town, reason="查阅")
        services.record_read(actor=Clerk(), obj=town, reason="核对")
        return HttpResponse()

    DurableReads(view)(HttpRequest())
    assert AuditEntry.objects.count() == 2
    DurableReads(view)(HttpRequest())
    assert AuditEntry.objects.count() == 4


def test_不在作用域内的查阅也照记(db: None) -> None:
    town = an_object()
    services.record_read(actor=Clerk(), obj=town, reason="查阅")
    services.record_read(actor=Clerk(), obj=town, reason="查阅")
    assert AuditEntry.objects.count() == 2


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_明细经数据库往返后校验码不变(value: Any) -> None:
    """`plain` yields only what JSON text carries unchanged."""
    kept = plain({"值": value})
    assert json.loads(json.dumps(kept)) == kept
    assert plain(kept) == kept


@pytest.mark.parametrize(
    "detail",
    [
        {"a": 1.10},
        {"a": 1e300},
        {"a": "零\x00字节"},
        {"a": "\ud800"},
        {"b": [1, {"c": None}], "a": {3, 1}},
        {"a": 2**70},
    ],
)
def test_刁钻的明细往返后仍通过校验(db: None, detail: dict[str, Any]) -> None:
    services.record(actor=Clerk(name="名" * 90), action="x", reason="长" * 300, detail=detail)
    line = AuditEntry.objects.get()
    assert entry_mac(canonical([getattr(line, column) for column in COLUMNS])) == line.mac
    assert len(line.reason) == 200 and line.reason.endswith("…")


def test_分批封存_快速与彻底结果一致(write: Callable[[int], list[AuditEntry]], monkeypatch: Any) -> None:
    monkeypatch.setattr(chain, "BATCH", 7)
    write(20)
    assert chain.seal_pending(thorough=False) == 20
    write(3)
    assert chain.seal_pending(thorough=False) == 3
    assert chain.seal_pending(thorough=True) == 0
    assert list(AuditSeal.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 24))


def test_提交很晚的记录由彻底封存补上(write: Callable[[int], list[AuditEntry]]) -> None:
    write(3)
    chain.seal_pending(thorough=True)
    late = AuditEntry.objects.order_by("pk")[0]
    late.pk -= 3600_000 << 22
    late.mac = entry_mac(canonical([getattr(late, column) for column in COLUMNS]))
    late.save(force_insert=True)
    assert chain.seal_pending(thorough=False) == 0
    assert chain.seal_pending(thorough=True) == 1
    assert AuditSeal.objects.get(seq=4).entry_id == late.pk


def test_锚定文件写满后换新且全部参与校验(
    write: Callable[[int], list[AuditEntry]], monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(anchor, "ROLL_BYTES", 300)
    for _ in range(5):
        write(2)
        with django_capture_on_commit_callbacks(execute=True):
            chain.seal_pending(thorough=False)
    assert len(list(anchor.folder().glob("head-*.jsonl"))) >= 2
    assert {head.seq for head in anchor.heads()} == {0, 2, 4, 6, 8, 10}
    assert anchor.last() == chain.head()
    assert services.verify().ok
    assert anchor.folder().stat().st_mode & 0o077 == 0 and anchor.current().stat().st_mode & 0o077 == 0


@pytest.mark.django_db(transaction=True)
def test_多个封存者同时工作_链不分叉() -> None:
    for n in range(300):
        services.record(actor=Clerk(), action="case.accept", detail={"n": n})

    def seal() -> None:
        chain.seal_pending(thorough=True)
        connection.close()

    sealers = [threading.Thread(target=seal) for _ in range(4)]
    for one in sealers:
        one.start()
    for one in sealers:
        one.join()
    assert chain.seal_pending(thorough=True) == 0
    assert services.verify().ok
    assert list(AuditSeal.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 301))
