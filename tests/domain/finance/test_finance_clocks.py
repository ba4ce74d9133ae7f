"""Payment terms and payment claims."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from worksorders.domain.finance.clocks import (
    ClaimAlarm,
    Terms,
    claim_clock,
    local_date,
    payment_clock,
    share_in_time,
)

RECEIVED = datetime(2026, 11, 16, 22, 0, tzinfo=UTC)


def test_the_day_is_new_zealand_s():
    assert local_date(RECEIVED) == date(2026, 11, 17)
    assert local_date(datetime(2026, 6, 16, 11, 59, tzinfo=UTC)) == date(2026, 6, 16)
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 11, 16))


def test_both_terms_are_measured():
    terms = Terms()
    assert (terms.days_for(e_invoice=True), terms.days_for(e_invoice=False)) == (5, 10)


def test_an_e_invoice_is_due_in_five_business_days():
    clock = payment_clock(RECEIVED, 5, date(2026, 11, 24))
    assert (clock.received_on, clock.due_on) == (date(2026, 11, 17), date(2026, 11, 24))
    assert (clock.days_used, clock.in_time) == (5, True)
    assert not payment_clock(RECEIVED, 5, date(2026, 11, 25)).in_time


def test_the_clock_stops_when_it_is_paid():
    clock = payment_clock(RECEIVED, 5, date(2026, 12, 31), paid_on=date(2026, 11, 20))
    assert (clock.days_used, clock.in_time) == (3, True)


def test_the_share_in_time_counts_what_was_paid():
    received_on = date(2026, 11, 17)
    paid = {(received_on, date(2026, 11, 20)): 3, (received_on, date(2026, 11, 30)): 1}
    assert share_in_time(paid, 5) == Decimal("0.7500")
    assert share_in_time(paid, 9) == Decimal("1.0000")
    assert share_in_time({}, 5) is None


SERVED = datetime(2026, 12, 9, 20, 0, tzinfo=UTC)


def test_a_claim_before_christmas_skips_24_december_to_5_january():
    clock = claim_clock(SERVED, date(2026, 12, 10))
    assert clock.served_on == date(2026, 12, 10)
    assert clock.schedule_due_on == date(2027, 1, 20)
    assert clock.alarms_on == (date(2027, 1, 6), date(2027, 1, 13), date(2027, 1, 18))
    assert (clock.days_gone, clock.days_left, clock.alarm) == (0, 20, ClaimAlarm.NONE)


@pytest.mark.parametrize(
    ("today", "alarm"),
    [
        (date(2027, 1, 5), ClaimAlarm.NONE),
        (date(2027, 1, 6), ClaimAlarm.FIRST),
        (date(2027, 1, 13), ClaimAlarm.SECOND),
        (date(2027, 1, 18), ClaimAlarm.LAST),
        (date(2027, 1, 20), ClaimAlarm.LAST),
        (date(2027, 1, 21), ClaimAlarm.OVERDUE),
    ],
)
def test_alarms_sound_on_working_days_10_15_and_18(today, alarm):
    assert claim_clock(SERVED, today).alarm is alarm


def test_a_schedule_in_time_silences_the_alarm_and_a_late_one_does_not():
    assert claim_clock(SERVED, date(2027, 3, 1), answered_on=date(2027, 1, 20)).alarm is ClaimAlarm.NONE
    assert claim_clock(SERVED, date(2027, 3, 1), answered_on=date(2027, 1, 21)).alarm is ClaimAlarm.OVERDUE
