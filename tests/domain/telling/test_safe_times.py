"""Safe hours, the duty roster's gaps and overlaps, and the code words: pure rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.telling import calls, code_words
from worksorders.domain.telling.linter import find_faults
from worksorders.domain.telling.roster import Turn, find_gaps, find_overlaps, stretch
from worksorders.domain.telling.safe_times import SafeWay, is_safe_time, next_safe_time, parse_hours

TEN = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)  # 10 am on Tuesday 24 November 2026 in New Zealand
HOUR = timedelta(hours=1)
REGIONS = ("Auckland", "Otago")

windows = st.tuples(st.integers(0, 1380), st.integers(1, 60)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(
    st.lists(windows, min_size=1, max_size=3),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),
)
def test_the_next_safe_time_is_safe_and_not_before_now(hours, at):
    found = next_safe_time(hours, at)
    assert found is not None
    assert found >= at
    assert is_safe_time(hours, found)
    assert found - at <= timedelta(days=2)


def test_a_window_ends_before_its_last_minute_and_none_means_never():
    assert is_safe_time([(600, 601)], TEN)
    assert not is_safe_time([(540, 600)], TEN)
    assert next_safe_time((), TEN) is None
    assert next_safe_time([(540, 541)], TEN) == TEN + 23 * HOUR


@pytest.mark.parametrize("text", ["", "600", "600-540", "-1-5", "0-1441", "a-b"])
def test_windows_that_are_none_are_refused(text):
    with pytest.raises(ValueError):
        parse_hours(text)


def test_nothing_may_be_sent_by_default_or_without_somebody_having_made_sure():
    assert SafeWay().message_channel is None
    assert not SafeWay().may_call
    assert SafeWay("sms", ((0, 1440),), verified=False).message_channel is None
    assert SafeWay("sms", ((0, 1440),), verified=True).message_channel == "sms"
    assert SafeWay("advocate", ((0, 1440),), verified=True).message_channel is None


def turn(starts, hours, *, region=None, rank=1, who="Mere"):
    return Turn(who, region, rank, TEN + starts * HOUR, TEN + (starts + hours) * HOUR)


def test_gaps_are_found_for_the_country_and_for_single_regions():
    turns = [turn(-2, 6), turn(6, 4, region="Otago"), turn(8, 16)]
    gaps = find_gaps(turns, REGIONS, TEN, TEN + 12 * HOUR)
    assert [(gap.starts_at, gap.ends_at, gap.regions) for gap in gaps] == [
        (TEN + 4 * HOUR, TEN + 6 * HOUR, ("Otago",)),
        (TEN + 4 * HOUR, TEN + 8 * HOUR, ("Auckland",)),
    ]
    (whole,) = find_gaps([], REGIONS, TEN, TEN + HOUR)
    assert whole.regions == ()


def test_two_of_one_rank_and_region_overlap_and_others_do_not():
    first, second = turn(0, 8), turn(7, 8, who="Tama")
    (found,) = find_overlaps([second, first, turn(0, 8, rank=2), turn(0, 8, region="Otago"), turn(15, 2)])
    assert (found.first, found.second) == (first, second)


def test_a_night_ends_on_the_next_morning_also_where_the_clocks_change():
    begins, ends = stretch(date(2026, 11, 24), "night")
    assert ends - begins == 12 * HOUR
    begins, ends = stretch(date(2026, 9, 26), "night")  # clocks go forward
    assert ends.astimezone(UTC) - begins.astimezone(UTC) == 11 * HOUR


def test_code_words_are_many_single_and_neutral():
    assert len(set(code_words.WORDS)) == len(code_words.WORDS) >= 300
    assert [word for word in code_words.WORDS if find_faults(word)] == []
    assert code_words.word_at(10**9) in code_words.WORDS


def test_every_kind_of_call_has_an_outcome_that_ends_it():
    for kind in calls.KINDS.values():
        assert any(outcome.ends for outcome in kind.outcomes)
        assert len(dict(kind.choices())) == len(kind.outcomes)
