"""Let tokens and lent limits wait for a second person too, and what was noted of a home go with its address."""

from __future__ import annotations

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

APP, TABLE, HAZARDS = "works_app", "account_change", "home_hazards"
KINDS = "kind IN ('invite', 'role', 'reopen', 'password', 'recovery', 'contact'{})"
WHOSE = "kind {} OR user_id IS NOT NULL"
TAKER = (
    "(kind = 'lend') = (wanted ? 'to_user_id')"
    " AND (kind <> 'lend' OR wanted ->> 'to_user_id' <> ALL (ARRAY[asked_by::text,"
    " coalesce(decided_by::text, '')]))"
)
# What the function sets for its own transaction; the app has no right to delete, whatever it sets.
FUNCTIONS = """
CREATE FUNCTION vault.forget_hazards(a_case uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    gone bigint;
BEGIN
    PERFORM vault.refuse_held(a_case);
    PERFORM set_config('works.forgets_hazards', a_case::text, true);
    DELETE FROM public.home_hazards h WHERE h.case_id = a_case;
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('works.forgets_hazards', '', true);
    RETURN gone;
END
$$;

CREATE FUNCTION public.refuse_hazard_loss() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF current_setting('works.forgets_hazards', true) IS DISTINCT FROM OLD.case_id::text THEN
        RAISE EXCEPTION 'rows of home_hazards are only ever forgotten with their home';
    END IF;
    RETURN OLD;
END
$$;
"""


def upgrade() -> None:
    """Widen what may wait, and give hazards their one way out."""
    _replace("kind", KINDS.format(", 'token', 'lend'"))
    _replace("whose", WHOSE.format("IN ('invite', 'token')"))
    op.create_check_constraint(op.f(f"ck_{TABLE}_taker"), TABLE, TAKER)
    op.execute(FUNCTIONS)
    op.execute("REVOKE EXECUTE ON FUNCTION vault.forget_hazards(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION vault.forget_hazards(uuid) TO {APP}")
    op.execute(f"DROP TRIGGER {HAZARDS}_insert_only ON {HAZARDS}")
    op.execute(
        f"CREATE TRIGGER {HAZARDS}_insert_only BEFORE UPDATE OR TRUNCATE ON {HAZARDS} "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {HAZARDS}_kept BEFORE DELETE ON {HAZARDS} "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse_hazard_loss()"
    )


def downgrade() -> None:
    """Nothing of the new kinds waits any more, and hazards stay for good."""
    op.execute(f"DROP TRIGGER {HAZARDS}_kept ON {HAZARDS}")
    op.execute(f"DROP TRIGGER {HAZARDS}_insert_only ON {HAZARDS}")
    op.execute(
        f"CREATE TRIGGER {HAZARDS}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {HAZARDS} "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute("DROP FUNCTION public.refuse_hazard_loss()")
    op.execute("DROP FUNCTION vault.forget_hazards(uuid)")
    op.drop_constraint(op.f(f"ck_{TABLE}_taker"), TABLE, type_="check")
    op.execute(f"DELETE FROM {TABLE} WHERE kind IN ('token', 'lend')")
    _replace("whose", WHOSE.format("= 'invite'"))
    _replace("kind", KINDS.format(""))


def _replace(name: str, rule: str) -> None:
    op.drop_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, type_="check")
    op.create_check_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, rule)
