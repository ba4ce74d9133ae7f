"""A coordinator accepts what was done, line by line; what is accepted is what may be invoiced."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.aftercare.closing import Missing, what_is_missing
from worksorders.steps.aftercare.defects import mend_of
from worksorders.steps.aftercare.monitoring import needs_monitoring, raise_follow_on
from worksorders.steps.finance.follow import order_changed
from worksorders.steps.ordering.moves import lock_order, move_order
from worksorders.store.tables.work.offers import LineAccepted, LineDone
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

OVER = ("done", "cancelled")
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Work:
    """Of one line the quantities ordered, done and accepted, and whether its visit is over."""

    line: WorksLine
    done: Decimal
    accepted: Decimal
    visit_done: bool

    @property
    def to_accept(self) -> Decimal:
        """What is done and not accepted yet."""
        return max(self.done - self.accepted, NOTHING) if self.visit_done else NOTHING


def work_of(session: Session, order: WorksOrder) -> list[Work]:
    """The work of an order, in the order of its lines; a line without a visit (a subscription) counts as done.

    Only what the firm that holds the visit did counts: what another one left behind is neither accepted nor paid.
    """
    ids = [line.id for line in order.lines]
    done = _sums(
        session,
        select(LineDone.line_id, func.sum(LineDone.done_quantity))
        .join(Visit, Visit.id == LineDone.visit_id)
        .where(LineDone.line_id.in_(ids), LineDone.firm_id == Visit.firm_id)
        .group_by(LineDone.line_id),
    )
    accepted = _sums(
        session,
        select(LineAccepted.line_id, func.sum(LineAccepted.quantity))
        .where(LineAccepted.line_id.in_(ids))
        .group_by(LineAccepted.line_id),
    )
    found = []
    for line in order.lines:
        if line.removed_at is not None:
            continue
        visit_done = line.visit is None or line.visit.state == "done"
        quantity = line.quantity if line.visit is None else done.get(line.id, NOTHING)
        found.append(Work(line, quantity, accepted.get(line.id, NOTHING), visit_done))
    return found


def _sums(session: Session, query: Select[uuid.UUID, Decimal]) -> dict[uuid.UUID, Decimal]:
    return {row[0]: row[1] for row in session.execute(query)}


def accept_work(
    session: Session,
    actor: Actor,
    order_id: uuid.UUID,
    quantities: Mapping[uuid.UUID, Decimal],
    now: datetime,
) -> WorksOrder:
    """Accept further quantities of some lines, in part or in whole.

    Raises NotFoundError, or FaultsError at `accept-<line id>` for more than is done and not accepted yet. An order
    whose visits are all over and whose lines are accepted as they were ordered closes by itself.
    """
    order = lock_order(session, order_id)
    work = {one.line.id: one for one in work_of(session, order)}
    wanted = {line_id: quantity for line_id, quantity in quantities.items() if quantity and line_id in work}
    faults = Faults()
    for line_id, quantity in wanted.items():
        most = work[line_id].to_accept
        faults.require(
            NOTHING < quantity <= most,
            f"accept-{line_id}",
            f"{quantity.normalize():f} of {work[line_id].line.measure} cannot be accepted: {most.normalize():f} are "
            "done and not accepted yet.",
        )
    faults.raise_if_any()
    for line_id, quantity in wanted.items():
        _keep(session, actor, line_id, quantity, now)
    session.flush()
    in_full = {
        line_id
        for line_id, quantity in wanted.items()
        if work[line_id].accepted + quantity >= work[line_id].line.quantity
    }
    mend_of(session, actor, order, in_full, now)
    close_if_complete(session, actor, order, now)
    order_changed(session, actor, order.id, now)
    return order


def close_if_complete(session: Session, actor: Actor, order: WorksOrder, now: datetime) -> bool:
    """Close an issued order that lacks nothing any more, whatever came last; the caller has locked it.

    Where a monitored alarm was fitted, the order for its months is raised first, so that this one can close.
    """
    if order.state != "issued" or not _is_over(order):
        return False
    _follow_on(session, actor, order, now)
    if not is_finished(session, order) or what_is_missing(session, order):
        return False
    _close(session, actor, order, now)
    return True


def _follow_on(session: Session, actor: Actor, order: WorksOrder, now: datetime) -> None:
    if needs_monitoring(session, order):
        raise_follow_on(session, actor, order, now)
        session.flush()
        session.expire(order, ["lines"])


def _close(session: Session, actor: Actor, order: WorksOrder, now: datetime) -> None:
    move_order(session, actor, order, "close")
    order.closed_at = now


def _keep(session: Session, actor: Actor, line_id: uuid.UUID, quantity: Decimal, now: datetime) -> None:
    session.add(LineAccepted(line_id=line_id, quantity=quantity, accepted_at=now, accepted_by=actor.user_id))
    audit.record(session, actor, "line.accepted", ("works_line", line_id), detail={"quantity": str(quantity)})


def _is_over(order: WorksOrder) -> bool:
    return all(visit.state in OVER for visit in order.visits)


def is_finished(session: Session, order: WorksOrder) -> bool:
    """Whether every visit is over and every line is accepted in the quantity that was ordered."""
    return _is_over(order) and all(one.accepted >= one.line.quantity for one in work_of(session, order))


def missing_to_close(session: Session, order: WorksOrder) -> tuple[Missing, ...]:
    """Everything that keeps an order open, work that is not accepted included."""
    waiting = tuple(
        Missing("work", f"{one.line.measure} is not accepted", one.line.id)
        for one in work_of(session, order)
        if one.to_accept
    )
    return (*what_is_missing(session, order), *waiting)


def close_order(session: Session, actor: Actor, order_id: uuid.UUID, now: datetime) -> WorksOrder:
    """Close an order of which less was done than ordered; raises RefusedError while anything is missing."""
    order = lock_order(session, order_id)
    if _is_over(order) and order.state == "issued":
        _follow_on(session, actor, order, now)
    missing = missing_to_close(session, order)
    if missing:
        what = "; ".join(one.what for one in missing)
        raise RefusedError(
            f"This order cannot be closed yet. Missing: {what}.", state=order.state, action="close"
        )
    _close(session, actor, order, now)
    order_changed(session, actor, order.id, now)
    return order
