"""The figures of telling and duty: how long to wait for an answer, how long a visit may last."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta

from sqlalchemy.orm import Session

from worksorders.store.tables.work.catalogue import Setting

NAME = "telling"


@dataclass(frozen=True)
class TellSettings:
    """Minutes and hours as named; the operator's setting `telling` comes on top of these estimates.

    `acknowledge_minutes` is how long the person called may take before the next one is called,
    `check_out_margin_minutes` what a visit may last longer than planned, `extend_minutes` what a worker gets by
    asking for more time, `tell_client_hours` how long before a visit its client should know who comes.
    """

    acknowledge_minutes: int = 10
    check_out_margin_minutes: int = 30
    extend_minutes: int = 30
    tell_client_hours: int = 24

    @property
    def acknowledge_within(self) -> timedelta:
        """How long to wait for the person who was called."""
        return timedelta(minutes=self.acknowledge_minutes)


def load_settings(session: Session) -> TellSettings:
    """The defaults with what the operator changed."""
    row = session.get(Setting, NAME)
    known = {field.name for field in fields(TellSettings)}
    return TellSettings(
        **{name: value for name, value in (row.value if row else {}).items() if name in known}
    )
