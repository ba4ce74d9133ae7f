"""Working days pass over weekends and the public holidays of each region."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.workdays import (
    Calendar,
    add_working_days,
    is_working_day,
    public_holidays,
    working_days_between,
)

CCA = Calendar.CONSTRUCTION_CONTRACTS
some_days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    "on",
    [
        date(2026, 7, 10),
        date(2027, 6, 25),
        date(2026, 4, 27),
        date(2026, 12, 28),
        date(2027, 1, 4),
        date(2026, 2, 6),
        date(2026, 11, 21),
    ],
)
def test_matariki_observed_days_and_weekends_do_not_count(on):
    assert not is_working_day(on)
    assert not is_working_day(on, CCA)


def test_an_ordinary_monday_counts():
    assert is_working_day(date(2026, 11, 23))
    assert is_working_day(date(2026, 11, 23), CCA)


@pytest.mark.parametrize(
    ("on", "under_act"),
    [
        (date(2026, 12, 23), True),
        (date(2026, 12, 24), False),
        (date(2026, 12, 31), False),
        (date(2027, 1, 5), False),
        (date(2027, 1, 6), True),
    ],
)
def test_the_construction_contracts_act_leaves_out_24_december_to_5_january(on, under_act):
    assert is_working_day(on)
    assert is_working_day(on, CCA) is under_act


def test_twenty_working_days_over_christmas_differ_by_law():
    assert add_working_days(date(2026, 12, 10), 20) == date(2027, 1, 13)
    assert add_working_days(date(2026, 12, 10), 20, CCA) == date(2027, 1, 20)


def test_an_anniversary_day_is_left_out_only_where_it_is_asked_for():
    auckland = date(2026, 1, 26)
    assert is_working_day(auckland)
    assert not is_working_day(auckland, region="AUK")
    assert is_working_day(auckland, region="OTA")


def test_an_unknown_region_is_refused_by_name():
    with pytest.raises(ValueError, match="Atlantis"):
        public_holidays(2026, "Atlantis")


def test_zero_days_give_the_next_working_day_or_the_day_itself():
    assert add_working_days(date(2026, 11, 21), 0) == date(2026, 11, 23)
    assert add_working_days(date(2026, 11, 23), 0) == date(2026, 11, 23)


def test_negative_days_count_back_over_a_weekend():
    assert add_working_days(date(2026, 11, 23), -1) == date(2026, 11, 20)


@given(some_days, st.integers(1, 60), st.sampled_from(Calendar))
def test_counting_undoes_adding(start, days, calendar):
    end = add_working_days(start, days, calendar)
    assert is_working_day(end, calendar)
    assert working_days_between(start, end, calendar) == days
    assert working_days_between(end, start, calendar) == -days


@given(some_days, some_days, st.sampled_from(Calendar))
def test_spans_add_up(first, second, calendar):
    start, end = sorted((first, second))
    middle = start + timedelta(days=(end - start).days // 2)
    whole = working_days_between(start, end, calendar)
    assert whole == working_days_between(start, middle, calendar) + working_days_between(
        middle, end, calendar
    )
