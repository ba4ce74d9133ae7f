"""The figures that planning works with: prices, speeds, horizon; settings of the operator on top of defaults."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy.orm import Session

from worksorders.store.tables.work.catalogue import Setting

NAME = "planning"


@dataclass(frozen=True)
class PlanSettings:
    """Prices are in cents; the plan is solved by levels, so prices only weigh within one level.

    `days` counts calendar days from the first day, `seconds` is the longest solving time, speeds are km/h. Where
    `work` is more than 0 solving ends after so many steps instead, so that the plan does not depend on the machine.
    `workers` says how many planning workers run at once: each part of a plan gets its share of their time.
    """

    days: int = 14
    seconds: int = 30
    workers: int = 1
    work: int = 0
    unassigned_p1_cents: int = 4_000_000
    unassigned_p2_cents: int = 2_000_000
    unassigned_p3_cents: int = 1_000_000
    unassigned_p4_cents: int = 500_000
    late_p1_cents: int = 400_000
    late_p2_cents: int = 200_000
    late_p3_cents: int = 80_000
    late_p4_cents: int = 40_000
    exposure_cents_per_day: int = 30_000
    held_cents_per_day: int = 1_000
    extra_worker_cents: int = 25_000
    move_cents: int = 20_000
    travel_cents_per_minute: int = 120
    shift_cents: int = 3_000
    town_speed_kmh: int = 30
    open_speed_kmh: int = 65
    buffer_minutes: int = 5

    def unassigned(self, urgency: str) -> int:
        """Price of leaving a visit of this class out."""
        price: int = getattr(self, f"unassigned_{urgency.lower()}_cents")
        return price

    def late(self, urgency: str) -> int:
        """Price of a day late in this class."""
        price: int = getattr(self, f"late_{urgency.lower()}_cents")
        return price


LIMITS = {
    "days": (1, 28),
    "seconds": (2, 600),
    "workers": (1, 16),
    "work": (0, 1_000_000),
    "town_speed_kmh": (5, 100),
    "open_speed_kmh": (10, 120),
}


def load_settings(session: Session) -> PlanSettings:
    """The defaults with what the operator changed."""
    row = session.get(Setting, NAME)
    known = {field.name for field in fields(PlanSettings)}
    return PlanSettings(
        **{name: value for name, value in (row.value if row else {}).items() if name in known}
    )
