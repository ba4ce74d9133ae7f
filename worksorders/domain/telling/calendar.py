"""Writes a calendar file (RFC 5545) of visits: an order's code and the time, nothing else is ever in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_LINE_OCTETS = 75
REFRESH = "PT1H"
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class CalendarVisit:
    """One visit: an id that stays the same, the order's public code, when it starts and ends, how often it changed."""

    uid: str
    order_code: str
    starts_at: datetime
    ends_at: datetime
    sequence: int = 0


def calendar(visits: Iterable[CalendarVisit], now: datetime) -> str:
    """The whole file with CRLF ends and folded lines; instants are aware and written in UTC.

    Raises ValueError for a code with anything but plain letters, digits and dashes, and for an instant without a zone.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Calendar//Visits//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Visits",
        "X-WR-TIMEZONE:Pacific/Auckland",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    for visit in visits:
        lines += _event(visit, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{fold(line)}\r\n" for line in lines)


def fold(line: str) -> str:
    """A line in pieces of at most 75 octets, each but the first after a blank; no character is cut (section 3.1)."""
    pieces, piece, room = [], "", LONGEST_LINE_OCTETS
    for letter in line:
        size = len(letter.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", LONGEST_LINE_OCTETS - 1
        piece += letter
        room -= size
    return "\r\n ".join([*pieces, piece])


def _event(visit: CalendarVisit, now: datetime) -> list[str]:
    if not CODE.fullmatch(visit.order_code):
        raise ValueError("an order's code holds plain letters, digits and dashes alone")
    return [
        "BEGIN:VEVENT",
        f"UID:{visit.uid}",
        f"DTSTAMP:{_instant(now)}",
        f"SEQUENCE:{visit.sequence}",
        f"DTSTART:{_instant(visit.starts_at)}",
        f"DTEND:{_instant(visit.ends_at)}",
        f"SUMMARY:Visit {visit.order_code}",
        "CLASS:PRIVATE",
        "TRANSP:OPAQUE",
        "END:VEVENT",
    ]


def _instant(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
