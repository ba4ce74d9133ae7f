"""Splits an order into its visits and keeps them as rows; until issue the split is made anew at each change."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from catalogue.item import CatalogueItem
from worksorders.domain.codes import LEAST_BYTES, new_code
from worksorders.domain.order.deadlines import Urgency, end_of_day
from worksorders.domain.order.visits import Raising, VisitDraft, split_into_visits
from worksorders.steps.admin.urgency import deadline_rules
from worksorders.steps.ordering.lines import as_domain
from worksorders.steps.ordering.settings import load_settings, place_of
from worksorders.store.tables.work.aftercare import Monitoring
from worksorders.store.tables.work.orders import Visit, VisitDependency, WorksLine, WorksOrder

DAY_MINUTES = 24 * 60
LARGEST_CREW = 4


def split(
    session: Session,
    order: WorksOrder,
    rows: Sequence[WorksLine],
    items: Mapping[str, CatalogueItem],
    ordered_at: datetime,
) -> tuple[VisitDraft, ...]:
    """The visits of these lines; deadlines count from raising, material and laboratories from `ordered_at`.

    Those of an order that follows another for its months of monitoring come once the months are over.
    """
    drafts = _split(session, order, rows, items, ordered_at)
    months = session.get(Monitoring, order.id) if order.kind == "follow_on" else None
    if months is None:
        return drafts
    return tuple(
        replace(
            draft,
            ready_on=max(draft.ready_on, months.ends_on),
            due_at=max(draft.due_at, order.permanent_due_at),
        )
        for draft in drafts
    )


def _split(
    session: Session,
    order: WorksOrder,
    rows: Sequence[WorksLine],
    items: Mapping[str, CatalogueItem],
    ordered_at: datetime,
) -> tuple[VisitDraft, ...]:
    openings = {opening.id: opening for opening in order.assessment.openings}
    insecure = [str(opening.id) for opening in openings.values() if opening.state == "insecure"]
    place = place_of(order.region_code)
    raising = Raising(Urgency(order.urgency), order.raised_at, place, deadline_rules(session))
    lines = as_domain(rows, openings, items)
    day = load_settings(session).day_minutes
    drafts = split_into_visits(lines, insecure, raising, day)
    if ordered_at == order.raised_at:
        return drafts
    later = split_into_visits(lines, insecure, replace(raising, raised_at=ordered_at), day)
    ready = {frozenset(draft.line_ids): draft.ready_on for draft in later}
    moved = [replace(d, ready_on=ready.get(frozenset(d.line_ids), d.ready_on)) for d in drafts]
    return tuple(
        d if d.make_safe else replace(d, due_at=max(d.due_at, end_of_day(d.ready_on, place))) for d in moved
    )


def store(
    session: Session, order: WorksOrder, rows: Sequence[WorksLine], drafts: Sequence[VisitDraft]
) -> None:
    """Replace the order's visits and their dependencies by these; only for an order that was never issued."""
    clear(session, order)
    by_id = {str(row.id): row for row in rows}
    visits: dict[str, Visit] = {}
    for position, draft in enumerate(drafts, start=1):
        visit = Visit(
            id=uuid.uuid4(),
            code=new_code("V", secrets.token_bytes(LEAST_BYTES)),
            order_id=order.id,
            position=position,
            trade=str(draft.trade),
            crew=min(draft.crew, LARGEST_CREW),
            minutes=max(draft.minutes, 1),
            interim=draft.make_safe,
            ready_on=draft.ready_on,
            due_at=draft.due_at,
            state="unplanned",
        )
        session.add(visit)
        visits[draft.key] = visit
    session.flush()
    for draft in drafts:
        for line_id in (*draft.line_ids, *draft.charge_line_ids):
            by_id[line_id].visit_id = visits[draft.key].id
    session.add_all(_dependencies(drafts, visits))
    session.flush()
    session.expire(order, ["visits"])
    for row in rows:
        session.expire(row, ["visit"])


def clear(session: Session, order: WorksOrder) -> None:
    """Take the visits of an order that was never issued away again."""
    ids = [visit.id for visit in order.visits]
    session.execute(update(WorksLine).where(WorksLine.order_id == order.id).values(visit_id=None))
    session.execute(
        delete(VisitDependency).where(VisitDependency.before_id.in_(ids) | VisitDependency.after_id.in_(ids))
    )
    session.execute(delete(Visit).where(Visit.id.in_(ids)))
    session.expire(order, ["visits"])
    for row in order.lines:
        session.expire(row, ["visit_id", "visit"])


def _dependencies(drafts: Sequence[VisitDraft], visits: Mapping[str, Visit]) -> list[VisitDependency]:
    """One row a pair; visits that must share a day wait for each other in their order even without another reason."""
    rows: dict[tuple[str, str], VisitDependency] = {}
    order = {draft.key: position for position, draft in enumerate(drafts)}
    for draft in drafts:
        for after in draft.after:
            rows[after.visit, draft.key] = VisitDependency(
                before_id=visits[after.visit].id,
                after_id=visits[draft.key].id,
                least_gap_minutes=after.gap_working_days * DAY_MINUTES,
                same_day=after.visit in draft.same_day_with,
                why=after.why,
            )
        for other in draft.same_day_with:
            if order[other] < order[draft.key] and (other, draft.key) not in rows:
                rows[other, draft.key] = VisitDependency(
                    before_id=visits[other].id,
                    after_id=visits[draft.key].id,
                    least_gap_minutes=0,
                    same_day=True,
                    why="the opening is closed the same day",
                )
    return list(rows.values())
