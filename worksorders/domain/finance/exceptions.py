"""A match exception is a value: what was expected, what was found, the difference and what it stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from worksorders.domain.finance.codes import CODES, Code, Severity
from worksorders.domain.local_time import day_words
from worksorders.domain.money import format_cents


@dataclass(frozen=True, slots=True)
class MatchException:
    """One difference found by the match.

    `line_id` is the invoice line, None for the whole document. `about` tells apart two of one code on one
    line (an order, another invoice, a rule). `difference_cents` is actual less expected, ex GST on lines
    and as stated on the document, None where the difference is none of money. `stops` lists the cents of
    each line that it keeps from payment; None stops everything that it is about; a warning stops nothing.
    """

    code: str
    expected: str
    actual: str
    line_id: str | None = None
    difference_cents: int | None = None
    evidence: tuple[str, ...] = ()
    about: str = ""
    stops: tuple[tuple[str, int], ...] | None = None

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise KeyError(f"“{self.code}” is not a match code.")

    @property
    def kind(self) -> Code:
        return CODES[self.code]

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity

    @property
    def key(self) -> str:
        """What names this exception within its invoice, the same each time the invoice is matched."""
        return "/".join((self.code, self.line_id or "*", *((self.about,) if self.about else ())))

    def in_words(self) -> str:
        """One sentence or two for a person: title, expected, actual and difference."""
        words = f"{self.kind.title}: expected {self.expected}, found {self.actual}."
        if self.difference_cents:
            words += f" Difference {format_cents(self.difference_cents)}."
        return words


@dataclass(frozen=True, slots=True)
class Release:
    """A recorded release of one hold by one person, with a reason and a last day.

    `upto_cents` is the difference that was released: a difference that has grown since is not covered.
    """

    key: str
    released_by: str
    reason: str
    released_on: date
    expires_on: date
    upto_cents: int | None = None
    reference: str = ""


def release_faults(
    found: MatchException, release: Release, people: ReleasePeople, today: date
) -> tuple[str, ...]:
    """Why a release does not count; empty when it does. Every reason is listed."""
    faults: list[str] = []
    if not found.kind.releasable:
        faults.append(f"{found.code} cannot be released: {found.kind.remedy}")
    if release.released_by in people.barred:
        faults.append("The person who entered the invoice or approves its payment may not release it.")
    if not release.reason.strip():
        faults.append("A release needs a reason.")
    if not release.released_on <= today <= release.expires_on:
        faults.append(f"The release is not in force on {day_words(today)}.")
    if release.upto_cents is not None and abs(found.difference_cents or 0) > abs(release.upto_cents):
        faults.append(
            f"The release covers {format_cents(abs(release.upto_cents))}; "
            f"the difference is now {format_cents(abs(found.difference_cents or 0))}."
        )
    return tuple(faults)


@dataclass(frozen=True, slots=True)
class ReleasePeople:
    """Who may not release: whoever entered the invoice and whoever approves its payment."""

    entered_by: str = ""
    approved_by: str = ""

    @property
    def barred(self) -> frozenset[str]:
        return frozenset(person for person in (self.entered_by, self.approved_by) if person)
