"""What a worker enters for one line, and the faults of it that can be seen at once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from catalogue.item import Evidence
from worksorders.domain.completion.needs import Asked
from worksorders.domain.completion.proof import HOLDERS
from worksorders.domain.errors import Faults
from worksorders.domain.lifecycle.reasons import NO_PHOTO
from worksorders.domain.local_time import NEW_ZEALAND, local_day
from worksorders.domain.order.assessment import MOST_MEASURED
from worksorders.steps.completion.files import PaperError, read_paper
from worksorders.store.tables.work.orders import Visit, WorksLine

LONGEST_TEXT = 500
LONGEST_NUMBER = 60
MOST_COPIES = 50


@dataclass(frozen=True)
class KeyRow:
    """Keys of one number: how many, and who holds them, by role."""

    number: str
    copies: int | None
    holder: str


@dataclass(frozen=True)
class PaperGiven:
    """One paper: its number, day and file (none keeps the one that is there), or that it comes later."""

    number: str = ""
    issued_on: date | None = None
    file: bytes | None = None
    later: bool = False


@dataclass(frozen=True)
class AlarmTest:
    """A live test: the time of day on New Zealand's clocks, the centre's reference, and whether it was heard."""

    at: time | None
    reference: str
    passed: bool | None


@dataclass(frozen=True)
class LineEntry:
    """What the worker entered for one line; a quantity of None leaves the line open.

    `keys` replace those entered before; a paper that is not in `papers` stays as it was. `measured_quantity` is in
    the line's unit, None where nobody measured.
    """

    line_id: uuid.UUID
    done_quantity: Decimal | None
    serial_numbers: str = ""
    keys: tuple[KeyRow, ...] = ()
    papers: Mapping[Evidence, PaperGiven] = field(default_factory=dict)
    live_test: AlarmTest | None = None
    no_photo_reason: str | None = None
    measured_quantity: Decimal | None = None


def check_entry(
    entry: LineEntry, line: WorksLine, asked: Asked, visit: Visit, now: datetime, faults: Faults
) -> None:
    """Add each fault at `line-<id>-<field>`; what is only missing is no fault while the worker is on site."""
    at = f"line-{entry.line_id}"
    quantity = entry.done_quantity
    if quantity is not None and not 0 <= quantity <= line.quantity:
        faults.add(
            f"{at}-done",
            f"{quantity.normalize():f} of {line.measure} is not possible: {line.quantity.normalize():f} were "
            "ordered. Ask for a variation if more is needed.",
        )
    _check_measure(entry, line, asked, f"{at}-measured", faults)
    faults.require(
        entry.no_photo_reason is None or NO_PHOTO.knows(entry.no_photo_reason),
        f"{at}-no_photo",
        "Choose one of the reasons shown.",
    )
    length = len(entry.serial_numbers)
    faults.require(
        length <= LONGEST_TEXT, f"{at}-serial", f"This has {length} characters: {LONGEST_TEXT} at the most."
    )
    for number, key in enumerate(entry.keys):
        _check_key(key, f"{at}-keys-{number}", faults)
    for rule in asked.papers:
        given = entry.papers.get(rule.kind)
        if given is not None:
            check_paper(given, f"{at}-{rule.slug}-", now, faults)
    if entry.live_test is not None:
        _check_test(entry.live_test, f"{at}-test", visit, now, faults)


def _check_measure(entry: LineEntry, line: WorksLine, asked: Asked, at: str, faults: Faults) -> None:
    measured = entry.measured_quantity
    if measured is None:
        return
    faults.require(
        asked.measure, at, f"{line.measure} is counted (unit: {line.unit}), not measured: leave this empty."
    )
    faults.require(
        0 < measured <= MOST_MEASURED,
        at,
        f"{measured.normalize():f} is not possible: enter more than 0 and at most {MOST_MEASURED} {line.unit}, "
        "or leave this empty if nobody measured.",
    )
    faults.require(
        entry.done_quantity is not None, at, "Enter what was done as well: a measure alone is not kept."
    )


def _check_key(key: KeyRow, at: str, faults: Faults) -> None:
    faults.require(
        key.number.strip(), f"{at}-number", "Enter the number that is stamped on the key, or “none”."
    )
    faults.require(
        len(key.number) <= LONGEST_NUMBER, f"{at}-number", f"Enter at most {LONGEST_NUMBER} characters."
    )
    faults.require(
        key.copies is not None and 1 <= key.copies <= MOST_COPIES,
        f"{at}-copies",
        f"Enter how many of these keys there are, from 1 to {MOST_COPIES}.",
    )
    faults.require(key.holder in HOLDERS, f"{at}-holder", "Choose who holds these keys.")


def check_paper(given: PaperGiven, at: str, now: datetime, faults: Faults) -> None:
    """Add what is wrong with a paper at `<at>number`, `<at>issued_on` and `<at>file`."""
    faults.require(
        len(given.number) <= LONGEST_NUMBER, f"{at}number", f"Enter at most {LONGEST_NUMBER} characters."
    )
    faults.require(
        given.issued_on is None or given.issued_on <= local_day(now),
        f"{at}issued_on",
        "This day is in the future: enter the day that stands on the paper.",
    )
    if given.file is not None:
        try:
            read_paper(given.file)
        except PaperError as refusal:
            faults.add(f"{at}file", str(refusal))


def _check_test(test: AlarmTest, at: str, visit: Visit, now: datetime, faults: Faults) -> None:
    if test.at is None and not test.reference.strip() and test.passed is None:
        return
    faults.require(test.at, f"{at}-at", "Enter the time of the test.")
    faults.require(test.reference.strip(), f"{at}-reference", "Enter the reference that the centre gave.")
    faults.require(
        len(test.reference) <= LONGEST_NUMBER,
        f"{at}-reference",
        f"Enter at most {LONGEST_NUMBER} characters.",
    )
    faults.require(test.passed is not None, f"{at}-passed", "Say whether the centre received the alarm.")
    if test.at is not None:
        tested_at = instant_of(test.at, now)
        before_arrival = visit.arrived_at is not None and tested_at < visit.arrived_at.replace(
            second=0, microsecond=0
        )
        faults.require(
            tested_at <= now and not before_arrival,
            f"{at}-at",
            "The test is made during this visit: enter a time after you arrived and not later than now.",
        )


def instant_of(at: time, now: datetime) -> datetime:
    """The time of day on the local day of `now`, as an instant."""
    return datetime.combine(local_day(now), at, NEW_ZEALAND).astimezone(now.tzinfo)
