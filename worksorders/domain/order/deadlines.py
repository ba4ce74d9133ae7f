"""How fast a home must be made safe and finished, by urgency class; figures are settings, not constants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import sunrise, sunset

from worksorders.domain.workdays import Calendar, add_working_days

LAST_MINUTE = time(23, 59)


class Urgency(StrEnum):
    """The class of an order, most urgent first."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


@dataclass(frozen=True, slots=True)
class UrgencyClass:
    """What one class promises.

    `make_safe_minutes` after raising, cut short by sunset where `before_sunset`; `make_safe_same_day` by the
    day's end but never less than the minutes; neither means no make-safe deadline.
    """

    urgency: Urgency
    meaning: str
    make_safe_minutes: int | None
    before_sunset: bool
    make_safe_same_day: bool
    permanent_working_days: int


def _defaults() -> Mapping[Urgency, UrgencyClass]:
    return MappingProxyType(
        {
            Urgency.P1: UrgencyClass(Urgency.P1, "lethal risk, home insecure now", 240, True, False, 2),
            Urgency.P2: UrgencyClass(Urgency.P2, "high risk, locks", 24 * 60, False, False, 5),
            Urgency.P3: UrgencyClass(Urgency.P3, "standard package", None, False, False, 10),
            Urgency.P4: UrgencyClass(Urgency.P4, "made-to-order items", 240, False, True, 30),
        }
    )


@dataclass(frozen=True, slots=True)
class DeadlineRules:
    """The classes in force, and the calendar in which their working days count."""

    classes: Mapping[Urgency, UrgencyClass] = field(default_factory=_defaults)
    calendar: Calendar = Calendar.GENERAL


DEFAULT_RULES = DeadlineRules()


@dataclass(frozen=True, slots=True)
class Place:
    """A region's centre (degrees) and its time zone: Pacific/Auckland, or Pacific/Chatham."""

    latitude: float
    longitude: float
    time_zone: str = "Pacific/Auckland"

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.time_zone))

    def local_date(self, at: datetime) -> date:
        return self.local(at).date()


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The chain's two instants (aware UTC): made safe by, where the class has one, and finished by."""

    make_safe_at: datetime | None
    permanent_at: datetime


def deadlines(
    urgency: Urgency, raised_at: datetime, place: Place, rules: DeadlineRules = DEFAULT_RULES
) -> Deadlines:
    """Both deadlines of an order raised at that instant."""
    return Deadlines(
        make_safe_due(urgency, raised_at, place, rules), permanent_due(urgency, raised_at, place, rules)
    )


def make_safe_due(
    urgency: Urgency, raised_at: datetime, place: Place, rules: DeadlineRules = DEFAULT_RULES
) -> datetime | None:
    """When the home must be safe for the night: for P1 4 hours, or sunset if sooner; after dark, 4 hours."""
    promise = rules.classes[urgency]
    if promise.make_safe_minutes is None:
        return None
    due = raised_at.astimezone(UTC) + timedelta(minutes=promise.make_safe_minutes)
    if promise.make_safe_same_day:
        return max(due, end_of_day(place.local_date(raised_at), place))
    if promise.before_sunset and is_daylight(raised_at, place):
        return min(due, sunset_on(place.local_date(raised_at), place))
    return due


def permanent_due(
    urgency: Urgency, raised_at: datetime, place: Place, rules: DeadlineRules = DEFAULT_RULES
) -> datetime:
    """The last minute of the last working day that the class allows, in the region's own time."""
    days = rules.classes[urgency].permanent_working_days
    return end_of_day(add_working_days(place.local_date(raised_at), days, rules.calendar), place)


def end_of_day(on: date, place: Place) -> datetime:
    """The last minute of a local day, as an instant."""
    return datetime.combine(on, LAST_MINUTE, ZoneInfo(place.time_zone)).astimezone(UTC)


# Every page with deadlines asks for the same few places and days; a region's centre does not move.
@lru_cache(maxsize=4096)
def sunset_on(on: date, place: Place) -> datetime:
    """The instant of sunset at the region's centre on a local date."""
    observer = Observer(place.latitude, place.longitude)
    return sunset(observer, on, tzinfo=ZoneInfo(place.time_zone)).astimezone(UTC)


@lru_cache(maxsize=4096)
def sunrise_on(on: date, place: Place) -> datetime:
    """The instant of sunrise at the region's centre on a local date."""
    observer = Observer(place.latitude, place.longitude)
    return sunrise(observer, on, tzinfo=ZoneInfo(place.time_zone)).astimezone(UTC)


def is_daylight(at: datetime, place: Place) -> bool:
    """Whether the sun is up at the region's centre."""
    on = place.local_date(at)
    return sunrise_on(on, place) <= at < sunset_on(on, place)


def daylight_left(at: datetime, place: Place) -> timedelta:
    """How long until sunset; nothing after dark or before sunrise."""
    if not is_daylight(at, place):
        return timedelta(0)
    return sunset_on(place.local_date(at), place) - at


class DeadlineWarning(IntEnum):
    """How much of the time is used up; the values are the per cent at which each begins."""

    NONE = 0
    HALF = 50
    NEARLY = 80
    OVERDUE = 100


WARNING_WORDS: Mapping[DeadlineWarning, str] = {
    DeadlineWarning.NONE: "on time",
    DeadlineWarning.HALF: "half of the time used",
    DeadlineWarning.NEARLY: "nearly due",
    DeadlineWarning.OVERDUE: "overdue",
}


def used_percent(raised_at: datetime, due_at: datetime, now: datetime) -> int:
    """Whole per cent of the time used, rounded down; 100 or more from the deadline on."""
    whole = (due_at - raised_at) // timedelta(seconds=1)
    used = (now - raised_at) // timedelta(seconds=1)
    if whole <= 0:
        return 100 if now >= due_at else 0
    return max(0, used * 100 // whole)


def warning_level(raised_at: datetime, due_at: datetime, now: datetime) -> DeadlineWarning:
    """The highest level reached: 50, 80 or 100 % of the time between raising and the deadline."""
    used = used_percent(raised_at, due_at, now)
    return max(level for level in DeadlineWarning if used >= level)
