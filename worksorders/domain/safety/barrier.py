"""Whether a door or window may be taken out now: only where all that closes it again fits the same day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from worksorders.domain.order.attendance import may_open_barrier

ARRANGED = frozenset({"accepted", "en_route", "on_site"})
OVER = frozenset({"done"})


@dataclass(frozen=True, slots=True)
class Closing:
    """A visit that must follow on the same day, because it closes what this one opens."""

    number: int
    trade: str
    state: str
    start_at: datetime | None
    end_at: datetime | None


@dataclass(frozen=True, slots=True)
class Day:
    """The day in question: the instant at which work at the home must be over, and its first and last instant."""

    begins_at: datetime
    ends_at: datetime
    work_ends_at: datetime


def why_not_open(now: datetime, minutes_left: int, day: Day, closings: Iterable[Closing]) -> tuple[str, ...]:
    """Every reason against taking the barrier out now, in words; empty where it may be done."""
    reasons = []
    if not may_open_barrier(now, minutes_left, day.work_ends_at):
        hours, minutes = divmod(minutes_left, 60)
        left = max(0, int((day.work_ends_at - now) / timedelta(minutes=1)))
        reasons.append(
            f"The work needs {hours} h {minutes} min more, and {left // 60} h {left % 60} min are left today."
        )
    reasons += [_why_not_closed(one) for one in closings if not _closes_today(one, day)]
    return tuple(reasons)


def _closes_today(one: Closing, day: Day) -> bool:
    if one.state in OVER:
        return True
    if one.state not in ARRANGED or one.start_at is None or one.end_at is None:
        return False
    return day.begins_at <= one.start_at and one.end_at <= day.ends_at


def _why_not_closed(one: Closing) -> str:
    where = f"Visit {one.number} ({one.trade.replace('|', ' or ').replace('+', ' and ')}), which closes the opening again,"
    if one.state in ARRANGED:
        return f"{where} is not today."
    return f"{where} is not accepted by anybody for today."
