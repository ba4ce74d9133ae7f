"""Which changes may be asked for, in which versions, what they cost, and that splitting one gains nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.domain.order.variation import (
    Change,
    Decision,
    VariationRequest,
    VariedLine,
    apply,
    check_request,
    decide,
    difference_cents,
    extra_minutes,
)

LINE = VariedLine("l", "LK03", Decimal("70.00"), Decimal(2), Decimal(2), 1, Decimal(1))
MORE = VariationRequest(Change.CHANGE, "l", 1, Decimal(3), "a third cylinder", 1)


def fields(request, line):
    with pytest.raises(FaultsError) as raised:
        check_request(request, line)
    return list(raised.value.by_field())


def test_a_good_request_becomes_the_next_version():
    check_request(MORE, LINE)
    varied = apply(LINE, MORE)
    assert (varied.quantity, varied.original_quantity, varied.version) == (3, 2, 2)


def test_two_variations_at_once_cannot_overwrite_each_other():
    first = apply(LINE, MORE)
    with pytest.raises(RefusedError, match="version 2, this was asked on version 1"):
        apply(first, replace(MORE, quantity=Decimal(5)))


def test_an_incomplete_request_is_refused_at_its_fields():
    assert fields(replace(MORE, reason=" ", photos=0, quantity=Decimal(0)), LINE) == [
        "reason",
        "photos",
        "quantity",
    ]
    assert fields(MORE, None) == ["line_id"]
    assert fields(replace(MORE, change=Change.ADD), LINE) == ["line_id"]


@pytest.mark.parametrize("quantity", [Decimal("NaN"), Decimal(-1), Decimal(1000), Decimal("1.00001")])
def test_a_quantity_that_cannot_be_is_refused(quantity):
    assert fields(replace(MORE, quantity=quantity), LINE) == ["quantity"]


def test_what_is_done_cannot_be_taken_away():
    assert fields(replace(MORE, change=Change.REMOVE, quantity=Decimal(0)), LINE) == ["quantity"]
    check_request(
        replace(MORE, change=Change.REMOVE, quantity=Decimal(0)), replace(LINE, done_quantity=Decimal(0))
    )


def test_what_stays_the_same_is_no_change():
    assert fields(replace(MORE, quantity=Decimal(2)), LINE) == ["quantity"]


def test_nobody_waits_for_a_photo_where_the_home_cannot_be_left_secure_without_it():
    check_request(replace(MORE, photos=0, urgent=True), LINE)


@given(st.integers(0, 300), st.decimals(0, 20, places=2), st.decimals(0, 20, places=2))
def test_minutes_there_and_back_again_make_nothing(one, before, after):
    assert extra_minutes(one, before, after) == -extra_minutes(one, after, before)
    assert extra_minutes(20, Decimal("1.5"), Decimal("2.01")) == 11


def test_the_difference_is_counted_in_whole_cents():
    assert difference_cents(LINE, LINE.rate, Decimal(3)) == 7_000
    assert difference_cents(LINE, LINE.rate, Decimal(1)) == -7_000
    assert difference_cents(None, Decimal("33.3333"), Decimal(1)) == 3_333


@given(st.lists(st.integers(1, 50_000), min_size=1, max_size=8), st.integers(0, 100_000))
def test_splitting_an_increase_gains_nothing(parts, limit):
    so_far = 0
    by_rule = True
    for part in parts:
        by_rule = by_rule and decide(part, so_far, limit) is Decision.BY_RULE
        so_far += part
    assert by_rule is (decide(sum(parts), 0, limit) is Decision.BY_RULE)


def test_a_saving_never_needs_a_person():
    assert decide(-1, 10**9, 0) is Decision.BY_RULE
