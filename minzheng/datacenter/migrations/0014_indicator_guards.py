"""A frozen month stays as it was: the database refuses changes of its values and of the freeze for every role.

Values of a version come in the transaction that made its freeze, never later. Demonstrations go (area codes of province
99 belong to no place)."""

from django.db import migrations

KEPT = """
CREATE FUNCTION datacenter_indicator_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.region_code LIKE '99%' THEN RETURN OLD; END IF;
    RAISE EXCEPTION '已冻结的指标（%）不能修改、不能删除：数字有误请“更正冻结”，另成一个版本。', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$
"""

STAMPED = """
CREATE FUNCTION datacenter_indicator_stamped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.created_xid := txid_current();
    RETURN NEW;
END $$
"""

TOGETHER = """
CREATE FUNCTION datacenter_indicator_together() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT left(region_code, 6) || '000000' AS unit, month, version FROM added WHERE version > 0) a
        WHERE NOT EXISTS (
            SELECT 1 FROM datacenter_indicatorfreeze f WHERE f.region_code = a.unit AND f.month = a.month
                AND f.version = a.version AND f.created_xid = txid_current()
        )
    ) THEN
        RAISE EXCEPTION '已冻结的指标不能再添数值：请“更正冻结”，另成一个版本。' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$
"""


def trigger(name: str, when: str) -> migrations.RunSQL:
    table = when.rsplit(" ON ", 1)[1].split()[0]
    return migrations.RunSQL(f"CREATE TRIGGER {name} {when}", f"DROP TRIGGER {name} ON {table}")


class Migration(migrations.Migration):
    dependencies = [("datacenter", "0013_indicators")]

    operations = [
        migrations.RunSQL(KEPT, "DROP FUNCTION datacenter_indicator_kept()"),
        migrations.RunSQL(STAMPED, "DROP FUNCTION datacenter_indicator_stamped()"),
        migrations.RunSQL(TOGETHER, "DROP FUNCTION datacenter_indicator_together()"),
        trigger(
            "datacenter_indicatorvalue_kept",
            "BEFORE DELETE ON datacenter_indicatorvalue FOR EACH ROW WHEN (OLD.version > 0) "
            "EXECUTE FUNCTION datacenter_indicator_kept()",
        ),
        trigger(
            "datacenter_indicatorvalue_live",
            "BEFORE UPDATE ON datacenter_indicatorvalue FOR EACH ROW WHEN (OLD.version > 0 OR NEW.version > 0) "
            "EXECUTE FUNCTION datacenter_indicator_kept()",
        ),
        trigger(
            "datacenter_indicatorfreeze_kept",
            "BEFORE UPDATE OR DELETE ON datacenter_indicatorfreeze FOR EACH ROW "
            "EXECUTE FUNCTION datacenter_indicator_kept()",
        ),
        trigger(
            "datacenter_indicatorfreeze_stamped",
            "BEFORE INSERT ON datacenter_indicatorfreeze FOR EACH ROW EXECUTE FUNCTION datacenter_indicator_stamped()",
        ),
        trigger(
            "datacenter_indicatorvalue_together",
            "AFTER INSERT ON datacenter_indicatorvalue REFERENCING NEW TABLE AS added FOR EACH STATEMENT "
            "EXECUTE FUNCTION datacenter_indicator_together()",
        ),
    ]
