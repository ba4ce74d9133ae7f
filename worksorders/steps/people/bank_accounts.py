"""A firm's bank account: entered by one person, verified by another with evidence, never taken from an invoice.

Every entry is a version of its own. Money goes to the newest verified one; a newer entry that nobody has verified
yet changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from worksorders.domain import business_numbers
from worksorders.domain.errors import Faults, NotPermittedError, RefusedError
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.people.firms import own_firm
from worksorders.store.tables.firms.contractors import BankAccount, Firm
from worksorders.store.tables.identity.people import AppUser

VERIFIERS = frozenset({Role.ADMINISTRATOR, Role.FINANCE})
SHORTEST_EVIDENCE = 5


def enter(session: Session, actor: Actor, firm_id: uuid.UUID, number: str, now: datetime) -> BankAccount:
    """Keep a new version, not yet verified; raises FaultsError at `number` for a wrong check digit."""
    firm = own_firm(session, actor, firm_id)
    faults = Faults()
    try:
        number = business_numbers.bank_account(number)
    except ValueError as error:
        faults.add("number", str(error))
    faults.raise_if_any()
    row = BankAccount(
        id=uuid.uuid4(), firm_id=firm.id, number=number, entered_at=now, entered_by=actor.user_id
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "bank_account.entered", ("bank_account", row.id), detail={"firm": str(firm.id)}
    )
    return row


def verify(
    session: Session, actor: Actor, account_id: uuid.UUID, evidence: str, now: datetime
) -> BankAccount:
    """Confirm an account that somebody else entered, saying by what (a deposit slip, a call to a known number).

    Raises NotPermittedError for the person who entered it, RefusedError for one that is verified or overtaken.
    """
    row = find(session, account_id)
    if actor.role not in VERIFIERS:
        raise NotFoundError("There is no such bank account.")
    if row.entered_by == actor.user_id:
        raise NotPermittedError("You entered this account: another person verifies it.")
    if row.verified_at is not None:
        raise RefusedError("This account is verified already.", state="verified", action="verify")
    newer = select(BankAccount.id).where(
        BankAccount.firm_id == row.firm_id, BankAccount.entered_at > row.entered_at
    )
    if session.scalar(newer.limit(1)) is not None:
        raise RefusedError(
            "A newer account was entered for this firm: verify that one.", state="overtaken", action="verify"
        )
    faults = Faults()
    faults.require(
        len(evidence.strip()) >= SHORTEST_EVIDENCE,
        "evidence",
        "Say how you verified it, such as “deposit slip seen” or “called the number on the agreement”.",
    )
    faults.raise_if_any()
    taken = session.scalar(
        update(BankAccount)
        .where(BankAccount.id == account_id, BankAccount.verified_at.is_(None))
        .values(verified_at=now, verified_by=actor.user_id, evidence={"how": evidence.strip()})
        .returning(BankAccount.id)
    )
    if taken is None:
        raise RefusedError("This account is verified already.", state="verified", action="verify")
    audit.record(
        session,
        actor,
        "bank_account.verified",
        ("bank_account", account_id),
        moved=("entered", "verified"),
        reason=evidence.strip(),
    )
    session.refresh(row)
    return row


def find(session: Session, account_id: uuid.UUID) -> BankAccount:
    """A version of an account; raises NotFoundError."""
    row = session.get(BankAccount, account_id)
    if row is None:
        raise NotFoundError("There is no such bank account.")
    return row


def firm_name(session: Session, row: BankAccount) -> str:
    """The name of the firm that the account belongs to."""
    return session.get_one(Firm, row.firm_id).name


def account_to_pay(session: Session, firm_id: uuid.UUID) -> BankAccount | None:
    """The newest verified account, or None: then nothing can be paid to the firm."""
    return session.scalar(
        select(BankAccount)
        .where(BankAccount.firm_id == firm_id, BankAccount.verified_at.is_not(None))
        .order_by(BankAccount.entered_at.desc(), BankAccount.id)
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A version of an account with the names of those who entered and verified it."""

    account: BankAccount
    firm_name: str
    entered_by: str
    verified_by: str | None


def accounts_of(session: Session, firm_id: uuid.UUID) -> Sequence[AccountRow]:
    """Every version of a firm's account, newest first."""
    return _rows(session, BankAccount.firm_id == firm_id)


def waiting(session: Session) -> Sequence[AccountRow]:
    """Accounts that nobody has verified and no newer entry has overtaken, newest first."""
    later = aliased(BankAccount)
    overtaken = (
        select(later.id)
        .where(later.firm_id == BankAccount.firm_id, later.entered_at > BankAccount.entered_at)
        .exists()
    )
    return _rows(session, BankAccount.verified_at.is_(None) & ~overtaken)


def _rows(session: Session, condition: object) -> list[AccountRow]:
    enterer, verifier = aliased(AppUser), aliased(AppUser)
    found = session.execute(
        select(BankAccount, Firm.name, enterer.display_name, verifier.display_name)
        .join(Firm, Firm.id == BankAccount.firm_id)
        .join(enterer, enterer.id == BankAccount.entered_by)
        .outerjoin(verifier, verifier.id == BankAccount.verified_by)
        .where(condition)  # type: ignore[arg-type]
        .order_by(BankAccount.entered_at.desc(), BankAccount.id)
    )
    return [AccountRow(*row) for row in found]
