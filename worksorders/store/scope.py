"""Tells the database on whose behalf each transaction works, for the row-level security that stands behind every query.

The policies (migration "row security") let the house's own work see all rows, a member of staff all but the cases
walled off from them, and a contractor the rows of their own firm. A transaction that does not say who it is sees
nothing. It is a second barrier: it holds where a query forgot its filter, not against somebody who runs SQL.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session, SessionTransaction

KEY = "scope"
SET = text(
    "SELECT set_config('works.scope', :kind, true), set_config('works.person', :person, true),"
    " set_config('works.firm', :firm, true)"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """On whose behalf: `house`, `staff` or `firm`, with the person and the firm where there is one."""

    kind: str
    person: uuid.UUID | None = None
    firm: uuid.UUID | None = None


HOUSE = Scope("house")


@event.listens_for(Session, "after_begin")
def _say(session: Session, _: SessionTransaction, connection: Connection) -> None:
    scope = session.info.get(KEY)
    if scope is not None:
        _set(connection, scope)


def _set(connection: Connection, scope: Scope) -> None:
    connection.execute(
        SET,
        {"kind": scope.kind, "person": str(scope.person or ""), "firm": str(scope.firm or "")},
    )


def narrow(session: Session, scope: Scope) -> None:
    """Let this session work on somebody's behalf from now on."""
    session.info[KEY] = scope
    if session.in_transaction():
        _set(session.connection(), scope)


@contextmanager
def as_house(session: Session) -> Iterator[None]:
    """Let a step act for the house, beyond the rows that its actor may see; what it wrote is flushed within.

    For rules that need more than the actor's own rows (who is barred, who else was asked) and for the effects of a
    form on others' rows. What is read here must not be shown.
    """
    before: Scope | None = session.info.get(KEY)
    if before in {None, HOUSE}:
        yield
        return
    narrow(session, HOUSE)
    try:
        yield
        session.flush()
    finally:
        session.info[KEY] = before
        if session.in_transaction() and session.is_active:
            narrow(session, before)
