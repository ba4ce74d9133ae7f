"""The months after the measures are in place: a follow-on order for monitoring and recovery, and its reviews."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.item import CatalogueItem, Kind
from worksorders.domain.codes import LEAST_BYTES, new_code
from worksorders.domain.completion.warranty import add_months
from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.domain.order.deadlines import end_of_day
from worksorders.domain.order.lines import LineInput
from worksorders.domain.workdays import add_working_days
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.admin import catalogue
from worksorders.steps.aftercare.settings import AftercareSettings, load_settings
from worksorders.steps.completion.proof import asked_of, load_proofs
from worksorders.steps.finance.follow import order_changed
from worksorders.steps.ordering import visits
from worksorders.steps.ordering.lines import WHOLE_HOME, new_row
from worksorders.steps.ordering.moves import lock_order
from worksorders.steps.ordering.rates import rates_in_force
from worksorders.steps.ordering.settings import place_of
from worksorders.store.tables.work.aftercare import Monitoring, Review
from worksorders.store.tables.work.offers import LineAccepted
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

FOLLOW_ON = "follow_on"
MONITORING_ITEM, RECOVERY_ITEM = "AL02", "AL10"
FOLLOWS = "the alarm of the order before"
OUTCOMES: Mapping[str, str] = {
    "goes_on": "Safe at home, the measures work",
    "more_needed": "More is needed: an advocate has been told",
    "ended": "The home is given up or the need has ended",
    "not_reached": "Not reached; an advocate tries again",
}
LONGEST_NOTE = 500


def follow_on_of(session: Session, order_id: uuid.UUID) -> WorksOrder | None:
    """The live follow-on order of an order."""
    return session.scalar(
        select(WorksOrder).where(
            WorksOrder.follows_id == order_id,
            WorksOrder.kind == FOLLOW_ON,
            WorksOrder.state.not_in(("cancelled", "superseded")),
        )
    )


def needs_monitoring(session: Session, order: WorksOrder) -> bool:
    """Whether an alarm that is tested with a monitoring centre was fitted on this order."""
    if order.kind == FOLLOW_ON:
        return False
    proofs = load_proofs(session, [visit.id for visit in order.visits if visit.state == "done"])
    return any(
        asked_of(line).live_test and proofs.of(line.id).done and proofs.of(line.id).test_passed
        for line in order.lines
        if line.removed_at is None
    )


def in_place_on(order: WorksOrder) -> date | None:
    """The local day on which the last of the work was done, once all of it is."""
    over = [visit for visit in order.visits if visit.state != "cancelled"]
    if not over or any(visit.state != "done" or visit.left_at is None for visit in over):
        return None
    return max(local_day(visit.left_at) for visit in over if visit.left_at)


def raise_follow_on(session: Session, actor: Actor, order: WorksOrder, now: datetime) -> WorksOrder:
    """The follow-on order as a draft, with its months, reviews and the recovery visit; the one there is comes back.

    Months that the first order held and nobody accepted yet move over. Raises RefusedError before all measures are in
    place or where no monitored alarm was fitted. The caller has locked the order and follows its money afterwards.
    """
    earlier = follow_on_of(session, order.id)
    if earlier is not None:
        return earlier
    starts_on = in_place_on(order)
    if starts_on is None or not needs_monitoring(session, order):
        raise RefusedError(
            f"Order {order.code} has no monitored alarm whose measures are all in place.",
            state=order.state,
            action="raise_follow_on",
        )
    settings = load_settings(session)
    monitoring = Monitoring(starts_on=starts_on, ends_on=add_months(starts_on, settings.monitoring_months))
    row = _order(session, actor, order, monitoring, settings, now)
    monitoring.order_id = row.id
    session.add(monitoring)
    session.add_all(
        Review(order_id=row.id, months=months, due_on=add_months(starts_on, months))
        for months in settings.review_months
    )
    session.flush()
    months = _months_to_monitor(session, actor, order, settings, now)
    _fill(session, row, months, now)
    for subject, other, what in (
        (order, row, "order.followed_by"),
        (row, order, "order.raised_to_follow"),
    ):
        audit.record(session, actor, what, ("works_order", subject.id), detail={"code": other.code})
    return row


def open_follow_on(session: Session, actor: Actor, order_id: uuid.UUID, now: datetime) -> WorksOrder:
    """The same by a coordinator's hand, money included; raises NotFoundError or RefusedError."""
    order = lock_order(session, order_id)
    row = raise_follow_on(session, actor, order, now)
    order_changed(session, actor, order.id, now)
    return row


def _order(
    session: Session,
    actor: Actor,
    first: WorksOrder,
    monitoring: Monitoring,
    settings: AftercareSettings,
    now: datetime,
) -> WorksOrder:
    last = add_working_days(monitoring.ends_on, settings.recovery_days)
    row = WorksOrder(
        id=uuid.uuid4(),
        code=new_code("W", secrets.token_bytes(LEAST_BYTES)),
        kind=FOLLOW_ON,
        follows_id=first.id,
        assessment_id=first.assessment_id,
        case_id=first.case_id,
        region_code=first.region_code,
        area_code=first.area_code,
        urgency="P4",
        state="draft",
        raised_at=now,
        raised_by=actor.user_id,
        permanent_due_at=end_of_day(last, place_of(first.region_code)),
        safe_windows=first.safe_windows,
        catalogue_version_id=catalogue.current(session).version_id,
        lines=[],
        visits=[],
    )
    session.add(row)
    session.flush()
    return row


def _months_to_monitor(
    session: Session, actor: Actor, order: WorksOrder, settings: AftercareSettings, now: datetime
) -> Decimal:
    """How many months the follow-on order holds: those of the first that nobody accepted, or all where it has none."""
    lines = [line for line in order.lines if line.removed_at is None and line.kind == Kind.SUBSCRIPTION.value]
    if not lines:
        return Decimal(settings.monitoring_months)
    accepted = set(
        session.scalars(
            select(LineAccepted.line_id).where(LineAccepted.line_id.in_([line.id for line in lines]))
        )
    )
    moved = [line for line in lines if line.id not in accepted]
    for line in moved:
        line.removed_at = now
        audit.record(
            session,
            actor,
            "order.line_moved",
            ("works_order", order.id),
            detail={"line": str(line.id), "item": line.item_code, "quantity": str(line.quantity)},
        )
    session.flush()
    return sum((line.quantity for line in moved), Decimal(0))


def _fill(session: Session, row: WorksOrder, months: Decimal, now: datetime) -> None:
    """The lines by the catalogue and rate cards of today, and the visits that they make."""
    current = catalogue.current(session)
    wanted = [(MONITORING_ITEM, months), (RECOVERY_ITEM, Decimal(1))]
    items: Mapping[str, CatalogueItem] = current.items
    rates = rates_in_force(session, row.region_code, [code for code, _ in wanted], local_day(now))
    lines: list[WorksLine] = [
        new_row(items[code], LineInput(WHOLE_HOME, code, quantity), position, rates, because=FOLLOWS)
        for position, (code, quantity) in enumerate(wanted, start=1)
        if code in items and quantity
    ]
    row.lines.extend(lines)
    session.flush()
    visits.store(session, row, lines, visits.split(session, row, lines, items, now))


def complete_review(
    session: Session, actor: Actor, review_id: uuid.UUID, *, outcome: str, note: str = "", now: datetime
) -> Review:
    """Record what a review found; FaultsError at `outcome` or `note`, RefusedError for one that is done."""
    row = session.scalar(select(Review).where(Review.id == review_id).with_for_update(of=Review))
    if row is None:
        raise NotFoundError("There is no such review.")
    if row.done_at is not None:
        raise RefusedError("This review is done already.", state="done", action="complete_review")
    faults = Faults()
    faults.require(outcome in OUTCOMES, "outcome", "Choose what came of it.")
    faults.require(
        len(note) <= LONGEST_NOTE, "note", f"This has {len(note)} characters: {LONGEST_NOTE} at the most."
    )
    faults.raise_if_any()
    row.outcome, row.note, row.done_at, row.done_by = outcome, note.strip(), now, actor.user_id
    session.flush()
    audit.record(
        session,
        actor,
        "review.done",
        ("works_order", row.order_id),
        detail={"months": row.months, "outcome": outcome},
    )
    return row
