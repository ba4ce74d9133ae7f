"""Guard every row a second time: the house sees all, staff all but what is walled off, a contractor their firm's own.

Also the tables of walls between a member of staff and a case, and of glass broken with a second person. Policies are
for the app role; the owner, who migrates and owns the functions, passes by a policy of its own, so that FORCE holds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

APP, OWNER = "works_app", "works_owner"

FUNCTIONS = """
CREATE SCHEMA access;
GRANT USAGE ON SCHEMA access TO works_app;

CREATE FUNCTION access.scope() RETURNS text LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT current_setting('works.scope', true)
$$;

CREATE FUNCTION access.person() RETURNS uuid LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT nullif(current_setting('works.person', true), '')::uuid
$$;

CREATE FUNCTION access.firm() RETURNS uuid LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT nullif(current_setting('works.firm', true), '')::uuid
$$;

CREATE FUNCTION access.walled_cases() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(w.case_id), '{}') FROM public.wall w
    WHERE w.user_id = access.person() AND w.lifted_at IS NULL
$$;

CREATE FUNCTION access.sees_all() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(access.scope() = 'house' OR access.scope() = 'staff' AND access.walled_cases() = '{}', false)
$$;

CREATE FUNCTION access.walled_assessments() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(a.id), '{}') FROM public.assessment a
    WHERE a.case_id = ANY (access.walled_cases())
$$;

CREATE FUNCTION access.walled_orders() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(o.id), '{}') FROM public.works_order o
    WHERE o.case_id = ANY (access.walled_cases())
$$;

CREATE FUNCTION access.walled_visits() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(v.id), '{}') FROM public.visit v
    WHERE v.order_id = ANY (access.walled_orders())
$$;

CREATE FUNCTION access.walled_things() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT access.walled_cases() || access.walled_assessments() || access.walled_orders() || access.walled_visits()
        || coalesce((SELECT array_agg(l.id) FROM public.works_line l
                     WHERE l.order_id = ANY (access.walled_orders())), '{}')
        || coalesce((SELECT array_agg(f.id) FROM public.offer f
                     WHERE f.order_id = ANY (access.walled_orders())), '{}')
        || coalesce((SELECT array_agg(i.id) FROM public.invoice i
                     WHERE i.order_id = ANY (access.walled_orders())), '{}')
$$;

CREATE FUNCTION access.firm_workers() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(w.id), '{}') FROM public.worker w WHERE w.firm_id = access.firm()
$$;

CREATE FUNCTION access.firm_orders() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(o.id), '{}') FROM public.works_order o
    WHERE (o.id IN (SELECT f.order_id FROM public.offer f WHERE f.firm_id = access.firm())
           OR o.id IN (SELECT v.order_id FROM public.visit v WHERE v.firm_id = access.firm()))
      AND NOT EXISTS (
          SELECT 1 FROM public.never_send n
          WHERE n.case_id = o.case_id
            AND n.worker_id = (SELECT u.worker_id FROM public.app_user u WHERE u.id = access.person()))
$$;

CREATE FUNCTION access.firm_visits() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(v.id), '{}') FROM public.visit v
    WHERE v.order_id = ANY (access.firm_orders())
      AND (v.firm_id = access.firm()
           OR v.id IN (SELECT ov.visit_id FROM public.offer_visit ov JOIN public.offer f ON f.id = ov.offer_id
                       WHERE f.firm_id = access.firm()))
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA access FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA access TO works_app;
"""

NO_ONE = "false"
ANYONE = "true"
OWN_FIRM = "firm_id = (SELECT access.firm())"
OWN_PERSON = "user_id = (SELECT access.person())"


def not_walled(column: str, what: str) -> str:
    """Staff: the column names nothing that is walled off from them; rows that name nothing are seen."""
    return f"coalesce({column} <> ALL ((SELECT access.walled_{what}())::uuid[]), true)"


def of_firm(column: str, what: str) -> str:
    """Contractors: the column names one of their firm's own."""
    return f"{column} = ANY ((SELECT access.firm_{what}())::uuid[])"


def as_parent(table: str, column: str) -> str:
    """As far as the row of another table that this one belongs to is seen."""
    return f"EXISTS (SELECT 1 FROM public.{table} parent WHERE parent.id = {column})"


CASE, ORDER, VISIT = (
    not_walled("case_id", "cases"),
    not_walled("order_id", "orders"),
    not_walled("visit_id", "visits"),
)
F_ORDER, F_VISIT, F_WORKER = (
    of_firm("order_id", "orders"),
    of_firm("visit_id", "visits"),
    of_firm("worker_id", "workers"),
)


def both(table: str, column: str) -> tuple[str, str]:
    """Staff and contractors alike see what they see of the parent."""
    seen = as_parent(table, column)
    return seen, seen


# Table: what staff see of it, what contractors see of it. The house sees everything.
RULES: dict[str, tuple[str, str]] = {
    # What everybody works with.
    **dict.fromkeys(("catalogue_version", "setting", "check_kind", "audit_chain"), (ANYONE, ANYONE)),
    # The office's own.
    **dict.fromkeys(
        (
            "api_token",
            "approval_delegation",
            "audit_seal",
            "audit_pending",
            "catalogue_draft",
            "coordinator_region",
            "contract_year",
            "duty_turn",
            "funding_contract",
            "import_run",
            "ledger_entry",
            "outbox_message",
            "plan",
            "rate_card_draft",
            "reading_review",
            "sign_in_attempt",
            "webhook",
            "webhook_delivery",
            "break_glass",
        ),
        (ANYONE, NO_ONE),
    ),
    "wall": ("user_id <> (SELECT access.person())", NO_ONE),
    # People who use the product.
    "app_user": (ANYONE, "firm_id IS NULL OR firm_id = (SELECT access.firm())"),
    "user_session": (ANYONE, OWN_PERSON),
    "user_contact": (ANYONE, OWN_PERSON),
    "form_submission": (ANYONE, OWN_PERSON),
    # A firm and its people.
    "firm": (ANYONE, "id = (SELECT access.firm())"),
    "worker": (ANYONE, OWN_FIRM),
    **dict.fromkeys(
        ("agreement", "bank_account", "firm_region", "firm_request", "inspection_rate"), (ANYONE, OWN_FIRM)
    ),
    **dict.fromkeys(("worker_trade", "working_hours", "absence"), (ANYONE, F_WORKER)),
    "vetting_check": (ANYONE, f"{OWN_FIRM} OR {F_WORKER}"),
    "check_document": both("vetting_check", "check_id"),
    "check_warning": both("vetting_check", "check_id"),
    "rate_card": both("agreement", "agreement_id"),
    "rate_line": both("rate_card", "rate_card_id"),
    # A case and its home: no contractor sees a row of them but the region and area of an own order's case.
    "case_file": (
        not_walled("id", "cases"),
        "id IN (SELECT o.case_id FROM public.works_order o)",
    ),
    "assessment": (CASE, NO_ONE),
    # A contractor is shown none of these, but their own are what lists are filtered by.
    "never_send": (CASE, f"{OWN_FIRM} OR {F_WORKER}"),
    **dict.fromkeys(
        (
            "home_interest",
            "legal_basis",
            "outgoing_message",
            "police_flag_event",
            "safe_channel",
            "suspension",
        ),
        (CASE, NO_ONE),
    ),
    **dict.fromkeys(("eligibility_answer", "handover"), (not_walled("assessment_id", "assessments"), NO_ONE)),
    "opening": (
        not_walled("assessment_id", "assessments"),
        "id IN (SELECT l.opening_id FROM public.works_line l)",
    ),
    "opening_finding": both("opening", "opening_id"),
    "opening_event": both("opening", "opening_id"),
    "interest_screening": (as_parent("home_interest", "interest_id"), NO_ONE),
    "interest_contact": (as_parent("home_interest", "interest_id"), NO_ONE),
    "letter": (as_parent("interest_contact", "contact_id"), NO_ONE),
    # An order and what hangs on it.
    "works_order": (not_walled("id", "orders"), of_firm("id", "orders")),
    "works_line": (ORDER, F_ORDER),
    **dict.fromkeys(
        (
            "alarm_plan",
            "approval_event",
            "call_task",
            "consent",
            "consent_answer",
            "consent_request",
            "deadline_warning",
            "defect",
            "duty_alert",
            "monitoring",
            "review",
        ),
        (ORDER, NO_ONE),
    ),
    "override_review": (as_parent("approval_event", "approval_event_id"), NO_ONE),
    "consent_request_line": (as_parent("consent_request", "request_id"), NO_ONE),
    "call_attempt": (as_parent("call_task", "task_id"), NO_ONE),
    "duty_call": (as_parent("duty_alert", "alert_id"), NO_ONE),
    "frozen_rate": (as_parent("works_line", "line_id"), OWN_FIRM),
    "line_accepted": both("works_line", "line_id"),
    # A visit and what hangs on it.
    "visit": (not_walled("id", "visits"), of_firm("id", "visits")),
    "visit_dependency": (
        not_walled("before_id", "visits"),
        f"{of_firm('before_id', 'visits')} OR {of_firm('after_id', 'visits')}",
    ),
    **dict.fromkeys(("visit_note", "visit_pin", "plan_stop", "check_in"), (VISIT, F_VISIT)),
    "plan_unassigned": (VISIT, NO_ONE),
    "booking": (VISIT, F_WORKER),
    **dict.fromkeys(
        (
            "abortive_charge",
            "client_confirmation",
            "egress_check",
            "inspection",
            "key_entry",
            "line_done",
            "line_paper",
            "live_test",
            "photo",
        ),
        (VISIT, F_VISIT),
    ),
    "inspection_line": both("inspection", "inspection_id"),
    "inspection_photo": both("inspection", "inspection_id"),
    # Offers.
    "offer": (ORDER, f"{OWN_FIRM} AND {F_ORDER}"),
    "offer_visit": both("offer", "offer_id"),
    "time_proposal": both("offer", "offer_id"),
    # Variations.
    "variation": (ORDER, f"{OWN_FIRM} AND {F_ORDER}"),
    "line_revision": both("works_line", "line_id"),
    "variation_photo": both("variation", "variation_id"),
    # Invoices.
    "invoice": (ORDER, OWN_FIRM),
    **dict.fromkeys(("invoice_line", "invoice_exception"), both("invoice", "invoice_id")),
    "line_decision": both("invoice_line", "invoice_line_id"),
    # The trail: everybody adds to it; staff read what is not walled off, contractors what they did.
    "audit_event": (not_walled("subject_id", "things"), "actor_id = (SELECT access.person())"),
}
EVERYBODY_ADDS = ("audit_event", "outbox_message", "form_submission")


def policy(table: str, staff: str, contractor: str) -> None:
    """Switch row security on for a table, for its owner too, and write down who sees what."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner ON {table} TO {OWNER} USING (true) WITH CHECK (true)")
    adding = (
        " WITH CHECK ((SELECT access.scope()) IN ('house', 'staff', 'firm'))"
        if table in EVERYBODY_ADDS
        else ""
    )
    op.execute(
        f"CREATE POLICY seen ON {table} TO {APP} USING ((SELECT access.sees_all())"
        f" OR (SELECT access.scope()) = 'staff' AND ({staff})"
        f" OR (SELECT access.scope()) = 'firm' AND ({contractor})){adding}"
    )


def upgrade() -> None:
    """Make the two tables and the functions, then a policy for every table."""
    op.create_table(
        "wall",
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("user_id", UUID(as_uuid=True), nullable=False),
        sa.Column("raised_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("raised_by", UUID(as_uuid=True), nullable=False),
        sa.Column("lifted_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lifted_by", UUID(as_uuid=True), nullable=True),
        sa.CheckConstraint("user_id NOT IN (raised_by, lifted_by)", name=op.f("ck_wall_not_by_oneself")),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_wall_lifted")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_wall_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_wall_user_id")),
        sa.ForeignKeyConstraint(["raised_by"], ["app_user.id"], name=op.f("fk_wall_raised_by")),
        sa.ForeignKeyConstraint(["lifted_by"], ["app_user.id"], name=op.f("fk_wall_lifted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wall")),
    )
    op.create_index(
        "uq_wall_standing",
        "wall",
        ["user_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_index(op.f("ix_wall_case_id"), "wall", ["case_id"])
    op.create_table(
        "break_glass",
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("asked_by", UUID(as_uuid=True), nullable=False),
        sa.Column("asked_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", UUID(as_uuid=True), nullable=True),
        sa.Column("decided_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("expires_at", TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_break_glass_second_person")),
        sa.CheckConstraint(
            "num_nonnulls(decided_by, decided_at, granted) IN (0, 3)", name=op.f("ck_break_glass_decided")
        ),
        sa.CheckConstraint(
            "(granted IS TRUE) = (expires_at IS NOT NULL)", name=op.f("ck_break_glass_granted")
        ),
        sa.CheckConstraint(
            "expires_at <= decided_at + interval '30 minutes'", name=op.f("ck_break_glass_half_an_hour")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_break_glass_case_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["app_user.id"], name=op.f("fk_break_glass_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["app_user.id"], name=op.f("fk_break_glass_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )
    op.create_index(op.f("ix_break_glass_case_id"), "break_glass", ["case_id"])
    op.create_index(op.f("ix_break_glass_asked_by"), "break_glass", ["asked_by"])
    op.execute(FUNCTIONS)
    for table, (staff, contractor) in RULES.items():
        policy(table, staff, contractor)


def downgrade() -> None:
    """Take the policies away and drop the two tables."""
    for table in RULES:
        op.execute(f"DROP POLICY seen ON {table}")
        op.execute(f"DROP POLICY owner ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP SCHEMA access CASCADE")
    op.drop_table("break_glass")
    op.drop_table("wall")
