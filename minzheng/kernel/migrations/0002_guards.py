"""Audit tables only ever grow: the database itself refuses to change, delete or empty them, for every role.

The application role has no such rights anyway (granted at start-up); these triggers also stop the tables' owner.
"""

from django.db import migrations

TABLES = ("kernel_auditentry", "kernel_auditseal")

FUNCTION = """
CREATE FUNCTION kernel_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '审计表 % 只能追加，不能修改、删除或清空。', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""


def guards(table: str) -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION kernel_append_only()",
            f"DROP TRIGGER {table}_rows ON {table}",
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only()",
            f"DROP TRIGGER {table}_truncate ON {table}",
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION kernel_append_only()"),
        *(step for table in TABLES for step in guards(table)),
    ]
