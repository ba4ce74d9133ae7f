"""The account that we pay from: entered by one person, verified by another; every entry is a version."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain import business_numbers
from worksorders.domain.errors import Faults, NotPermittedError, RefusedError
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.clear import require_finance
from worksorders.store.tables.money.payouts import PayerAccount


def enter(session: Session, actor: Actor, *, name: str, number: str, now: datetime) -> PayerAccount:
    """Keep a new version, not yet verified; FaultsError at `name` or `number`."""
    require_finance(actor)
    faults = Faults()
    faults.require(name.strip(), "name", "Enter the name that the bank knows us by.")
    try:
        number = business_numbers.bank_account(number)
    except ValueError as error:
        faults.add("number", str(error))
    faults.raise_if_any()
    row = PayerAccount(
        id=uuid.uuid4(), name=name.strip(), number=number, entered_at=now, entered_by=actor.user_id
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "payer_account.entered", ("payer_account", row.id))
    return row


def verify(session: Session, actor: Actor, account_id: uuid.UUID, now: datetime) -> PayerAccount:
    """Confirm what somebody else entered; NotPermittedError for the same person, RefusedError where it is done."""
    require_finance(actor)
    row = session.get(PayerAccount, account_id, with_for_update=True)
    if row is None:
        raise NotFoundError("There is no such account.")
    if row.verified_at is not None:
        raise RefusedError("This account is verified already.", state="verified", action="verify")
    if row.entered_by == actor.user_id:
        raise NotPermittedError("You entered this account: another person verifies it.")
    row.verified_at, row.verified_by = now, actor.user_id
    session.flush()
    audit.record(
        session, actor, "payer_account.verified", ("payer_account", row.id), moved=("entered", "verified")
    )
    return row


def payer_to_use(session: Session) -> PayerAccount | None:
    """The newest verified version, or None: then no run can be prepared."""
    return session.scalar(
        select(PayerAccount)
        .where(PayerAccount.verified_at.is_not(None))
        .order_by(PayerAccount.entered_at.desc(), PayerAccount.id)
        .limit(1)
    )


def versions(session: Session) -> Sequence[PayerAccount]:
    """Every version, the newest first."""
    return session.scalars(
        select(PayerAccount).order_by(PayerAccount.entered_at.desc(), PayerAccount.id)
    ).all()
