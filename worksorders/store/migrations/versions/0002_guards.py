"""Grant the app role what it needs and no more; make the vault's functions and the insert-only tables."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APP = "works_app"

# Rows of these tables are never changed or removed, by anyone who is not the owner.
INSERT_ONLY = (
    "audit_event",
    "eligibility_answer",
    "opening_event",
    "rate_card",
    "rate_line",
    "frozen_rate",
    "approval_event",
    "line_accepted",
    "invoice_line",
    "ledger_entry",
)

FUNCTIONS = """
CREATE FUNCTION vault.put_key(a_case uuid, a_wrapped bytea, a_version bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    INSERT INTO vault.case_key (case_id, wrapped, master_version) VALUES (a_case, a_wrapped, a_version)
$$;

CREATE FUNCTION vault.wrapped_key(a_case uuid) RETURNS TABLE (wrapped bytea, master_version bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    SELECT k.wrapped, k.master_version FROM vault.case_key k WHERE k.case_id = a_case
$$;

CREATE FUNCTION vault.put(a_case uuid, a_subject uuid, a_kind text, a_sealed bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    INSERT INTO vault.sealed (case_id, subject_id, kind, sealed) VALUES (a_case, a_subject, a_kind, a_sealed)
    ON CONFLICT (case_id, subject_id, kind) DO UPDATE SET sealed = excluded.sealed
$$;

CREATE FUNCTION vault.intend(a_token_hash bytea, a_cases uuid[], a_kinds text[], a_purpose text, an_actor uuid,
                             a_session text, a_seconds integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF a_seconds NOT BETWEEN 1 AND 900 OR length(btrim(a_purpose)) < 3 OR cardinality(a_cases) < 1 THEN
        RAISE EXCEPTION 'an intent needs a purpose, a case and at most 900 seconds' USING ERRCODE = 'WS001';
    END IF;
    INSERT INTO vault.intent (token_hash, case_ids, kinds, purpose, actor_id, session_key, expires_at)
    VALUES (a_token_hash, a_cases, a_kinds, a_purpose, an_actor, a_session,
            clock_timestamp() + make_interval(secs => a_seconds));
    INSERT INTO public.audit_event (actor_id, action, subject_table, subject_id, reason, detail)
    SELECT an_actor, 'disclosure.intended', 'case_file', c, a_purpose, jsonb_build_object('kinds', a_kinds)
    FROM unnest(a_cases) AS c;
END
$$;

CREATE FUNCTION vault.reveal(a_token bytea, an_actor uuid, a_session text)
RETURNS TABLE (case_id uuid, subject_id uuid, kind text, sealed bytea, wrapped bytea, master_version bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    wish vault.intent%ROWTYPE;
BEGIN
    SELECT * INTO wish FROM vault.intent i WHERE i.token_hash = sha256(a_token) FOR UPDATE;
    IF NOT FOUND OR wish.used_at IS NOT NULL OR wish.expires_at <= clock_timestamp()
       OR wish.actor_id IS DISTINCT FROM an_actor OR wish.session_key IS DISTINCT FROM a_session
       OR pg_xact_status(wish.transaction_id) IS DISTINCT FROM 'committed' THEN
        RAISE EXCEPTION 'this reading was not announced, or not by you, or already made' USING ERRCODE = 'WS001';
    END IF;
    UPDATE vault.intent i SET used_at = clock_timestamp() WHERE i.token_hash = wish.token_hash;
    INSERT INTO public.audit_event (actor_id, action, subject_table, subject_id, reason, detail)
    SELECT an_actor, 'disclosure.revealed', 'case_file', c, wish.purpose, jsonb_build_object('kinds', wish.kinds)
    FROM unnest(wish.case_ids) AS c;
    RETURN QUERY
        SELECT s.case_id, s.subject_id, s.kind, s.sealed, k.wrapped, k.master_version
        FROM vault.sealed s JOIN vault.case_key k USING (case_id)
        WHERE s.case_id = ANY (wish.case_ids) AND s.kind = ANY (wish.kinds);
END
$$;

CREATE FUNCTION public.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE EXCEPTION '% is insert only', TG_TABLE_NAME USING ERRCODE = 'WS002';
END
$$;
"""


def upgrade() -> None:
    """Make functions first, then take every right away and give back the needed ones."""
    op.execute(FUNCTIONS)
    op.execute("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC")
    op.execute("REVOKE EXECUTE ON FUNCTION public.refuse_change() FROM PUBLIC")
    op.execute(f"GRANT USAGE ON SCHEMA public, vault TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}")
    op.execute(
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}"
    )
    op.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA vault TO {APP}")
    op.execute(f"GRANT SELECT, INSERT ON vault.look_up TO {APP}")
    op.execute(f"REVOKE ALL ON alembic_version FROM {APP}")
    op.execute(f"GRANT SELECT ON alembic_version TO {APP}")
    for table in INSERT_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APP}")
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )


def downgrade() -> None:
    """Nothing lies below the guards: restore a backup instead."""
    raise RuntimeError("The guards cannot be taken away; restore a backup.")
