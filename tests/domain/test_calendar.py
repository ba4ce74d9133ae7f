"""A calendar file is what RFC 5545 asks for and holds codes and times alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksorders.domain.telling.calendar import CalendarVisit, calendar, fold

AT = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)


def visit(code="W-7K3M", starts_at=AT, **values):
    return CalendarVisit("u1@visits", code, starts_at, starts_at + timedelta(hours=1), **values)


def test_a_visit_is_a_code_and_a_time_in_utc():
    wellington = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=13)))
    text = calendar([visit(starts_at=wellington, sequence=4)], AT)
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    event = text.partition("BEGIN:VEVENT\r\n")[2].partition("END:VEVENT")[0].split("\r\n")
    assert event == [
        "UID:u1@visits",
        "DTSTAMP:20261124T200000Z",
        "SEQUENCE:4",
        "DTSTART:20261124T200000Z",
        "DTEND:20261124T210000Z",
        "SUMMARY:Visit W-7K3M",
        "CLASS:PRIVATE",
        "TRANSP:OPAQUE",
        "",
    ]


def test_no_visit_is_a_whole_calendar_too():
    assert "VEVENT" not in calendar([], AT)


@pytest.mark.parametrize("code", ["12 Kōwhai Street", "W-1\r\nLOCATION:x", "", "-", "W" * 41, "W-1;X"])
def test_what_is_no_code_is_never_written(code):
    with pytest.raises(ValueError, match="code"):
        calendar([visit(code)], AT)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        calendar([visit(starts_at=AT.replace(tzinfo=None))], AT)


@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=400))
def test_folded_lines_have_75_octets_and_read_back_whole(text):
    folded = fold(text)
    assert folded.replace("\r\n ", "") == text
    assert all(len(line.encode()) <= 75 for line in folded.split("\r\n"))
