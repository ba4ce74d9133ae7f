"""Check digits, account forms and invoice numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.finance.facts.identifiers import (
    CheckDigit,
    check_account,
    check_ird,
    check_nzbn,
    compact_account,
    edit_distance,
    mask_account,
    normalise_number,
    show_account,
)
from worksorders.domain.finance.split.units import same_unit, standard_unit


@pytest.mark.parametrize(
    "number", ["49091850", "49098576", "35901981", "136410132", "49-091-850", "049091850"]
)
def test_right_ird_numbers(number):
    assert check_ird(number) is CheckDigit.VALID


@pytest.mark.parametrize("number", ["136410133", "9125568", "", "abc", "49091851"])
def test_wrong_ird_numbers(number):
    assert check_ird(number) is CheckDigit.INVALID


@pytest.mark.parametrize("number", ["9429039501974", "9429033591476", "9429033821733", "94 2903 9501 974"])
def test_right_business_numbers(number):
    assert check_nzbn(number) is CheckDigit.VALID


@pytest.mark.parametrize("number", ["9429039501976", "942903950197", "4006381333931", ""])
def test_wrong_business_numbers(number):
    assert check_nzbn(number) is CheckDigit.INVALID


def test_bank_accounts():
    assert check_account("01-902-0068389-00") is CheckDigit.VALID
    assert check_account("01-0242-0100194-00") is CheckDigit.VALID
    assert check_account("01-0242-0100195-00") is CheckDigit.INVALID
    assert check_account("01-0242-01001") is CheckDigit.INVALID
    assert check_account("01-9999-0100197-00") is CheckDigit.UNKNOWN_BRANCH


def test_an_account_has_one_form_however_it_is_written():
    assert {
        compact_account(text) for text in ("01-0242-0100194-00", "01 0242 0100194 000", "0102420100194000")
    } == {"0102420100194000"}
    assert show_account("01-242-100194-0") == "01-0242-0100194-000"
    assert mask_account("01-0242-0100194-00") == "…194-000"
    assert mask_account("12") == "…"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("INV-00123", "1NV123"),
        ("inv 123", "1NV123"),
        ("1NV123", "1NV123"),
        ("0045", "45"),
        ("O045", "45"),
        ("45 (copy)", "45"),
        ("COPY 45", "45"),
        ("45-REISSUE", "45"),
        ("45 Duplicate", "45"),
        ("COPYWELL-7", "C0PYWE117"),
        ("2026/11", "202611"),
        ("100", "100"),
        ("copy", "C0PY"),
        ("---", ""),
    ],
)
def test_invoice_numbers_in_one_form(number, expected):
    assert normalise_number(number) == expected


@given(st.text(alphabet="INVOIL0123 -/.()copyCOPY", max_size=14))
def test_normalising_twice_changes_nothing_more(number):
    once = normalise_number(number)
    assert normalise_number(once) == once
    assert normalise_number(number.lower()) == once


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("ABC", "ABC", 0),
        ("ABC", "ABD", 1),
        ("ABC", "AC", 1),
        ("ABC", "ACB", 2),
        ("ABC", "XYZ", 3),
        ("A", "ABCDE", 3),
        ("", "", 0),
    ],
)
def test_edit_distance_stops_above_two(one, other, distance):
    assert edit_distance(one, other) == distance


@given(st.text("AB1", max_size=6), st.text("AB1", max_size=6))
def test_edit_distance_is_symmetric_and_zero_only_for_equals(one, other):
    assert edit_distance(one, other, 6) == edit_distance(other, one, 6)
    assert (edit_distance(one, other, 6) == 0) == (one == other)


def test_units_under_their_many_names():
    assert {standard_unit(name) for name in ("EA", "each", "H87", "C62", " Each ")} == {"each"}
    assert standard_unit("Doors") == "door"
    assert standard_unit("visits") == "visit"
    assert same_unit("EA", "door")
    assert same_unit("MTK", "m2")
    assert not same_unit("m2", "m")
    assert not same_unit("door", "each")
    assert not same_unit("each", "m2")
