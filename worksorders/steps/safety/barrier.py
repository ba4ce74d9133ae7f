"""Guards the start of work that takes a door or window out: all that closes it again must fit the same day."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError, RefusedError
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.safety.barrier import Closing, Day, why_not_open
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.offers.moves import lock_order, lock_visits
from worksorders.steps.ordering.lines import catalogue_of
from worksorders.steps.planning.open_visits import parse_windows
from worksorders.steps.site.own_visit import named_visit
from worksorders.store.tables.work.offers import VisitNote
from worksorders.store.tables.work.orders import Visit, VisitDependency, WorksLine

BEGUN = "barrier_begun"
ALLOWED = "barrier_allowed"
SHORTEST_REASON = 10


@dataclass(frozen=True)
class Standing:
    """How a visit stands to its barrier: what would be taken out, whether work has begun, and what is against it."""

    measures: tuple[str, ...] = ()
    begun: bool = False
    against: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether nothing may be taken out now."""
        return bool(self.measures) and not self.begun


def standing(session: Session, visit: Visit, now: datetime) -> Standing:
    """How it stands now; a visit that takes nothing out stands in nobody's way."""
    lines = barrier_lines(session, visit)
    if not lines:
        return Standing()
    measures = tuple(dict.fromkeys(line.measure for line in lines))
    if _noted(session, visit, BEGUN, visit.arrived_at):
        return Standing(measures, begun=True)
    if _noted(session, visit, ALLOWED, start_of_day(local_day(now))):
        return Standing(measures)
    return Standing(measures, against=_against(session, visit, now))


@dataclass(frozen=True)
class VisitFound:
    """A visit for the page on which a coordinator lets it begin."""

    order_id: uuid.UUID
    order_code: str
    standing: Standing


def find_visit(session: Session, visit_id: uuid.UUID, now: datetime) -> VisitFound:
    """How a visit stands when it begins; raises NotFoundError."""
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise NotFoundError("There is no such visit.")
    found = standing(session, visit, max(now, visit.start_at or now))
    return VisitFound(visit.order_id, visit.order.code, found)


def barrier_lines(session: Session, visit: Visit) -> list[WorksLine]:
    """The lines that take an opening's barrier out to replace it: the catalogue names an interim measure for them."""
    live = [line for line in visit.lines if line.removed_at is None and line.kind == "work"]
    if not live or visit.order.catalogue_version_id is None:
        return []
    items = catalogue_of(session, visit.order).items
    return [
        line for line in live if line.item_code in items and items[line.item_code].interim_item is not None
    ]


def _against(session: Session, visit: Visit, now: datetime) -> tuple[str, ...]:
    after = session.scalars(
        select(Visit)
        .join(VisitDependency, VisitDependency.after_id == Visit.id)
        .where(VisitDependency.before_id == visit.id, VisitDependency.same_day, Visit.state != "cancelled")
        .order_by(Visit.position)
    )
    closings = [Closing(one.position, one.trade, one.state, one.start_at, one.end_at) for one in after]
    return why_not_open(now, visit.minutes, _day(visit, now), closings)


def _day(visit: Visit, now: datetime) -> Day:
    """Work may go on until the last safe time of the day, or until the end that was agreed where that is later."""
    begins_at = start_of_day(local_day(now))
    ends_at = start_of_day(local_day(now) + timedelta(days=1))
    last = max(closes for _, closes in parse_windows(visit.order.safe_windows))
    work_ends_at = begins_at + timedelta(minutes=last)
    if visit.end_at is not None and work_ends_at < visit.end_at <= ends_at:
        work_ends_at = visit.end_at
    return Day(begins_at, ends_at, min(work_ends_at, ends_at))


def _noted(session: Session, visit: Visit, kind: str, since: datetime | None) -> bool:
    if since is None:
        return False
    found = session.scalar(
        select(VisitNote.id)
        .where(VisitNote.visit_id == visit.id, VisitNote.kind == kind, VisitNote.at >= since)
        .limit(1)
    )
    return found is not None


def begin_if_possible(session: Session, actor: Actor, visit: Visit, now: datetime) -> Standing:
    """On arrival: begin where nothing is against it, so that most workers never notice; else say what is."""
    found = standing(session, visit, now)
    if found.stops and not found.against:
        _note(session, actor, visit, BEGUN, "", now)
        return Standing(found.measures, begun=True)
    return found


def begin_work(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> Visit:
    """The worker asks again whether to begin; RefusedError with every reason against it."""
    visit = named_visit(session, actor, visit_id)
    if visit.state != "on_site":
        raise RefusedError("Arrive first.", state=visit.state, action="begin_work")
    found = begin_if_possible(session, actor, visit, now)
    if found.stops:
        raise RefusedError(
            f"Take nothing out. {' '.join(found.against)} Call the coordinator.",
            state=visit.state,
            action="begin_work",
        )
    return visit


def refuse_ticks(session: Session, visit: Visit, line_ids: Iterable[uuid.UUID], now: datetime) -> None:
    """Refuse work entered for lines that take a barrier out before that was begun; FaultsError at each line."""
    wanted = set(line_ids)
    lines = [line for line in barrier_lines(session, visit) if line.id in wanted]
    if lines and standing(session, visit, now).stops:
        message = "Start the work first: what is taken out today must be closed again today."
        raise FaultsError([Fault(f"line-{line.id}-done", message) for line in lines])


def allow(session: Session, actor: Actor, visit_id: uuid.UUID, reason: str, now: datetime) -> Visit:
    """A coordinator lets the work begin all the same, for this day, with a reason that the trail keeps.

    Raises NotFoundError, RefusedError where nothing stands in the way, FaultsError at `reason`.
    """
    order_id = session.scalar(select(Visit.order_id).where(Visit.id == visit_id))
    if order_id is None:
        raise NotFoundError("There is no such visit.")
    lock_order(session, order_id)
    (visit,) = lock_visits(session, [visit_id])
    if visit.start_at is None or local_day(visit.start_at) != local_day(now):
        raise RefusedError(
            "Work is allowed to begin on the day of its visit alone.",
            state=visit.state,
            action="allow_barrier",
        )
    text = reason.strip()
    if len(text) < SHORTEST_REASON:
        raise FaultsError([Fault("reason", "Say in a sentence who closes the opening today, and when.")])
    if visit.state not in {"accepted", "en_route", "on_site"} or not standing(session, visit, now).against:
        raise RefusedError(
            "Nothing keeps this visit from beginning.", state=visit.state, action="allow_barrier"
        )
    _note(session, actor, visit, ALLOWED, text, now)
    audit.record(session, actor, "visit.barrier_allowed", ("visit", visit.id), reason=text)
    return visit


def _note(session: Session, actor: Actor, visit: Visit, kind: str, reason: str, now: datetime) -> None:
    session.add(
        VisitNote(id=uuid.uuid4(), visit_id=visit.id, kind=kind, reason=reason, at=now, by=actor.user_id)
    )
    if kind == BEGUN:
        audit.record(session, actor, "visit.barrier_begun", ("visit", visit.id))
    session.flush()
