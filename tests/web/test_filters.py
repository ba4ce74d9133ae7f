"""Dates, times, money and deadlines are written as New Zealanders write them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import filters
from worksorders.domain.money import Net, parse_cents

NOW = datetime(2026, 11, 21, 2, 40, tzinfo=UTC)


def test_an_instant_is_shown_on_new_zealand_clocks():
    assert filters.nz_datetime(NOW) == "Sat 21 Nov, 3:40 pm"
    assert filters.nz_full_datetime(NOW) == "21 November 2026, 3:40 pm"
    assert filters.nz_date(datetime(2026, 6, 30, 13, 0, tzinfo=UTC)) == "1 July 2026"


@pytest.mark.parametrize(
    ("hour", "text"), [(0, "12:05 am"), (9, "9:05 am"), (12, "12:05 pm"), (23, "11:05 pm")]
)
def test_noon_and_midnight_are_twelve(hour, text):
    here = datetime(2026, 7, 1, hour, 5, tzinfo=filters.NEW_ZEALAND)
    assert filters.nz_time(here.astimezone(UTC)) == text


def test_the_hour_that_daylight_saving_repeats_is_told_by_its_instant():
    first = datetime(2027, 4, 3, 13, 30, tzinfo=UTC)
    assert filters.nz_time(first) == filters.nz_time(first + timedelta(hours=1)) == "2:30 am"


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        filters.nz_datetime(datetime(2026, 11, 21, 2, 40))


def test_a_plain_day_stays_that_day():
    assert filters.nz_date(date(2026, 2, 6)) == "6 February 2026"
    assert filters.nz_short_date(date(2026, 2, 6)) == "Fri 6 Feb"


@pytest.mark.parametrize(
    "name", ["nz_date", "nz_datetime", "money", "minutes", "quantity", "percent", "phone"]
)
def test_nothing_is_shown_as_a_dash(name):
    assert filters.FILTERS[name](None) == "–"


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "$0.00"), (5, "$0.05"), (123450, "$1,234.50"), (-360000000, "−$3,600,000.00")]
)
def test_money_has_dollars_commas_and_two_decimals(cents, text):
    assert filters.money(cents) == filters.money(Net(cents)) == text


@given(st.integers(-(10**12), 10**12))
def test_money_that_is_shown_can_be_typed_in_again(cents):
    assert parse_cents(filters.money(cents).replace("−$", "-")) == cents


@pytest.mark.parametrize("value", [12.5, "12", True, Decimal("1.5")])
def test_money_that_is_not_whole_cents_is_refused(value):
    with pytest.raises(TypeError):
        filters.money(value)


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (80, "1 h 20 min"), (-15, "−15 min")]
)
def test_minutes_become_hours(minutes, text):
    assert filters.minutes(minutes) == text


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(hours=5, minutes=10), "5 h 10 min left"),
        (timedelta(days=1, hours=4, minutes=50), "1 day 4 h left"),
        (timedelta(days=3, minutes=20), "3 days left"),
        (timedelta(seconds=30), "due now"),
        (-timedelta(minutes=12), "12 min overdue"),
        (-timedelta(days=2), "2 days overdue"),
    ],
)
def test_a_deadline_says_what_is_left(left, text):
    assert filters.time_left(NOW + left, NOW) == text


@given(st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=400)))
def test_a_deadline_ahead_is_never_called_overdue(left):
    assert filters.time_left(NOW + left, NOW).endswith("left")
    assert filters.time_left(NOW - left, NOW).endswith("overdue")


def test_a_window_names_its_day_once():
    assert filters.window(NOW, NOW + timedelta(hours=2)) == "Sat 21 Nov, 3:40 pm to 5:40 pm"
    assert filters.window(NOW, NOW + timedelta(hours=12)) == "Sat 21 Nov, 3:40 pm to Sun 22 Nov, 3:40 am"


def test_days_are_near_or_counted():
    day = date(2026, 11, 21)
    said = [filters.days_from(day + timedelta(days=away), day) for away in (-2, -1, 0, 1, 5)]
    assert said == ["2 days ago", "yesterday", "today", "tomorrow", "in 5 days"]


def test_numbers_and_words_read_well():
    assert [filters.quantity(Decimal(text)) for text in ("1.5000", "2.0000", "1200")] == ["1.5", "2", "1,200"]
    assert filters.percent(Decimal("0.125")) == "12.5 %"
    assert filters.words("on_hold") == "On hold"
    assert [filters.listing(few) for few in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert (filters.plural(1, "visit"), filters.plural(2000, "visit")) == ("1 visit", "2,000 visits")
    assert filters.plural(2, "home is", "homes are") == "2 homes are"


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+64211234567", "021 123 4567"),
        ("+6491234567", "09 123 4567"),
        ("+64800733843", "0800 733 843"),
        ("+61412345678", "+61412345678"),
    ],
)
def test_phones_are_shown_as_people_dial_them(stored, shown):
    assert filters.FILTERS["phone"](stored) == shown


def test_a_trade_is_written_in_words():
    assert (filters.trade("carpenter+locksmith"), filters.trade("locksmith|handyperson")) == (
        "carpenter and locksmith",
        "locksmith or handyperson",
    )
