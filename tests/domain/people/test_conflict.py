"""Names, phones and addresses are compared however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.people.conflict import (
    Kind,
    address_form,
    forms,
    name_form,
    name_forms,
    phone_form,
    plain,
)


@pytest.mark.parametrize(
    "name", ["Mere Tūhoe", "mere  tuhoe", "TŪHOE, Mere", "Ms Mere Tuhoe", "Mere Tu\u0304hoe", "Mére Tuhoe "]
)
def test_spellings_of_a_name_are_one(name):
    assert name_form(name) == "mere tuhoe"


def test_a_middle_name_does_not_hide_a_person():
    assert name_forms("Wiremu Hōne Parata") & name_forms("Parata, Wiremu")
    assert not name_forms("Wiremu Parata") & name_forms("Wiremu Hōne")


def test_apostrophes_and_hyphens_do_not_hide_a_person():
    assert name_form("Sean O’Brien-Smith") == name_form("sean obrien smith")


@pytest.mark.parametrize(
    "phone",
    [
        "021 555 0101",
        "(021) 555-0101",
        "+64 21 555 0101",
        "0064 21 555 0101",
        "64 21 5550101",
        "+64 (0)21 555 0101",
        "0215550101",
    ],
)
def test_forms_of_a_new_zealand_phone_are_one(phone):
    assert phone_form(phone) == "+64215550101"


def test_a_foreign_phone_keeps_its_country():
    assert phone_form("+61 412 555 010") == "+61412555010"
    assert phone_form("0061 412 555 010") == "+61412555010"


@pytest.mark.parametrize("phone", ["", "none", "111", "+64", "0" * 40])
def test_what_is_no_phone_has_no_form(phone):
    assert phone_form(phone) == ""


@pytest.mark.parametrize(
    "address",
    [
        "Flat 2, 14 Kōwhai Road, Ōtaki 5512",
        "2/14 kowhai rd, otaki",
        "Unit 2 14 KOWHAI RD. OTAKI, New Zealand",
        "2 / 14 Kōwhai Rd Ōtaki",
    ],
)
def test_spellings_of_an_address_are_one(address):
    assert address_form(address) == "2 14 kowhai road otaki"


def test_saint_stays_saint_and_street_is_written_out():
    assert address_form("5 St Johns St, Tauranga") == "5 st johns street tauranga"
    assert address_form("5 Mt Eden Rd") == "5 mt eden road"


def test_different_homes_stay_different():
    assert address_form("2/14 Kōwhai Road") != address_form("3/14 Kōwhai Road")
    assert address_form("214 Kōwhai Road") != address_form("2/14 Kōwhai Road")


@given(st.text())
def test_a_normalised_text_is_already_normal(text):
    assert plain(plain(text)) == plain(text)
    assert name_form(name_form(text)) == name_form(text)
    phone = phone_form(text)
    assert phone_form(phone) == phone
    assert all(form for kind in Kind for form in forms(kind, text))
