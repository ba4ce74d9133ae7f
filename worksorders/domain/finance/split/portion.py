"""A claim split three ways, exactly."""

from __future__ import annotations

from dataclasses import dataclass

from worksorders.domain.money import MoneyError


@dataclass(frozen=True, slots=True)
class Portion:
    """Cents of a claim split three ways; a split that does not sum to the claim cannot be made."""

    claimed_cents: int
    accepted_cents: int
    held_cents: int
    disputed_cents: int

    def __post_init__(self) -> None:
        if self.accepted_cents + self.held_cents + self.disputed_cents != self.claimed_cents:
            raise MoneyError(f"Accepted, held and disputed do not sum to the claim: {self!r}.")
