"""The alarm on each page of a person whom an alert has called, until somebody acknowledges it."""

from __future__ import annotations

import uuid
from typing import Any

from web.edge import actor, db
from worksorders.domain.roles import Role
from worksorders.steps.duty.find import alerts_for

ROLES = frozenset({Role.COORDINATOR.value, Role.ADMINISTRATOR.value})


def duty_calls(user: Any) -> list[uuid.UUID]:
    """Ids of the open alerts that called this person; nothing for anybody who is never on duty."""
    if user is None or str(user.role) not in ROLES:
        return []
    return alerts_for(db(), actor())
