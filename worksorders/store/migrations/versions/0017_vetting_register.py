"""Keep kinds of check as data, let a second person verify a check, and keep what firms ask of the office."""

from __future__ import annotations

import uuid
from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, TIMESTAMP, UUID, ExcludeConstraint, Range

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = UUID(as_uuid=True)
AT = TIMESTAMP(timezone=True)
SECURITY = ["locksmith", "alarm technician", "monitoring provider"]
LICENCE = "Security licence or certificate of approval"
# Code, holder, label, what it cannot tell, alternative, trades (None: all).
KINDS = (
    (
        "police_vetting",
        "worker",
        "Police vetting",
        "True on its day only; it does not follow the person.",
        "background",
        None,
    ),
    (
        "criminal_record",
        "worker",
        "Ministry of Justice criminal-record check",
        "Does not show concealed convictions.",
        "background",
        None,
    ),
    ("photo_identity", "worker", "Photo identity", "", "photo_identity", None),
    ("induction", "worker", "Safety induction", "", "induction", None),
    ("insurance", "firm", "Public liability insurance", "", "insurance", None),
    ("security_licence", "worker", LICENCE, "", "security_licence", SECURITY),
    ("security_licence", "firm", LICENCE, "", "security_licence", SECURITY),
    (
        "electrical_licence",
        "worker",
        "Electrical practising licence",
        "",
        "electrical_licence",
        ["electrician"],
    ),
)

CLOSE_ONLY = """
CREATE FUNCTION public.close_check_kind_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF upper_inf(OLD.valid) AND NOT upper_inf(NEW.valid) AND NOT isempty(NEW.valid)
       AND lower(NEW.valid) IS NOT DISTINCT FROM lower(OLD.valid)
       AND to_jsonb(NEW) - 'valid' = to_jsonb(OLD) - 'valid' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a kind of check only ever gets its last day, once' USING ERRCODE = 'WS002';
END
$$;
"""

WARN_OF_KEPT = """
INSERT INTO outbox_message (id, kind, queue, payload, dedupe_key, wanted_at, due_at)
SELECT gen_random_uuid(), 'vetting.warn', 'default', jsonb_build_object('check_id', c.id, 'days', d.days),
       'vetting.warn:' || c.id || ':' || d.days, w.at, w.at
FROM vetting_check c
CROSS JOIN (VALUES (60), (30), (7)) AS d (days)
CROSS JOIN LATERAL (
    SELECT ((c.expires_on - d.days)::timestamp + interval '8 hours') AT TIME ZONE 'Pacific/Auckland' AS at
) AS w
WHERE c.expires_on IS NOT NULL AND w.at > now()
"""


def upgrade() -> None:
    """What was on record before counts as verified; its warnings that still lie ahead become timers."""
    kinds = _check_kind()
    _guard()
    op.bulk_insert(kinds, [_kind(*row) for row in KINDS])
    _checks()
    _requests()
    _proposals()
    op.execute(WARN_OF_KEPT)


def _check_kind() -> sa.Table:
    return op.create_table(
        "check_kind",
        sa.Column("id", KEY, server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("limit_note", sa.Text(), server_default="", nullable=False),
        sa.Column("alternative", sa.Text(), nullable=False),
        sa.Column("all_trades", sa.Boolean(), nullable=False),
        sa.Column("trades", JSONB(), nullable=False),
        sa.Column("months", sa.BigInteger(), nullable=True),
        sa.Column("evidence_needed", sa.Boolean(), nullable=False),
        sa.Column("valid", DATERANGE(), nullable=False),
        sa.Column("created_at", AT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", KEY, nullable=True),
        sa.CheckConstraint("holder IN ('worker', 'firm')", name=op.f("ck_check_kind_holder")),
        sa.CheckConstraint("months IS NULL OR months BETWEEN 1 AND 240", name=op.f("ck_check_kind_months")),
        sa.CheckConstraint("NOT isempty(valid) AND NOT lower_inf(valid)", name=op.f("ck_check_kind_valid")),
        ExcludeConstraint(
            ("code", "="), ("holder", "="), ("valid", "&&"), name="ex_check_kind_overlap", using="gist"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_check_kind_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_kind")),
    )


def _guard() -> None:
    op.execute(CLOSE_ONLY)
    op.execute("REVOKE EXECUTE ON FUNCTION public.close_check_kind_only() FROM PUBLIC")
    op.execute("REVOKE UPDATE, DELETE ON check_kind FROM works_app")
    op.execute("GRANT UPDATE (valid) ON check_kind TO works_app")
    op.execute(
        "CREATE TRIGGER check_kind_insert_only BEFORE DELETE OR TRUNCATE ON check_kind "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER check_kind_close_only BEFORE UPDATE ON check_kind "
        "FOR EACH ROW EXECUTE FUNCTION public.close_check_kind_only()"
    )


def _kind(
    code: str, holder: str, label: str, limit_note: str, alternative: str, trades: list[str] | None
) -> dict[str, object]:
    return {
        "id": uuid.uuid4(),
        "code": code,
        "holder": holder,
        "label": label,
        "limit_note": limit_note,
        "alternative": alternative,
        "all_trades": trades is None,
        "trades": trades or [],
        "months": None,
        "evidence_needed": False,
        "valid": Range(date(2000, 1, 1), None, bounds="[)"),
    }


def _checks() -> None:
    op.add_column("vetting_check", sa.Column("state", sa.Text(), server_default="entered", nullable=False))
    op.add_column("vetting_check", sa.Column("decided_at", AT, nullable=True))
    op.add_column("vetting_check", sa.Column("decided_by", KEY, nullable=True))
    op.add_column("vetting_check", sa.Column("refusal", sa.Text(), server_default="", nullable=False))
    op.execute("UPDATE vetting_check SET state = 'verified', decided_at = recorded_at")
    op.create_check_constraint(
        op.f("ck_vetting_check_state"), "vetting_check", "state IN ('entered', 'verified', 'refused')"
    )
    op.create_check_constraint(
        op.f("ck_vetting_check_second_person"), "vetting_check", "decided_by <> recorded_by"
    )
    op.create_check_constraint(
        op.f("ck_vetting_check_decided"), "vetting_check", "(state = 'entered') = (decided_at IS NULL)"
    )
    op.create_foreign_key(
        op.f("fk_vetting_check_decided_by"), "vetting_check", "app_user", ["decided_by"], ["id"]
    )
    op.create_index(
        "ix_vetting_check_entered",
        "vetting_check",
        ["recorded_at"],
        postgresql_where=sa.text("state = 'entered'"),
    )
    op.add_column("check_document", sa.Column("wrapped", sa.LargeBinary(), nullable=True))
    op.add_column("check_document", sa.Column("key_version", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_check_document_sealed"), "check_document", "(wrapped IS NULL) = (key_version IS NULL)"
    )
    op.create_table(
        "check_warning",
        sa.Column("check_id", KEY, nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("warned_at", AT, nullable=False),
        sa.CheckConstraint("days IN (7, 30, 60)", name=op.f("ck_check_warning_days")),
        sa.ForeignKeyConstraint(["check_id"], ["vetting_check.id"], name=op.f("fk_check_warning_check_id")),
        sa.PrimaryKeyConstraint("check_id", "days", name=op.f("pk_check_warning")),
    )
    op.execute("REVOKE UPDATE, DELETE ON check_warning FROM works_app")
    op.execute(
        "CREATE TRIGGER check_warning_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON check_warning "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )


def _requests() -> None:
    op.create_table(
        "firm_request",
        sa.Column("id", KEY, server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("firm_id", KEY, nullable=False),
        sa.Column("worker_id", KEY, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("wanted", JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("asked_by", KEY, nullable=False),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('regions', 'trades', 'worker')", name=op.f("ck_firm_request_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'declined', 'withdrawn')", name=op.f("ck_firm_request_state")
        ),
        sa.CheckConstraint(
            "decided_by <> asked_by OR state = 'withdrawn'", name=op.f("ck_firm_request_second_person")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_firm_request_decided")
        ),
        sa.CheckConstraint(
            "(kind = 'trades') = (worker_id IS NOT NULL)", name=op.f("ck_firm_request_worker")
        ),
        *_keys(
            "firm_request", firm_id="firm", worker_id="worker", asked_by="app_user", decided_by="app_user"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_request")),
    )
    op.create_index("ix_firm_request_state", "firm_request", ["state", "asked_at", "id"])
    op.create_index("ix_firm_request_firm", "firm_request", ["firm_id", "asked_at"])
    for kind, column in (("regions", "firm_id"), ("trades", "worker_id")):
        op.create_index(
            f"uq_firm_request_{kind}",
            "firm_request",
            [column],
            unique=True,
            postgresql_where=sa.text(f"state = 'waiting' AND kind = '{kind}'"),
        )


def _proposals() -> None:
    op.create_table(
        "time_proposal",
        sa.Column("id", KEY, server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("offer_id", KEY, nullable=False),
        sa.Column("visit_id", KEY, nullable=False),
        sa.Column("worker_id", KEY, nullable=False),
        sa.Column("start_at", AT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("asked_by", KEY, nullable=False),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("decided_by", KEY, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'withdrawn', 'lapsed')",
            name=op.f("ck_time_proposal_state"),
        ),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_time_proposal_decided")),
        *_keys(
            "time_proposal",
            offer_id="offer",
            visit_id="visit",
            worker_id="worker",
            asked_by="app_user",
            decided_by="app_user",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_proposal")),
    )
    op.create_index("ix_time_proposal_state", "time_proposal", ["state", "asked_at", "id"])
    op.create_index(op.f("ix_time_proposal_visit_id"), "time_proposal", ["visit_id"])
    op.create_index(
        "uq_time_proposal_open",
        "time_proposal",
        ["offer_id", "visit_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def _keys(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns.items()
    ]


def downgrade() -> None:
    """Nothing lies below the guards: restore a backup instead."""
    raise RuntimeError("The guards cannot be taken away; restore a backup.")
