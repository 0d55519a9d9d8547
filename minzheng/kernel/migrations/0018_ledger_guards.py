"""The ledger's laws, kept by the database for every role, the owner of the tables too.

* A transaction's entries cancel out per unit and are at least two, else the commit fails (deferred).
* Entries join only a transaction that was opened in the same database transaction: never one that is on the books.
* Nothing is updated, deleted or emptied; totals are written by the trigger alone; an account keeps its unit and kind.

Entries come by the million, so nothing here runs per entry: the statement trigger sums up what a statement added, and
the deferred check reads those sums. Each statement starts a check of its own, so that constraints set to IMMEDIATE half
way do not let later entries through. The functions run as their owner with a fixed search path: a temporary table of
the same name deceives nobody.
"""

from django.db import migrations

TABLES = ("kernel_ledgertransaction", "kernel_ledgerentry", "kernel_ledgertotal")
SECURE = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

APPEND_ONLY = """
BEGIN
    RAISE EXCEPTION '账目（%）只能追加，不能修改、删除或清空；记错了请记一笔冲正。', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
"""

# The number of the database transaction starts again when a backup is restored into a new cluster; the moment at which
# it began does not.
OPENED = """
BEGIN
    NEW.created_xid := pg_current_xact_id()::text::bigint;
    NEW.created_at := transaction_timestamp();
    RETURN NEW;
END
"""

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
    SELECT coalesce(sum(entries), 0) INTO booked FROM written;
    SELECT count(*) INTO given FROM added;
    IF booked <> given THEN
        RAISE EXCEPTION '有 % 条分录不能记账：分录只能记入同一数据库事务里新开的凭证，科目必须在科目表中。', given - booked
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
"""

BALANCED = """
DECLARE
    one bigint;
    count_of bigint;
    wrong record;
BEGIN
    IF TG_TABLE_NAME = 'kernel_ledgertotal' THEN one := NEW.transaction_id; ELSE one := NEW.id; END IF;
    SELECT coalesce(sum(entries), 0) INTO count_of FROM kernel_ledgertotal WHERE transaction_id = one;
    IF count_of < 2 THEN
        RAISE EXCEPTION '凭证 % 只有 % 条分录，至少要有一借一贷。', one, count_of USING ERRCODE = 'check_violation';
    END IF;
    SELECT a.unit, sum(l.debit) AS debit, sum(l.credit) AS credit INTO wrong
    FROM kernel_ledgertotal l JOIN kernel_ledgeraccount a ON a.code = l.account_id
    WHERE l.transaction_id = one GROUP BY a.unit HAVING sum(l.debit) <> sum(l.credit) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '凭证 % 借贷不平（单位 %）：借方 %，贷方 %。', one, wrong.unit, wrong.debit, wrong.credit
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
"""

# Only from within another trigger: the platform's own statements never write totals.
TOTAL = """
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION '分录合计由数据库自己登记，不能直接写入。' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""

ACCOUNT = """
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.code, OLD.kind, OLD.unit) IS DISTINCT FROM (NEW.code, NEW.kind, NEW.unit) THEN
        RAISE EXCEPTION '科目 % 不能删除，也不能改代码、类别或单位；请另设科目。', OLD.code
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
"""

FUNCTIONS = {
    "kernel_ledger_append_only": APPEND_ONLY,
    "kernel_ledger_opened": OPENED,
    "kernel_ledger_added": ADDED,
    "kernel_ledger_balanced": BALANCED,
    "kernel_ledger_total": TOTAL,
    "kernel_ledger_account": ACCOUNT,
}

DEFERRED = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"

# (name, kind, when and where, how)
TRIGGERS = [
    *((f"{table}_rows", "", "BEFORE UPDATE OR DELETE", table, "FOR EACH ROW", "append_only") for table in TABLES),
    *((f"{table}_truncate", "", "BEFORE TRUNCATE", table, "FOR EACH STATEMENT", "append_only") for table in TABLES),
    ("kernel_ledger_opened", "", "BEFORE INSERT", TABLES[0], "FOR EACH ROW", "opened"),
    (
        "kernel_ledger_added",
        "",
        "AFTER INSERT",
        TABLES[1],
        "REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
        "added",
    ),
    ("kernel_ledger_total", "", "BEFORE INSERT", TABLES[2], "FOR EACH ROW", "total"),
    ("kernel_ledger_balanced", "CONSTRAINT", "AFTER INSERT", TABLES[0], DEFERRED, "balanced"),
    (
        "kernel_ledger_balanced_again",
        "CONSTRAINT",
        "AFTER INSERT",
        TABLES[2],
        f"{DEFERRED} WHEN (NEW.checks)",
        "balanced",
    ),
    ("kernel_ledger_account", "", "BEFORE UPDATE OR DELETE", "kernel_ledgeraccount", "FOR EACH ROW", "account"),
]


class Migration(migrations.Migration):
    dependencies = [("kernel", "0017_ledger")]

    operations = [
        *(
            migrations.RunSQL(
                f"CREATE FUNCTION {name}() RETURNS trigger {SECURE} AS $$ {body} $$", f"DROP FUNCTION {name}()"
            )
            for name, body in FUNCTIONS.items()
        ),
        *(
            migrations.RunSQL(
                f"CREATE {kind} TRIGGER {name} {when} ON {table} {how} EXECUTE FUNCTION kernel_ledger_{function}()",
                f"DROP TRIGGER {name} ON {table}",
            )
            for name, kind, when, table, how, function in TRIGGERS
        ),
    ]
