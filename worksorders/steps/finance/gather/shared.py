"""What a firm has in common with another firm or with our own people: an account, a phone, a mail address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from worksorders.domain.finance.facts import SharedDetail
from worksorders.steps.people.bank_accounts import account_to_pay
from worksorders.store.tables.firms.contractors import BankAccount, Firm, Worker
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.telling import UserContact

STAFF = "a person of our own staff"
ACCOUNT, PHONE, MAIL = "account", "phone", "mail address"


def shared_details(session: Session, firm: Firm) -> tuple[SharedDetail, ...]:
    """Details that stand on another record too, by the other firm's code; one of our people is not named.

    Accounts count in any version that either firm ever had; two firms that are paid to one account now are D05's.
    """
    found = {(ACCOUNT, code) for code in _same_account(session, firm)}
    found |= {(PHONE, who) for who in _same_phone(session, firm)}
    found |= {(MAIL, who) for who in _same_mail(session, firm)}
    return tuple(SharedDetail(what, who) for what, who in sorted(found))


def _same_account(session: Session, firm: Firm) -> set[str]:
    own = select(BankAccount.number).where(BankAccount.firm_id == firm.id)
    paid = account_to_pay(session, firm.id)
    others = session.scalars(
        select(Firm)
        .join(BankAccount, BankAccount.firm_id == Firm.id)
        .where(Firm.id != firm.id, BankAccount.number.in_(own))
        .distinct()
    )
    found = set()
    for other in others:
        theirs = account_to_pay(session, other.id)
        if not (paid and theirs and theirs.number == paid.number):
            found.add(other.code)
    return found


def _same_phone(session: Session, firm: Firm) -> set[str]:
    if not firm.phone:
        return set()
    own = select(_digits(Firm.phone)).where(Firm.id == firm.id).scalar_subquery()
    return set(
        session.scalars(
            select(Firm.code)
            .where(Firm.id != firm.id, _digits(Firm.phone) == own)
            .union(
                select(Firm.code)
                .join(Worker, Worker.firm_id == Firm.id)
                .where(Firm.id != firm.id, _digits(Worker.phone) == own)
            )
        )
    ) | _staff(session, _digits(UserContact.mobile) == own)


def _same_mail(session: Session, firm: Firm) -> set[str]:
    if not firm.email:
        return set()
    own = firm.email.strip().lower()
    others = select(Firm.code).where(Firm.id != firm.id, func.lower(Firm.email) == own)
    return set(session.scalars(others)) | _staff(session, func.lower(UserContact.email) == own)


def _staff(session: Session, same: ColumnElement[bool]) -> set[str]:
    query = select(UserContact.user_id).join(AppUser, AppUser.id == UserContact.user_id)
    anybody = session.scalar(query.where(AppUser.firm_id.is_(None), same).limit(1))
    return {STAFF} if anybody else set()


def _digits(phone: Any) -> ColumnElement[str]:
    """A number without the signs between its digits and without the country's code or the leading nought."""
    return func.regexp_replace(func.regexp_replace(phone, "[^0-9]", "", "g"), "^(0064|64|0)", "")
