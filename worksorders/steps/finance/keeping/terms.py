"""Sets what an agreement keeps back, for orders issued from a day on; off unless somebody sets it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.domain.local_time import local_day
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.clear import require_finance
from worksorders.store.tables.firms.contractors import Agreement, Firm
from worksorders.store.tables.money.payouts import RetentionTerm

MOST_PERCENT = 10
LONGEST_MONTHS = 60


@dataclass(frozen=True, slots=True)
class TermRow:
    """An agreement with the term in force, if any."""

    agreement_id: uuid.UUID
    code: str
    firm: str
    percent: Decimal
    kept_months: int
    in_force_from: date | None


def set_term(
    session: Session,
    actor: Actor,
    agreement_id: uuid.UUID,
    *,
    percent: Decimal,
    kept_months: int,
    in_force_from: date | None,
    now: datetime,
) -> RetentionTerm:
    """Keep a term from a day on, today at the earliest, so that no issued order changes.

    FaultsError at `percent` (0 to 10, at most two places), `kept_months` or `in_force_from`.
    """
    require_finance(actor)
    agreement = session.get(Agreement, agreement_id)
    if agreement is None:
        raise NotFoundError("There is no such agreement.")
    today = local_day(now)
    faults = Faults()
    fits = 0 <= percent <= MOST_PERCENT and percent == percent.quantize(Decimal("0.01"))
    faults.require(
        fits,
        "percent",
        f"{percent.normalize():f} % cannot be kept back: give 0 to {MOST_PERCENT}, two places.",
    )
    faults.require(0 <= kept_months <= LONGEST_MONTHS, "kept_months", f"Give 0 to {LONGEST_MONTHS} months.")
    if in_force_from is None or in_force_from < today:
        faults.add("in_force_from", "It can begin today or later: an issued order never changes.")
    taken = select(RetentionTerm.id).where(
        RetentionTerm.agreement_id == agreement_id, RetentionTerm.in_force_from == in_force_from
    )
    if session.scalar(taken):
        faults.add("in_force_from", "Another term begins on this day: choose a later one.")
    faults.raise_if_any()
    assert in_force_from is not None
    row = RetentionTerm(
        id=uuid.uuid4(),
        agreement_id=agreement_id,
        in_force_from=in_force_from,
        share=percent / 100,
        kept_months=kept_months,
        set_at=now,
        set_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    detail = {"percent": str(percent), "months": kept_months, "from": in_force_from.isoformat()}
    audit.record(session, actor, "retention.term_set", ("agreement", agreement_id), detail=detail)
    return row


def term_rows(session: Session, today: date) -> Sequence[TermRow]:
    """Every agreement in force with its term of today."""
    agreements = session.execute(
        select(Agreement.id, Agreement.code, Firm.name)
        .join(Firm, Firm.id == Agreement.firm_id)
        .where((Agreement.valid_to.is_(None)) | (Agreement.valid_to >= today))
        .order_by(Firm.name, Agreement.code)
    ).all()
    terms: dict[uuid.UUID, RetentionTerm] = {}
    for term in session.scalars(
        select(RetentionTerm)
        .where(RetentionTerm.in_force_from <= today)
        .order_by(RetentionTerm.in_force_from)
    ):
        terms[term.agreement_id] = term
    return [
        TermRow(agreement_id, code, firm, *_values(terms.get(agreement_id)))
        for agreement_id, code, firm in agreements
    ]


def term_row(session: Session, agreement_id: uuid.UUID, today: date) -> TermRow:
    """One agreement with its term of today; raises NotFoundError."""
    row = session.execute(
        select(Agreement.code, Firm.name)
        .join(Firm, Firm.id == Agreement.firm_id)
        .where(Agreement.id == agreement_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such agreement.")
    term = session.scalar(
        select(RetentionTerm)
        .where(RetentionTerm.agreement_id == agreement_id, RetentionTerm.in_force_from <= today)
        .order_by(RetentionTerm.in_force_from.desc())
        .limit(1)
    )
    return TermRow(agreement_id, row.code, row.name, *_values(term))


def _values(term: RetentionTerm | None) -> tuple[Decimal, int, date | None]:
    if term is None:
        return Decimal(0), 0, None
    return term.share * 100, term.kept_months, term.in_force_from
