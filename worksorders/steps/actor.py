"""Who is doing a step, and the words for what they may not see."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from worksorders.domain.errors import DomainError
from worksorders.domain.roles import Role


class NotFoundError(DomainError):
    """There is no such thing, or not for this actor: the two must look the same."""


@dataclass(frozen=True)
class Actor:
    """A signed-in person (or the system, on whose behalf a job runs) as steps see them."""

    user_id: uuid.UUID
    role: Role
    name: str
    session_key: str
    firm_id: uuid.UUID | None = None
    worker_id: uuid.UUID | None = None

    def require_firm(self) -> uuid.UUID:
        """The contractor's own firm; anyone else has none and finds nothing."""
        if self.firm_id is None:
            raise NotFoundError("This belongs to a contractor's firm.")
        return self.firm_id
