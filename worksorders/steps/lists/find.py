"""Which lists there are, and which of them a role reads."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.lists import field, office, plans
from worksorders.steps.lists.page import require_reader
from worksorders.steps.lists.register import Register
from worksorders.store.tables.firms.contractors import Firm

REGISTERS: Mapping[str, Register] = MappingProxyType(
    {
        one.name: one
        for one in (
            field.ORDERS,
            field.VISITS,
            field.OFFERS,
            field.ASSESSMENTS,
            plans.PLANS,
            office.INVOICES,
            office.WORKERS,
            office.CHECKS,
        )
    }
)
OUTSIDE: Mapping[str, Register] = MappingProxyType({**REGISTERS, "invoices": office.INVOICES_OUTSIDE})
"""The same lists as other systems read them."""
READERS = frozenset(role for one in REGISTERS.values() for role in one.roles)


def registers_of(role: Role) -> tuple[Register, ...]:
    """The lists that a role reads, in their order."""
    return tuple(one for one in REGISTERS.values() if role in one.roles)


def register_of(actor: Actor, name: str) -> Register:
    """A list by its name; raises NotFoundError for an unknown one and for one that is not for the actor."""
    found = REGISTERS.get(name)
    if found is None:
        raise NotFoundError("There is no such list.")
    require_reader(found, actor)
    return found.seen_by(actor.role)


def firm_choices(session: Session) -> list[tuple[uuid.UUID, str]]:
    """Every firm by name, stopped ones too, to narrow a list."""
    rows = session.execute(select(Firm.id, Firm.name).order_by(func.lower(Firm.name), Firm.id))
    return [(row.id, row.name) for row in rows]
