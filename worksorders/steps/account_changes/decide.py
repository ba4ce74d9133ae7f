"""The second person: confirms or refuses what another wants of an account, or the time for it ends."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import NotPermittedError, RefusedError
from worksorders.steps.account_changes import hands
from worksorders.steps.account_changes.ask import (
    CONFIRMERS,
    EXPIRE,
    end_if_old,
    forget_details,
    is_old,
    note,
)
from worksorders.steps.account_changes.carry_out import carry_out
from worksorders.steps.account_changes.kinds import MARK, WITH_PASSWORD, Kind
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.privacy.glass import tell_privacy_officers
from worksorders.store.tables.identity.accounts import AccountChange
from worksorders.store.tables.identity.people import AppUser

NO_SUCH = "This does not wait (any more)."
NOT_TWO = "A second person decides: not who asked, and not whose account or limits it is about."
ONE_HAND = (
    "Your account and that of who asked may be one person's: one of them was handed over by the other alone, or both by"
    " the same person. Somebody else confirms, or whoever runs the server."
)


def decide(
    session: Session, actor: Actor | None, wish_id: uuid.UUID, *, grant: bool, now: datetime
) -> str | None:
    """Confirm or refuse; gives what is shown once, to be handed over: the second part of a first password, or a token.

    No actor is the server's command line, the second person where there is no other. Raises NotFoundError for what
    does not wait, NotPermittedError for who asked, for whose account it is, and for who may be the same person;
    FaultsError or RefusedError where it cannot be done any more.
    """
    wish = _waiting(session, wish_id, now)
    if actor is not None:
        _refuse_the_same(session, actor, wish)
    if grant:
        _refuse_for_another(session, wish)
        _refuse_without_a_part(wish)
    wish.decided_by = actor.user_id if actor else None
    wish.on_server = actor is None
    wish.decided_at, wish.outcome = now, "granted" if grant else "refused"
    shown = carry_out(session, actor, wish, now) if grant else None
    note(session, actor, wish, ("waiting", wish.outcome))
    forget_details(wish)
    session.flush()
    if grant and (wish.on_server or _is_of_the_office(session, wish)):
        tell_privacy_officers(session, now)
    return shown


def withdraw(session: Session, actor: Actor, wish_id: uuid.UUID, now: datetime) -> None:
    """Take back what one asked for; raises NotFoundError for another's wish and for one that does not wait."""
    wish = _waiting(session, wish_id, now)
    if actor.user_id != wish.asked_by:
        raise NotFoundError(NO_SUCH)
    wish.decided_by, wish.decided_at, wish.outcome = actor.user_id, now, "withdrawn"
    note(session, actor, wish, ("waiting", "withdrawn"))
    forget_details(wish)
    session.flush()


@handles(EXPIRE)
def expire(job: Job) -> Effect:
    """End a wish that nobody answered in time."""
    wish_id = uuid.UUID(job.payload["account_change_id"])

    def effect(session: Session, now: datetime) -> None:
        wish = session.get(AccountChange, wish_id, with_for_update=True)
        if wish is not None:
            end_if_old(session, wish, now)

    return effect


def _waiting(session: Session, wish_id: uuid.UUID, now: datetime) -> AccountChange:
    """The wish, locked, so that of two who answer at once one does."""
    wish = session.scalar(
        select(AccountChange)
        .where(AccountChange.id == wish_id, AccountChange.decided_at.is_(None))
        .with_for_update()
    )
    if wish is None or is_old(wish, now):
        raise NotFoundError(NO_SUCH)
    return wish


def _refuse_the_same(session: Session, actor: Actor, wish: AccountChange) -> None:
    if actor.user_id in {wish.asked_by, wish.user_id} or wish.wanted.get("to_user_id") == str(actor.user_id):
        raise NotPermittedError(NOT_TWO)
    if actor.role not in CONFIRMERS:
        raise NotFoundError(NO_SUCH)
    if hands.look(session).meet(actor.user_id, wish.asked_by):
        raise NotPermittedError(ONE_HAND)


def _refuse_for_another(session: Session, wish: AccountChange) -> None:
    """A wish counts for no longer than its asker's right to ask."""
    asker = session.get_one(AppUser, wish.asked_by, populate_existing=True)
    if asker.disabled_at is not None or asker.role not in CONFIRMERS:
        raise RefusedError(
            f"{asker.display_name} may no longer ask for this: refuse it.", state="waiting", action="confirm"
        )


def _refuse_without_a_part(wish: AccountChange) -> None:
    """What was asked before passwords came in two parts would show a whole one to who confirms."""
    if Kind(wish.kind) in WITH_PASSWORD and MARK not in wish.wanted:
        raise RefusedError(
            "This was asked before first passwords came in two parts: refuse it, and have it asked again.",
            state="waiting",
            action="confirm",
        )


def _is_of_the_office(session: Session, wish: AccountChange) -> bool:
    """Whether privacy officers hear of it: accounts of the office, its tokens, limits and settings."""
    user = session.get(AppUser, wish.user_id) if wish.user_id else None
    return user is None or user.firm_id is None
