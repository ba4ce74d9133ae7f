"""The chain's two clocks, its warnings, and the rules about open barriers, police flags and alarm plans."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worksorders.domain.errors import FaultsError
from worksorders.domain.order.deadlines import DeadlineWarning
from worksorders.domain.safety import alarm_response, site_flag
from worksorders.domain.safety.barrier import Closing, Day, why_not_open
from worksorders.domain.safety.chain import (
    WARNINGS,
    Clock,
    Link,
    OpeningSeen,
    VisitSeen,
    make_safe_clock,
    permanent_clocks,
)

RAISED = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@settings(max_examples=60)
@given(st.integers(1, 10**6), st.sampled_from(WARNINGS))
def test_a_step_begins_at_its_instant_and_not_a_second_before(seconds, level):
    clock = Clock(Link.MAKE_SAFE, RAISED, RAISED + timedelta(seconds=seconds))
    at = clock.instant_of(level)
    assert clock.level(at) >= level
    assert clock.level(at - timedelta(seconds=1)) < level


def test_a_clock_that_was_met_warns_of_nothing_and_one_without_time_at_once():
    met = Clock(Link.PERMANENT, RAISED, RAISED + HOUR, RAISED)
    assert met.level(RAISED + 9 * HOUR) is DeadlineWarning.NONE
    assert Clock(Link.MAKE_SAFE, RAISED, RAISED).instant_of(DeadlineWarning.HALF) == RAISED


def test_the_make_safe_clock_runs_while_anything_is_insecure_and_then_is_met():
    due = RAISED + 4 * HOUR
    insecure, secure = OpeningSeen(True, RAISED - HOUR), OpeningSeen(False, RAISED + HOUR)
    assert make_safe_clock(RAISED, due, [insecure, secure]) == Clock(Link.MAKE_SAFE, RAISED, due)
    assert make_safe_clock(RAISED, due, [secure]).met_at == RAISED + HOUR
    assert make_safe_clock(RAISED, None, [insecure]) is None


def test_a_home_opened_later_counts_from_then():
    clock = make_safe_clock(RAISED, RAISED + 30 * HOUR, [OpeningSeen(True, RAISED + 26 * HOUR)])
    assert (clock.starts_at, clock.level(RAISED + 28 * HOUR)) == (RAISED + 26 * HOUR, DeadlineWarning.HALF)


def test_making_safe_leaves_the_permanent_clock_running_and_each_deadline_of_its_own_is_watched():
    soon, late = RAISED + 48 * HOUR, RAISED + 700 * HOUR
    visits = [
        VisitSeen(True, True, RAISED + 4 * HOUR, RAISED + HOUR),
        VisitSeen(False, False, soon),
        VisitSeen(False, False, late),
    ]
    assert [clock.due_at for clock in permanent_clocks(RAISED, soon, visits)] == [soon, late]
    done = [VisitSeen(False, True, soon, RAISED + 5 * HOUR)]
    assert [clock.met_at for clock in permanent_clocks(RAISED, soon, done)] == [RAISED + 5 * HOUR]
    assert [clock.runs for clock in permanent_clocks(RAISED, soon, visits[:1])] == [True]


DAY = Day(RAISED - 10 * HOUR, RAISED + 14 * HOUR, RAISED + 7 * HOUR)


def closing(state="accepted", starts=4 * HOUR):
    return Closing(2, "locksmith", state, RAISED + starts, RAISED + starts + HOUR)


@pytest.mark.parametrize(
    ("minutes", "follows", "words"),
    [
        (180, [closing()], ()),
        (180, [closing("done", -5 * HOUR)], ()),
        (480, [], ("needs 8 h 0 min more, and 7 h 0 min are left",)),
        (180, [closing("unplanned")], ("visit 2 (locksmith)",)),
        (180, [closing("offered")], ("not accepted by anybody",)),
        (180, [closing(starts=24 * HOUR)], ("is not today",)),
        (480, [closing("unplanned")], ("needs 8 h", "not accepted")),
    ],
)
def test_a_barrier_is_taken_out_only_where_all_that_closes_it_fits_the_day(minutes, follows, words):
    reasons = why_not_open(RAISED, minutes, DAY, follows)
    assert len(reasons) == len(words)
    for reason, wanted in zip(reasons, words, strict=True):
        assert wanted.lower() in reason.lower()


TODAY = date(2026, 11, 24)


def test_a_flag_is_asked_for_set_reviewed_and_removed_in_this_order():
    flag = None
    moves = [
        ("asked", None), ("set", date(2027, 2, 1)), ("reviewed", date(2027, 6, 1)), ("removed", None), ("asked", None),
    ]  # fmt: skip
    for move, review_on in moves:
        flag = site_flag.Flag(site_flag.check_move(flag, move, TODAY, review_on, TODAY), TODAY, review_on)
    assert not flag.stands


@pytest.mark.parametrize(
    ("before", "move", "happened_on", "review_on", "fields"),
    [
        (None, "removed", TODAY, None, {"move"}),
        (None, "set", TODAY, None, {"review_on"}),
        (None, "set", TODAY, TODAY, {"review_on"}),
        (None, "asked", TODAY + timedelta(days=1), date(2027, 1, 1), {"happened_on", "review_on"}),
        ("asked", "declined", TODAY - timedelta(days=3), None, {"happened_on"}),
        (None, "nonsense", None, None, {"move", "happened_on"}),
    ],
)
def test_what_cannot_follow_is_refused_with_every_fault(before, move, happened_on, review_on, fields):
    flag = site_flag.Flag(site_flag.FlagMove(before), TODAY) if before else None
    with pytest.raises(FaultsError) as caught:
        site_flag.check_move(flag, move, happened_on, review_on, TODAY)
    assert {fault.field for fault in caught.value.faults} == fields


@pytest.mark.parametrize(
    ("reached", "reference", "words", "fields"),
    [
        (["neighbour"], "", "Ring.", {"reached"}),
        (["monitoring_centre"], " ", "", {"reference", "words"}),
        (["police", "uncle"], "", "Ring.", {"reached"}),
        (["police"], "x" * 61, "y" * 2001, {"reference", "words"}),
    ],
)
def test_an_alarm_plan_that_reaches_nobody_is_refused(reached, reference, words, fields):
    with pytest.raises(FaultsError) as caught:
        alarm_response.check_plan(reached, reference, words)
    assert {fault.field for fault in caught.value.faults} == fields


def test_an_order_with_a_monitored_alarm_needs_its_plan():
    assert alarm_response.is_alarm_line("work", "photo|live test reference")
    assert alarm_response.is_alarm_line("subscription", "")
    assert not alarm_response.is_alarm_line("work", "photo")
    assert "Pendant" in alarm_response.why_not_close(["Pendant"], has_plan=False)
    assert alarm_response.why_not_close(["Pendant"], has_plan=True) is None
    assert alarm_response.why_not_close([], has_plan=False) is None
