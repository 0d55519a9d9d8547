"""What two people have confirmed about money is never changed: the database refuses it for every role.

A draft may only be confirmed or withdrawn, its figures stay as entered; a confirmed row stays as it is, but for what came
of a project. Rows are not deleted, except demonstrations (area codes of province 99 belong to no place)."""

from django.db import migrations

TABLES = ("fundallocation", "fundrule", "fundreturn", "welfareproject", "welfareentry", "welfarelist")

FUNCTION = """
CREATE FUNCTION kernel_two_hands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed text[];
    free text[] := CASE WHEN TG_TABLE_NAME = 'kernel_welfareproject'
        THEN ARRAY['result', 'performance', 'score', 'finished_on'] ELSE ARRAY[]::text[] END;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.region_code LIKE '99%' THEN RETURN OLD; END IF;
        RAISE EXCEPTION '资金记录（%）不能删除：待确认的请撤回，已确认的请另录一条调整。', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state = 'draft' THEN
        free := free || ARRAY['state', 'confirmed_by_id', 'confirmed_name', 'confirmed_at', 'withdrawn_reason', 'booked_id'];
    END IF;
    SELECT array_agg(n.key) INTO changed FROM jsonb_each(to_jsonb(NEW)) AS n
        WHERE n.value IS DISTINCT FROM to_jsonb(OLD) -> n.key AND NOT n.key = ANY (free);
    IF changed IS NOT NULL THEN
        RAISE EXCEPTION '资金记录（%）的 % 不能修改；写错了的请撤回重录，或另录一条调整。', TG_TABLE_NAME, changed
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""


def guard(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER kernel_{table}_hands BEFORE UPDATE OR DELETE ON kernel_{table} "
        "FOR EACH ROW EXECUTE FUNCTION kernel_two_hands()",
        f"DROP TRIGGER kernel_{table}_hands ON kernel_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("kernel", "0021_funds")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION kernel_two_hands()"),
        *(guard(table) for table in TABLES),
    ]
