"""Groups visits that must share a day, because between them an opening stands open: published together or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day
from worksorders.store.tables.work.orders import Visit, VisitDependency

OPEN_OVERNIGHT = "an opening would stand open overnight: the visit that belongs to it on the same day"
OVER = ("done", "cancelled")
FIXED = ("published", "offered", "accepted", "en_route", "on_site")


@dataclass
class DayGroup:
    """Visits of one plan that go together; `why_not` says why none of them may be published."""

    visits: list[Visit] = field(default_factory=list)
    why_not: str | None = None


def group_by_day(
    session: Session, visits: Sequence[Visit], starts: Mapping[uuid.UUID, datetime]
) -> list[DayGroup]:
    """The visits of a plan in groups, in the order of their first visit; `starts` are their places in the plan.

    A group whose visits are not all on one day, or that needs a visit which is neither in the plan nor arranged for
    that day, carries the reason against it.
    """
    ids = list(starts)
    pairs = session.execute(
        select(VisitDependency.before_id, VisitDependency.after_id).where(
            VisitDependency.same_day,
            or_(VisitDependency.before_id.in_(ids), VisitDependency.after_id.in_(ids)),
        )
    ).all()
    outside = {visit_id for pair in pairs for visit_id in pair} - set(ids)
    others = {row.id: row for row in session.scalars(select(Visit).where(Visit.id.in_(outside)))}
    leader = _leaders(ids, [(a, b) for a, b in pairs if a in starts and b in starts])
    groups: dict[uuid.UUID, DayGroup] = {}
    for visit in visits:
        groups.setdefault(leader[visit.id], DayGroup()).visits.append(visit)
    for group in groups.values():
        members = {one.id for one in group.visits}
        needed = [others[b if a in members else a] for a, b in pairs if (a in members) != (b in members)]
        group.why_not = _why_not({local_day(starts[one.id]) for one in group.visits}, needed)
    return list(groups.values())


def _leaders(
    ids: Sequence[uuid.UUID], pairs: Sequence[tuple[uuid.UUID, uuid.UUID]]
) -> dict[uuid.UUID, uuid.UUID]:
    """For each visit one of its group, the same for all of them."""
    leader = {visit_id: visit_id for visit_id in ids}
    for a, b in pairs:
        old, new = leader[b], leader[a]
        leader = {visit_id: new if found == old else found for visit_id, found in leader.items()}
    return leader


def _why_not(days: set[object], needed: Sequence[Visit]) -> str | None:
    if len(days) > 1:
        return f"{OPEN_OVERNIGHT} is on another day"
    for visit in needed:
        if visit.state in OVER:
            continue
        if visit.state not in FIXED or visit.start_at is None:
            return f"{OPEN_OVERNIGHT} ({visit.code}) has no place"
        if local_day(visit.start_at) not in days:
            return f"{OPEN_OVERNIGHT} ({visit.code}) is on another day"
    return None
