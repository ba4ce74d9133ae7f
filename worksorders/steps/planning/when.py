"""Days, minutes and instants of a plan, and when a visit may start at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.problem import DAY, TimeWindow
from worksorders.steps.people.workforce import LOCAL
from worksorders.steps.planning.open_visits import OpenVisit, OpenWork

NOTICE_MINUTES = 60


@dataclass(frozen=True)
class Asked:
    """What a plan is asked for: from which day, how many days, seen from which moment."""

    starts_on: date
    days: int
    now: datetime

    @property
    def ends_on(self) -> date:
        """The last day of the horizon."""
        return self.starts_on + timedelta(days=self.days - 1)


def wall(on: date, minute: int) -> datetime:
    """The instant at a minute of a local day by the clock on the wall, daylight saving included."""
    local = datetime(on.year, on.month, on.day, minute // 60 % 24, minute % 60, tzinfo=LOCAL)
    return local + timedelta(days=minute // DAY)


def minute_of(starts_on: date, at: datetime) -> int:
    """Absolute minute of an instant: days since the first one × 1440 + minute of the local day."""
    local = at.astimezone(LOCAL)
    return (local.date() - starts_on).days * DAY + local.hour * 60 + local.minute


def possible_starts(work: OpenWork, asked: Asked, visit: OpenVisit, end_by: int) -> tuple[TimeWindow, ...]:
    """Possible starts day by day: safe hours, ready, around what is already arranged, and done by `end_by`.

    Where an arranged visit opens or closes a barrier together with this one, only its day is left.
    """
    first, last = _between(work, asked, visit)
    only = {
        (one.on - asked.starts_on).days
        for one in work.dependencies
        if one.on is not None and visit.id in {one.before, one.after}
    }
    windows = []
    for day in range(asked.days):
        if only and {day} != only:
            continue
        on = asked.starts_on + timedelta(days=day)
        for opens, closes in visit.safe_on(on):
            earliest = max(opens, first - day * DAY)
            latest = min(closes - visit.minutes, end_by - visit.minutes - day * DAY, last - day * DAY)
            if earliest <= latest:
                windows.append(TimeWindow(day, earliest, latest))
    return tuple(windows)


def _between(work: OpenWork, asked: Asked, visit: OpenVisit) -> tuple[int, int]:
    """The first and last absolute minute at which it may start, seen from now and from what is arranged around it."""
    first = max(
        minute_of(asked.starts_on, asked.now) + NOTICE_MINUTES, (visit.ready_on - asked.starts_on).days * DAY
    )
    last = asked.days * DAY
    for one in work.dependencies:
        if one.after == visit.id and one.before_ends_at is not None:
            ends = minute_of(asked.starts_on, one.before_ends_at)
            first = max(first, ends + one.least_gap_minutes)
            if one.greatest_gap_minutes is not None:
                last = min(last, ends + one.greatest_gap_minutes)
        if one.before == visit.id and one.after_starts_at is not None:
            starts = minute_of(asked.starts_on, one.after_starts_at)
            last = min(last, starts - one.least_gap_minutes - visit.minutes)
            if one.greatest_gap_minutes is not None:
                first = max(first, starts - one.greatest_gap_minutes - visit.minutes)
    return first, last
