"""Codes are read as people write them, and a wrong one is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.codes import ALPHABET, PREFIXES, CodeError, new_code, read_code

codes = st.builds(new_code, st.sampled_from(PREFIXES), st.binary(min_size=16, max_size=32))


@given(codes)
def test_a_code_reads_back_however_it_is_typed(code):
    assert read_code(code) == code
    assert read_code(code.lower().replace("-", " ")) == code
    assert read_code(f"  {code.replace('-', '')} ", code[0]) == code


@given(codes, st.data())
def test_one_wrong_sign_is_found(code, data):
    place = data.draw(st.sampled_from([i for i, sign in enumerate(code) if sign != "-" and i]))
    other = data.draw(st.sampled_from(ALPHABET.replace(code[place], "")))
    with pytest.raises(CodeError, match="mistyped"):
        read_code(code[:place] + other + code[place + 1 :])


@given(codes, st.data())
def test_two_swapped_signs_are_found(code, data):
    signs = list(code.replace("-", ""))
    first, second = data.draw(
        st.tuples(st.integers(1, 8), st.integers(1, 8)).filter(lambda pair: signs[pair[0]] != signs[pair[1]])
    )
    signs[first], signs[second] = signs[second], signs[first]
    with pytest.raises(CodeError, match="mistyped"):
        read_code("".join(signs))


@given(codes)
def test_another_prefix_is_another_code(code):
    other = next(prefix for prefix in PREFIXES if prefix != code[0])
    with pytest.raises(CodeError):
        read_code(other + code[1:])
    with pytest.raises(CodeError, match="something else"):
        read_code(code, other)


@pytest.mark.parametrize("text", ["", "W", "W-7KQC-2MHT", "W-7KQC-2MHTDD", "1-7KQC-2MHTD", "W-7KQC-2MHTO"])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(CodeError, match="is not a code"):
        read_code(text)


@given(st.lists(st.binary(min_size=16, max_size=16), min_size=2, max_size=50, unique_by=lambda b: b[10:]))
def test_different_randomness_gives_different_codes(many):
    numbers = {int.from_bytes(randomness, "big") % 23**8 for randomness in many}
    assert len({new_code("W", randomness) for randomness in many}) == len(numbers)


def test_the_alphabet_has_no_vowels_and_no_look_alikes():
    assert len(set(ALPHABET)) == 23
    assert not set(ALPHABET) & set("AEIOU01L5S8BZ")


def test_too_little_randomness_or_an_unknown_prefix_is_refused():
    with pytest.raises(ValueError, match="15 random bytes"):
        new_code("W", bytes(15))
    with pytest.raises(ValueError, match="prefix"):
        new_code("Z", bytes(16))
