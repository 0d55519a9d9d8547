"""What a batch holds cannot be changed once it is approved, whoever asks: lines, accounts and events are guarded by the
database itself. Corrections are new lines."""

from django.db import migrations

# Money and destination of a line may only change while its batch is being prepared; its state and result may always.
LINES = """
CREATE FUNCTION kernel_payline_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    SELECT state INTO held FROM kernel_paybatch WHERE id = OLD.batch_id;
    IF held IS NULL OR held IN ('BUILDING', 'CHECKED', 'REVIEWED') THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION '批次已审批，明细的金额、账户和依据不能再改、不能删除；要更正，请追加新的明细。'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER kernel_payline_content BEFORE UPDATE OF batch_id, seq, line_id, origin_id, attempt, award_id, person_id,
    account_id, month, line_type, region_code, due_fen, correction_fen, offset_fen, amount_fen, snapshot
    ON kernel_payline FOR EACH ROW
    WHEN ((OLD.batch_id, OLD.seq, OLD.line_id, OLD.origin_id, OLD.attempt, OLD.award_id, OLD.person_id, OLD.account_id,
           OLD.month, OLD.line_type, OLD.region_code, OLD.due_fen, OLD.correction_fen, OLD.offset_fen, OLD.amount_fen,
           OLD.snapshot) IS DISTINCT FROM
          (NEW.batch_id, NEW.seq, NEW.line_id, NEW.origin_id, NEW.attempt, NEW.award_id, NEW.person_id, NEW.account_id,
           NEW.month, NEW.line_type, NEW.region_code, NEW.due_fen, NEW.correction_fen, NEW.offset_fen, NEW.amount_fen,
           NEW.snapshot))
    EXECUTE FUNCTION kernel_payline_guard();
CREATE TRIGGER kernel_payline_delete BEFORE DELETE ON kernel_payline
    FOR EACH ROW EXECUTE FUNCTION kernel_payline_guard();
"""
LINES_BACK = """
DROP TRIGGER kernel_payline_content ON kernel_payline;
DROP TRIGGER kernel_payline_delete ON kernel_payline;
DROP FUNCTION kernel_payline_guard();
"""

# The sealed number itself is left out: a change of the data key seals it anew; its index proves that it is the same.
FROZEN = """
CREATE FUNCTION kernel_frozen_columns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '表 % 的这一行已经固定：金额和账户只能追加新的一行，不能改写。', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER kernel_payeeaccount_frozen BEFORE UPDATE OF person_id, holder, number_index, bank, kind, relation
    ON kernel_payeeaccount FOR EACH ROW
    WHEN ((OLD.holder, OLD.number_index, OLD.bank, OLD.kind, OLD.relation)
          IS DISTINCT FROM (NEW.holder, NEW.number_index, NEW.bank, NEW.kind, NEW.relation))
    EXECUTE FUNCTION kernel_frozen_columns();
CREATE TRIGGER kernel_paymentline_frozen BEFORE UPDATE OF award_id, month, line_type, seq, amount_fen
    ON kernel_paymentline FOR EACH ROW
    WHEN ((OLD.award_id, OLD.month, OLD.line_type, OLD.seq, OLD.amount_fen)
          IS DISTINCT FROM (NEW.award_id, NEW.month, NEW.line_type, NEW.seq, NEW.amount_fen))
    EXECUTE FUNCTION kernel_frozen_columns();
"""
FROZEN_BACK = """
DROP TRIGGER kernel_payeeaccount_frozen ON kernel_payeeaccount;
DROP TRIGGER kernel_paymentline_frozen ON kernel_paymentline;
DROP FUNCTION kernel_frozen_columns();
"""


EVENTS = """
CREATE FUNCTION kernel_pay_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '发放记录表 % 只能追加，不能修改、删除或清空。', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""
TABLES = ("kernel_payevent", "kernel_paymonth")


def append_only(table: str) -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION kernel_pay_append_only()",
            f"DROP TRIGGER {table}_rows ON {table}",
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION kernel_pay_append_only()",
            f"DROP TRIGGER {table}_truncate ON {table}",
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("kernel", "0019_payruns")]

    operations = [
        migrations.RunSQL(LINES, LINES_BACK),
        migrations.RunSQL(FROZEN, FROZEN_BACK),
        migrations.RunSQL(EVENTS, "DROP FUNCTION kernel_pay_append_only()"),
        *(step for table in TABLES for step in append_only(table)),
    ]
