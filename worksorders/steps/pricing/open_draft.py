"""Finds a draft that may still be changed, of the catalogue or of an agreement's rates."""

from __future__ import annotations

import uuid
from typing import TypeVar

from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.store.tables.exchange import CatalogueDraft, RateCardDraft

Draft = TypeVar("Draft", CatalogueDraft, RateCardDraft)


def open_draft(session: Session, table: type[Draft], draft_id: uuid.UUID) -> Draft:
    """The draft, locked; raises NotFoundError, or RefusedError where it was handed in or discarded."""
    row = session.get(table, draft_id, with_for_update=True)
    if row is None:
        raise NotFoundError("There is no such draft.")
    if row.state != "open":
        words = row.state.replace("_", " ")
        raise RefusedError(f"This draft is {words}: begin another one.", state=row.state, action="change")
    return row
