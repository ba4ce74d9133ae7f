"""One invoice as finance sees it: order, done, accepted and invoiced side by side, and each mismatch in words."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from worksorders.domain.finance.codes import CODES, Code
from worksorders.domain.finance.facts import OrderLineFacts
from worksorders.domain.finance.made_up import Amounts, made_up
from worksorders.steps.actor import Actor
from worksorders.steps.finance.clear import require_finance
from worksorders.steps.finance.find.queue import next_open
from worksorders.steps.finance.gather.orders import order_facts
from worksorders.steps.finance.match import load_invoice
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.finance import Invoice, InvoiceException, InvoiceLine
from worksorders.store.tables.money.invoice_files import InvoiceFile
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.orders import WorksLine

SEVERITY_WORDS = {"B": "Blocks", "H": "Holds", "W": "Warns"}


@dataclass(frozen=True, slots=True)
class ExceptionView:
    """A mismatch in words, what to do about it, and its release."""

    id: uuid.UUID
    line_id: uuid.UUID | None
    kind: Code
    severity: str
    message: str
    expected: str
    actual: str
    difference_cents: int | None
    evidence: tuple[str, ...]
    state: str
    released_by: str | None
    released_at: datetime | None
    release_reason: str | None
    release_expires_on: date | None


@dataclass(frozen=True, slots=True)
class LineView:
    """One invoice line beside the order line that it claims, if there is one."""

    line: InvoiceLine
    target: OrderLineFacts | None
    exceptions: tuple[ExceptionView, ...]

    @property
    def explanation(self) -> list[Any]:
        return list(self.line.decision.explanation) if self.line.decision else []


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the invoice's history."""

    at: datetime
    who: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Everything on the page of one invoice; `regions` are codes, and nothing here tells of the home."""

    invoice: Invoice
    lines: tuple[LineView, ...]
    document_exceptions: tuple[ExceptionView, ...]
    people: dict[uuid.UUID, str]
    regions: tuple[str, ...]
    history: tuple[Event, ...]
    next_id: uuid.UUID | None
    file_forgotten_at: datetime | None

    @property
    def faults(self) -> tuple[dict[str, str], ...]:
        """What was wrong with the file that it came in."""
        return tuple(self.invoice.intake.get("faults", ()))

    @property
    def open_exceptions(self) -> tuple[ExceptionView, ...]:
        """What stops something and is not released, over the document and its lines."""
        every = (*self.document_exceptions, *(one for line in self.lines for one in line.exceptions))
        return tuple(one for one in every if one.state == "open" and one.kind.severity != "W")

    @property
    def made_up(self) -> tuple[tuple[str, int], ...]:
        """How what is payable comes about from the claim."""
        return made_up_of(self.invoice)

    def name(self, user_id: uuid.UUID | None) -> str:
        return self.people.get(user_id, "the system") if user_id else "the system"


def made_up_of(invoice: Invoice) -> tuple[tuple[str, int], ...]:
    """What is payable of an invoice, row by row from its claim."""
    decided = [line.decision for line in invoice.lines if line.decision]
    return made_up(
        Amounts(
            total=invoice.total_cents,
            held_net=sum(row.held_cents for row in decided),
            disputed_net=sum(row.disputed_cents for row in decided),
            accepted_net=invoice.accepted_net_cents,
            accepted_gst=invoice.accepted_gst_cents,
            withheld_gst=invoice.held_gst_cents + invoice.disputed_gst_cents,
            prepaid=invoice.prepaid_cents,
            payable=invoice.payable_cents,
        )
    )


def find_invoice(session: Session, actor: Actor, invoice_id: uuid.UUID) -> InvoicePage:
    """The page of an invoice; raises NotFoundError."""
    require_finance(actor)
    invoice = load_invoice(session, invoice_id)
    bound = {_target_id(line) for line in invoice.lines}
    orders = session.scalars(
        select(WorksLine.order_id).where(WorksLine.id.in_({one for one in bound if one})).distinct()
    ).all()
    facts = order_facts(session, list(orders), but=invoice.id)
    targets = {line.line_id: line for order in facts.values() for line in order.lines}
    history = _history(session, invoice)
    people = _people(session, invoice)
    views = [_exception(row, people) for row in invoice.exceptions if row.state != "superseded"]
    views.sort(key=lambda one: list(CODES).index(one.kind.code))
    return InvoicePage(
        invoice=invoice,
        lines=tuple(
            LineView(
                line,
                targets.get(str(_target_id(line))),
                tuple(one for one in views if one.line_id == line.id),
            )
            for line in invoice.lines
        ),
        document_exceptions=tuple(one for one in views if one.line_id is None),
        people=people,
        regions=tuple(sorted({order.region for order in facts.values()})),
        history=history,
        next_id=next_open(session, invoice),
        file_forgotten_at=_file_forgotten_at(session, invoice),
    )


def _file_forgotten_at(session: Session, invoice: Invoice) -> datetime | None:
    """When the file that it came in was destroyed by the clocks of retention; the figures taken from it stay."""
    if invoice.file_sha256 is None:
        return None
    return session.scalar(select(InvoiceFile.erased_at).where(InvoiceFile.invoice_id == invoice.id))


def find_exception(
    session: Session, actor: Actor, exception_id: uuid.UUID
) -> tuple[InvoicePage, ExceptionView] | None:
    """The page of an exception's invoice and the exception; None where it stands no more."""
    require_finance(actor)
    invoice_id = session.scalar(
        select(InvoiceException.invoice_id).where(InvoiceException.id == exception_id)
    )
    if invoice_id is None:
        return None
    page = find_invoice(session, actor, invoice_id)
    every = (*page.document_exceptions, *(one for line in page.lines for one in line.exceptions))
    found = next((one for one in every if one.id == exception_id), None)
    return (page, found) if found else None


def _target_id(line: InvoiceLine) -> uuid.UUID | None:
    return (line.decision.line_id if line.decision else None) or line.line_id


def _exception(row: InvoiceException, people: dict[uuid.UUID, str]) -> ExceptionView:
    return ExceptionView(
        id=row.id,
        line_id=row.invoice_line_id,
        kind=CODES[row.code],
        severity=SEVERITY_WORDS[row.severity],
        message=row.message,
        expected=row.expected,
        actual=row.actual,
        difference_cents=row.difference_cents,
        evidence=tuple(row.evidence.get("evidence", ())),
        state=row.state,
        released_by=people.get(row.released_by) if row.released_by else None,
        released_at=row.released_at,
        release_reason=row.release_reason,
        release_expires_on=row.release_expires_on,
    )


def _people(session: Session, invoice: Invoice) -> dict[uuid.UUID, str]:
    wanted = {invoice.received_by, invoice.approved_by, invoice.paid_by, invoice.held_by, invoice.rejected_by}
    wanted |= {row.released_by for row in invoice.exceptions}
    rows = session.execute(
        select(AppUser.id, AppUser.display_name).where(AppUser.id.in_({one for one in wanted if one}))
    )
    return dict(rows.all())


def _history(session: Session, invoice: Invoice) -> tuple[Event, ...]:
    who = aliased(AppUser)
    subjects = [invoice.id, *(row.id for row in invoice.exceptions)]
    rows: Sequence[Any] = session.execute(
        select(AuditEvent.at, who.display_name, AuditEvent.action, AuditEvent.reason)
        .outerjoin(who, who.id == AuditEvent.actor_id)
        .where(
            AuditEvent.subject_id.in_(subjects),
            AuditEvent.subject_table.in_(("invoice", "invoice_exception")),
        )
        .order_by(AuditEvent.at, AuditEvent.id)
    ).all()
    return tuple(
        Event(at, name or "The system", _words(action), reason or "") for at, name, action, reason in rows
    )


def _words(action: str) -> str:
    subject, _, what = action.partition(".")
    words = what.replace("_", " ").capitalize()
    return f"Exception {words.lower()}" if subject == "invoice_exception" else words
