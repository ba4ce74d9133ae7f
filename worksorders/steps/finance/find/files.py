"""The files that invoices came in, and accepted work that waits for an invoice of ours, as finance sees them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day
from worksorders.steps.actor import Actor
from worksorders.steps.finance.billing.claims import Claim, claims_of
from worksorders.steps.finance.clear import require_finance
from worksorders.store.tables.firms.contractors import Agreement, Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.money.invoice_files import InvoiceFile
from worksorders.store.tables.work.offers import LineAccepted
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

LATEST = 50


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file: its hash and size, who handed it in, its invoice if one was made, and its faults."""

    id: uuid.UUID
    sha256: str
    size_bytes: int
    media_type: str
    how: str
    received_at: datetime
    received_by: str
    invoice_id: uuid.UUID | None
    number: str | None
    faults: tuple[dict[str, Any], ...]
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class ToBill:
    """What one firm may have invoiced of one order."""

    firm_id: uuid.UUID
    firm: str
    claim: Claim


def find_files(session: Session, actor: Actor) -> Sequence[FileRow]:
    """The latest files, the newest first; nothing of what they hold."""
    require_finance(actor)
    rows = session.execute(
        select(InvoiceFile, AppUser.display_name, Invoice.number)
        .join(AppUser, AppUser.id == InvoiceFile.received_by)
        .outerjoin(Invoice, Invoice.id == InvoiceFile.invoice_id)
        .order_by(InvoiceFile.received_at.desc(), InvoiceFile.id)
        .limit(LATEST)
    )
    return [
        FileRow(
            row.id, row.sha256, row.size_bytes, row.media_type, row.how, row.received_at, name,
            row.invoice_id, number, tuple(row.faults), row.erased_at,
        )
        for row, name, number in rows
    ]  # fmt: skip


def find_to_bill(session: Session, actor: Actor, now: datetime) -> Sequence[ToBill]:
    """Accepted work of firms under self-billing that is not claimed yet, by firm and order code."""
    require_finance(actor)
    today = local_day(now)
    firms = session.scalars(
        select(Firm)
        .join(Agreement, Agreement.firm_id == Firm.id)
        .where(
            Agreement.self_billing,
            Agreement.valid_from <= today,
            (Agreement.valid_to.is_(None)) | (Agreement.valid_to >= today),
        )
        .order_by(Firm.name, Firm.id)
        .distinct()
    ).all()
    found = []
    for firm in firms:
        orders = session.scalars(
            select(WorksLine.order_id)
            .join(Visit, Visit.id == WorksLine.visit_id)
            .join(LineAccepted, LineAccepted.line_id == WorksLine.id)
            .join(WorksOrder, WorksOrder.id == WorksLine.order_id)
            .where(Visit.firm_id == firm.id, WorksOrder.state.not_in(("cancelled", "superseded")))
            .distinct()
        ).all()
        claims = claims_of(session, firm, list(orders), now)
        found += [ToBill(firm.id, firm.name, claim) for claim in claims if claim.lines]
    return found
