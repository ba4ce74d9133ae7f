"""Signs people in and out: argon2 passwords, sessions and lock-out counters in the database.

Fifteen minutes without a request lock a session until the password is given again, eight hours end it
(safety.md; OWASP ASVS 5.0, chapter 7).
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, Faults, FaultsError, NotPermittedError
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.accounts.two_parts import fold, join
from worksorders.steps.actor import Actor
from worksorders.store.tables.identity.accounts import Passkey
from worksorders.store.tables.identity.people import AppUser, SignInAttempt, UserSession

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
FIRST_PASSWORD_LASTS = timedelta(days=3)
TRIES = 8
TRIES_WITHIN = timedelta(minutes=15)
# One password tried on many names locks none of them out: so many failures from one place end the trying there.
TRIES_FROM_ONE_PLACE = 100
KEEP_FAILURES = timedelta(days=1)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
WRONG = "The sign-in name or the password is wrong."

_hasher = PasswordHasher()
# Checked when there is no such account, so that a wrong name takes as long as a wrong password.
_NOBODY = _hasher.hash(secrets.token_urlsafe(32))


class CodeNeededError(Exception):
    """The password was right; the code of the authenticator app must follow."""

    def __init__(self, user: AppUser) -> None:
        self.user = user
        super().__init__("A code must follow.")


@dataclass(frozen=True)
class SignedIn:
    """A session found by its cookie: who it is, whether it has gone idle, and what must be done before all else."""

    actor: Actor
    locked: bool
    last_seen_at: datetime
    must_choose_password: bool = False
    must_enrol: bool = False


def hash_password(password: str) -> str:
    """Argon2id hash of a new password; raises NotPermittedError when it is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise NotPermittedError(
            f"A password has at least {SHORTEST_PASSWORD} characters; this one has {len(password)}."
        )
    return _hasher.hash(fold(password))


def hash_two_parts(mark: str, second: str) -> str:
    """Argon2id hash of a first password in two parts, of which the first is known by its mark alone."""
    return _hasher.hash(join(mark, second))


def sign_in(
    session: Session, name: str, password: str, now: datetime, *, where: str = ""
) -> tuple[str, Actor]:
    """Check name and password and open a session; returns its token (only ever in the cookie) and the actor.

    `where` is the address that the try comes from.

    Raises NotPermittedError with the same words for a wrong name, a wrong password and a disabled account. The
    failed try must be kept although nothing else is: the caller commits `note_failure` on its own. Raises
    CodeNeededError where a code must follow, and NotPermittedError where only a passkey will do.
    """
    refuse_when_locked_out(session, name, now)
    _refuse_place(session, where, now)
    user = session.scalar(select(AppUser).where(func.lower(AppUser.sign_in_name) == name.strip().lower()))
    if not _matches(user.password_hash if user else None, password) or user is None or user.disabled_at:
        raise NotPermittedError(WRONG)
    if user.password_expires_at is not None and user.password_expires_at <= now:
        raise NotPermittedError(WRONG)
    if user.totp_secret_sealed is not None:
        raise CodeNeededError(user)
    if has_passkey(session, user.id):
        raise NotPermittedError("This account signs in with its passkey.")
    forget_failures(session, name)
    return open_session(session, user, now)


def has_passkey(session: Session, user_id: uuid.UUID) -> bool:
    """Whether the account has a passkey in use."""
    found = select(Passkey.id).where(Passkey.user_id == user_id, Passkey.removed_at.is_(None)).limit(1)
    return session.scalar(found) is not None


def open_session(session: Session, user: AppUser, now: datetime) -> tuple[str, Actor]:
    """Open a session for an account whose right to it has been checked."""
    token = secrets.token_urlsafe(32)
    row = UserSession(
        id=uuid.uuid4(),
        user_id=user.id,
        token_hash=_token_hash(token),
        created_at=now,
        last_seen_at=now,
        expires_at=now + LONGEST,
        stepped_up_at=now,
    )
    session.add(row)
    actor = _actor(user, row)
    audit.record(session, actor, "session.opened", ("user_session", row.id))
    return token, actor


def note_failure(session: Session, name: str, now: datetime, *, where: str = "") -> None:
    """Count a failed try against the name, known or not, and against where it comes from.

    What comes from a place that has failed too often is not counted any more, so that a flood fills no table.
    """
    if where and _tries(session, _place_hash(where), now) >= TRIES_FROM_ONE_PLACE:
        return
    session.add(SignInAttempt(name_hash=_name_hash(name), at=now))
    if where:
        session.add(SignInAttempt(name_hash=_place_hash(where), at=now))


def forget_old_failures(session: Session, now: datetime) -> None:
    """Take failed tries away that count no more."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - KEEP_FAILURES))


def forget_failures(session: Session, name: str) -> None:
    """Start counting afresh: after a right password, or once an administrator has given a new one."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.name_hash == _name_hash(name)))


def find_session(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Who holds this cookie; None for an unknown, ended, expired or disabled one."""
    enrolled = exists().where(Passkey.user_id == AppUser.id, Passkey.removed_at.is_(None))
    found = session.execute(
        select(UserSession, AppUser, enrolled)
        .join(AppUser, AppUser.id == UserSession.user_id)
        .where(
            UserSession.token_hash == _token_hash(token),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > now,
            AppUser.disabled_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    row, user, with_passkey = found
    return SignedIn(
        _actor(user, row),
        now - row.last_seen_at > IDLE,
        row.last_seen_at,
        must_choose_password=user.password_expires_at is not None,
        must_enrol=not (with_passkey or user.totp_secret_sealed is not None or user.is_demo),
    )


def touch(session: Session, actor: Actor, now: datetime) -> None:
    """Note that the session is in use."""
    session.execute(
        update(UserSession).where(UserSession.id == uuid.UUID(actor.session_key)).values(last_seen_at=now)
    )


def unlock(session: Session, actor: Actor, password: str, now: datetime) -> None:
    """Open an idle session again with the password; also the step-up before a reading."""
    user = session.get_one(AppUser, actor.user_id)
    refuse_when_locked_out(session, user.sign_in_name, now)
    if not _matches(user.password_hash, password):
        raise NotPermittedError("The password is wrong.")
    row = session.get_one(UserSession, uuid.UUID(actor.session_key))
    row.last_seen_at = now
    row.stepped_up_at = now


def choose_password(session: Session, actor: Actor, present: str, wanted: str, now: datetime) -> None:
    """Take the password that its owner chose, and end all their other sessions.

    Raises FaultsError at `present` or `wanted`; a wrong present password counts as a failed try, which the caller
    commits on its own (`note_failure`).
    """
    user = session.get_one(AppUser, actor.user_id)
    refuse_when_locked_out(session, user.sign_in_name, now)
    if not _matches(user.password_hash, present):
        raise FaultsError([Fault("present", "The password that you have now is wrong.")])
    faults = Faults()
    faults.require(fold(wanted) != fold(present), "wanted", "Choose a password that you have not had.")
    faults.require(
        user.sign_in_name.lower() not in wanted.lower(), "wanted", "The password holds your sign-in name."
    )
    faults.require(
        SHORTEST_PASSWORD <= len(wanted) <= LONGEST_PASSWORD,
        "wanted",
        f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; this one has {len(wanted)}.",
    )
    faults.raise_if_any()
    user.password_hash = hash_password(wanted)
    user.password_expires_at = None
    session.execute(
        update(UserSession)
        .where(
            UserSession.user_id == user.id,
            UserSession.id != uuid.UUID(actor.session_key),
            UserSession.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    audit.record(session, actor, "user.password_chosen", ("app_user", user.id))


def refuse_when_locked_out(session: Session, name: str, now: datetime) -> None:
    """Raise NotPermittedError while there have been too many failed tries against a name."""
    if _tries(session, _name_hash(name), now) >= TRIES:
        raise NotPermittedError(
            "Too many tries. Wait 15 minutes, or ask an administrator to reset your password."
        )


def _refuse_place(session: Session, where: str, now: datetime) -> None:
    if where and _tries(session, _place_hash(where), now) >= TRIES_FROM_ONE_PLACE:
        raise NotPermittedError("Too many tries from where you are. Wait 15 minutes.")


def _tries(session: Session, key: bytes, now: datetime) -> int:
    counted = select(func.count()).select_from(SignInAttempt)
    return (
        session.scalar(counted.where(SignInAttempt.name_hash == key, SignInAttempt.at > now - TRIES_WITHIN))
        or 0
    )


def name_of(session: Session, actor: Actor) -> str:
    """The sign-in name of an account, to count a failed try against."""
    return session.get_one(AppUser, actor.user_id).sign_in_name


def sign_out(session: Session, actor: Actor, now: datetime) -> None:
    """End the session at once."""
    session.execute(
        update(UserSession)
        .where(UserSession.id == uuid.UUID(actor.session_key), UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    audit.record(session, actor, "session.ended", ("user_session", uuid.UUID(actor.session_key)))


def _actor(user: AppUser, row: UserSession) -> Actor:
    return Actor(user.id, Role(user.role), user.display_name, str(row.id), user.firm_id, user.worker_id)


def _matches(password_hash: str | None, password: str) -> bool:
    try:
        return _hasher.verify(password_hash or _NOBODY, fold(password)) and password_hash is not None
    except (Argon2Error, InvalidHashError):
        return False


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _place_hash(where: str) -> bytes:
    """Of an address, or of the network of one subscriber where it is of version 6."""
    try:
        address = ipaddress.ip_address(where)
    except ValueError:
        place = where
    else:
        bits = 32 if address.version == 4 else 64
        place = str(ipaddress.ip_network((address, bits), strict=False))
    return hashlib.sha256(f"place\0{place}".encode("utf-8", "replace")).digest()


def _name_hash(name: str) -> bytes:
    return hashlib.sha256(name.strip().lower().encode()).digest()
