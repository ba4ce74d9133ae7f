"""Interim and permanent measures of an order as one chain: each opening with its links, its clock and its history."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.order.deadlines import WARNING_WORDS, used_percent
from worksorders.domain.safety.chain import LINK_WORDS, Clock, Link
from worksorders.steps.safety.deadlines import clocks_of
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.cases import Opening, OpeningEvent
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder
from worksorders.store.tables.work.safety import DeadlineWarning as WarningRow


@dataclass(frozen=True, slots=True)
class ClockView:
    """One deadline in words: `percent` of its time used, `level` 0, 50, 80 or 100, and when it was met."""

    title: str
    starts_at: datetime
    due_at: datetime
    met_at: datetime | None
    percent: int
    level: int
    words: str

    @property
    def met_late(self) -> bool:
        return self.met_at is not None and self.met_at > self.due_at


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure at an opening with the visit that does it."""

    measure: str
    number: int | None
    state: str
    start_at: datetime | None
    due_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """How an opening was seen at a moment, by whom, at which visit, with what was said."""

    state: str
    at: datetime
    by: str
    number: int | None
    note: str


@dataclass(frozen=True, slots=True)
class OpeningChain:
    """One opening: as it is now, what makes it safe, what is done for good, and how it was seen, newest first."""

    label: str
    state: str
    since: datetime
    make_safe: tuple[Measure, ...]
    permanent: tuple[Measure, ...]
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A warning that was given."""

    title: str
    level: int
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Chain:
    """The whole chain of an order."""

    clocks: tuple[ClockView, ...]
    openings: tuple[OpeningChain, ...]
    told: tuple[Told, ...]


def find_chain(session: Session, order: WorksOrder, now: datetime) -> Chain:
    """The chain in a constant number of queries; openings without any measure stand at the end."""
    openings = order.assessment.openings
    events = _events(session, [one.id for one in openings], order.visits)
    lines: dict[uuid.UUID | None, list[WorksLine]] = defaultdict(list)
    for line in order.lines:
        if line.removed_at is None and line.kind == "work":
            lines[line.opening_id].append(line)
    visits = {visit.id: visit for visit in order.visits}
    chains = [_opening(one, lines[one.id], visits, events[one.id]) for one in openings]
    chains.sort(key=lambda one: not (one.make_safe or one.permanent))
    return Chain(
        tuple(clock_view(clock, now) for clock in clocks_of(order, openings, order.visits)),
        tuple(chains),
        _told(session, order.id),
    )


def clock_view(clock: Clock, now: datetime) -> ClockView:
    """A clock in words."""
    level = clock.level(now)
    return ClockView(
        title=LINK_WORDS[clock.link],
        starts_at=clock.starts_at,
        due_at=clock.due_at,
        met_at=clock.met_at,
        percent=used_percent(clock.starts_at, clock.due_at, clock.met_at or now),
        level=int(level),
        words=WARNING_WORDS[level],
    )


def _opening(
    opening: Opening, lines: Iterable[WorksLine], visits: dict[uuid.UUID, Visit], seen: tuple[Seen, ...]
) -> OpeningChain:
    made: dict[bool, list[Measure]] = {True: [], False: []}
    for line in lines:
        visit = visits.get(line.visit_id) if line.visit_id else None
        made[visit.interim if visit else line.interim].append(
            Measure(
                measure=line.measure,
                number=visit.position if visit else None,
                state=visit.state if visit else "unplanned",
                start_at=visit.start_at if visit else None,
                due_at=visit.due_at if visit else None,
                left_at=visit.left_at if visit and visit.state == "done" else None,
            )
        )
    return OpeningChain(
        opening.label, opening.state, opening.state_at, tuple(made[True]), tuple(made[False]), seen
    )


def _events(
    session: Session, opening_ids: list[uuid.UUID], visits: Iterable[Visit]
) -> dict[uuid.UUID, tuple[Seen, ...]]:
    numbers = {visit.id: visit.position for visit in visits}
    rows = session.execute(
        select(OpeningEvent, AppUser.display_name)
        .join(AppUser, AppUser.id == OpeningEvent.by)
        .where(OpeningEvent.opening_id.in_(opening_ids))
        .order_by(OpeningEvent.at.desc(), OpeningEvent.id)
    )
    found: dict[uuid.UUID, tuple[Seen, ...]] = defaultdict(tuple)
    for event, name in rows:
        number = numbers.get(event.visit_id) if event.visit_id else None
        seen = Seen(event.state, event.at, name, number, event.escalation_note or "")
        found[event.opening_id] = (*found[event.opening_id], seen)
    return found


def _told(session: Session, order_id: uuid.UUID) -> tuple[Told, ...]:
    rows = session.scalars(
        select(WarningRow)
        .where(WarningRow.order_id == order_id)
        .order_by(WarningRow.at.desc(), WarningRow.level.desc())
    )
    return tuple(Told(LINK_WORDS[Link(row.link)], row.level, row.due_at, row.at) for row in rows)
