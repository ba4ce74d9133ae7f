"""The history of an order and its home out of the audit trail: who did what, when and why."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.reasons import ALL_LISTS
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent

WORDS = {
    "assessment.taken_in": "Assessment taken in",
    "assessment.handed_over": "Handed to an advocate",
    "assessment.released": "Assessment waits again",
    "assessment.taken_back": "Taken back from the advocate",
    "assessment.superseded": "Replaced by a later assessment",
    "assessment.ordered": "Order raised on the assessment",
    "case.opened": "Case opened",
    "opening.recorded": "State of an opening recorded",
    "order.raised": "Order raised",
    "order.line_added": "Line added",
    "order.line_changed": "Quantity changed",
    "order.line_removed": "Line removed",
    "order.consent_asked": "Waits for consent",
    "order.consent_recorded": "Agreement recorded",
    "consent.asked": "Agreement asked for",
    "consent.granted": "Agreement given",
    "consent.refused": "Agreement refused",
    "consent.disputed": "Refusal taken further",
    "consent.answer_soon": "An answer about the work is due in a week",
    "consent.answer_overdue": "An answer about the work is overdue",
    "interest.contact_queued": "Contact to be made",
    "interest.contact_made": "Contact made",
    "letter.made": "Letter made",
    "assessment.contact_kept_apart": "Another name or phone was given",
    "assessment.contact_settled": "Decided which name and phone counts",
    "call.raised": "Call to be made",
    "call.made": "Call made",
    "call.withdrawn": "Call no longer needed",
    "client.told_by_message": "Client told that there is news",
    "safe_channel.set": "Safe channel set",
    "order.submitted": "Sent for approval",
    "order.approved": "Approved",
    "order.approval_overridden": "P1: approval overridden",
    "order.taken_back": "Taken back to draft",
    "order.issued": "Issued, rates frozen",
    "order.held": "Put on hold",
    "order.resumed": "Resumed",
    "order.cancelled": "Cancelled",
    "order.closed": "Closed",
    "order.reopened": "Opened again",
    "order.followed_by": "An order for the months of monitoring follows",
    "order.raised_to_follow": "Raised to follow another order",
    "order.line_moved": "Line moved to the order that follows",
    "blueprint.printed": "The family’s guide was printed",
    "keys.holder_named": "Holder of keys recorded",
    "order.variation_asked": "Waits for a variation",
    "order.variation_decided": "Waits for another variation",
    "order.variations_decided": "No variation waits any more",
    "order.superseded": "Replaced by another order",
    "order.hold_review_due": "The hold is to be looked at again",
    "order.override_reviewed": "P1 override looked over",
    "order.suspended": "Suspended for safety: nobody goes there",
    "order.lift_asked": "First look: said to be safe again",
    "order.suspension_lifted": "Second look: goes on",
    "order.urgency_raised": "Raised to P1, the home is insecure",
    "order.make_safe_due_set": "New make-safe deadline, the home was opened",
    "order.make_safe_visit_added": "Make-safe visit added and offered at once",
    "order.abortive_charge_added": "Abortive visit charged by rule",
    "order.alarm_plan_recorded": "Alarm-response plan recorded",
    "deadline.warned": "Deadline warned of",
    "visit.barrier_begun": "Began to take something out",
    "visit.barrier_allowed": "Let begin, although something is against it",
    "visit.no_abortive_rate": "No abortive visit charged: the firm has no rate for it",
    "visit.noted_nobody_free": "Nobody could be asked: duty alerted",
    "visit.noted_insecure": "Left insecure: duty alerted",
    "visit.noted_unsafe": "Left, unsafe: duty alerted",
    "police_flag.asked": "Police asked for a flag",
    "police_flag.set": "Police set the flag",
    "police_flag.declined": "Police declined a flag",
    "police_flag.reviewed": "Police flag looked at again",
    "police_flag.removed": "Police flag removed",
    "hazards.noted": "Hazards for workers noted",
    "variation.asked": "Variation asked for on site",
    "variation.approved": "Variation approved",
    "variation.declined": "Variation declined",
    "variation.withdrawn": "Variation taken back",
    "variation.acknowledged": "The firm has read the answer",
}
# Who saw or looked for what is the trail's, for auditors and privacy officers; bars and people have pages of their own.
LEFT_OUT = frozenset(
    {
        "disclosure.intended",
        "disclosure.revealed",
        "search.found",
        "intake.known_told",
        "free_text.refused",
        "free_text.taken_out",
        "never_send.added",
        "never_send.removed",
        "interest.recorded",
        "interest.screened",
        "interest.lift_asked",
        "interest.ended",
        "legal_basis.proposed",
        "legal_basis.confirmed",
        "legal_basis.withdrawn",
    }
)
LONGEST = 200
_REASONS = {reason.code: reason.label for many in ALL_LISTS for reason in many.reasons}


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One line of a history; `who` is a display name or “the system”."""

    at: datetime
    who: str
    what: str
    why: str


def history(session: Session, subjects: Iterable[tuple[str, uuid.UUID]]) -> list[HistoryEvent]:
    """The newest events of these rows, newest first, in one query."""
    rows = session.execute(
        select(AuditEvent, AppUser.display_name)
        .outerjoin(AppUser, AppUser.id == AuditEvent.actor_id)
        .where(
            tuple_(AuditEvent.subject_table, AuditEvent.subject_id).in_(list(subjects)),
            AuditEvent.action.not_in(LEFT_OUT),
        )
        .order_by(AuditEvent.id.desc())
        .limit(LONGEST)
    )
    return [HistoryEvent(event.at, name or "The system", _what(event), _why(event)) for event, name in rows]


def _what(event: AuditEvent) -> str:
    if event.action in WORDS:
        return WORDS[event.action]
    thing, _, done = event.action.partition(".")
    return f"{thing.capitalize()} {done}".replace("_", " ")


def _why(event: AuditEvent) -> str:
    """The reason in words, and the codes and quantities that the event carries."""
    told = [_REASONS.get(event.reason, event.reason)] if event.reason else []
    told += [str(event.detail[key]) for key in ("item", "group", "how") if event.detail.get(key)]
    if event.detail.get("quantity"):
        told.append(f"quantity {event.detail['quantity']}")
    return ", ".join(told).replace("_", " ")
