"""What can be wanted of an account and of what counts beside it, and how that is kept while it waits."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from worksorders.domain.roles import Role
from worksorders.steps.admin.users import UserDetails
from worksorders.store.tables.identity.people import AppUser

# Where the mark of a password's first part is kept until there is a second.
MARK = "first_part"


class Kind(StrEnum):
    """What waits, by its word: about an account, but for tokens of other systems, limits lent and looser settings."""

    INVITE = "invite"
    ROLE = "role"
    REOPEN = "reopen"
    PASSWORD = "password"  # noqa: S105 -- the name of a kind, no password.
    RECOVERY = "recovery"
    CONTACT = "contact"
    TOKEN = "token"  # noqa: S105 -- the name of a kind, no token.
    LEND = "lend"
    SETTINGS = "settings"


WITH_PASSWORD = frozenset({Kind.INVITE, Kind.PASSWORD, Kind.RECOVERY})


def written(details: UserDetails) -> dict[str, Any]:
    """Details as they are kept while they wait: ids as text, limits in cents."""
    return {
        "display_name": details.display_name.strip(),
        "role": details.role.value,
        "firm_id": str(details.firm_id) if details.firm_id else None,
        "worker_id": str(details.worker_id) if details.worker_id else None,
        "raise_limit_cents": details.raise_limit_cents,
        "vary_limit_cents": details.vary_limit_cents,
    }


def read(wanted: Mapping[str, Any]) -> UserDetails:
    """The details that `written` kept."""
    return UserDetails(
        wanted["display_name"],
        Role(wanted["role"]),
        _id(wanted["firm_id"]),
        _id(wanted["worker_id"]),
        wanted["raise_limit_cents"],
        wanted["vary_limit_cents"],
    )


def as_it_is(user: AppUser) -> dict[str, Any]:
    """Who an account is now and what it may approve, in the same words, to notice a change while a wish waits."""
    return {
        "role": user.role,
        "firm_id": _text(user.firm_id),
        "worker_id": _text(user.worker_id),
        "raise_limit_cents": user.raise_limit_cents,
        "vary_limit_cents": user.vary_limit_cents,
    }


def _id(text: str | None) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None


def _text(key: uuid.UUID | None) -> str | None:
    return str(key) if key else None
