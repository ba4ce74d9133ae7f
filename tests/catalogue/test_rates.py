from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.faults import FileFaultsError
from catalogue.rates import (
    NoRateError,
    RateCard,
    card_from_catalogue,
    card_in_force,
    load_rate_card,
    overlapping,
)

days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def card(first, last, agreement="A", version=1):
    return RateCard(agreement, version, first, last, {})


@given(days, st.none() | days, days, st.none() | days)
def test_cards_overlap_exactly_where_a_day_is_in_both(start_a, end_a, start_b, end_b):
    a, b = (
        card(start_a, max(start_a, end_a) if end_a else None),
        card(start_b, max(start_b, end_b) if end_b else None),
    )
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(366)]
    shared = any(a.in_force_on(day) and b.in_force_on(day) for day in year)
    assert a.overlaps(b) is shared
    assert b.overlaps(a) is shared


def test_cards_of_two_agreements_never_overlap():
    assert overlapping([card(date(2026, 1, 1), None), card(date(2026, 1, 1), None, "B")]) == ()
    assert len(overlapping([card(date(2026, 1, 1), None), card(date(2026, 6, 1), None, version=2)])) == 1


def test_the_card_in_force_is_found_by_agreement_and_day():
    old, new = card(date(2025, 1, 1), date(2025, 12, 31)), card(date(2026, 1, 1), None, version=2)
    assert card_in_force([old, new], "A", date(2025, 12, 31)) is old
    assert card_in_force([old, new], "A", date(2026, 1, 1)) is new
    with pytest.raises(NoRateError, match="2024-12-31"):
        card_in_force([old, new], "A", date(2024, 12, 31))


def test_a_rate_card_is_read_exactly(items):
    data = "code,unit,rate_nzd_ex_gst\nLK03,each,71.2345\nWN06,m2,130\n"
    read = load_rate_card(data, items, agreement="A", version=3, valid_from=date(2026, 7, 1))
    assert read.rate_of("LK03").rate == Decimal("71.2345")
    with pytest.raises(NoRateError, match="no rate for LK04"):
        read.rate_of("LK04")


def test_every_fault_of_a_rate_card_is_listed(items):
    data = "code,unit,rate_nzd_ex_gst\nLK03,hour,x\nXX99,each,1\nLK03,each,70\n"
    with pytest.raises(FileFaultsError) as raised:
        load_rate_card(
            data, items, agreement="A", version=1, valid_from=date(2026, 7, 1), valid_to=date(2026, 6, 30)
        )
    assert [(fault.line, fault.column) for fault in raised.value.faults] == [
        (0, "valid_to"),
        (2, "rate_nzd_ex_gst"),
        (2, "unit"),
        (3, "code"),
        (4, "code"),
    ]


def test_a_first_card_takes_the_catalogues_estimates(items):
    start = card_from_catalogue(items, agreement="A", version=1, valid_from=date(2026, 7, 1))
    assert start.rate_of("DR01").rate == Decimal("1050.00")
    assert len(start.lines) == len(items)
