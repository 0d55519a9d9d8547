"""The application role: can do the business, cannot alter audit lines, is no superuser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from minzheng.site import database
from minzheng.site.postgres import roles

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(database.external(), reason="外部数据库的角色由运维管理")]


@pytest.fixture
def as_app() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {roles.APP}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def attempt(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", roles.APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_应用角色改不了审计表(table: str, statement: str, as_app: None) -> None:
    with connection.cursor() as cursor:
        column = connection.introspection.get_table_description(cursor, table)[0].name
    with pytest.raises(ProgrammingError, match="permission denied"):
        attempt(statement.format(table, column, column))


@pytest.mark.parametrize("table", roles.UNCHANGED)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "TRUNCATE {}"])
def test_应用角色改不了历史记录(table: str, statement: str, as_app: None) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        attempt(statement.format(table))


def test_应用角色能读写业务表也能读审计表(as_app: None) -> None:
    attempt("UPDATE kernel_case SET id = id")
    attempt("SELECT count(*) FROM kernel_auditentry")


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE planted (id int)", "DROP TABLE kernel_case", "ALTER TABLE kernel_auditentry DISABLE TRIGGER ALL"],
)
def test_应用角色动不了表结构(as_app: None, statement: str) -> None:
    with pytest.raises(ProgrammingError):
        attempt(statement)


def test_应用角色与属主都不是超级用户() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = ANY(%s)",
            [[roles.APP, roles.OWNER]],
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    assert found == {roles.APP: (False, False, False), roles.OWNER: (False, True, False)}


def test_应用角色不拥有任何表() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = %s", [roles.APP])
        assert cursor.fetchone() == (0,)


def test_中文排序与大小写用内置的C区域() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database"
            " WHERE datname = current_database()"
        )
        assert cursor.fetchone() == ("b", "C.UTF-8", "UTF8")
