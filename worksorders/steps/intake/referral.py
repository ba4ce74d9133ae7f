"""An assessment as a form, file or call hands it in, before it is judged or kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from worksorders.domain.lifecycle.openings import OpeningState

Window = tuple[int, int]


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One of the six answers; `holds` None means not answered."""

    criterion: str
    holds: bool | None
    given_by: str
    given_on: date | None


@dataclass(frozen=True, slots=True)
class ReferredOpening:
    """An opening with (finding, measured quantity or None) pairs and its state tonight."""

    kind: str
    label: str
    state: OpeningState | None
    findings: tuple[tuple[str, Decimal | None], ...]


@dataclass(frozen=True, slots=True)
class ReferredHome:
    """The home; `town` is a town's code, coordinates only where they are known exactly."""

    street: str = field(repr=False)
    town: str
    built_before_2000: bool | None
    latitude: Decimal | None = field(default=None, repr=False)
    longitude: Decimal | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ReferredPerson:
    """The person who is protected; `phone` in international form, other names as the person is also known."""

    name: str = field(repr=False)
    phone: str | None = field(repr=False)
    other_names: tuple[str, ...] = field(default=(), repr=False)
    safe_contact: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Referral:
    """All that an agency hands over.

    `same_home` answers the question whether a known person's home is the known one: None until it was asked.
    `advocate` is who takes the case on should the service not be able to help.
    """

    agency: str
    urgency: str
    adults: int | None
    children: int | None
    assessed_on: date | None
    answers: tuple[GivenAnswer, ...]
    home: ReferredHome
    person: ReferredPerson
    safe_windows: tuple[Window, ...]
    openings: tuple[ReferredOpening, ...]
    advocate: str = ""
    same_home: bool | None = None


def windows_text(windows: Sequence[Window]) -> str:
    """Minutes of the local day as they are stored: `540-720,780-930`."""
    return ",".join(f"{first}-{last}" for first, last in windows)


def windows_of(text: str) -> tuple[Window, ...]:
    """The stored text as pairs of minutes of the local day."""
    pairs = (part.split("-") for part in text.split(",") if part)
    return tuple((int(first), int(last)) for first, last in pairs)
