"""What is payable is told row by row from what is claimed, and the rows sum to it whatever was decided."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from worksorders.domain.finance.made_up import ACCEPTED, GST_WORDS, PAYABLE, Amounts, made_up
from worksorders.domain.money import GstMethod

CENTS = st.integers(-500_000, 500_000)


def test_a_rate_too_high_is_told_with_its_gst():
    rows = made_up(Amounts(119_480, 0, 1_500, 102_396, 15_359, 225, 0, 117_755))
    assert rows == (
        ("Claimed, with GST", 119_480),
        ("Disputed, before GST", -1_500),
        ("GST held or disputed", -225),
        (ACCEPTED, 117_755),
        (PAYABLE, 117_755),
    )


@settings(max_examples=60)
@given(st.tuples(*[CENTS] * 8))
def test_the_rows_sum_to_what_is_accepted_and_to_what_is_payable(amounts):
    told = Amounts(*amounts)
    rows = made_up(told)
    names = [name for name, _ in rows]
    at = names.index(ACCEPTED)
    assert sum(cents for _, cents in rows[:at]) == rows[at][1] == told.accepted_net + told.accepted_gst
    assert sum(cents for _, cents in rows[at:-1]) == rows[-1][1] == told.payable


def test_every_way_of_reckoning_gst_has_its_words():
    assert {method.value for method in GstMethod} == set(GST_WORDS)
