"""The queue of invoices for finance: oldest first, filtered and paged, with how many each code stops."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.orm import Session, contains_eager

from worksorders.domain.finance.codes import CODES
from worksorders.domain.finance.facts.identifiers import normalise_number
from worksorders.steps.finance.match import OPEN
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.money.finance import Invoice, InvoiceException, InvoiceLine
from worksorders.store.tables.work.orders import WorksOrder

PAGE_SIZE = 25
WAITING, HELD, ALL = "waiting", "held", "all"
STATES = (WAITING, "exceptions", "matched", HELD, "approved", "paid", "rejected", ALL)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the queue is narrowed to: a state of STATES, a match code, a part of a number, code or firm's name."""

    state: str = WAITING
    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One invoice in the queue: codes, region and amounts, never the home."""

    id: uuid.UUID
    number: str
    firm: str
    orders: tuple[str, ...]
    regions: tuple[str, ...]
    issued_on: date
    received_at: datetime
    state: str
    hold_kind: str | None
    source: str
    total_cents: int
    payable_cents: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue, and over all open invoices how many each code stops."""

    rows: tuple[QueueRow, ...]
    count: int
    page: int
    pages: int
    by_code: tuple[tuple[str, str, int], ...]


def find_queue(session: Session, wanted: QueueFilter, page: int = 1) -> QueuePage:
    """A page of invoices, the oldest first, in a constant number of queries."""
    where = _conditions(wanted)
    count = session.scalar(select(func.count()).select_from(Invoice).join(Firm).where(*where)) or 0
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(page, 1), pages)
    invoices = session.scalars(
        select(Invoice)
        .join(Invoice.firm)
        .options(contains_eager(Invoice.firm))
        .where(*where)
        .order_by(Invoice.received_at, Invoice.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return QueuePage(_rows(session, invoices), count, page, pages, _by_code(session))


def next_open(session: Session, invoice: Invoice) -> uuid.UUID | None:
    """The invoice to look at after this one: the next older-first open one, from the beginning after the last."""
    after = tuple_(Invoice.received_at, Invoice.id) > tuple_(invoice.received_at, invoice.id)
    open_ones = select(Invoice.id).where(
        Invoice.state.in_(OPEN), Invoice.hold_kind.is_(None), Invoice.id != invoice.id
    )
    in_order = open_ones.order_by(Invoice.received_at, Invoice.id).limit(1)
    return session.scalar(in_order.where(after)) or session.scalar(in_order)


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state == HELD:
        found.append(Invoice.hold_kind.is_not(None))
    elif wanted.state in STATES and wanted.state not in {ALL, WAITING}:
        found.append(Invoice.state == wanted.state)
    elif wanted.state != ALL:
        found.append(Invoice.state.in_(OPEN))
    if wanted.code in CODES:
        standing = (InvoiceException.code == wanted.code) & (InvoiceException.state == "open")
        found.append(Invoice.exceptions.any(standing))
    text = wanted.text.strip()
    if text:
        orders = select(InvoiceLine.invoice_id).where(InvoiceLine.order_code == text.upper())
        found.append(
            or_(
                Invoice.number_normalised.contains(normalise_number(text), autoescape=True),
                Firm.name.icontains(text, autoescape=True),
                Invoice.id.in_(orders),
            )
        )
    return found


def _rows(session: Session, invoices: Sequence[Invoice]) -> tuple[QueueRow, ...]:
    ids = [invoice.id for invoice in invoices]
    codes: dict[uuid.UUID, list[str]] = defaultdict(list)
    standing = (
        select(InvoiceException.invoice_id, InvoiceException.code)
        .where(InvoiceException.invoice_id.in_(ids), InvoiceException.state == "open")
        .where(InvoiceException.severity != "W")
        .distinct()
    )
    for invoice_id, code in session.execute(standing):
        codes[invoice_id].append(code)
    orders: dict[uuid.UUID, dict[str, str]] = defaultdict(dict)
    named = (
        select(InvoiceLine.invoice_id, InvoiceLine.order_code, WorksOrder.region_code)
        .outerjoin(WorksOrder, WorksOrder.code == InvoiceLine.order_code)
        .where(InvoiceLine.invoice_id.in_(ids), InvoiceLine.order_code.is_not(None))
    )
    for invoice_id, order_code, region in session.execute(named):
        orders[invoice_id][order_code or ""] = region or ""
    order = list(CODES)
    return tuple(
        QueueRow(
            id=invoice.id,
            number=invoice.number,
            firm=invoice.firm.name,
            orders=tuple(sorted(orders[invoice.id])),
            regions=tuple(sorted({region for region in orders[invoice.id].values() if region})),
            issued_on=invoice.issued_on,
            received_at=invoice.received_at,
            state=invoice.state,
            hold_kind=invoice.hold_kind,
            source=invoice.source,
            total_cents=invoice.total_cents,
            payable_cents=invoice.payable_cents,
            codes=tuple(sorted(codes[invoice.id], key=order.index)),
        )
        for invoice in invoices
    )


def _by_code(session: Session) -> tuple[tuple[str, str, int], ...]:
    """Invoices by code; told apart before they are counted, which is hashed where counting distinct ones is sorted."""
    stopped = (
        select(InvoiceException.code, InvoiceException.invoice_id)
        .join(Invoice, Invoice.id == InvoiceException.invoice_id)
        .where(InvoiceException.state == "open", Invoice.state.in_(OPEN), InvoiceException.severity != "W")
        .distinct()
        .subquery()
    )
    rows = session.execute(select(stopped.c.code, func.count()).group_by(stopped.c.code))
    counted = {code: int(number) for code, number in rows}
    return tuple((code, CODES[code].title, counted[code]) for code in CODES if code in counted)
