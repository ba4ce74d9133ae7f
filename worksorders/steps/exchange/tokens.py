"""Tokens of other systems: made by an administrator, shown once, kept as a hash, ended by a day or by hand.

A token acts as an account of its own, which nobody can sign in to, so that the trail tells what it did. The
secret has 256 random bits: a plain SHA-256 of it cannot be guessed back.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session, joinedload

from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.roles import Role
from worksorders.gateways import places
from worksorders.steps import audit
from worksorders.steps.accounts.demo_data import is_demo
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.exchange.scopes import SCOPES
from worksorders.store.tables.exchange import ApiToken
from worksorders.store.tables.identity.people import AppUser, SignInAttempt

PREFIX = "wo_"
SECRET_BYTES = 32
HINT_SIGNS = 4
LONGEST_DAYS = 366
WINDOW = timedelta(minutes=1)
MOST_CALLS = 6000
WRONG_TRIES = 20
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class TokenDetails:
    """What an administrator decides: `last_on` is the last day, no regions means every one."""

    name: str
    scopes: frozenset[str]
    last_on: date
    regions: frozenset[str] = frozenset()
    calls_a_minute: int = 120


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever holds a token, for one call; `regions` None means every region."""

    token_id: uuid.UUID
    actor: Actor
    scopes: frozenset[str]
    regions: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of a call: the caller, or None for a token that counts for nothing; seconds to wait where too many."""

    caller: Caller | None
    wait_seconds: int = 0


def make(
    session: Session,
    actor: Actor | None,
    details: TokenDetails,
    now: datetime,
    *,
    asked_by: uuid.UUID | None = None,
) -> tuple[ApiToken, str]:
    """Make a token; returns it with its secret, which nobody sees again. Raises FaultsError with every fault.

    Pages come here by `steps/account_changes` alone: one administrator asks, a second person makes it count.
    """
    check(details, local_day(now))
    key = uuid.uuid4()
    user = AppUser(
        id=uuid.uuid4(),
        sign_in_name=f"api-{key.hex[:12]}",
        display_name=f"{details.name.strip()} (token)",
        role=Role.COORDINATOR.value,
        password_hash=None,
        is_demo=is_demo(session),
        created_at=now,
        disabled_at=now,
    )
    session.add(user)
    session.flush()
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    row = ApiToken(
        id=key,
        name=details.name.strip(),
        user_id=user.id,
        secret_hash=_hash(secret),
        hint=secret[-HINT_SIGNS:],
        scopes=sorted(details.scopes),
        region_codes=sorted(details.regions) or None,
        calls_a_minute=details.calls_a_minute,
        created_at=now,
        created_by=asked_by or (actor.user_id if actor else None),
        expires_at=start_of_day(details.last_on + timedelta(days=1)),
    )
    session.add(row)
    session.flush()
    detail = {"scopes": row.scopes, "regions": row.region_codes, "last_on": details.last_on.isoformat()}
    if asked_by is not None:
        detail["asked_by"] = str(asked_by)
    audit.record(session, actor, "token.made", ("api_token", row.id), detail=detail)
    return row, secret


def revoke(session: Session, actor: Actor, token_id: uuid.UUID, now: datetime) -> ApiToken:
    """End a token at once and for good."""
    row = find(session, token_id)
    if row.revoked_at is not None:
        raise RefusedError(f"{row.name} is revoked already.", state="revoked", action="revoke")
    row.revoked_at, row.revoked_by = now, actor.user_id
    audit.record(session, actor, "token.revoked", ("api_token", row.id))
    return row


def find(session: Session, token_id: uuid.UUID) -> ApiToken:
    """A token; raises NotFoundError."""
    row = session.get(ApiToken, token_id)
    if row is None:
        raise NotFoundError("There is no such token.")
    return row


def find_all(session: Session) -> Sequence[ApiToken]:
    """Every token, those that count first, the newest first."""
    return session.scalars(
        select(ApiToken).order_by(ApiToken.revoked_at.is_not(None), ApiToken.created_at.desc(), ApiToken.id)
    ).all()


def state_of(row: ApiToken, now: datetime) -> str:
    """active, expired or revoked."""
    if row.revoked_at is not None:
        return "revoked"
    return "active" if now < row.expires_at else "expired"


def admit(session: Session, secret: str, now: datetime, *, call: dict[str, Any]) -> Admission:
    """Count a call against its token and write it into the trail; the caller of this commits.

    `call` names the route, its method and the ids in its address, never what was sent.
    """
    row = session.scalar(
        select(ApiToken)
        .where(
            ApiToken.secret_hash == _hash(secret), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now
        )
        .options(joinedload(ApiToken.user))
    )
    if row is None:
        return Admission(None)
    wait = _count(session, row, now)
    if wait:
        return Admission(None, wait)
    user = row.user
    actor = Actor(user.id, Role(user.role), user.display_name, f"api-{row.id}")
    audit.record(session, actor, "api.called", ("api_token", row.id), detail=call)
    regions = None if row.region_codes is None else frozenset(row.region_codes)
    return Admission(Caller(row.id, actor, frozenset(row.scopes), regions))


def note_wrong(session: Session, where: str, now: datetime) -> int:
    """Count a call with a token that counts for nothing against where it came from; the caller of this commits.

    Gives the seconds to wait, 0 while there were fewer than WRONG_TRIES within a minute. What is told to wait is not
    counted again, so that a flood fills no table. A right token from the same place is not kept waiting: behind one
    address there may be many systems, and nobody guesses 256 bits.
    """
    key = hashlib.sha256(f"api\0{where}".encode("utf-8", "replace")).digest()
    found = session.execute(
        select(func.count(), func.min(SignInAttempt.at)).where(
            SignInAttempt.name_hash == key, SignInAttempt.at > now - WINDOW
        )
    ).one()
    if found[0] >= WRONG_TRIES:
        return max(1, int((found[1] + WINDOW - now).total_seconds()) + 1)
    session.add(SignInAttempt(name_hash=key, at=now))
    return 0


def _count(session: Session, row: ApiToken, now: datetime) -> int:
    """One more call in this minute; gives the seconds to wait where there were too many."""
    begun = ApiToken.window_at.is_not(None) & (ApiToken.window_at > now - WINDOW)
    found = session.execute(
        update(ApiToken)
        .where(ApiToken.id == row.id)
        .values(
            window_at=case((begun, ApiToken.window_at), else_=now),
            window_calls=case((begun, ApiToken.window_calls + 1), else_=1),
            last_used_at=func.greatest(func.coalesce(ApiToken.last_used_at, now), now),
        )
        .returning(ApiToken.window_at, ApiToken.window_calls)
        .execution_options(synchronize_session=False)
    ).one()
    if found.window_calls <= row.calls_a_minute:
        return 0
    return max(1, int((found.window_at + WINDOW - now).total_seconds()) + 1)


def check(details: TokenDetails, today: date) -> None:
    """Raise FaultsError with every fault of the details, each at its field."""
    faults = Faults()
    faults.require(details.name.strip(), "name", "Say which system holds the token.")
    faults.require(
        len(details.name) <= LONGEST_NAME, "name", f"A name has at most {LONGEST_NAME} characters."
    )
    faults.require(details.scopes, "scopes", "Choose at least one thing that the token may do.")
    for scope in sorted(details.scopes - SCOPES.keys()):
        faults.add("scopes", f"“{scope}” is not a scope: choose from the list.")
    known = {region.code for region in places.regions()}
    for region in sorted(details.regions - known):
        faults.add("regions", f"“{region}” is not a region: choose from the list.")
    last = today + timedelta(days=LONGEST_DAYS)
    faults.require(
        today <= details.last_on <= last,
        "last_on",
        f"The last day must be from today to {last:%d/%m/%Y}: a token lives a year at most.",
    )
    faults.require(
        1 <= details.calls_a_minute <= MOST_CALLS,
        "calls_a_minute",
        f"{details.calls_a_minute} calls a minute: give 1 to {MOST_CALLS}.",
    )
    faults.raise_if_any()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
