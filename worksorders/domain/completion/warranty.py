"""How long work is under warranty, and by when a defect is mended."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.workdays import add_working_days

SEVERITIES = {
    "unsafe": "Not safe: the home or people are at risk",
    "faulty": "Does not work as it should",
    "finish": "Finish only",
}


def add_months(on: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def covered_until(done_on: date, months: int) -> date:
    """The last day of the warranty of work done on a day."""
    return add_months(done_on, months)


def is_covered(done_on: date, months: int, on: date) -> bool:
    """Whether work done on a day is still under warranty; none is with 0 months."""
    return months > 0 and on <= covered_until(done_on, months)


@dataclass(frozen=True, slots=True)
class MendingTimes:
    """How long a firm has: hours for what is unsafe, working days for the rest."""

    unsafe_hours: int = 24
    faulty_days: int = 5
    finish_days: int = 20

    def due_at(self, severity: str, found_at: datetime) -> datetime:
        """The instant by which a defect is mended; whole days end with the day."""
        if severity == "unsafe":
            return found_at + timedelta(hours=self.unsafe_hours)
        days = self.faulty_days if severity == "faulty" else self.finish_days
        last = add_working_days(local_day(found_at), days)
        return start_of_day(last + timedelta(days=1)) - timedelta(minutes=1)
