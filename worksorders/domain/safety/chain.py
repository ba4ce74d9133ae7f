"""Interim and permanent measures as one chain with two clocks, and when each clock warns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from worksorders.domain.order.deadlines import DeadlineWarning, warning_level

WARNINGS = (DeadlineWarning.HALF, DeadlineWarning.NEARLY, DeadlineWarning.OVERDUE)
ALERTING = frozenset({DeadlineWarning.NEARLY, DeadlineWarning.OVERDUE})
SECOND = timedelta(seconds=1)


class Link(StrEnum):
    """The two links of the chain."""

    MAKE_SAFE = "make_safe"
    PERMANENT = "permanent"


LINK_WORDS = {Link.MAKE_SAFE: "Make safe", Link.PERMANENT: "Permanent work"}


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline that runs from an instant to another, and when it was met; instants are aware UTC."""

    link: Link
    starts_at: datetime
    due_at: datetime
    met_at: datetime | None = None

    @property
    def runs(self) -> bool:
        return self.met_at is None

    def level(self, now: datetime) -> DeadlineWarning:
        """The step reached; a clock that was met warns of nothing."""
        return warning_level(self.starts_at, self.due_at, now) if self.runs else DeadlineWarning.NONE

    def instant_of(self, level: DeadlineWarning) -> datetime:
        """When the step is reached: the first second at which `level` answers it."""
        whole = (self.due_at - self.starts_at) // SECOND
        if whole <= 0:
            return self.due_at
        return self.starts_at + -(-whole * int(level) // 100) * SECOND


@dataclass(frozen=True, slots=True)
class OpeningSeen:
    """An opening of the home: whether it is insecure, and since when it is as it is."""

    insecure: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class VisitSeen:
    """A visit of the order: whether it makes safe, whether it is over, by when it is due, and when it was left."""

    make_safe: bool
    over: bool
    due_at: datetime
    left_at: datetime | None = None


def make_safe_clock(
    raised_at: datetime, due_at: datetime | None, openings: Iterable[OpeningSeen]
) -> Clock | None:
    """The first link's clock; None where nothing is due and nothing is insecure.

    It runs while any opening of the home is insecure, from raising or, where the home was opened later, from then;
    it is met once none is.
    """
    seen = tuple(openings)
    if due_at is None:
        return None
    opened = [one.since for one in seen if one.insecure]
    if opened:
        return Clock(Link.MAKE_SAFE, max(raised_at, min(*opened, due_at)), due_at)
    met_at = max((one.since for one in seen), default=raised_at)
    return Clock(Link.MAKE_SAFE, raised_at, due_at, max(raised_at, met_at))


def permanent_clocks(raised_at: datetime, due_at: datetime, visits: Iterable[VisitSeen]) -> tuple[Clock, ...]:
    """The second link's clocks, one for each deadline of visits that are not over, the first to come first.

    Made-to-order work is due later than the rest of its order. Where no visit was made yet the order's own deadline
    runs; where all are over it is met at the last leaving.
    """
    lasting = [visit for visit in visits if not visit.make_safe]
    running = sorted({visit.due_at for visit in lasting if not visit.over})
    if running:
        return tuple(Clock(Link.PERMANENT, raised_at, due) for due in running)
    if not lasting:
        return (Clock(Link.PERMANENT, raised_at, due_at),)
    last_due = max(visit.due_at for visit in lasting)
    met_at = max((visit.left_at for visit in lasting if visit.left_at), default=raised_at)
    return (Clock(Link.PERMANENT, raised_at, last_due, met_at),)
