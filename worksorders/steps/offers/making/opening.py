"""Opens an offer to one firm: its visits of one order, a price, and the timer that lets it lapse."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.codes import new_code
from worksorders.steps import audit, outbox
from worksorders.steps.offers.moves import move_visit
from worksorders.steps.offers.settings import load_settings
from worksorders.steps.tell.messages import notify_firm
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import Visit, WorksOrder

LAPSE = "offer.lapse"
AGAIN = "offer.again"
URGENT = "P1"


@dataclass(frozen=True)
class Proposal:
    """A visit with the worker and start proposed, both None for an urgent one; the price is in cents before GST.

    `turn` says why this firm is asked now.
    """

    visit: Visit
    price_cents: int
    worker_id: uuid.UUID | None = None
    start_at: datetime | None = None
    turn: str = ""


def ask_at_once(session: Session, order: WorksOrder) -> None:
    """Have the make-safe visits of a P1 order that nobody holds offered again as soon as this is committed."""
    if order.urgency == URGENT:
        outbox.send(session, AGAIN, {"order_id": str(order.id)})


def open_offer(
    session: Session,
    order: WorksOrder,
    firm_id: uuid.UUID,
    proposals: Sequence[Proposal],
    *,
    plan_id: uuid.UUID | None,
    now: datetime,
) -> Offer:
    """Offer the visits, move them to offered (one that several firms are asked for stays so), and set the timer.

    The firm is told that there is something to answer, and nothing more.
    """
    starts = [proposal.start_at for proposal in proposals if proposal.start_at]
    urgent = not starts
    first = min(starts) if starts else None
    offer = Offer(
        id=uuid.uuid4(),
        code=new_code("F", secrets.token_bytes(16)),
        order_id=order.id,
        firm_id=firm_id,
        plan_id=plan_id,
        state="open",
        urgent=urgent,
        price_cents=sum(proposal.price_cents for proposal in proposals),
        opened_at=now,
        expires_at=load_settings(session).lapses_at(order.urgency, now, first),
    )
    session.add(offer)
    words = "firm_urgent" if urgent else "firm_answer"
    notify_firm(session, firm_id, words, now, urgent=urgent, case_id=order.case_id)
    for proposal in proposals:
        session.add(
            OfferVisit(
                offer_id=offer.id,
                visit_id=proposal.visit.id,
                worker_id=proposal.worker_id,
                start_at=proposal.start_at,
            )
        )
        if proposal.visit.state != "offered":
            action = "offer" if proposal.visit.state == "published" else "offer_at_once"
            move_visit(session, proposal.visit, action, None, detail={"offer": str(offer.id)})
    audit.record(
        session,
        None,
        "offer.opened",
        ("offer", offer.id),
        moved=(None, "open"),
        detail={
            "firm": str(firm_id),
            "visits": [str(proposal.visit.id) for proposal in proposals],
            "turn": proposals[0].turn or "as the plan placed it",
        },
    )
    outbox.send(
        session, LAPSE, {"offer_id": str(offer.id)}, at=offer.expires_at, dedupe_key=f"{LAPSE}:{offer.id}"
    )
    session.flush()
    return offer
