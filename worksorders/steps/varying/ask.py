"""A worker asks on site for a change: a small one is approved by rule at once, any other waits for a person."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.domain.lifecycle.machine import words
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.local_time import local_day
from worksorders.domain.order.variation import Change, Decision, decide
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.finance.follow import order_changed
from worksorders.steps.offers.moves import WORKED_ON
from worksorders.steps.ordering.moves import lock_order, move_order
from worksorders.steps.ordering.settings import load_settings
from worksorders.steps.site import notes
from worksorders.steps.site.checklist import on_site_visit
from worksorders.steps.site.own_visit import own_visit
from worksorders.steps.site.photos import add_photo
from worksorders.steps.varying.carry_out import carry_out
from worksorders.steps.varying.checks import require_not_overdrawn
from worksorders.steps.varying.figures import BY_RULE, budget_room, increases_cents, lacks_consent
from worksorders.steps.varying.moves import move_variation
from worksorders.steps.varying.tell import tell_office
from worksorders.steps.varying.wishes import Wish, of_line, of_new
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.variations import Variation, VariationPhoto


def ask(session: Session, actor: Actor, visit_id: uuid.UUID, wish: Wish, now: datetime) -> Variation:
    """Ask; FaultsError at `quantity`, `reason`, `photos`, `item_code`, `opening_id` or `urgent` with every fault.

    Raises NotFoundError for a line or visit of others, RefusedError off site or while the order is paused.
    """
    lock_order(session, own_visit(session, actor, visit_id).order_id)
    visit = on_site_visit(session, actor, visit_id, "ask_variation")
    order = visit.order
    if order.state not in WORKED_ON:
        raise RefusedError(
            f"Work at this home is paused ({words(order.state)}): nothing can be changed now, call the coordinator.",
            state=order.state,
            action="ask_variation",
        )
    firm_id = actor.require_firm()
    variation = of_line(session, visit, wish) if wish.line_id else of_new(session, visit, wish, firm_id)
    variation.asked_at, variation.asked_by, variation.firm_id = now, actor.user_id, firm_id
    decision = _decision(session, order, variation, local_day(now))
    session.add(variation)
    session.flush()
    _keep_photos(session, actor, variation, wish, now)
    _record_asked(session, actor, variation)
    if decision is Decision.NEEDS_PERSON:
        move_order(session, actor, order, "ask_variation")
        tell_office(session, actor, order, variation, now)
    else:
        _approve_by_rule(session, actor, order, variation, now)
    session.flush()
    return variation


def _decision(session: Session, order: WorksOrder, variation: Variation, on: date) -> Decision:
    """By rule inside the limit of the order; never what takes a measure from an insecure opening.

    An urgent change has the higher limit and waits for no agreement; any other needs both that and the budget.
    """
    settings = load_settings(session)
    before = increases_cents(session, order.id, only=[BY_RULE])
    if variation.urgent:
        return decide(variation.difference_cents, before, settings.urgent_variation_cents)
    if _weakens_insecure(session, variation) or lacks_consent(session, order, variation, on):
        return Decision.NEEDS_PERSON
    room = budget_room(session, order, variation.item_code)
    if room is not None and variation.difference_cents > room.left_cents:
        return Decision.NEEDS_PERSON
    return decide(variation.difference_cents, before, settings.variation_limit_cents)


def _weakens_insecure(session: Session, variation: Variation) -> bool:
    if variation.opening_id is None or variation.change == Change.ADD:
        return False
    opening = session.get_one(Opening, variation.opening_id)
    return variation.quantity < variation.before_quantity and opening.state == OpeningState.INSECURE


def _keep_photos(session: Session, actor: Actor, variation: Variation, wish: Wish, now: datetime) -> None:
    for number, uploaded in enumerate(wish.photos):
        key = uuid.uuid5(wish.key, str(number))
        photo_id = add_photo(session, actor, variation.visit_id, uploaded, now, key=key)
        session.add(VariationPhoto(variation_id=variation.id, photo_id=photo_id))


def _record_asked(session: Session, actor: Actor, variation: Variation) -> None:
    """The trail names codes, quantities and amounts; the words of the reason stay with the variation."""
    audit.record(
        session,
        actor,
        "variation.asked",
        ("works_order", variation.order_id),
        moved=(None, variation.state),
        detail={
            "variation": str(variation.id),
            "change": variation.change,
            "item": variation.item_code,
            "quantity": str(variation.quantity),
            "difference_cents": variation.difference_cents,
            "urgent": variation.urgent,
        },
    )


def _approve_by_rule(
    session: Session, actor: Actor, order: WorksOrder, variation: Variation, now: datetime
) -> None:
    line, clashes = carry_out(session, actor, order, variation, now)
    variation.line_id, variation.booking_fits = line.id, not clashes
    variation.decided_at, variation.decided_how = now, BY_RULE
    move_variation(
        session, None, variation, "approve", detail={"how": BY_RULE, "cents": variation.difference_cents}
    )
    session.flush()
    if variation.urgent:
        notes.add_note(session, actor, variation.visit, notes.URGENT_CHANGE, variation.item_code, now=now)
    order_changed(session, actor, order.id, now)
    require_not_overdrawn(session, order, variation)
