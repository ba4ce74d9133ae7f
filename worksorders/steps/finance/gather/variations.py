"""Approved variations as the match sees them: by how much a line grew or shrank, its worth, and on whose limit."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.finance.facts import VariationFacts
from worksorders.domain.local_time import local_day
from worksorders.store.tables.work.variations import Variation


def approved_variations(
    session: Session, line_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, tuple[VariationFacts, ...]]:
    """By line, in the order in which they were approved; one approved by rule has no limit of a person."""
    rows = session.scalars(
        select(Variation)
        .where(
            Variation.line_id.in_(line_ids),
            Variation.decided_at.is_not(None),
            Variation.decided_how != "declined",
        )
        .order_by(Variation.decided_at, Variation.id)
    )
    found: dict[uuid.UUID, list[VariationFacts]] = defaultdict(list)
    for row in rows:
        if row.line_id is None or row.decided_at is None:
            continue
        found[row.line_id].append(
            VariationFacts(
                variation_id=str(row.id),
                quantity=row.quantity - row.before_quantity,
                value_cents=row.difference_cents,
                approved_by=str(row.decided_by) if row.decided_by else "rule",
                approved_on=local_day(row.decided_at),
                limit_cents=row.limit_cents,
            )
        )
    return {line_id: tuple(each) for line_id, each in found.items()}
