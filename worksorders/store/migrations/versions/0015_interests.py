"""Keep who has an interest in a home, what they were asked and said, and who must never be asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

APP = "works_app"
INSERT_ONLY = (
    "interest_screening",
    "letter",
    "consent_request",
    "consent_request_line",
    "consent_answer",
)
HOWS = "('letter', 'phone', 'in_person', 'mail')"
SCREENINGS = "('waiting', 'cleared', 'barred')"

# The second barrier: whatever the application does, nobody but a cleared person is written, called or asked, nor
# holds a key. The row lock makes a contact and a bar of the same person wait for each other.
FUNCTIONS = """
CREATE FUNCTION public.refuse_barred_interest() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    found public.home_interest%ROWTYPE;
BEGIN
    IF NEW.interest_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO found FROM public.home_interest h WHERE h.id = NEW.interest_id FOR SHARE;
    IF found.screening IS DISTINCT FROM 'cleared' OR found.ended_at IS NOT NULL
       OR (TG_NARGS > 0 AND found.is_client) THEN
        RAISE EXCEPTION 'this person is not to be reached' USING ERRCODE = 'WS003';
    END IF;
    IF EXISTS (
        SELECT FROM vault.interest_look_up mine
        JOIN vault.interest_look_up theirs
            ON theirs.case_id = mine.case_id AND theirs.kind = mine.kind AND theirs.digest = mine.digest
        JOIN public.home_interest other ON other.id = theirs.interest_id
        WHERE mine.interest_id = NEW.interest_id AND other.id <> NEW.interest_id AND other.screening = 'barred'
    ) THEN
        RAISE EXCEPTION 'this person is not to be reached' USING ERRCODE = 'WS003';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.guard_screening() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF OLD.screening = 'barred' AND NEW.screening <> 'barred'
       AND (OLD.lift_asked_by IS NULL OR NEW.screened_by IS NULL OR NEW.screened_by = OLD.lift_asked_by) THEN
        RAISE EXCEPTION 'a bar is lifted by two people' USING ERRCODE = 'WS003';
    END IF;
    IF NEW.screening <> 'cleared' THEN
        UPDATE public.interest_contact c SET state = 'stopped'
        WHERE c.interest_id = NEW.id AND c.state = 'queued';
    END IF;
    RETURN NEW;
END
$$;
"""
TRIGGERS = (
    (
        "CREATE TRIGGER interest_contact_reach BEFORE INSERT OR UPDATE ON interest_contact FOR EACH ROW "
        "WHEN (NEW.state <> 'stopped') EXECUTE FUNCTION public.refuse_barred_interest('contact')"
    ),
    (
        "CREATE TRIGGER consent_request_reach BEFORE INSERT ON consent_request FOR EACH ROW "
        "EXECUTE FUNCTION public.refuse_barred_interest('contact')"
    ),
    (
        "CREATE TRIGGER consent_answer_reach BEFORE INSERT ON consent_answer FOR EACH ROW "
        "EXECUTE FUNCTION public.refuse_barred_interest('contact')"
    ),
    (
        "CREATE TRIGGER home_interest_screening BEFORE UPDATE OF screening ON home_interest FOR EACH ROW "
        "EXECUTE FUNCTION public.guard_screening()"
    ),
)


def _at(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=null)


def _flag(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)


def _words(name: str, *, null: bool = False, empty: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=null, server_default="" if empty else None)


def _row_id() -> sa.Column[object]:
    return sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False)


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _uuid(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, UUID(as_uuid=True), nullable=null)


def upgrade() -> None:
    """People first, then what was asked and said, then the barriers."""
    _people()
    _contacts()
    _consents()
    op.create_table(
        "coordinator_region",
        _uuid("user_id"),
        _words("region_code"),
        _at("assigned_at"),
        _uuid("assigned_by"),
        _key("coordinator_region", "user_id", "app_user"),
        _key("coordinator_region", "assigned_by", "app_user"),
        _primary("coordinator_region", "user_id", "region_code"),
    )
    op.execute(FUNCTIONS)
    for name in ("refuse_barred_interest", "guard_screening"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION public.{name}() FROM PUBLIC")
    for trigger in TRIGGERS:
        op.execute(trigger)
    for table in INSERT_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APP}")
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
        )
    for table in ("home_interest", "interest_contact", "legal_basis"):
        op.execute(f"REVOKE DELETE ON {table} FROM {APP}")
    op.execute(f"REVOKE UPDATE ON legal_basis FROM {APP}")
    op.execute(
        f"GRANT UPDATE (confirmed_at, confirmed_by, withdrawn_at, withdrawn_by) ON legal_basis TO {APP}"
    )
    op.execute(f"GRANT SELECT, INSERT ON vault.interest_look_up TO {APP}")


def _people() -> None:
    op.create_table(
        "home_interest",
        _uuid("case_id"),
        sa.Column("position", sa.BigInteger(), nullable=False),
        _words("kind"),
        *(_flag(name) for name in ("is_client", "has_phone", "has_mail", "has_post")),
        _words("screening"),
        _at("screened_at"),
        _uuid("screened_by", null=True),
        _at("lift_asked_at", null=True),
        _uuid("lift_asked_by", null=True),
        _at("recorded_at"),
        _uuid("recorded_by"),
        _at("ended_at", null=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _row_id(),
        _check(
            "home_interest",
            "kind",
            "kind IN ('owner', 'co_owner', 'tenant', 'landlord', 'housing_agency', 'mortgagee')",
        ),
        _check("home_interest", "screening", f"screening IN {SCREENINGS}"),
        _check("home_interest", "client_not_barred", "NOT (is_client AND screening = 'barred')"),
        _check("home_interest", "lift_of_a_bar", "lift_asked_by IS NULL OR screening = 'barred'"),
        _key("home_interest", "case_id", "case_file"),
        *(
            _key("home_interest", name, "app_user")
            for name in ("screened_by", "lift_asked_by", "recorded_by")
        ),
        sa.UniqueConstraint("case_id", "position", name=op.f("uq_home_interest_case_id_position")),
        _primary("home_interest", "id"),
    )
    op.create_index(op.f("ix_home_interest_case_id"), "home_interest", ["case_id"])
    op.create_table(
        "interest_screening",
        _uuid("interest_id"),
        _words("screening"),
        _words("source"),
        sa.Column("hits", JSONB(), server_default="[]", nullable=False),
        _at("at"),
        _uuid("by", null=True),
        _row_id(),
        _check("interest_screening", "screening", f"screening IN {SCREENINGS}"),
        _key("interest_screening", "interest_id", "home_interest"),
        _key("interest_screening", "by", "app_user"),
        _primary("interest_screening", "id"),
    )
    op.create_index("ix_interest_screening_interest", "interest_screening", ["interest_id", "at"])
    op.create_table(
        "interest_look_up",
        _uuid("interest_id"),
        _words("kind"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        _uuid("case_id"),
        _key("interest_look_up", "interest_id", "home_interest"),
        _key("interest_look_up", "case_id", "case_file"),
        _primary("interest_look_up", "interest_id", "kind", "digest"),
        schema="vault",
    )
    op.create_index("ix_interest_look_up_kind_digest", "interest_look_up", ["kind", "digest"], schema="vault")


def _contacts() -> None:
    op.create_table(
        "interest_contact",
        _uuid("interest_id"),
        _uuid("order_id"),
        _words("channel"),
        _words("template"),
        _words("state"),
        _at("queued_at"),
        _uuid("queued_by", null=True),
        _at("due_at", null=True),
        _at("made_at", null=True),
        _uuid("made_by", null=True),
        _words("outcome", null=True),
        _words("dedupe_key", null=True),
        _row_id(),
        _check("interest_contact", "channel", "channel IN ('letter', 'message', 'call_task')"),
        _check("interest_contact", "state", "state IN ('queued', 'made', 'stopped')"),
        _check("interest_contact", "made_at", "(state = 'made') = (made_at IS NOT NULL)"),
        _key("interest_contact", "interest_id", "home_interest"),
        _key("interest_contact", "order_id", "works_order"),
        _key("interest_contact", "queued_by", "app_user"),
        _key("interest_contact", "made_by", "app_user"),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_interest_contact_dedupe_key")),
        _primary("interest_contact", "id"),
    )
    for column in ("interest_id", "order_id"):
        op.create_index(op.f(f"ix_interest_contact_{column}"), "interest_contact", [column])
    op.create_index("ix_interest_contact_state_due", "interest_contact", ["state", "due_at", "id"])
    op.create_table(
        "letter",
        _uuid("contact_id"),
        _words("code"),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        _at("made_at"),
        _uuid("made_by"),
        _key("letter", "contact_id", "interest_contact"),
        _key("letter", "made_by", "app_user"),
        sa.UniqueConstraint("code", name=op.f("uq_letter_code")),
        _primary("letter", "contact_id"),
    )


def _consents() -> None:
    op.create_table(
        "legal_basis",
        _uuid("case_id"),
        _words("basis"),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        _at("proposed_at"),
        _uuid("proposed_by"),
        _at("confirmed_at", null=True),
        _uuid("confirmed_by", null=True),
        _at("withdrawn_at", null=True),
        _uuid("withdrawn_by", null=True),
        _row_id(),
        _check(
            "legal_basis",
            "basis",
            "basis IN ('protection_order', 'occupation_order', 'tenancy_order', 'legal_advice')",
        ),
        _check("legal_basis", "two_people", "confirmed_by <> proposed_by"),
        _check("legal_basis", "confirmed", "(confirmed_at IS NULL) = (confirmed_by IS NULL)"),
        _check("legal_basis", "dates", "ends_on IS NULL OR ends_on >= dated_on"),
        _key("legal_basis", "case_id", "case_file"),
        *(_key("legal_basis", name, "app_user") for name in ("proposed_by", "confirmed_by", "withdrawn_by")),
        _primary("legal_basis", "id"),
    )
    op.create_index(op.f("ix_legal_basis_case_id"), "legal_basis", ["case_id"])
    op.create_table(
        "consent_request",
        _uuid("order_id"),
        _uuid("interest_id"),
        sa.Column("asked_on", sa.Date(), nullable=False),
        _words("how"),
        sa.Column("answer_due_on", sa.Date(), nullable=False),
        _uuid("contact_id", null=True),
        _at("recorded_at"),
        _uuid("recorded_by"),
        _row_id(),
        _check("consent_request", "how", f"how IN {HOWS}"),
        _key("consent_request", "order_id", "works_order"),
        _key("consent_request", "interest_id", "home_interest"),
        _key("consent_request", "contact_id", "interest_contact"),
        _key("consent_request", "recorded_by", "app_user"),
        _primary("consent_request", "id"),
    )
    for column in ("order_id", "interest_id"):
        op.create_index(op.f(f"ix_consent_request_{column}"), "consent_request", [column])
    op.create_index("ix_consent_request_answer_due", "consent_request", ["answer_due_on", "id"])
    op.create_table(
        "consent_request_line",
        _uuid("request_id"),
        _uuid("line_id"),
        _key("consent_request_line", "request_id", "consent_request"),
        _key("consent_request_line", "line_id", "works_line"),
        _primary("consent_request_line", "request_id", "line_id"),
    )
    op.create_index(op.f("ix_consent_request_line_line_id"), "consent_request_line", ["line_id"])
    op.create_table(
        "consent_answer",
        _uuid("order_id"),
        _uuid("interest_id"),
        _uuid("line_id"),
        _words("outcome"),
        _words("how"),
        sa.Column("answered_on", sa.Date(), nullable=False),
        _words("conditions", empty=True),
        _flag("reinstatement"),
        _words("reason", empty=True),
        sa.Column(
            "recorded_at",
            TIMESTAMP(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        _uuid("recorded_by"),
        _row_id(),
        _check("consent_answer", "outcome", "outcome IN ('granted', 'refused', 'disputed')"),
        _check("consent_answer", "how", f"how IN {HOWS}"),
        _check("consent_answer", "reason", "outcome = 'granted' OR btrim(reason) <> ''"),
        _key("consent_answer", "order_id", "works_order"),
        _key("consent_answer", "interest_id", "home_interest"),
        _key("consent_answer", "line_id", "works_line"),
        _key("consent_answer", "recorded_by", "app_user"),
        _primary("consent_answer", "id"),
    )
    op.create_index(op.f("ix_consent_answer_order_id"), "consent_answer", ["order_id"])
    op.create_index("ix_consent_answer_line", "consent_answer", ["line_id", "interest_id", "recorded_at"])


def downgrade() -> None:
    """Drop it all; what was recorded of people is lost."""
    for table in (
        "coordinator_region",
        "consent_answer",
        "consent_request_line",
        "consent_request",
        "legal_basis",
        "letter",
        "interest_contact",
        "vault.interest_look_up",
        "interest_screening",
        "home_interest",
    ):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION public.refuse_barred_interest()")
    op.execute("DROP FUNCTION public.guard_screening()")
