"""What is typed finds an address whatever its macrons, case and abbreviations, and never by a number alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.address_words import SHORT_FORMS, fold, kept_words, number_of, query_of, words_of


def matches(typed: str, *parts: str) -> bool:
    """What PostgreSQL does with the query, in words."""
    query = query_of(typed)
    kept = set(kept_words(parts))
    terms = query.split(" & ") if query else []
    return bool(terms) and all(
        any(word.startswith(term[:-2]) for word in kept) if term.endswith(":*") else term in kept
        for term in terms
    )


@pytest.mark.parametrize(
    "typed",
    [
        "12a kowhai st whangarei",
        "12A Kōwhai Street, Whangārei",
        "12a Kowhai str",
        "12 kōwhai stre",
        "kowhai st whanga",
        "flat 12a kowhai street",
        "KOWHAI",
    ],
)
def test_an_address_is_found_by(typed):
    assert matches(typed, "12A", "Kōwhai Street", "", "Whangārei")


@pytest.mark.parametrize(
    "typed", ["12b kowhai st", "1 kowhai", "12a kowhai rd", "12", "12a", "ko", "", "   ", "&:*!"]
)
def test_an_address_is_not_found_by(typed):
    assert not matches(typed, "12A", "Kōwhai Street", "", "Whangārei")


def test_flats_saints_mounts_and_apostrophes():
    assert matches("unit 2, 14 oneill", "2/14", "O’Neill Street", "", "Taupō")
    assert matches("3 saint helens", "3", "St Helens Road", "", "Taupō")
    assert matches("3 mount view rd", "3", "Mt View Road", "", "Taupō")
    assert matches("3 state highway 5", "3", "SH 5", "", "Taupō")


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12a kowhai", 12), ("2/14 kowhai", 14), ("flat 2, 14 kowhai", 14), ("kowhai", None), ("kowhai 5", 5)],
)
def test_the_house_number_is_the_last_before_the_street(typed, number):
    assert number_of(typed) == number


@given(st.text(max_size=60))
def test_a_query_holds_letters_and_digits_alone(typed):
    assert set(query_of(typed)) <= set("abcdefghijklmnopqrstuvwxyz0123456789 &:*")
    assert all(word == fold(word) and word.isascii() for word in words_of(typed))


def test_every_short_form_is_found_by_its_long_one_and_the_other_way_round():
    for short, longs in SHORT_FORMS.items():
        for long in longs:
            assert short in kept_words((long,))
            assert long in kept_words((short,))
