"""When which field of a case is to be destroyed: clocks that start with an event and run for days, as data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MOST_DAYS = 36525


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
        return self.field in {"everything", "not_served"}


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


def read_rules(rows: Iterable[dict[str, str]]) -> tuple[RetentionRule, ...]:
    """The rules of a table; ValueError names the row and what is wrong with it."""
    found = []
    for number, row in enumerate(rows, start=2):
        days = row["days"]
        if not days.isdecimal() or not 0 < int(days) <= MOST_DAYS:
            raise ValueError(
                f"row {number}: days is {days!r}, it must be a whole number from 1 to {MOST_DAYS}"
            )
        if row["clock"] not in list(Clock):
            raise ValueError(f"row {number}: clock is {row['clock']!r}, it must be one of {', '.join(Clock)}")
        if not row["basis"].strip():
            raise ValueError(f"row {number}: basis is empty: say why it is kept so long")
        kinds = tuple(kind for kind in row["kinds"].split("|") if kind)
        found.append(
            RetentionRule(row["field"], row["label"], kinds, Clock(row["clock"]), int(days), row["basis"])
        )
    return tuple(found)
