"""Replaces an order by a new one: its lines and agreements are carried over, its visits and commitment given back."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from worksorders.domain.codes import LEAST_BYTES, new_code
from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.finance.follow import order_changed
from worksorders.steps.ordering import visits
from worksorders.steps.ordering.lines import catalogue_of
from worksorders.steps.ordering.moves import lock_order, move_order
from worksorders.steps.ordering.pause import cancel_visits
from worksorders.steps.ordering.rates import rates_in_force
from worksorders.steps.varying.carry_agreements import carry_agreements
from worksorders.steps.varying.decide import decline_all
from worksorders.store.tables.work.offers import LineDone
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

LONGEST_REASON = 500
REPLACED = "The order was replaced by another one."
CARRIED_ORDER = (
    "assessment_id", "case_id", "region_code", "area_code", "urgency", "raised_at", "make_safe_due_at",
    "permanent_due_at", "safe_windows", "catalogue_version_id", "cost_reason", "kind", "follows_id",
)  # fmt: skip
CARRIED_LINE = (
    "position", "opening_id", "item_code", "measure", "offer_name", "kind", "quantity", "unit", "rate",
    "minutes", "trade", "crew", "lead_working_days", "consent_group", "evidence", "interim", "interim_for", "because",
)  # fmt: skip


def supersede(
    session: Session, actor: Actor, order_id: uuid.UUID, *, reason: str, now: datetime
) -> WorksOrder:
    """A new draft in the place of an order on which no work was done yet; FaultsError at `reason`.

    Deadlines keep running from the first raising. Offers are withdrawn, workers' time is free, open variations are
    declined and what was committed is given back, all at once; the new order commits when it is issued. Raises
    RefusedError once work was done: what is done stays on its order, and the rest belongs to a follow-on order.
    """
    order = lock_order(session, order_id)
    faults = Faults()
    text = reason.strip()
    faults.require(
        0 < len(text) <= LONGEST_REASON,
        "reason",
        f"Say why the order is replaced, in at most {LONGEST_REASON} characters.",
    )
    faults.raise_if_any()
    _require_no_work(session, order)
    successor = _copy(order, actor)
    detail = {"by": successor.code}
    move_order(session, actor, order, "supersede", note=text, detail=detail)
    order.review_on = None
    decline_all(session, actor, order, REPLACED, now)
    cancel_visits(session, actor, order, "supersede", now)
    session.flush()
    session.add(successor)
    session.flush()
    order.superseded_by_id = successor.id
    rows = _copy_lines(session, order, successor, now)
    carry_agreements(session, order, successor, {old.id: new.id for old, new in rows})
    items = catalogue_of(session, successor).items
    fresh = [new for _, new in rows]
    visits.store(session, successor, fresh, visits.split(session, successor, fresh, items, now))
    audit.record(
        session,
        actor,
        "order.raised",
        ("works_order", successor.id),
        moved=(None, successor.state),
        detail={"code": successor.code, "in_place_of": order.code},
    )
    order_changed(session, actor, order.id, now)
    return successor


def _require_no_work(session: Session, order: WorksOrder) -> None:
    done = session.scalar(
        select(
            exists().where(
                LineDone.line_id == WorksLine.id, WorksLine.order_id == order.id, LineDone.done_quantity > 0
            )
        )
    )
    if done or any(visit.state == "done" for visit in order.visits):
        raise RefusedError(
            f"Work was done on order {order.code}: it stays there and is paid there. Change what is left by a "
            "variation, or close the order and raise a follow-on order.",
            state=order.state,
            action="supersede",
        )


def _copy(order: WorksOrder, actor: Actor) -> WorksOrder:
    return WorksOrder(
        id=uuid.uuid4(),
        code=new_code("W", secrets.token_bytes(LEAST_BYTES)),
        state="draft",
        raised_by=actor.user_id,
        **{name: getattr(order, name) for name in CARRIED_ORDER},
    )


def _copy_lines(
    session: Session, order: WorksOrder, successor: WorksOrder, now: datetime
) -> list[tuple[WorksLine, WorksLine]]:
    """Pairs of an old line and its copy: as it stands, variations and all, at the rates of today."""
    live = [line for line in order.lines if line.removed_at is None]
    rates = rates_in_force(session, order.region_code, {line.item_code for line in live}, local_day(now))
    rows = []
    for line in live:
        row = WorksLine(
            id=uuid.uuid4(),
            order_id=successor.id,
            **{name: getattr(line, name) for name in CARRIED_LINE},
        )
        found = rates.of(line.item_code, line.trade)
        if found:
            row.rate, row.rate_card_id = found[0].rate, found[0].rate_card_id
        rows.append((line, row))
    session.add_all(row for _, row in rows)
    session.flush()
    session.refresh(successor)
    return rows
