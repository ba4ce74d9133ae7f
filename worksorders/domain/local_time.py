"""The calendar of New Zealand's clocks: which day an instant falls on, and when a day begins."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

NEW_ZEALAND = ZoneInfo("Pacific/Auckland")


def local_day(instant: datetime) -> date:
    """The day on New Zealand's clocks; raises ValueError for an instant without a zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone: instants are aware UTC.")
    return instant.astimezone(NEW_ZEALAND).date()


def start_of_day(on: date) -> datetime:
    """Midnight in New Zealand at which the day begins, as an aware UTC instant."""
    return datetime.combine(on, time(), NEW_ZEALAND).astimezone(UTC)


def day_words(on: date) -> str:
    """A day as it is written: 21 November 2026."""
    return f"{on.day} {on:%B %Y}"
