"""Tokens of other systems: one administrator asks with all that a token may do, another looks at it and makes it count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.steps.account_changes.ask import keep
from worksorders.steps.account_changes.kinds import Kind
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.exchange import tokens
from worksorders.steps.exchange.tokens import TokenDetails
from worksorders.store.tables.identity.accounts import AccountChange


def ask_token(
    session: Session, actor: Actor, details: TokenDetails, reason: str, now: datetime
) -> AccountChange:
    """Ask for a token; FaultsError at the fields of the details or at `reason`."""
    if actor.role is not Role.ADMINISTRATOR:
        raise NotFoundError("There is no such page.")
    tokens.check(details, local_day(now))
    wanted = {
        "name": details.name.strip(),
        "scopes": sorted(details.scopes),
        "regions": sorted(details.regions),
        "last_on": details.last_on.isoformat(),
        "calls_a_minute": details.calls_a_minute,
    }
    return keep(session, actor, Kind.TOKEN, None, wanted, reason, now)


def make(session: Session, actor: Actor | None, wish: AccountChange, now: datetime) -> str:
    """Make the token that was asked for; gives its secret. FaultsError where its last day is over by now."""
    row, secret = tokens.make(session, actor, details_of(wish.wanted), now, asked_by=wish.asked_by)
    wish.user_id = row.user_id
    return secret


def details_of(wanted: Mapping[str, Any]) -> TokenDetails:
    """What was asked for, as it was kept."""
    return TokenDetails(
        wanted["name"],
        frozenset(wanted["scopes"]),
        date.fromisoformat(wanted["last_on"]),
        frozenset(wanted["regions"]),
        wanted["calls_a_minute"],
    )
