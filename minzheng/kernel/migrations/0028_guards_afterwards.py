"""The guards of payment lines look at a changed row afterwards instead of before. Whatever they refuse fails as it did; but
a row trigger that runs BEFORE an update, even one that never fires, makes PostgreSQL lock every row first and log the
lock: half of what an update of a million states cost.

The check of the ledger's statement trigger counts the entries in the same pass in which it sums them up."""

from importlib import import_module
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GUARDS = {"kernel_payline": "kernel_payline_content", "kernel_paymentline": "kernel_paymentline_frozen"}


def _moved(old: str, new: str) -> Any:
    """The same trigger (columns, condition, function) at the other moment."""

    def move(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        with editor.connection.cursor() as cursor:
            for table, trigger in GUARDS.items():
                cursor.execute(
                    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass",
                    [trigger, table],
                )
                told = cursor.fetchone()[0]
                cursor.execute(f"DROP TRIGGER {trigger} ON {table}")
                cursor.execute(told.replace(f"{trigger} {old} ", f"{trigger} {new} ", 1))

    return move


guards = import_module("minzheng.kernel.migrations.0018_ledger_guards")
ADDED = """
DECLARE
    given bigint;
    booked bigint;
BEGIN
    WITH sums AS (
        SELECT transaction_id, account_id, benefit, source, region_code, month,
               coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS debit,
               coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS credit,
               count(*) AS entries
        FROM added
        GROUP BY transaction_id, account_id, benefit, source, region_code, month
    ), written AS (
        INSERT INTO kernel_ledgertotal (transaction_id, account_id, benefit, source, region_code, month, occurred_on,
                                        debit, credit, entries, checks)
        SELECT s.transaction_id, s.account_id, s.benefit, s.source, s.region_code, s.month, t.occurred_on,
               s.debit, s.credit, s.entries, row_number() OVER (PARTITION BY s.transaction_id) = 1
        FROM sums s
        JOIN kernel_ledgertransaction t ON t.id = s.transaction_id
             AND t.created_xid = pg_current_xact_id()::text::bigint AND t.created_at = transaction_timestamp()
        JOIN kernel_ledgeraccount a ON a.code = s.account_id
        RETURNING entries
    )
    SELECT (SELECT coalesce(sum(entries), 0) FROM written), (SELECT coalesce(sum(entries), 0) FROM sums)
    INTO booked, given;
    IF booked <> given THEN
        RAISE EXCEPTION '有 % 条分录不能记账：分录只能记入同一数据库事务里新开的凭证，科目必须在科目表中。', given - booked
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
"""


def _added(body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION kernel_ledger_added() RETURNS trigger {guards.SECURE} AS $$ {body} $$"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0027_rare_rows")]

    operations = [
        migrations.RunPython(_moved("BEFORE", "AFTER"), _moved("AFTER", "BEFORE")),
        migrations.RunSQL(_added(ADDED), _added(guards.ADDED)),
    ]
