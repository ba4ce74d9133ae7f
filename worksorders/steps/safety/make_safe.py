"""Orders a make-safe visit for an opening found insecure on an issued order, and offers it at once."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalogue.item import CatalogueItem, Kind
from worksorders.domain.codes import LEAST_BYTES, new_code
from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.domain.order.lines import LineInput
from worksorders.domain.order.visits import SECURE_CHECK_MINUTES
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.finance import ledger
from worksorders.steps.offers.making.opening import URGENT
from worksorders.steps.offers.making.urgent import offer_urgently
from worksorders.steps.ordering.lines import catalogue_of, new_row
from worksorders.steps.ordering.moves import lock_order
from worksorders.steps.ordering.rates import RatesInForce, rates_in_force
from worksorders.steps.safety.deadlines import INSECURE, set_make_safe_due, watch
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.orders import FrozenRate, Visit, VisitDependency, WorksLine, WorksOrder
from worksorders.store.tables.work.variations import LineRevision

BECAUSE = "makes safe tonight"
ONE = Decimal(1)


@dataclass(frozen=True)
class Choices:
    """What may be made safe and with what: pairs of id and label, and of item code and measure, interim ones first."""

    openings: tuple[tuple[uuid.UUID, str], ...]
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ordered:
    """The visit that was made, and how many firms were asked for it at once."""

    visit: Visit
    offers: int


def choices(session: Session, order: WorksOrder) -> Choices:
    """Openings insecure now, and the work that waits for no material."""
    openings = tuple((one.id, one.label) for one in _insecure(session, order))
    items = catalogue_of(session, order).items
    interim = {item.interim_item for item in items.values()}
    at_once = [item for item in items.values() if _is_at_once(item)]
    at_once.sort(key=lambda item: (item.code not in interim, item.code))
    return Choices(openings, tuple((item.code, item.measure) for item in at_once))


def _is_at_once(item: CatalogueItem) -> bool:
    """Work of one unit that needs no material and takes nothing out."""
    return (
        item.kind is Kind.WORK
        and not item.lead_working_days
        and item.interim_item is None
        and not item.after_everything
    )


def _insecure(session: Session, order: WorksOrder) -> list[Opening]:
    rows = session.scalars(
        select(Opening)
        .where(Opening.assessment_id == order.assessment_id, Opening.state == INSECURE)
        .order_by(Opening.position)
    )
    return list(rows)


def make_safe(
    session: Session,
    actor: Actor,
    order_id: uuid.UUID,
    *,
    opening_id: uuid.UUID | None,
    item_code: str,
    now: datetime,
) -> Ordered:
    """Add the measure as a make-safe visit of its own; the order becomes a P1 and the visit is offered at once.

    A home that is insecure now is what P1 means; deadlines that run are not put off. Raises NotFoundError, RefusedError
    unless the order is issued, FaultsError at `opening` or `item`.
    """
    order = lock_order(session, order_id)
    if order.state != "issued":
        raise RefusedError(
            f"Order {order.code} is {order.state.replace('_', ' ')}: visits are added to an issued order.",
            state=order.state,
            action="make_safe",
        )
    item, rates = _check(session, order, opening_id, item_code, now)
    _raise_urgency(session, actor, order, now)
    visit = _visit(session, order, item, now)
    line = _line(session, order, visit, item, rates, opening_id, now)
    _before_the_rest(session, order, visit, line)
    session.expire(order, ["visits", "lines"])
    audit.record(
        session,
        actor,
        "order.make_safe_visit_added",
        ("works_order", order.id),
        detail={"item": item.code, "visit": str(visit.id)},
    )
    ledger.settle_orders(session, actor, [order.id], now)
    watch(session, order.id, now)
    return Ordered(visit, offer_urgently(session, order.id, now))


def _check(
    session: Session, order: WorksOrder, opening_id: uuid.UUID | None, item_code: str, now: datetime
) -> tuple[CatalogueItem, RatesInForce]:
    faults = Faults()
    faults.require(
        opening_id in {one.id for one in _insecure(session, order)},
        "opening",
        "Choose an opening that is insecure now.",
    )
    item = catalogue_of(session, order).items.get(item_code)
    rates = rates_in_force(session, order.region_code, [item_code], order.issued_on or local_day(now))
    if item is None or not _is_at_once(item):
        faults.add("item", "Choose work that can be done at once.")
    elif not rates.of(item.code, str(item.trade)):
        faults.add(
            "item", f"No firm of the region has a rate for {item.code} ({item.measure}): choose another."
        )
    faults.raise_if_any()
    assert item is not None
    return item, rates


def _raise_urgency(session: Session, actor: Actor, order: WorksOrder, now: datetime) -> None:
    before = order.urgency
    if before != URGENT:
        order.urgency = URGENT
        audit.record(
            session, actor, "order.urgency_raised", ("works_order", order.id), moved=(before, URGENT)
        )
    if order.make_safe_due_at is None:
        set_make_safe_due(session, actor, order, now)


def _visit(session: Session, order: WorksOrder, item: CatalogueItem, now: datetime) -> Visit:
    last = session.scalar(select(func.max(Visit.position)).where(Visit.order_id == order.id))
    visit = Visit(
        id=uuid.uuid4(),
        code=new_code("V", secrets.token_bytes(LEAST_BYTES)),
        order_id=order.id,
        position=(last or 0) + 1,
        trade=str(item.trade),
        crew=item.crew,
        minutes=item.minutes + SECURE_CHECK_MINUTES,
        interim=True,
        ready_on=local_day(now),
        due_at=order.make_safe_due_at or now,
        state="unplanned",
    )
    session.add(visit)
    session.flush()
    return visit


def _line(
    session: Session,
    order: WorksOrder,
    visit: Visit,
    item: CatalogueItem,
    rates: RatesInForce,
    opening_id: uuid.UUID | None,
    now: datetime,
) -> WorksLine:
    """The line with the rate of every firm that could take it, from the day of issue like all the others."""
    last = session.scalar(select(func.max(WorksLine.position)).where(WorksLine.order_id == order.id))
    given = LineInput(str(opening_id), item.code, ONE)
    line = new_row(item, given, (last or 0) + 1, rates, because=BECAUSE)
    line.order_id, line.visit_id, line.interim = order.id, visit.id, True
    line.frozen_at, line.original_quantity = now, ONE
    session.add(line)
    session.flush()
    session.add(LineRevision(line_id=line.id, revision=1, quantity=ONE, at=now))
    by_firm = {rate.firm_id: rate for rate in reversed(rates.of(item.code, str(item.trade)))}
    session.add_all(
        FrozenRate(
            line_id=line.id,
            firm_id=rate.firm_id,
            rate_card_id=rate.rate_card_id,
            unit=rate.unit,
            rate=rate.rate,
        )
        for rate in by_firm.values()
    )
    session.flush()
    return line


def _before_the_rest(session: Session, order: WorksOrder, visit: Visit, line: WorksLine) -> None:
    """What is done for good at the same opening and not arranged yet comes after it."""
    later = session.scalars(
        select(Visit.id)
        .join(WorksLine, WorksLine.visit_id == Visit.id)
        .where(
            Visit.order_id == order.id,
            Visit.id != visit.id,
            Visit.state.in_(("unplanned", "planned")),
            WorksLine.opening_id == line.opening_id,
            WorksLine.removed_at.is_(None),
        )
        .distinct()
    )
    for visit_id in later:
        session.add(VisitDependency(before_id=visit.id, after_id=visit_id, why="made safe first"))
    session.flush()
