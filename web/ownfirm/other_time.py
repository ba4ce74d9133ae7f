"""Proposing another time for a visit of an open offer."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from web.answering import answer, button
from web.edge import actor, db
from web.extensions import request_now
from web.filters import nz_datetime
from web.ownfirm.blueprint import blueprint
from web.ownfirm.forms import OtherTimeForm
from worksorders.domain.local_time import NEW_ZEALAND
from worksorders.steps.offers.find import offers as find_offers
from worksorders.steps.offers.moves import NoLongerAvailableError
from worksorders.steps.proposals import ask


@blueprint.route("/offers/<uuid:offer_id>/other-time", methods=["GET", "POST"])
def other_time(offer_id: uuid.UUID) -> ResponseReturnValue:
    """Propose another start; an offer that is gone says so on its own page."""
    page = find_offers.find_offer(db(), actor(), offer_id, request_now())
    back = url_for("portal.offer", offer_id=offer_id)
    if page.outcome != "open" or page.arrivals:
        return redirect(back, 303)
    form: Any = OtherTimeForm()
    form.visit.choices = [
        (str(visit_id), nz_datetime(start_at)) for visit_id, start_at in page.starts.items() if start_at
    ]

    def act() -> str:
        local = datetime.combine(form.day.data, form.start.data, NEW_ZEALAND)
        ask.propose(db(), actor(), offer_id, uuid.UUID(form.visit.data), local.astimezone(UTC), request_now())
        flash("Proposed. The offer stands meanwhile: you can still accept it as it is.", "success")
        return back

    try:
        return answer(
            form,
            "proposal.make",
            act,
            "ownfirm/other_time.html",
            page=page,
            back=(back, "The offer"),
        )
    except NoLongerAvailableError:
        db().rollback()
        return redirect(back, 303)


@blueprint.post("/other-times/<uuid:proposal_id>/withdraw")
def withdraw_time(proposal_id: uuid.UUID) -> ResponseReturnValue:
    """Take a proposal back."""
    found = ask.own_proposal(db(), actor(), proposal_id)
    back = url_for("portal.offer", offer_id=found.offer_id)

    def act() -> str:
        ask.withdraw(db(), actor(), proposal_id, request_now())
        flash("Taken back. The offer stands as it was made.", "success")
        return back

    return button("proposal.withdraw", act, back)
