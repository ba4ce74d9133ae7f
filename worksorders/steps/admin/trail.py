"""Reading the trail: what was done by whom, and who read the protected words of a home and why."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from worksorders.domain.local_time import start_of_day
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import CaseFile

DISCLOSURES = ("disclosure.intended", "disclosure.revealed")
# Beside the withdrawal of the same minute they would tell who is barred, which coordinators alone may know.
COORDINATORS_ALONE = ("never_send.added", "never_send.removed")
PAGE = 50
MOST_EXPORTED = 50_000
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the trail is wanted; empty fields ask for everything, both dates are inside."""

    actor_id: uuid.UUID | None = None
    action: str = ""
    table: str = ""
    subject_id: uuid.UUID | None = None
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the trail with the name of who did it; None is the system by the clock."""

    number: int
    at: datetime
    who: str | None
    action: str
    table: str
    subject_id: uuid.UUID
    from_state: str | None
    to_state: str | None
    reason: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A page of the trail, newest first; `older` and `newer` are the numbers to go on from, or None."""

    entries: Sequence[Entry]
    older: int | None
    newer: int | None


def read_trail(
    session: Session, wanted: Filter, *, before: int | None = None, after: int | None = None, size: int = PAGE
) -> TrailPage:
    """A page by number, which is a total order: rows that come in meanwhile move nothing.

    `before` goes on to older rows, `after` back to newer ones.
    """
    query = _where(wanted)
    if after is not None:
        query = query.where(AuditEvent.id > after).order_by(AuditEvent.id).limit(size + 1)
    else:
        if before is not None:
            query = query.where(AuditEvent.id < before)
        query = query.order_by(AuditEvent.id.desc()).limit(size + 1)
    found = [_entry(row, name) for row, name in session.execute(query)]
    more = len(found) > size
    entries = found[:size]
    if after is not None:
        entries.reverse()
        return TrailPage(
            entries, entries[-1].number if entries else None, entries[0].number if more and entries else None
        )
    newer = entries[0].number if before is not None and entries else None
    return TrailPage(entries, entries[-1].number if more else None, newer)


def export(session: Session, wanted: Filter) -> Iterator[Entry]:
    """Every row asked for, newest first, up to MOST_EXPORTED."""
    query = _where(wanted).order_by(AuditEvent.id.desc()).limit(MOST_EXPORTED)
    for row, name in session.execute(query.execution_options(yield_per=500)):
        yield _entry(row, name)


def note_export(session: Session, actor: Actor, rows: int, filters: dict[str, str]) -> None:
    """Keep who took the trail out, and what of it; the caller commits before the file is given."""
    detail = {"list": "audit", "rows": rows, **filters}
    audit.record(session, actor, "list.exported", ("app_user", actor.user_id), detail=detail)


def actions(session: Session) -> Sequence[str]:
    """Every kind of action in the trail, to choose from; hops along the index instead of reading every row."""
    first = select(func.min(AuditEvent.action).label("action")).cte("hop", recursive=True)
    following = (
        select(func.min(AuditEvent.action)).where(AuditEvent.action > first.c.action).scalar_subquery()
    )
    hop = first.union_all(select(following).where(first.c.action.is_not(None)))
    found = session.scalars(select(hop.c.action))
    return [action for action in found if action is not None and action not in COORDINATORS_ALONE]


def people(session: Session) -> list[tuple[uuid.UUID, str]]:
    """Everybody with an account, disabled ones too, to choose from."""
    rows = session.execute(
        select(AppUser.id, AppUser.display_name).order_by(func.lower(AppUser.display_name), AppUser.id)
    )
    return [(row.id, row.display_name) for row in rows]


@dataclass(frozen=True, slots=True)
class Reading:
    """Who asked for the protected words of a home: when, why, which kinds, and whether they were shown."""

    at: datetime
    who: str | None
    role: str | None
    reason: str | None
    kinds: tuple[str, ...]
    shown: bool


def readings(session: Session, case_code: str) -> tuple[CaseFile, tuple[Reading, ...]]:
    """Every announced and made reading of a case, newest first; raises NotFoundError for an unknown code."""
    case = session.scalar(select(CaseFile).where(CaseFile.code == case_code.strip().upper()))
    if case is None:
        raise NotFoundError("There is no such case.")
    rows = session.execute(
        select(AuditEvent, AppUser.display_name, AppUser.role)
        .outerjoin(AppUser, AppUser.id == AuditEvent.actor_id)
        .where(
            AuditEvent.subject_table == "case_file",
            AuditEvent.subject_id == case.id,
            AuditEvent.action.in_(DISCLOSURES),
        )
        .order_by(AuditEvent.id.desc())
    )
    return case, tuple(
        Reading(
            row.at, name, role, row.reason, tuple(row.detail.get("kinds", ())), row.action == DISCLOSURES[1]
        )
        for row, name, role in rows
    )


def _where(wanted: Filter) -> Select[AuditEvent, str]:
    query = (
        select(AuditEvent, AppUser.display_name)
        .outerjoin(AppUser, AppUser.id == AuditEvent.actor_id)
        .where(AuditEvent.action.not_in(COORDINATORS_ALONE))
    )
    if wanted.actor_id is not None:
        query = query.where(AuditEvent.actor_id == wanted.actor_id)
    if wanted.action:
        query = query.where(AuditEvent.action == wanted.action)
    if wanted.table:
        query = query.where(AuditEvent.subject_table == wanted.table)
    if wanted.subject_id is not None:
        query = query.where(AuditEvent.subject_id == wanted.subject_id)
    if wanted.from_on is not None:
        query = query.where(AuditEvent.at >= start_of_day(wanted.from_on))
    if wanted.to_on is not None:
        query = query.where(AuditEvent.at < start_of_day(wanted.to_on + DAY))
    return query


def _entry(row: AuditEvent, name: str | None) -> Entry:
    return Entry(
        row.id,
        row.at,
        name,
        row.action,
        row.subject_table,
        row.subject_id,
        row.from_state,
        row.to_state,
        row.reason,
        row.detail,
    )
