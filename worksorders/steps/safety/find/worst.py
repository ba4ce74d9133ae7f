"""Puts every home that is insecure now in order, what is escalated first, from the few facts that this takes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from worksorders.domain.order.deadlines import DeadlineRules, Urgency, make_safe_due
from worksorders.steps.admin.urgency import deadline_rules
from worksorders.steps.ordering.settings import place_of
from worksorders.steps.safety.find.who import escalated_orders
from worksorders.store.tables.work.cases import Assessment, CaseFile, Opening
from worksorders.store.tables.work.orders import WorksOrder

OVER = ("cancelled", "superseded")
INSECURE = "insecure"
COUNTED = ("waiting", "ordered", "handed_over")
Found = Row[uuid.UUID, str, str, datetime, str, datetime]
Order = Row[uuid.UUID, uuid.UUID, str, datetime | None, datetime]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A home with an opening insecure since then; the clock of `due_at` began at `counts_from`."""

    assessment_id: uuid.UUID
    order_id: uuid.UUID | None
    region_code: str
    escalated: bool
    since: datetime
    counts_from: datetime
    due_at: datetime


def rank_insecure(session: Session) -> list[Ranked]:
    """All of them, those with an advocate too: what is escalated, then what must be safe soonest; five queries."""
    rows = session.execute(
        select(
            Assessment.id,
            Assessment.code,
            Assessment.urgency,
            Assessment.received_at,
            CaseFile.region_code,
            func.min(Opening.state_at),
        )
        .join(CaseFile, CaseFile.id == Assessment.case_id)
        .join(Opening, Opening.assessment_id == Assessment.id)
        .where(Assessment.state.in_(COUNTED), Opening.state == INSECURE)
        .group_by(Assessment.id, CaseFile.id)
    ).all()
    orders, escalated, rules = _orders(session), escalated_orders(session), deadline_rules(session)
    ranked = []
    for row in rows:
        order = orders.get(row[0])
        home = _ranked(row, order, rules, escalated=order is not None and order[1] in escalated)
        ranked.append((not home.escalated, home.due_at, row[1], home))
    return [entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:-1])]


def _ranked(row: Found, order: Order | None, rules: DeadlineRules, *, escalated: bool) -> Ranked:
    assessment_id, _, urgency, received_at, region_code, since = row
    counts_from = max(since, order[4] if order else received_at)
    due_at = order[3] if order else None
    if due_at is None:
        due_at = _due(rules, Urgency(order[2] if order else urgency), region_code, counts_from)
    return Ranked(
        assessment_id,
        order[1] if order else None,
        region_code,
        escalated,
        since,
        min(counts_from, due_at),
        due_at,
    )


def _due(rules: DeadlineRules, urgency: Urgency, region_code: str, counts_from: datetime) -> datetime:
    """The class's deadline; a class without one takes P4's, the same day."""
    place = place_of(region_code)
    due = make_safe_due(urgency, counts_from, place, rules) or make_safe_due(
        Urgency.P4, counts_from, place, rules
    )
    assert due is not None
    return due


def _orders(session: Session) -> dict[uuid.UUID, Order]:
    """Of each home the order that is worked on; one that is closed where there is no other."""
    insecure = select(Opening.assessment_id).where(Opening.state == INSECURE)
    rows = session.execute(
        select(
            WorksOrder.assessment_id,
            WorksOrder.id,
            WorksOrder.urgency,
            WorksOrder.make_safe_due_at,
            WorksOrder.raised_at,
        )
        .where(WorksOrder.assessment_id.in_(insecure), WorksOrder.state.not_in(OVER))
        .order_by((WorksOrder.state == "closed").desc(), WorksOrder.raised_at.desc(), WorksOrder.id)
    )
    return {row[0]: row for row in rows}
