"""Whether everything here is invented, and the sign-in links that only such data can have.

The database keeps demo accounts and real ones apart by triggers (migration "accounts"): a mark cannot be set where a
real account is, no demo account stands without the mark, none without it can get a link.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.errors import NotPermittedError
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.sign_in import open_session
from worksorders.store.tables.identity.accounts import Challenge, DemoMark
from worksorders.store.tables.identity.people import AppUser

LINK_LASTS = timedelta(hours=24)
GONE = "This link has been used, is too old, or never was. Make another: flask --app wsgi demo sign-in NAME"


def is_demo(session: Session) -> bool:
    """Whether the data is the demo's."""
    return session.scalar(select(DemoMark.single)) is not None


def mark_as_demo(session: Session, now: datetime) -> None:
    """Say that all that follows is invented; the database refuses where a real account is."""
    session.execute(insert(DemoMark).values(made_at=now).on_conflict_do_nothing())


def make_link(session: Session, name: str, now: datetime) -> str:
    """A token that signs a demo account in once within a day.

    Raises NotPermittedError where the data is not the demo's, and for a name that no demo account has.
    """
    if not is_demo(session):
        raise NotPermittedError("Sign-in links exist for demo data alone, and this is not demo data.")
    user = session.scalar(
        select(AppUser).where(
            func.lower(AppUser.sign_in_name) == name.strip().lower(),
            AppUser.is_demo,
            AppUser.disabled_at.is_(None),
        )
    )
    if user is None:
        raise NotPermittedError(f"No demo account is called “{name}”: see flask --app wsgi demo people.")
    token = secrets.token_urlsafe(24)
    session.add(
        Challenge(
            kind="demo_link",
            user_id=user.id,
            secret=_hash(token),
            made_at=now,
            expires_at=now + LINK_LASTS,
        )
    )
    session.flush()
    return token


def use_link(session: Session, token: str, now: datetime) -> tuple[str, Actor]:
    """Open a session with a link; raises NotPermittedError for one that is spent, old or unknown."""
    user_id = session.scalar(
        update(Challenge)
        .where(
            Challenge.kind == "demo_link",
            Challenge.secret == _hash(token),
            Challenge.spent_at.is_(None),
            Challenge.expires_at > now,
        )
        .values(spent_at=now)
        .returning(Challenge.user_id)
    )
    user = session.get(AppUser, user_id) if user_id else None
    if user is None or user.disabled_at or not user.is_demo or not is_demo(session):
        raise NotPermittedError(GONE)
    opened = open_session(session, user, now)
    audit.record(session, opened[1], "session.by_demo_link", ("app_user", user.id))
    return opened


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
