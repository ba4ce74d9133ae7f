"""A defect from its report to its mending: back to the firm that did the work, or to another one."""

from __future__ import annotations

import secrets
import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.codes import LEAST_BYTES, new_code
from worksorders.domain.completion.warranty import SEVERITIES, is_covered
from worksorders.domain.errors import Fault, Faults, FaultsError, RefusedError
from worksorders.domain.lifecycle.aftercare import DEFECT
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.local_time import local_day
from worksorders.gateways.measures import warranty_months
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.aftercare.repair import SAME_FIRM, make_repair
from worksorders.steps.aftercare.settings import load_settings
from worksorders.steps.finance.follow import order_changed
from worksorders.steps.offers.making.opening import ask_at_once
from worksorders.steps.ordering.moves import lock_order, move_order
from worksorders.store.tables.work.aftercare import Defect, Inspection
from worksorders.store.tables.work.offers import LineDone
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

REPORTED, FAILED = "defect_found", "inspection_failed"
LONGEST_TEXT = 500


def report_defect(
    session: Session,
    actor: Actor,
    line_id: uuid.UUID,
    *,
    severity: str,
    what: str,
    to: str = SAME_FIRM,
    inspection: Inspection | None = None,
    reopen_because: str = REPORTED,
    now: datetime,
) -> Defect:
    """Record what is wrong with done work and send it back: to the `same` firm, free under the warranty, or `another`.

    A closed order is opened again. Raises NotFoundError, FaultsError at `severity`, `what` or `to`, RefusedError for
    work that is not done or an order that has ended otherwise.
    """
    order_id = session.scalar(select(WorksLine.order_id).where(WorksLine.id == line_id))
    if order_id is None:
        raise NotFoundError("There is no such line.")
    order = lock_order(session, order_id)
    line = session.get_one(WorksLine, line_id)
    done_on = done_day(session, line)
    if line.visit is None or line.visit.firm_id is None or done_on is None:
        raise RefusedError(
            f"Nothing of “{line.measure}” is done yet: a defect is one of done work.",
            state=order.state,
            action="report_defect",
        )
    _check(severity, what)
    if order.state == "closed":
        move_order(session, actor, order, "reopen", reason=reopen_because)
        order.closed_at = None
    row = Defect(
        id=uuid.uuid4(),
        code=new_code("D", secrets.token_bytes(LEAST_BYTES)),
        order_id=order.id,
        line_id=line.id,
        inspection_id=inspection.id if inspection else None,
        severity=severity,
        state=DEFECT.initial,
        what=what.strip(),
        free=is_covered(done_on, warranty_months(line.item_code), local_day(now)),
        found_at=now,
        found_by=actor.user_id,
        due_at=load_settings(session).mending.due_at(severity, now),
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "defect.found",
        ("works_order", order.id),
        moved=(None, row.state),
        detail={"defect": row.code, "item": line.item_code, "severity": severity},
    )
    return_to_firm(session, actor, row.id, to=to, now=now)
    return row


def _check(severity: str, what: str) -> None:
    faults = Faults()
    faults.require(severity in SEVERITIES, "severity", "Choose how bad it is.")
    faults.require(what.strip(), "what", "Say in a few words what is wrong; name no person and no place.")
    faults.require(
        len(what) <= LONGEST_TEXT, "what", f"This has {len(what)} characters: {LONGEST_TEXT} at the most."
    )
    faults.raise_if_any()


def done_day(session: Session, line: WorksLine) -> date | None:
    """The local day on which the firm that holds the visit did the line; None where nothing is done."""
    done_at = session.scalar(
        select(func.max(LineDone.done_at))
        .join(Visit, Visit.id == LineDone.visit_id)
        .where(
            LineDone.line_id == line.id,
            LineDone.firm_id == Visit.firm_id,
            LineDone.done_quantity > Decimal(0),
            Visit.state == "done",
        )
    )
    return local_day(done_at) if done_at else None


def lock_defect(session: Session, defect_id: uuid.UUID) -> tuple[WorksOrder, Defect]:
    """The defect with its order, both locked and as they are now; raises NotFoundError."""
    order_id = session.scalar(select(Defect.order_id).where(Defect.id == defect_id))
    if order_id is None:
        raise NotFoundError("There is no such defect.")
    order = lock_order(session, order_id)
    row = session.scalars(
        select(Defect)
        .where(Defect.id == defect_id)
        .with_for_update(of=Defect)
        .execution_options(populate_existing=True)
    ).one()
    return order, row


def return_to_firm(session: Session, actor: Actor, defect_id: uuid.UUID, *, to: str, now: datetime) -> Defect:
    """Make the repair a visit of its own; FaultsError at `to` where it cannot go there."""
    order, row = lock_defect(session, defect_id)
    if order.state not in {"issued", "variation_pending"}:
        raise RefusedError(
            f"Order {order.code} is {order.state.replace('_', ' ')}: a repair waits until it goes on.",
            state=order.state,
            action="return_to_firm",
        )
    after = move(DEFECT, row.state, "return_to_firm", actor.role)
    line = make_repair(session, actor, order, row, to, now)
    before, row.state, row.repair_line_id = row.state, after, line.id
    session.flush()
    audit.record(
        session,
        actor,
        "defect.returned",
        ("works_order", order.id),
        moved=(before, after),
        detail={"defect": row.code, "to": to, "line": str(line.id)},
    )
    ask_at_once(session, order)
    order_changed(session, actor, order.id, now)
    return row


def withdraw_defect(session: Session, actor: Actor, defect_id: uuid.UUID, reason: str) -> Defect:
    """It is none after all; FaultsError at `reason`. Only before its repair is under way."""
    order, row = lock_defect(session, defect_id)
    if not reason.strip():
        raise FaultsError([Fault("reason", "Say why this is no defect.")])
    _move(session, actor, order, row, "withdraw", reason.strip())
    row.reason = reason.strip()
    return row


def mend_of(
    session: Session, actor: Actor, order: WorksOrder, line_ids: set[uuid.UUID], now: datetime
) -> None:
    """Defects whose repair lines were accepted in full are mended; the caller has locked the order."""
    rows = session.scalars(
        select(Defect)
        .where(Defect.order_id == order.id, Defect.repair_line_id.in_(line_ids), Defect.state == "returned")
        .with_for_update(of=Defect)
    )
    for row in rows:
        row.mended_at = now
        _move(session, actor, order, row, "mend")


def take_back(session: Session, actor: Actor, defect_id: uuid.UUID) -> Defect:
    """A repair that came to nothing (its line taken out, its visit cancelled) waits to be sent somewhere again."""
    order, row = lock_defect(session, defect_id)
    line = row.repair_line
    if line is not None and line.removed_at is None and line.visit and line.visit.state != "cancelled":
        raise RefusedError(
            f"The repair of defect {row.code} is under way: take its line out first.",
            state=row.state,
            action="take_back",
        )
    _move(session, actor, order, row, "take_back")
    row.repair_line_id = None
    session.flush()
    return row


def _move(
    session: Session,
    actor: Actor,
    order: WorksOrder,
    row: Defect,
    action: str,
    reason: str | None = None,
) -> None:
    before, row.state = row.state, move(DEFECT, row.state, action, actor.role)
    session.flush()
    audit.record(
        session,
        actor,
        f"defect.{row.state}",
        ("works_order", order.id),
        moved=(before, row.state),
        reason=reason,
        detail={"defect": row.code},
    )
