"""Keep legal holds, what was forgotten, and requests under the Privacy Act; let the vault destroy values and keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

APP, OWNER = "works_app", "works_owner"
NOT_WALLED = "coalesce(case_id <> ALL ((SELECT access.walled_cases())::uuid[]), true)"
TABLES = ("legal_hold", "forgotten", "privacy_request")

FUNCTIONS = """
CREATE FUNCTION vault.is_held(a_case uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT EXISTS (SELECT 1 FROM public.legal_hold h WHERE h.case_id = a_case AND h.lifted_at IS NULL)
$$;

CREATE FUNCTION vault.refuse_held(a_case uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    PERFORM 1 FROM public.case_file c WHERE c.id = a_case FOR UPDATE;
    IF vault.is_held(a_case) THEN
        RAISE EXCEPTION 'a legal hold stands on this case' USING ERRCODE = 'WS003';
    END IF;
END
$$;

CREATE FUNCTION vault.forget_values(a_case uuid, a_kinds text[], a_subject uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    gone bigint;
BEGIN
    PERFORM vault.refuse_held(a_case);
    DELETE FROM vault.sealed s
        WHERE s.case_id = a_case AND split_part(s.kind, ':', 1) = ANY (a_kinds)
          AND (a_subject IS NULL OR s.subject_id = a_subject);
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF a_subject IS NULL THEN
        DELETE FROM vault.look_up l
            WHERE l.case_id = a_case AND (l.kind = ANY (a_kinds) OR split_part(l.kind, ':', 2) = ANY (a_kinds));
        DELETE FROM vault.interest_look_up i
            WHERE i.case_id = a_case AND replace(i.kind, 'person.', 'interest.') = ANY (a_kinds);
    END IF;
    RETURN gone;
END
$$;

CREATE FUNCTION vault.forget_case(a_case uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    gone bigint;
BEGIN
    PERFORM vault.refuse_held(a_case);
    DELETE FROM vault.case_key k WHERE k.case_id = a_case;
    DELETE FROM vault.sealed s WHERE s.case_id = a_case;
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM vault.look_up l WHERE l.case_id = a_case;
    DELETE FROM vault.interest_look_up i WHERE i.case_id = a_case;
    RETURN gone;
END
$$;
"""
SIGNATURES = (
    "is_held(uuid)", "refuse_held(uuid)", "forget_values(uuid, text[], uuid)", "forget_case(uuid)",
)  # fmt: skip


def policy(table: str, staff: str) -> None:
    """Switch row security on for a table, for its owner too: staff see what is not walled off, contractors nothing."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner ON {table} TO {OWNER} USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY seen ON {table} TO {APP} USING ((SELECT access.sees_all())"
        f" OR (SELECT access.scope()) = 'staff' AND ({staff})"
        " OR (SELECT access.scope()) = 'firm' AND (false))"
    )


def instant(name: str, *, needed: bool = False) -> sa.Column[object]:
    """A column that holds an instant."""
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=not needed)


def key(name: str, *, needed: bool = False) -> sa.Column[object]:
    """A column that holds the id of a row."""
    return sa.Column(name, UUID(as_uuid=True), nullable=not needed)


def upgrade() -> None:
    """Make the tables and functions, then their guards; let a photo be emptied once."""
    op.create_table(
        "legal_hold",
        key("case_id", needed=True),
        sa.Column("reason", sa.Text(), nullable=False),
        instant("placed_at", needed=True),
        key("placed_by", needed=True),
        instant("lifted_at"),
        key("lifted_by"),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("length(btrim(reason)) > 0", name=op.f("ck_legal_hold_reason")),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_legal_hold_lifted")),
        sa.CheckConstraint("lifted_by <> placed_by", name=op.f("ck_legal_hold_two_people")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_legal_hold_case_id")),
        sa.ForeignKeyConstraint(["placed_by"], ["app_user.id"], name=op.f("fk_legal_hold_placed_by")),
        sa.ForeignKeyConstraint(["lifted_by"], ["app_user.id"], name=op.f("fk_legal_hold_lifted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(
        "uq_legal_hold_standing", "legal_hold", ["case_id"], unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "forgotten",
        key("case_id", needed=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("destroyed", sa.BigInteger(), nullable=False),
        instant("forgotten_at", needed=True),
        key("forgotten_by"),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("destroyed >= 0", name=op.f("ck_forgotten_destroyed")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_forgotten_case_id")),
        sa.ForeignKeyConstraint(["forgotten_by"], ["app_user.id"], name=op.f("fk_forgotten_forgotten_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten")),
        sa.UniqueConstraint("case_id", "field", name=op.f("uq_forgotten_case_id_field")),
    )
    op.create_index("ix_forgotten_at", "forgotten", ["forgotten_at", "id"])
    _requests()
    for table in ("photo", "inspection_photo"):
        op.add_column(table, instant("erased_at"))
    op.execute("DROP TRIGGER inspection_photo_insert_only ON inspection_photo")
    op.execute(f"GRANT UPDATE (content, erased_at) ON inspection_photo TO {APP}")
    op.execute(
        "CREATE TRIGGER inspection_photo_kept BEFORE UPDATE OR DELETE ON inspection_photo FOR EACH ROW"
        " EXECUTE FUNCTION public.refuse_other_change('erased_at', '', 'content')"
    )
    op.execute(f"REVOKE UPDATE, DELETE ON forgotten FROM {APP}")
    op.execute(
        "CREATE TRIGGER forgotten_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON forgotten "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER legal_hold_kept BEFORE UPDATE OR DELETE ON legal_hold FOR EACH ROW"
        " EXECUTE FUNCTION public.refuse_other_change('lifted_at', '', 'lifted_by')"
    )
    op.execute(f"REVOKE DELETE ON privacy_request FROM {APP}")
    op.execute(FUNCTIONS)
    for signature in SIGNATURES:
        op.execute(f"REVOKE EXECUTE ON FUNCTION vault.{signature} FROM PUBLIC")
    for signature in SIGNATURES:
        if not signature.startswith("refuse_held"):
            op.execute(f"GRANT EXECUTE ON FUNCTION vault.{signature} TO {APP}")
    for table in TABLES:
        policy(table, NOT_WALLED)


def _requests() -> None:
    op.create_table(
        "privacy_request",
        sa.Column("code", sa.Text(), nullable=False),
        key("case_id"),
        sa.Column("subject", sa.Text(), nullable=False),
        key("subject_id"),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        instant("received_at", needed=True),
        key("received_by", needed=True),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("identity_note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("proposal", sa.Text(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        instant("proposed_at"),
        key("proposed_by"),
        instant("decided_at"),
        key("decided_by"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_privacy_request_{name}"))
            for name, rule in {
                "subject": "subject IN ('client', 'household', 'interest', 'worker', 'user')",
                "identity": "identity IN ('not_confirmed', 'safe_channel', 'in_person', 'document')",
                "state": "state IN ('open', 'proposed', 'released', 'refused')",
                "proposal": "proposal IN ('release', 'refuse')",
                "subject_named": "(subject IN ('client', 'household')) = (case_id IS NOT NULL AND subject_id IS NULL)"
                " AND (subject = 'interest') = (case_id IS NOT NULL AND subject_id IS NOT NULL)"
                " AND (subject IN ('worker', 'user')) = (case_id IS NULL AND subject_id IS NOT NULL)",
                "proposed": "num_nonnulls(proposal, proposed_at, proposed_by) IN (0, 3)",
                "open": "(state = 'open') = (proposal IS NULL)",
                "ground": "(proposal = 'refuse') = (ground IS NOT NULL)",
                "decided": "(state IN ('released', 'refused')) = (num_nonnulls(decided_at, decided_by) = 2)"
                " AND num_nonnulls(decided_at, decided_by) <> 1",
                "two_people": "decided_by <> proposed_by",
                "identity_confirmed": "state <> 'released' OR identity <> 'not_confirmed'",
                "due": "received_on < due_on",
            }.items()
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_privacy_request_case_id")),
        sa.ForeignKeyConstraint(
            ["received_by"], ["app_user.id"], name=op.f("fk_privacy_request_received_by")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["app_user.id"], name=op.f("fk_privacy_request_proposed_by")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["app_user.id"], name=op.f("fk_privacy_request_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
        sa.UniqueConstraint("code", name=op.f("uq_privacy_request_code")),
    )
    op.create_index(op.f("ix_privacy_request_case_id"), "privacy_request", ["case_id"])
    op.create_index("ix_privacy_request_due", "privacy_request", ["state", "due_on", "id"])


def downgrade() -> None:
    """Take functions, tables and columns away; what was forgotten stays so."""
    for signature in SIGNATURES:
        op.execute(f"DROP FUNCTION vault.{signature}")
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP TRIGGER inspection_photo_kept ON inspection_photo")
    op.execute(f"REVOKE UPDATE (content, erased_at) ON inspection_photo FROM {APP}")
    op.execute(
        "CREATE TRIGGER inspection_photo_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON inspection_photo "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    for table in ("photo", "inspection_photo"):
        op.drop_column(table, "erased_at")
