"""What is kept back of each invoice, from the moves recorded on it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.finance.facts import RetentionFacts
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.money.payouts import PayRun, PayRunItem, RetentionMove, RetentionTerm

WITHHELD, TRUST, NOTICE, RELEASED, USED = "withheld", "trust", "notice", "released", "used"


@dataclass(frozen=True, slots=True)
class KeptRow:
    """What is kept back of one invoice, in cents, and what happened to it."""

    invoice_id: uuid.UUID
    number: str
    firm: str
    state: str
    withheld_cents: int
    trust_reference: str
    released_cents: int
    used_cents: int
    releasable_on: date | None
    notice_on: date | None

    @property
    def left_cents(self) -> int:
        """What is still kept back."""
        return self.withheld_cents - self.released_cents - self.used_cents


def moves_of(session: Session, invoice_id: uuid.UUID) -> Sequence[RetentionMove]:
    """Every move of an invoice, in the order of recording."""
    return session.scalars(
        select(RetentionMove)
        .where(RetentionMove.invoice_id == invoice_id)
        .order_by(RetentionMove.recorded_at, RetentionMove.id)
    ).all()


def kept_cents(session: Session, invoice_id: uuid.UUID) -> int:
    """What was withheld of an invoice in all."""
    return _sum(session, invoice_id, WITHHELD)


def _sum(session: Session, invoice_id: uuid.UUID, kind: str) -> int:
    total = session.scalar(
        select(func.coalesce(func.sum(RetentionMove.cents), 0)).where(
            RetentionMove.invoice_id == invoice_id, RetentionMove.kind == kind
        )
    )
    return int(total or 0)


def released_unpaid_cents(session: Session, invoice_id: uuid.UUID) -> int:
    """What was released of an invoice's retention and is not out; what a run that stands holds is not counted."""
    paid = session.scalar(
        select(func.coalesce(func.sum(PayRunItem.amount_cents), 0)).where(
            PayRunItem.invoice_id == invoice_id,
            PayRunItem.part == "retention",
            PayRunItem.ended.is_(None),
            PayRunItem.run_id.in_(select(PayRun.id).where(PayRun.state == "approved")),
        )
    )
    return _sum(session, invoice_id, RELEASED) - int(paid or 0)


def retention_facts(session: Session, invoice_id: uuid.UUID, agreement_id: str = "") -> RetentionFacts:
    """The moves of an invoice as the match sees them; nothing recorded is nothing kept back."""
    moves = moves_of(session, invoice_id)

    def total(kind: str) -> int:
        return sum(move.cents for move in moves if move.kind == kind)

    def last(kind: str) -> date | None:
        return max((move.moved_on for move in moves if move.kind == kind), default=None)

    withheld = total(WITHHELD)
    posted = [move.reference for move in moves if move.kind == TRUST]
    in_trust = total(TRUST) - total(RELEASED) - total(USED)
    enough = in_trust >= withheld - total(RELEASED) - total(USED)
    return RetentionFacts(
        agreement_id,
        withheld,
        trust_posting=", ".join(posted) if enough else "",
        releasable_on=max((move.releasable_on for move in moves if move.releasable_on), default=None),
        released_cents=total(RELEASED),
        released_on=last(RELEASED),
        used_cents=total(USED),
        notice_given_on=last(NOTICE),
        used_on=last(USED),
    )


def shares_on(
    session: Session, agreement_ids: Collection[uuid.UUID], on: date | None
) -> dict[uuid.UUID, Decimal]:
    """The share that each agreement keeps back of orders issued on a day; without a term nothing."""
    if on is None:
        return {}
    rows = session.execute(
        select(RetentionTerm.agreement_id, RetentionTerm.share)
        .where(RetentionTerm.agreement_id.in_(agreement_ids), RetentionTerm.in_force_from <= on)
        .order_by(RetentionTerm.agreement_id, RetentionTerm.in_force_from)
    )
    return dict(rows.all())


def kept_rows(session: Session, *, limit: int = 200) -> list[KeptRow]:
    """Invoices of which something was kept back, those with something left first."""
    found = session.execute(
        select(RetentionMove.invoice_id, Invoice.number, Firm.name, Invoice.state)
        .join(Invoice, Invoice.id == RetentionMove.invoice_id)
        .join(Firm, Firm.id == Invoice.firm_id)
        .distinct()
        .order_by(Invoice.number, RetentionMove.invoice_id)
        .limit(limit)
    ).all()
    rows = []
    for invoice_id, number, firm, state in found:
        facts = retention_facts(session, invoice_id)
        rows.append(
            KeptRow(
                invoice_id,
                number,
                firm,
                state,
                facts.withheld_cents,
                facts.trust_posting,
                facts.released_cents,
                facts.used_cents,
                facts.releasable_on,
                facts.notice_given_on,
            )
        )
    return sorted(rows, key=lambda row: (row.left_cents == 0, row.releasable_on or date.max, row.number))
