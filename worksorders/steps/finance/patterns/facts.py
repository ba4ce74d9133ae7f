"""What patterns are looked for in: orders, attendances, variations, approvals, photos and releases of a year."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from worksorders.domain.finance import patterns
from worksorders.domain.local_time import local_day
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.finance import Invoice, InvoiceException
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.offers import Photo
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder
from worksorders.store.tables.work.variations import Variation


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
            *_issued_work(since),
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


def attendances(session: Session, since: datetime) -> list[patterns.Attendance]:
    """Who was at which order from when to when: everybody whose time was confirmed for a visit that was made."""
    rows = session.execute(
        select(Booking.worker_id, WorksOrder.code, Visit.arrived_at, Visit.left_at)
        .join(Visit, Visit.id == Booking.visit_id)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(
            Booking.state == "confirmed",
            Booking.firm_id == Visit.firm_id,
            Visit.arrived_at >= since,
            Visit.left_at > Visit.arrived_at,
        )
        .order_by(Visit.arrived_at, Visit.id, Booking.worker_id)
    )
    return [
        patterns.Attendance(str(worker), code, at, until)
        for worker, code, at, until in rows
        if at is not None and until is not None
    ]


def supplier_shares(session: Session, since: datetime) -> list[patterns.SupplierShare]:
    """What each firm's issued orders came to without their variations, and what its approved variations added."""
    orders = session.execute(
        select(
            Visit.firm_id,
            func.sum(WorksLine.quantity * WorksLine.rate),
            func.count(WorksLine.order_id.distinct()),
        )
        .join(WorksOrder, WorksOrder.id == WorksLine.order_id)
        .join(Visit, Visit.id == WorksLine.visit_id)
        .where(
            *_issued_work(since),
        )
        .group_by(Visit.firm_id)
        .order_by(Visit.firm_id)
    ).all()
    varied = dict(
        session.execute(
            select(Variation.firm_id, func.sum(Variation.difference_cents))
            .join(WorksOrder, WorksOrder.id == Variation.order_id)
            .where(
                WorksOrder.raised_at >= since,
                WorksOrder.state.not_in(("cancelled", "superseded")),
                Variation.state == "approved",
            )
            .group_by(Variation.firm_id)
        ).all()
    )
    shares = []
    for firm, worth, count in orders:
        more = max(int(varied.get(firm) or 0), 0)
        whole = round((worth or Decimal(0)) * 100)
        shares.append(patterns.SupplierShare(str(firm), max(whole - more, 0), more, count))
    return shares


def approvals(session: Session, since: datetime) -> list[patterns.Approval]:
    """Who approved which firm's invoices."""
    rows = session.execute(
        select(Invoice.approved_by, Invoice.firm_id)
        .where(Invoice.approved_by.is_not(None), Invoice.approved_at >= since, Invoice.kind == "invoice")
        .order_by(Invoice.approved_at, Invoice.id)
    )
    return [patterns.Approval(str(by), str(firm)) for by, firm in rows]


def _issued_work(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Lines of orders raised from then on that were issued, still stand, and have a firm."""
    return (
        WorksOrder.raised_at >= since,
        WorksOrder.issued_on.is_not(None),
        WorksOrder.state.not_in(("cancelled", "superseded")),
        WorksLine.removed_at.is_(None),
        Visit.firm_id.is_not(None),
    )
