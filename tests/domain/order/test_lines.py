"""What a line of an order must be, against openings, catalogue and rate card."""

from datetime import date
from decimal import Decimal

import pytest

from catalogue.rates import card_from_catalogue
from catalogue.recommend import Recommended
from worksorders.domain.errors import FaultsError
from worksorders.domain.order.lines import LineInput, check_lines, inputs_of


def fields(lines, items, **more):
    with pytest.raises(FaultsError) as raised:
        check_lines(lines, {"o1"}, items, **more)
    return list(raised.value.by_field())


def test_good_lines_pass(items):
    card = card_from_catalogue(items, agreement="A", version=1, valid_from=date(2026, 1, 1))
    check_lines([LineInput("o1", "LK03", Decimal("1.5000"))], {"o1"}, items, card=card, on=date(2026, 11, 21))


def test_each_bad_value_is_refused_at_its_field(items):
    lines = [
        LineInput("o2", "LK03", Decimal(1)),
        LineInput("o1", "XX99", Decimal(1)),
        LineInput("o1", "LK03", Decimal(-1)),
        LineInput("o1", "LK03", Decimal("1.00001")),
        LineInput("o1", "LK03", Decimal("NaN")),
    ]
    assert fields(lines, items) == [
        "lines-0-opening_id",
        "lines-1-item_code",
        "lines-2-quantity",
        "lines-3-quantity",
        "lines-4-quantity",
    ]
    assert fields([], items) == ["lines"]


def test_an_item_without_a_rate_in_force_is_refused(items):
    card = card_from_catalogue(
        {"LK03": items["LK03"]},
        agreement="A",
        version=1,
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 6, 30),
    )
    lines = [LineInput("o1", "LK04", Decimal(1))]
    assert fields(lines, items, card=card, on=date(2026, 7, 1)) == ["lines", "lines-0-item_code"]


def test_recommended_items_become_inputs():
    recommended = Recommended("o1", "DR04", Decimal(1), ("weak lock",), "DR01")
    assert inputs_of([recommended]) == (LineInput("o1", "DR04", Decimal(1), "DR01"),)


def test_minutes_of_a_part_quantity_are_rounded_up(line):
    assert line("WN06", "window", quantity="1.5").total_minutes == 68
