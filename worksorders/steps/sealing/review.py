"""The queue of readings that somebody other than the reader has yet to look over and sign."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError, NotPermittedError
from worksorders.domain.local_time import NEW_ZEALAND
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.confidential.seals import ReadingReview
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import CaseFile

REVEALED = "disclosure.revealed"
IN_ORDER, ASKED, BREACH = "in_order", "asked", "breach"
MOST_SHOWN = 500
NOTE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Group:
    """Readings of one person on one day for one purpose, which are looked over together."""

    event_ids: tuple[int, ...]
    reader: str
    role: str
    day: date
    purpose: str
    kinds: tuple[str, ...]
    cases: tuple[str, ...]
    asked: tuple[str, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """Groups, the oldest first; `waiting` counts all readings, `shown` those in the groups."""

    groups: Sequence[Group]
    shown: int
    waiting: int


@dataclass(frozen=True, slots=True)
class _Row:
    event: AuditEvent
    reader: str | None
    role: str | None
    case: str | None

    @property
    def key(self) -> tuple[object, ...]:
        """Who, on which day in New Zealand, why, and what."""
        day = self.event.at.astimezone(NEW_ZEALAND).date()
        return self.event.actor_id, day, self.event.reason, tuple(self.event.detail.get("kinds", ()))


def queue(session: Session, actor: Actor) -> Queue:
    """What waits to be looked over; the reader's own readings are listed and cannot be signed by them."""
    waiting = session.scalar(select(func.count()).select_from(_open().subquery())) or 0
    found = session.execute(
        _open()
        .add_columns(AppUser.display_name, AppUser.role, CaseFile.code)
        .outerjoin(AppUser, AppUser.id == AuditEvent.actor_id)
        .outerjoin(CaseFile, CaseFile.id == AuditEvent.subject_id)
        .order_by(AuditEvent.id)
        .limit(MOST_SHOWN)
    )
    rows = [_Row(*row) for row in found]
    asked = _asked(session, [row.event.id for row in rows])
    groups: dict[tuple[object, ...], list[_Row]] = {}
    for row in rows:
        groups.setdefault(row.key, []).append(row)
    return Queue([_group(members, asked, actor) for members in groups.values()], len(rows), waiting)


def sign(
    session: Session, actor: Actor, event_ids: Iterable[int], finding: str, note: str, *, now: datetime
) -> int:
    """Sign readings as in order or as a breach, or note that their reader was asked; gives how many.

    Raises FaultsError for a finding without the note that it needs, NotFoundError for what does not wait, and
    NotPermittedError for the signer's own readings.
    """
    note = note.strip()
    if finding not in {IN_ORDER, ASKED, BREACH}:
        raise FaultsError([Fault("finding", "Choose what you found.")])
    if finding != IN_ORDER and not note:
        raise FaultsError([Fault("note", "Write what you asked, or what went wrong.")])
    if len(note) > NOTE_LENGTH:
        raise FaultsError([Fault("note", f"Use at most {NOTE_LENGTH} characters; these are {len(note)}.")])
    wanted = set(event_ids)
    rows = session.scalars(_open().where(AuditEvent.id.in_(wanted)).order_by(AuditEvent.id)).all()
    if not wanted or len(rows) != len(wanted):
        raise NotFoundError("These readings do not wait for a look.")
    if any(row.actor_id == actor.user_id for row in rows):
        raise NotPermittedError("You made one of these readings yourself. Somebody else looks it over.")
    signed = session.scalars(
        insert(ReadingReview)
        .values(
            [
                {
                    "id": uuid.uuid4(),
                    "event_id": row.id,
                    "reviewer_id": actor.user_id,
                    "reviewed_at": now,
                    "finding": finding,
                    "note": note,
                }
                for row in rows
            ]
        )
        .on_conflict_do_nothing()
        .returning(ReadingReview.id)
    )
    if len(signed.all()) != len(rows):
        raise NotFoundError("Somebody else signed one of these readings just now.")
    for row in rows:
        audit.record(
            session,
            actor,
            f"reading.{finding}",
            (row.subject_table, row.subject_id),
            detail={"event": row.id},
        )
    session.flush()
    return len(rows)


def _open() -> Select[AuditEvent]:
    closed = select(ReadingReview.id).where(
        ReadingReview.event_id == AuditEvent.id, ReadingReview.finding != ASKED
    )
    return select(AuditEvent).where(AuditEvent.action == REVEALED, ~closed.exists())


def _asked(session: Session, event_ids: Sequence[int]) -> dict[int, list[str]]:
    rows = session.execute(
        select(ReadingReview.event_id, AppUser.display_name, ReadingReview.note)
        .join(AppUser, AppUser.id == ReadingReview.reviewer_id)
        .where(ReadingReview.event_id.in_(event_ids))
        .order_by(ReadingReview.reviewed_at, ReadingReview.id)
    )
    found: dict[int, list[str]] = {}
    for event_id, name, note in rows:
        found.setdefault(event_id, []).append(f"{name}: {note}")
    return found


def _group(rows: Sequence[_Row], asked: dict[int, list[str]], actor: Actor) -> Group:
    first = rows[0].event
    notes = [note for row in rows for note in asked.get(row.event.id, ())]
    return Group(
        event_ids=tuple(row.event.id for row in rows),
        reader=rows[0].reader or "The system",
        role=rows[0].role or "",
        day=first.at.astimezone(NEW_ZEALAND).date(),
        purpose=first.reason or "",
        kinds=tuple(first.detail.get("kinds", ())),
        cases=tuple(dict.fromkeys(row.case for row in rows if row.case)),
        asked=tuple(dict.fromkeys(notes)),
        own=first.actor_id == actor.user_id,
    )
