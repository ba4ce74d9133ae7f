"""Rate cards are read exactly, and every fault of one is told at once."""

from datetime import date
from decimal import Decimal

import pytest

from catalogue.faults import FileFaultsError
from catalogue.rates import (
    card_from_catalogue,
    load_rate_card,
)


def test_a_rate_card_is_read_exactly(items):
    data = "code,unit,rate_nzd_ex_gst\nLK03,each,71.2345\nWN06,m2,130\n"
    read = load_rate_card(data, items, agreement="A", version=3, valid_from=date(2026, 7, 1))
    assert read.lines["LK03"].rate == Decimal("71.2345")


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
    assert start.lines["DR01"].rate == Decimal("1050.00")
    assert len(start.lines) == len(items)
