"""Kinds and safe times as a coordinator reads them."""

from __future__ import annotations

import pytest

from web.coordinator.words import kind_words, safe_times


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("540-720,780-930", "9:00 am to 12:00 pm, 1:00 pm to 3:30 pm"),
        ("0-1440", "midnight to midnight"),
        ("", ""),
    ],
)
def test_safe_times_are_told_by_the_clock(stored, text):
    assert safe_times(stored) == text


def test_kinds_of_opening_are_phrases():
    assert kind_words("garage_internal_door") == "Garage internal door"
    assert kind_words("person") == "The person (alarm)"
