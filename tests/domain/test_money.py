"""Money is exact: rounding, kinds of amount that do not mix, and GST by day."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.money import (
    Gross,
    Gst,
    GstMethod,
    MoneyError,
    Net,
    Rounding,
    allowed_gst,
    exact,
    format_cents,
    format_rate,
    gst_cents,
    gst_method_of,
    gst_rate_on,
    line_cents,
    parse_cents,
    plain_cents,
    quantity,
    rate,
    round_cents,
    spread_cents,
)

FIFTEEN = Decimal("0.1500")
cents = st.integers(-(10**11), 10**11)


@pytest.mark.parametrize(
    "make", [Net, Gst, Gross, rate, quantity, exact, format_cents, round_cents, parse_cents]
)
def test_a_float_is_an_error_everywhere(make):
    with pytest.raises(TypeError):
        make(1.5)


def test_true_is_not_one_cent():
    with pytest.raises(TypeError):
        Net(True)
    with pytest.raises(TypeError):
        rate(True)


@pytest.mark.parametrize(
    ("value", "up", "down"), [("0.5", 1, 0), ("-0.5", -1, 0), ("1.5", 2, 1), ("1.51", 2, 2), ("2.4999", 2, 2)]
)
def test_half_a_cent_is_kept_or_dropped(value, up, down):
    assert round_cents(Decimal(value)) == up
    assert round_cents(Decimal(value), Rounding.HALF_DOWN) == down


def test_an_infinite_amount_is_refused():
    with pytest.raises(MoneyError):
        round_cents(Decimal("Infinity"))
    with pytest.raises(MoneyError, match="NaN"):
        exact("NaN")


def test_rates_keep_four_places_and_lose_none():
    assert str(rate("12.5")) == "12.5000"
    assert str(rate(3)) == "3.0000"
    with pytest.raises(MoneyError, match=r"12\.00001"):
        rate("12.00001")
    with pytest.raises(MoneyError, match="dozen"):
        quantity("dozen")


def test_net_gst_and_gross_do_not_mix():
    with pytest.raises(TypeError):
        Net(100) + Gross(100)
    with pytest.raises(TypeError):
        assert Net(1) < Gst(2)


def test_currencies_do_not_mix():
    with pytest.raises(MoneyError, match="AUD"):
        Net(100) + Net(100, "AUD")
    with pytest.raises(MoneyError, match="nzd"):
        Net(1, "nzd")


@given(cents, cents)
def test_what_is_added_can_be_taken_off_again(net, more):
    assert Net(net) + Net(more) - Net(more) == Net(net)
    assert -Net(net) == Net(-net)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2010, 9, 30), "0.1250"),
        (date(2010, 10, 1), "0.1500"),
        (date(2026, 11, 21), "0.1500"),
        (date(1986, 10, 1), "0.1000"),
    ],
)
def test_the_gst_rate_follows_its_date(on, expected):
    assert gst_rate_on(on) == Decimal(expected)


def test_there_was_no_gst_before_october_1986():
    with pytest.raises(MoneyError, match="1986"):
        gst_rate_on(date(1986, 9, 30))


def test_the_four_allowed_amounts_can_all_differ():
    lines = [(10, FIFTEEN), (10, FIFTEEN), (10, FIFTEEN)]
    assert dict(allowed_gst(lines)) == {
        GstMethod.TOTAL_HALF_UP: 5,
        GstMethod.TOTAL_HALF_DOWN: 4,
        GstMethod.LINE_HALF_UP: 6,
        GstMethod.LINE_HALF_DOWN: 3,
    }
    assert [gst_method_of(charged, lines) for charged in (2, 3, 4, 5, 6, 7)] == [
        None,
        GstMethod.LINE_HALF_DOWN,
        GstMethod.TOTAL_HALF_DOWN,
        GstMethod.TOTAL_HALF_UP,
        GstMethod.LINE_HALF_UP,
        None,
    ]


def test_lines_of_two_rates_are_rounded_for_each_rate():
    lines = [(1010, FIFTEEN), (5000, Decimal("0.0000"))]
    assert allowed_gst(lines)[GstMethod.TOTAL_HALF_UP] == 152
    assert allowed_gst(lines)[GstMethod.TOTAL_HALF_DOWN] == 151


@given(st.lists(st.tuples(st.integers(-100_000, 100_000), st.just(FIFTEEN)), max_size=8))
def test_every_allowed_amount_stays_within_half_a_cent_a_line(lines):
    true = sum((Decimal(net) * FIFTEEN for net, _ in lines), Decimal(0))
    for amount in allowed_gst(lines).values():
        assert abs(Decimal(amount) - true) <= Decimal("0.5") * max(1, len(lines))
        assert gst_method_of(amount, lines) is not None


@given(cents)
def test_a_credit_is_the_exact_negative(net):
    for how in Rounding:
        assert gst_cents(-net, FIFTEEN, how) == -gst_cents(net, FIFTEEN, how)


@pytest.mark.parametrize(
    ("units", "price", "expected"), [("3", "12.3450", 3704), ("0.5", "0.01", 1), (2, 7, 1400)]
)
def test_a_line_is_quantity_times_rate_rounded_half_up(units, price, expected):
    assert line_cents(units, price) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [(123450, "$1,234.50"), (-500, "-$5.00"), (0, "$0.00"), (7, "$0.07"), (360000000, "$3,600,000.00")],
)
def test_money_reads_as_in_new_zealand(value, text):
    assert format_cents(value) == text
    assert str(Net(value)) == text
    assert parse_cents(text) == value


def test_other_currencies_show_their_code():
    assert format_cents(123450, "AUD") == "AUD 1,234.50"
    assert plain_cents(-123450) == "-1234.50"


@given(cents)
def test_what_is_written_is_read_back(value):
    assert parse_cents(format_cents(value)) == value
    assert parse_cents(plain_cents(value)) == value


@pytest.mark.parametrize("text", ["", "abc", "1.234", "1,23.00", "12.", "--1", "1e5", "١٢"])
def test_what_is_no_amount_is_refused_by_name(text):
    with pytest.raises(MoneyError, match=r"1,234\.50"):
        parse_cents(text)


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_shares_sum_exactly_and_stay_within_a_cent_of_fair(total, weights):
    shares = spread_cents(total, weights)
    assert sum(shares) == total
    if sum(weights):
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share * sum(weights) - total * weight) < sum(weights)


def test_cents_over_no_lines_are_refused():
    assert spread_cents(0, []) == ()
    with pytest.raises(MoneyError):
        spread_cents(1, [])


def test_a_number_too_large_for_exact_money_is_refused():
    assert exact("999999999999.9999") == Decimal("999999999999.9999")
    with pytest.raises(MoneyError, match="too large"):
        exact(10**12)


@pytest.mark.parametrize(
    ("rate", "unit", "text"),
    [
        ("87.5000", "", "$87.50"), ("1050.0000", "each", "$1,050.00 each"), ("1.2345", "sash", "$1.2345 per sash"),
        ("0.0000", "", "$0.00"), ("12.345", "", "$12.345"), ("-3.1000", "m2", "-$3.10 per m2"), ("100", "", "$100.00"),
    ],
)  # fmt: skip
def test_a_rate_shows_cents_and_more_places_only_where_it_has_them(rate, unit, text):
    assert format_rate(Decimal(rate), unit) == text


@pytest.mark.parametrize(
    ("text", "told"), [("1000000000000", "1,000,000,000,000"), ("9" * 40, "of 40 digits")]
)
def test_a_number_that_is_too_large_is_told_as_it_was_written(text, told):
    with pytest.raises(MoneyError, match=f"The quantity {told} is too large"):
        exact(text, "quantity")
