"""The text columns of rows about a case that nobody writes: codes, names from the catalogue, hashes and numbers made here."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Column, String, Table
from sqlalchemy.dialects.postgresql import JSONB

# Names that mean a code or something computed in whichever table they stand.
CODES = frozenset(
    {"area_code", "channel", "code", "currency", "dedupe_key", "event", "event_key",
     "exception_key", "file_sha256", "frozen_hash", "gst_rounding", "hold_kind", "how",
     "item_code", "kind", "link", "media_type", "move", "order_code", "region_code", "resume_state",
     "role", "severity", "sha256", "source", "state", "subject_table", "template", "trade", "trades", "unit",
     "urgency", "account", "decline_reason", "outcome", "hours", "safe_windows"}
)  # fmt: skip
# Table and column: what the product writes itself from codes, the catalogue or the rules.
COMPUTED = frozenset(
    {
        "alarm_plan.reached", "abortive_charge.reason", "client_confirmation.crew", "client_confirmation.void_reason",
        "consent_request.how", "deadline_warning.link", "defect.severity", "egress_check.answer", "eligibility_answer.criterion",
        "home_interest.screening", "inspection.why", "inspection_line.result", "interest_screening.hits",
        "interest_screening.screening", "invoice.number_normalised", "invoice_exception.actual",
        "invoice_exception.evidence", "invoice_exception.expected", "invoice_exception.message",
        "invoice_line.acceptance_ids", "key_entry.holder", "legal_basis.basis", "line_decision.explanation",
        "line_done.no_photo_reason", "opening_finding.finding", "outgoing_message.state_reason",
        "plan_unassigned.detail", "plan_unassigned.reason", "variation.change", "variation.decided_how",
        "variation.offer_name", "visit.state_reason", "visit_dependency.why", "visit_note.reason",
        "works_line.because", "works_line.consent_group", "works_line.evidence", "works_line.interim_for",
        "works_line.measure", "works_line.offer_name", "works_order.state_reason", "duty_alert.kind",
        "pay_run_item.account_number", "pay_run_item.ended", "pay_run_item.firm_name", "pay_run_item.part",
        "payment_schedule.content",
    }
)  # fmt: skip
# Written by a supplier in a document of its own: screened when it is received, with I04, not refused.
OTHERS_WORDS = frozenset({"invoice.intake"})


@cache
def looked_over(table: Table) -> tuple[Column[object], ...]:
    """The columns of a table in which somebody's own words may stand."""
    return tuple(
        column
        for column in table.columns
        if isinstance(column.type, String | JSONB)
        and column.name not in CODES
        and f"{table.name}.{column.name}" not in COMPUTED | OTHERS_WORDS
    )
