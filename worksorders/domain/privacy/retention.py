"""When which field of a case is to be destroyed: clocks that start with an event and run for days, as data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MOST_DAYS = 36525
COLUMNS = ("field", "label", "kinds", "clock", "days", "basis")
EVERYTHING = "everything"


class RuleFaultsError(ValueError):
    """A table of retention that cannot be used, with everything that is wrong in `faults`, a line each."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class Clock(StrEnum):
    """What starts a field's clock."""

    CASE_OVER = "case_over"
    NEVER_ORDERED = "never_ordered"


CLOCK_WORDS = {
    Clock.CASE_OVER: "the day on which the last order of the case ended",
    Clock.NEVER_ORDERED: "the day on which a case without any order was handed over",
}


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """One row of `retention.csv`: the vault's kinds that are destroyed, the clock, its days, and why so long.

    A rule without kinds has a way of its own; `takes_all` destroys the case's key.
    """

    field: str
    label: str
    kinds: tuple[str, ...]
    clock: Clock
    days: int
    basis: str

    @property
    def takes_all(self) -> bool:
        """Whether it ends the case: key, values, hashes, photos and files."""
        return self.field in {EVERYTHING, "not_served"}


@dataclass(frozen=True, slots=True)
class Over:
    """A case in which nothing is going on any more: since which day, and whether it ever had an order."""

    since: date
    ordered: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A field of a case and the day from which it may not be kept."""

    rule: RetentionRule
    on: date


def due_fields(rules: Iterable[RetentionRule], over: Over, done: Collection[str]) -> Iterator[Due]:
    """Each field of a case that is not destroyed yet with its day; none once the whole case was."""
    listed = tuple(rules)
    if any(rule.takes_all and rule.field in done for rule in listed):
        return
    wanted = Clock.CASE_OVER if over.ordered else Clock.NEVER_ORDERED
    for rule in listed:
        if rule.clock is wanted and rule.field not in done:
            yield Due(rule, over.since + timedelta(days=rule.days))


def read_rules(rows: Iterable[Mapping[str | None, str | list[str] | None]]) -> tuple[RetentionRule, ...]:
    """The rules of a table; RuleFaultsError lists everything that is wrong, by line (the heading is line 1)."""
    listed = list(enumerate(rows, start=2))
    faults: list[str] = []
    for line, row in listed:
        faults += [f"row {line}: {what}" for what in _wrong(row)]
    faults += _wrong_together(
        [(line, row["field"]) for line, row in listed if isinstance(row.get("field"), str)]
    )
    if faults:
        raise RuleFaultsError(faults)
    return tuple(_rule({name: str(row[name]) for name in COLUMNS}) for _, row in listed)


def _wrong(row: Mapping[str | None, str | list[str] | None]) -> Iterator[str]:
    cells = {name: row.get(name) for name in COLUMNS}
    lacking = [name for name, cell in cells.items() if not isinstance(cell, str)]
    if lacking or None in row:
        yield f"it has {'no ' + ', '.join(lacking) if lacking else 'more cells than columns'}"
        return
    text = {name: str(cell).strip() for name, cell in cells.items()}
    for name, why in (
        ("field", "name it"),
        ("label", "say what it is"),
        ("basis", "say why it is kept so long"),
    ):
        if not text[name]:
            yield f"{name} is empty: {why}"
    if text["clock"] not in list(Clock):
        yield f"clock is {text['clock']!r}, it must be one of {', '.join(Clock)}"
    days = text["days"]
    if not (days.isascii() and days.isdecimal()) or not 0 < int(days) <= MOST_DAYS:
        yield f"days is {days!r}, it must be a whole number from 1 to {MOST_DAYS}"


def _wrong_together(fields: list[tuple[int, object]]) -> Iterator[str]:
    names = [name for _, name in fields]
    for place, (line, name) in enumerate(fields):
        if name in names[:place]:
            yield f"row {line}: field {name} is there already in row {fields[names.index(name)][0]}"
    if EVERYTHING not in names:
        yield f"no row is for {EVERYTHING}: without it the key of a case would never be destroyed"


def _rule(row: Mapping[str, str]) -> RetentionRule:
    kinds = tuple(kind.strip() for kind in row["kinds"].split("|") if kind.strip())
    return RetentionRule(
        row["field"].strip(), row["label"].strip(), kinds, Clock(row["clock"].strip()), int(row["days"]),
        row["basis"].strip(),
    )  # fmt: skip
