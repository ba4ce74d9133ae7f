"""Tells whether what somebody saw of a draft still stands: two people may change the same one at once."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError, RefusedError
from worksorders.steps.people.workforce import LOCAL
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.plans.planning import Plan, PlanStop
from worksorders.store.tables.work.orders import Visit


def place_key(stops: Iterable[PlanStop]) -> str:
    """The place of one visit as its viewers know it: workers and start; empty where it has none."""
    return ",".join(sorted(f"{stop.worker_id}@{stop.start_at.astimezone(UTC):%Y%m%dT%H%M}" for stop in stops))


def draft_key(session: Session, plan: Plan) -> str:
    """A digest of every place of a draft: another one means that somebody has moved, placed or pinned a visit."""
    rows = session.execute(
        select(PlanStop.visit_id, PlanStop.worker_id, PlanStop.start_at, PlanStop.pinned)
        .where(PlanStop.plan_id == plan.id)
        .order_by(PlanStop.visit_id, PlanStop.worker_id)
    )
    digest = hashlib.sha256()
    for visit_id, worker_id, start_at, pinned in rows:
        digest.update(f"{visit_id} {worker_id} {start_at.astimezone(UTC).isoformat()} {pinned};".encode())
    return digest.hexdigest()[:16]


def moved_meanwhile(session: Session, visit: Visit, stops: Sequence[PlanStop]) -> str:
    """Where the visit is now, for whoever saw it elsewhere."""
    if not stops:
        return f"Meanwhile somebody took {visit.code} out of this plan: it has no place now."
    people = session.scalars(select(Worker).where(Worker.id.in_([stop.worker_id for stop in stops])))
    names = " and ".join(sorted(f"{one.first_name} {one.last_name}" for one in people))
    start_at = stops[0].start_at.astimezone(LOCAL)
    time = f"{start_at:%-I:%M} {'am' if start_at.hour < 12 else 'pm'}"
    return f"Meanwhile somebody moved {visit.code}: it is with {names} on {start_at:%-d %B %Y} at {time} now."


def refuse_moved(
    session: Session,
    visit: Visit,
    stops: Iterable[PlanStop],
    from_worker_id: uuid.UUID | None,
    seen: str | None,
) -> None:
    """Raise FaultsError at `start` where a visit is no longer where it was seen, or with whom it is taken from."""
    crew = [stop for stop in stops if stop.visit_id == visit.id]
    stale = seen is not None and seen != place_key(crew)
    if stale or (crew and from_worker_id not in {None, *(stop.worker_id for stop in crew)}):
        told = moved_meanwhile(session, visit, crew)
        raise FaultsError([Fault("start", f"{told} Send this again if it is to go there all the same.")])


def refuse_changed_draft(session: Session, plan: Plan, seen: str) -> None:
    """Raise RefusedError where the draft is not the one that was looked at."""
    if draft_key(session, plan) != seen:
        raise RefusedError(
            "Somebody has changed this plan since you opened it. Open it again, look at what has changed, and publish then.",
            state=plan.state,
            action="publish",
        )


def refuse_ended(plan: Plan, action: str, what: str) -> None:
    """Raise RefusedError in words for a plan that somebody has published, thrown away or replaced meanwhile.

    `what` is what did not happen, as in "no visit was moved".
    """
    told = {
        "published": "This plan has been published meanwhile",
        "discarded": "This plan has been thrown away, or a newer one has taken its place",
    }.get(plan.state)
    if told is not None:
        raise RefusedError(f"{told}: {what}. Look at the newest plan.", state=plan.state, action=action)


def repair_key(places: Iterable[tuple[uuid.UUID, uuid.UUID, int]]) -> str:
    """A repair by the places that it gives: (visit, worker, absolute minute)."""
    text = ";".join(sorted(f"{visit} {worker} {start}" for visit, worker, start in places))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
