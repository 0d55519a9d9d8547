"""Money that was only demonstrated can be taken out again, by one function and for invented places alone.

The books and the pay runs only grow: the application role may delete nothing of them and the guards stop the owner too.
A demonstration is replaced now and then, so this function, run as the owner, puts the guards aside for one transaction and
removes the rows of province 99, which is assigned to no place. Rows of real places are out of its reach.
"""

from django.db import migrations

DEMO = "region_code LIKE '99%'"
BATCHES = f"IN (SELECT id FROM kernel_paybatch WHERE {DEMO})"

#: Those that point to others first.
ROWS = (
    ("kernel_returnreject", f"file_id IN (SELECT id FROM kernel_bankfile WHERE {DEMO})"),
    ("kernel_bankfile", DEMO),
    ("kernel_payevent", f"batch_id {BATCHES}"),
    ("kernel_paymonth", DEMO),
    ("kernel_payline", DEMO),
    ("kernel_ledgertotal", DEMO),
    ("kernel_ledgerentry", DEMO),
    ("kernel_ledgertransaction", DEMO),
)


def _guard(table: str) -> str:
    """The one guard that stands in the way of a deletion; the others stay up."""
    return "kernel_payline_delete" if table == "kernel_payline" else f"{table}_rows"


def _steps() -> str:
    off = "\n".join(f"ALTER TABLE {table} DISABLE TRIGGER {_guard(table)};" for table, _ in ROWS)
    gone = "\n".join(
        f"DELETE FROM {table} WHERE {condition}; GET DIAGNOSTICS gone = ROW_COUNT; "
        f"IF gone > 0 THEN removed := removed || jsonb_build_object('{table}', gone); END IF;"
        for table, condition in ROWS
    )
    on = "\n".join(f"ALTER TABLE {table} ENABLE TRIGGER {_guard(table)};" for table, _ in ROWS)
    return f"{off}\n{gone}\n{on}"


FUNCTION = f"""
CREATE FUNCTION kernel_remove_demonstrated_money() RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone bigint;
    removed jsonb := '{{}}';
BEGIN
    {_steps()}
    RETURN removed;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0024_bank_files")]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION kernel_remove_demonstrated_money()")]
