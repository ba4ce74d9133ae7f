"""By when a home must be made safe and be finished, by urgency, working days and region."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from astral import Observer
from astral.sun import elevation
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.order.deadlines import (
    DEFAULT_RULES,
    DeadlineWarning,
    Place,
    Urgency,
    daylight_left,
    deadlines,
    is_daylight,
    make_safe_due,
    permanent_due,
    sunrise_on,
    sunset_on,
    used_percent,
    warning_level,
)

AUCKLAND = Place(-36.85, 174.76)
CHATHAM = Place(-43.95, -176.55, "Pacific/Chatham")
PLACES = st.sampled_from([AUCKLAND, CHATHAM, Place(-46.41, 168.35), Place(-38.66, 178.02)])
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))


def auckland(*parts):
    return datetime(*parts, tzinfo=ZoneInfo("Pacific/Auckland"))


def test_p1_in_the_morning_has_four_hours():
    assert make_safe_due(Urgency.P1, auckland(2026, 11, 23, 9, 0), AUCKLAND) == auckland(2026, 11, 23, 13, 0)


def test_p1_late_in_a_winter_day_has_until_sunset():
    due = make_safe_due(Urgency.P1, auckland(2026, 6, 22, 15, 40), AUCKLAND)
    assert due == sunset_on(date(2026, 6, 22), AUCKLAND)
    assert auckland(2026, 6, 22, 17, 5) < due < auckland(2026, 6, 22, 17, 20)


@pytest.mark.parametrize("hour", [2, 22])
def test_p1_after_dark_has_four_hours(hour):
    raised = auckland(2026, 6, 22, hour, 0)
    assert make_safe_due(Urgency.P1, raised, AUCKLAND) == raised + timedelta(hours=4)


def test_the_other_classes_keep_their_promise():
    raised = auckland(2026, 11, 23, 9, 0)
    assert make_safe_due(Urgency.P2, raised, AUCKLAND) == auckland(2026, 11, 24, 9, 0)
    assert make_safe_due(Urgency.P3, raised, AUCKLAND) is None
    assert make_safe_due(Urgency.P4, raised, AUCKLAND) == auckland(2026, 11, 23, 23, 59)


def test_an_interim_measure_asked_for_at_midnight_still_has_four_hours():
    raised = auckland(2026, 11, 23, 23, 30)
    assert make_safe_due(Urgency.P4, raised, AUCKLAND) == auckland(2026, 11, 24, 3, 30)


@pytest.mark.parametrize(
    ("urgency", "day"),
    [("P1", (2026, 12, 24)), ("P2", (2026, 12, 31)), ("P3", (2027, 1, 11)), ("P4", (2027, 2, 9))],
)
def test_permanent_deadlines_count_working_days_over_the_holidays(urgency, day):
    due = permanent_due(Urgency(urgency), auckland(2026, 12, 22, 9, 0), AUCKLAND)
    assert due == auckland(*day, 23, 59)


def test_the_day_is_the_regions_own():
    instant = datetime(2026, 11, 23, 10, 45, tzinfo=UTC)
    assert CHATHAM.local_date(instant) == date(2026, 11, 24)
    assert permanent_due(Urgency.P1, instant, CHATHAM) > permanent_due(Urgency.P1, instant, AUCKLAND)


@given(PLACES, INSTANTS)
def test_the_sun_is_up_exactly_between_sunrise_and_sunset(place, at):
    on = place.local_date(at)
    near = min(abs(at - sunrise_on(on, place)), abs(at - sunset_on(on, place)))
    if near > timedelta(minutes=10):
        assert is_daylight(at, place) is (elevation(Observer(place.latitude, place.longitude), at) > -0.833)
    assert place.local_date(sunset_on(on, place)) == on
    assert place.local_date(sunrise_on(on, place)) == on


@given(st.sampled_from(list(Urgency)), PLACES, INSTANTS)
def test_deadlines_lie_ahead_and_in_order(urgency, place, raised_at):
    both = deadlines(urgency, raised_at, place)
    assert both.permanent_at > raised_at
    if both.make_safe_at is not None:
        assert raised_at < both.make_safe_at < both.permanent_at
        if urgency is Urgency.P1:
            assert both.make_safe_at <= raised_at + timedelta(hours=4)


@given(PLACES, INSTANTS)
def test_daylight_left_ends_at_sunset(place, at):
    left = daylight_left(at, place)
    assert timedelta(0) <= left < timedelta(hours=17)
    assert (left > timedelta(0)) is is_daylight(at, place)


@pytest.mark.parametrize(
    ("minutes", "level"),
    [
        (0, DeadlineWarning.NONE),
        (49, DeadlineWarning.NONE),
        (50, DeadlineWarning.HALF),
        (79, DeadlineWarning.HALF),
        (80, DeadlineWarning.NEARLY),
        (99, DeadlineWarning.NEARLY),
        (100, DeadlineWarning.OVERDUE),
        (1000, DeadlineWarning.OVERDUE),
    ],
)
def test_warnings_come_at_half_four_fifths_and_the_end(minutes, level):
    raised = datetime(2026, 11, 23, tzinfo=UTC)
    due = raised + timedelta(minutes=100)
    assert warning_level(raised, due, raised + timedelta(minutes=minutes)) is level


def test_a_clock_before_the_raising_or_a_deadline_already_past_is_no_surprise():
    raised = datetime(2026, 11, 23, tzinfo=UTC)
    assert used_percent(raised, raised + timedelta(hours=1), raised - timedelta(hours=1)) == 0
    assert used_percent(raised, raised, raised) == 100


def test_every_class_is_configured():
    assert set(DEFAULT_RULES.classes) == set(Urgency)
