"""Who can sign in to the demo: the staff, and one firm's accounts as an example."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.offers import Offer


def demo_people(session: Session) -> list[tuple[str, str, str]]:
    """Sign-in name, shown name and role; contractors of the firm with the most open offers and accepted visits."""
    staff = session.scalars(
        select(AppUser)
        .where(AppUser.is_demo, AppUser.disabled_at.is_(None), AppUser.firm_id.is_(None))
        .order_by(AppUser.role, AppUser.sign_in_name)
    ).all()
    busiest = (
        select(Offer.firm_id)
        .where(Offer.state.in_(("open", "accepted")))
        .group_by(Offer.firm_id)
        .order_by(func.count().filter(Offer.state == "open").desc(), func.count().desc(), Offer.firm_id)
        .limit(1)
    )
    contractors = session.scalars(
        select(AppUser)
        .join(Firm, Firm.id == AppUser.firm_id)
        .where(AppUser.is_demo, AppUser.disabled_at.is_(None), AppUser.firm_id.in_(busiest))
        .order_by(AppUser.sign_in_name)
    ).all()
    return [(user.sign_in_name, user.display_name, user.role) for user in (*staff, *contractors)]
