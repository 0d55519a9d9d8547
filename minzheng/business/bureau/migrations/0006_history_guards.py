"""What was written or recorded stays as it was: versions of a summary, changes of a duty register's entry, acts and money
of a project. The database refuses changes, deletion and emptying for every role; only rows of province 99, which is
assigned to no place, may go, for a demonstration is replaced now and then."""

from django.db import migrations

#: table -> (name, what to do instead)
TABLES = {
    "bureau_summaryversion": ("工作总结的版本", "要改请在编辑页另存一个版本"),
    "bureau_registerchange": ("台账的更改记录", "要改请更正该条台账，系统会再记一笔"),
    "bureau_projectact": ("项目的办理记录", "办错了请再办一步改正"),
    "bureau_projectmoney": ("项目资金的登记", "记错了请再记一笔负数冲回"),
}
#: These refuse changes already (0004).
UNCHANGED_ALREADY = ("bureau_projectact", "bureau_projectmoney")
#: A change of an entry has no place of its own; it lies where its entry lies.
PLACE = {
    "bureau_registerchange": "(SELECT e.region_code FROM bureau_registerentry e WHERE e.id = OLD.entry_id)",
}


def function(table: str) -> migrations.RunSQL:
    name, instead = TABLES[table]
    return migrations.RunSQL(
        f"""
CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND {PLACE.get(table, "OLD.region_code")} LIKE '99%' THEN RETURN OLD; END IF;
    RAISE EXCEPTION '{name}只能追加，不能修改、删除或清空：{instead}。' USING ERRCODE = 'insufficient_privilege';
END $$
""",
        f"DROP FUNCTION {table}_kept()",
    )


def guards(table: str) -> list[migrations.RunSQL]:
    rows = ("delete", "DELETE") if table in UNCHANGED_ALREADY else ("rows", "UPDATE OR DELETE")
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {table}_kept()",
            f"DROP TRIGGER {table}_{name} ON {table}",
        )
        for name, when, each in ((*rows, "ROW"), ("truncate", "TRUNCATE", "STATEMENT"))
    ]


class Migration(migrations.Migration):
    dependencies = [("bureau", "0005_supervision")]

    operations = [step for table in TABLES for step in (function(table), *guards(table))]
