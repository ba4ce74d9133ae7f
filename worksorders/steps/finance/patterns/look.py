"""Looks for patterns in the last year: split orders, values near a limit, rework, photos used twice, own releases."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.finance import patterns
from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.local_time import local_day
from worksorders.steps.finance.gather.rework import rework_billed
from worksorders.store.tables.books import PatternFinding
from worksorders.store.tables.finance import Invoice, InvoiceException
from worksorders.store.tables.offers import Photo
from worksorders.store.tables.orders import Visit, WorksLine, WorksOrder
from worksorders.store.tables.people import AppUser

BACK = timedelta(days=365)


def look_for_patterns(session: Session, now: datetime) -> int:
    """Keep every pattern that was not kept before; gives how many are new."""
    since = now - BACK
    orders = raised_orders(session, since)
    found = (
        *patterns.find_splits(orders),
        *patterns.find_near_limit(orders),
        *rework_billed(session),
        *patterns.find_reused_photos(photo_uses(session, since)),
        *patterns.find_own_releases(recorded_releases(session, since)),
    )
    return _keep(session, found, now)


def raised_orders(session: Session, since: datetime) -> list[patterns.RaisedOrder]:
    """Orders issued on their raiser's own limit, once for each firm that does them.

    What somebody else approved is no use of the own limit.
    """
    worth = func.sum(WorksLine.quantity * WorksLine.rate)
    rows = session.execute(
        select(
            WorksOrder.code,
            Visit.firm_id,
            WorksOrder.raised_by,
            WorksOrder.raised_at,
            worth,
            AppUser.raise_limit_cents,
        )
        .join(WorksLine, WorksLine.order_id == WorksOrder.id)
        .join(Visit, Visit.id == WorksLine.visit_id)
        .join(AppUser, AppUser.id == WorksOrder.raised_by)
        .where(
            WorksOrder.raised_at >= since,
            WorksOrder.issued_on.is_not(None),
            WorksOrder.state.not_in(("cancelled", "superseded")),
            WorksLine.removed_at.is_(None),
            Visit.firm_id.is_not(None),
            WorksOrder.approved_by.is_(None) | (WorksOrder.approved_by == WorksOrder.raised_by),
        )
        .group_by(WorksOrder.id, Visit.firm_id, AppUser.raise_limit_cents)
        .order_by(WorksOrder.raised_at, WorksOrder.code)
    )
    return [
        patterns.RaisedOrder(code, str(firm), str(by), local_day(at), round(value * 100), limit)
        for code, firm, by, at, value, limit in rows
    ]


def photo_uses(session: Session, since: datetime) -> list[patterns.PhotoUse]:
    """Photos that are there more than once, with the lines that they prove."""
    twice = select(Photo.sha256).group_by(Photo.sha256).having(func.count(Photo.line_id.distinct()) > 1)
    rows = session.execute(
        select(Photo.sha256, Photo.line_id, WorksOrder.code)
        .join(WorksLine, WorksLine.id == Photo.line_id)
        .join(WorksOrder, WorksOrder.id == WorksLine.order_id)
        .where(Photo.sha256.in_(twice), Photo.stored_at >= since)
        .order_by(WorksOrder.code, Photo.line_id)
    )
    return [patterns.PhotoUse(sha.hex(), str(line_id), code) for sha, line_id, code in rows]


def recorded_releases(session: Session, since: datetime) -> list[patterns.RecordedRelease]:
    """Releases that stand, with who entered the invoice and who approved its payment."""
    rows = session.execute(
        select(
            InvoiceException.exception_key,
            Invoice.id,
            InvoiceException.released_by,
            Invoice.received_by,
            Invoice.approved_by,
        )
        .join(Invoice, Invoice.id == InvoiceException.invoice_id)
        .where(InvoiceException.released_by.is_not(None), InvoiceException.released_at >= since)
        .order_by(InvoiceException.released_at, InvoiceException.id)
    )
    return [
        patterns.RecordedRelease(key, str(invoice), str(by), str(entered), str(approved or ""))
        for key, invoice, by, entered, approved in rows
    ]


def _keep(session: Session, found: Iterable[MatchException], now: datetime) -> int:
    new = 0
    for one in found:
        key = "|".join((one.about, *sorted(one.evidence)))
        added = session.scalar(
            insert(PatternFinding)
            .values(
                id=uuid.uuid4(),
                code=one.code,
                finding_key=key,
                found_at=now,
                expected=one.expected,
                actual=one.actual,
                difference_cents=one.difference_cents,
                evidence=_shown(session, one),
                order_ids=_orders(session, one),
                state="open",
            )
            .on_conflict_do_nothing(index_elements=["code", "finding_key"])
            .returning(PatternFinding.id)
        )
        new += added is not None
    return new


def _shown(session: Session, one: MatchException) -> list[str]:
    """Codes of orders and numbers of invoices: never an id, a person or a place."""
    codes = session.scalars(select(WorksOrder.code).where(WorksOrder.code.in_(one.evidence))).all()
    ids = [uuid.UUID(part) for part in one.evidence if _is_id(part)]
    numbers = session.scalars(select(Invoice.number).where(Invoice.id.in_(ids))).all()
    return [*sorted(codes), *sorted(numbers)]


def _orders(session: Session, one: MatchException) -> list[uuid.UUID]:
    ids = [uuid.UUID(part) for part in one.evidence if _is_id(part)]
    of_invoices = select(Invoice.order_id).where(Invoice.id.in_(ids), Invoice.order_id.is_not(None))
    rows = session.scalars(
        select(WorksOrder.id)
        .where(WorksOrder.code.in_(one.evidence) | WorksOrder.id.in_(of_invoices))
        .order_by(WorksOrder.id)
    )
    return list(rows)


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
