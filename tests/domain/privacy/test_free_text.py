"""Protected values are found in free text in whatever spelling, and ordinary words of an order never are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worksorders.domain.privacy.free_text import REPLACEMENT, Shape, grams, needles, repeats, without

HOME = frozenset().union(
    needles(Shape.NAME, "Hinemoa Canary-Tūhoe"),
    needles(Shape.NAME, "Rose O’Connell; Mei Ling"),
    needles(Shape.PHONE, "+6421555010"),
    needles(Shape.PHONE, "04 555 0199"),
    needles(Shape.ADDRESS, "Flat 2, 12A Kōwhai Street, Ōtaki 5512"),
    needles(Shape.MAIL, "hine.moa@example.nz"),
    needles(Shape.CODE, "AL-99317X"),
    needles(Shape.CODE, "4821"),
    needles(Shape.WORDS, "Call her sister on 027 555 0222 after six"),
    needles(Shape.POINT, "-40.7581234,175.1456789"),
)


@pytest.mark.parametrize(
    "text",
    [
        "Spoke to Hinemoa today", "HINEMOA was out", "h i n e m o a", "Hine moa was out", "hinemoa's key",
        "Ms Tuhoe", "TŪHOE, Hinemoa", "hinemoacanarytuhoe", "Hin\u200bemoa", "Ｈｉｎｅｍｏａ",
        "Rose O'Connell", "OConnell said yes", "Mei  Ling",
        "021 555 010", "021-555-010", "+64 21 555 010", "0064 21 555010", "(021) 555010", "21555010", "64 (0)21 555 010",
        "O21 555 O1O", "oh two one triple five oh one zero", "ph021555010ok", "0 2 1 5 5 5 0 1 0",
        "04 555 0199", "call 555 0199", "+64-4-555-0199", "027 555-0222",
        "12 Kowhai St", "12 Kōwhai Street", "12A kowhai street", "12 a Kowhai", "2/12 KOWHAI", "12, Kōwhai",
        "at Kowhai St", "Flat 2 12a Kowhai str.", "no 12 in Otaki", "12, Ōtaki",
        "hine.moa@example.nz", "HINE.MOA @ EXAMPLE . NZ", "hinemoa at example nz", "AL 99317 X", "al99317x",
        "key safe 4821", "code is 4 8 2 1", "4821", "-40.758123, 175.145678",
    ],
)  # fmt: skip
def test_every_spelling_of_a_protected_value_is_found(text):
    assert repeats(text, HOME)


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "Fit two solid wood doors and rekey the front lock.", "WO-4821-KX rekeyed", "Invoice 4821 for $4,821.00",
        "Rose bushes cut back from the window", "12 hinges fitted in the hallway", "120 screws, 12 stays", "12 doors in Ōtaki",
        "Otaki and Levin are both on the route", "native kōwhai timber", "order 21 555 lines", "$21,555.00 and 10 more",
        "done on 12/11/2026 at 04:55", "There's a gap, is a new pane needed?", "street lights are dim",
        "visit 2026-11-22 12:00", "R-VBVTK-P07J", "4 windows, 8 stays, 21 screws",
    ],
)  # fmt: skip
def test_ordinary_text_of_an_order_is_no_hit(text):
    assert not repeats(text, HOME)


def test_a_name_that_english_makes_of_little_words_needs_to_stand_as_one():
    protected = needles(Shape.NAME, "Theresa Isa")
    assert not repeats("There's a crack, is a pane in stock?", protected)
    assert repeats("theresa said so", protected)
    assert repeats("isa said so", protected)


def test_the_name_of_an_organisation_counts_only_as_a_whole():
    protected = needles(Shape.FULL_NAME, "Kāinga Ora Homes")
    assert repeats("asked KAINGA ORA HOMES", protected)
    assert not repeats("two homes are done", protected)


def test_values_too_short_to_mean_anything_give_nothing():
    assert not needles(Shape.NAME, "Tū") | needles(Shape.PHONE, "12") | needles(Shape.CODE, "7")
    assert not needles(Shape.ADDRESS, "") | needles(Shape.MAIL, "") | needles(Shape.WORDS, "ring twice")


def test_what_was_found_is_replaced_and_the_rest_stays():
    text = "Rekeyed 12 Kōwhai St for Hinemoa, ring 021 555 010; 2 locks."
    found = grams(text)
    places = [place for needle in HOME & found.keys() for place in found[needle]]
    clean = without(text, places)
    assert clean == f"Rekeyed {REPLACEMENT} for {REPLACEMENT}, ring {REPLACEMENT}; 2 locks."
    assert not repeats(clean, HOME)


SEPARATORS = st.sampled_from(["", " ", "-", ".", " - ", "\u00a0"])


@settings(max_examples=40)
@given(st.lists(SEPARATORS, min_size=10, max_size=10), st.sampled_from(["0", "+64", "0064", "64"]))
def test_a_phone_is_found_however_its_digits_are_set_apart(gaps, prefix):
    text = prefix + "".join(f"{gap}{digit}" for gap, digit in zip(gaps, "21555010", strict=False))
    assert repeats(f"ring {text} please", HOME)


@settings(max_examples=40)
@given(st.text(max_size=200))
def test_any_text_at_all_can_be_cut_and_cleaned(text):
    found = grams(text)
    assert without(text, []) == text
    for places in found.values():
        for start, end in places:
            assert 0 <= start <= end <= len(text)
