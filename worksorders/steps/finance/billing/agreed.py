"""Whether we make a firm's invoices: then it sends none itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day
from worksorders.store.tables.firms.contractors import Agreement, Firm


def is_self_billing(session: Session, firm: Firm, now: datetime) -> bool:
    """Whether an agreement in force says that we make the firm's invoices."""
    today = local_day(now)
    agreements = session.scalars(select(Agreement).where(Agreement.firm_id == firm.id))
    return any(
        one.self_billing and one.valid_from <= today and (one.valid_to is None or today <= one.valid_to)
        for one in agreements
    )
