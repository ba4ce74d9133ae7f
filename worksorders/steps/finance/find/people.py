"""The names of people by their ids, for pages that tell who did what."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.store.tables.identity.people import AppUser


def names_of(session: Session, user_ids: Collection[uuid.UUID | None]) -> dict[uuid.UUID | None, str]:
    """The names; an id that is None is left out."""
    wanted = {one for one in user_ids if one is not None}
    rows = session.execute(select(AppUser.id, AppUser.display_name).where(AppUser.id.in_(wanted)))
    return {user_id: name for user_id, name in rows}  # noqa: C416 - widens the key's type
