"""Signs that nobody sees are found wherever they stand, and nothing that people write is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.invisible import invisible_in, is_invisible, without_invisible

UNSEEN = (
    "\u202e", "\u202a", "\u2066", "\u2069", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u061c", "\u180e", "\u2028",
    "\u034f", "\u3164", "\u2800", "\U000e0041", "\x07", "\x1b", "\ue000",
)  # fmt: skip


@pytest.mark.parametrize("sign", UNSEEN)
def test_a_sign_that_nobody_sees_is_named_with_its_place(sign):
    told = invisible_in(f"Mere{sign} Tūhoe")
    assert "after “e”" in told
    assert f"U+{ord(sign):04X}" in told
    assert sign not in told
    assert without_invisible(f"Me{sign}re") == "Mere"


def test_its_place_is_told_where_no_letter_stands_before_it():
    assert "at place 1 " in invisible_in("\u200bMere")
    assert "at place 3 " in invisible_in("- \u200bMere")


@pytest.mark.parametrize(
    "text",
    [
        "Kōwhai Street",
        "12/3 “quoted” – dash",
        "first\r\nsecond\tthird",
        "M\u00a0x",
        "naïve café",
        "٣٤",
        "李 雷",
        "🏠",
    ],
)
def test_what_people_write_is_left_alone(text):
    assert invisible_in(text) == ""
    assert without_invisible(text) == text


@given(st.text(max_size=40))
def test_nothing_is_told_exactly_where_nothing_is_taken_out(text):
    left = without_invisible(text)
    assert (left == text) is (invisible_in(text) == "")
    assert not any(map(is_invisible, left))
