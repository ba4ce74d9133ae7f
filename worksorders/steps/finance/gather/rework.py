"""What was billed for each opening of each home, with its warranty, so that rework inside it is found (F05)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.completion.warranty import covered_until
from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.patterns import BilledItem, find_rework
from worksorders.domain.local_time import local_day
from worksorders.gateways.measures import warranty_months
from worksorders.store.tables.money.finance import LineDecision
from worksorders.store.tables.work.aftercare import Defect
from worksorders.store.tables.work.offers import LineDone
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder


def billed_items(session: Session) -> Sequence[BilledItem]:
    """What a firm did and billed, once for each item at an opening of an order and once for each of its repairs.

    The place is an opaque id. A free repair is billed with nothing and not among them; nor are lines of the home as a
    whole, since two of them need not be the same work.
    """
    billed = (
        select(LineDecision.line_id, func.sum(LineDecision.accepted_cents).label("cents"))
        .group_by(LineDecision.line_id)
        .subquery()
    )
    rows = session.execute(
        select(
            WorksOrder.code,
            Visit.firm_id,
            WorksLine.opening_id,
            WorksLine.item_code,
            Defect.id,
            func.max(LineDone.done_at),
            func.sum(billed.c.cents),
        )
        .join(WorksLine, WorksLine.order_id == WorksOrder.id)
        .join(Visit, Visit.id == WorksLine.visit_id)
        .join(LineDone, LineDone.line_id == WorksLine.id)
        .join(billed, billed.c.line_id == WorksLine.id)
        .outerjoin(Defect, Defect.repair_line_id == WorksLine.id)
        .where(
            LineDone.firm_id == Visit.firm_id,
            LineDone.done_quantity > 0,
            WorksLine.opening_id.is_not(None),
            billed.c.cents > 0,
        )
        .group_by(WorksOrder.code, Visit.firm_id, WorksLine.opening_id, WorksLine.item_code, Defect.id)
        .order_by(func.max(LineDone.done_at), WorksOrder.code, WorksLine.item_code)
    )
    return [
        BilledItem(code, str(firm), str(opening), item, on := local_day(done_at), int(cents), _days(item, on))
        for code, firm, opening, item, _, done_at, cents in rows
    ]


def _days(item_code: str, done_on: date) -> int:
    return (covered_until(done_on, warranty_months(item_code)) - done_on).days


def rework_billed(session: Session) -> tuple[MatchException, ...]:
    """F05 for all that was billed so far: the same item at the same opening again inside the earlier one's warranty."""
    return find_rework(billed_items(session))
