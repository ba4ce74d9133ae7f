"""Working days of New Zealand: one calendar for each law or contract that counts in them.

Public holidays, with their observed days and Matariki, come from the holidays package. The
Construction Contracts Act 2002 (section 5) also leaves out 24 December to 5 January, the Privacy Act 2020 (section 7)
25 December to 15 January.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate

import holidays

_DAY = timedelta(days=1)
_SATURDAY = 5


class Calendar(StrEnum):
    """Which days count: Monday to Friday less public holidays, or the same less a law's summer break too."""

    GENERAL = "general"
    CONSTRUCTION_CONTRACTS = "construction contracts"
    PRIVACY_ACT = "privacy act"


REGIONS: tuple[str, ...] = tuple(holidays.country_holidays("NZ", years=2026).subdivisions)
"""Codes of the regions whose anniversary day may be left out as well, such as AUK or WGN."""


@lru_cache(maxsize=512)
def public_holidays(year: int, region: str | None = None) -> frozenset[date]:
    """National public holidays and their observed days in a year, with a region's anniversary if named."""
    if region is not None and region not in REGIONS:
        raise ValueError(f"“{region}” is not a region of New Zealand: use one of {', '.join(REGIONS)}.")
    return frozenset(holidays.country_holidays("NZ", subdiv=region, years=year, language="en_NZ"))


def _in_summer_break(on: date) -> bool:
    return (on.month == 12 and on.day >= 24) or (on.month == 1 and on.day <= 5)


def _in_privacy_break(on: date) -> bool:
    return (on.month == 12 and on.day >= 25) or (on.month == 1 and on.day <= 15)


def is_working_day(on: date, calendar: Calendar = Calendar.GENERAL, region: str | None = None) -> bool:
    """Whether a date counts as a working day; a region's anniversary is left out only if named."""
    if on.weekday() >= _SATURDAY or on in public_holidays(on.year, region):
        return False
    if calendar is Calendar.PRIVACY_ACT:
        return not _in_privacy_break(on)
    return not (calendar is Calendar.CONSTRUCTION_CONTRACTS and _in_summer_break(on))


def add_working_days(
    start_on: date, days: int, calendar: Calendar = Calendar.GENERAL, region: str | None = None
) -> date:
    """The working day that lies so many working days after a date, which itself is not counted.

    Negative days count back. Zero gives the date itself, or the next working day if it is none.
    """
    on = start_on
    if days == 0:
        while not is_working_day(on, calendar, region):
            on += _DAY
        return on
    step = _DAY if days > 0 else -_DAY
    left = abs(days)
    while left:
        on += step
        left -= is_working_day(on, calendar, region)
    return on


def working_days_between(
    start_on: date, end_on: date, calendar: Calendar = Calendar.GENERAL, region: str | None = None
) -> int:
    """Working days after the start up to and with the end; negative when the end comes first.

    So `working_days_between(s, add_working_days(s, n)) == n` for every n above zero.
    """
    if end_on < start_on:
        return -working_days_between(end_on, start_on, calendar, region)
    whole_years = sum(_counts(year, calendar, region)[-1] for year in range(start_on.year, end_on.year))
    return whole_years + _through(end_on, calendar, region) - _through(start_on, calendar, region)


def _through(on: date, calendar: Calendar, region: str | None) -> int:
    """Working days of the date's year up to and with the date."""
    return _counts(on.year, calendar, region)[on.timetuple().tm_yday]


@lru_cache(maxsize=512)
def _counts(year: int, calendar: Calendar, region: str | None) -> tuple[int, ...]:
    """For each day of a year, and first for none of them, how many working days it has up to then."""
    first_on = date(year, 1, 1)
    length = (date(year, 12, 31) - first_on).days + 1
    days = (is_working_day(first_on + _DAY * at, calendar, region) for at in range(length))
    return tuple(accumulate(days, initial=0))
