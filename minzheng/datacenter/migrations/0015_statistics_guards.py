"""The history and the sealed editions of a statistical report stay as they were: the database refuses changes, deletion
and emptying for every role. Only rows of a report of province 99, which is assigned to no place, may go: a demonstration
is replaced now and then. A report therefore never changes its place."""

from django.db import migrations

TABLES = ("datacenter_statact", "datacenter_statedition")

KEPT = """
CREATE FUNCTION datacenter_stat_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM datacenter_statreport r WHERE r.id = OLD.report_id AND r.region_code LIKE '99%'
    ) THEN RETURN OLD; END IF;
    RAISE EXCEPTION '统计报表的办理记录和封存版次（%）只能追加，不能修改、删除或清空；数字有误请走订正单。', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$
"""

PLACE = """
CREATE FUNCTION datacenter_stat_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '统计报表不能改表、改报告期或改到别的地区；请另布置一张。' USING ERRCODE = 'insufficient_privilege';
END $$
"""


def guards(table: str) -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} FOR EACH {each} "
            "EXECUTE FUNCTION datacenter_stat_kept()",
            f"DROP TRIGGER {table}_{name} ON {table}",
        )
        for name, when, each in (("rows", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT"))
    ]


class Migration(migrations.Migration):
    dependencies = [("datacenter", "0014_indicator_guards")]

    operations = [
        migrations.RunSQL(KEPT, "DROP FUNCTION datacenter_stat_kept()"),
        migrations.RunSQL(PLACE, "DROP FUNCTION datacenter_stat_stays()"),
        *(step for table in TABLES for step in guards(table)),
        migrations.RunSQL(
            "CREATE TRIGGER datacenter_statreport_stays BEFORE UPDATE ON datacenter_statreport FOR EACH ROW "
            "WHEN ((OLD.region_code, OLD.shell, OLD.period) IS DISTINCT FROM (NEW.region_code, NEW.shell, NEW.period)) "
            "EXECUTE FUNCTION datacenter_stat_stays()",
            "DROP TRIGGER datacenter_statreport_stays ON datacenter_statreport",
        ),
    ]
