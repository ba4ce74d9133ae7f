"""Let an open-ended rate card be given its last day, once, when the next version is made; nothing else of it changes."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CLOSE_ONLY = """
CREATE FUNCTION public.close_rate_card_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF upper_inf(OLD.valid) AND NOT upper_inf(NEW.valid) AND NOT isempty(NEW.valid)
       AND lower(NEW.valid) IS NOT DISTINCT FROM lower(OLD.valid)
       AND (NEW.id, NEW.agreement_id, NEW.version, NEW.created_at)
           IS NOT DISTINCT FROM (OLD.id, OLD.agreement_id, OLD.version, OLD.created_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a rate card only ever gets its last day, once' USING ERRCODE = 'WS002';
END
$$;
"""


def upgrade() -> None:
    """Guard each updated row in the place of the statement, and grant the one column."""
    op.execute(CLOSE_ONLY)
    op.execute("REVOKE EXECUTE ON FUNCTION public.close_rate_card_only() FROM PUBLIC")
    op.execute("DROP TRIGGER rate_card_insert_only ON rate_card")
    op.execute(
        "CREATE TRIGGER rate_card_insert_only BEFORE DELETE OR TRUNCATE ON rate_card "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER rate_card_close_only BEFORE UPDATE ON rate_card "
        "FOR EACH ROW EXECUTE FUNCTION public.close_rate_card_only()"
    )
    op.execute("GRANT UPDATE (valid) ON rate_card TO works_app")


def downgrade() -> None:
    """Nothing lies below the guards: restore a backup instead."""
    raise RuntimeError("The guards cannot be taken away; restore a backup.")
