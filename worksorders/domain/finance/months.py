"""A month of the books: its days, its first and last instants in New Zealand, and its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from worksorders.domain.local_time import start_of_day

_KEY = re.compile(r"(\d{4})-(\d{2})")
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month."""

    year: int
    number: int

    @property
    def starts_on(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def ends_on(self) -> date:
        return date.fromordinal(self.following.starts_on.toordinal() - 1)

    @property
    def starts_at(self) -> datetime:
        """Its first instant, aware UTC."""
        return start_of_day(self.starts_on)

    @property
    def ends_at(self) -> datetime:
        """Its last instant, aware UTC: what a month-end posting is dated."""
        return self.following.starts_at - _TICK

    @property
    def following(self) -> Month:
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def before(self) -> Month:
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    @property
    def key(self) -> str:
        """Such as 2026-11, as addresses and file names hold it."""
        return f"{self.year:04}-{self.number:02}"

    @property
    def name(self) -> str:
        """Such as November 2026."""
        return f"{self.starts_on:%B %Y}"


def month_of(on: date) -> Month:
    """The month of a day."""
    return Month(on.year, on.month)


def read_month(key: str) -> Month:
    """The month that a key names; raises ValueError for any other text."""
    found = _KEY.fullmatch(key)
    if not found or not 1 <= int(found[2]) <= 12 or not 1900 <= int(found[1]) <= 2999:
        raise ValueError(f"“{key[:20]}” is no month: write it like 2026-11.")
    return Month(int(found[1]), int(found[2]))
