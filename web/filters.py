"""Dates, times, money, durations and deadlines as New Zealanders write them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask

from web.forms.parsed_fields import phone
from worksorders.domain.money import format_rate

NEW_ZEALAND = ZoneInfo("Pacific/Auckland")
NONE = "–"
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def local(instant: datetime) -> datetime:
    """The instant on New Zealand's clocks; a datetime without a zone is refused."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone: instants are aware UTC.")
    return instant.astimezone(NEW_ZEALAND)


def local_today(now: datetime) -> date:
    """The calendar day in New Zealand at this instant."""
    return local(now).date()


def _day_of(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def nz_date(value: date | datetime | None) -> str:
    """`21 November 2026`."""
    if value is None:
        return NONE
    day = _day_of(value)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def nz_short_date(value: date | datetime | None) -> str:
    """`Sat 21 Nov`."""
    if value is None:
        return NONE
    day = _day_of(value)
    return f"{_DAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1][:3]}"


def nz_time(value: datetime | None) -> str:
    """`3:40 pm`."""
    if value is None:
        return NONE
    here = local(value)
    return f"{here.hour % 12 or 12}:{here.minute:02d} {'am' if here.hour < 12 else 'pm'}"


def nz_datetime(value: datetime | None) -> str:
    """`Sat 21 Nov, 3:40 pm`."""
    return NONE if value is None else f"{nz_short_date(value)}, {nz_time(value)}"


def nz_full_datetime(value: datetime | None) -> str:
    """`21 November 2026, 3:40 pm`, for records that are read years later."""
    return NONE if value is None else f"{nz_date(value)}, {nz_time(value)}"


def window(start: datetime, end: datetime) -> str:
    """`Sat 21 Nov, 9:00 am to 11:00 am`, with both days where they differ."""
    same = local(start).date() == local(end).date()
    return f"{nz_datetime(start)} to {nz_time(end) if same else nz_datetime(end)}"


def money(value: Any) -> str:
    """`$1,234.50` from whole cents, or from an amount that has `cents`; a float is refused."""
    if value is None:
        return NONE
    cents = getattr(value, "cents", value)
    if not isinstance(cents, int) or isinstance(cents, bool):
        raise TypeError(f"money takes whole cents, not {type(value).__name__} {value!r}.")
    dollars, rest = divmod(abs(cents), 100)
    return f"{'−' if cents < 0 else ''}${dollars:,}.{rest:02d}"


def quantity(value: Decimal | int | None) -> str:
    """`1.5`, `1,200`: a quantity without the zeros that its column stores."""
    if value is None:
        return NONE
    text = f"{Decimal(value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_rate(rate: Decimal, unit: str = "") -> str:
    """`$1,072.50`, or `$0.1234` where the rate has more than two decimals; with its unit `$74.20 each`."""
    return format_rate(rate, unit)


def percent(value: Decimal | None, places: int = 1) -> str:
    """`12.5 %` from the share 0.125."""
    return NONE if value is None else f"{value * 100:,.{places}f} %"


def minutes(value: int | None) -> str:
    """`1 h 20 min`, `45 min`, `2 h`."""
    if value is None:
        return NONE
    hours, rest = divmod(abs(value), 60)
    parts = [f"{hours} h"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} min")
    return ("−" if value < 0 else "") + " ".join(parts)


def span(length: timedelta) -> str:
    """A length of time in the two largest units that matter: `3 days 4 h`, `5 h 10 min`, `12 min`."""
    total = int(abs(length).total_seconds()) // 60
    days, rest = divmod(total, 24 * 60)
    if not days:
        return minutes(rest)
    hours = f" {rest // 60} h" if rest >= 60 else ""
    return f"{days} {'day' if days == 1 else 'days'}{hours}"


def time_left(due_at: datetime | None, now: datetime) -> str:
    """`5 h 10 min left`, `due now`, `2 days 3 h overdue`, or `no deadline`."""
    if due_at is None:
        return "no deadline"
    left = due_at - now
    if abs(left) < timedelta(minutes=1):
        return "due now"
    return f"{span(left)} {'left' if left > timedelta(0) else 'overdue'}"


def days_from(day: date, today: date) -> str:
    """`today`, `tomorrow`, `in 3 days`, `2 days ago`."""
    away = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if away in near:
        return near[away]
    return f"in {away} days" if away > 0 else f"{-away} days ago"


def words(value: object) -> str:
    """`On hold` from `on_hold` or `ON-HOLD`: a code as a phrase, for values that have no label of their own."""
    text = str(value).replace("_", " ").replace("-", " ").strip().lower()
    return text[:1].upper() + text[1:]


def trade(value: str) -> str:
    """`carpenter and locksmith` from `carpenter+locksmith`, `a or b` from `a|b`."""
    return value.replace("|", " or ").replace("+", " and ").replace("_", " ")


def listing(values: Iterable[object]) -> str:
    """`a, b and c`."""
    items = [str(value) for value in values]
    return items[0] if len(items) == 1 else " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 visit`, `3 visits`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def iso(value: date | datetime) -> str:
    """The machine's form for `<time datetime>`: UTC for instants."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat()


FILTERS = {
    function.__name__: function
    for function in (
        nz_date,
        nz_short_date,
        nz_time,
        nz_datetime,
        nz_full_datetime,
        money,
        quantity,
        unit_rate,
        percent,
        minutes,
        span,
        time_left,
        days_from,
        words,
        trade,
        listing,
        plural,
        phone,
        iso,
    )
}


def init_app(app: Flask) -> None:
    """Make the filters known to templates, and `window` as a function of two instants."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["window"] = window
