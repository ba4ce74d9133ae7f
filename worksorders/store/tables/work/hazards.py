"""What workers are told of a home to stay safe there."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from worksorders.store.tables.base import Base, HasId

CODES = (
    "dog", "asbestos_suspected", "asbestos_known", "lead_paint", "unsafe_floor", "height", "wiring", "driveway",
    "no_mobile", "poor_light", "gas_bottles", "contamination", "call_on_arrival",
)  # fmt: skip
LISTED = ", ".join(f'"{code}"' for code in CODES)


class HomeHazards(HasId, Base):
    """A version of the hazards of a home, codes of a closed list; insert only, the newest says how it stands."""

    __tablename__ = "home_hazards"
    __table_args__ = (
        UniqueConstraint("case_id", "version"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint(
            f"jsonb_typeof(codes) = 'array' AND codes <@ CAST('[{LISTED}]' AS jsonb)", name="codes"
        ),
    )
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    version: Mapped[int]
    codes: Mapped[list[Any]]
    at: Mapped[datetime]
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
