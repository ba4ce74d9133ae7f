"""Another's limits, lent by an administrator: whoever lends their own needs nobody, but nobody hands out what is not theirs alone."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Session

from worksorders.domain.roles import Role
from worksorders.steps.account_changes.ask import keep
from worksorders.steps.account_changes.kinds import Kind
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.limits import delegations
from worksorders.steps.limits.delegations import Loan
from worksorders.store.tables.identity.accounts import AccountChange


def ask_loan(session: Session, actor: Actor, loan: Loan, now: datetime) -> AccountChange:
    """Ask that the limits of somebody else be lent to a third; FaultsError at the fields of the loan."""
    if actor.role is not Role.ADMINISTRATOR:
        raise NotFoundError("There is no such page.")
    delegations.check(session, loan, actor.user_id, now)
    wanted = {
        "to_user_id": str(loan.to_user_id),
        "from_on": loan.from_on.isoformat() if loan.from_on else None,
        "to_on": loan.to_on.isoformat() if loan.to_on else None,
        "limit_cents": loan.limit_cents,
    }
    return keep(session, actor, Kind.LEND, loan.from_user_id, wanted, loan.reason, now)


def lend(session: Session, actor: Actor | None, wish: AccountChange, now: datetime) -> None:
    """Lend what was asked for; FaultsError where that cannot be any more, such as from a day that is over."""
    wanted = wish.wanted
    loan = Loan(
        wish.user_id,
        uuid.UUID(wanted["to_user_id"]),
        date.fromisoformat(wanted["from_on"]),
        date.fromisoformat(wanted["to_on"]),
        wanted["limit_cents"],
        wish.reason,
    )
    delegations.check(session, loan, wish.asked_by, now)
    delegations.put(session, actor, loan, wish.asked_by, now)
